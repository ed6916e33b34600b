//! Who the principal of a session is, and when a session has none any more.

use keygate_ident::IdKind;

use super::*;
use crate::test_support::{Accounts, Maker, NOW, account_id};

const HERE: u64 = 123_456_789_012;

struct World {
    accounts: Accounts,
    maker: Maker,
    role: UniqueId,
    user: UniqueId,
}

/// Role /x/R with tags Team=role and Own=role; user Bob with Team=bob.
fn world() -> World {
    let mut accounts = Accounts::new(&[HERE, 210_987_654_321]);
    let mut maker = Maker::new(account_id(HERE));
    let tags = |pairs: &[(&str, &str)]| {
        let mut tags = Tags::default();
        tags.set(pairs.iter().copied(), TagCase::Insensitive, 50).unwrap();
        tags
    };
    let role = Role {
        path: "/x/".parse().unwrap(),
        tags: tags(&[("Team", "role"), ("Own", "role")]),
        ..maker.role("R")
    };
    let user = User { tags: tags(&[("Team", "bob")]), ..maker.user("Bob") };
    let (role_id, user_id) = (role.id.clone(), user.id.clone());
    accounts.insert(HERE, role);
    accounts.insert(HERE, user);
    World { accounts, maker, role: role_id, user: user_id }
}

impl World {
    fn session(&mut self, kind: SessionKind) -> Session {
        let mut tags = Tags::default();
        tags.set([("team", "session")], TagCase::Insensitive, 50).unwrap();
        Session {
            key: self.maker.id(IdKind::TemporaryKey),
            secret: "secret".to_owned().into(),
            account: account_id(HERE),
            kind,
            issued: NOW,
            expires: NOW,
            policies: None,
            tags,
            transitive: Vec::new(),
            source_identity: None,
            mfa: None,
        }
    }

    fn caller(&mut self, kind: SessionKind) -> Option<Caller> {
        let session = self.session(kind);
        Caller::session(&self.accounts.tree(HERE), Arc::new(session))
    }

    fn role_session(&self) -> SessionKind {
        SessionKind::Role { role: self.role.clone(), session_name: "s".to_owned() }
    }
}

#[test]
fn rule_173_and_214_who_a_session_is() {
    let mut world = world();
    let federated = |user| SessionKind::FederatedUser { user, name: "guest".to_owned() };
    let (role, user) = (world.role.clone(), world.user.clone());
    let iam = "arn:aws:iam::123456789012:";
    let sts = "arn:aws:sts::123456789012:";
    for (kind, arn, user_id, principal_arn, issuer, principal_type, name) in [
        (
            world.role_session(),
            format!("{sts}assumed-role/R/s"),
            format!("{role}:s"),
            format!("{iam}role/x/R"),
            Some(format!("{iam}role/x/R")),
            "AssumedRole",
            None,
        ),
        (
            SessionKind::User { user: user.clone() },
            format!("{iam}user/Bob"),
            user.to_string(),
            format!("{iam}user/Bob"),
            None,
            "User",
            Some("Bob"),
        ),
        (
            federated(Some(user.clone())),
            format!("{sts}federated-user/guest"),
            "123456789012:guest".to_owned(),
            format!("{sts}federated-user/guest"),
            Some(format!("{iam}user/Bob")),
            "FederatedUser",
            None,
        ),
        (
            federated(None),
            format!("{sts}federated-user/guest"),
            "123456789012:guest".to_owned(),
            format!("{sts}federated-user/guest"),
            Some(format!("{iam}root")),
            "FederatedUser",
            None,
        ),
        (
            SessionKind::Root,
            format!("{iam}root"),
            HERE.to_string(),
            format!("{iam}root"),
            None,
            "Account",
            None,
        ),
    ] {
        let caller = world.caller(kind.clone()).unwrap();
        assert_eq!((caller.arn.as_str(), caller.user_id.as_str()), (arn.as_str(), user_id.as_str()));
        assert_eq!(caller.principal_arn(Partition::Aws).as_str(), principal_arn);
        assert_eq!(caller.issuer(Partition::Aws).map(String::from), issuer);
        assert_eq!((caller.principal_type(), caller.user_name()), (principal_type, name));
        assert!(caller.access_key.as_str().starts_with("ASIA"));
        assert_eq!(caller.session.as_ref().unwrap().kind, kind);
    }
}

#[test]
fn rule_207_session_tags_override_the_entitys_ignoring_case() {
    let mut world = world();
    let (role, user) = (world.role_session(), SessionKind::User { user: world.user.clone() });
    let tags = |caller: &Caller| -> Vec<(String, String)> {
        caller.tags.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    };
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let session = world.caller(role).unwrap();
    assert_eq!(tags(&session), [pair("Own", "role"), pair("team", "session")]);
    let session = world.caller(user).unwrap();
    assert_eq!(tags(&session), [pair("team", "session")]);
}

