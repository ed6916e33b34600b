//! Actions and resources of statements (rules 103-123), as whole decisions.

use keygate_policy::{Layer, Policy, PolicyKind};
use serde_json::json;

use crate::support::*;

fn action(pattern: &str, action: &'static str) -> bool {
    Case::new().identity(allow(pattern, "*")).asks(action, OBJECT).decide().is_allowed()
}

#[test]
fn rules_103_to_105_and_109_actions() {
    for (pattern, request, expected) in [
        ("*", "s3:GetObject", true),
        ("s3:GetObject", "s3:GetObject", true),
        ("S3:getOBJECT", "s3:GetObject", true),
        ("s3:GetObject", "s3:GetObjectAcl", false),
        ("s3:Get*", "s3:GetObject", true),
        ("s3:*Object", "s3:GetObject", true),
        ("s3:*", "s3:GetObject", true),
        ("s3:*", "s3-object-lambda:GetObject", false),
        ("s3:Get?bject", "s3:GetObject", true),
        ("s3:Get?", "s3:GetObject", false),
        ("s3:G*t*t", "s3:GetObject", true),
        ("s3:", "s3:GetObject", false),
        ("*:*", "s3:GetObject", true),
        ("*:Get*", "s3:GetObject", true),
        ("*:Put*", "s3:GetObject", false),
        ("s*:Get*", "s3:GetObject", true),
        ("s?:Get*", "s3:GetObject", true),
        ("e*:Get*", "s3:GetObject", false),
        ("s3:${*}", "s3:GetObject", false),
    ] {
        assert_eq!(action(pattern, request), expected, "{pattern} {request}");
    }
}

#[test]
fn rule_108_actions_take_no_variables() {
    let text = document(allow("s3:${aws:username}", "*"));
    assert!(Policy::read(&text, PolicyKind::Identity).is_err());
    Case::new().identity(allow("s3:${k}", "*")).key("k", "GetObject").grants(false);
}

#[test]
fn rule_106_not_action_is_everything_else_of_all_services() {
    let statement = json!({"Effect": "Allow", "NotAction": ["iam:*", "S3:get*"], "Resource": "*"});
    for (action, expected) in
        [("iam:GetUser", false), ("s3:GetObject", false), ("s3:PutObject", true), ("ec2:X", true)]
    {
        Case::new().identity(statement.clone()).asks(action, OBJECT).grants(expected);
    }
}

#[test]
fn rule_119_requests_without_resource_match_a_bare_star_only() {
    let case =
        |resource: &str| Case::new().identity(allow("s3:*", resource)).asks("s3:ListAllMyBuckets", "*");
    case("*").allowed();
    case("arn:aws:s3:::*").grants(false);
    case("arn:aws:s3").grants(false);
}

#[test]
fn rules_121_and_122_not_resource() {
    let statement = |effect: &str| json!({"Effect": effect, "Action": "s3:*", "NotResource": ["arn:aws:s3:::a", "arn:aws:s3:::a/*"]});
    let granting = || Case::new().identity(statement("Allow"));
    granting().asks("s3:GetObject", "arn:aws:s3:::a/k").grants(false);
    granting().asks("s3:GetObject", "arn:aws:s3:::b/k").allowed();
    granting().asks("s3:ListAllMyBuckets", "*").allowed();
    let forbidding = || Case::new().identity(json!([allow("*", "*"), statement("Deny")]));
    forbidding().asks("s3:GetObject", "arn:aws:s3:::a/k").allowed();
    forbidding().asks("s3:ListAllMyBuckets", "*").explicitly_denied_by(Layer::Identity);
    // A lone Deny grants nothing, whatever it does not forbid.
    Case::new().identity(statement("Deny")).asks("s3:GetObject", "arn:aws:s3:::a/k").grants(false);
}

#[test]
fn rule_115a_a_short_arn_that_does_not_match_exempts_nothing() {
    let statement = json!({"Effect": "Deny", "Principal": "*", "Action": "*", "NotResource": "arn:aws:s3"});
    Case::new().identity(allow("*", "*")).resource_policy(statement).explicitly_denied_by(Layer::Resource);
}

