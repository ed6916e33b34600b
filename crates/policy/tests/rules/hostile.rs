//! Documents and requests made to hurt.

use std::fmt::Write as _;

use keygate_policy::{Context, Policy, PolicyKind, policy_size};
use proptest::prelude::*;
use serde_json::json;

use crate::support::*;

const KINDS: [PolicyKind; 8] = [
    PolicyKind::Identity,
    PolicyKind::Trust,
    PolicyKind::Resource,
    PolicyKind::Boundary,
    PolicyKind::Session,
    PolicyKind::Scp,
    PolicyKind::Rcp,
    PolicyKind::VpcEndpoint,
];

#[test]
fn broken_documents_are_refused_by_every_kind() {
    let deep = format!("{}1{}", "[".repeat(50_000), "]".repeat(50_000));
    let deep_objects = "{\"a\":".repeat(50_000);
    for text in [
        "",
        " ",
        "null",
        "true",
        "\"x\"",
        "5",
        "[]",
        "{}",
        "{",
        "\u{0}",
        "{\"Statement\"",
        "{\"Statement\":[{}]}",
        "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}}",
        "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"\\ud800\"}]}",
        "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"a\nb\"}]}",
        "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"},]}",
        "/* */ {\"Version\":\"2012-10-17\",\"Statement\":[]}",
        &deep,
        &deep_objects,
    ] {
        for kind in KINDS {
            assert!(Policy::parse(text, kind).is_err(), "{kind:?} {text:.60}");
            assert!(Policy::read(text, kind).is_err(), "{kind:?} {text:.60}");
        }
    }
}

#[test]
fn large_documents_cost_linear_time() {
    let mut keys = String::new();
    for i in 0..9_000 {
        write!(keys, "\"{i:05}\":{{}},").unwrap();
    }
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{{keys}"z":{{}}}}}}}}"#
    );
    assert!(Policy::parse(&text, PolicyKind::Identity).is_ok());
    let many = vec![allow("a:b", "*"); 2_000];
    assert_eq!(Policy::parse(&document(many), PolicyKind::Identity).unwrap().statements().len(), 2_000);
}

#[test]
fn hostile_globs_and_long_requests_are_decided_in_bounded_time() {
    let pattern = "*a*b".repeat(1_500);
    let statement = json!({
        "Effect": "Deny", "Action": format!("s3:{pattern}"), "Resource": format!("arn:aws:s3:*:*:{pattern}"),
    });
    let condition = json!({
        "StringLike": {"k": [pattern.clone(), format!("${{k}}{pattern}"), format!("*{}", "a?".repeat(3_000))]},
        "ArnNotLike": {"arn": format!("arn:aws:s3:*:*:{pattern}")},
    });
    let conditional = with(deny("*", "*"), "Condition", condition);
    let mut case = Case::new().identity(json!([allow("*", "*"), statement, conditional]));
    case.resource = format!("arn:aws:s3:::{}", "a:b/".repeat(500));
    case.context = Context::new().with("k", "a".repeat(4_000)).with("arn", case.resource.clone());
    case.allowed();
}

#[test]
fn unusual_characters_are_only_characters() {
    for name in ["😀", "a\"b", "a\\b", "\u{7f}", "${", "}", "*", "?"] {
        let resource = format!("arn:aws:s3:::b/{name}");
        let literal = name.replace('*', "${*}").replace('?', "${?}");
        let case = Case::new().identity(allow("*", format!("arn:aws:s3:::b/{literal}")));
        case.clone().asks("s3:GetObject", &resource).allowed();
        case.asks("s3:GetObject", "arn:aws:s3:::b/other").grants(false);
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,200}") {
        for kind in KINDS {
            let _ = Policy::parse(&text, kind);
        }
        prop_assert!(policy_size(&text) <= text.chars().count());
    }

    #[test]
    fn no_mutation_of_a_policy_makes_the_reader_panic(at in 0_usize..220, with in "[\\PC\"\\\\{}\\[\\]:,]{0,3}") {
        let statement = json!({
            "Sid": "a", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["s3:*"], "Resource": "arn:aws:s3:::${a, 'b'}",
            "Condition": {"DateLessThan": {"k": ["2020-01-01T00:00:00Z"]}, "IpAddress": {"k": "::/0"}}});
        let mut text = document(statement);
        let at = at.min(text.len() - 1);
        text.replace_range(at..=at, &with);
        for kind in KINDS {
            if let Ok(policy) = Policy::read(&text, kind) {
                prop_assert_eq!(policy.text(), text.as_str());
            }
        }
    }
}
