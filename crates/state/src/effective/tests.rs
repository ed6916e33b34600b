//! Which policies count for which caller, and that none is skipped.

use keygate_ident::{IdKind, UniqueId};
use keygate_policy::Effect;

use super::*;
use crate::test_support::{ALLOW, Accounts, DENY, Maker, NOW, accepted, account_id};
use crate::{Group, Policy as ManagedPolicy, PolicyText, Role, Session, SessionKind};

const HERE: u64 = 123_456_789_012;
const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

struct World {
    accounts: Accounts,
    maker: Maker,
}

impl World {
    fn new() -> Self {
        Self { accounts: Accounts::new(&[HERE]), maker: Maker::new(account_id(HERE)) }
    }

    fn own(&mut self, name: &str, documents: &[&str]) -> ManagedRef {
        let policy = self.maker.policy(name, documents);
        self.accounts.insert(HERE, policy);
        ManagedRef::new(format!("arn:aws:iam::{HERE}:policy/{name}"))
    }

    fn user(&mut self, user: User) -> Caller {
        let name = user.name.clone();
        self.accounts.insert(HERE, user);
        let account = self.accounts.tree(HERE);
        Caller::user(&account, account.user(&name).unwrap(), self.maker.id(IdKind::AccessKey))
    }

    fn session(&mut self, kind: SessionKind, policies: Option<Vec<SessionPolicy>>) -> Caller {
        let session = Session {
            key: self.maker.id(IdKind::TemporaryKey),
            secret: String::new().into(),
            account: account_id(HERE),
            kind,
            issued: NOW,
            expires: NOW,
            policies,
            tags: Default::default(),
            transitive: Vec::new(),
            source_identity: None,
            mfa: None,
        };
        Caller::session(&self.accounts.tree(HERE), Arc::new(session)).unwrap()
    }

    fn effective(&self, caller: &Caller) -> Result<Effective, Unreadable> {
        effective(&self.accounts.tree(HERE), caller)
    }
}

fn names(held: &[Held]) -> Vec<&str> {
    held.iter().map(|held| held.name.as_str()).collect()
}

fn effect(held: &Held) -> Effect {
    held.policy.statements()[0].effect()
}

#[test]
fn rule_32_a_users_policies_are_inline_managed_and_through_groups() {
    let mut world = World::new();
    let own = world.own("Own", &[ALLOW]);
    let group = Group {
        inline: [("of-group".to_owned(), accepted(ALLOW))].into(),
        attached: vec![own.clone()],
        ..world.maker.group("g")
    };
    let other =
        Group { inline: [("not-mine".to_owned(), accepted(DENY))].into(), ..world.maker.group("other") };
    let user = User {
        inline: [("b".to_owned(), accepted(ALLOW)), ("a".to_owned(), accepted(DENY))].into(),
        attached: vec![ManagedRef::new(READ_ONLY)],
        groups: vec![group.id.clone()],
        ..world.maker.user("bob")
    };
    world.accounts.insert(HERE, group);
    world.accounts.insert(HERE, other);
    let bob = world.user(user);
    let found = world.effective(&bob).unwrap();
    assert_eq!(names(&found.identity), ["a", "b", READ_ONLY, "of-group", own.arn()]);
    let arns: Vec<_> = found.identity.iter().map(|held| held.arn.as_deref()).collect();
    assert_eq!(arns, [None, None, Some(READ_ONLY), None, Some(own.arn())]);
    assert_eq!((effect(&found.identity[0]), effect(&found.identity[1])), (Effect::Deny, Effect::Allow));
    assert!(found.boundary.is_none() && found.session.is_none());
}

