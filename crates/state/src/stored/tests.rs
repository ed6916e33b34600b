//! Whatever happened to an account, its records load as the same tree; what is not understood is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use keygate_ident::IdKind;
use proptest::prelude::*;

use super::*;
use crate::test_support::{ALLOW, DENY, Maker, NOW, account_id, trust};
use crate::{
    DeletionFailure, DeletionTask, Draft, KeyStatus, LoginProfile, ManagedRef, MfaAssignment, PasswordPolicy,
    PolicyText, RoleUsage, TagCase,
};

type Records = BTreeMap<(String, String), StoredRecord>;

const NUMBER: u64 = 123_456_789_012;

/// One small change; numbers choose among few names, so that changes meet.
#[derive(Debug, Clone)]
enum Step {
    Add(Kind, u8),
    Remove(Kind, u8),
    RenameUser(u8, u8),
    Join(u8, u8),
    Leave(u8),
    AttachToUser(u8, u8),
    AttachToRole(u8, u8),
    Bound(u8, Option<u8>),
    InlineInGroup(u8, bool),
    Tag(u8, u8),
    Key(u8, bool),
    PutRole(u8, u8),
    Version(u8),
    Alias(Option<u8>),
    RootKey,
    Enable(u8, Option<u8>),
    Password(u8, bool),
    PasswordPolicy(bool),
    Commit,
}

fn step() -> impl Strategy<Value = Step> {
    let kind = || prop::sample::select(&Kind::ALL[1..]);
    let n = || 0u8..3;
    prop_oneof![
        6 => (kind(), n()).prop_map(|(kind, name)| Step::Add(kind, name)),
        2 => (kind(), n()).prop_map(|(kind, name)| Step::Remove(kind, name)),
        1 => (n(), n()).prop_map(|(from, to)| Step::RenameUser(from, to)),
        1 => (n(), n()).prop_map(|(user, group)| Step::Join(user, group)),
        1 => n().prop_map(Step::Leave),
        1 => (n(), n()).prop_map(|(user, policy)| Step::AttachToUser(user, policy)),
        1 => (n(), n()).prop_map(|(role, policy)| Step::AttachToRole(role, policy)),
        1 => (n(), prop::option::of(n())).prop_map(|(user, policy)| Step::Bound(user, policy)),
        1 => (n(), any::<bool>()).prop_map(|(group, put)| Step::InlineInGroup(group, put)),
        1 => (n(), n()).prop_map(|(user, tag)| Step::Tag(user, tag)),
        1 => (n(), any::<bool>()).prop_map(|(user, active)| Step::Key(user, active)),
        1 => (n(), n()).prop_map(|(profile, role)| Step::PutRole(profile, role)),
        1 => n().prop_map(Step::Version),
        1 => prop::option::of(n()).prop_map(Step::Alias),
        1 => Just(Step::RootKey),
        1 => (n(), prop::option::of(n())).prop_map(|(device, user)| Step::Enable(device, user)),
        1 => (n(), any::<bool>()).prop_map(|(user, set)| Step::Password(user, set)),
        1 => any::<bool>().prop_map(Step::PasswordPolicy),
        3 => Just(Step::Commit),
    ]
}

fn name(number: u8) -> String {
    format!("Name{number}")
}

fn policy_ref(number: u8) -> ManagedRef {
    ManagedRef::new(format!("arn:aws:iam::{NUMBER}:policy/{}", name(number)))
}

fn add(draft: &mut Draft, maker: &mut Maker, kind: Kind, number: u8) {
    let name = name(number);
    // A name that is taken refuses; that is tested elsewhere.
    let _ = match kind {
        Kind::Settings => Ok(()),
        Kind::CredentialReport => {
            draft.set_credential_report(CredentialReport { generated: NOW, content: name });
            Ok(())
        }
        Kind::User => draft.insert(maker.user(&name)),
        Kind::Group => draft.insert(maker.group(&name)),
        Kind::Role => draft.insert(maker.role(&name)),
        Kind::Policy => draft.insert(maker.policy(&name, &[ALLOW])),
        Kind::InstanceProfile => draft.insert(maker.instance_profile(&name)),
        Kind::MfaDevice => draft.insert(maker.mfa_device(&name)),
        Kind::DelegationRequest => draft.insert(maker.delegation_request(&name)),
        Kind::ServerCertificate => draft.insert(maker.server_certificate(&name)),
        Kind::OidcProvider => draft.insert(maker.oidc_provider(&name)),
        Kind::SamlProvider => draft.insert(maker.saml_provider(&name)),
    };
}

