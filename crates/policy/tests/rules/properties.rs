//! Laws that hold for all policies, stacks and requests.

use keygate_policy::{Caller, Context, Verdict};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::*;

/// Few values, so that they often match.
fn statement() -> impl Strategy<Value = Value> {
    let effect = prop_oneof![3 => Just("Allow"), 1 => Just("Deny")];
    let action = prop_oneof![
        Just(json!({"Action": "*"})),
        Just(json!({"Action": "s3:*"})),
        Just(json!({"Action": ["s3:Get*", "ec2:*"]})),
        Just(json!({"Action": "s3:Put*"})),
        Just(json!({"NotAction": "iam:*"})),
        Just(json!({"NotAction": ["s3:Get*"]})),
    ];
    let resource = prop_oneof![
        Just(json!({"Resource": "*"})),
        Just(json!({"Resource": "arn:aws:s3:::bucket/*"})),
        Just(json!({"Resource": "arn:aws:s3:::${k}/*"})),
        Just(json!({"NotResource": "arn:aws:s3:::bucket/*"})),
        Just(json!({"NotResource": ["arn:aws:s3:::${k}/*", "arn:aws:s3:::x"]})),
    ];
    let condition = prop_oneof![
        3 => Just(None),
        1 => Just(Some(json!({"StringEquals": {"k": "bucket"}}))),
        1 => Just(Some(json!({"StringNotLike": {"k": "b*"}}))),
        1 => Just(Some(json!({"ForAllValues:StringEquals": {"l": ["a", "b"]}}))),
        1 => Just(Some(json!({"Null": {"k": true}, "StringEqualsIfExists": {"l": "a"}}))),
    ];
    (effect, action, resource, condition).prop_map(|(effect, action, resource, condition)| {
        let mut statement = json!({"Effect": effect});
        for part in [action, resource] {
            for (name, value) in part.as_object().unwrap() {
                statement[name] = value.clone();
            }
        }
        if let Some(condition) = condition {
            statement["Condition"] = condition;
        }
        statement
    })
}

fn statements() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(statement(), 1..4)
}

fn principal() -> impl Strategy<Value = (&'static str, Value)> {
    let element = prop_oneof![4 => Just("Principal"), 1 => Just("NotPrincipal")];
    let value = prop_oneof![
        Just(json!("*")),
        Just(json!({"AWS": "*"})),
        Just(json!({"AWS": ACCOUNT})),
        Just(json!({"AWS": OTHER})),
        Just(json!({"AWS": [USER, ROLE]})),
        Just(json!({"AWS": SESSION})),
        Just(json!({"AWS": FEDERATED, "Service": "sns.amazonaws.com"})),
    ];
    (element, value)
}

fn caller() -> impl Strategy<Value = Caller<'static>> {
    prop_oneof![
        3 => Just(user()),
        3 => Just(session()),
        2 => Just(federated()),
        1 => Just(root()),
        1 => Just(Caller::anonymous()),
        1 => Just(Caller::service("sns.amazonaws.com")),
    ]
}

