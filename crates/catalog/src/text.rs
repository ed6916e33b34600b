//! Comparing names as AWS does: ASCII letters match in either case.

use std::cmp::Ordering;

/// Order of two names with ASCII letters folded to lower case.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    a.bytes().map(|byte| byte.to_ascii_lowercase()).cmp(b.bytes().map(|byte| byte.to_ascii_lowercase()))
}

/// Whether `text` is an instance of `template`, in which `${Name}` stands for one or more characters.
///
/// Letters outside of the placeholders match in either case.
pub(crate) fn is_instance(template: &str, text: &str) -> bool {
    let Some((literal, rest)) = template.split_once("${") else {
        return template.eq_ignore_ascii_case(text);
    };
    let Some((head, tail)) = text.split_at_checked(literal.len()) else { return false };
    let Some((_, rest)) = rest.split_once('}') else { return false };
    if !head.eq_ignore_ascii_case(literal) {
        return false;
    }
    if rest.is_empty() {
        return !tail.is_empty();
    }
    tail.char_indices().skip(1).any(|(at, _)| tail.get(at..).is_some_and(|tail| is_instance(rest, tail)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_stand_for_at_least_one_character() {
        for (template, text, expected) in [
            ("aws:TagKeys", "AWS:tagkeys", true),
            ("aws:TagKeys", "aws:TagKey", false),
            ("aws:RequestTag/${TagKey}", "aws:requesttag/Cost Center", true),
            ("aws:RequestTag/${TagKey}", "aws:RequestTag/", false),
            ("aws:RequestTag/${TagKey}", "aws:Request", false),
            ("codebuild:secondarySources/${id}.location", "codebuild:secondarySources/a.b.location", true),
            ("codebuild:secondarySources/${id}.location", "codebuild:secondarySources/.location", false),
            ("codebuild:secondarySources/${id}.location", "codebuild:secondarySources/a.type", false),
            ("token.actions.${Domain}.ghe.com:sub", "token.actions.octo.ghe.com:sub", true),
            ("token.actions.${Domain}.ghe.com:sub", "token.actions.é.ghe.com:SUB", true),
            ("${A}-${B}", "x-y", true),
            ("${A}-${B}", "x-", false),
        ] {
            assert_eq!(is_instance(template, text), expected, "{template} {text}");
        }
    }

    #[test]
    fn order_ignores_case_of_ascii_letters_only() {
        assert_eq!(compare("GetUser", "getuser"), Ordering::Equal);
        assert_eq!(compare("GetUser", "GetUserPolicy"), Ordering::Less);
        assert_eq!(compare("É", "é"), "É".cmp("é"));
    }
}
