//! Condition blocks (rules 124-172), as whole decisions.

use keygate_policy::{Context, Layer};
use serde_json::{Value, json};

use crate::support::*;

/// Whether a condition is satisfied: whether an Allow with it grants; and a Deny with it must agree.
fn holds(condition: &Value, context: &Context) -> bool {
    let mut granting = Case::new().identity(with(allow("*", "*"), "Condition", condition.clone()));
    granting.context = context.clone();
    let mut denying =
        Case::new().identity(json!([allow("*", "*"), with(deny("*", "*"), "Condition", condition.clone())]));
    denying.context = context.clone();
    let granted = granting.decide().is_allowed();
    assert_eq!(granted, !denying.decide().is_allowed(), "{condition}");
    granted
}

/// One key `k` with these values; `None` is an absent key.
fn key(values: Option<&[&str]>) -> Context {
    match values {
        None => Context::new(),
        Some([value]) => Context::new().with("k", *value),
        Some(values) => Context::new().with_list("k", values.iter().copied()),
    }
}

type Row<'a> = (&'a str, Value, Option<&'a [&'a str]>, bool);

#[track_caller]
fn check(rows: &[Row<'_>]) {
    for (operator, policy, request, expected) in rows {
        let condition = json!({*operator: {"k": policy}});
        assert_eq!(holds(&condition, &key(*request)), *expected, "{operator} {policy} {request:?}");
    }
}

#[test]
fn rule_124_operators_and_keys_and_values_combine() {
    let condition = json!({
        "StringEquals": {"a": ["1", "2"], "b": "x"},
        "StringNotEquals": {"c": ["3", "4"]},
    });
    let context = |a: &str, b: &str, c: &str| Context::new().with("a", a).with("b", b).with("c", c);
    for (a, b, c, expected) in [
        ("1", "x", "5", true),
        ("2", "x", "5", true),
        ("3", "x", "5", false),
        ("1", "y", "5", false),
        ("1", "x", "3", false),
        ("1", "x", "4", false),
    ] {
        assert_eq!(holds(&condition, &context(a, b, c)), expected, "{a} {b} {c}");
    }
}

#[test]
fn rules_125_and_127_key_names_fold_case_and_both_spellings_count() {
    let tagged = Context::new().with("aws:ResourceTag/Team", "red").with("AWS:sourceVPC", "vpc-1");
    assert!(holds(
        &json!({"StringEquals": {"AWS:resourcetag/TEAM": "red", "aws:SourceVpc": "vpc-1"}}),
        &tagged
    ));
    assert!(!holds(&json!({"StringEquals": {"aws:SourceVpc": "vpc-1", "aws:sourcevpc": "vpc-2"}}), &tagged));
}

#[test]
fn rule_128_operator_names_fold_case() {
    assert!(holds(&json!({"stringEQUALS": {"k": "v"}}), &Context::new().with("k", "v")));
}

#[test]
fn rule_129_and_130_absent_keys() {
    check(&[
        ("StringEquals", json!("v"), None, false),
        ("StringNotEquals", json!("v"), None, true),
        ("StringLike", json!("*"), None, false),
        ("StringNotLike", json!("*"), None, true),
        ("StringEqualsIgnoreCase", json!("v"), None, false),
        ("StringNotEqualsIgnoreCase", json!("v"), None, true),
        ("NumericLessThan", json!("5"), None, false),
        ("NumericNotEquals", json!("5"), None, true),
        ("DateGreaterThan", json!("2020-01-01"), None, false),
        ("DateNotEquals", json!("2020-01-01"), None, true),
        ("Bool", json!("false"), None, false),
        ("BinaryEquals", json!("Zg=="), None, false),
        ("IpAddress", json!("10.0.0.0/8"), None, false),
        ("NotIpAddress", json!("10.0.0.0/8"), None, true),
        ("ArnLike", json!("*"), None, false),
        ("ArnNotLike", json!("*"), None, true),
        ("StringEqualsIfExists", json!("v"), None, true),
        ("StringEqualsIfExists", json!("v"), Some(&["v"]), true),
        ("StringEqualsIfExists", json!("v"), Some(&["w"]), false),
        ("StringNotEqualsIfExists", json!("v"), None, true),
        ("StringNotEqualsIfExists", json!("v"), Some(&["v"]), false),
        ("NumericLessThanIfExists", json!("5"), None, true),
        ("BoolIfExists", json!("false"), None, true),
        ("IpAddressIfExists", json!("10.0.0.0/8"), None, true),
        ("StringEquals", json!("v"), Some(&[]), false),
        ("StringNotEquals", json!("v"), Some(&[]), true),
        ("StringEqualsIfExists", json!("v"), Some(&[]), true),
    ]);
}

#[test]
fn rule_129_a_deny_is_not_skipped_by_leaving_the_key_out() {
    let only_vpc = with(deny("*", "*"), "Condition", json!({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}));
    let case = Case::new().identity(json!([allow("*", "*"), only_vpc]));
    case.clone().explicitly_denied_by(Layer::Identity);
    case.key("aws:SourceVpc", "vpc-1").allowed();
}

#[test]
fn rules_131_and_132_null() {
    check(&[
        ("Null", json!("true"), None, true),
        ("Null", json!("true"), Some(&["v"]), false),
        ("Null", json!("false"), None, false),
        ("Null", json!("false"), Some(&["v"]), true),
        ("Null", json!(true), None, true),
        ("Null", json!(false), Some(&["v"]), true),
        ("Null", json!("TRUE"), None, true),
        ("Null", json!(["true", "false"]), None, true),
        ("Null", json!(["true", "false"]), Some(&["v"]), true),
        ("Null", json!("nonsense"), None, false),
        ("Null", json!("nonsense"), Some(&["v"]), false),
        ("Null", json!("false"), Some(&["a", "b"]), true),
        ("ForAllValues:Null", json!("true"), None, true),
        ("ForAllValues:Null", json!("true"), Some(&["v"]), true),
        ("ForAllValues:Null", json!("false"), None, true),
        ("ForAnyValue:Null", json!("true"), None, false),
        ("ForAnyValue:Null", json!("false"), Some(&["v"]), false),
    ]);
}

#[test]
fn rules_134_to_138_sets() {
    let ab = json!(["a", "b"]);
    check(&[
        ("ForAllValues:StringEquals", ab.clone(), Some(&["a", "b"]), true),
        ("ForAllValues:StringEquals", ab.clone(), Some(&["a"]), true),
        ("ForAllValues:StringEquals", ab.clone(), Some(&["a", "c"]), false),
        ("ForAllValues:StringEquals", ab.clone(), Some(&["c"]), false),
        ("ForAllValues:StringEquals", ab.clone(), None, true),
        ("ForAllValues:StringEquals", ab.clone(), Some(&[]), true),
        ("ForAllValues:StringEquals", ab.clone(), Some(&[""]), true),
        ("ForAllValues:StringEquals", ab.clone(), Some(&["", "a"]), false),
        ("ForAnyValue:StringEquals", ab.clone(), Some(&["c", "b"]), true),
        ("ForAnyValue:StringEquals", ab.clone(), Some(&["c", "d"]), false),
        ("ForAnyValue:StringEquals", ab.clone(), None, false),
        ("ForAnyValue:StringEquals", ab.clone(), Some(&[]), false),
        ("ForAllValues:StringNotEquals", ab.clone(), Some(&["c", "d"]), true),
        ("ForAllValues:StringNotEquals", ab.clone(), Some(&["c", "a"]), false),
        ("ForAllValues:StringNotEquals", ab.clone(), None, true),
        ("ForAnyValue:StringNotEquals", ab.clone(), Some(&["a", "c"]), true),
        ("ForAnyValue:StringNotEquals", ab.clone(), Some(&["a", "b"]), false),
        ("ForAnyValue:StringNotEquals", ab.clone(), None, false),
        ("ForAnyValue:StringEqualsIfExists", ab.clone(), None, true),
        ("ForAnyValue:StringEqualsIfExists", ab.clone(), Some(&["c", "d"]), false),
        ("ForAllValues:StringEqualsIfExists", ab.clone(), None, true),
        ("ForAllValues:StringEqualsIfExists", ab.clone(), Some(&["c", "a"]), false),
        ("ForAllValues:StringLike", json!(["a*"]), Some(&["ab", "ac"]), true),
        ("ForAnyValue:IpAddress", json!(["10.0.0.0/8"]), Some(&["192.0.2.1", "10.1.1.1"]), true),
        ("ForAllValues:Bool", json!(true), Some(&["true", "true"]), true),
    ]);
}

#[test]
fn rule_139_the_guard_for_all_values() {
    let guarded = json!({"ForAllValues:StringEquals": {"k": ["a"]}, "Null": {"k": "false"}});
    assert!(!holds(&guarded, &key(None)));
    assert!(!holds(&guarded, &key(Some(&[]))));
    assert!(holds(&guarded, &key(Some(&["a"]))));
}

#[test]
fn rule_140_several_values_without_qualifier_never_match() {
    check(&[
        ("StringEquals", json!("a"), Some(&["a", "b"]), false),
        ("StringEquals", json!(["a", "b"]), Some(&["a", "b"]), false),
        ("StringNotEquals", json!("c"), Some(&["a", "b"]), false),
        ("StringEqualsIfExists", json!("a"), Some(&["a", "b"]), false),
        ("StringNotEqualsIfExists", json!("c"), Some(&["a", "b"]), false),
        ("ArnNotLike", json!("*"), Some(&["a", "b"]), false),
    ]);
    assert!(holds(&json!({"StringEquals": {"k": "a"}}), &Context::new().with_list("k", ["a"])));
}

#[test]
fn rule_141_a_single_value_is_a_set_of_one() {
    check(&[
        ("ForAllValues:StringEquals", json!("a"), Some(&["a"]), true),
        ("ForAnyValue:StringEquals", json!("a"), Some(&["a"]), true),
        ("ForAnyValue:StringEquals", json!("a"), Some(&["b"]), false),
    ]);
}

#[test]
fn rule_142_an_empty_list_of_values() {
    check(&[
        ("StringEquals", json!([]), Some(&["a"]), false),
        ("StringEquals", json!([]), None, false),
        ("StringNotEquals", json!([]), Some(&["a"]), true),
        ("StringNotEquals", json!([]), None, true),
        ("ForAllValues:StringEquals", json!([]), Some(&["a"]), false),
        ("ForAllValues:StringEquals", json!([]), None, true),
        ("ForAllValues:StringNotEquals", json!([]), Some(&["a"]), false),
        ("ForAnyValue:StringEquals", json!([]), Some(&["a"]), false),
        ("ForAnyValue:StringNotEquals", json!([]), Some(&["a"]), false),
        ("ForAnyValue:StringEquals", json!([]), None, false),
        ("StringEqualsIfExists", json!([]), Some(&["a"]), false),
        ("StringEqualsIfExists", json!([]), None, true),
        ("StringNotEqualsIfExists", json!([]), Some(&["a"]), false),
        ("Null", json!([]), None, false),
    ]);
}

#[test]
fn rule_143_empty_blocks_do_not_restrict() {
    for condition in [json!({}), json!({"StringEquals": {}}), json!({"Nonsense": {}})] {
        assert!(holds(&condition, &Context::new()), "{condition}");
    }
}

#[test]
fn rule_144_for_all_values_string_not_like_follows_the_rules() {
    let paths = json!(["o-1/r-1/ou-1/*"]);
    check(&[
        ("ForAllValues:StringNotLike", paths.clone(), Some(&["o-1/r-1/ou-1/x/"]), false),
        ("ForAllValues:StringNotLike", paths.clone(), Some(&["o-1/r-1/ou-2/"]), true),
        ("ForAllValues:StringNotLike", paths, None, true),
    ]);
}

#[test]
fn rule_145_an_empty_value_is_a_value() {
    check(&[
        ("StringEquals", json!(""), Some(&[""]), true),
        ("StringEquals", json!("a"), Some(&[""]), false),
        ("StringLike", json!("*"), Some(&[""]), true),
        ("Null", json!("true"), Some(&[""]), false),
        ("Null", json!("true"), Some(&[]), true),
    ]);
}

#[test]
fn rules_148_and_150_strings() {
    check(&[
        ("StringEquals", json!("Value"), Some(&["Value"]), true),
        ("StringEquals", json!("Value"), Some(&["value"]), false),
        ("StringEquals", json!("Value "), Some(&["Value"]), false),
        ("StringEquals", json!("é"), Some(&["e\u{301}"]), false),
        ("StringEquals", json!("a*"), Some(&["ab"]), false),
        ("StringEquals", json!("a*"), Some(&["a*"]), true),
        ("StringEquals", json!("a?"), Some(&["ab"]), false),
        ("StringEqualsIgnoreCase", json!("VALUE"), Some(&["value"]), true),
        ("StringEqualsIgnoreCase", json!("ÉTÉ"), Some(&["été"]), true),
        ("StringEqualsIgnoreCase", json!("a*"), Some(&["AB"]), false),
        ("StringEqualsIgnoreCase", json!("a"), Some(&["ab"]), false),
        ("StringEqualsIgnoreCase", json!("ab"), Some(&["a"]), false),
        ("StringNotEqualsIgnoreCase", json!("VALUE"), Some(&["value"]), false),
        ("StringEquals", json!(5), Some(&["5"]), true),
        ("StringEquals", json!(true), Some(&["true"]), true),
    ]);
}

#[test]
fn rule_149_string_like() {
    check(&[
        ("StringLike", json!("a*c"), Some(&["a/b:\nc"]), true),
        ("StringLike", json!("a*c"), Some(&["A-c"]), false),
        ("StringLike", json!("a?c"), Some(&["aéc"]), true),
        ("StringLike", json!("a?c"), Some(&["ac"]), false),
        ("StringLike", json!("b"), Some(&["abc"]), false),
        ("StringNotLike", json!(["a*", "b*"]), Some(&["cc"]), true),
        ("StringNotLike", json!(["a*", "b*"]), Some(&["bc"]), false),
    ]);
}

#[test]
fn rules_151_to_153_arns() {
    let across = "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt";
    let pattern = "arn:aws:someservice:*:111122223333:finance/*";
    check(&[
        ("ArnLike", json!(pattern), Some(&[across]), false),
        ("StringLike", json!(pattern), Some(&[across]), true),
        ("ArnLike", json!(pattern), Some(&["arn:aws:someservice:x:111122223333:finance/a:b"]), true),
        ("ArnEquals", json!(pattern), Some(&["arn:aws:someservice:x:111122223333:finance/"]), true),
        ("ArnNotEquals", json!(pattern), Some(&[across]), true),
        ("ArnLike", json!("arn:*:iam::*:role/*"), Some(&[ROLE]), true),
        ("ArnLike", json!("arn:AWS:iam::*:role/*"), Some(&[ROLE]), false),
        ("ArnLike", json!("arn:aws:iam::?11122223333:role/*"), Some(&[ROLE]), true),
        ("ArnLike", json!("arn:aws:iam:?111122223333:role/*"), Some(&[ROLE]), false),
        ("ArnLike", json!("arn:aws:iam:*"), Some(&[ROLE]), true),
        ("ArnLike", json!("arn:aws:i*"), Some(&[ROLE]), true),
        ("ArnLike", json!("arn:aws:iam:*:role/path/app"), Some(&[ROLE]), false),
        ("ArnLike", json!("arn:aws:iam"), Some(&[ROLE]), false),
        ("ArnLike", json!("*"), Some(&[ROLE]), true),
        ("ArnLike", json!("*"), Some(&["no arn"]), true),
        ("ArnLike", json!("arn:*"), Some(&["no arn"]), false),
        ("ArnNotLike", json!("arn:*"), Some(&["no arn"]), true),
        ("ArnLike", json!("no arn"), Some(&["no arn"]), false),
        ("ArnNotLike", json!("no arn"), Some(&[ROLE]), true),
    ]);
    let variable = json!({"ArnEquals": {"aws:SourceArn": "${aws:PrincipalArn}"}});
    let context = Context::new().with("aws:SourceArn", ROLE).with("aws:PrincipalArn", ROLE);
    assert!(holds(&variable, &context));
}

#[test]
fn rules_147_and_154_numbers() {
    check(&[
        ("NumericEquals", json!("10"), Some(&["10.0"]), true),
        ("NumericEquals", json!(10), Some(&["10"]), true),
        ("NumericNotEquals", json!("10"), Some(&["10.0"]), false),
        ("NumericLessThan", json!("10"), Some(&["9"]), true),
        ("NumericLessThan", json!("10"), Some(&["10"]), false),
        ("NumericLessThanEquals", json!("10"), Some(&["10"]), true),
        ("NumericGreaterThan", json!("10"), Some(&["10.5"]), true),
        ("NumericGreaterThan", json!("-10"), Some(&["-10.5"]), false),
        ("NumericGreaterThanEquals", json!("10"), Some(&["9.999"]), false),
        ("NumericEquals", json!(["1", "2"]), Some(&["2"]), true),
        ("NumericEquals", json!("10"), Some(&["ten"]), false),
        ("NumericNotEquals", json!("10"), Some(&["ten"]), true),
        ("NumericLessThan", json!("10"), Some(&["ten"]), false),
    ]);
}

#[test]
fn rules_155_and_156_dates() {
    check(&[
        ("DateGreaterThan", json!("2020-04-01T00:00:01Z"), Some(&["2020-04-01T00:00:02Z"]), true),
        ("DateGreaterThan", json!("2020-04-01T00:00:01Z"), Some(&["1585699202"]), true),
        ("DateGreaterThan", json!("1585699201"), Some(&["2020-04-01T00:00:02Z"]), true),
        ("DateGreaterThan", json!(1_585_699_201), Some(&["1585699201"]), false),
        ("DateLessThanEquals", json!("2020-04-01"), Some(&["2020-04-01T00:00:00Z"]), true),
        ("DateLessThan", json!("2020-04-01"), Some(&["2020-04-01T00:00:00Z"]), false),
        ("DateEquals", json!("2020"), Some(&["2020-01-01T00:00:00Z"]), true),
        ("DateNotEquals", json!("2020"), Some(&["2020-01-01T00:00:00Z"]), false),
        ("DateEquals", json!("2020"), Some(&["2020"]), true),
        ("DateGreaterThan", json!("2020"), Some(&["yesterday"]), false),
        ("DateNotEquals", json!("2020"), Some(&["yesterday"]), true),
        ("NumericLessThan", json!("1585699201"), Some(&["1585699200"]), true),
    ]);
}

#[test]
fn rule_157_bool() {
    check(&[
        ("Bool", json!(true), Some(&["true"]), true),
        ("Bool", json!("True"), Some(&["TRUE"]), true),
        ("Bool", json!("false"), Some(&["true"]), false),
        ("Bool", json!(["true", "false"]), Some(&["true"]), true),
        ("Bool", json!("yes"), Some(&["yes"]), false),
        ("Bool", json!("1"), Some(&["true"]), false),
    ]);
    let variable = json!({"Bool": {"aws:SecureTransport": "${aws:ViaAWSService}"}});
    let context =
        |value: &str| Context::new().with("aws:SecureTransport", "true").with("aws:ViaAWSService", value);
    assert!(holds(&variable, &context("true")));
    assert!(!holds(&variable, &context("false")));
    // A long s is no s, with a variable beside it or in its place.
    let context = |value: &str| Context::new().with("aws:SecureTransport", "false").with("aws:Via", value);
    for (value, expected) in [("FALSE", true), ("fal\u{17f}e", false)] {
        let variable = json!({"Bool": {"aws:SecureTransport": ["fal\u{17f}e", "${aws:Via}"]}});
        assert_eq!(holds(&variable, &context(value)), expected, "{value}");
    }
}

#[test]
fn rule_158_binary() {
    check(&[
        (
            "BinaryEquals",
            json!("QmluYXJ5VmFsdWVJbkJhc2U2NA=="),
            Some(&["QmluYXJ5VmFsdWVJbkJhc2U2NA=="]),
            true,
        ),
        ("BinaryEquals", json!("QmluYXJ5VmFsdWVJbkJhc2U2NA=="), Some(&["ASIAIOSFODNN7EXAMPLE"]), false),
        ("BinaryEquals", json!("Zg=="), Some(&["Zh=="]), true),
        ("BinaryEquals", json!("Zg"), Some(&["Zg"]), false),
        ("BinaryEquals", json!("!"), Some(&["!"]), false),
    ]);
}

#[test]
fn rules_159_and_160_addresses() {
    check(&[
        ("IpAddress", json!("203.0.113.0/24"), Some(&["203.0.113.9"]), true),
        ("IpAddress", json!("203.0.113.0/24"), Some(&["2001:db8::1"]), false),
        ("NotIpAddress", json!("203.0.113.0/24"), Some(&["2001:db8::1"]), true),
        ("NotIpAddress", json!("203.0.113.0/24"), Some(&["203.0.113.9"]), false),
        ("NotIpAddress", json!(["203.0.113.0/24", "2001:db8::/32"]), Some(&["2001:db8::1"]), false),
        ("IpAddress", json!("203.0.113.9/24"), Some(&["203.0.113.200"]), true),
        ("IpAddress", json!("203.0.113.0/24"), Some(&["::ffff:203.0.113.9"]), true),
        ("IpAddress", json!("203.0.113.0/24"), Some(&["nonsense"]), false),
        ("NotIpAddress", json!("203.0.113.0/24"), Some(&["nonsense"]), true),
    ]);
}

#[test]
fn rule_162_invalid_values_of_the_policy_are_left_out() {
    check(&[
        ("NumericEquals", json!(["x", "10"]), Some(&["10"]), true),
        ("NumericEquals", json!(["x"]), Some(&["x"]), false),
        ("NumericNotEquals", json!(["x"]), Some(&["10"]), true),
        ("NumericNotEquals", json!(["x", "10"]), Some(&["10"]), false),
        ("IpAddress", json!(["x", "10.0.0.0/8"]), Some(&["10.0.0.1"]), true),
        ("NotIpAddress", json!(["x"]), Some(&["10.0.0.1"]), true),
        ("DateNotEquals", json!(["x"]), Some(&["2020"]), true),
        ("ForAllValues:NumericEquals", json!(["x"]), Some(&["10"]), false),
        ("ForAnyValue:NumericNotEquals", json!(["x"]), Some(&["10"]), true),
    ]);
}

#[test]
fn rule_166_a_multivalued_key_is_no_variable() {
    let condition = json!({"StringEquals": {"k": "${aws:TagKeys}"}});
    assert!(!holds(&condition, &Context::new().with("k", "a").with_list("aws:TagKeys", ["a"])));
    assert!(holds(&condition, &Context::new().with("k", "a").with("aws:TagKeys", "a")));
}

#[test]
fn rule_168_variables_without_value_in_conditions() {
    let cases =
        [("StringEquals", false), ("StringNotEquals", true), ("StringLike", false), ("StringNotLike", true)];
    for (operator, expected) in cases {
        for value in ["${aws:none}", "*${aws:none}*"] {
            let condition = json!({operator: {"k": value}});
            assert_eq!(holds(&condition, &Context::new().with("k", "v")), expected, "{operator} {value}");
        }
    }
    let several = json!({"StringEquals": {"k": ["${aws:none}", "v"]}});
    assert!(holds(&several, &Context::new().with("k", "v")));
}

#[test]
fn rules_169_to_171_special_variables_literal_values_and_defaults() {
    let context =
        |k: &str| Context::new().with("k", k).with("aws:username", "a*").with("aws:PrincipalTag/t", "");
    for (value, k, expected) in [
        ("${aws:username}", "a*", true),
        ("${aws:username}", "ab", false),
        ("${*}", "*", true),
        ("${*}", "x", false),
        ("x${?}", "x?", true),
        ("${$}{a}", "${a}", true),
        ("${aws:PrincipalTag/team, 'company-wide'}", "company-wide", true),
        ("${aws:PrincipalTag/t, 'company-wide'}", "", true),
        ("${aws:PrincipalTag/t, 'company-wide'}", "company-wide", false),
    ] {
        assert_eq!(holds(&json!({"StringLike": {"k": value}}), &context(k)), expected, "{value} {k}");
    }
}

#[test]
fn rule_165_operators_without_variables() {
    let context = Context::new().with("k", "10").with("n", "10");
    assert!(!holds(&json!({"NumericEquals": {"k": "${n}"}}), &context));
}

#[test]
fn rule_218_multi_factor_authentication() {
    let all = || allow("*", "*");
    let long_term = Case::new();
    let with_mfa = Case::new().key("aws:MultiFactorAuthPresent", "true");
    let without_mfa = Case::new().key("aws:MultiFactorAuthPresent", "false");
    let deny_if = |operator: &str| {
        json!([
            all(),
            with(deny("*", "*"), "Condition", json!({operator: {"aws:MultiFactorAuthPresent": "false"}}))
        ])
    };
    long_term.clone().identity(deny_if("Bool")).allowed();
    long_term.clone().identity(deny_if("BoolIfExists")).explicitly_denied_by(Layer::Identity);
    with_mfa.clone().identity(deny_if("BoolIfExists")).allowed();
    without_mfa.clone().identity(deny_if("Bool")).explicitly_denied_by(Layer::Identity);
    let only = || with(all(), "Condition", json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}}));
    long_term.identity(only()).grants(false);
    with_mfa.identity(only()).grants(true);
    without_mfa.identity(only()).grants(false);
}

#[test]
fn rule_227_unknown_keys_are_absent() {
    check(&[("StringEquals", json!("x"), None, false)]);
    assert!(holds(&json!({"StringNotEquals": {"aws:NoSuchKey": "x"}}), &Context::new()));
    assert!(!holds(&json!({"StringEquals": {"aws:NoSuchKey": "x"}}), &Context::new()));
}
