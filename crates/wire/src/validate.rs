//! The constraints of a model, and AWS's texts for a value that breaks them.
//!
//! Every broken constraint is found, in the order of the model's members: `2 validation errors detected: …; …`. Scalars in a list or
//! map are reported once, at the list. Of one value the pattern comes before the lengths, as STS answers.

use std::fmt::{self, Write as _};

use crate::error::ApiError;
use crate::schema::{Kind, Schema};
use crate::value::Value;

/// Broken constraints that are counted and told; a message with thousands helps nobody.
const MOST: usize = 32;

/// Bytes of a value that are quoted. Longer than any value that is right, except policies: without a bound, a
/// request would be answered with several times its own size, and recorded so.
const LONGEST_QUOTE: usize = 4096;

/// Members that are secrets although the models do not mark them as sensitive.
const SECRET_MEMBERS: [&str; 6] = [
    "SessionToken",
    "SecretAccessKey",
    "TokenCode",
    "AuthenticationCode1",
    "AuthenticationCode2",
    "ServicePassword",
];

/// Whether a member of this name is a secret, whatever its model says.
pub fn is_secret_member(name: &str) -> bool {
    SECRET_MEMBERS.contains(&name)
}

/// Whether a private key stands in this text: whoever takes the wrong file sends it as something else.
pub fn holds_private_key(text: &str) -> bool {
    text.contains("PRIVATE KEY-----")
}

/// What [`validate`] found.
#[derive(Clone, PartialEq, Eq)]
pub struct ValidationError {
    problems: Vec<String>,
}

/// Checks an operation's input against the constraints of its schema.
///
/// `quotes_values` is the service's habit; what a schema calls sensitive is never quoted.
///
/// # Errors
/// All constraints that are not met (the first 32).
pub fn validate(schema: &'static Schema, value: &Value, quotes_values: bool) -> Result<(), ValidationError> {
    let mut check = Check { problems: Vec::new(), quotes_values };
    check.members(schema, value, "");
    if check.problems.is_empty() { Ok(()) } else { Err(ValidationError { problems: check.problems }) }
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.problems.len() == 1 { "" } else { "s" };
        write!(f, "{} validation error{plural} detected: {}", self.problems.len(), self.problems.join("; "))
    }
}

impl fmt::Debug for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} validation errors", self.problems.len())
    }
}

impl std::error::Error for ValidationError {}

impl From<ValidationError> for ApiError {
    fn from(error: ValidationError) -> Self {
        Self::validation(error.to_string())
    }
}

struct Check {
    problems: Vec<String>,
    quotes_values: bool,
}

impl Check {
    /// The members of a structure; `path` is empty or ends in a dot.
    fn members(&mut self, schema: &'static Schema, value: &Value, path: &str) {
        let Value::Structure(values) = value else { return };
        if schema.is_union() && values.iter().flatten().count() != 1 {
            let place = path.trim_end_matches('.');
            self.report(schema, None, place, "Member must have exactly one of its members set");
        }
        for (member, value) in schema.members().iter().zip(values) {
            let place = format!("{path}{}", lower_first(member.name));
            match value {
                Some(value) => {
                    let quotes_values = self.quotes_values;
                    self.quotes_values = quotes_values && !is_secret_member(member.name);
                    self.value(member.target, value, &place);
                    self.quotes_values = quotes_values;
                }
                None if member.required && !schema.is_union() => {
                    self.report(member.target, None, &place, "Member must not be null");
                }
                None => {}
            }
        }
    }

    fn value(&mut self, schema: &'static Schema, value: &Value, place: &str) {
        if self.problems.len() >= MOST {
            return;
        }
        for constraint in broken(schema, value) {
            self.report(schema, Some(value), place, &constraint);
        }
        match (&schema.kind, value) {
            (Kind::Structure(_) | Kind::Union(_), Value::Structure(_)) => {
                self.members(schema, value, &format!("{place}."));
            }
            (Kind::List { member, .. }, Value::List(values)) => {
                if is_scalar(member.target) {
                    self.scalars(schema, value, place, "Member", member.target, values.iter());
                    return;
                }
                for (index, element) in values.iter().enumerate() {
                    self.value(member.target, element, &format!("{place}.{}.member", index + 1));
                }
            }
            (Kind::Map { key, value: member, .. }, Value::Map(entries)) => {
                let keys: Vec<Value> = entries.iter().map(|(key, _)| Value::String(key.clone())).collect();
                self.scalars(schema, value, place, "Map keys", key.target, keys.iter());
                if is_scalar(member.target) {
                    let values = entries.iter().map(|(_, value)| value);
                    self.scalars(schema, value, place, "Map value", member.target, values);
                    return;
                }
                for (key, element) in entries {
                    self.value(member.target, element, &format!("{place}.{key}.member"));
                }
            }
            _ => {}
        }
    }

