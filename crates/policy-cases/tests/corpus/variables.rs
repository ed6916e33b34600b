//! Policy variables: rules 163-174.

use serde_json::{Value, json};

use crate::build::{Case, all, allow, both_effects, deny, renamed, with};

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(in_resources());
    cases.extend(in_conditions());
    cases.extend(without_value());
    cases.extend(old_versions());
    cases.extend(other_layers());
    cases
}

/// (resource part of the pattern, keys of the request, resource part of the request, whether they match, rules)
fn in_resources() -> Vec<Case> {
    let tag = |value: &str| json!({"aws:PrincipalTag/team": value});
    let rows: Vec<(&str, Value, &str, bool, &[&str])> = vec![
        ("home/${aws:username}/*", json!({}), "home/ann/notes", true, &["163", "165"]),
        ("home/${aws:username}/*", json!({}), "home/bob/notes", false, &["163"]),
        ("home/${aws:username}/*", json!({}), "home/team/ann/notes", false, &["163", "173"]),
        ("home/${AWS:UserName}/*", json!({}), "home/ann/notes", true, &["167"]),
        ("${aws:username}", json!({}), "ann", true, &["165"]),
        ("${aws:username}${aws:username}", json!({}), "annann", true, &["163"]),
        ("${aws:username}-*", json!({}), "ann-1", true, &["163"]),
        ("${aws:PrincipalTag/team}/*", tag("red"), "red/x", true, &["163"]),
        ("${aws:PrincipalTag/TEAM}/*", tag("red"), "red/x", true, &["125", "167"]),
        ("${aws:PrincipalTag/team}/*", tag("blue"), "red/x", false, &["163"]),
        // What is put in is literal.
        ("${aws:PrincipalTag/team}/*", tag("*"), "red/x", false, &["170"]),
        ("${aws:PrincipalTag/team}/*", tag("*"), "*/x", true, &["170"]),
        ("${aws:PrincipalTag/team}", tag("r?d"), "red", false, &["170"]),
        ("${aws:PrincipalTag/team}", tag("r?d"), "r?d", true, &["170"]),
        ("${aws:PrincipalTag/team}", tag("${aws:username}"), "ann", false, &["170"]),
        ("${aws:PrincipalTag/team}", tag("${aws:username}"), "${aws:username}", true, &["170"]),
        ("${aws:PrincipalTag/team}", tag("a/b:c"), "a/b:c", true, &["170"]),
        // Defaults.
        ("${aws:PrincipalTag/team, 'company-wide'}/*", json!({}), "company-wide/x", true, &["163", "171"]),
        ("${aws:PrincipalTag/team, 'company-wide'}/*", tag("red"), "red/x", true, &["171"]),
        ("${aws:PrincipalTag/team, 'company-wide'}/*", tag("red"), "company-wide/x", false, &["171"]),
        ("${aws:PrincipalTag/team, 'x'}/*", tag(""), "/x", true, &["171"]),
        ("${aws:PrincipalTag/team, 'x'}/*", tag(""), "x/x", false, &["171"]),
        ("${aws:PrincipalTag/team, '*'}", json!({}), "red", false, &["171"]),
        ("${aws:PrincipalTag/team, '*'}", json!({}), "*", true, &["171"]),
        ("${aws:PrincipalTag/team, ''}x", json!({}), "x", true, &["171"]),
        // The three that stand for themselves.
        ("a${*}b", json!({}), "a*b", true, &["169"]),
        ("a${*}b", json!({}), "axb", false, &["169"]),
        ("a${?}b", json!({}), "a?b", true, &["169"]),
        ("a${?}b", json!({}), "axb", false, &["169"]),
        ("a${$}b", json!({}), "a$b", true, &["169"]),
        ("${$}{aws:username}", json!({}), "${aws:username}", true, &["169"]),
        ("${$}{aws:username}", json!({}), "ann", false, &["169"]),
        ("${*}*", json!({}), "*abc", true, &["169"]),
        // No value.
        ("${aws:PrincipalTag/team}", json!({}), "red", false, &["168"]),
        ("${aws:PrincipalTag/team}*", json!({}), "red", false, &["168"]),
        ("${aws:PrincipalTag/team}", json!({}), "", false, &["168"]),
        ("${aws:PrincipalTag/team}", json!({}), "${aws:PrincipalTag/team}", false, &["168"]),
        ("*${aws:PrincipalTag/team}*", json!({}), "red", false, &["168"]),
        ("${aws:TagKeys}", json!({"aws:TagKeys": ["a", "b"]}), "a", false, &["166"]),
        ("${aws:TagKeys, 'z'}", json!({"aws:TagKeys": ["a", "b"]}), "z", true, &["166", "171"]),
        // Not a variable.
        ("${open", json!({}), "${open", true, &["172"]),
        ("${open", json!({}), "open", false, &["172"]),
        ("$open", json!({}), "$open", true, &["163"]),
        ("{aws:username}", json!({}), "{aws:username}", true, &["163"]),
    ];
    let mut cases = Vec::new();
    for (pattern, keys, resource, matches, rules) in rows {
        let arn = format!("arn:aws:s3:::{resource}");
        let mut case = Case::new(format!("resource-{pattern}-{resource}"), rules).asks("s3:GetObject", &arn);
        for (key, value) in keys.as_object().unwrap() {
            case = case.key(key, value.clone());
        }
        let statement = allow("*", format!("arn:aws:s3:::{pattern}"));
        cases.extend(both_effects(&case, &statement, matches));
        let has_no_value = rules.contains(&"168") || pattern == "${aws:TagKeys}";
        if !has_no_value {
            let not = renamed(statement, "Resource", "NotResource");
            cases.extend(both_effects(&case.about("not").rules(&["121"]), &not, !matches));
        }
    }
    // Rule 165: not before the fifth colon.
    let arn = "arn:aws:sqs:us-east-1:111122223333:q";
    for pattern in [
        "arn:aws:sqs:${aws:RequestedRegion}:111122223333:q",
        "arn:aws:sqs:us-east-1:${aws:PrincipalAccount}:q",
    ] {
        let case = Case::new(format!("early-{pattern}"), &["165"]).asks("sqs:SendMessage", arn);
        let case = case.key("aws:RequestedRegion", "us-east-1");
        cases.extend(both_effects(&case, &allow("*", pattern), false));
    }
    cases
}