prop_compose! {
    fn case()(
        caller in caller(),
        action in prop_oneof![Just("s3:GetObject"), Just("s3:PutObject"), Just("iam:GetUser")],
        resource in prop_oneof![Just(OBJECT), Just("arn:aws:s3:::x"), Just("*")],
        owner in prop_oneof![3 => Just(ACCOUNT), 1 => Just(OTHER)],
        k in prop::option::of(prop_oneof![Just("bucket"), Just("x")]),
        l in prop::option::of(prop::collection::vec(prop_oneof![Just("a"), Just("c")], 0..3)),
        identity in prop::collection::vec(statements(), 0..3),
        boundary in prop::option::of(statements()),
        session in prop::option::of(prop::collection::vec(statements(), 0..2)),
        scps in prop::collection::vec(prop::collection::vec(statements(), 0..3), 0..2),
        rcps in prop::collection::vec(prop::collection::vec(statements(), 0..3), 0..2),
        resource_policy in prop::option::of(prop::collection::vec((statement(), principal()), 1..3)),
        endpoint in prop::option::of(statements()),
    ) -> Case {
        let mut case = Case::new().by(caller).asks(action, resource).owned_by(owner);
        case.context = Context::new();
        if let Some(k) = k {
            case = case.key("k", k);
        }
        if let Some(l) = l {
            case = case.keys("l", &l);
        }
        case = identity.into_iter().fold(case, Case::identity);
        if let Some(boundary) = boundary {
            case = case.boundary(boundary);
        }
        for policy in session.into_iter().flatten() {
            case = case.session_policy(policy);
        }
        case = scps.into_iter().fold(case, Case::scps);
        case = rcps.into_iter().fold(case, Case::rcps);
        if let Some(policy) = resource_policy {
            let statements: Vec<_> = policy.into_iter().map(|(s, (element, who))| with(s, element, who)).collect();
            case = case.resource_policy(statements);
        }
        if let Some(endpoint) = endpoint {
            case = case.vpc_endpoint(endpoint);
        }
        case
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn evaluation_with_and_without_observer_agree(case in case()) {
        // `Case::decide` decides both ways and compares.
        case.decide();
    }

    #[test]
    fn an_explicit_deny_wins_wherever_it_stands(case in case(), layer in 0..6) {
        let no = || deny("*", "*");
        let everybody = || with(no(), "Principal", "*");
        let has_account = case.caller.account.is_some();
        let denied = match layer {
            0 => case.identity(no()),
            1 => case.boundary(no()),
            2 => case.session_policy(no()),
            3 if has_account => case.scps([no()]),
            4 => case.rcps([everybody()]),
            _ => case.resource_policy(everybody()),
        };
        prop_assert_eq!(denied.decide().verdict, Verdict::ExplicitlyDenied);
    }

    #[test]
    fn adding_an_allow_to_the_identity_policies_never_removes_access(case in case(), more in statement()) {
        let more = with(more, "Effect", "Allow");
        let before = case.decide().is_allowed();
        prop_assert!(!before || case.identity(more).decide().is_allowed());
    }

    #[test]
    fn adding_a_deny_never_adds_access(case in case(), more in statement(), layer in 0..3) {
        let more = with(more, "Effect", "Deny");
        let before = case.decide().is_allowed();
        let after = match layer {
            0 => case.identity(more),
            1 if case.vpc_endpoint.is_some() => case.vpc_endpoint(more),
            1 => case.vpc_endpoint(json!([allow("*", "*"), more])),
            _ => case.scps([json!([allow("*", "*"), more])]),
        };
        prop_assert!(before || !after.decide().is_allowed());
    }

    #[test]
    fn a_boundary_and_every_other_limit_never_grant(case in case(), more in statements(), layer in 0..4) {
        let before = case.decide().is_allowed();
        let after = match layer {
            0 if case.boundary.is_none() => case.boundary(more),
            1 if case.session.is_none() && case.caller.kind != keygate_policy::CallerKind::FederatedUser => {
                case.session_policy(more)
            }
            2 => case.scps([more]),
            3 => case.rcps([more]),
            _ => return Ok(()),
        };
        prop_assert!(before || !after.decide().is_allowed());
    }

    #[test]
    fn order_never_matters(mut case in case()) {
        let before = case.decide();
        case.identity.reverse();
        for level in case.scps.iter_mut().chain(&mut case.rcps) {
            level.reverse();
        }
        case.scps.reverse();
        case.rcps.reverse();
        if let Some(session) = &mut case.session {
            session.reverse();
        }
        let reversed = |policy: &keygate_policy::Policy| {
            let mut value: Value = serde_json::from_str(policy.text()).unwrap();
            if let Some(list) = value["Statement"].as_array_mut() {
                list.reverse();
            }
            keygate_policy::Policy::read(&value.to_string(), policy.kind()).unwrap()
        };
        let all = case.identity.iter_mut().chain(case.scps.iter_mut().flatten()).chain(&mut case.resource_policy);
        for policy in all {
            *policy = reversed(policy);
        }
        let after = case.decide();
        prop_assert_eq!((before.verdict, before.layer), (after.verdict, after.layer));
    }

    #[test]
    fn the_case_of_actions_and_keys_never_matters(mut case in case()) {
        let before = case.decide();
        let folded = |policy: &keygate_policy::Policy| {
            let text = policy.text().replace("s3:Get", "S3:gET").replace("\"k\":", "\"K\":").replace("${k}", "${K}");
            keygate_policy::Policy::read(&text, policy.kind()).unwrap()
        };
        for policy in case.identity.iter_mut().chain(case.scps.iter_mut().flatten()).chain(&mut case.resource_policy) {
            *policy = folded(policy);
        }
        prop_assert_eq!(before, case.decide());
    }
}