fn remove<E: Entity>(draft: &mut Draft, number: u8) {
    if let Some(entity) = E::table(draft).named(&name(number)).cloned() {
        draft.remove::<E>(entity.id()).unwrap();
    }
}

fn change<E: Entity>(draft: &mut Draft, number: u8, change: impl FnOnce(&mut E)) {
    if let Some(entity) = E::table(draft).named(&name(number)).cloned() {
        let Ok(()) = draft.change(&entity, |entity| {
            change(entity);
            Ok::<_, Infallible>(())
        });
    }
}

fn apply(draft: &mut Draft, maker: &mut Maker, step: &Step) {
    match *step {
        Step::Add(kind, number) => add(draft, maker, kind, number),
        Step::Remove(Kind::Settings | Kind::CredentialReport, _) | Step::Commit => {}
        Step::Remove(Kind::User, number) => remove::<User>(draft, number),
        Step::Remove(Kind::Group, number) => remove::<Group>(draft, number),
        Step::Remove(Kind::Role, number) => remove::<Role>(draft, number),
        Step::Remove(Kind::Policy, number) => remove::<Policy>(draft, number),
        Step::Remove(Kind::InstanceProfile, number) => remove::<InstanceProfile>(draft, number),
        Step::Remove(Kind::MfaDevice, number) => {
            if let Some(device) = draft.mfa_devices.named(&format!("/{}", name(number))).cloned() {
                draft.remove::<MfaDevice>(&device.id).unwrap();
            }
        }
        Step::Remove(Kind::DelegationRequest, number) => remove::<DelegationRequest>(draft, number),
        Step::Remove(Kind::ServerCertificate, number) => remove::<ServerCertificate>(draft, number),
        Step::Remove(Kind::OidcProvider, number) => remove::<OidcProvider>(draft, number),
        Step::Remove(Kind::SamlProvider, number) => remove::<SamlProvider>(draft, number),
        Step::RenameUser(from, to) => {
            if let Some(user) = draft.users.named(&name(from)).cloned() {
                // Taken names refuse.
                let _ = draft.update(User { name: name(to), ..User::clone(&user) });
            }
        }
        Step::Join(user, group) => {
            if let Some(group) = draft.groups.named(&name(group)).cloned() {
                change::<User>(draft, user, |user| user.groups.push(group.id.clone()));
            }
        }
        Step::Leave(user) => change::<User>(draft, user, |user| drop(user.groups.pop())),
        Step::AttachToUser(user, number) => {
            change::<User>(draft, user, |user| user.attached.push(policy_ref(number)));
        }
        Step::AttachToRole(role, number) => {
            change::<Role>(draft, role, |role| role.attached.push(policy_ref(number)));
        }
        Step::Bound(user, policy) => {
            change::<User>(draft, user, |user| user.boundary = policy.map(policy_ref));
        }
        Step::InlineInGroup(group, put) => change::<Group>(draft, group, |group| {
            if put {
                group.inline.insert("p".to_owned(), PolicyText::stored(DENY.to_owned()));
            } else {
                group.inline.clear();
            }
        }),
        Step::Tag(user, tag) => change::<User>(draft, user, |user| {
            let (key, value) = (format!("key{tag}"), format!("value \"{tag}\""));
            user.tags.set([(key.as_str(), value.as_str())], TagCase::Insensitive, 50).unwrap();
        }),
        Step::Key(user, active) => {
            let mut key = maker.access_key();
            key.status = if active { KeyStatus::Active } else { KeyStatus::Inactive };
            change::<User>(draft, user, |user| user.access_keys.push(key));
        }
        Step::PutRole(profile, role) => {
            let role = draft.roles.named(&name(role)).map(|role| role.id.clone());
            change::<InstanceProfile>(draft, profile, |profile| profile.role = role);
        }
        Step::Version(policy) => change::<Policy>(draft, policy, |policy| {
            let mut version = policy.versions[0].clone();
            version.number = policy.next_version;
            policy.default_version = version.number;
            policy.next_version += 1;
            policy.versions.push(version);
        }),
        Step::Alias(alias) => draft.change_settings(|settings| settings.alias = alias.map(name)),
        Step::Enable(device, user) => {
            let user = user.and_then(|user| Some(draft.users.named(&name(user))?.id.clone()));
            if let Some(device) = draft.mfa_devices.named(&format!("/{}", name(device))).cloned() {
                let assignment = MfaAssignment { user, enabled: NOW, drift: -1, last_step: 7 };
                let Ok(()) = draft.change(&device, |device| {
                    device.assignment = Some(assignment);
                    Ok::<_, Infallible>(())
                });
            }
        }
        Step::Password(user, set) => {
            let hash = maker.mfa_device("any").seed;
            change::<User>(draft, user, |user| {
                user.login_profile =
                    set.then_some(LoginProfile { created: NOW, changed: NOW, reset_required: true });
                user.passwords.push(hash);
            });
        }
        Step::PasswordPolicy(set) => draft.change_settings(|settings| {
            settings.password_policy = set.then_some(PasswordPolicy {
                minimum_length: 14,
                require_symbols: true,
                require_numbers: true,
                require_uppercase: true,
                require_lowercase: true,
                allow_users_to_change: true,
                max_age_days: Some(90),
                reuse_prevention: Some(24),
                hard_expiry: Some(false),
            });
        }),
        Step::RootKey => {
            let key = maker.access_key();
            draft.change_settings(|settings| settings.root_keys.push(key));
        }
    }
}

