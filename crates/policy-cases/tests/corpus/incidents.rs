//! What other implementations decided wrongly: each is a regression case.

use serde_json::{Value, json};

use crate::build::{
    Case, FEDERATED, OTHER, ROLE, ROOT, USER, all, allow, deny, document, grant, nothing, with,
};

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(levels());
    cases.extend(overriding_limits());
    cases.extend(negated_operators());
    cases.extend(trust());
    cases.extend(dropped_elements());
    cases.extend(skipped_checks());
    cases
}

/// SCPs of one level intersected instead of united.
fn levels() -> Vec<Case> {
    let s3 = || json!(allow("s3:*", "*"));
    let ec2 = || json!(allow("ec2:*", "*"));
    let full = || json!(all());
    let case = |about: &str| Case::new(about, &["45"]).identity(json!(all()));
    vec![
        case("united-in-a-level").scps(&[vec![s3(), ec2()]]).allowed(),
        case("united-in-a-level-reversed").scps(&[vec![ec2(), s3()]]).allowed(),
        case("united-below-full").scps(&[vec![full()], vec![ec2(), s3()], vec![full()]]).allowed(),
        case("intersected-over-levels").scps(&[vec![s3()], vec![ec2()]]).implicit("SCP"),
        case("united-and-intersected").scps(&[vec![s3(), ec2()], vec![ec2()]]).implicit("SCP"),
        case("one-of-three").scps(&[vec![ec2(), json!(nothing()), s3()]]).allowed(),
    ]
}

/// A resource policy of the same account that overrides what it must not.
fn overriding_limits() -> Vec<Case> {
    let mut cases = Vec::new();
    let to = |principal: Value| json!(grant(principal));
    for principal in [json!("*"), json!({"AWS": USER}), json!({"AWS": ROOT})] {
        let case = Case::new("over-scp", &["16", "18"]).resource_policy(to(principal.clone()));
        cases.push(case.identity(json!(all())).scps(&[vec![json!(nothing())]]).implicit("SCP"));
        let case = Case::new("over-rcp", &["17", "18"]).resource_policy(to(principal));
        let rcp = json!(with(nothing(), "Principal", "*"));
        cases.push(case.identity(json!(all())).rcps(&[vec![rcp]]).implicit("RCP"));
    }
    let by_role = |about: &str| Case::new(about, &["18"]).session().resource_policy(to(json!({"AWS": ROLE})));
    cases.push(by_role("over-session").session_policy(json!(nothing())).implicit("SESSION"));
    cases.push(by_role("over-boundary").boundary(json!(nothing())).implicit("BOUNDARY"));
    let by_account = |about: &str| Case::new(about, &["22"]).resource_policy(to(json!({"AWS": ROOT})));
    cases.push(by_account("over-identity").implicit("IDENTITY"));
    cases.push(
        by_account("over-boundary-by-account")
            .identity(json!(all()))
            .boundary(json!(nothing()))
            .implicit("BOUNDARY"),
    );
    let federated = Case::new("federated-without-session-policy", &["24"]).principal(FEDERATED).issuer(USER);
    cases.push(federated.clone().identity(json!(all())).implicit("SESSION"));
    cases
        .push(federated.identity(json!(all())).resource_policy(to(json!({"AWS": USER}))).implicit("SESSION"));
    cases
}

/// A Deny escaped by leaving the key out.
fn negated_operators() -> Vec<Case> {
    let mut cases = Vec::new();
    for (operator, value) in [
        ("StringNotEquals", "vpc-1"),
        ("StringNotLike", "vpc-*"),
        ("StringNotEqualsIgnoreCase", "vpc-1"),
        ("NumericNotEquals", "1"),
        ("DateNotEquals", "2026-01-01"),
        ("NotIpAddress", "10.0.0.0/8"),
        ("ArnNotLike", "arn:aws:s3:::*"),
        ("ArnNotEquals", "arn:aws:s3:::b"),
    ] {
        for operator in [operator.to_owned(), format!("{operator}IfExists")] {
            let denies =
                with(deny("*", "*"), "Condition", json!({operator.clone(): {"aws:SourceVpc": value}}));
            let case = Case::new(format!("left-out-{operator}"), &["129", "130"]);
            cases.push(case.clone().identity(json!([all(), denies.clone()])).explicit("IDENTITY"));
            let to_all = with(denies, "Principal", "*");
            let case = case.about("resource");
            cases.push(case.resource_policy(json!([grant(json!("*")), to_all])).explicit("RESOURCE"));
        }
    }
    cases
}

