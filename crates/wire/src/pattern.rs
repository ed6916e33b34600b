//! Regular expressions of API models. They are Java's, matched against the whole value.

use std::fmt;
use std::sync::OnceLock;

use regex::Regex;

/// A pattern of a model, compiled when it is first needed and kept.
#[derive(Debug)]
pub struct Pattern {
    shown: &'static str,
    matched: &'static str,
    compiled: OnceLock<Result<Regex, InvalidPattern>>,
}

/// The pattern uses something that has no translation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidPattern(String);

impl Pattern {
    /// The pattern as the model writes it.
    pub const fn new(pattern: &'static str) -> Self {
        Self::with_equivalent(pattern, pattern)
    }

    /// A pattern that is shown to clients in the model's form, and checked by an equivalent one (for look-ahead, which
    /// linear-time matching does not have).
    pub const fn with_equivalent(shown: &'static str, matched: &'static str) -> Self {
        Self { shown, matched, compiled: OnceLock::new() }
    }

    /// As the model writes it.
    pub const fn as_str(&self) -> &'static str {
        self.shown
    }

    /// Whether the whole text matches. A pattern that does not compile matches nothing: a constraint that cannot be
    /// checked refuses.
    pub fn matches(&self, text: &str) -> bool {
        self.regex().is_ok_and(|regex| regex.is_match(text))
    }

    /// The compiled form.
    ///
    /// # Errors
    /// If the pattern has no translation; a test makes sure that no generated one has this.
    pub fn regex(&self) -> Result<&Regex, &InvalidPattern> {
        self.compiled.get_or_init(|| compile(self.matched)).as_ref()
    }
}

impl fmt::Display for InvalidPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidPattern {}

fn compile(java: &str) -> Result<Regex, InvalidPattern> {
    let whole = format!(r"\A(?:{})\z", translate(java)?);
    Regex::new(&whole).map_err(|error| InvalidPattern(error.to_string()))
}

/// Java's syntax to that of the `regex` crate, where the two differ: predefined classes are ASCII in Java, `.` stops at
/// more line ends, and code points are written `\uXXXX`, in surrogate pairs beyond the basic plane.
fn translate(java: &str) -> Result<String, InvalidPattern> {
    let mut out = String::with_capacity(java.len() + 16);
    let mut rest = java;
    let mut dot_all = false;
    let mut in_class = false;
    if let Some(after) = rest.strip_prefix("(?s)") {
        dot_all = true;
        rest = after;
    }
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '\\' => rest = translate_escape(rest, in_class, &mut out)?,
            '[' if !in_class => {
                in_class = true;
                out.push('[');
            }
            // Java and this crate both read a second `[` as a nested class; the models have none that is not escaped.
            '[' => return Err(InvalidPattern(format!("nested class in {java}"))),
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            '.' if !in_class && dot_all => out.push_str(r"(?s:.)"),
            '.' if !in_class => out.push_str(r"[^\n\r\x{85}\x{2028}\x{2029}]"),
            other => out.push(other),
        }
    }
    Ok(out)
}

fn translate_escape<'a>(rest: &'a str, in_class: bool, out: &mut String) -> Result<&'a str, InvalidPattern> {
    let Some(c) = rest.chars().next() else {
        return Err(InvalidPattern("ends in a backslash".to_owned()));
    };
    let after = rest.get(c.len_utf8()..).unwrap_or_default();
    let set = match c {
        'w' | 'W' => "0-9A-Za-z_",
        'd' | 'D' => "0-9",
        's' | 'S' => r" \t\n\x0B\f\r",
        'u' => return translate_code_point(after, out),
        _ => {
            out.push('\\');
            out.push(c);
            return Ok(after);
        }
    };
    match (c.is_ascii_uppercase(), in_class) {
        (true, _) => out.extend(["[^", set, "]"]),
        (false, true) => out.push_str(set),
        (false, false) => out.extend(["[", set, "]"]),
    }
    Ok(after)
}

fn translate_code_point<'a>(rest: &'a str, out: &mut String) -> Result<&'a str, InvalidPattern> {
    let (high, after) = code_unit(rest)?;
    let low = after.strip_prefix("\\u").map(code_unit).transpose()?;
    let (point, after) = match low {
        Some((low, after)) if (0xD800..0xDC00).contains(&high) && (0xDC00..0xE000).contains(&low) => {
            (0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00), after)
        }
        _ => (high, after),
    };
    out.push_str(&format!(r"\x{{{point:X}}}"));
    Ok(after)
}

fn code_unit(rest: &str) -> Result<(u32, &str), InvalidPattern> {
    rest.split_at_checked(4)
        .and_then(|(digits, after)| u32::from_str_radix(digits, 16).ok().map(|unit| (unit, after)))
        .ok_or_else(|| InvalidPattern(format!("bad code point at {rest}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn java_patterns_match_the_whole_value() {
        for (pattern, good, bad) in [
            (r"[\w+=,.@-]+", "a-b_c@d.e", "a b"),
            (r"[\w+=,.@-]+", "Z9", "é"),
            (r"^o-[a-z0-9]{10,32}$", "o-0123456789", "o-0123456789\n"),
            (r"^(r-[0-9a-z]{4,32})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$", "r-abcd", "r-abcd!"),
            (r"[\u0009\u000A\u000D\u0020-\u00FF]+", "a\tb\u{ff}", "\u{100}"),
            (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+", "Größe 1", "a#"),
            (r"[\s\S]*", "any\nthing", ""),
            (r"(?s).*", "two\nlines", ""),
            (r".*", "one line", "two\nlines"),
            (r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)", "/a/", "/a"),
            // A surrogate pair is one code point.
            (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*", "a\u{1F600}", "\u{1}"),
            // Java reads five digits as four and a literal digit: a range from 0 to U+10FF.
            (r"[\u10000-\u10FFFF]+", "0A\u{10FF}", "\u{1F600}"),
            (r"arn:[^:]*:iam::[^:]*:(role|user)/.{1,576}", "arn:aws:iam::1:role/x", "arn:aws:iam::1:group/x"),
        ] {
            let regex = compile(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
            assert!(regex.is_match(good), "{pattern} must match {good:?}");
            assert!(bad.is_empty() || !regex.is_match(bad), "{pattern} must not match {bad:?}");
        }
    }

    #[test]
    fn what_cannot_be_translated_matches_nothing() {
        for pattern in ["a(?!b)", "[a[b]]", r"\u12", "\\"] {
            assert!(compile(pattern).is_err(), "{pattern}");
        }
        static LOOK_AHEAD: Pattern = Pattern::new("a(?!b)");
        assert!(!LOOK_AHEAD.matches("a"));
        static EQUIVALENT: Pattern = Pattern::with_equivalent("a(?!b)", "a");
        assert!(EQUIVALENT.matches("a"));
        assert_eq!(EQUIVALENT.as_str(), "a(?!b)");
    }
}