#[test]
fn the_default_version_counts() {
    let mut world = World::new();
    let own = world.own("Own", &[ALLOW, DENY]);
    let user = User { attached: vec![own], ..world.maker.user("bob") };
    let bob = world.user(user);
    assert_eq!(effect(&world.effective(&bob).unwrap().identity[0]), Effect::Deny);
    world
        .accounts
        .edit(HERE, |draft| {
            let policy = draft.policies.named("own").unwrap().clone();
            draft.change(&policy, |policy| -> Result<(), ()> {
                policy.default_version = 1;
                Ok(())
            })
        })
        .unwrap();
    assert_eq!(effect(&world.effective(&bob).unwrap().identity[0]), Effect::Allow);
}

#[test]
fn rule_66_a_boundary_that_is_gone_is_there_and_unreadable() {
    let mut world = World::new();
    let own = world.own("Limit", &[ALLOW]);
    let gone = ManagedRef::new(format!("arn:aws:iam::{HERE}:policy/gone"));
    for (number, (boundary, readable)) in
        [(own, true), (ManagedRef::new(READ_ONLY), true), (gone, false)].into_iter().enumerate()
    {
        let user = User { boundary: Some(boundary.clone()), ..world.maker.user(&format!("u{number}")) };
        let caller = world.user(user);
        let found = world.effective(&caller).unwrap().boundary.expect("a boundary is set");
        assert_eq!(found.as_ref().map(|held| held.name.as_str()), readable.then(|| boundary.arn()));
    }
}

