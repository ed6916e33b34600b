//! How conditions combine: rules 124-145.

use serde_json::{Value, json};

use crate::build::{Case, all, allow, both_effects, with};

/// All operators but Null: name, whether it is negated, a key it suits, and a value that equals itself.
const OPERATORS: [(&str, bool, &str); 27] = [
    ("StringEquals", false, "red"),
    ("StringNotEquals", true, "red"),
    ("StringEqualsIgnoreCase", false, "red"),
    ("StringNotEqualsIgnoreCase", true, "red"),
    ("StringLike", false, "red"),
    ("StringNotLike", true, "red"),
    ("NumericEquals", false, "10"),
    ("NumericNotEquals", true, "10"),
    ("NumericLessThan", false, "10"),
    ("NumericLessThanEquals", false, "10"),
    ("NumericGreaterThan", false, "10"),
    ("NumericGreaterThanEquals", false, "10"),
    ("DateEquals", false, "2026-11-22T01:02:03Z"),
    ("DateNotEquals", true, "2026-11-22T01:02:03Z"),
    ("DateLessThan", false, "2026-11-22T01:02:03Z"),
    ("DateLessThanEquals", false, "2026-11-22T01:02:03Z"),
    ("DateGreaterThan", false, "2026-11-22T01:02:03Z"),
    ("DateGreaterThanEquals", false, "2026-11-22T01:02:03Z"),
    ("Bool", false, "true"),
    ("BinaryEquals", false, "QQ=="),
    ("IpAddress", false, "203.0.113.9"),
    ("NotIpAddress", true, "203.0.113.9"),
    ("ArnEquals", false, "arn:aws:s3:::bucket"),
    ("ArnLike", false, "arn:aws:s3:::bucket"),
    ("ArnNotEquals", true, "arn:aws:s3:::bucket"),
    ("ArnNotLike", true, "arn:aws:s3:::bucket"),
    ("StringNotLikeIfExists", true, "red"),
];

fn when(condition: Value) -> Value {
    with(allow("*", "*"), "Condition", condition)
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(absent_keys());
    cases.extend(several_values_without_qualifier());
    cases.extend(empty_lists());
    cases.extend(set_operators());
    cases.extend(null());
    cases.extend(names_of_keys());
    cases.extend(blocks());
    cases
}

/// Rules 129, 130, 134, 135, 137, 138: every operator on a key that is not there, and on an empty list, which counts
/// as absent.
fn absent_keys() -> Vec<Case> {
    let mut cases = Vec::new();
    for (operator, negated, value) in OPERATORS {
        let base = operator.trim_end_matches("IfExists");
        let forms: [(String, bool, &[&str]); 6] = [
            (base.to_owned(), negated, &["129"]),
            (format!("{base}IfExists"), true, &["130"]),
            (format!("ForAllValues:{base}"), true, &["134", "137"]),
            (format!("ForAnyValue:{base}"), false, &["135", "137"]),
            (format!("ForAllValues:{base}IfExists"), true, &["138"]),
            (format!("ForAnyValue:{base}IfExists"), true, &["138"]),
        ];
        if base != operator {
            continue;
        }
        for (name, holds, rules) in forms {
            let statement = when(json!({name.clone(): {"test:Key": value}}));
            cases.extend(both_effects(&Case::new(format!("absent-{name}"), rules), &statement, holds));
            let empty =
                Case::new(format!("empty-set-{name}"), rules).rules(&["145"]).key("test:Key", json!([]));
            cases.push(both_effects(&empty, &statement, holds).remove(0));
        }
    }
    cases
}

/// Rule 140: no match, neither for positive nor for negated operators.
fn several_values_without_qualifier() -> Vec<Case> {
    let mut cases = Vec::new();
    for (operator, _, value) in OPERATORS {
        let statement = when(json!({operator: {"test:Key": value}}));
        for values in [json!([value, value]), json!([value, "x"]), json!(["x", "y"])] {
            let case = Case::new(format!("no-qualifier-{operator}"), &["140"]).key("test:Key", values);
            cases.extend(both_effects(&case, &statement, false));
        }
        // One value in a list is one value.
        let case = Case::new(format!("list-of-one-{operator}"), &["124"]).key("test:Key", json!([value]));
        let equal = !operator.contains("Not") && !operator.ends_with("Than");
        cases.push(both_effects(&case, &statement, equal).remove(0));
    }
    cases
}

