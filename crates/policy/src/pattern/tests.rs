//! Patterns against a naive matcher, and their cost.

use proptest::prelude::*;

use crate::context::Context;
use crate::document::Version;
use crate::template::{Wildcards, pattern};

fn matches(pattern_text: &str, text: &str) -> bool {
    pattern(pattern_text, Version::Current, Wildcards::Active).matches(text, &Context::new())
}

#[test]
fn rule_149_wildcards_are_anchored_and_cross_everything() {
    for (pattern, text, expected) in [
        ("", "", true),
        ("", "a", false),
        ("*", "", true),
        ("*", "a/b:c\nd", true),
        ("?", "", false),
        ("?", "é", true),
        ("?", "ab", false),
        ("a*", "a", true),
        ("a*", "ba", false),
        ("*a", "ba", true),
        ("*a", "ab", false),
        ("a*b*c", "abc", true),
        ("a*b*c", "a-b-b-c", true),
        ("a*b*c", "acb", false),
        ("*a*a*", "a", false),
        ("*a*a*", "aa", true),
        ("a?c*", "abcdef", true),
        ("*?", "", false),
        ("*?b", "ab", true),
        ("*?b", "b", false),
        ("**a**", "xax", true),
        ("*ab", "aab", true),
        ("*é?", "xéé", true),
        ("ab*ba", "aba", false),
    ] {
        assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
    }
}

#[test]
fn rules_163_to_172_variables() {
    let context = Context::new()
        .with("aws:username", "ann*")
        .with("aws:PrincipalTag/empty", "")
        .with_list("aws:TagKeys", ["one"]);
    for (version, text, value, expected) in [
        (Version::Current, "home/${aws:username}/*", "home/ann*/x", true),
        (Version::Current, "home/${aws:username}/*", "home/annette/x", false),
        (Version::Current, "${AWS:UserName}", "ann*", true),
        (Version::Old, "${aws:username}", "ann*", false),
        (Version::Old, "${aws:username}", "${aws:username}", true),
        (Version::Old, "${*}", "${anything}", true),
        (Version::Current, "${*}${?}${$}", "*?$", true),
        (Version::Current, "${*}", "x", false),
        (Version::Current, "${aws:none}", "", false),
        (Version::Current, "${aws:none, 'de*fault'}", "de*fault", true),
        (Version::Current, "${aws:none, 'de*fault'}", "de-fault", false),
        (Version::Current, "${aws:none, ''}", "", true),
        (Version::Current, "${aws:username, 'x'}", "ann*", true),
        (Version::Current, "${aws:PrincipalTag/empty, 'x'}", "", true),
        (Version::Current, "${aws:TagKeys}", "one", false),
        (Version::Current, "${aws:TagKeys, 'x'}", "x", true),
        (Version::Current, "${aws:username", "${aws:username", true),
        (Version::Current, "${}", "${}", true),
        (Version::Current, "${ aws:username }", "${ aws:username }", true),
        (Version::Current, "${aws:username,'x'}", "${aws:username,'x'}", true),
        (Version::Current, "${aws:${aws:username}}", "${aws:ann*}", true),
        (Version::Current, "$${aws:username}", "$ann*", true),
        (Version::Current, "*${aws:username}*", "--ann*--", true),
        (Version::Current, "*${aws:username}", "--ann*", true),
    ] {
        let found = pattern(text, version, Wildcards::Active).matches(value, &context);
        assert_eq!(found, expected, "{text} {value}");
    }
}

/// Obviously right and exponentially slow.
fn naive(pattern: &[char], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, _) => text.is_empty(),
        (Some(('*', rest)), _) => (0..=text.len()).any(|skip| naive(rest, &text[skip..])),
        (Some(('?', rest)), Some((_, behind))) => naive(rest, behind),
        (Some((wanted, rest)), Some((found, behind))) => wanted == found && naive(rest, behind),
        (Some(_), None) => false,
    }
}

