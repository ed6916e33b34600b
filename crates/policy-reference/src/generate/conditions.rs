//! Random conditions.

use serde_json::{Map, Value, json};

use super::Dice;
use super::requests::Request;

const STRINGS: [&str; 6] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
];
const NUMBERS: [&str; 6] = [
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
];
const DATES: [&str; 6] = [
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
];
const ADDRESSES: [&str; 2] = ["IpAddress", "NotIpAddress"];
const ARNS: [&str; 4] = ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"];
const OTHERS: [&str; 3] = ["Bool", "BinaryEquals", "Null"];

/// Keys that are in no request, and those that follow from every one.
const FURTHER_KEYS: [&str; 8] = [
    "aws:username",
    "aws:PrincipalArn",
    "aws:PrincipalAccount",
    "aws:PrincipalType",
    "aws:userid",
    "aws:PrincipalIsAWSService",
    "aws:ResourceAccount",
    "aws:NoSuchKey",
];

/// A Condition element.
pub(super) fn block(dice: &mut Dice<'_>, request: &Request) -> Value {
    let mut block = Map::new();
    for _ in 0..dice.below(3) {
        let (key, values) = key(dice, request);
        let operator = operator(dice, &key);
        let value = dice.one_or_list(|dice| policy_value(dice, &operator, &values));
        let value = match dice.below(33) {
            0 => json!([]),
            // So many that they are looked up.
            1 => (0..9 + dice.below(12)).map(|_| policy_value(dice, &operator, &values)).collect(),
            _ => value,
        };
        let key = match dice.below(10) {
            0 => key.to_uppercase(),
            1 => key.to_lowercase(),
            _ => key,
        };
        let operator = if dice.percent(3) { operator.to_lowercase() } else { operator };
        if let Some(keys) = block.entry(operator).or_insert_with(|| json!({})).as_object_mut() {
            keys.insert(key, value);
        }
    }
    Value::Object(block)
}

