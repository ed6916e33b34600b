//! The life of delegation requests, between two accounts.

use keygate_ident::AccountId;
use keygate_operation::testing::World;
use keygate_operation::{Read, Write};
use keygate_shapes::iam::{
    AcceptDelegationRequestRequest, AssociateDelegationRequestRequest, CreateDelegationRequestRequest,
    CreatePolicyRequest, DelegationPermission, GetDelegationRequestRequest, GetHumanReadableSummaryRequest,
    ListDelegationRequestsRequest, PolicyParameter, RejectDelegationRequestRequest,
    SendDelegationTokenRequest, UpdateDelegationRequestRequest,
};
use keygate_state::{Caller, DelegationState, PolicyText, Tags};

use super::accept_delegation_request::AcceptDelegationRequest;
use super::associate_delegation_request::AssociateDelegationRequest;
use super::create_delegation_request::CreateDelegationRequest;
use super::get_delegation_request::GetDelegationRequest;
use super::get_human_readable_summary::GetHumanReadableSummary;
use super::list_delegation_requests::ListDelegationRequests;
use super::reject_delegation_request::RejectDelegationRequest;
use super::send_delegation_token::SendDelegationToken;
use super::update_delegation_request::UpdateDelegationRequest;
use crate::ask::tests::pairs;
use crate::policy::create_policy::CreatePolicy;
use crate::policy::testing::add_role;
use crate::user::tests::add_user;

