use keygate_ident::{AccountId, IdKind, UniqueId};
use keygate_operation::testing::{SeededEntropy, World};
use keygate_state::{
    Approver, DelegationState, DelegationTerms, MfaState, Session, TagCase, Tags, effective,
};
use keygate_wire::Sensitive;

use super::*;
use crate::test_support::{ALLOW, act_as_new_user, add_role};

const PARTNER: u64 = 111_122_223_333;

fn partner() -> AccountId {
    AccountId::from_number(PARTNER).unwrap()
}

/// A request of the partner that this identity of the caller's account accepted and whose token has just been sent.
fn sent(world: &mut World, delegate: Delegate) -> UniqueId {
    world.add_account(PARTNER);
    let owner = world.here;
    world.here = partner();
    let request = DelegationRequest {
        id: world.new_id(IdKind::DelegationRequest),
        name: DelegationRequest::name_of(partner(), "workflow"),
        path: Default::default(),
        requestor: partner(),
        requestor_name: None,
        terms: DelegationTerms {
            description: String::new(),
            message: None,
            template: "arn:aws:iam::111122223333:policy/p".to_owned(),
            parameters: Vec::new(),
            policy: ALLOW.to_owned(),
            restrictions: Vec::new(),
            redirect: None,
            channel: String::new(),
            seconds: 3600,
            only_owner_sends: false,
        },
        created: world.now,
        updated: world.now,
        state: DelegationState::Finalized,
        since: world.now,
        owner_account: Some(owner),
        owner: Some("arn".to_owned()),
        owner_user_id: None,
        approver: Some(Approver {
            arn: "arn".to_owned(),
            delegate,
            tags: tags(),
            transitive: vec!["team".to_owned()],
            source_identity: Some("alice".to_owned()),
        }),
        notes: None,
        rejection_reason: None,
        moved_to: None,
    };
    let left =
        DelegationRequest { moved_to: Some(owner), state: DelegationState::Unassigned, ..request.clone() };
    let id = request.id.clone();
    world.edit(|draft| draft.insert(left)).unwrap();
    world.here = owner;
    world.edit(|draft| draft.insert(request)).unwrap();
    id
}

fn tags() -> Tags {
    let mut tags = Tags::default();
    tags.set([("team", "a"), ("unit", "b")], TagCase::Insensitive, 50).unwrap();
    tags
}

fn token(world: &World, request: &UniqueId) -> String {
    ExchangeToken { request: request.clone() }.seal(&world.keys, &mut SeededEntropy::new(9)).unwrap()
}

/// The partner trades the token in.
fn trade(world: &mut World, token: &str) -> Result<GetDelegatedAccessTokenResponse, String> {
    let owner = world.here;
    let caller = world.caller.take();
    world.here = partner();
    let input = GetDelegatedAccessTokenRequest { trade_in_token: Sensitive::new(token.to_owned()) };
    let answer = world.read(&GetDelegatedAccessToken, input).map_err(|error| error.to_string());
    (world.here, world.caller) = (owner, caller);
    answer
}

fn change(world: &mut World, id: &UniqueId, edit: impl FnOnce(&mut DelegationRequest)) {
    world.edit(|draft| {
        let request = draft.delegation_requests.get(id).unwrap().clone();
        let Ok(()) = draft.change(&request, |request| {
            edit(request);
            Ok::<_, std::convert::Infallible>(())
        });
    });
}

#[test]
fn credentials_of_whoever_accepted_within_the_policy() {
    let mut world = World::new();
    act_as_new_user(&mut world, "bob");
    add_role(&mut world, "admin", |_| {});
    let account = world.account();
    let user = account.user("bob").unwrap().id.clone();
    let role = account.role("admin").unwrap().id.clone();
    let (accounts, start) = (world.accounts.clone(), world.now);
    for (delegate, arn, user_id) in [
        (
            Delegate::User { user: user.clone() },
            "arn:aws:iam::123456789012:user/bob".to_owned(),
            user.to_string(),
        ),
        (
            Delegate::Role { role: role.clone(), session_name: "s".to_owned() },
            "arn:aws:sts::123456789012:assumed-role/admin/s".to_owned(),
            format!("{role}:s"),
        ),
        (Delegate::Root, "arn:aws:iam::123456789012:root".to_owned(), "123456789012".to_owned()),
    ] {
        world.accounts = accounts.clone();
        world.now = start;
        let id = sent(&mut world, delegate);
        let token = token(&world, &id);
        world.now = world.now.plus_seconds(600);
        let answer = trade(&mut world, &token).unwrap();
        assert_eq!(answer.assumed_principal.as_deref(), Some(arn.as_str()));
        assert!(answer.packed_policy_size.is_some_and(|percent| percent > 0));
        let credentials = answer.credentials.unwrap();
        // The time of the session began when the token was sent.
        assert_eq!(credentials.expiration, world.now.plus_seconds(3000));
        let opened = world.keys.open_token(&credentials.session_token).unwrap();
        let session = std::sync::Arc::new(Session::from_bytes(&opened).unwrap());
        // Whoever revokes what was issued before a time revokes the delegation, however late it is traded in.
        assert_eq!((session.issued, session.expires), (start.to_whole_seconds(), credentials.expiration));
        assert_eq!((&session.tags, &session.transitive), (&tags(), &vec!["team".to_owned()]));
        let caller = keygate_state::Caller::session(&world.account(), session).unwrap();
        assert_eq!((caller.arn.as_str(), caller.user_id.as_str()), (arn.as_str(), user_id.as_str()));
        assert_eq!(caller.mfa(), MfaState::No);
        let policies = effective(&world.account(), &caller).unwrap().session.unwrap();
        assert_eq!(policies.len(), 1);
        assert_eq!(caller.session.unwrap().source_identity.as_deref(), Some("alice"));
        // Again, as long as the time lasts.
        world.now = world.now.plus_seconds(2999);
        assert!(trade(&mut world, &token).is_ok());
        world.now = world.now.plus_seconds(1);
        let expired = trade(&mut world, &token).unwrap_err();
        assert_eq!(expired, "ExpiredTradeInTokenException: The trade-in token has expired.");
    }
}

#[test]
fn what_is_no_token() {
    let mut world = World::new();
    act_as_new_user(&mut world, "bob");
    let user = world.account().user("bob").unwrap().id.clone();
    let id = sent(&mut world, Delegate::User { user: user.clone() });
    let token = token(&world, &id);
    let invalid = Err("ValidationError: The trade-in token is invalid.".to_owned());
    for bad in ["", "x", &token[1..], id.as_str()] {
        assert_eq!(trade(&mut world, bad), invalid, "{bad}");
    }
    // Others than the requestor, the owner among them.
    let input = GetDelegatedAccessTokenRequest { trade_in_token: Sensitive::new(token.clone()) };
    let answer = world.read(&GetDelegatedAccessToken, input).map_err(|error| error.to_string());
    assert_eq!(answer, invalid);
    // A request whose token has not been sent, whatever somebody made of it.
    for state in [DelegationState::Accepted, DelegationState::Rejected] {
        change(&mut world, &id, |request| request.state = state);
        assert_eq!(trade(&mut world, &token), invalid, "{state:?}");
    }
    change(&mut world, &id, |request| request.state = DelegationState::Finalized);
    assert!(trade(&mut world, &token).is_ok());
    world.edit(|draft| draft.remove::<keygate_state::User>(&user)).unwrap();
    assert_eq!(trade(&mut world, &token), invalid);
}
