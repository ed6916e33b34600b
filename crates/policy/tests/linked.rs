//! Linked policies decide as the same policies do one statement after the other, whatever names and patterns look like:
//! longer than the index can tell apart, with wildcards in any place, in any case, with colons where none belong.

#![cfg(test)]

use keygate_policy::{
    Attached, Boundary, Caller, CallerKind, Context, Level, LinkedStack, Policy, PolicyKind, Prepared,
    Request, Resource, Stack, decide, decide_prepared,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Vendors of which some begin alike for longer than a number can tell.
fn vendor() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("s3".to_owned()),
        Just("S3".to_owned()),
        Just("s3-outposts".to_owned()),
        Just("abcdefghijklmno".to_owned()),
        Just("abcdefghijklmnop".to_owned()),
        Just("abcdefghijklmnopq".to_owned()),
        Just("ABCDEFGHIJKLMNOPR".to_owned()),
    ]
}

/// Names around the length of sixteen.
fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[aBb]{1,4}", "(Describe|describe)[abA]{6,8}[ab]{0,3}"]
}

/// The same with wildcards.
fn name_pattern() -> impl Strategy<Value = String> {
    prop_oneof!["[aBb*?]{1,4}", "(Describe|describe)[abA]{6,8}[ab*?]{0,3}"]
}

fn action_pattern() -> impl Strategy<Value = String> {
    prop_oneof![
        1 => Just("*".to_owned()),
        1 => "[s*]{1,2}[3*?]:[ab*]{1,3}",
        8 => (vendor(), name_pattern()).prop_map(|(vendor, name)| format!("{vendor}:{name}")),
    ]
}

fn resource_pattern() -> impl Strategy<Value = String> {
    prop_oneof![
        1 => Just("*".to_owned()),
        2 => "arn:aws:s3:[ab*]{0,2}:[12*]{0,2}:bucket/(item|path)-[ab:*?]{0,4}",
        2 => "arn:aws:[sS]3:(eu|\\*):(1|\\*):[a:]{0,2}(bucket/item|type:thing-one)[:/*]{0,2}",
        1 => "arn:aws:s3[:*]{1,2}",
        1 => "arn:aws:s3:::\\$\\{aws:username\\}(/item-a)?",
    ]
}

fn resource() -> impl Strategy<Value = String> {
    prop_oneof![
        1 => Just("*".to_owned()),
        3 => "arn:aws:s3:[ab]{0,2}:[12]{0,2}:bucket/(item|path)-[ab:]{0,4}",
        3 => "arn:aws:[sS]3:(eu|us):1:[a:]{0,2}(bucket/item|type:thing-one)[:/a]{0,2}",
        1 => "arn:aws:s3:::(ann|a:b)(/item-a)?",
        1 => "[arn:]{1,6}",
    ]
}

fn statement() -> impl Strategy<Value = Value> {
    let actions = prop::collection::vec(action_pattern(), 1..4);
    let resources = prop::collection::vec(resource_pattern(), 1..4);
    let parts = (any::<bool>(), prop::bool::weighted(0.2), prop::bool::weighted(0.15), any::<bool>());
    (parts, actions, resources).prop_map(
        |((allow, not_action, not_resource, condition), actions, resources)| {
            let mut statement = json!({
                "Effect": if allow { "Allow" } else { "Deny" },
                if not_action { "NotAction" } else { "Action" }: actions,
                if not_resource { "NotResource" } else { "Resource" }: resources,
            });
            if condition {
                statement["Condition"] = json!({"StringEquals": {"aws:username": "ann"}});
            }
            statement
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn linked_and_scanned_decisions_are_the_same(
        policies in prop::collection::vec(prop::collection::vec(statement(), 1..4), 1..4),
        layers in any::<[bool; 4]>(),
        requests in prop::collection::vec((vendor(), name(), resource(), any::<bool>()), 8),
    ) {
        let read = |statements: &Vec<Value>| {
            let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
            Policy::read(&text, PolicyKind::Identity).ok()
        };
        let policies: Vec<Policy> = policies.iter().filter_map(read).collect();
        let identity: Vec<Attached<'_>> =
            policies.iter().map(|policy| Attached { policy, name: "policy", arn: None }).collect();
        let [first, last] = [identity.get(..1), identity.get(1..)].map(Option::unwrap_or_default);
        let levels = [Level { id: "root", policies: &identity }, Level { id: "account", policies: last }];
        let stack = Stack {
            identity: &identity,
            boundary: first.first().copied().filter(|_| layers[0]).map(Boundary::Policy),
            session: layers[1].then_some(last),
            scps: if layers[2] { &levels } else { &[] },
            vpc_endpoint: layers[3].then_some(first),
            ..Stack::default()
        };
        let linked = LinkedStack::new(&stack);
        let mut caller = Caller::new(CallerKind::User, "arn:aws:iam::111122223333:user/ann");
        caller.account = "111122223333".parse().ok();
        for (vendor, name, arn, known) in requests {
            let context = Context::new().with("aws:username", if known { "ann" } else { "a:b" });
            let action = format!("{vendor}:{name}");
            let resource = Resource { arn: &arn, account: caller.account };
            let request = Request { caller, action: &action, resource, context: &context };
            let through_index = decide_prepared(&Prepared::new(request), &linked.layers(stack.resource_rule, stack.kms_grant));
            prop_assert_eq!(decide(&request, &stack), through_index, "{} {}", action, arn);
        }
    }
}

#[test]
fn policies_that_make_long_lists_are_linked_all_the_same() {
    let statement = |index: usize| {
        // Every pattern ends a segment of its own, and every statement is in all segments.
        let mut actions: Vec<String> = (0..12).map(|number| format!("s3:{index}x{number}*")).collect();
        actions.push("s3:*".to_owned());
        json!({
            "Effect": if index.is_multiple_of(7) { "Deny" } else { "Allow" },
            "Action": actions,
            "Resource": format!("arn:aws:s3:::bucket-{index}/*"),
        })
    };
    let statements: Vec<Value> = (0..600).map(statement).collect();
    let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let policy = Policy::read(&text, PolicyKind::Identity).unwrap();
    let identity = [Attached { policy: &policy, name: "policy", arn: None }];
    let stack = Stack { identity: &identity, ..Stack::default() };
    let linked = LinkedStack::new(&stack);
    let mut caller = Caller::new(CallerKind::User, "arn:aws:iam::111122223333:user/ann");
    caller.account = "111122223333".parse().ok();
    let context = Context::new();
    let mut allowed = 0;
    for index in 0..700 {
        let arn = format!("arn:aws:s3:::bucket-{index}/key");
        let resource = Resource { arn: &arn, account: caller.account };
        let request = Request { caller, action: "s3:GetObject", resource, context: &context };
        let decision = decide(&request, &stack);
        assert_eq!(
            decision,
            decide_prepared(&Prepared::new(request), &linked.layers(stack.resource_rule, stack.kms_grant)),
            "{arn}"
        );
        allowed += usize::from(decision.is_allowed());
    }
    assert_eq!(allowed, 600 - 600_usize.div_ceil(7));
}
