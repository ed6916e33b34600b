//! Keys that follow from caller and resource: rules 173, 213-226.

use serde_json::{Value, json};

use crate::build::{ACCOUNT, Case, FEDERATED, OTHER, ROLE, ROOT, USER, all, deny, grant, with};

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(derived());
    cases.extend(multi_factor());
    cases.extend(chains());
    cases
}

/// (caller, key, value; null where the key is absent, rules)
fn derived() -> Vec<Case> {
    let case = || Case::new("", &[]);
    let user = || ("user", case().key("aws:userid", "AIDAQAAAAAAAAAAAAAAAA"));
    let session = || ("session", case().session().key("aws:userid", "AROAQAAAAAAAAAAAAAAAA:s1"));
    let federated = || ("federated", case().federated());
    let root = || ("root", case().root());
    let anonymous = || ("anonymous", case().anonymous());
    let service = || ("service", case().principal("lambda.amazonaws.com"));
    type Row = ((&'static str, Case), &'static str, Value);
    let rows: Vec<Row> = vec![
        (user(), "aws:username", json!("ann")),
        (user(), "aws:PrincipalArn", json!(USER)),
        (user(), "aws:PrincipalType", json!("User")),
        (user(), "aws:PrincipalAccount", json!(ACCOUNT)),
        (user(), "aws:userid", json!("AIDAQAAAAAAAAAAAAAAAA")),
        (user(), "aws:PrincipalIsAWSService", json!("false")),
        (user(), "aws:PrincipalServiceName", Value::Null),
        (user(), "aws:ResourceAccount", json!(ACCOUNT)),
        (session(), "aws:username", Value::Null),
        (session(), "aws:PrincipalArn", json!(ROLE)),
        (session(), "aws:PrincipalType", json!("AssumedRole")),
        (session(), "aws:PrincipalAccount", json!(ACCOUNT)),
        (session(), "aws:userid", json!("AROAQAAAAAAAAAAAAAAAA:s1")),
        (session(), "aws:PrincipalIsAWSService", json!("false")),
        (federated(), "aws:username", Value::Null),
        (federated(), "aws:PrincipalArn", json!(FEDERATED)),
        (federated(), "aws:PrincipalType", json!("FederatedUser")),
        (federated(), "aws:PrincipalAccount", json!(ACCOUNT)),
        (federated(), "aws:userid", json!("111122223333:bob")),
        (root(), "aws:username", Value::Null),
        (root(), "aws:PrincipalArn", json!(ROOT)),
        (root(), "aws:PrincipalType", json!("Account")),
        (root(), "aws:PrincipalAccount", json!(ACCOUNT)),
        (root(), "aws:userid", json!(ACCOUNT)),
        (root(), "aws:PrincipalIsAWSService", json!("false")),
        (anonymous(), "aws:username", Value::Null),
        (anonymous(), "aws:PrincipalArn", Value::Null),
        (anonymous(), "aws:PrincipalType", json!("Anonymous")),
        (anonymous(), "aws:PrincipalAccount", json!("anonymous")),
        (anonymous(), "aws:userid", json!("anonymous")),
        (anonymous(), "aws:PrincipalIsAWSService", Value::Null),
        (anonymous(), "aws:ResourceAccount", json!(ACCOUNT)),
        (service(), "aws:username", Value::Null),
        (service(), "aws:PrincipalIsAWSService", json!("true")),
        (service(), "aws:PrincipalServiceName", json!("lambda.amazonaws.com")),
        (service(), "aws:ResourceAccount", json!(ACCOUNT)),
        // Keys that nothing follows from are absent.
        (user(), "aws:SourceIp", Value::Null),
        (user(), "aws:MultiFactorAuthPresent", Value::Null),
        (user(), "aws:PrincipalOrgID", Value::Null),
        (user(), "aws:NoSuchKey", Value::Null),
    ];
    let mut cases = Vec::new();
    for ((caller, case), key, value) in rows {
        let case = case.about(&format!("{caller}-{key}")).rules(&["173", "213", "214", "215", "222", "225"]);
        let denies = |condition: Value| {
            json!([grant(json!("*")), with(with(deny("*", "*"), "Principal", "*"), "Condition", condition)])
        };
        // A Deny where the key is there, or where it is not.
        let present = value != Value::Null;
        for asked in [true, false] {
            let condition = json!({"Null": {key: asked.to_string()}});
            let holds = asked != present;
            let case = case.clone().about(&format!("null-{asked}")).resource_policy(denies(condition));
            cases.push(case.forbidden_or(holds, "RESOURCE"));
        }
        if present {
            let equals = json!({"StringEquals": {key: value}});
            cases.push(case.clone().about("equals").resource_policy(denies(equals)).explicit("RESOURCE"));
            let differs = json!({"StringNotEquals": {key: value}});
            cases.push(case.about("differs").resource_policy(denies(differs)).allowed());
        }
    }
    // A case that gives the key is believed.
    let statement = with(all(), "Condition", json!({"StringEquals": {"aws:PrincipalAccount": OTHER}}));
    let case = Case::new("given-key-wins", &["213"]).key("aws:PrincipalAccount", OTHER);
    cases.push(case.identity(json!(statement)).allowed());
    cases
}

/// Rule 218: the five combinations of operators and credentials.
fn multi_factor() -> Vec<Case> {
    let mut cases = Vec::new();
    // Long-term keys have no such key; sessions have it with either value.
    for (credentials, value) in
        [("access-key", None), ("with-mfa", Some("true")), ("without-mfa", Some("false"))]
    {
        let case = |about: &str| {
            let case = Case::new(format!("mfa-{about}-{credentials}"), &["218", "129", "130"]);
            if let Some(value) = value { case.key("aws:MultiFactorAuthPresent", value) } else { case }
        };
        let when = |effect: &str, operator: &str, asked: &str| {
            let condition = json!({operator: {"aws:MultiFactorAuthPresent": asked}});
            json!({"Effect": effect, "Action": "*", "Resource": "*", "Condition": condition})
        };
        let deny_bool = json!([all(), when("Deny", "Bool", "false")]);
        cases.push(case("deny-bool").identity(deny_bool).forbidden_or(value == Some("false"), "IDENTITY"));
        let deny_if_exists = json!([all(), when("Deny", "BoolIfExists", "false")]);
        let denied = value != Some("true");
        cases.push(case("deny-if-exists").identity(deny_if_exists).forbidden_or(denied, "IDENTITY"));
        let allow_bool = json!(when("Allow", "Bool", "true"));
        cases.push(case("allow-bool").identity(allow_bool).granted_or(value == Some("true"), "IDENTITY"));
        let allow_if_exists = json!(when("Allow", "BoolIfExists", "true"));
        let granted = value != Some("false");
        cases.push(case("allow-if-exists").identity(allow_if_exists).granted_or(granted, "IDENTITY"));
        let deny_absent = json!([all(), when("Deny", "Null", "true")]);
        cases.push(case("deny-null").identity(deny_absent).forbidden_or(value.is_none(), "IDENTITY"));
    }
    // Rule 76: revoking sessions by the time of their token.
    for (issued, denied) in [("2026-11-22T00:00:00Z", true), ("2026-11-22T02:00:00Z", false)] {
        let condition = json!({"DateLessThan": {"aws:TokenIssueTime": "2026-11-22T01:00:00Z"}});
        let policy = json!([all(), with(deny("*", "*"), "Condition", condition)]);
        let case = Case::new(format!("revoked-{issued}"), &["76", "219"]).session();
        cases.push(case.key("aws:TokenIssueTime", issued).identity(policy).forbidden_or(denied, "IDENTITY"));
    }
    cases
}

/// Rules 34, 216, 220, 223, 226.
fn chains() -> Vec<Case> {
    let mut cases = Vec::new();
    let called_via = |condition: Value| json!(with(all(), "Condition", condition));
    let chain = json!(["athena.amazonaws.com", "dynamodb.amazonaws.com"]);
    for (about, condition, holds) in [
        ("any", json!({"ForAnyValue:StringEquals": {"aws:CalledVia": ["athena.amazonaws.com"]}}), true),
        ("any-other", json!({"ForAnyValue:StringEquals": {"aws:CalledVia": ["glue.amazonaws.com"]}}), false),
        (
            "all",
            json!({"ForAllValues:StringEquals": {"aws:CalledVia": ["athena.amazonaws.com", "dynamodb.amazonaws.com"]}}),
            true,
        ),
        ("all-one", json!({"ForAllValues:StringEquals": {"aws:CalledVia": ["athena.amazonaws.com"]}}), false),
        ("first", json!({"StringEquals": {"aws:CalledViaFirst": "athena.amazonaws.com"}}), true),
        ("last", json!({"StringEquals": {"aws:CalledViaLast": "dynamodb.amazonaws.com"}}), true),
        ("via-service", json!({"Bool": {"aws:ViaAWSService": "true"}}), true),
        ("without-qualifier", json!({"StringEquals": {"aws:CalledVia": "athena.amazonaws.com"}}), false),
    ] {
        let case = Case::new(format!("called-via-{about}"), &["34", "223", "226"])
            .key("aws:CalledVia", chain.clone())
            .key("aws:CalledViaFirst", "athena.amazonaws.com")
            .key("aws:CalledViaLast", "dynamodb.amazonaws.com")
            .key("aws:ViaAWSService", true);
        cases.push(case.identity(called_via(condition)).granted_or(holds, "IDENTITY"));
    }
    let paths = json!(["o-1/r-1/ou-1/ou-2/"]);
    for (pattern, holds) in
        [("o-1/r-1/ou-1/*", true), ("o-1/*", true), ("o-1/r-1/ou-1/", false), ("o-2/*", false)]
    {
        let condition = json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": pattern}});
        let case = Case::new(format!("org-path-{pattern}"), &["216", "226"])
            .key("aws:PrincipalOrgPaths", paths.clone());
        cases.push(case.identity(called_via(condition)).granted_or(holds, "IDENTITY"));
    }
    // Rule 220: a request by an endpoint has no source address.
    let only_office = json!([
        all(),
        with(deny("*", "*"), "Condition", json!({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),)
    ]);
    for (address, denied) in [(Some("203.0.113.9"), false), (Some("198.51.100.1"), true), (None, true)] {
        let case = Case::new(format!("office-{}", address.unwrap_or("none")), &["129", "220"]);
        let case = if let Some(address) = address { case.key("aws:SourceIp", address) } else { case };
        cases.push(case.identity(only_office.clone()).forbidden_or(denied, "IDENTITY"));
    }
    cases
}
