//! Documents: what is understood, and what denies because it is not (rules 10, 77-97).

use serde_json::{Value, json};

use crate::build::{Case, USER, all, allow, deny, document, renamed, with};

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(forms());
    cases.extend(not_understood());
    cases.extend(texts());
    cases
}

/// Rules 81, 83, 87, 88: the same thing said in several ways.
fn forms() -> Vec<Case> {
    let mut cases = Vec::new();
    let statement = allow("s3:GetObject", "*");
    let condition =
        |value: Value| with(statement.clone(), "Condition", json!({"StringEquals": {"test:Key": value}}));
    let good: Vec<(&str, Value, &[&str])> = vec![
        ("one-statement", document(statement.clone()), &["81"]),
        ("list-of-one", document(json!([statement])), &["81"]),
        ("with-id", with(document(statement.clone()), "Id", "some id"), &["88"]),
        ("with-sid", document(with(statement.clone(), "Sid", "One1")), &["89"]),
        (
            "empty-sids",
            document(json!([with(statement.clone(), "Sid", ""), with(all(), "Sid", "")])),
            &["90"],
        ),
        ("action-list", document(allow(json!(["s3:GetObject"]), json!(["*"]))), &["83"]),
        ("string-value", document(condition(json!("v"))), &["83"]),
        ("list-value", document(condition(json!(["v"]))), &["83"]),
        ("no-version", json!({"Statement": statement}), &["79"]),
        ("old-version", json!({"Version": "2008-10-17", "Statement": statement}), &["78"]),
        ("unknown-vendor", document(allow(json!(["nosuch:Thing", "s3:*"]), "*")), &["92"]),
    ];
    for (about, document, rules) in good {
        let case = Case::new(about, rules).key("test:Key", "v").identity_document(document);
        cases.push(case.allowed());
    }
    for (text, value) in
        [("10", json!(10)), ("1.50", json!("1.50")), ("true", json!(true)), ("false", json!(false))]
    {
        let case = Case::new(format!("scalar-{text}"), &["83"]).key("test:Key", text);
        cases.push(case.identity_document(document(condition(value))).allowed());
    }
    // A policy without statements says nothing.
    let empty = || json!({"Version": "2012-10-17", "Statement": []});
    cases.push(Case::new("no-statements", &["4"]).identity_document(empty()).implicit("IDENTITY"));
    let case = Case::new("no-statements-limit", &["62"]).identity(json!(all()));
    cases.push(case.layer("permissionsBoundary", json!({"document": empty()})).implicit("BOUNDARY"));
    cases
}

/// Documents that must not be read as if nothing were wrong: each could hide a restriction.
fn not_understood() -> Vec<Case> {
    let statement = || allow("*", "*");
    let condition = |value: Value| document(with(statement(), "Condition", value));
    let bad: Vec<(&str, Value, &[&str])> = vec![
        ("unknown-top-level", with(document(statement()), "Extra", "x"), &["77"]),
        ("unknown-element", document(with(statement(), "Conditions", json!({}))), &["77"]),
        ("lower-case-element", document(with(statement(), "condition", json!({}))), &["77"]),
        ("unknown-version", json!({"Version": "2015-01-01", "Statement": statement()}), &["78"]),
        ("number-version", json!({"Version": 2012, "Statement": statement()}), &["78"]),
        ("no-statement", json!({"Version": "2012-10-17"}), &["77", "81"]),
        ("statement-is-text", document(json!("Allow")), &["81"]),
        ("lower-case-effect", document(with(statement(), "Effect", "allow")), &["82"]),
        ("unknown-effect", document(with(statement(), "Effect", "Permit")), &["82"]),
        ("no-effect", document(json!({"Action": "*", "Resource": "*"})), &["82"]),
        ("no-action", document(json!({"Effect": "Allow", "Resource": "*"})), &["86"]),
        ("no-resource", document(json!({"Effect": "Allow", "Action": "*"})), &["86"]),
        ("empty-action", document(allow(json!([]), "*")), &["87"]),
        ("empty-resource", document(allow("*", json!([]))), &["87"]),
        ("empty-not-action", document(json!({"Effect": "Allow", "NotAction": [], "Resource": "*"})), &["87"]),
        (
            "empty-not-resource",
            document(json!({"Effect": "Allow", "Action": "*", "NotResource": []})),
            &["87"],
        ),
        ("action-twice", document(with(statement(), "NotAction", "iam:*")), &["85"]),
        ("resource-twice", document(with(statement(), "NotResource", "arn:aws:s3:::other")), &["85"]),
        ("action-without-vendor", document(allow("GetObject", "*")), &["92"]),
        ("action-with-two-colons", document(allow("s3:Get:Object", "*")), &["92"]),
        ("resource-is-no-arn", document(allow("*", "bucket/*")), &["93"]),
        ("deny-of-no-arn", document(deny("*", "bucket/*")), &["93"]),
        (
            "not-resource-is-no-arn",
            document(renamed(allow("*", "bucket"), "Resource", "NotResource")),
            &["93"],
        ),
        ("action-is-number", document(allow(json!(1), "*")), &["83"]),
        ("unknown-operator", condition(json!({"StringMatches": {"aws:username": "ann"}})), &["97"]),
        (
            "unknown-prefix",
            condition(json!({"ForSomeValues:StringEquals": {"aws:username": "ann"}})),
            &["97"],
        ),
        ("null-if-exists", condition(json!({"NullIfExists": {"aws:username": "false"}})), &["97", "131"]),
        ("condition-is-list", condition(json!([])), &["97"]),
        ("operator-is-text", condition(json!({"StringEquals": "ann"})), &["97"]),
        ("value-is-object", condition(json!({"StringEquals": {"aws:username": {"is": "ann"}}})), &["97"]),
        ("value-is-null", condition(json!({"StringEquals": {"aws:username": null}})), &["97"]),
        ("principal-in-identity", document(with(statement(), "Principal", "*")), &["91"]),
        (
            "not-principal-in-identity",
            document(with(statement(), "NotPrincipal", json!({"AWS": USER}))),
            &["91"],
        ),
    ];
    let mut cases = Vec::new();
    for (about, bad, rules) in bad {
        // As the only grant, and beside one that would do.
        let case = Case::new(about, rules).rules(&["10"]).identity_document(bad.clone());
        cases.push(case.clone().denied());
        cases.push(case.about("beside").identity(json!(all())).denied());
        // As what limits.
        let case = Case::new(format!("boundary-{about}"), rules).rules(&["10"]).identity(json!(all()));
        cases.push(case.layer("permissionsBoundary", json!({"document": bad})).denied());
        let case = Case::new(format!("scp-{about}"), rules).rules(&["10"]).identity(json!(all()));
        let level =
            json!([{"level": "root", "policies": [{"document": document(all())}, {"document": bad}]}]);
        cases.push(case.layer("scps", level).denied());
    }
    let bad_principals: Vec<(&str, Value, &[&str])> = vec![
        ("principal-is-name", json!(USER), &["91a"]),
        ("principal-of-unknown-kind", json!({"Aws": USER}), &["175"]),
        ("principal-is-number", json!({"AWS": 111_122_223_333_u64}), &["175"]),
        ("principal-is-list", json!([USER]), &["175"]),
    ];
    for (about, principal, rules) in bad_principals {
        let case = Case::new(about, rules).rules(&["10"]).identity(json!(all()));
        cases.push(case.resource_policy(json!(with(statement(), "Principal", principal))).denied());
    }
    let both = with(with(statement(), "Principal", "*"), "NotPrincipal", json!({"AWS": USER}));
    cases.push(Case::new("principal-twice", &["85", "10"]).resource_policy(json!(both)).denied());
    cases
}