    /// One report for all scalars of a list or map, naming all constraints that each must satisfy.
    fn scalars<'a>(
        &mut self,
        container: &'static Schema,
        value: &Value,
        place: &str,
        what: &str,
        element: &'static Schema,
        mut elements: impl Iterator<Item = &'a Value>,
    ) {
        if elements.any(|value| !broken(element, value).is_empty()) {
            let all = constraints(element).join(", ");
            let text = format!("{what} must satisfy constraint: [{all}]");
            self.report(container, Some(value), place, &text);
        }
    }

    fn report(&mut self, schema: &'static Schema, value: Option<&Value>, place: &str, constraint: &str) {
        if self.problems.len() >= MOST {
            return;
        }
        let shown = match value {
            _ if schema.sensitive || !self.quotes_values => "Value".to_owned(),
            None => "Value null".to_owned(),
            Some(value) => format!("Value '{}'", quote(schema, value)),
        };
        self.problems.push(format!("{shown} at '{place}' failed to satisfy constraint: {constraint}"));
    }
}

/// The constraints of a scalar or the size of a container that this value breaks.
fn broken(schema: &Schema, value: &Value) -> Vec<String> {
    let mut broken = Vec::new();
    if let (Value::String(text), Some(pattern)) = (value, schema.pattern)
        && !pattern.matches(text)
    {
        broken.push(pattern_text(pattern.as_str()));
    }
    if let (Value::String(text), Kind::String(values)) = (value, &schema.kind)
        && !values.is_empty()
        && !values.contains(&text.as_str())
    {
        broken.push(enumeration_text(values));
    }
    let (word, measure) = match value {
        // AWS counts code points.
        Value::String(text) => ("length", length(text.chars().count())),
        Value::Blob(bytes) => ("length", length(bytes.len())),
        Value::List(values) => ("length", length(values.len())),
        Value::Map(entries) => ("length", length(entries.len())),
        Value::Integer(number) => ("value", *number),
        Value::Double(number) => return outside(schema, *number).into_iter().chain(broken).collect(),
        _ => return broken,
    };
    if let Some(max) = schema.max.filter(|max| measure > *max) {
        broken.push(bound_text(word, "less", max));
    }
    if let Some(min) = schema.min.filter(|min| measure < *min) {
        broken.push(bound_text(word, "greater", min));
    }
    broken
}

#[expect(clippy::cast_precision_loss, reason = "bounds of floating-point members are small whole numbers")]
fn outside(schema: &Schema, number: f64) -> Option<String> {
    let above = schema.max.filter(|max| number > *max as f64 || number.is_nan());
    let below = schema.min.filter(|min| number < *min as f64);
    above
        .map(|max| bound_text("value", "less", max))
        .or_else(|| below.map(|min| bound_text("value", "greater", min)))
}

