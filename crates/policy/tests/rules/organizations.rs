//! SCPs and RCPs at evaluation (rules 43-60).

use keygate_policy::{Caller, DenialDetail, Layer, denial_message};
use serde_json::{Value, json};

use crate::support::*;

fn full() -> Value {
    allow("*", "*")
}

fn only(service: &str) -> Value {
    allow(format!("{service}:*"), "*")
}

fn case() -> Case {
    Case::new().identity(full())
}

#[test]
fn rule_44_who_scps_do_not_limit() {
    let mut linked = session();
    linked.service_linked = true;
    case().by(linked).scps([only("ec2")]).allowed();
    case().by(linked).scps([deny("*", "*")]).allowed();
    case().by(session()).scps([only("ec2")]).implicitly_denied_by(Layer::Scp);
    case().by(root()).scps([only("ec2")]).implicitly_denied_by(Layer::Scp);
}

#[test]
fn rule_45_one_allow_at_every_level_no_deny_at_any() {
    case().scps([full()]).scps([full()]).scps([full()]).allowed();
    case().scps([full()]).scps([only("ec2")]).scps([full()]).implicitly_denied_by(Layer::Scp);
    case().scps([full()]).scps([only("ec2"), only("s3")]).scps([full()]).allowed();
    case()
        .scps([full()])
        .scps([full()])
        .scps([json!([full(), deny("s3:*", "*")])])
        .explicitly_denied_by(Layer::Scp);
    case().scps([full(), deny("s3:*", "*")]).scps([full()]).explicitly_denied_by(Layer::Scp);
}

#[test]
fn rule_46_a_level_without_policies_allows_nothing() {
    case().scps([full()]).scps(Vec::<Value>::new()).implicitly_denied_by(Layer::Scp);
    case().scps(Vec::<Value>::new()).implicitly_denied_by(Layer::Scp);
}

#[test]
fn rule_47_without_levels_no_scp_applies() {
    case().allowed();
}

