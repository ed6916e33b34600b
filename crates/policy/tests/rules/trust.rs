//! Role trust policies at evaluation (rules 29, 197-209).

use keygate_policy::{Caller, CallerKind, Layer};
use serde_json::{Value, json};

use crate::support::*;

const TARGET: &str = "arn:aws:iam::111122223333:role/target";

fn trusts(principal: Value) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})
}

fn may_assume() -> Value {
    allow("sts:AssumeRole", TARGET)
}

#[test]
fn rules_29_and_198_in_one_account_the_trust_policy_must_allow() {
    let case = |trust: Value| Case::new().trust(trusts(trust));
    // Named directly: no identity policy needed.
    case(json!({"AWS": USER})).allowed();
    case(json!({"AWS": USER_ID})).allowed();
    case(json!("*")).allowed();
    // The account delegates.
    case(json!({"AWS": ACCOUNT})).implicitly_denied_by(Layer::Identity);
    case(json!({"AWS": ACCOUNT})).identity(may_assume()).allowed();
    // An identity policy alone never suffices, not even root's.
    case(json!({"AWS": OTHER})).identity(may_assume()).implicitly_denied_by(Layer::Resource);
    case(json!({"Service": "ec2.amazonaws.com"}))
        .identity(allow("*", "*"))
        .implicitly_denied_by(Layer::Resource);
    case(json!({"Service": "ec2.amazonaws.com"})).by(root()).implicitly_denied_by(Layer::Resource);
    // The limits of rule 18.
    case(json!({"AWS": ROLE})).by(session()).allowed();
    case(json!({"AWS": ROLE}))
        .by(session())
        .boundary(allow("s3:*", "*"))
        .implicitly_denied_by(Layer::Boundary);
    case(json!({"AWS": ROLE}))
        .by(session())
        .session_policy(allow("s3:*", "*"))
        .implicitly_denied_by(Layer::Session);
    // A longer name is another user.
    let mut short = user();
    short.arn = "arn:aws:iam::111122223333:user/u";
    short.unique_id = Some("AIDAQDDDDDDDDDDDDDDDD");
    case(json!({"AWS": "arn:aws:iam::111122223333:user/u2"})).by(short).implicitly_denied_by(Layer::Resource);
}

#[test]
fn rule_198_across_accounts_both_sides() {
    let case = |trust: Value| Case::new().trust(trusts(trust)).owned_by(OTHER);
    for principal in [json!({"AWS": ACCOUNT}), json!({"AWS": USER}), json!({"AWS": USER_ID}), json!("*")] {
        case(principal.clone()).implicitly_denied_by(Layer::Identity);
        case(principal.clone()).identity(may_assume()).allowed();
        case(principal)
            .identity(may_assume())
            .identity(deny("sts:*", "*"))
            .explicitly_denied_by(Layer::Identity);
    }
    case(json!({"AWS": OTHER})).identity(may_assume()).implicitly_denied_by(Layer::Resource);
}

#[test]
fn rule_199_a_role_may_not_assume_itself_without_its_trust() {
    let itself = |trust: Value| {
        let mut case = Case::new().by(session()).trust(trusts(trust)).identity(allow("sts:AssumeRole", "*"));
        case.resource = ROLE.to_owned();
        case
    };
    itself(json!({"Service": "ec2.amazonaws.com"})).implicitly_denied_by(Layer::Resource);
    itself(json!({"AWS": ROLE})).allowed();
    itself(json!({"AWS": ACCOUNT})).allowed();
}

#[test]
fn rule_200_unsigned_callers_come_by_the_trust_policy_alone() {
    let provider = "arn:aws:iam::111122223333:oidc-provider/idp.example.com";
    let trust = json!({
        "Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"idp.example.com:aud": "app"}}
    });
    let case = |provider: &'static str| {
        let mut case = Case::new().by(web_identity(provider)).trust(trust.clone());
        case.action = "sts:AssumeRoleWithWebIdentity";
        case
    };
    case(provider).key("idp.example.com:aud", "app").allowed();
    case(provider).key("idp.example.com:aud", "other").implicitly_denied_by(Layer::Resource);
    case(provider).implicitly_denied_by(Layer::Resource);
    case("arn:aws:iam::111122223333:oidc-provider/evil.example.com")
        .key("idp.example.com:aud", "app")
        .implicitly_denied_by(Layer::Resource);
    let mut wrong_action = case(provider).key("idp.example.com:aud", "app");
    wrong_action.action = "sts:AssumeRoleWithSAML";
    wrong_action.implicitly_denied_by(Layer::Resource);
    case(provider)
        .key("idp.example.com:aud", "app")
        .rcps([with(deny("sts:*", "*"), "Principal", "*")])
        .explicitly_denied_by(Layer::Rcp);
}

#[test]
fn rules_201_and_202_tags_and_source_identity_are_actions_of_their_own() {
    let only = Case::new().trust(trusts(json!({"AWS": USER})));
    only.clone().allowed();
    for action in ["sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext"] {
        only.clone().asks(action, TARGET).implicitly_denied_by(Layer::Resource);
        let both = with(trusts(json!({"AWS": USER})), "Action", json!(["sts:AssumeRole", action]));
        Case::new().trust(both).asks(action, TARGET).allowed();
    }
}

#[test]
fn rule_203_the_external_id() {
    let trust = with(
        trusts(json!({"AWS": ACCOUNT})),
        "Condition",
        json!({"StringEquals": {"sts:ExternalId": "Example-1"}}),
    );
    let case = || Case::new().trust(trust.clone()).owned_by(OTHER).identity(may_assume());
    case().key("sts:ExternalId", "Example-1").allowed();
    case().key("sts:ExternalId", "example-1").implicitly_denied_by(Layer::Resource);
    case().implicitly_denied_by(Layer::Resource);
}

#[test]
fn services_assume_roles_by_name() {
    let case = |name: &'static str| {
        Case::new()
            .by(Caller::service(name))
            .trust(trusts(json!({"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]})))
    };
    case("lambda.amazonaws.com").allowed();
    case("ecs.amazonaws.com").implicitly_denied_by(Layer::Resource);
    let mut user_in_disguise = user();
    user_in_disguise.service = Some("lambda.amazonaws.com");
    case("lambda.amazonaws.com").by(user_in_disguise).implicitly_denied_by(Layer::Resource);
    let mut web = Caller::new(CallerKind::WebIdentity, "");
    web.service = Some("lambda.amazonaws.com");
    case("lambda.amazonaws.com").by(web).implicitly_denied_by(Layer::Resource);
}