/// (operator, value of the policy, keys of the request, whether it holds): the tested key is `s3:prefix`.
fn in_conditions() -> Vec<Case> {
    let both = |team: &str, prefix: &str| json!({"aws:PrincipalTag/team": team, "s3:prefix": prefix});
    let prefix = |prefix: &str| json!({"s3:prefix": prefix});
    let rows: Vec<(&str, &str, Value, bool, &[&str])> = vec![
        ("StringEquals", "${aws:username}", prefix("ann"), true, &["163", "165"]),
        ("StringEquals", "${aws:username}", prefix("bob"), false, &["163"]),
        ("StringNotEquals", "${aws:username}", prefix("ann"), false, &["163"]),
        ("StringNotEquals", "${aws:username}", prefix("bob"), true, &["163"]),
        ("StringEqualsIgnoreCase", "${aws:username}", prefix("ANN"), true, &["163"]),
        ("StringLike", "home/${aws:username}/*", prefix("home/ann/x"), true, &["163"]),
        ("StringLike", "home/${aws:username}/*", prefix("home/bob/x"), false, &["163"]),
        ("StringNotLike", "home/${aws:username}/*", prefix("home/bob/x"), true, &["163"]),
        ("StringEquals", "${aws:PrincipalTag/team}", both("red", "red"), true, &["163"]),
        ("StringEquals", "${aws:PrincipalTag/team}", both("", ""), true, &["163"]),
        ("StringLike", "${aws:PrincipalTag/team}", both("*", "red"), false, &["170"]),
        ("StringLike", "${aws:PrincipalTag/team}", both("*", "*"), true, &["170"]),
        ("StringLike", "${aws:PrincipalTag/team}*", both("r", "red"), true, &["170"]),
        ("StringLike", "a${*}c", prefix("abc"), false, &["169"]),
        ("StringLike", "a${*}c", prefix("a*c"), true, &["169"]),
        ("StringEquals", "a${*}c", prefix("a*c"), true, &["169"]),
        ("StringEquals", "a${?}c", prefix("a?c"), true, &["169"]),
        ("StringEquals", "${$}", prefix("$"), true, &["169"]),
        ("StringEquals", "${aws:PrincipalTag/team, 'red'}", prefix("red"), true, &["171"]),
        ("StringEquals", "${aws:PrincipalTag/team, 'red'}", both("blue", "red"), false, &["171"]),
        ("StringEquals", "${aws:PrincipalTag/team, 'red'}", both("", ""), true, &["171"]),
        // No value: positive operators do not hold, negated ones do.
        ("StringEquals", "${aws:PrincipalTag/team}", prefix("red"), false, &["168"]),
        ("StringEquals", "${aws:PrincipalTag/team}", prefix(""), false, &["168"]),
        ("StringNotEquals", "${aws:PrincipalTag/team}", prefix("red"), true, &["168"]),
        ("StringLike", "${aws:PrincipalTag/team}*", prefix("red"), false, &["168"]),
        ("StringNotLike", "${aws:PrincipalTag/team}*", prefix("red"), true, &["168"]),
        // Where there are no variables the text is no number, date or address (rules 146, 162).
        ("NumericEquals", "${s3:prefix}", prefix("10"), false, &["146", "162"]),
        ("NumericNotEquals", "${s3:prefix}", prefix("10"), true, &["146", "162"]),
        ("DateEquals", "${s3:prefix}", prefix("2026-01-01"), false, &["146", "162"]),
        ("IpAddress", "${s3:prefix}", prefix("10.0.0.1"), false, &["146", "162"]),
        ("NotIpAddress", "${s3:prefix}", prefix("10.0.0.1"), true, &["146", "162"]),
        // Section 21: Bool has them.
        ("Bool", "${s3:prefix}", prefix("true"), true, &["146", "157"]),
        ("ArnLike", "arn:aws:s3:::${aws:username}/*", prefix("arn:aws:s3:::ann/x"), true, &["146", "165"]),
        ("ArnLike", "arn:aws:s3:::${aws:username}/*", prefix("arn:aws:s3:::bob/x"), false, &["146", "165"]),
        ("ArnNotLike", "arn:aws:s3:::${aws:username}/*", prefix("arn:aws:s3:::bob/x"), true, &["146", "165"]),
        (
            "ArnEquals",
            "${aws:PrincipalArn}",
            prefix("arn:aws:iam::111122223333:user/team/ann"),
            true,
            &["146"],
        ),
    ];
    let mut cases = Vec::new();
    for (operator, value, keys, holds, rules) in rows {
        let mut case = Case::new(format!("condition-{operator}-{value}"), rules);
        for (key, value) in keys.as_object().unwrap() {
            case = case.key(key, value.clone());
        }
        let statement = with(allow("*", "*"), "Condition", json!({operator: {"s3:prefix": value}}));
        cases.extend(both_effects(&case, &statement, holds));
    }
    // One value without value beside one that holds.
    let statement = with(
        allow("*", "*"),
        "Condition",
        json!({"StringEquals": {"s3:prefix": ["${aws:PrincipalTag/team}", "red"]}}),
    );
    let case = Case::new("condition-second-value", &["124", "168"]).key("s3:prefix", "red");
    cases.extend(both_effects(&case, &statement, true));
    cases
}

