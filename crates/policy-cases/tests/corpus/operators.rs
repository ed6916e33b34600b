//! Condition operators on one value: rules 146-162.

use serde_json::{Value, json};

use crate::build::{Case, allow, both_effects, with};

/// A family of operators that test the same: the positive name, and the negated one.
struct Family {
    positive: &'static str,
    negated: Option<&'static str>,
    key: &'static str,
    rules: &'static [&'static str],
    /// (value of the policy, value of the request, whether they match)
    rows: Vec<(Value, Value, bool)>,
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let families = strings().into_iter().chain(numbers()).chain(dates()).chain(others()).chain(arns());
    for Family { positive, negated, key, rules, rows } in families {
        for (policy, request, matches) in rows {
            let ask = |operator: &str| {
                let about = format!("{operator}-{}-{}", text(&policy), text(&request));
                Case::new(about, rules).key(key, request.clone())
            };
            let statement =
                |operator: &str| with(allow("*", "*"), "Condition", json!({operator: {key: policy}}));
            cases.extend(both_effects(&ask(positive), &statement(positive), matches));
            let if_exists = format!("{positive}IfExists");
            cases.push(
                both_effects(&ask(&if_exists).rules(&["130"]), &statement(&if_exists), matches).remove(0),
            );
            if let Some(negated) = negated {
                let case = ask(negated).rules(&["124"]);
                cases.extend(both_effects(&case, &statement(negated), !matches));
                let if_exists = format!("{negated}IfExists");
                let case = ask(&if_exists).rules(&["124", "130"]);
                cases.push(both_effects(&case, &statement(&if_exists), !matches).remove(1));
            }
        }
    }
    cases
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn strings() -> Vec<Family> {
    let long = "x".repeat(300);
    vec![
        Family {
            positive: "StringEquals",
            negated: Some("StringNotEquals"),
            key: "aws:PrincipalTag/team",
            rules: &["146", "148", "150"],
            rows: vec![
                (json!("red"), json!("red"), true),
                (json!("red"), json!("Red"), false),
                (json!("red"), json!("red "), false),
                (json!("red"), json!("re"), false),
                (json!(""), json!(""), true),
                (json!(""), json!("red"), false),
                (json!("re*"), json!("red"), false),
                (json!("re*"), json!("re*"), true),
                (json!("re?"), json!("red"), false),
                (json!("re?"), json!("re?"), true),
                (json!("größe"), json!("größe"), true),
                // One composed character against two that look alike.
                (json!("\u{e9}"), json!("e\u{301}"), false),
                (json!(["blue", "red"]), json!("red"), true),
                (json!(["blue", "green"]), json!("red"), false),
                (json!(12), json!("12"), true),
                (json!("12"), json!(12), true),
                (json!("12.0"), json!(12), false),
                (json!(true), json!("true"), true),
                (json!("True"), json!(true), false),
                (json!(long), json!(long), true),
            ],
        },
        Family {
            positive: "StringEqualsIgnoreCase",
            negated: Some("StringNotEqualsIgnoreCase"),
            key: "aws:PrincipalTag/team",
            rules: &["146", "148", "150"],
            rows: vec![
                (json!("red"), json!("RED"), true),
                (json!("Red"), json!("rED"), true),
                (json!("red"), json!("blue"), false),
                (json!("red"), json!("red "), false),
                (json!("größe"), json!("GRÖßE"), true),
                (json!("größe"), json!("GRÖSSE"), false),
                (json!("σ"), json!("Σ"), true),
                (json!("ς"), json!("Σ"), true),
                (json!("i"), json!("İ"), false),
                (json!("i"), json!("ı"), false),
                (json!("k"), json!("\u{212a}"), true),
                (json!("RE*"), json!("red"), false),
                (json!("RE*"), json!("re*"), true),
                (json!(["blue", "RED"]), json!("red"), true),
                (json!(""), json!(""), true),
            ],
        },
        Family {
            positive: "StringLike",
            negated: Some("StringNotLike"),
            key: "aws:PrincipalTag/team",
            rules: &["146", "149"],
            rows: vec![
                (json!("red"), json!("red"), true),
                (json!("red"), json!("Red"), false),
                (json!("re*"), json!("red"), true),
                (json!("re*"), json!("re"), true),
                (json!("re*"), json!("Red"), false),
                (json!("*ed"), json!("red"), true),
                (json!("*ed"), json!("reddish"), false),
                (json!("*e*"), json!("red"), true),
                (json!("r?d"), json!("red"), true),
                (json!("r?d"), json!("rd"), false),
                (json!("r?d"), json!("reed"), false),
                (json!("r?d"), json!("röd"), true),
                (json!("???"), json!("red"), true),
                (json!("????"), json!("red"), false),
                (json!("*"), json!("red"), true),
                (json!("*"), json!(""), true),
                (json!("?*"), json!(""), false),
                (json!(""), json!(""), true),
                (json!(""), json!("red"), false),
                (json!("a*c"), json!("a/b:c"), true),
                (json!("a*c"), json!("a\nb\nc"), true),
                (json!("a*b*c"), json!("a-b-b-c"), true),
                (json!("a*b*c"), json!("a-c-b"), false),
                (json!("**"), json!("red"), true),
                (json!(["blue", "r*"]), json!("red"), true),
                (json!(["b*", "g*"]), json!("red"), false),
                (json!("*a*a*a*a*b"), json!("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), false),
                (json!("red*"), json!("red*"), true),
            ],
        },
    ]
}

fn numbers() -> Vec<Family> {
    // How the request's number stands to the policy's (rule 147), and what is no number.
    let rows = [
        ("10", "9", -1),
        ("10", "10", 0),
        ("10", "11", 1),
        ("10", "10.0", 0),
        ("10.50", "10.5", 0),
        ("10", "9.999999999999999999", -1),
        ("9007199254740993", "9007199254740992", -1),
        ("0.1", "0.10", 0),
        ("-3", "-4", -1),
        ("-3", "3", 1),
        ("0", "-0", 0),
        ("007", "7", 0),
        ("100000000000000000000000000000", "99999999999999999999999999999", -1),
    ];
    type Holds = fn(i32) -> bool;
    let operators: [(&str, Option<&str>, Holds); 5] = [
        ("NumericEquals", Some("NumericNotEquals"), |order| order == 0),
        ("NumericLessThan", None, |order| order < 0),
        ("NumericLessThanEquals", None, |order| order <= 0),
        ("NumericGreaterThan", None, |order| order > 0),
        ("NumericGreaterThanEquals", None, |order| order >= 0),
    ];
    let family = |(positive, negated, holds): (&'static str, Option<&'static str>, Holds)| Family {
        positive,
        negated,
        key: "s3:max-keys",
        rules: &["146", "147", "154", "162"],
        rows: rows
            .iter()
            .map(|(policy, request, order)| (json!(policy), json!(request), holds(*order)))
            .chain([
                (json!(10), json!(10), holds(0)),
                (json!("10"), json!(9), holds(-1)),
                // What is no number: no match, and the negation of that.
                (json!("10"), json!("ten"), false),
                (json!("ten"), json!("10"), false),
                (json!("ten"), json!("ten"), false),
                (json!("10"), json!(""), false),
                (json!("1*"), json!("10"), false),
            ])
            .collect(),
    };
    operators.into_iter().map(family).collect()
}

fn dates() -> Vec<Family> {
    let rows = [
        ("2026-11-22T01:02:03Z", "2026-11-22T01:02:03Z", 0),
        ("2026-11-22T01:02:03Z", "2026-11-22T01:02:02Z", -1),
        ("2026-11-22T01:02:03Z", "2026-11-22T01:02:04Z", 1),
        ("2026-11-22T01:02:03Z", "2026-11-22T01:02:03.000Z", 0),
        ("2026-11-22T01:02:03Z", "2026-11-22T01:02:03.001Z", 1),
        ("2026-11-22T01:02:03Z", "2026-11-22T03:02:03+02:00", 0),
        ("2026-11-22T01:02:03Z", "2026-11-21T20:32:03-04:30", 0),
        ("2026-11-22T01:02:03Z", "1795309323", 0),
        ("1795309323", "2026-11-22T01:02:03Z", 0),
        ("1795309323", "1795309322", -1),
        ("2026-11-22T01:02Z", "2026-11-22T01:02:00Z", 0),
        ("2026-11-22", "2026-11-22T00:00:00Z", 0),
        ("2026-11-22", "2026-11-21T23:59:59Z", -1),
        ("2026-11", "2026-11-01T00:00:00Z", 0),
        ("2026", "2026-01-01T00:00:00Z", 0),
        ("2026", "2025-12-31T23:59:59Z", -1),
        ("2027", "2026-11-22T01:02:03Z", -1),
        ("2024-02-29", "2024-02-29T00:00:00Z", 0),
        ("1969-12-31T23:59:59Z", "-1", 0),
        ("0", "1970-01-01T00:00:00Z", 0),
    ];
    type Holds = fn(i32) -> bool;
    let operators: [(&str, Option<&str>, Holds); 5] = [
        ("DateEquals", Some("DateNotEquals"), |order| order == 0),
        ("DateLessThan", None, |order| order < 0),
        ("DateLessThanEquals", None, |order| order <= 0),
        ("DateGreaterThan", None, |order| order > 0),
        ("DateGreaterThanEquals", None, |order| order >= 0),
    ];
    let family = |(positive, negated, holds): (&'static str, Option<&'static str>, Holds)| Family {
        positive,
        negated,
        key: "aws:CurrentTime",
        rules: &["146", "147", "155", "156", "162"],
        rows: rows
            .iter()
            .map(|(policy, request, order)| (json!(policy), json!(request), holds(*order)))
            .chain([
                (json!(1_795_309_323), json!(1_795_309_323), holds(0)),
                (json!("2026-11-22"), json!("soon"), false),
                (json!("2026-13-01"), json!("2026-11-22"), false),
                // A day that its month does not have is no date.
                (json!("2024-02-30"), json!("2024-03-01"), false),
                (json!("2024-03-01"), json!("2024-02-30"), false),
                (json!("2024-02-29"), json!("2024-02-29T00:00:00Z"), holds(0)),
                (json!("soon"), json!("2026-11-22"), false),
            ])
            .collect(),
    };
    operators.into_iter().map(family).collect()
}

fn others() -> Vec<Family> {
    vec![
        Family {
            positive: "Bool",
            negated: None,
            key: "aws:SecureTransport",
            rules: &["146", "157"],
            rows: vec![
                (json!("true"), json!("true"), true),
                (json!("true"), json!("false"), false),
                (json!("false"), json!("false"), true),
                (json!("false"), json!("true"), false),
                (json!(true), json!(true), true),
                (json!(true), json!("true"), true),
                (json!("true"), json!(true), true),
                (json!(false), json!("false"), true),
                (json!("True"), json!("true"), true),
                (json!("TRUE"), json!("True"), true),
                (json!("yes"), json!("yes"), false),
                (json!("1"), json!("true"), false),
                (json!(""), json!("false"), false),
                (json!("true"), json!(""), false),
                (json!(["true", "false"]), json!("false"), true),
            ],
        },
        Family {
            positive: "BinaryEquals",
            negated: None,
            key: "test:Bytes",
            rules: &["146", "158"],
            rows: vec![
                (json!("QmluYXJ5VmFsdWVJbkJhc2U2NA=="), json!("QmluYXJ5VmFsdWVJbkJhc2U2NA=="), true),
                (json!("QmluYXJ5VmFsdWVJbkJhc2U2NA=="), json!("ASIAIOSFODNN7EXAMPLE"), false),
                (json!("QQ=="), json!("QQ=="), true),
                (json!("QQ=="), json!("qq=="), false),
                (json!(""), json!(""), true),
                (json!("?"), json!("?"), false),
                (json!("QQ=="), json!("?"), false),
                (json!("Q*"), json!("QQ=="), false),
            ],
        },
        Family {
            positive: "IpAddress",
            negated: Some("NotIpAddress"),
            key: "aws:SourceIp",
            rules: &["146", "159", "160", "162"],
            rows: vec![
                (json!("203.0.113.0/24"), json!("203.0.113.9"), true),
                (json!("203.0.113.0/24"), json!("203.0.114.9"), false),
                (json!("203.0.113.9"), json!("203.0.113.9"), true),
                (json!("203.0.113.9"), json!("203.0.113.10"), false),
                (json!("203.0.113.9/32"), json!("203.0.113.9"), true),
                (json!("203.0.113.8/31"), json!("203.0.113.9"), true),
                (json!("203.0.113.8/31"), json!("203.0.113.10"), false),
                (json!("0.0.0.0/0"), json!("203.0.113.9"), true),
                (json!("0.0.0.0/0"), json!("2001:db8::1"), false),
                (json!("::/0"), json!("2001:db8::1"), true),
                (json!("::/0"), json!("203.0.113.9"), false),
                (json!("203.0.113.7/24"), json!("203.0.113.9"), true),
                (json!("2001:db8::/32"), json!("2001:db8:1:2::3"), true),
                (json!("2001:db8::/32"), json!("2001:db9::1"), false),
                (json!("2001:db8::1"), json!("2001:0DB8:0:0:0:0:0:1"), true),
                (json!("2001:DB8::1/128"), json!("2001:db8::1"), true),
                (json!("2001:db8::ffff/32"), json!("2001:db8::1"), true),
                (json!("203.0.113.0/24"), json!("::ffff:203.0.113.9"), true),
                (json!("203.0.113.0/24"), json!("::ffff:cb00:7109"), true),
                (json!("203.0.113.0/33"), json!("203.0.113.9"), false),
                (json!("203.0.113"), json!("203.0.113.9"), false),
                (json!("203.0.113.*"), json!("203.0.113.9"), false),
                (json!("203.0.113.0/24"), json!("nowhere"), false),
                (json!(["10.0.0.0/8", "203.0.113.0/24"]), json!("203.0.113.9"), true),
                (json!(["10.0.0.0/8", "x", "203.0.113.0/24"]), json!("203.0.113.9"), true),
                (json!(["10.0.0.0/8", "192.168.0.0/16"]), json!("203.0.113.9"), false),
            ],
        },
    ]
}

fn arns() -> Vec<Family> {
    let topic = "arn:aws:sns:us-east-1:111122223333:topic";
    let rows = || {
        vec![
            (json!(topic), json!(topic), true),
            (json!("arn:aws:sns:us-east-1:111122223333:other"), json!(topic), false),
            (json!("arn:aws:sns:us-east-1:111122223333:*"), json!(topic), true),
            (json!("arn:aws:sns:*:111122223333:topic"), json!(topic), true),
            (json!("arn:aws:sns:us-*-1:*:t?pic"), json!(topic), true),
            (json!("arn:*:sns:*:*:*"), json!(topic), true),
            (json!("arn:aws:sns:*:444455556666:*"), json!(topic), false),
            (json!("arn:aws:sns:us-east-1:111122223333:Topic"), json!(topic), false),
            (json!("ARN:aws:sns:us-east-1:111122223333:topic"), json!(topic), false),
            (json!("arn:aws:SNS:us-east-1:111122223333:topic"), json!(topic), false),
            // A `*` stays in its field.
            (
                json!("arn:aws:someservice:*:111122223333:finance/*"),
                json!(
                    "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt"
                ),
                false,
            ),
            (json!("arn:aws:sns:*:topic:x"), json!("arn:aws:sns:us-east-1:111122223333:topic:x"), false),
            (json!("arn:aws:s3:::bucket/*"), json!("arn:aws:s3:::bucket/a/b:c"), true),
            // Short patterns: the last `*` goes on.
            (json!("arn:aws:sns:*"), json!(topic), true),
            (json!("arn:aws:s*"), json!(topic), true),
            (json!("arn:aws:iam:*"), json!(topic), false),
            (json!("arn:aws:sns"), json!(topic), false),
            (json!("*"), json!(topic), true),
            // What is no ARN.
            (json!("arn:aws:sns:*:*:*"), json!("topic"), false),
            (json!("topic"), json!("topic"), false),
            (json!("arn:aws:sns:*"), json!("arn:aws:sns"), false),
            (json!(["arn:aws:iam:*", "arn:aws:sns:*"]), json!(topic), true),
            (json!(["arn:aws:iam:*", "arn:aws:s3:*"]), json!(topic), false),
        ]
    };
    let family = |positive, negated| Family {
        positive,
        negated: Some(negated),
        key: "aws:SourceArn",
        rules: &["146", "151", "152", "153"],
        rows: rows(),
    };
    let mut families = vec![family("ArnEquals", "ArnNotEquals"), family("ArnLike", "ArnNotLike")];
    // The same example with StringLike, where a `*` knows no fields.
    families.push(Family {
        positive: "StringLike",
        negated: Some("StringNotLike"),
        key: "aws:SourceArn",
        rules: &["149", "151"],
        rows: vec![(
            json!("arn:aws:someservice:*:111122223333:finance/*"),
            json!("arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt"),
            true,
        )],
    });
    families
}