/// The same for patterns of ARNs: `field` says for each wildcard whether it stays in its field.
fn naive_in_fields(pattern: &[(char, bool)], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, _) => text.is_empty(),
        (Some((('*', stays), rest)), _) => {
            let reach = text.iter().position(|c| *stays && *c == ':').unwrap_or(text.len());
            (0..=reach).any(|skip| naive_in_fields(rest, &text[skip..]))
        }
        (Some((('?', stays), rest)), Some((found, behind))) => {
            !(*stays && *found == ':') && naive_in_fields(rest, behind)
        }
        (Some(((wanted, _), rest)), Some((found, behind))) => {
            wanted.eq_ignore_ascii_case(found) && naive_in_fields(rest, behind)
        }
        (Some(_), None) => false,
    }
}

/// The wildcards of a resource pattern, each with whether it stays in its field.
fn with_reach(pattern: &str) -> Vec<(char, bool)> {
    let characters: Vec<char> = pattern.chars().collect();
    let mut colons = 0;
    characters
        .iter()
        .enumerate()
        .map(|(index, character)| {
            colons += usize::from(*character == ':');
            let ends_field = matches!(characters.get(index + 1), None | Some(':'));
            (*character, colons < 5 && !(*character == '*' && ends_field))
        })
        .collect()
}

proptest! {
    #[test]
    fn matching_agrees_with_the_naive_matcher(pattern in "[ab*?é:]{0,10}", text in "[abé:]{0,12}") {
        let expected = naive(&pattern.chars().collect::<Vec<_>>(), &text.chars().collect::<Vec<_>>());
        prop_assert_eq!(matches(&pattern, &text), expected);
    }

    #[test]
    fn rules_111_to_113_fields_agree_with_the_naive_matcher(
        pattern in "arn(:[ab*?]{0,3}){5}[:ab*?]{0,5}",
        text in "arn(:[ab]{0,2}){5}[:ab]{0,6}",
    ) {
        let compiled = crate::arn_form::ResourcePattern::new(
            Some(&pattern), Version::Current, crate::PolicyKind::Identity);
        // The resource field compares case-sensitively; the alphabet has one case only.
        let expected = naive_in_fields(&with_reach(&pattern), &text.chars().collect::<Vec<_>>());
        prop_assert_eq!(compiled.matches(&text, &Context::new()), expected, "{} {}", pattern, text);
    }

    #[test]
    fn rule_151_arn_operators_agree_with_fields_matched_one_by_one(
        pattern in "arn(:[ab*?]{0,3}){5}[:ab*?]{0,5}",
        text in "arn(:[ab]{0,2}){5}[:ab]{0,6}",
    ) {
        let compiled = super::super::template::pattern(&pattern, Version::Current, Wildcards::Active);
        let expected = pattern.splitn(6, ':').zip(text.splitn(6, ':')).all(|(pattern, text)| {
            naive(&pattern.chars().collect::<Vec<_>>(), &text.chars().collect::<Vec<_>>())
        });
        prop_assert_eq!(compiled.matches_arn(&text, &Context::new()), expected);
    }
}

#[test]
fn hostile_patterns_take_bounded_time() {
    // Each of these makes a backtracking matcher take time exponential in the number of stars.
    let text = "a".repeat(2_000);
    for pattern in
        ["a*".repeat(3_000) + "b", "*a?".repeat(600) + "*b*", "*".repeat(6_000) + "b", "*aab".repeat(1_000)]
    {
        assert!(!matches(&pattern, &text));
    }
    assert!(matches(&"*a".repeat(2_000), &text));
    let colons = format!("arn:aws:s3:{}", ":a".repeat(1_000));
    let resource = crate::arn_form::ResourcePattern::new(
        Some(&format!("arn:aws:s3:*:*:{}b", "*:a".repeat(1_500))),
        Version::Current,
        crate::PolicyKind::Identity,
    );
    assert!(!resource.matches(&colons, &Context::new()));
}