/// Rule 168: NotResource with a variable that has no value.
fn without_value() -> Vec<Case> {
    let mut cases = Vec::new();
    let entry = "arn:aws:s3:::${aws:PrincipalTag/team}/*";
    for resource in [json!(entry), json!([entry, "arn:aws:s3:::other/*"])] {
        let statement = |effect: &str| json!({"Effect": effect, "Action": "*", "NotResource": resource});
        let case = Case::new("not-resource-without-value", &["168"]);
        cases.push(case.clone().identity(json!(statement("Allow"))).implicit("IDENTITY"));
        cases.push(case.about("deny").identity(json!([all(), statement("Deny")])).explicit("IDENTITY"));
    }
    // One entry without value does not hide the others in Resource.
    let statement = allow("*", json!([entry, "arn:aws:s3:::bucket/*"]));
    cases.extend(both_effects(&Case::new("resource-second-value", &["168"]), &statement, true));
    cases
}

/// Rules 79, 164: without Version 2012-10-17 the text is what it is.
fn old_versions() -> Vec<Case> {
    let mut cases = Vec::new();
    for version in [json!("2008-10-17"), Value::Null, json!("2012-10-17")] {
        let is_new = version == json!("2012-10-17");
        let complete = |statement: Value| {
            let mut document = json!({"Statement": statement});
            if version != Value::Null {
                document["Version"] = version.clone();
            }
            document
        };
        for (object, literal) in [("ann", false), ("${aws:username}", true)] {
            let arn = format!("arn:aws:s3:::bucket/{object}");
            let case =
                Case::new(format!("version-{version}-{object}"), &["79", "164"]).asks("s3:GetObject", &arn);
            let pattern = allow("*", "arn:aws:s3:::bucket/${aws:username}");
            let case_allow = case.clone().identity_document(complete(pattern));
            cases.push(case_allow.granted_or(literal != is_new, "IDENTITY"));
            let condition = json!({"StringEquals": {"s3:prefix": "${aws:username}"}});
            let statement = with(allow("*", "*"), "Condition", condition);
            let case =
                case.about("condition").key("s3:prefix", object).identity_document(complete(statement));
            cases.push(case.granted_or(literal != is_new, "IDENTITY"));
        }
        // What needs no variables works in every version.
        let case = Case::new(format!("version-{version}-plain"), &["79"]);
        let statement = with(allow("s3:*", "*"), "Condition", json!({"StringLike": {"aws:username": "a*"}}));
        cases.push(case.identity_document(complete(statement)).allowed());
    }
    cases
}