#[test]
fn rule_10_an_unreadable_policy_fails_the_decision() {
    let broken = PolicyText::stored(r#"{"Statement":"from the future"}"#.to_owned());
    let inline = || [("broken".to_owned(), broken.clone())].into();
    let gone = || ManagedRef::new(format!("arn:aws:iam::{HERE}:policy/gone"));
    let mut world = World::new();
    let user = User { inline: inline(), ..world.maker.user("inline") };
    let caller = world.user(user);
    assert_eq!(world.effective(&caller).unwrap_err().policy, "broken");
    let user = User { attached: vec![gone()], ..world.maker.user("attached") };
    let caller = world.user(user);
    assert_eq!(world.effective(&caller).unwrap_err().policy, gone().arn());
    let group = Group { inline: inline(), ..world.maker.group("g") };
    let user = User { groups: vec![group.id.clone()], ..world.maker.user("member") };
    world.accounts.insert(HERE, group);
    let caller = world.user(user);
    assert_eq!(world.effective(&caller).unwrap_err().policy, "broken");
    let role = Role { inline: inline(), ..world.maker.role("r") };
    let kind = SessionKind::Role { role: role.id.clone(), session_name: "s".to_owned() };
    world.accounts.insert(HERE, role);
    let caller = world.session(kind, None);
    assert_eq!(world.effective(&caller).unwrap_err().policy, "broken");
    let user = User { groups: vec![world.maker.id(IdKind::Group)], ..world.maker.user("orphan") };
    let gone = user.groups[0].to_string();
    let caller = world.user(user);
    assert_eq!(world.effective(&caller).unwrap_err().policy, gone);
}

#[test]
fn rule_63_and_24_sessions() {
    let mut world = World::new();
    let limit = world.own("Limit", &[ALLOW]);
    let inline = || [("p".to_owned(), accepted(ALLOW))].into();
    let role = Role { inline: inline(), boundary: Some(limit.clone()), ..world.maker.role("r") };
    let user = User { inline: inline(), boundary: Some(limit.clone()), ..world.maker.user("bob") };
    let (role_id, user_id) = (role.id.clone(), user.id.clone());
    world.accounts.insert(HERE, role);
    world.accounts.insert(HERE, user);
    let federated = |user| SessionKind::FederatedUser { user, name: "guest".to_owned() };
    // Whom root federates may do what root may, within the session policies; root itself needs no policy.
    for (kind, identity, bounded) in [
        (SessionKind::Role { role: role_id, session_name: "s".to_owned() }, true, true),
        (SessionKind::User { user: user_id.clone() }, true, true),
        (federated(Some(user_id)), true, true),
        (federated(None), true, false),
        (SessionKind::Root, false, false),
    ] {
        let caller = world.session(kind.clone(), None);
        let found = world.effective(&caller).unwrap();
        assert_eq!(!found.identity.is_empty(), identity, "{kind:?}");
        let boundary = found.boundary.map(|held| held.unwrap().name);
        assert_eq!(boundary, bounded.then(|| limit.arn().to_owned()), "{kind:?}");
        assert!(found.session.is_none());
        // None passed and an empty list are different things.
        let caller = world.session(kind, Some(Vec::new()));
        assert_eq!(world.effective(&caller).unwrap().session.unwrap().len(), 0);
    }
}

#[test]
fn rule_76_session_policies_keep_the_version_of_their_issue() {
    let mut world = World::new();
    let own = world.own("Own", &[ALLOW, DENY]);
    let id = world.accounts.tree(HERE).policies.named("own").unwrap().id.clone();
    let role = world.maker.role("r");
    let kind = SessionKind::Role { role: role.id.clone(), session_name: "s".to_owned() };
    world.accounts.insert(HERE, role);
    let managed = |arn: &str, version: &str, id: Option<&UniqueId>| SessionPolicy::Managed {
        arn: arn.to_owned(),
        version: version.to_owned(),
        id: id.cloned(),
    };
    let aws = keygate_catalog::managed_policy(READ_ONLY).unwrap().version;
    let inline = SessionPolicy::Inline(DENY.to_owned());
    let policies = vec![inline.clone(), managed(own.arn(), "v1", Some(&id)), managed(READ_ONLY, aws, None)];
    let caller = world.session(kind.clone(), Some(policies));
    let held = world.effective(&caller).unwrap().session.unwrap();
    assert_eq!(names(&held), ["session policy", own.arn(), READ_ONLY]);
    // v2 is the default, v1 was it when the session was made.
    assert_eq!((effect(&held[0]), effect(&held[1])), (Effect::Deny, Effect::Allow));
    assert_eq!(held[0].arn, None);
    // One that is lost might have denied: everything is.
    let denied =
        |held: Vec<Held>| names(&held) == ["lost session policy"] && effect(&held[0]) == Effect::Deny;
    let other = world.maker.id(IdKind::Policy);
    for lost in [
        SessionPolicy::Inline("{".to_owned()),
        managed(own.arn(), "v3", Some(&id)),
        managed(own.arn(), "latest", Some(&id)),
        managed(own.arn(), "v1", Some(&other)),
        managed(own.arn(), "v1", None),
        managed(READ_ONLY, "v0", None),
        managed(READ_ONLY, aws, Some(&id)),
        managed("arn:aws:iam::aws:policy/None", "v1", None),
    ] {
        let caller = world.session(kind.clone(), Some(vec![inline.clone(), lost.clone()]));
        assert!(denied(world.effective(&caller).unwrap().session.unwrap()), "{lost:?}");
    }
    // A policy of the same name that is made later is another one.
    assert!(!denied(world.effective(&caller).unwrap().session.unwrap()));
    world.accounts.edit(HERE, |draft| draft.remove::<ManagedPolicy>(&id)).unwrap();
    world.own("Own", &[ALLOW]);
    assert!(denied(world.effective(&caller).unwrap().session.unwrap()));
}

#[test]
fn rule_10_a_lost_session_policy_denies_what_a_resource_grants_the_session_itself() {
    use keygate_policy::{Attached, Context, Request, Resource, Stack, Verdict, decide};
    let mut world = World::new();
    let role = Role { inline: [("all".to_owned(), accepted(ALLOW))].into(), ..world.maker.role("r") };
    let kind = SessionKind::Role { role: role.id.clone(), session_name: "s".to_owned() };
    world.accounts.insert(HERE, role);
    let grant = |principal: &str| {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},
            "Action":"*","Resource":"*"}}}}"#
        );
        Policy::read(&text, PolicyKind::Resource).unwrap()
    };
    let inline = SessionPolicy::Inline(ALLOW.to_owned());
    let lost = SessionPolicy::Managed {
        arn: format!("arn:aws:iam::{HERE}:policy/gone"),
        version: "v1".to_owned(),
        id: Some(world.maker.id(IdKind::Policy)),
    };
    fn attach(held: &[Held]) -> Vec<Attached<'_>> {
        held.iter().map(|held| Attached { policy: &held.policy, name: &held.name, arn: None }).collect()
    }
    for (policies, expected) in
        [(vec![inline.clone()], Verdict::Allowed), (vec![inline, lost], Verdict::ExplicitlyDenied)]
    {
        let caller = world.session(kind.clone(), Some(policies));
        let effective = world.effective(&caller).unwrap();
        let issuer = caller.issuer(keygate_ident::Partition::Aws);
        let by = caller.for_policy(issuer.as_ref());
        let direct = grant(by.arn);
        let [identity, session] = [effective.identity, effective.session.unwrap()];
        let [identity, session] = [attach(&identity), attach(&session)];
        let stack = Stack {
            identity: &identity,
            session: Some(&session),
            resource: Some(Attached { policy: &direct, name: "resource", arn: None }),
            ..Stack::default()
        };
        let context = Context::new();
        let resource = Resource { arn: "arn:aws:s3:::bucket/key", account: Some(caller.account) };
        let request = Request { caller: by, action: "s3:GetObject", resource, context: &context };
        assert_eq!(decide(&request, &stack).verdict, expected);
    }
}