#[test]
fn rule_49_the_full_language_is_understood() {
    let not_action = json!({"Effect": "Deny", "NotAction": ["s3:*", "iam:*"], "Resource": "*"});
    case().scps([json!([full(), not_action.clone()])]).allowed();
    case().asks("ec2:RunInstances", "*").scps([json!([full(), not_action])]).explicitly_denied_by(Layer::Scp);
    let not_resource = json!({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::secret/*"});
    case().scps([not_resource.clone()]).allowed();
    case()
        .asks("s3:GetObject", "arn:aws:s3:::secret/k")
        .scps([not_resource])
        .implicitly_denied_by(Layer::Scp);
}

#[test]
fn rule_53_scps_read_the_same_keys() {
    let no_root =
        with(deny("*", "*"), "Condition", json!({"StringLike": {"aws:PrincipalArn": "arn:*:iam::*:root"}}));
    let limited = || case().scps([json!([full(), no_root.clone()])]);
    limited().by(root()).key("aws:PrincipalArn", ROOT).explicitly_denied_by(Layer::Scp);
    limited().key("aws:PrincipalArn", USER).allowed();
}

#[test]
fn rule_54_rcps_limit_whoever_calls() {
    let fence = with(
        with(deny("s3:*", "*"), "Principal", "*"),
        "Condition",
        json!({"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}, "BoolIfExists": {"aws:PrincipalIsAWSService": false}}),
    );
    let all = || with(full(), "Principal", "*");
    let public =
        || case().resource_policy(grant_to(json!("*"))).rcps([all()]).rcps([json!([all(), fence.clone()])]);
    public().key("aws:PrincipalOrgID", "o-1").allowed();
    public().key("aws:PrincipalOrgID", "o-2").explicitly_denied_by(Layer::Rcp);
    public().by(Caller::service("sns.amazonaws.com")).key("aws:PrincipalIsAWSService", "true").allowed();
    public().by(Caller::anonymous()).key("aws:PrincipalOrgID", "o-2").explicitly_denied_by(Layer::Rcp);
}

#[test]
fn rule_55_what_rcps_do_not_limit() {
    let mut linked = session();
    linked.service_linked = true;
    let none = || with(deny("*", "*"), "Principal", "*");
    case().by(linked).rcps([none()]).allowed();
    case().asks("kms:RetireGrant", "arn:aws:kms:us-east-1:111122223333:key/k").rcps([none()]).allowed();
    case().rcps([none()]).explicitly_denied_by(Layer::Rcp);
}

#[test]
fn rule_59_rcps_go_by_levels_too() {
    let all = || with(full(), "Principal", "*");
    case().rcps([all()]).rcps([all()]).allowed();
    case().rcps([all()]).rcps(Vec::<Value>::new()).implicitly_denied_by(Layer::Rcp);
}

/// The allow list and deny list trees of the documentation: root, two units, an account.
#[test]
fn scpeval_allow_lists_and_deny_lists() {
    let (a, b) = (|| only("a"), || only("b"));
    let asks = |levels: &[&[Value]], action: &'static str| {
        let tree = levels.iter().fold(case(), |case, level| case.scps(level.to_vec()));
        tree.asks(action, "*").decide().is_allowed()
    };
    // Deny list: everything allowed, one service forbidden half-way down.
    let deny_b = json!([deny("b:*", "*")]);
    let tree: &[&[Value]] = &[&[full()], &[full(), deny_b], &[full()], &[full()]];
    assert!(asks(tree, "a:X") && !asks(tree, "b:X") && asks(tree, "c:X"));
    // Allow list: what is missing at one level is missing below.
    let tree: &[&[Value]] = &[&[full()], &[a(), b()], &[a()], &[full()]];
    assert!(asks(tree, "a:X") && !asks(tree, "b:X") && !asks(tree, "c:X"));
    // An Allow further down does not bring it back.
    let tree: &[&[Value]] = &[&[full()], &[a()], &[a(), b()], &[b()]];
    assert!(!asks(tree, "a:X") && !asks(tree, "b:X"));
}

#[test]
fn rule_43_and_48_whom_scps_leave_alone() {
    // The management account and what is exempt by its task are seen to by whoever builds the stack: no levels.
    case().by(root()).allowed();
    // The rest follows from the caller.
    let mut linked = session();
    linked.service_linked = true;
    let open = || Case::new().resource_policy(with(allow("*", "*"), "Principal", "*"));
    for caller in [linked, Caller::anonymous(), Caller::service("sns.amazonaws.com")] {
        open().by(caller).scps([deny("*", "*")]).allowed();
    }
    for caller in [user(), root(), session(), federated()] {
        open().by(caller).scps([deny("*", "*")]).explicitly_denied_by(Layer::Scp);
    }
}

#[test]
fn rule_52_what_scps_do_not_allow_is_denied_implicitly() {
    let missing = case().scps([only("ec2")]);
    missing.clone().implicitly_denied_by(Layer::Scp);
    let decision = missing.decide();
    assert_eq!(decision.statement, None);
    let text =
        missing.run(|request, stack| denial_message(request, stack, &decision, DenialDetail::PolicyArn));
    assert!(text.ends_with(" because no service control policy allows the s3:GetObject action"), "{text}");
}

/// An account may lie below the root and five levels of units.
#[test]
fn rule_236_every_level_of_the_deepest_organization_counts() {
    const LEVELS: usize = 7;
    let tree = |odd: Option<(usize, Value)>| {
        (0..LEVELS).fold(case(), |case, level| match &odd {
            Some((at, statement)) if *at == level => case.scps([statement.clone()]),
            _ => case.scps([full()]),
        })
    };
    tree(None).allowed();
    for level in 0..LEVELS {
        tree(Some((level, only("ec2")))).implicitly_denied_by(Layer::Scp);
        tree(Some((level, json!([full(), deny("s3:*", "*")])))).explicitly_denied_by(Layer::Scp);
    }
}