/// All constraints of a scalar, as they are told for a list of them.
fn constraints(schema: &Schema) -> Vec<String> {
    let word =
        if matches!(schema.kind, Kind::Integer | Kind::Long | Kind::Double) { "value" } else { "length" };
    let enumeration = match &schema.kind {
        Kind::String(values) if !values.is_empty() => Some(enumeration_text(values)),
        _ => None,
    };
    [
        schema.max.map(|max| bound_text(word, "less", max)),
        schema.min.map(|min| bound_text(word, "greater", min)),
        schema.pattern.map(|pattern| pattern_text(pattern.as_str())),
        enumeration,
        Some("Member must not be null".to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn pattern_text(pattern: &str) -> String {
    format!("Member must satisfy regular expression pattern: {pattern}")
}

fn enumeration_text(values: &[&str]) -> String {
    format!("Member must satisfy enum value set: [{}]", values.join(", "))
}

fn bound_text(word: &str, side: &str, bound: i64) -> String {
    format!("Member must have {word} {side} than or equal to {bound}")
}

fn length(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

const fn is_scalar(schema: &Schema) -> bool {
    !matches!(
        schema.kind,
        Kind::Structure(_) | Kind::Union(_) | Kind::List { .. } | Kind::Map { .. } | Kind::Document
    )
}

fn lower_first(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_ascii_lowercase().to_string() + chars.as_str()).unwrap_or_default()
}

/// A value as text, cut where it gets too long.
fn quote(schema: &'static Schema, value: &Value) -> String {
    let mut quote = Quote(String::new());
    if write!(quote, "{}", Shown(schema, value)).is_err() {
        quote.0.push('…');
    }
    quote.0
}

/// Takes text until it is full, and then ends the writing of it.
struct Quote(String);

impl fmt::Write for Quote {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = LONGEST_QUOTE.saturating_sub(self.0.len());
        if text.len() <= room {
            self.0.push_str(text);
            return Ok(());
        }
        self.0.push_str(text.get(..text.floor_char_boundary(room)).unwrap_or_default());
        Err(fmt::Error)
    }
}

/// A value as AWS's texts quote it: Java's `toString`.
struct Shown<'a>(&'static Schema, &'a Value);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(schema, value) = self;
        if schema.sensitive || matches!(value, Value::String(text) if holds_private_key(text)) {
            return f.write_str("***Sensitive Data Redacted***");
        }
        match (value, &schema.kind) {
            (Value::Boolean(value), _) => write!(f, "{value}"),
            (Value::Integer(value), _) => write!(f, "{value}"),
            (Value::Double(value), _) => write!(f, "{value}"),
            (Value::String(value), _) => f.write_str(value),
            (Value::Timestamp(value), _) => write!(f, "{value}"),
            (Value::Document(value), _) => write!(f, "{value}"),
            (Value::Blob(value), _) => {
                write!(f, "java.nio.HeapByteBuffer[pos=0 lim={0} cap={0}]", value.len())
            }
            (Value::List(values), Kind::List { member, .. }) => {
                f.write_str("[")?;
                for (index, value) in values.iter().enumerate() {
                    write!(f, "{}{}", if index == 0 { "" } else { ", " }, Shown(member.target, value))?;
                }
                f.write_str("]")
            }
            (Value::Map(entries), Kind::Map { key, value: member, .. }) => {
                f.write_str("{")?;
                for (index, (name, value)) in entries.iter().enumerate() {
                    let name = if key.target.sensitive { "***Sensitive Data Redacted***" } else { name };
                    write!(
                        f,
                        "{}{name}={}",
                        if index == 0 { "" } else { ", " },
                        Shown(member.target, value)
                    )?;
                }
                f.write_str("}")
            }
            (Value::Structure(values), _) => {
                write!(f, "{}(", schema.name)?;
                for (index, (member, value)) in schema.members().iter().zip(values).enumerate() {
                    write!(f, "{}{}=", if index == 0 { "" } else { ", " }, lower_first(member.name))?;
                    match value {
                        Some(_) if is_secret_member(member.name) => {
                            f.write_str("***Sensitive Data Redacted***")?;
                        }
                        Some(value) => write!(f, "{}", Shown(member.target, value))?,
                        None => f.write_str("null")?,
                    }
                }
                f.write_str(")")
            }
            (Value::List(_) | Value::Map(_), _) => f.write_str("?"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Pattern;
    use crate::schema::Member;

    static NAME_PATTERN: Pattern = Pattern::new(r"[\w+=,.@-]+");
    static NAME: Schema = Schema::string("userNameType").min(1).max(64).pattern(&NAME_PATTERN);
    static STATUS: Schema = Schema::enumeration("statusType", &["Active", "Inactive"]);
    static MAX_ITEMS: Schema = Schema::new("maxItemsType", Kind::Integer).min(1).max(1000);
    static PASSWORD: Schema = Schema::string("passwordType").min(6).max(8).sensitive();
    static TAG: Schema = Schema::structure(
        "Tag",
        &[Member::new("Key", &NAME).required(), Member::new("Value", &PASSWORD).required()],
    );
    static TAGS: Schema = Schema::list("tagListType", &Member::new("member", &TAG)).max(2);
    static KEYS: Schema = Schema::list("tagKeyListType", &Member::new("member", &NAME)).max(2);
    static MAP: Schema = Schema::map("map", &Member::new("key", &NAME), &Member::new("value", &MAX_ITEMS));
    static CHOICE: Schema = Schema::union("Choice", &[Member::new("A", &NAME), Member::new("B", &NAME)]);
    static INPUT: Schema = Schema::structure(
        "Input",
        &[
            Member::new("UserName", &NAME).required(),
            Member::new("Status", &STATUS),
            Member::new("MaxItems", &MAX_ITEMS),
            Member::new("Password", &PASSWORD),
            Member::new("Tags", &TAGS),
            Member::new("TagKeys", &KEYS),
            Member::new("Map", &MAP),
            Member::new("Choice", &CHOICE),
        ],
    );

    fn text(text: &str) -> Value {
        Value::String(text.to_owned())
    }

    fn tag(key: &str, value: Option<&str>) -> Value {
        Value::Structure(vec![Some(text(key)), value.map(text)])
    }

    fn check<const N: usize>(members: [(&str, Value); N], expected: &[&str]) {
        let found = validate(&INPUT, &Value::of(&INPUT, members), true);
        match (found, expected) {
            (Ok(()), []) => {}
            (Ok(()), _) => panic!("nothing found, expected {expected:?}"),
            (Err(error), _) => assert_eq!(error.problems, expected),
        }
    }

    #[test]
    fn constraints_are_told_in_aws_words() {
        let name = || ("UserName", text("alice"));
        check([name()], &[]);
        check([], &["Value null at 'userName' failed to satisfy constraint: Member must not be null"]);
        check(
            [("UserName", text("a b"))],
            &[
                r"Value 'a b' at 'userName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+",
            ],
        );
        check(
            [("UserName", text(""))],
            &[
                r"Value '' at 'userName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+",
                "Value '' at 'userName' failed to satisfy constraint: Member must have length greater than or equal to 1",
            ],
        );
        check(
            [name(), ("Status", text("active")), ("MaxItems", Value::Integer(1001))],
            &[
                "Value 'active' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]",
                "Value '1001' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000",
            ],
        );
        check(
            [name(), ("MaxItems", Value::Integer(0))],
            &[
                "Value '0' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1",
            ],
        );
        check(
            [name(), ("Password", text("hunter2hunter2"))],
            &[
                "Value at 'password' failed to satisfy constraint: Member must have length less than or equal to 8",
            ],
        );
        check(
            [name(), ("Tags", Value::List(vec![tag("a", Some("secret")), tag("b", None)]))],
            &["Value at 'tags.2.member.value' failed to satisfy constraint: Member must not be null"],
        );
        check(
            [name(), ("Tags", Value::List(vec![tag("a", Some("secret")), tag("b c", Some("secret"))]))],
            &[
                r"Value 'b c' at 'tags.2.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+",
            ],
        );
        let three = || tag("a", Some("secret"));
        check(
            [name(), ("Tags", Value::List(vec![three(), three(), three()]))],
            &[concat!(
                "Value '[Tag(key=a, value=***Sensitive Data Redacted***), Tag(key=a, value=***Sensitive Data Redacted***), ",
                "Tag(key=a, value=***Sensitive Data Redacted***)]' at 'tags' failed to satisfy constraint: ",
                "Member must have length less than or equal to 2"
            )],
        );
        check(
            [name(), ("TagKeys", Value::List(vec![text("a"), text("b c")]))],
            &[concat!(
                "Value '[a, b c]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: ",
                "[Member must have length less than or equal to 64, Member must have length greater than or equal to 1, ",
                r"Member must satisfy regular expression pattern: [\w+=,.@-]+, Member must not be null]"
            )],
        );
        check(
            [name(), ("Map", Value::Map(vec![("a".to_owned(), Value::Integer(5000))]))],
            &[concat!(
                "Value '{a=5000}' at 'map' failed to satisfy constraint: Map value must satisfy constraint: ",
                "[Member must have value less than or equal to 1000, Member must have value greater than or equal to 1, ",
                "Member must not be null]"
            )],
        );
        check(
            [name(), ("Choice", Value::Structure(vec![None, None]))],
            &[
                "Value null at 'choice' failed to satisfy constraint: Member must have exactly one of its members set",
            ],
        );
        check([name(), ("Choice", Value::Structure(vec![None, Some(text("x"))]))], &[]);
    }

    #[test]
    fn secrets_that_the_model_does_not_mark_are_not_quoted() {
        static CODE_PATTERN: Pattern = Pattern::new(r"\d+");
        static CODE: Schema = Schema::string("codeType").pattern(&CODE_PATTERN);
        static PAIR: Schema =
            Schema::structure("Pair", &[Member::new("UserName", &NAME), Member::new("TokenCode", &CODE)]);
        static PAIRS: Schema = Schema::list("pairs", &Member::new("member", &PAIR)).max(1);
        static CALL: Schema = Schema::structure(
            "Call",
            &[Member::new("TokenCode", &CODE), Member::new("UserName", &NAME), Member::new("Pairs", &PAIRS)],
        );
        let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----";
        let pair = || Value::Structure(vec![None, Some(text("12345a"))]);
        let members = [
            ("TokenCode", text("12345a")),
            ("UserName", text(key)),
            ("Pairs", Value::List(vec![pair(), pair()])),
        ];
        let told = validate(&CALL, &Value::of(&CALL, members), true).unwrap_err().to_string();
        assert!(!told.contains("12345a") && !told.contains("MIIE"), "{told}");
        for expected in [
            "Value at 'tokenCode' failed",
            "Value '***Sensitive Data Redacted***' at 'userName' failed",
            "Pair(userName=null, tokenCode=***Sensitive Data Redacted***)",
            "Value at 'pairs.1.member.tokenCode' failed",
        ] {
            assert!(told.contains(expected), "{told}");
        }
    }

    #[test]
    fn several_errors_are_counted_and_joined() {
        let error =
            validate(&INPUT, &Value::of(&INPUT, [("MaxItems", Value::Integer(0))]), true).unwrap_err();
        assert_eq!(
            error.to_string(),
            "2 validation errors detected: Value null at 'userName' failed to satisfy constraint: Member must not be null; \
             Value '0' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1"
        );
        let error = validate(&INPUT, &Value::empty(&INPUT), false).unwrap_err();
        assert_eq!(
            error.to_string(),
            "1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must not be null"
        );
    }

    #[test]
    fn many_errors_are_cut_short() {
        static MANY: Schema = Schema::list("many", &Member::new("member", &TAG));
        static WRAP: Schema = Schema::structure("Wrap", &[Member::new("Many", &MANY)]);
        let many = Value::List(vec![tag("b c", None); 5000]);
        let error = validate(&WRAP, &Value::of(&WRAP, [("Many", many)]), true).unwrap_err();
        assert_eq!(error.problems.len(), MOST);
    }
    #[test]
    fn a_long_value_is_quoted_in_part() {
        for (value, start) in [
            (text(&"é".repeat(1_000_000)), "Value 'éé"),
            // The cut falls into a character.
            (text(&format!("a{}", "é".repeat(1_000_000))), "Value 'aé"),
        ] {
            let error = validate(&INPUT, &Value::of(&INPUT, [("UserName", value)]), true).unwrap_err();
            let [pattern, length] = error.problems.as_slice() else {
                panic!("{} problems", error.problems.len())
            };
            for problem in [pattern, length] {
                assert!(problem.starts_with(start), "{}", problem.len());
                assert!(problem.contains("é…' at 'userName' failed to satisfy constraint: Member must "));
                assert!(problem.len() < LONGEST_QUOTE + 200, "{}", problem.len());
            }
        }
        let many = Value::List(vec![tag("a", Some("secret")); 20_000]);
        let input = Value::of(&INPUT, [("UserName", text("alice")), ("Tags", many)]);
        let error = validate(&INPUT, &input, true).unwrap_err();
        assert!(error.to_string().len() < LONGEST_QUOTE + 200);
        let whole = "x".repeat(LONGEST_QUOTE);
        let error = validate(&INPUT, &Value::of(&INPUT, [("UserName", text(&whole))]), true).unwrap_err();
        assert!(error.to_string().contains(&format!("Value '{whole}' at")));
    }
}