#[test]
fn rule_180_a_principal_made_again_does_not_regain_old_sessions() {
    let mut world = world();
    let kinds = [
        world.role_session(),
        SessionKind::User { user: world.user.clone() },
        SessionKind::FederatedUser { user: Some(world.user.clone()), name: "guest".to_owned() },
    ];
    for kind in &kinds {
        assert!(world.caller(kind.clone()).is_some());
    }
    let (role, user) = (world.role.clone(), world.user.clone());
    world.accounts.edit(HERE, |draft| draft.remove::<Role>(&role)).unwrap();
    world.accounts.edit(HERE, |draft| draft.remove::<User>(&user)).unwrap();
    let again = Role { path: "/x/".parse().unwrap(), ..world.maker.role("R") };
    world.accounts.insert(HERE, again);
    let again = world.maker.user("Bob");
    world.accounts.insert(HERE, again);
    for kind in kinds {
        assert!(world.caller(kind.clone()).is_none(), "{kind:?}");
    }
    assert!(world.caller(SessionKind::Root).is_some());
}

#[test]
fn a_session_belongs_to_one_account() {
    let mut world = world();
    let session = Arc::new(world.session(SessionKind::Root));
    assert!(Caller::session(&world.accounts.tree(HERE), Arc::clone(&session)).is_some());
    assert!(Caller::session(&world.accounts.tree(210_987_654_321), session).is_none());
}

#[test]
fn a_renamed_user_keeps_its_session_under_the_new_name() {
    let mut world = world();
    let bob = User::clone(world.accounts.tree(HERE).users.get(&world.user).unwrap());
    world.accounts.edit(HERE, |draft| draft.update(User { name: "Rob".to_owned(), ..bob })).unwrap();
    let caller = world.caller(SessionKind::User { user: world.user.clone() }).unwrap();
    assert_eq!(
        (caller.arn.as_str(), caller.user_name()),
        ("arn:aws:iam::123456789012:user/Rob", Some("Rob"))
    );
}

#[test]
fn rule_218_the_second_factor() {
    let mut world = world();
    let account = world.accounts.tree(HERE);
    let key = world.maker.id(IdKind::AccessKey);
    assert_eq!(Caller::root(&account, key.clone()).mfa(), MfaState::Absent);
    assert_eq!(Caller::user(&account, account.user("bob").unwrap(), key).mfa(), MfaState::Absent);
    for (mfa, expected) in [(None, MfaState::No), (Some(NOW), MfaState::Since(NOW))] {
        let session = Session { mfa, ..world.session(SessionKind::User { user: world.user.clone() }) };
        assert_eq!(Caller::session(&account, Arc::new(session)).unwrap().mfa(), expected);
    }
}

#[test]
fn what_the_policy_engine_is_told() {
    let mut world = world();
    let kind = world.role_session();
    let caller = world.caller(kind).unwrap();
    let issuer = caller.issuer(Partition::Aws);
    let told = caller.for_policy(issuer.as_ref());
    assert_eq!((told.kind, told.account), (policy::CallerKind::AssumedRole, Some(account_id(HERE))));
    assert_eq!(
        (told.arn, told.issuer_arn),
        (caller.arn.as_str(), Some("arn:aws:iam::123456789012:role/x/R"))
    );
    assert_eq!((told.unique_id, told.service_linked), (Some(world.role.as_str()), false));
    let linked = Role {
        path: "/aws-service-role/x.amazonaws.com/".parse().unwrap(),
        ..world.maker.role("AWSServiceRoleForX")
    };
    let kind = SessionKind::Role { role: linked.id.clone(), session_name: "s".to_owned() };
    world.accounts.insert(HERE, linked);
    assert!(world.caller(kind).unwrap().for_policy(None).service_linked);
    let root = world.caller(SessionKind::Root).unwrap();
    assert!(!root.for_policy(None).confined);
    for delegate in [
        Delegate::Root,
        Delegate::User { user: world.user.clone() },
        Delegate::Role { role: world.role.clone(), session_name: "s".to_owned() },
    ] {
        let request = world.maker.id(IdKind::DelegationRequest);
        let lent = world.caller(SessionKind::Delegated { delegate, request }).unwrap();
        assert!(lent.for_policy(None).confined);
    }
    let told = root.for_policy(None);
    assert_eq!((told.kind, told.unique_id, told.issuer_arn), (policy::CallerKind::Root, None, None));
}
