//! What other implementations decided wrongly, each as a test that says so. `corpus/incidents.jsonl` has the same for
//! others to run.

use keygate_policy::{Caller, Layer, Policy, PolicyKind};
use serde_json::{Value, json};

use crate::support::*;

fn all() -> Value {
    allow("*", "*")
}

/// SCPs that were intersected within a level.
#[test]
fn rule_45_scps_of_one_level_are_united_and_not_intersected() {
    let case = || Case::new().identity(all());
    case().scps([allow("s3:*", "*"), allow("ec2:*", "*")]).allowed();
    case().scps([allow("ec2:*", "*"), allow("s3:*", "*"), allow("iam:*", "*")]).allowed();
    // Levels are not united.
    case().scps([allow("s3:*", "*")]).scps([allow("ec2:*", "*")]).implicitly_denied_by(Layer::Scp);
}

/// A resource policy of the same account that overrode what it must not.
#[test]
fn rules_16_and_18_a_resource_allow_overrides_no_denial_of_scp_session_or_boundary() {
    let other = || allow("ec2:*", "*");
    for principal in [json!("*"), json!({"AWS": USER}), json!({"AWS": ACCOUNT})] {
        let case = || Case::new().identity(all()).resource_policy(grant_to(principal.clone()));
        case().scps([other()]).implicitly_denied_by(Layer::Scp);
        case().rcps([with(other(), "Principal", "*")]).implicitly_denied_by(Layer::Rcp);
        case().vpc_endpoint(other()).implicitly_denied_by(Layer::VpcEndpoint);
        for (denied, layer) in [
            (case().boundary(deny("*", "*")), Layer::Boundary),
            (case().session_policy(deny("*", "*")), Layer::Session),
            (case().scps([deny("*", "*")]), Layer::Scp),
        ] {
            denied.explicitly_denied_by(layer);
        }
    }
    // By the role's ARN or by the account, boundary and session policy limit by not allowing, too.
    for principal in [json!({"AWS": ROLE}), json!({"AWS": ACCOUNT})] {
        let case = || Case::new().by(session()).identity(all()).resource_policy(grant_to(principal.clone()));
        case().allowed();
        case().boundary(other()).implicitly_denied_by(Layer::Boundary);
        case().session_policy(other()).implicitly_denied_by(Layer::Session);
    }
}

/// A Deny that was evaded by sending the request without the key that it asks about.
#[test]
fn rule_129_a_deny_with_a_negated_operator_applies_when_the_key_is_missing() {
    for (operator, value) in [
        ("StringNotEquals", "red"),
        ("StringNotEqualsIgnoreCase", "red"),
        ("StringNotLike", "r*"),
        ("NumericNotEquals", "1"),
        ("DateNotEquals", "2026-01-01"),
        ("NotIpAddress", "203.0.113.0/24"),
        ("ArnNotEquals", "arn:aws:sns:us-east-1:111122223333:t"),
        ("ArnNotLike", "arn:aws:sns:*:*:*"),
        ("StringNotEqualsIfExists", "red"),
        ("NotIpAddressIfExists", "203.0.113.0/24"),
    ] {
        let fence = with(deny("*", "*"), "Condition", json!({operator: {"test:Key": value}}));
        Case::new().identity(json!([all(), fence])).explicitly_denied_by(Layer::Identity);
    }
}

/// A trust policy that was enough where the caller's own account has a say, and one that was not looked at.
#[test]
fn rules_29_and_198_neither_the_trust_policy_alone_nor_the_identity_policy_alone_lets_assume() {
    let trust = |who: Value| json!({"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"});
    let may = || allow("sts:AssumeRole", "arn:aws:iam::111122223333:role/target");
    // The trust policy alone: of another account, or naming the account only.
    for (who, owner) in
        [(json!({"AWS": USER}), OTHER), (json!({"AWS": ACCOUNT}), OTHER), (json!({"AWS": ACCOUNT}), ACCOUNT)]
    {
        Case::new().trust(trust(who.clone())).owned_by(owner).implicitly_denied_by(Layer::Identity);
        Case::new().trust(trust(who)).owned_by(owner).identity(may()).allowed();
    }
    // The identity policy alone.
    Case::new().trust(trust(json!({"AWS": OTHER}))).identity(may()).implicitly_denied_by(Layer::Resource);
    // A user whose name only begins like the trusted one's.
    let mut short = user();
    (short.arn, short.unique_id) = ("arn:aws:iam::111122223333:user/u", None);
    let longer = trust(json!({"AWS": "arn:aws:iam::111122223333:user/u2"}));
    Case::new().by(short).trust(longer).identity(may()).implicitly_denied_by(Layer::Resource);
    // A condition on the external id that nobody looked at.
    let guarded =
        with(trust(json!({"AWS": USER})), "Condition", json!({"StringEquals": {"sts:ExternalId": "1"}}));
    Case::new().trust(guarded.clone()).implicitly_denied_by(Layer::Resource);
    Case::new().trust(guarded).key("sts:ExternalId", "1").allowed();
}