/// Rule 142: a policy that lists no values.
fn empty_lists() -> Vec<Case> {
    let mut cases = Vec::new();
    for (operator, negated, value) in OPERATORS {
        let base = operator.trim_end_matches("IfExists");
        if base != operator {
            continue;
        }
        let forms = [
            (base.to_owned(), negated),
            (format!("{base}IfExists"), false),
            (format!("ForAllValues:{base}"), false),
            (format!("ForAnyValue:{base}"), false),
        ];
        for (name, holds) in forms {
            let statement = when(json!({name.clone(): {"test:Key": []}}));
            let case = Case::new(format!("no-values-{name}"), &["142"]).key("test:Key", value);
            cases.extend(both_effects(&case, &statement, holds));
        }
    }
    cases
}

/// Rules 134-137, 141: what a set operator makes of several values.
fn set_operators() -> Vec<Case> {
    // (operator without prefix, values of the policy, values of the request, all, any)
    let rows: Vec<(&str, Value, Value, bool, bool)> = vec![
        ("StringEquals", json!(["a", "b"]), json!(["a"]), true, true),
        ("StringEquals", json!(["a", "b"]), json!(["a", "b"]), true, true),
        ("StringEquals", json!(["a", "b"]), json!(["b", "a", "a"]), true, true),
        ("StringEquals", json!(["a", "b"]), json!(["a", "c"]), false, true),
        ("StringEquals", json!(["a", "b"]), json!(["c", "d"]), false, false),
        ("StringEquals", json!(["a", "b"]), json!(["A"]), false, false),
        ("StringEquals", json!("a"), json!("a"), true, true),
        ("StringEquals", json!("a"), json!("b"), false, false),
        ("StringEqualsIgnoreCase", json!(["a", "b"]), json!(["A", "B"]), true, true),
        ("StringEqualsIgnoreCase", json!(["a", "b"]), json!(["A", "C"]), false, true),
        ("StringLike", json!(["a*", "b*"]), json!(["apple", "bean"]), true, true),
        ("StringLike", json!(["a*", "b*"]), json!(["apple", "cherry"]), false, true),
        ("StringLike", json!(["a*", "b*"]), json!(["cherry"]), false, false),
        ("StringNotEquals", json!(["a", "b"]), json!(["c", "d"]), true, true),
        ("StringNotEquals", json!(["a", "b"]), json!(["a", "c"]), false, true),
        ("StringNotEquals", json!(["a", "b"]), json!(["a", "b"]), false, false),
        ("StringNotEquals", json!(["a"]), json!(["b"]), true, true),
        ("StringNotEqualsIgnoreCase", json!(["a"]), json!(["A", "b"]), false, true),
        ("StringNotLike", json!(["a*"]), json!(["bean", "cherry"]), true, true),
        ("StringNotLike", json!(["a*"]), json!(["apple", "cherry"]), false, true),
        ("StringNotLike", json!(["a*"]), json!(["apple", "avocado"]), false, false),
        ("NumericLessThan", json!("10"), json!([1, 2, 3]), true, true),
        ("NumericLessThan", json!("10"), json!([1, 20]), false, true),
        ("NumericLessThan", json!("10"), json!([10, 20]), false, false),
        ("NumericEquals", json!(["1", "2"]), json!(["1.0", "2.0"]), true, true),
        ("NumericNotEquals", json!(["1", "2"]), json!(["3", "1"]), false, true),
        ("DateGreaterThan", json!("2026"), json!(["2027", "2028"]), true, true),
        ("DateGreaterThan", json!("2026"), json!(["2025", "2028"]), false, true),
        ("IpAddress", json!("10.0.0.0/8"), json!(["10.1.1.1", "10.2.2.2"]), true, true),
        ("IpAddress", json!("10.0.0.0/8"), json!(["10.1.1.1", "11.1.1.1"]), false, true),
        ("NotIpAddress", json!("10.0.0.0/8"), json!(["10.1.1.1", "11.1.1.1"]), false, true),
        ("NotIpAddress", json!("10.0.0.0/8"), json!(["12.1.1.1", "11.1.1.1"]), true, true),
        ("Bool", json!("true"), json!(["true", "true"]), true, true),
        ("Bool", json!("true"), json!(["true", "false"]), false, true),
        ("ArnLike", json!("arn:aws:s3:::a*"), json!(["arn:aws:s3:::a1", "arn:aws:s3:::a2"]), true, true),
        ("ArnLike", json!("arn:aws:s3:::a*"), json!(["arn:aws:s3:::a1", "arn:aws:s3:::b"]), false, true),
        ("ArnNotLike", json!("arn:aws:s3:::a*"), json!(["arn:aws:s3:::a1", "arn:aws:s3:::b"]), false, true),
        ("BinaryEquals", json!("QQ=="), json!(["QQ==", "QkI="]), false, true),
    ];
    let mut cases = Vec::new();
    for (operator, policy, request, for_all, for_any) in rows {
        for (prefix, holds, rules) in
            [("ForAllValues", for_all, ["134", "136"]), ("ForAnyValue", for_any, ["135", "136"])]
        {
            for suffix in ["", "IfExists"] {
                let name = format!("{prefix}:{operator}{suffix}");
                let case = Case::new(format!("{name}-{request}"), &rules).key("test:Keys", request.clone());
                let case = if suffix.is_empty() { case } else { case.rules(&["138"]) };
                cases.extend(both_effects(&case, &when(json!({name: {"test:Keys": policy}})), holds));
            }
        }
    }
    // Rule 134: the empty string counts as an empty set.
    for (operator, values, holds) in [
        ("ForAllValues:StringEquals", json!("a"), true),
        ("ForAllValues:StringNotEquals", json!(""), true),
        ("ForAllValues:StringLike", json!("a*"), true),
    ] {
        let case = Case::new(format!("empty-string-{operator}"), &["134"]).key("test:Keys", "");
        cases.extend(both_effects(&case, &when(json!({operator: {"test:Keys": values}})), holds));
    }
    // Rule 139: the guard against it.
    let guarded =
        when(json!({"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}, "Null": {"aws:TagKeys": "false"}}));
    cases.extend(both_effects(&Case::new("guarded", &["139"]), &guarded, false));
    let case = Case::new("guarded-present", &["139"]).key("aws:TagKeys", json!(["a"]));
    cases.extend(both_effects(&case, &guarded, true));
    cases
}

/// Rules 131, 132, 145.
fn null() -> Vec<Case> {
    let mut cases = Vec::new();
    // (value of the policy, matches if absent, matches if present)
    let rows = [
        (json!("true"), true, false),
        (json!(true), true, false),
        (json!("True"), true, false),
        (json!("TRUE"), true, false),
        (json!("false"), false, true),
        (json!(false), false, true),
        (json!("FALSE"), false, true),
        (json!(["true", "false"]), true, true),
        (json!([]), false, false),
        (json!("maybe"), false, false),
        (json!(["maybe", "true"]), true, false),
    ];
    for (value, if_absent, if_present) in rows {
        let present = [json!("x"), json!(""), json!(["x", "y"]), json!(["x"])];
        for request in present.into_iter().map(Some).chain([None, Some(json!([]))]) {
            let holds = if request.as_ref().is_none_or(|request| *request == json!([])) {
                if_absent
            } else {
                if_present
            };
            let about = format!("null-{value}-{}", request.clone().unwrap_or_default());
            let case = Case::new(about, &["131", "145"]);
            let case = if let Some(request) = request { case.key("test:Key", request) } else { case };
            cases.extend(both_effects(&case, &when(json!({"Null": {"test:Key": value}})), holds));
            for (operator, holds) in [("ForAllValues:Null", true), ("ForAnyValue:Null", false)] {
                let case = case.clone().about(operator).rules(&["132"]);
                cases.push(
                    both_effects(&case, &when(json!({operator: {"test:Key": value}})), holds).remove(0),
                );
            }
        }
    }
    cases
}

/// Rules 125, 126, 127, 128.
fn names_of_keys() -> Vec<Case> {
    let mut cases = Vec::new();
    for (in_request, in_policy, same) in [
        ("aws:SourceVpc", "aws:sourcevpc", true),
        ("aws:SourceVpc", "AWS:SOURCEVPC", true),
        ("aws:SourceVpc", "aws:SourceVpce", false),
        ("aws:ResourceTag/Team", "aws:resourcetag/team", true),
        ("aws:RequestTag/Team", "aws:RequestTag/TEAM", true),
        ("aws:PrincipalTag/Team", "AWS:principaltag/tEAM", true),
        ("kms:EncryptionContext:App", "kms:encryptioncontext:app", true),
        ("aws:ResourceTag/a b/c:d", "aws:ResourceTag/A B/C:D", true),
        ("aws:ResourceTag/Team", "aws:ResourceTag/Team2", false),
        ("aws:ResourceTag/Team", "aws:RequestTag/Team", false),
    ] {
        let case = Case::new(format!("key-{in_policy}"), &["125"]).key(in_request, "v");
        cases.extend(both_effects(&case, &when(json!({"StringEquals": {in_policy: "v"}})), same));
        cases.extend(both_effects(
            &case.about("not"),
            &when(json!({"StringNotEquals": {in_policy: "v"}})),
            !same,
        ));
    }
    // Two tags that differ by case only: the one spelled alike, otherwise the first in byte order.
    let tags = |case: Case| case.key("aws:ResourceTag/env", "low").key("aws:ResourceTag/Env", "high");
    for (key, value) in [("Env", "high"), ("env", "low"), ("ENV", "high"), ("eNV", "high")] {
        for other in ["high", "low"] {
            let case = tags(Case::new(format!("two-tags-{key}-{other}"), &["126"]));
            let statement = when(json!({"StringEquals": {format!("aws:ResourceTag/{key}"): other}}));
            cases.extend(both_effects(&case, &statement, value == other));
        }
    }
    // The same key twice under one operator: both must hold.
    for (first, second, holds) in [("v*", "*v", true), ("v", "w", false), ("w", "v", false)] {
        let case = Case::new(format!("key-twice-{first}-{second}"), &["127"]).key("test:Key", "v");
        let statement = when(json!({"StringLike": {"test:Key": first, "TEST:KEY": second}}));
        cases.extend(both_effects(&case, &statement, holds));
    }
    // Operators in other case.
    for operator in [
        "stringequals",
        "STRINGEQUALS",
        "StringEqualsifexists",
        "forallvalues:stringequals",
        "FORANYVALUE:StringEquals",
    ] {
        for (value, holds) in [("v", true), ("w", false)] {
            let case = Case::new(format!("operator-{operator}"), &["128"]).key("test:Key", value);
            cases.extend(both_effects(&case, &when(json!({operator: {"test:Key": "v"}})), holds));
        }
    }
    cases
}

/// Rules 124, 143: AND over operators and keys, OR over values, NOR for negated operators.
fn blocks() -> Vec<Case> {
    let mut cases = Vec::new();
    for first in [true, false] {
        for second in [true, false] {
            for third in [true, false] {
                let value = |holds: bool| if holds { "v" } else { "w" };
                let statement = when(json!({
                    "StringEquals": {"test:One": value(first), "test:Two": value(second)},
                    "NumericLessThan": {"test:Three": if third { "10" } else { "1" }},
                }));
                let case = Case::new(format!("and-{first}-{second}-{third}"), &["124"])
                    .key("test:One", "v")
                    .key("test:Two", "v")
                    .key("test:Three", 5);
                cases.extend(both_effects(&case, &statement, first && second && third));
            }
        }
    }
    for (operator, values, holds) in [
        ("StringEquals", json!(["u", "v", "w"]), true),
        ("StringEquals", json!(["u", "w"]), false),
        ("StringNotEquals", json!(["u", "v", "w"]), false),
        ("StringNotEquals", json!(["u", "w"]), true),
        ("StringNotLike", json!(["u*", "v*"]), false),
        ("StringNotLike", json!(["u*", "w*"]), true),
    ] {
        let case = Case::new(format!("values-{operator}"), &["124"]).key("test:Key", "v");
        cases.extend(both_effects(&case, &when(json!({operator: {"test:Key": values}})), holds));
    }
    for condition in [json!({}), json!({"StringEquals": {}}), json!({"StringEquals": {}, "Bool": {}})] {
        cases.extend(both_effects(&Case::new("empty-block", &["143"]), &when(condition), true));
    }
    // An empty operator beside one that does not hold.
    let statement = when(json!({"StringEquals": {}, "Bool": {"test:Key": "true"}}));
    cases.extend(both_effects(&Case::new("empty-beside", &["143"]), &statement, false));
    // Rule 129 in the layers that limit.
    let unless = |key: &str| with(allow("*", "*"), "Condition", json!({"StringNotEquals": {key: "v"}}));
    let case = Case::new("negated-in-scp", &["129", "53"]).identity(json!(all()));
    cases.push(case.clone().scps(&[vec![json!(unless("test:Key"))]]).allowed());
    cases.push(
        case.about("present").key("test:Key", "v").scps(&[vec![json!(unless("test:Key"))]]).implicit("SCP"),
    );
    cases
}