const PARTNER: u64 = 111_122_223_333;
const OWNER: u64 = 123_456_789_012;
const STRANGER: u64 = 999_999_999_999;
const DAY: i64 = 24 * 3600;
const TEMPLATE: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":"arn:aws:s3:::@{Bucket}/*"}]}"#;

fn number(number: u64) -> AccountId {
    AccountId::from_number(number).unwrap()
}

/// The owner's account with the users alice and bob, the partner's with a template, a stranger's.
fn world() -> World {
    let mut world = World::new();
    for name in ["alice", "bob"] {
        add_user(&mut world, name);
    }
    world.add_account(STRANGER);
    world.add_account(PARTNER);
    as_root(&mut world, PARTNER);
    let template = CreatePolicyRequest {
        policy_name: "setup".to_owned(),
        policy_document: TEMPLATE.to_owned(),
        ..Default::default()
    };
    world.write(&CreatePolicy, template).unwrap();
    world
}

fn as_root(world: &mut World, account: u64) {
    world.here = number(account);
    world.caller = None;
}

fn as_user(world: &mut World, name: &str) {
    world.here = number(OWNER);
    world.act_as_user(name);
}

fn wanted() -> CreateDelegationRequestRequest {
    CreateDelegationRequestRequest {
        owner_account_id: None,
        description: "sets up backups".to_owned(),
        permissions: DelegationPermission {
            policy_template_arn: Some(format!("arn:aws:iam::{PARTNER}:policy/setup")),
            parameters: Some(vec![PolicyParameter {
                name: Some("Bucket".to_owned()),
                values: Some(vec!["logs".to_owned()]),
                r#type: Some("string".to_owned()),
            }]),
        },
        requestor_workflow_id: "workflow-1".to_owned(),
        notification_channel: format!("arn:aws:sns:us-east-1:{PARTNER}:delegations"),
        session_duration: 3600,
        ..Default::default()
    }
}

/// The partner makes a request; its id.
fn create(
    world: &mut World,
    edit: impl FnOnce(&mut CreateDelegationRequestRequest),
) -> Result<String, String> {
    let mut input = wanted();
    edit(&mut input);
    as_root(world, PARTNER);
    let made = world.write(&CreateDelegationRequest, input).map_err(|error| error.to_string())?;
    assert_eq!(made.console_deep_link, None);
    Ok(made.delegation_request_id.unwrap())
}

fn told<T>(answer: Result<T, keygate_wire::ApiError>) -> Result<(), String> {
    answer.map(drop).map_err(|error| error.to_string())
}

fn associate(world: &mut World, id: &str) -> Result<(), String> {
    let input = AssociateDelegationRequestRequest { delegation_request_id: id.to_owned() };
    told(world.write(&AssociateDelegationRequest, input))
}

fn accept(world: &mut World, id: &str) -> Result<(), String> {
    told(world.write(
        &AcceptDelegationRequest,
        AcceptDelegationRequestRequest { delegation_request_id: id.to_owned() },
    ))
}

fn reject(world: &mut World, id: &str) -> Result<(), String> {
    let notes = Some("too much".to_owned());
    told(world.write(
        &RejectDelegationRequest,
        RejectDelegationRequestRequest { delegation_request_id: id.to_owned(), notes },
    ))
}

fn update(world: &mut World, id: &str, notes: Option<&str>) -> Result<(), String> {
    let notes = notes.map(str::to_owned);
    told(world.write(
        &UpdateDelegationRequest,
        UpdateDelegationRequestRequest { delegation_request_id: id.to_owned(), notes },
    ))
}

fn send(world: &mut World, id: &str) -> Result<(), String> {
    told(
        world
            .write(&SendDelegationToken, SendDelegationTokenRequest { delegation_request_id: id.to_owned() }),
    )
}

fn get(world: &mut World, id: &str) -> Result<keygate_shapes::iam::DelegationRequest, String> {
    let input = GetDelegationRequestRequest {
        delegation_request_id: id.to_owned(),
        delegation_permission_check: None,
    };
    let found = world.read(&GetDelegationRequest, input).map_err(|error| error.to_string())?;
    Ok(found.delegation_request.unwrap())
}

fn state(world: &mut World, id: &str) -> String {
    get(world, id).unwrap().state.unwrap()
}

fn list(world: &mut World, owner: Option<&str>) -> Result<Vec<String>, String> {
    let input = ListDelegationRequestsRequest { owner_id: owner.map(str::to_owned), ..Default::default() };
    let listed = world.read(&ListDelegationRequests, input).map_err(|error| error.to_string())?;
    let ids =
        listed.delegation_requests.unwrap().into_iter().map(|request| request.delegation_request_id.unwrap());
    Ok(ids.collect())
}

/// What a read asks, and whether its default permissions come along.
fn read_ask<O: Read>(
    world: &mut World,
    operation: &O,
    input: &keygate_operation::Input<O::Model>,
) -> (String, String, bool) {
    let asks = world.asks(operation, input).unwrap();
    let [(action, resource)] = pairs(&asks)[..] else { panic!() };
    (action.to_owned(), resource.to_owned(), asks.iter().all(|ask| ask.resource_policy.is_some()))
}

fn write_ask<O: Write>(
    world: &mut World,
    operation: &O,
    input: &keygate_operation::Input<O::Model>,
) -> (String, String, bool) {
    let asks = world.write_asks(operation, input).unwrap();
    let [(action, resource)] = pairs(&asks)[..] else { panic!() };
    (action.to_owned(), resource.to_owned(), asks.iter().all(|ask| ask.resource_policy.is_some()))
}

#[test]
fn from_the_request_to_the_token() {
    let mut world = world();
    let id = create(&mut world, |input| {
        input.request_message = Some("as we talked about".to_owned());
        input.redirect_url = Some("https://partner.example/done".to_owned());
        input.only_send_by_owner = Some(true);
    })
    .unwrap();
    assert!(id.starts_with("ADRA"));
    as_user(&mut world, "alice");
    let seen = get(&mut world, &id).unwrap();
    assert_eq!(
        (seen.state.as_deref(), seen.owner_account_id, seen.owner_id),
        (Some("UNASSIGNED"), None, None)
    );
    assert_eq!(seen.expiration_time, Some(world.now.plus_seconds(DAY)));
    assert_eq!(seen.requestor_id.unwrap(), PARTNER.to_string());
    assert_eq!(seen.permissions.unwrap(), wanted().permissions);
    let policy = TEMPLATE.replace("@{Bucket}", "logs");
    let json =
        |text: &str| keygate_policy::Policy::parse(text, keygate_policy::PolicyKind::Session).unwrap().size();
    assert_eq!(json(&seen.permission_policy.unwrap()), json(&policy));
    assert_eq!(list(&mut world, None).unwrap(), [""; 0], "what nobody owns is in no list");

    world.now = world.now.plus_seconds(60);
    associate(&mut world, &id).unwrap();
    let alice = format!("arn:aws:iam::{OWNER}:user/alice");
    let seen = get(&mut world, &id).unwrap();
    assert_eq!((seen.state.as_deref(), seen.owner_id.as_deref()), (Some("ASSIGNED"), Some(alice.as_str())));
    assert_eq!(seen.owner_account_id.unwrap(), OWNER.to_string());
    assert_eq!(
        (seen.expiration_time, seen.updated_time),
        (Some(world.now.plus_seconds(7 * DAY)), Some(world.now))
    );
    assert_eq!(list(&mut world, Some(&alice)).unwrap(), [id.as_str()]);
    assert_eq!(list(&mut world, Some(&format!("arn:aws:iam::{OWNER}:user/bob"))).unwrap(), [""; 0]);

    update(&mut world, &id, Some("please")).unwrap();
    let seen = get(&mut world, &id).unwrap();
    assert_eq!((seen.state.as_deref(), seen.notes.as_deref()), (Some("PENDING_APPROVAL"), Some("please")));
    update(&mut world, &id, None).unwrap();
    assert_eq!(get(&mut world, &id).unwrap().notes.as_deref(), Some("please"));

    as_user(&mut world, "bob");
    accept(&mut world, &id).unwrap();
    let seen = get(&mut world, &id).unwrap();
    let bob = format!("arn:aws:iam::{OWNER}:user/bob");
    assert_eq!((seen.state.as_deref(), seen.approver_id), (Some("ACCEPTED"), Some(bob)));
    let only = Err("AccessDenied: Only the owner of the delegation request can send its token.".to_owned());
    assert_eq!(send(&mut world, &id), only);
    as_user(&mut world, "alice");
    send(&mut world, &id).unwrap();
    assert_eq!(state(&mut world, &id), "FINALIZED");
    // There is no way back.
    let wrong = |id: &str, wanted: &str| {
        format!("The delegation request {id} is in the state FINALIZED; it must be {wanted}.")
    };
    let either = wrong(&id, "ASSIGNED or PENDING_APPROVAL");
    assert_eq!(accept(&mut world, &id), Err(format!("ValidationError: {either}")));
    assert_eq!(update(&mut world, &id, None), Err(format!("InvalidInput: {either}")));
    assert_eq!(send(&mut world, &id), Err(format!("InvalidInput: {}", wrong(&id, "ACCEPTED"))));
    assert!(reject(&mut world, &id).unwrap_err().starts_with("InvalidInput: "));
    world.now = world.now.plus_seconds(7 * DAY);
    assert_eq!(state(&mut world, &id), "EXPIRED");
    world.now = world.now.plus_seconds(30 * DAY);
    assert!(get(&mut world, &id).unwrap_err().starts_with("NoSuchEntity: "));
    assert_eq!(list(&mut world, None).unwrap(), [""; 0]);
}

#[test]
fn a_request_has_one_owner() {
    let mut world = world();
    let open = create(&mut world, |_| {}).unwrap();
    let meant = create(&mut world, |input| {
        input.requestor_workflow_id = "workflow-2".to_owned();
        input.owner_account_id = Some(OWNER.to_string());
    })
    .unwrap();
    as_root(&mut world, STRANGER);
    associate(&mut world, &open).unwrap();
    let denied = format!("AccessDenied: The delegation request {meant} is for another account.");
    assert_eq!(associate(&mut world, &meant), Err(denied));
    as_user(&mut world, "alice");
    let taken = format!("InvalidInput: The delegation request {open} has an owner already.");
    assert_eq!(associate(&mut world, &open), Err(taken));
    associate(&mut world, &meant).unwrap();
    let again = associate(&mut world, &meant).unwrap_err();
    assert_eq!(again, format!("InvalidInput: The delegation request {meant} has an owner already."));
    // Each stands in its owner's account, and only there can it be changed.
    assert_eq!(list(&mut world, None).unwrap(), [meant.as_str()]);
    assert!(accept(&mut world, &open).unwrap_err().starts_with("NoSuchEntity: "));
    as_root(&mut world, STRANGER);
    assert_eq!(list(&mut world, None).unwrap(), [open.as_str()]);
    // What is asked for is the owner's.
    let input = GetDelegationRequestRequest { delegation_request_id: meant.clone(), ..Default::default() };
    let asks = world.asks(&GetDelegationRequest, &input).unwrap();
    assert_eq!(
        pairs(&asks),
        [("iam:GetDelegationRequest", format!("arn:aws:iam::{OWNER}:delegation-request/{meant}").as_str())]
    );
    assert_eq!(asks.iter().next().unwrap().owner, Some(number(OWNER)));
    assert!(asks.iter().next().unwrap().resource_policy.is_none());
    for id in ["ADRAAAAAAAAAAAAAAAAAA", "no-such-request-at-all", "AIDAAAAAAAAAAAAAAAAAA"] {
        let missing = format!("NoSuchEntity: The delegation request with id {id} cannot be found.");
        assert_eq!(associate(&mut world, id), Err(missing.clone()));
        assert_eq!(get(&mut world, id).map(drop), Err(missing));
    }
}

#[test]
fn in_one_account_nothing_moves() {
    let mut world = world();
    let id = create(&mut world, |_| {}).unwrap();
    associate(&mut world, &id).unwrap();
    assert_eq!(list(&mut world, None).unwrap(), [id.as_str()]);
    accept(&mut world, &id).unwrap();
    assert_eq!(world.account().delegation_requests.len(), 1);
    let parsed = id.parse().unwrap();
    assert_eq!(world.account().delegation_requests.get(&parsed).unwrap().state, DelegationState::Accepted);
}

#[test]
fn what_can_be_rejected() {
    for steps in [0, 1, 2] {
        let mut world = world();
        let id = create(&mut world, |_| {}).unwrap();
        as_user(&mut world, "alice");
        let unassigned = reject(&mut world, &id).unwrap_err();
        assert!(unassigned.contains("is in the state UNASSIGNED"), "{unassigned}");
        associate(&mut world, &id).unwrap();
        if steps > 0 {
            update(&mut world, &id, None).unwrap();
        }
        if steps > 1 {
            accept(&mut world, &id).unwrap();
        }
        reject(&mut world, &id).unwrap();
        let seen = get(&mut world, &id).unwrap();
        assert_eq!(
            (seen.state.as_deref(), seen.rejection_reason.as_deref()),
            (Some("REJECTED"), Some("too much"))
        );
        for answer in [
            accept(&mut world, &id),
            update(&mut world, &id, None),
            send(&mut world, &id),
            reject(&mut world, &id),
        ] {
            assert!(answer.unwrap_err().contains("is in the state REJECTED"));
        }
    }
}

#[test]
fn an_expired_request_is_left_alone() {
    let mut world = world();
    let id = create(&mut world, |_| {}).unwrap();
    as_user(&mut world, "alice");
    world.now = world.now.plus_seconds(DAY);
    assert!(associate(&mut world, &id).unwrap_err().contains("is in the state EXPIRED"));
    // What expired long ago makes room, also for its workflow id.
    assert!(create(&mut world, |_| {}).unwrap_err().starts_with("EntityAlreadyExists: "));
    world.now = world.now.plus_seconds(30 * DAY);
    create(&mut world, |_| {}).unwrap();
    assert_eq!(world.account().delegation_requests.len(), 1);
}

#[test]
fn what_is_refused_at_creation() {
    let mut world = world();
    let other_channel = format!("arn:aws:sns:us-east-1:{OWNER}:delegations");
    let refuse = |world: &mut World, edit: &dyn Fn(&mut CreateDelegationRequestRequest), expected: &str| {
        assert_eq!(create(world, edit).unwrap_err(), expected);
    };
    let permissions = |input: &mut CreateDelegationRequestRequest, value: &str| {
        input.permissions.parameters.as_mut().unwrap()[0].values = Some(vec![value.to_owned()]);
    };
    refuse(
        &mut world,
        &|input| input.permissions = Default::default(),
        "InvalidInput: Permissions must name a policy template.",
    );
    refuse(
        &mut world,
        &|input| {
            input.permissions.policy_template_arn = Some("arn:aws:iam::111122223333:policy/none".to_owned())
        },
        "InvalidInput: The policy template arn:aws:iam::111122223333:policy/none does not exist.",
    );
    refuse(
        &mut world,
        &|input| input.permissions.parameters = None,
        "InvalidInput: The policy template needs the parameter Bucket.",
    );
    refuse(
        &mut world,
        &|input| input.permissions.parameters.as_mut().unwrap()[0].r#type = None,
        "InvalidInput: A parameter must have a name, a type and values.",
    );
    refuse(
        &mut world,
        &|input| permissions(input, &"b".repeat(6100)),
        "InvalidInput: The permission policy exceeds the limit of 6144 characters.",
    );
    refuse(
        &mut world,
        &|input| input.notification_channel = other_channel.clone(),
        &format!("InvalidInput: {other_channel} is not the ARN of an SNS topic of the account {PARTNER}."),
    );
    refuse(
        &mut world,
        &|input| input.notification_channel = "topic".to_owned(),
        &format!("InvalidInput: topic is not the ARN of an SNS topic of the account {PARTNER}."),
    );
    create(&mut world, |_| {}).unwrap();
    refuse(
        &mut world,
        &|_| {},
        "EntityAlreadyExists: A delegation request with workflow id workflow-1 already exists.",
    );
    let asks = world.write_asks(&CreateDelegationRequest, &wanted()).unwrap();
    let ask = asks.iter().next().unwrap();
    let keys: Vec<_> = ask.keys.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["iam:TemplateArn", "iam:NotificationChannel", "iam:DelegationDuration"]);
}

#[test]
fn who_may_accept() {
    let mut world = world();
    let id = create(&mut world, |input| input.session_duration = 4 * 3600 + 1).unwrap();
    as_root(&mut world, OWNER);
    associate(&mut world, &id).unwrap();
    let long = "AccessDenied: Root users can only accept delegation requests with a session duration of 4 hours or less.";
    assert_eq!(accept(&mut world, &id), Err(long.to_owned()));
    // Session policies of its own and those of the request can not both be in one session.
    as_user(&mut world, "alice");
    let session = keygate_state::Session {
        key: world.new_id(keygate_ident::IdKind::TemporaryKey),
        secret: String::new().into(),
        account: number(OWNER),
        kind: keygate_state::SessionKind::User { user: world.account().user("alice").unwrap().id.clone() },
        issued: world.now,
        expires: world.now.plus_seconds(900),
        policies: Some(Vec::new()),
        tags: Tags::default(),
        transitive: Vec::new(),
        source_identity: None,
        mfa: None,
    };
    world.caller = Caller::session(&world.account(), session.into());
    let limited = "AccessDenied: Delegation requests cannot be accepted with session policies.";
    assert_eq!(accept(&mut world, &id), Err(limited.to_owned()));
    as_user(&mut world, "alice");
    accept(&mut world, &id).unwrap();
}

/// A session of the role "approver", which has sessions of an hour, with the transitive tag team and the tag unit.
fn as_role(world: &mut World) {
    as_root(world, OWNER);
    if world.account().role("approver").is_err() {
        add_role(world, "approver", "/", None);
    }
    let role = world.account().role("approver").unwrap().id.clone();
    let mut tags = Tags::default();
    tags.set([("team", "a"), ("unit", "b")], keygate_state::TagCase::Insensitive, 50).unwrap();
    let session = keygate_state::Session {
        key: world.new_id(keygate_ident::IdKind::TemporaryKey),
        secret: String::new().into(),
        account: number(OWNER),
        kind: keygate_state::SessionKind::Role { role, session_name: "s".to_owned() },
        issued: world.now,
        expires: world.now.plus_seconds(900),
        policies: None,
        tags,
        transitive: vec!["team".to_owned()],
        source_identity: None,
        mfa: None,
    };
    world.caller = Caller::session(&world.account(), session.into());
}

#[test]
fn a_role_lends_no_longer_than_its_sessions_last() {
    let mut world = world();
    for (seconds, expected) in [
        (3601, Err("AccessDenied: The session duration of the delegation request exceeds the maximum session duration of the role.".to_owned())),
        (3600, Ok(())),
    ] {
        let id = create(&mut world, |input| {
            input.session_duration = seconds;
            input.requestor_workflow_id = format!("workflow-{seconds}");
        })
        .unwrap();
        as_role(&mut world);
        associate(&mut world, &id).unwrap();
        assert_eq!(accept(&mut world, &id), expected, "{seconds}");
        let approver = world.account().delegation_requests.get(&id.parse().unwrap()).unwrap().approver.clone();
        assert_eq!(
            approver.map(|approver| (approver.tags.len(), approver.transitive)),
            expected.ok().map(|()| (2, vec!["team".to_owned()]))
        );
    }
}

#[test]
fn old_requests_make_room_for_their_owner_and_keep_their_workflow_id() {
    let mut world = world();
    let old = create(&mut world, |_| {}).unwrap();
    as_user(&mut world, "alice");
    world.now = world.now.plus_seconds(DAY - 1);
    associate(&mut world, &old).unwrap();
    // What stays behind would be gone by now, but alice still sees the request.
    world.now = world.now.plus_seconds(31 * DAY);
    assert_eq!(state(&mut world, &old), "EXPIRED");
    assert!(create(&mut world, |_| {}).unwrap_err().starts_with("EntityAlreadyExists: "));
    as_user(&mut world, "alice");
    world.now = world.now.plus_seconds(6 * DAY);
    assert!(get(&mut world, &old).unwrap_err().starts_with("NoSuchEntity: "));
    let new = create(&mut world, |_| {}).unwrap();
    assert_eq!(world.account().delegation_requests.len(), 1);
    as_user(&mut world, "alice");
    associate(&mut world, &new).unwrap();
    assert_eq!(world.account().delegation_requests.len(), 1);
    // A request is found in its owner's account, whatever became of what stayed behind.
    world.here = number(PARTNER);
    world
        .edit(|draft| draft.remove::<keygate_state::DelegationRequest>(&new.parse().unwrap()).map(drop))
        .unwrap();
    as_user(&mut world, "alice");
    assert_eq!(state(&mut world, &new), "ASSIGNED");
}

#[test]
fn owners_have_default_permissions() {
    let mut world = world();
    let id = create(&mut world, |_| {}).unwrap();
    as_user(&mut world, "alice");
    associate(&mut world, &id).unwrap();
    let arn = format!("arn:aws:iam::{OWNER}:delegation-request/{id}");
    let get = GetDelegationRequestRequest { delegation_request_id: id.clone(), ..Default::default() };
    let summary = GetHumanReadableSummaryRequest { entity_arn: arn.clone(), locale: None };
    let update = UpdateDelegationRequestRequest { delegation_request_id: id, notes: None };
    for (name, granted) in [("alice", true), ("bob", false)] {
        as_user(&mut world, name);
        let expect = |action: &str| (action.to_owned(), arn.clone(), granted);
        assert_eq!(read_ask(&mut world, &GetDelegationRequest, &get), expect("iam:GetDelegationRequest"));
        assert_eq!(
            read_ask(&mut world, &GetHumanReadableSummary, &summary),
            expect("iam:GetHumanReadableSummary")
        );
        assert_eq!(
            write_ask(&mut world, &UpdateDelegationRequest, &update),
            expect("iam:UpdateDelegationRequest")
        );
    }
    // Another user of the same name is another user.
    world.edit(|draft| {
        let alice = draft.user("alice").unwrap().id.clone();
        draft.remove::<keygate_state::User>(&alice).unwrap();
    });
    world.caller = None;
    add_user(&mut world, "alice");
    as_user(&mut world, "alice");
    assert!(!read_ask(&mut world, &GetDelegationRequest, &get).2);
}

#[test]
fn lists_look_for_owners() {
    let mut world = world();
    as_user(&mut world, "alice");
    let bad = list(&mut world, Some("nobody-in-particular")).unwrap_err();
    assert_eq!(bad, "InvalidInput: The owner id nobody-in-particular is not an ARN.");
    for arn in [format!("arn:aws:iam::{OWNER}:user/eve"), format!("arn:aws:iam::{STRANGER}:root")] {
        assert_eq!(
            list(&mut world, Some(&arn)).unwrap_err(),
            format!("NoSuchEntity: The owner {arn} cannot be found.")
        );
    }
    assert_eq!(list(&mut world, Some(&format!("arn:aws:iam::{OWNER}:root"))).unwrap(), [""; 0]);
    let ids: Vec<_> = (0..3)
        .map(|number| {
            let id = create(&mut world, |input| input.requestor_workflow_id = format!("workflow-{number}"))
                .unwrap();
            world.now = world.now.plus_seconds(1);
            as_user(&mut world, "alice");
            associate(&mut world, &id).unwrap();
            id
        })
        .collect();
    let page = |world: &mut World, marker| {
        let input = ListDelegationRequestsRequest { owner_id: None, marker, max_items: Some(2) };
        world.read(&ListDelegationRequests, input).unwrap()
    };
    let first = page(&mut world, None);
    let shown = |page: &keygate_shapes::iam::ListDelegationRequestsResponse| -> Vec<String> {
        page.delegation_requests
            .iter()
            .flatten()
            .filter_map(|request| request.delegation_request_id.clone())
            .collect()
    };
    assert_eq!((shown(&first), first.is_truncated), (ids[..2].to_vec(), Some(true)));
    let second = page(&mut world, first.marker);
    assert_eq!((shown(&second), second.is_truncated), (ids[2..].to_vec(), Some(false)));
}

#[test]
fn the_permission_check() {
    let mut world = world();
    let id = create(&mut world, |_| {}).unwrap();
    let policy = |statement: &str| format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
    let both = r#"{"Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":"*"}"#;
    for (statement, expected) in [
        (None, "DENIED"),
        (Some(both.to_owned()), "ALLOWED"),
        (Some(r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}"#.to_owned()), "DENIED"),
        (Some(r#"{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}"#.to_owned()), "UNSURE"),
        (Some(format!(r#"[{both},{{"Effect":"Deny","Action":"*","Resource":"*"}}]"#)), "DENIED"),
    ] {
        as_user(&mut world, "alice");
        world.edit(|draft| {
            let alice = draft.user("alice").unwrap().clone();
            let Ok(()) = draft.change(&alice, |user| {
                user.inline.clear();
                if let Some(statement) = &statement {
                    user.inline.insert("p".to_owned(), PolicyText::stored(policy(statement)));
                }
                Ok::<_, std::convert::Infallible>(())
            });
        });
        world.act_as_user("alice");
        let input = GetDelegationRequestRequest { delegation_request_id: id.clone(), delegation_permission_check: Some(true) };
        let answer = world.read(&GetDelegationRequest, input).unwrap();
        assert_eq!(answer.permission_check_status.as_deref(), Some("COMPLETE"));
        assert_eq!(answer.permission_check_result.as_deref(), Some(expected), "{statement:?}");
    }
    as_root(&mut world, OWNER);
    let input =
        GetDelegationRequestRequest { delegation_request_id: id, delegation_permission_check: Some(true) };
    assert_eq!(
        world.read(&GetDelegationRequest, input).unwrap().permission_check_result.as_deref(),
        Some("ALLOWED")
    );
}

#[test]
fn summaries() {
    let mut world = world();
    let id = create(&mut world, |_| {}).unwrap();
    as_user(&mut world, "alice");
    let arn = format!("arn:aws:iam::{OWNER}:delegation-request/{id}");
    let ask = |world: &mut World, arn: &str, locale: Option<&str>| {
        let input =
            GetHumanReadableSummaryRequest { entity_arn: arn.to_owned(), locale: locale.map(str::to_owned) };
        world.read(&GetHumanReadableSummary, input).map_err(|error| error.to_string())
    };
    let summary = ask(&mut world, &arn, None).unwrap();
    let expected = format!(
        "The account {PARTNER} asks to act in your account for 1 hour, from when the token is sent.\n\
         It may use s3:GetObject, s3:ListBucket on arn:aws:s3:::logs/*."
    );
    assert_eq!(summary.summary_content.as_deref(), Some(expected.as_str()));
    assert_eq!(
        (summary.summary_state.as_deref(), summary.locale.as_deref()),
        (Some("AVAILABLE"), Some("en"))
    );
    let german = ask(&mut world, &arn, Some("de-DE")).unwrap();
    assert_eq!(
        (german.summary_content, german.summary_state.as_deref(), german.locale.as_deref()),
        (None, Some("NOT_SUPPORTED"), Some("de-DE"))
    );
    let other = ask(&mut world, &format!("arn:aws:iam::{OWNER}:role/x"), None).unwrap_err();
    assert!(other.starts_with("InvalidInput: "), "{other}");
    for missing in [format!("arn:aws:iam::{STRANGER}:delegation-request/{id}"), format!("{arn}X")] {
        assert!(ask(&mut world, &missing, None).unwrap_err().starts_with("NoSuchEntity: "), "{missing}");
    }
}