/// `?` that was compared as a question mark.
#[test]
fn rules_104_and_111_a_question_mark_is_any_one_character() {
    let case = |action: &str, resource: &str| Case::new().identity(allow(action, resource));
    case("s3:Get?bject", "arn:aws:s3:::bucket/k?y").allowed();
    case("s3:GetObjec??", "*").grants(false);
    case("s3:*", "arn:aws:s3:::bucket/ke?y").grants(false);
    let like = |pattern: &str| {
        let condition = json!({"StringLike": {"test:Key": pattern}});
        Case::new().identity(with(all(), "Condition", condition)).key("test:Key", "red")
    };
    like("r?d").grants(true);
    like("r?").grants(false);
}

/// Elements that were left out of the evaluation, so that the rest of the statement granted.
#[test]
fn rules_77_and_97_nothing_of_a_statement_is_dropped() {
    // What is understood counts.
    Case::new().identity(json!({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"})).grants(false);
    Case::new().identity(json!({"Effect": "Allow", "Action": "*", "NotResource": OBJECT})).grants(false);
    let condition = json!({"StringEquals": {"test:Key": "red"}});
    Case::new().identity(with(all(), "Condition", condition)).grants(false);
    // A lone Deny with NotResource grants nothing elsewhere.
    Case::new().identity(json!({"Effect": "Deny", "Action": "*", "NotResource": OBJECT})).grants(false);
    // What is not understood is no policy, and nothing goes ahead that rests on it.
    for (element, value) in [
        ("NotActions", json!("s3:*")),
        ("notAction", json!("s3:*")),
        ("Notresource", json!(OBJECT)),
        ("condition", json!({})),
        ("Conditions", json!({"Bool": {"aws:SecureTransport": "true"}})),
        ("Condition", json!({"StringMatches": {"test:Key": "red"}})),
        ("Condition", json!({"StringEquals": {"test:Key": {"any": "red"}}})),
        ("Condition", json!([])),
    ] {
        let text = document(with(all(), element, value.clone()));
        for kind in [PolicyKind::Identity, PolicyKind::Boundary, PolicyKind::Session, PolicyKind::Scp] {
            assert!(Policy::read(&text, kind).is_err(), "{element} {value}");
            assert!(Policy::parse(&text, kind).is_err(), "{element} {value}");
        }
    }
}

/// Sessions for which checks were skipped, and keys that nobody knew.
#[test]
fn rules_15_and_227_sessions_and_unknown_keys_skip_no_check() {
    for caller in [session(), federated()] {
        let case = || Case::new().by(caller).identity(all());
        Case::new().by(caller).session_policy(all()).implicitly_denied_by(Layer::Identity);
        case().session_policy(allow("ec2:*", "*")).implicitly_denied_by(Layer::Session);
        case().session_policy(all()).boundary(allow("ec2:*", "*")).implicitly_denied_by(Layer::Boundary);
        case().session_policy(json!([all(), deny("s3:*", "*")])).explicitly_denied_by(Layer::Session);
        case().session_policy(all()).scps([deny("s3:*", "*")]).explicitly_denied_by(Layer::Scp);
    }
    for key in ["aws:NoSuchKey", "nosuch:Key", "NoVendor", ""] {
        let condition = json!({"StringEquals": {key: "x"}});
        Case::new().identity(with(all(), "Condition", condition)).grants(false);
        let fence = with(deny("*", "*"), "Condition", json!({"StringNotEquals": {key: "x"}}));
        Case::new().identity(json!([all(), fence])).explicitly_denied_by(Layer::Identity);
    }
}

/// Actions that were in no table and therefore allowed.
#[test]
fn rule_4_an_action_that_nobody_knows_is_denied_like_any_other() {
    for action in ["nosuch:DoIt", "s3:NoSuchAction", "iam:getuser"] {
        Case::new().asks(action, "*").grants(false);
        Case::new().asks(action, "*").identity(allow("s3:GetObject", "*")).grants(false);
        Case::new().asks(action, "*").by(Caller::anonymous()).implicitly_denied_by(Layer::Resource);
    }
}