/// A key, and its values in the request.
fn key(dice: &mut Dice<'_>, request: &Request) -> (String, Vec<String>) {
    if dice.percent(30) {
        let key = dice.word(&FURTHER_KEYS);
        let last = request.principal.as_str().and_then(|arn| arn.rsplit('/').next()).unwrap_or_default();
        let principal = request.role_arn.as_deref().or(request.principal.as_str()).unwrap_or_default();
        let guesses = match key.as_str() {
            "aws:username" => vec![last.to_owned()],
            "aws:PrincipalArn" => vec![principal.to_owned()],
            "aws:PrincipalType" => vec!["User".to_owned(), "AssumedRole".to_owned(), "Account".to_owned()],
            "aws:userid" => vec!["111122223333:bob".to_owned(), "AIDAQAAAAAAAAAAAAAAAA".to_owned()],
            "aws:PrincipalIsAWSService" => vec!["true".to_owned(), "false".to_owned()],
            _ => vec!["111122223333".to_owned()],
        };
        return (key, guesses);
    }
    match dice.pick(&request.context) {
        Some((key, Value::Array(items))) => (key.clone(), items.iter().map(text).collect()),
        Some((key, value)) => (key.clone(), vec![text(value)]),
        None => ("aws:TagKeys".to_owned(), vec!["a".to_owned()]),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// An operator that suits the key, mostly.
fn operator(dice: &mut Dice<'_>, key: &str) -> String {
    let all: Vec<&str> = [&STRINGS[..], &NUMBERS, &DATES, &ADDRESSES, &ARNS, &OTHERS].concat();
    let suited: &[&str] = match key {
        _ if dice.percent(15) => &all,
        "aws:SourceIp" => &ADDRESSES,
        "aws:CurrentTime" => &DATES,
        "aws:EpochTime" if dice.percent(50) => &DATES,
        "aws:EpochTime" | "s3:max-keys" => &NUMBERS,
        "aws:SecureTransport" | "aws:PrincipalIsAWSService" => &["Bool"],
        "test:Bytes" => &["BinaryEquals"],
        "aws:SourceArn" | "aws:PrincipalArn" => &ARNS,
        _ if dice.percent(10) => &["Null"],
        _ => &STRINGS,
    };
    let base = dice.word(suited);
    let multivalued = key == "aws:TagKeys" || key == "aws:PrincipalOrgPaths";
    let prefix = match dice.below(if multivalued { 5 } else { 20 }) {
        0 | 1 => "ForAllValues:",
        2 | 3 => "ForAnyValue:",
        _ => "",
    };
    let suffix = if base != "Null" && dice.percent(20) { "IfExists" } else { "" };
    format!("{prefix}{base}{suffix}")
}

/// A value for this operator, close to one of the request's.
fn policy_value(dice: &mut Dice<'_>, operator: &str, values: &[String]) -> Value {
    let value = dice.pick(values).cloned().unwrap_or_default();
    if operator.contains("Null") {
        let forms = [json!(true), json!("true"), json!("False"), json!(false), json!("x")];
        return dice.pick(&forms).cloned().unwrap_or_default();
    }
    if operator.contains("Numeric") {
        let forms = [
            json!(10),
            json!("10.00"),
            json!("9"),
            json!("-3.0"),
            json!(2.5),
            json!("x"),
            json!(1_795_309_323),
        ];
        return if dice.percent(30) { json!(value) } else { dice.pick(&forms).cloned().unwrap_or_default() };
    }
    if operator.contains("Date") {
        let forms = [
            "2026-11-22T01:02:03Z",
            "2026-11-22T00:02:03-01:00",
            "2026-11-22T01:02Z",
            "2026-11-22T01:02:03.50Z",
            "2026-11-22",
            "2026",
            "2027-01",
            "1795309323",
            "1795309324",
            "2026-13-01",
            "1969-12-31T23:59:59Z",
            "2026-11-22T01:02:03z",
            "2026-11-22t01:02:03Z",
            "2026-11-22 01:02:03Z",
            "2026-11-22T01:02:03",
            "2026-11-22T01Z",
            "2026-11-22T24:00:00Z",
            "2026-11-22T01:02:60Z",
            "2026-11-22T01:02:03+0200",
            "2026-11-22T01:02:03+02",
            "2026-11-22T01:02:03,5Z",
            "2026-11-22T01:02:03.123456789012Z",
            "+2026",
            "20261122",
            "02026",
            "-5",
            "1795309323.0",
            "2024-02-30",
            "",
            "0000",
            "9999-12-31T23:59:59Z",
            "-99999999999999999999999",
        ];
        return json!(if dice.percent(20) { value } else { dice.word(&forms) });
    }
    if operator.contains("Ip") && !operator.contains("IfExists") || operator.starts_with("IpAddressIf") {
        let forms = [
            "203.0.113.0/24",
            "203.0.113.7/24",
            "203.0.113.9",
            "0.0.0.0/0",
            "2001:db8::/32",
            "::/0",
            "2001:db8::1",
            "10.0.0.0/8",
            "203.0.113.9/33",
            "::ffff:203.0.113.0/120",
            "::ffff:0:0/96",
            "::ffff:0:0/90",
            "203.0.113.9/032",
            "x",
        ];
        return json!(if dice.percent(20) { value } else { dice.word(&forms) });
    }
    if operator.contains("Bool") {
        let forms = [
            json!(true),
            json!("true"),
            json!("False"),
            json!(false),
            json!("TRUE"),
            json!("yes"),
            json!("${aws:SecureTransport}"),
            json!("tru${x}e"),
            json!(""),
        ];
        return dice.pick(&forms).cloned().unwrap_or_default();
    }
    if operator.contains("Arn") && dice.percent(40) {
        let forms = [
            "*",
            "arn:aws:sns:*",
            "arn:aws:sns:us-east-1:*",
            "arn:aws:sns:*:111122223333:*",
            "arn:*:iam::*:user/*",
            "arn:aws:s*",
            "arn:aws:lambda:*:function:f",
            "arn:aws",
            "arn:aws:iam::111122223333:role/*",
            "${aws:PrincipalArn}",
            "arn:aws:*:*:111122223333:?opic",
            "arn:aws:s?s:us-east-1:111122223333:topic",
            "arn:aws:sns:us-east-1:*:topic",
            "*:*:*:*:*:*",
            "**",
            "a*",
            "arn:*",
            "arn",
            "",
            "arn:aws:sns:?",
            "arn:aws:sns:*:*",
            "ARN:aws:sns:us-east-1:111122223333:topic",
        ];
        return json!(dice.word(&forms));
    }
    if dice.percent(12) {
        return json!(variable(dice));
    }
    json!(dice.near(&value))
}

/// A text with a policy variable.
pub(super) fn variable(dice: &mut Dice<'_>) -> String {
    let forms = [
        "${aws:username}",
        "${AWS:USERNAME}",
        "${aws:PrincipalTag/team}",
        "${aws:PrincipalTag/team, 'red'}",
        "${aws:NoSuchKey}",
        "${aws:NoSuchKey, 'key'}",
        "${aws:NoSuchKey, ''}*",
        "r${*}d",
        "${*}",
        "${?}",
        "team-${$}{x}",
        "${aws:TagKeys}",
        "${aws:TagKeys}",
        "*${aws:TagKeys}",
        "${aws:TagKeys, 'a'}",
        "home/${aws:username}/*",
        "${aws:ResourceTag/Env}",
        "${open",
        "${}",
        "${a b}",
        "${aws:username,'x'}",
        "${aws:username, x}",
        "${aws:username,  'x'}",
        "${aws:NoSuchKey, 'a'b'}",
        "${aws:NoSuchKey, 'a}b'}",
        "${aws:NoSuchKey, 'a, 'b'}",
        "${aws:${aws:username}}",
        "${ aws:username}",
        "${aws:username}${aws:PrincipalTag/team}",
        "${**}",
        "$*",
        "${s3:prefix}",
        "${S3:Prefix, 'x'}*",
        "$${aws:username}",
    ];
    dice.word(&forms)
}