#[test]
fn rules_112_and_115_a_short_arn_of_a_resource_matches_with_a_star_at_the_end_of_a_field() {
    let case = |pattern: &str| {
        let statement = with(grant_to(json!("*")), "Resource", pattern);
        Case::new().resource_policy(with(statement, "Action", "sqs:*"))
    };
    for (pattern, expected) in [
        ("arn:aws:sqs*:queue", true),
        ("arn:aws:sqs*", true),
        ("arn:aws:sq*s:queue", false),
        ("arn:aws:sqs?:queue", false),
        ("arn:aws:sqs:queue", false),
        ("arn:aws:sqs*:other", false),
    ] {
        case(pattern).asks("sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:queue").grants(expected);
    }
}

#[test]
fn rule_163_a_default_may_hold_a_brace() {
    let case = |asked: &str| {
        Case::new().identity(allow("*", "arn:aws:s3:::${aws:NoSuchKey, 'a}b'}")).asks("s3:X", asked)
    };
    case("arn:aws:s3:::a}b").allowed();
    case("arn:aws:s3:::${aws:NoSuchKey, 'a}b'}").grants(false);
    case("arn:aws:s3:::ab'}").grants(false);
}

#[test]
fn rule_168_variables_without_value_in_resources() {
    let entries = json!(["arn:aws:s3:::bucket/*", "arn:aws:s3:::home/${aws:username}/*"]);
    let resource = || Case::new().identity(json!({"Effect": "Allow", "Action": "*", "Resource": entries}));
    resource().asks("s3:GetObject", "arn:aws:s3:::home/ann/x").key("aws:username", "ann").allowed();
    resource().asks("s3:GetObject", "arn:aws:s3:::home/ann/x").grants(false);
    resource().asks("s3:GetObject", "arn:aws:s3:::home//x").grants(false);
    resource().allowed();
    let not_resource = |effect: &str| json!({"Effect": effect, "Action": "*", "NotResource": entries});
    let elsewhere = |case: Case| case.asks("s3:GetObject", "arn:aws:s3:::elsewhere/x");
    elsewhere(Case::new().identity(not_resource("Allow"))).grants(false);
    elsewhere(Case::new().identity(not_resource("Allow"))).key("aws:username", "ann").allowed();
    let denied = || Case::new().identity(json!([allow("*", "*"), not_resource("Deny")]));
    elsewhere(denied()).explicitly_denied_by(Layer::Identity);
    denied().explicitly_denied_by(Layer::Identity);
    denied().key("aws:username", "ann").allowed();
}

#[test]
fn rules_164_and_79_variables_need_the_new_version() {
    for (version, expected) in [(Some("2012-10-17"), true), (Some("2008-10-17"), false), (None, false)] {
        let mut document =
            json!({"Statement": [with(grant_to(json!("*")), "Resource", "arn:aws:s3:::b/${aws:username}")]});
        if let Some(version) = version {
            document["Version"] = version.into();
        }
        let mut case = Case::new().key("aws:username", "ann");
        case.resource_policy = Some(Policy::read(&document.to_string(), PolicyKind::Resource).unwrap());
        case.clone().asks("s3:GetObject", "arn:aws:s3:::b/ann").grants(expected);
        case.asks("s3:GetObject", "arn:aws:s3:::b/${aws:username}").grants(!expected);
    }
}

#[test]
fn rule_174_variables_work_in_every_type() {
    let home = || allow("*", "arn:aws:s3:::home/${aws:username}/*");
    let all = || allow("*", "*");
    let case = Case::new()
        .by(session())
        .identity(home())
        .boundary(home())
        .session_policy(home())
        .scps([home()])
        .vpc_endpoint(with(home(), "Principal", "*"))
        .rcps([with(all(), "Principal", "*")])
        .key("aws:username", "ann");
    case.clone().asks("s3:GetObject", "arn:aws:s3:::home/ann/x").allowed();
    assert!(!case.asks("s3:GetObject", "arn:aws:s3:::home/bob/x").decide().is_allowed());
}

/// Whether a Resource lies inside the resource that the policy is attached to is checked by the service that saves it.
#[test]
fn rule_123_the_evaluator_only_matches_the_resource_of_a_resource_policy() {
    let elsewhere =
        || with(with(allow("s3:*", "arn:aws:s3:::other/*"), "Principal", "*"), "Sid", "Elsewhere");
    assert!(Policy::parse(&document(elsewhere()), PolicyKind::Resource).is_ok());
    Case::new().resource_policy(elsewhere()).grants(false);
    Case::new().resource_policy(elsewhere()).asks("s3:GetObject", "arn:aws:s3:::other/key").allowed();
    // Where the element is left out, the policy speaks of whatever it is attached to.
    Case::new().resource_policy(without(elsewhere(), "Resource")).allowed();
}