/// Trust policies believed too much or too little.
fn trust() -> Vec<Case> {
    let role = "arn:aws:iam::444455556666:role/target";
    let own = "arn:aws:iam::111122223333:role/target";
    let trust = |principal: &str| json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"});
    let ask = |about: &str, arn: &str| Case::new(about, &["198"]).asks("sts:AssumeRole", arn);
    let id = json!({"StringEquals": {"sts:ExternalId": "42"}});
    vec![
        ask("trust-alone-cross-account", role).owner(OTHER).resource_policy(trust(USER)).implicit("IDENTITY"),
        ask("trust-of-account-alone", own).resource_policy(trust(ROOT)).implicit("IDENTITY"),
        ask("identity-alone", own).identity(json!(all())).resource_policy(trust(ROLE)).implicit("RESOURCE"),
        ask("trust-in-a-longer-name", own)
            .resource_policy(trust("arn:aws:iam::111122223333:user/team/ann2"))
            .implicit("RESOURCE"),
        ask("trust-in-a-shorter-name", own)
            .principal("arn:aws:iam::111122223333:user/team/ann2")
            .resource_policy(trust(USER))
            .implicit("RESOURCE"),
        ask("external-id-ignored", role)
            .rules(&["203"])
            .owner(OTHER)
            .identity(json!(all()))
            .resource_policy(with(trust(ROOT), "Condition", id.clone()))
            .implicit("RESOURCE"),
        ask("external-id-wrong", role)
            .rules(&["203"])
            .owner(OTHER)
            .key("sts:ExternalId", "43")
            .identity(json!(all()))
            .resource_policy(with(trust(ROOT), "Condition", id))
            .implicit("RESOURCE"),
    ]
}

/// Elements dropped where they were not understood, and statements that grant by denying.
fn dropped_elements() -> Vec<Case> {
    let mut cases = Vec::new();
    let lone = json!({"Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::other/*"});
    cases.push(Case::new("lone-deny", &["4", "121"]).identity(json!(lone)).explicit("IDENTITY"));
    let lone = json!({"Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::bucket/*"});
    cases.push(Case::new("lone-deny-elsewhere", &["4", "121"]).identity(json!(lone)).implicit("IDENTITY"));
    let lone = json!({"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"});
    cases.push(Case::new("lone-deny-not-action", &["4", "106"]).identity(json!(lone)).implicit("IDENTITY"));
    // `?` is a wildcard.
    let question = allow("s3:Get?bject", "arn:aws:s3:::b?cket/k?y");
    cases.push(Case::new("question-mark", &["104", "111"]).identity(json!(question)).allowed());
    cases.push(
        Case::new("question-mark-is-one", &["111"])
            .identity(json!(allow("*", "arn:aws:s3:::bucket/?key")))
            .implicit("IDENTITY"),
    );
    // NotAction, NotResource and Condition count.
    let not_action = json!({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"});
    cases.push(Case::new("not-action-counts", &["106"]).identity(json!(not_action)).implicit("IDENTITY"));
    let not_resource = json!({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::bucket/*"});
    cases.push(Case::new("not-resource-counts", &["121"]).identity(json!(not_resource)).implicit("IDENTITY"));
    for operator in
        ["StringEquals", "NumericEquals", "DateEquals", "IpAddress", "ArnLike", "BinaryEquals", "Bool"]
    {
        let statement = with(all(), "Condition", json!({operator: {"test:Key": "none"}}));
        let case = Case::new(format!("condition-counts-{operator}"), &["6"]).key("test:Key", "some");
        cases.push(case.identity(json!(statement)).implicit("IDENTITY"));
    }
    // What is not understood is no permission.
    let unknown =
        json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringIs": {"a:b": "c"}}});
    cases.push(Case::new("unknown-operator", &["10", "97"]).identity(json!(unknown)).denied());
    let misspelt = json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Contition": {}});
    cases.push(Case::new("misspelt-element", &["10", "77"]).identity(json!(misspelt)).denied());
    cases
}

/// Sessions, unknown keys and unknown actions that skip the check.
fn skipped_checks() -> Vec<Case> {
    let only = |condition: Value| json!(with(all(), "Condition", condition));
    let unknown_key = json!({"StringEquals": {"aws:NoSuchKey": "v"}});
    let old = json!({"Statement": allow("*", "arn:aws:s3:::bucket/${aws:username}")});
    vec![
        Case::new("session-without-policies", &["4"]).session().implicit("IDENTITY"),
        Case::new("session-of-a-denied-role", &["5"])
            .session()
            .identity(json!(deny("*", "*")))
            .explicit("IDENTITY"),
        Case::new("unknown-key", &["129", "227"]).identity(only(unknown_key)).implicit("IDENTITY"),
        Case::new("unknown-action", &["4"]).asks("nosuch:DoIt", "*").implicit("IDENTITY"),
        Case::new("unknown-action-not-granted", &["104"])
            .asks("nosuch:DoIt", "*")
            .identity(json!(allow("s3:*", "*")))
            .implicit("IDENTITY"),
        Case::new("variable-in-old-version", &["79", "164"])
            .asks("s3:GetObject", "arn:aws:s3:::bucket/ann")
            .identity_document(old)
            .implicit("IDENTITY"),
        Case::new("wildcard-in-a-user-name", &["170"])
            .principal("arn:aws:iam::111122223333:user/*")
            .asks("s3:GetObject", "arn:aws:s3:::bucket/bob")
            .identity_document(document(allow("*", "arn:aws:s3:::bucket/${aws:username}")))
            .implicit("IDENTITY"),
    ]
}