/// Brings the records up to date; a store would refuse what panics here.
fn store(records: &mut Records, seen: &mut BTreeSet<(String, String)>, changes: Vec<StoredChange>) {
    for change in changes {
        match change {
            StoredChange::Put { record, fresh } => {
                let key = (record.kind.clone(), record.id.clone());
                assert_eq!(record.format, RECORD_FORMAT);
                let is_new = seen.insert(key.clone());
                let is_single = ["settings", "credential-report"].contains(&record.kind.as_str());
                assert!(is_new == fresh || is_single, "{key:?} fresh: {fresh}");
                records.insert(key, record);
            }
            StoredChange::Delete { kind, id } => assert!(records.remove(&(kind, id)).is_some()),
        }
    }
}

fn assert_same(loaded: &Account, account: &Account) {
    // Debug shows every table, by id and by name, and the index of references.
    assert_eq!(format!("{loaded:?}"), format!("{account:?}"));
    assert_eq!(loaded.policies_in_use(), account.policies_in_use());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn records_of_any_history_load_as_the_same_tree(steps in prop::collection::vec(step(), 1..60)) {
        let id = account_id(NUMBER);
        let mut maker = Maker::new(id);
        let (mut records, mut seen) = (Records::new(), BTreeSet::new());
        let mut account = Account::empty(id, Partition::Aws);
        let mut draft = Draft::of(&account);
        for step in steps.iter().chain([&Step::Commit]) {
            apply(&mut draft, &mut maker, step);
            if matches!(step, Step::Commit) {
                let (after, changes) = draft.finish().unwrap();
                store(&mut records, &mut seen, changes);
                let load = |records: Vec<StoredRecord>| {
                    Account::load(id, Partition::Aws, after.revision(), records).unwrap()
                };
                assert_same(&load(records.values().cloned().collect()), &after);
                assert_same(&load(records.values().rev().cloned().collect()), &after);
                account = after;
                draft = Draft::of(&account);
            }
        }
    }
}