/// Rule 174.
fn other_layers() -> Vec<Case> {
    let mut cases = Vec::new();
    for (object, own) in [("ann", true), ("bob", false)] {
        let arn = format!("arn:aws:s3:::bucket/{object}");
        let pattern = "arn:aws:s3:::bucket/${aws:username}";
        let case = |layer: &str| {
            Case::new(format!("{layer}-{object}"), &["174"]).asks("s3:GetObject", &arn).identity(json!(all()))
        };
        let statement = allow("*", pattern);
        let to_all = with(statement.clone(), "Principal", "*");
        cases.push(case("boundary").boundary(json!(statement)).granted_or(own, "BOUNDARY"));
        cases.push(case("scp").scps(&[vec![json!(statement)]]).granted_or(own, "SCP"));
        cases.push(case("endpoint").endpoint(json!(to_all)).granted_or(own, "VPCE"));
        let resource = Case::new(format!("resource-{object}"), &["174"]).asks("s3:GetObject", &arn);
        cases.push(resource.resource_policy(json!(to_all)).granted_or(own, "IDENTITY"));
        let mine = "arn:aws:s3:::bucket/${aws:PrincipalTag/name}";
        let session = case("session").session().key("aws:PrincipalTag/name", "ann");
        cases.push(session.session_policy(json!(allow("*", mine))).granted_or(own, "SESSION"));
        let fence = json!([all(), renamed(deny("*", pattern), "Resource", "NotResource")]);
        cases.push(case("scp-deny").scps(&[vec![fence]]).forbidden_or(!own, "SCP"));
    }
    cases
}
