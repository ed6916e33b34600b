//! What a trace says: every layer, policy and statement, what matched, where it stands, and what decided.

use keygate_policy::{Layer, LayerTrace, Trace, Verdict, explain};
use serde_json::json;

use crate::support::*;

fn trace(case: &Case) -> (Verdict, Option<Layer>, Trace) {
    let (decision, trace) = case.run(explain);
    assert_eq!(decision, case.decide());
    (decision.verdict, decision.layer, trace)
}

/// Layer, level, and for each policy what its statements say: `+` all of it, `-` not.
fn outline(layer: &LayerTrace) -> (Layer, usize, Option<&str>, Vec<String>) {
    let policies = layer.policies.iter().map(|policy| {
        let statements = policy.statements.iter().map(|statement| if statement.matched { '+' } else { '-' });
        statements.collect()
    });
    (layer.layer, layer.level, layer.level_id.as_deref(), policies.collect())
}

#[test]
fn every_layer_and_level_in_the_order_of_reasons() {
    let case = Case::new()
        .by(session())
        .identity(json!([allow("s3:*", "*"), allow("ec2:*", "*")]))
        .identity(deny("iam:*", "*"))
        .boundary(allow("*", "*"))
        .session_policy(allow("ec2:*", "*"))
        .scps([allow("*", "*")])
        .scps([deny("ec2:*", "*"), allow("s3:*", "*")])
        .rcps([with(allow("*", "*"), "Principal", "*")])
        .resource_policy(grant_to(json!({"AWS": OTHER})))
        .vpc_endpoint(allow("*", "*"));
    let (verdict, layer, trace) = trace(&case);
    assert_eq!((verdict, layer), (Verdict::ImplicitlyDenied, Some(Layer::Session)));
    let texts = |policies: &[&str]| policies.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let shown: Vec<_> = trace.layers.iter().map(outline).collect();
    assert_eq!(
        shown,
        [
            (Layer::Rcp, 0, Some("ou"), texts(&["+"])),
            (Layer::Scp, 0, Some("ou"), texts(&["+"])),
            (Layer::Scp, 1, Some("ou"), texts(&["-", "+"])),
            (Layer::Resource, 0, None, texts(&["-"])),
            (Layer::Identity, 0, None, texts(&["+-", "-"])),
            (Layer::Boundary, 0, None, texts(&["+"])),
            (Layer::Session, 0, None, texts(&["-"])),
            (Layer::VpcEndpoint, 0, None, texts(&["+"])),
        ]
    );
    for policy in trace.layers.iter().flat_map(|layer| &layer.policies) {
        assert_eq!(policy.arn.as_deref(), Some("arn:aws:iam::111122223333:policy/p"));
        assert_eq!(policy.name, "policy");
    }
}

#[test]
fn a_statement_says_which_of_its_parts_did_not_match_and_where_it_stands() {
    let condition = json!({"StringEquals": {"test:A": "1"}, "StringNotEquals": {"test:B": "1"}});
    let case = |action: &str, resource: &str, principal| {
        let statement =
            with(with(allow(action, resource), "Condition", condition.clone()), "Principal", principal);
        Case::new().resource_policy(json!([grant_to(json!({"AWS": OTHER})), statement]))
    };
    for (case, principal, action, resource, conditions) in [
        (case("s3:*", "*", json!("*")), true, true, true, [false, true]),
        (case("s3:*", "*", json!("*")).key("test:A", "1"), true, true, true, [true, true]),
        (case("s3:*", "*", json!("*")).key("test:B", "1"), true, true, true, [false, false]),
        (case("ec2:*", "*", json!("*")), true, false, true, [false, true]),
        (case("s3:*", "arn:aws:s3:::other", json!("*")), true, true, false, [false, true]),
        (case("s3:*", "*", json!({"AWS": OTHER})), false, true, true, [false, true]),
        (case("ec2:*", "arn:aws:s3:::other", json!({"AWS": OTHER})), false, false, false, [false, true]),
    ] {
        let (_, _, trace) = trace(&case);
        let statement = trace.statements().nth(1).unwrap();
        assert_eq!(
            (statement.principal, statement.action, statement.resource),
            (principal, action, resource)
        );
        let matched: Vec<bool> = statement.conditions.iter().map(|condition| condition.matched).collect();
        assert_eq!(matched, conditions);
        assert_eq!(statement.matched, principal && action && resource && conditions == [true, true]);
        // The places are those of the text.
        let text = case.resource_policy.as_ref().unwrap().text();
        let at = &text[statement.span.start.offset..statement.span.end.offset];
        assert!(at.starts_with('{') && at.ends_with('}') && at.contains("test:A"), "{at}");
        let places: Vec<&str> = statement.conditions.iter().map(|c| &text[c.bytes.clone()]).collect();
        assert_eq!(places, [r#""test:A":"1""#, r#""test:B":"1""#]);
    }
}

#[test]
fn layers_that_limit_by_being_empty_are_shown() {
    let mut case = Case::new().by(session()).identity(allow("*", "*"));
    case.session = Some(Vec::new());
    let (verdict, layer, empty) = trace(&case);
    assert_eq!((verdict, layer), (Verdict::ImplicitlyDenied, Some(Layer::Session)));
    assert!(empty.layers.iter().any(|layer| layer.layer == Layer::Session && layer.policies.is_empty()));
    let mut case = Case::new().identity(allow("*", "*"));
    case.boundary = Some(None);
    let (_, layer, unreadable) = trace(&case);
    assert_eq!(layer, Some(Layer::Boundary));
    assert!(unreadable.layers.iter().any(|layer| layer.layer == Layer::Boundary));
}

#[test]
fn rule_74_a_decision_without_policies_has_an_empty_trace() {
    let (verdict, layer, trace) =
        trace(&Case::new().identity(deny("*", "*")).asks("sts:GetCallerIdentity", "*"));
    assert_eq!((verdict, layer, trace.layers.len()), (Verdict::Allowed, None, 0));
}