#[test]
fn every_kind_and_every_member_survives() {
    let id = account_id(NUMBER);
    let mut maker = Maker::new(id);
    let mut draft = Draft::of(&Account::empty(id, Partition::AwsCn));
    let role = Role {
        path: "/a/b/".parse().unwrap(),
        description: Some("text with \"quotes\" and é".to_owned()),
        source: None,
        max_session_seconds: 7_200,
        trust: PolicyText::stored(trust(r#"{"AWS":"*"}"#)),
        boundary: Some(policy_ref(1)),
        attached: vec![policy_ref(2)],
        inline: [("p".to_owned(), PolicyText::stored(ALLOW.to_owned()))].into(),
        ..maker.role("R")
    };
    let group = maker.group("G");
    let user = User {
        groups: vec![group.id.clone()],
        access_keys: vec![maker.access_key()],
        ssh_keys: vec![maker.ssh_key()],
        signing_certificates: vec![maker.signing_certificate()],
        service_credentials: vec![maker.service_credential()],
        ..maker.user("U")
    };
    let profile = InstanceProfile { role: Some(role.id.clone()), ..maker.instance_profile("I") };
    let policy = Policy { description: Some("d".to_owned()), ..maker.policy("P", &[ALLOW, DENY]) };
    draft.insert(role.clone()).unwrap();
    draft.insert(group).unwrap();
    draft.insert(user).unwrap();
    draft.insert(profile).unwrap();
    draft.insert(policy.clone()).unwrap();
    draft.insert(maker.server_certificate("S")).unwrap();
    let failure = DeletionFailure {
        reason: "in use".to_owned(),
        usage: vec![RoleUsage { region: "us-east-1".to_owned(), resources: Vec::new() }],
    };
    let task = DeletionTask { id: "task/x".to_owned(), created: NOW, failure: Some(failure) };
    draft.insert(maker.oidc_provider("idp.example.com/a")).unwrap();
    draft.insert(maker.saml_provider("S")).unwrap();
    draft.change_settings(|settings| {
        settings.root_signing_certificates = vec![maker.signing_certificate()];
        settings.deletion_tasks = vec![task];
        settings.name = "Acme".to_owned();
        settings.quotas.extend([("UsersPerAccount".to_owned(), 7)]);
        settings.root_keys = vec![maker.access_key()];
    });
    let (account, changes) = draft.finish().unwrap();
    let records = changes.into_iter().map(|change| match change {
        StoredChange::Put { record, .. } => record,
        StoredChange::Delete { .. } => panic!("nothing was deleted"),
    });
    let loaded = Account::load(id, Partition::AwsCn, 1, records).unwrap();
    assert_same(&loaded, &account);
    let read = loaded.role("r").unwrap();
    assert_eq!((read.description.as_ref(), read.max_session_seconds), (role.description.as_ref(), 7_200));
    assert_eq!(read.trust, role.trust);
    assert_eq!(loaded.policies.get(&policy.id).unwrap().version("v1").unwrap().document.as_str(), ALLOW);
    assert_eq!(loaded.quota(crate::Quota::Users), 7);
}

fn record(kind: &str, id: &UniqueId, format: u32, body: serde_json::Value) -> StoredRecord {
    StoredRecord { kind: kind.to_owned(), id: id.to_string(), format, body: body.to_string().into_bytes() }
}

#[test]
fn what_can_not_be_understood_is_refused() {
    let id = account_id(NUMBER);
    let mut maker = Maker::new(id);
    let group = maker.group("g");
    let good = serde_json::to_value(&group).unwrap();
    let load = |records: Vec<StoredRecord>| Account::load(id, Partition::Aws, 1, records);
    assert_eq!(load(vec![record("group", &group.id, 1, good.clone())]).unwrap().groups.len(), 1);

    let with = |member: &str, value: serde_json::Value| {
        let mut body = good.clone();
        body[member] = value;
        body
    };
    let without = |member: &str| {
        let mut body = good.clone();
        body.as_object_mut().unwrap().remove(member);
        body
    };
    for (record, reason) in [
        (record("group", &group.id, 2, good.clone()), "format 2, newer than 1"),
        (record("spaceship", &group.id, 1, good.clone()), "the unknown kind spaceship"),
        (record("group", &group.id, 1, with("owner", "me".into())), "unknown field `owner`"),
        (record("group", &group.id, 1, with("path", "no-slashes".into())), "can not be read"),
        (record("group", &group.id, 1, with("id", "who".into())), "can not be read"),
        (record("group", &group.id, 1, without("name")), "missing field `name`"),
        (record("user", &group.id, 1, serde_json::Value::Null), "can not be read"),
        (record("settings", &group.id, 1, serde_json::json!({"surprise": 1})), "unknown field `surprise`"),
    ] {
        let error = load(vec![record]).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
    // Members that came later have a default.
    assert!(load(vec![record("group", &group.id, 1, without("attached"))]).is_ok());
}

#[test]
fn two_records_of_one_name_are_refused() {
    let id = account_id(NUMBER);
    let mut maker = Maker::new(id);
    let (one, other) = (maker.user("bob"), maker.user("BOB"));
    let body = |user: &User| serde_json::to_value(user).unwrap();
    let records = vec![record("user", &one.id, 1, body(&one)), record("user", &other.id, 1, body(&other))];
    let error = Account::load(id, Partition::Aws, 1, records).unwrap_err().to_string();
    assert!(error.contains("name"), "{error}");
}

#[test]
fn a_record_under_another_id_is_refused() {
    let id = account_id(NUMBER);
    let mut maker = Maker::new(id);
    let (group, other) = (maker.group("g"), maker.id(IdKind::Group));
    let records = vec![record("group", &other, 1, serde_json::to_value(&group).unwrap())];
    let error = Account::load(id, Partition::Aws, 1, records).unwrap_err().to_string();
    assert!(error.contains("another id"), "{error}");
}