/// Documents as text: duplicate keys, broken JSON, white space.
fn texts() -> Vec<Case> {
    let mut cases = Vec::new();
    let head = r#""Version": "2012-10-17", "Statement""#;
    let rows = [
        ("plain", format!(r#"{{{head}: {{"Effect": "Allow", "Action": "*", "Resource": "*"}}}}"#), true),
        (
            "spaces",
            format!(
                "\t{{\r\n {head} :\n[ {{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}} ] }}\n"
            ),
            true,
        ),
        (
            "escapes",
            format!(r#"{{{head}: {{"Effect": "\u0041llow", "Action": "\u002a", "Resource": "*"}}}}"#),
            true,
        ),
        (
            "effect-twice",
            format!(r#"{{{head}: {{"Effect": "Deny", "Effect": "Allow", "Action": "*", "Resource": "*"}}}}"#),
            false,
        ),
        (
            "effect-twice-alike",
            format!(
                r#"{{{head}: {{"Effect": "Allow", "Effect": "Allow", "Action": "*", "Resource": "*"}}}}"#
            ),
            false,
        ),
        (
            "action-twice",
            format!(r#"{{{head}: {{"Effect": "Allow", "Action": "s3:*", "Action": "*", "Resource": "*"}}}}"#),
            false,
        ),
        (
            "statement-twice",
            format!(
                r#"{{"Statement": {{"Effect": "Deny", "Action": "*", "Resource": "*"}}, {head}: {{"Effect": "Allow", "Action": "*", "Resource": "*"}}}}"#
            ),
            false,
        ),
        (
            "operator-twice",
            format!(
                r#"{{{head}: {{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {{"Bool": {{"aws:a": "true"}}, "Bool": {{}}}}}}}}"#
            ),
            false,
        ),
        (
            "key-twice",
            format!(
                r#"{{{head}: {{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {{"Null": {{"aws:a": "false", "aws:a": "true"}}}}}}}}"#
            ),
            false,
        ),
        ("no-json", "This is not a json document".to_owned(), false),
        ("nothing", String::new(), false),
        (
            "trailing-comma",
            format!(r#"{{{head}: {{"Effect": "Allow", "Action": "*", "Resource": "*",}}}}"#),
            false,
        ),
        (
            "two-documents",
            format!(r#"{{{head}: {{"Effect": "Allow", "Action": "*", "Resource": "*"}}}} {{}}"#),
            false,
        ),
        (
            "comment",
            format!(r#"{{{head}: {{"Effect": "Allow", /* all */ "Action": "*", "Resource": "*"}}}}"#),
            false,
        ),
        (
            "single-quotes",
            "{'Statement': {'Effect': 'Allow', 'Action': '*', 'Resource': '*'}}".to_owned(),
            false,
        ),
    ];
    for (about, text, good) in rows {
        let case = Case::new(format!("text-{about}"), &["84", "99"]).identity_document(json!(text));
        cases.push(if good { case.allowed() } else { case.denied() });
    }
    cases
}
