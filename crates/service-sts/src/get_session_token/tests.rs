//! GetSessionToken: the user itself, for a while.

use keygate_operation::testing::World;

use super::*;
use crate::assume_role::AssumeRole;
use crate::test_support::{act_as, act_as_new_user, add_role, assume, in_short, opened};

fn call(world: &mut World, input: GetSessionTokenRequest) -> Result<GetSessionTokenResponse, String> {
    world.read(&GetSessionToken, input).map_err(|error| in_short(&error))
}

#[test]
fn rule_25_the_session_is_the_user_itself() {
    let mut world = World::new();
    act_as_new_user(&mut world, "Bob");
    let credentials = call(&mut world, GetSessionTokenRequest::default()).unwrap().credentials.unwrap();
    let session = opened(&world, &credentials);
    let user = world.account().user("bob").unwrap().id.clone();
    assert_eq!(session.kind, SessionKind::User { user });
    assert!(session.policies.is_none() && session.tags.is_empty() && session.mfa.is_none());
    let before = world.caller.clone().unwrap();
    act_as(&mut world, &credentials);
    let after = world.caller.as_ref().unwrap();
    assert_eq!((&after.arn, &after.user_id), (&before.arn, &before.user_id));
    assert!(after.session.is_some());
}

#[test]
fn rule_70_root_gets_an_hour_users_what_they_ask() {
    let mut world = World::new();
    for (caller, asked, lasts) in [
        (None, None, 3_600),
        (None, Some(129_600), 3_600),
        (None, Some(1_800), 1_800),
        (Some("Bob"), None, 43_200),
        (Some("Eve"), Some(129_600), 129_600),
        (Some("Zoe"), Some(900), 900),
    ] {
        if let Some(name) = caller {
            act_as_new_user(&mut world, name);
        }
        let input = GetSessionTokenRequest { duration_seconds: asked, ..Default::default() };
        let credentials = call(&mut world, input).unwrap().credentials.unwrap();
        let session = opened(&world, &credentials);
        assert_eq!(session.expires.seconds() - session.issued.seconds(), lasts, "{caller:?} {asked:?}");
        assert_eq!(session.kind == SessionKind::Root, caller.is_none());
    }
}

#[test]
fn rule_74_nothing_is_asked() {
    let mut world = World::new();
    assert!(world.asks(&GetSessionToken, &GetSessionTokenRequest::default()).unwrap().is_empty());
}

#[test]
fn rule_72_sessions_are_refused() {
    let mut world = World::new();
    act_as_new_user(&mut world, "Bob");
    let arn = add_role(&mut world, "App", |_| ());
    let role = world.read(&AssumeRole, assume(&arn)).unwrap().credentials.unwrap();
    act_as(&mut world, &role);
    let error = call(&mut world, GetSessionTokenRequest::default()).unwrap_err();
    assert_eq!(error, "AccessDenied: Cannot call GetSessionToken with session credentials");
}
