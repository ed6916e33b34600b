//! GetFederationToken: what it asks and what the token holds.

use keygate_catalog::catalog;
use keygate_operation::testing::World;
use keygate_state::SessionPolicy;

use super::*;
use crate::assume_role::AssumeRole;
use crate::test_support::{
    ALLOW, act_as, act_as_new_user, add_role, assume, in_short, opened, policy_arns, tags,
};

fn named(name: &str) -> GetFederationTokenRequest {
    GetFederationTokenRequest { name: name.to_owned(), ..Default::default() }
}

fn call(world: &mut World, input: GetFederationTokenRequest) -> Result<GetFederationTokenResponse, String> {
    world.read(&GetFederationToken, input).map_err(|error| in_short(&error))
}

#[test]
fn the_token_opens_to_the_session() {
    let mut world = World::new();
    act_as_new_user(&mut world, "Bob");
    let input = GetFederationTokenRequest {
        policy: Some(ALLOW.to_owned()),
        policy_arns: policy_arns(&["arn:aws:iam::aws:policy/ReadOnlyAccess"]),
        tags: tags(&[("Team", "a")]),
        ..named("guest@x")
    };
    let answer = call(&mut world, input).unwrap();
    let federated = answer.federated_user.unwrap();
    assert_eq!(federated.arn, "arn:aws:sts::123456789012:federated-user/guest@x");
    assert_eq!(federated.federated_user_id, "123456789012:guest@x");
    assert!(matches!(answer.packed_policy_size, Some(1..=100)));
    let session = opened(&world, &answer.credentials.unwrap());
    let user = world.account().user("bob").unwrap().id.clone();
    assert_eq!(session.kind, SessionKind::FederatedUser { user: Some(user), name: "guest@x".to_owned() });
    let policies = session.policies.unwrap();
    assert_eq!((policies.len(), &policies[0]), (2, &SessionPolicy::Inline(ALLOW.to_owned())));
    assert_eq!(session.tags.iter().collect::<Vec<_>>(), [("Team", "a")]);
    assert!(session.transitive.is_empty() && session.source_identity.is_none());
    // Without policies the session has none: the engine allows it nothing (rule 24).
    let answer = call(&mut world, named("guest")).unwrap();
    assert_eq!(opened(&world, &answer.credentials.unwrap()).policies, None);
    assert_eq!(answer.packed_policy_size, None);
}

#[test]
fn rule_70_durations() {
    let mut world = World::new();
    for (caller, asked, lasts) in [
        (None, None, 3_600),
        (None, Some(43_200), 3_600),
        (None, Some(900), 900),
        (Some("Bob"), None, 43_200),
        (Some("Eve"), Some(129_600), 129_600),
    ] {
        if let Some(name) = caller {
            act_as_new_user(&mut world, name);
        }
        let input = GetFederationTokenRequest { duration_seconds: asked, ..named("guest") };
        let credentials = call(&mut world, input).unwrap().credentials.unwrap();
        let session = opened(&world, &credentials);
        assert_eq!(session.expires.seconds() - session.issued.seconds(), lasts, "{caller:?} {asked:?}");
        assert_eq!(matches!(session.kind, SessionKind::FederatedUser { user: None, .. }), caller.is_none());
    }
}

#[test]
fn what_is_asked_for() {
    let mut world = World::new();
    act_as_new_user(&mut world, "Bob");
    let tagged = GetFederationTokenRequest { tags: tags(&[("Team", "a")]), ..named("guest") };
    for (input, actions) in [
        (named("guest"), &["sts:GetFederationToken"][..]),
        (tagged, &["sts:GetFederationToken", "sts:TagSession"]),
    ] {
        let asks = world.asks(&GetFederationToken, &input).unwrap();
        assert_eq!(asks.iter().map(|ask| ask.action.as_ref()).collect::<Vec<_>>(), actions);
        for ask in asks.iter() {
            assert_eq!(ask.resource, "arn:aws:sts::123456789012:federated-user/guest");
            let action = catalog().action(&ask.action).unwrap();
            assert!(ask.keys.iter().all(|(key, _)| action.knows_condition_key(key)));
            assert!(ask.trust.is_none() && ask.owner.is_none());
        }
    }
}

#[test]
fn rule_72_sessions_are_refused() {
    let mut world = World::new();
    act_as_new_user(&mut world, "Bob");
    let guest = call(&mut world, named("guest")).unwrap().credentials.unwrap();
    let arn = add_role(&mut world, "App", |_| ());
    let role = world.read(&AssumeRole, assume(&arn)).unwrap().credentials.unwrap();
    for credentials in [guest, role] {
        act_as(&mut world, &credentials);
        let error = call(&mut world, named("other")).unwrap_err();
        assert_eq!(error, "AccessDenied: Cannot call GetFederationToken with session credentials");
    }
}

#[test]
fn policies_and_tags_that_are_refused() {
    let mut world = World::new();
    act_as_new_user(&mut world, "Bob");
    for (input, code) in [
        (
            GetFederationTokenRequest { policy: Some("{}".to_owned()), ..named("g") },
            "MalformedPolicyDocument",
        ),
        (GetFederationTokenRequest { policy: Some(ALLOW.repeat(30)), ..named("g") }, "PackedPolicyTooLarge"),
        (
            GetFederationTokenRequest { tags: tags(&[("a", ""), ("A", "")]), ..named("g") },
            "InvalidParameterValue",
        ),
    ] {
        let error = call(&mut world, input).unwrap_err();
        assert_eq!(error.split(':').next(), Some(code), "{error}");
    }
}