#[test]
fn the_password_policy_lets_users_change_their_own_password() {
    use keygate_policy::{Context, Request, Resource, Stack, decide};
    let mut world = World::new();
    let bob = world.maker.user("bob");
    let bob = world.user(User { path: "/staff/".parse().unwrap(), ..bob });
    let own = "arn:aws:iam::123456789012:user/staff/bob";
    let other = "arn:aws:iam::123456789012:user/staff/eve";
    let allowed = |world: &World, action: &str, resource: &str| {
        let effective = world.effective(&bob).unwrap();
        let identity: Vec<_> = effective
            .identity
            .iter()
            .map(|held| keygate_policy::Attached { policy: &held.policy, name: &held.name, arn: None })
            .collect();
        let mut context = Context::new();
        context.insert("aws:username", "bob");
        let request = Request {
            caller: bob.for_policy(None),
            action,
            resource: Resource { arn: resource, account: Some(bob.account) },
            context: &context,
        };
        decide(&request, &Stack { identity: &identity, ..Stack::default() }).is_allowed()
    };
    for (allow, answers) in [(false, [false; 4]), (true, [true, false, true, false])] {
        world.accounts.edit(HERE, |draft| {
            draft.change_settings(|settings| {
                settings.password_policy = Some(crate::PasswordPolicy {
                    minimum_length: 6,
                    require_symbols: false,
                    require_numbers: false,
                    require_uppercase: false,
                    require_lowercase: false,
                    allow_users_to_change: allow,
                    max_age_days: None,
                    reuse_prevention: None,
                    hard_expiry: None,
                });
            });
        });
        let asked = [
            ("iam:ChangePassword", own),
            ("iam:ChangePassword", other),
            ("iam:GetAccountPasswordPolicy", "*"),
            ("iam:UpdateLoginProfile", own),
        ];
        assert_eq!(asked.map(|(action, resource)| allowed(&world, action, resource)), answers);
    }
    // Roles and federated users sign in elsewhere.
    let role = world.maker.role("App");
    let id = role.id.clone();
    world.accounts.insert(HERE, role);
    let session = world.session(SessionKind::Role { role: id, session_name: "s".to_owned() }, None);
    assert!(world.effective(&session).unwrap().identity.is_empty());
}
