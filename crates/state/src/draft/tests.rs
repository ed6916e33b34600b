//! The invariants a draft keeps, and what it says has to be stored.

use std::convert::Infallible;

use keygate_ident::Partition;

use super::*;
use crate::test_support::{Maker, account_id};
use crate::{Group, ManagedRef, PolicyText, Quota, Reference, Role, StoredRecord, User};

const POLICY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

fn empty() -> (Account, Maker) {
    let id = account_id(123_456_789_012);
    (Account::empty(id, Partition::Aws), Maker::new(id))
}

fn limit(draft: &mut Draft, quota: Quota, limit: u32) {
    draft.change_settings(|settings| settings.quotas.extend([(quota.name().to_owned(), limit)]));
}

/// What is stored, in short: `+user` a new record, `=user` a changed one, `-user` a deleted one.
fn in_short(changes: &[StoredChange]) -> Vec<String> {
    let short = |change: &StoredChange| match change {
        StoredChange::Put { record: StoredRecord { kind, .. }, fresh: true } => format!("+{kind}"),
        StoredChange::Put { record: StoredRecord { kind, .. }, fresh: false } => format!("={kind}"),
        StoredChange::Delete { kind, .. } => format!("-{kind}"),
    };
    changes.iter().map(short).collect()
}

#[test]
fn rule_233_names_are_unique_ignoring_case_per_kind() {
    let (account, mut maker) = empty();
    let mut draft = Draft::of(&account);
    draft.insert(maker.user("Bob")).unwrap();
    let taken = draft.insert(maker.user("bOB")).unwrap_err();
    let exists = EntityAlreadyExists::new("User with name bOB already exists.");
    assert_eq!(taken, InsertError::Exists(exists));
    draft.insert(maker.role("BOB")).unwrap();
    draft.insert(maker.group("bob")).unwrap();
    assert_eq!(draft.user("BOB").unwrap().name, "Bob");
    assert_eq!(draft.users.len(), 1);
}

#[test]
fn the_quota_is_told_after_existence() {
    let (account, mut maker) = empty();
    let mut draft = Draft::of(&account);
    limit(&mut draft, Quota::Users, 2);
    for name in ["a", "b"] {
        draft.insert(maker.user(name)).unwrap();
    }
    let full = InsertError::Limit(LimitExceeded::new("Cannot exceed quota for UsersPerAccount: 2"));
    assert_eq!(draft.insert(maker.user("c")).unwrap_err(), full);
    assert!(matches!(draft.insert(maker.user("A")), Err(InsertError::Exists(_))));
    // Each kind has its own quota; a removed entity makes room.
    draft.insert(maker.group("g")).unwrap();
    let first = draft.user("a").unwrap().id.clone();
    draft.remove::<User>(&first).unwrap();
    draft.insert(maker.user("c")).unwrap();
}

#[test]
fn rename() {
    let (account, mut maker) = empty();
    let mut draft = Draft::of(&account);
    let bob = maker.user("Bob");
    draft.insert(bob.clone()).unwrap();
    draft.insert(maker.user("eve")).unwrap();
    let taken = draft.update(User { name: "EVE".to_owned(), ..bob.clone() }).unwrap_err();
    assert_eq!(taken.message(), "User with name EVE already exists.");
    assert_eq!(draft.users.get(&bob.id).unwrap().name, "Bob");
    for name in ["BOB", "rob"] {
        draft.update(User { name: name.to_owned(), ..bob.clone() }).unwrap();
        assert_eq!(draft.users.get(&bob.id).unwrap().name, name);
        assert_eq!(draft.user(name).unwrap().id, bob.id);
    }
    assert!(draft.user("bob").is_err());
    assert_eq!(draft.users.iter().map(|user| user.name.as_str()).collect::<Vec<_>>(), ["eve", "rob"]);
    draft.insert(maker.user("bob")).unwrap();
}

#[test]
fn a_failed_change_changes_nothing() {
    let (account, mut maker) = empty();
    let mut draft = Draft::of(&account);
    draft.insert(maker.user("bob")).unwrap();
    let (account, _) = draft.finish().unwrap();
    let mut draft = Draft::of(&account);
    let bob = Arc::clone(draft.user("bob").unwrap());
    let result: Result<(), &str> = draft.change(&bob, |user| {
        user.attached.push(ManagedRef::new(POLICY));
        Err("no")
    });
    assert_eq!(result, Err("no"));
    assert!(draft.is_unchanged());
    assert!(draft.user("bob").unwrap().attached.is_empty());
    assert_eq!(draft.reference_count(&Reference::Attached(POLICY.to_owned())), 0);
    let (after, changes) = draft.finish().unwrap();
    // A finished draft is the next revision, whatever is in it.
    assert_eq!((after.revision(), changes.len()), (account.revision() + 1, 0));
}

#[test]
fn references_follow_every_change() {
    let (account, mut maker) = empty();
    let mut draft = Draft::of(&account);
    let (group, key) = (maker.group("g"), maker.access_key());
    let mut bob = maker.user("bob");
    bob.attached.push(ManagedRef::new(POLICY));
    bob.boundary = Some(ManagedRef::new(POLICY));
    bob.groups.push(group.id.clone());
    bob.access_keys.push(key.clone());
    let mut eve = maker.user("Eve");
    eve.attached.push(ManagedRef::new(POLICY));
    eve.groups.push(group.id.clone());
    draft.insert(group.clone()).unwrap();
    draft.insert(bob.clone()).unwrap();
    draft.insert(eve.clone()).unwrap();
    let counts = |draft: &Draft| {
        let attached = draft.reference_count(&Reference::Attached(POLICY.to_owned()));
        let boundary = draft.reference_count(&Reference::Boundary(POLICY.to_owned()));
        let members: String = draft.members(&group.id).iter().map(|user| format!("{} ", user.name)).collect();
        let owner = draft.access_key(&key.id).map(|(owner, _)| owner.unwrap().name.clone());
        (attached, boundary, members, owner, draft.policies_in_use())
    };
    let name = |name: &str| Some(name.to_owned());
    assert_eq!(counts(&draft), (2, 1, "bob Eve ".to_owned(), name("bob"), 1));
    draft.update(User { name: "Zoe".to_owned(), ..bob.clone() }).unwrap();
    assert_eq!(counts(&draft), (2, 1, "Eve Zoe ".to_owned(), name("Zoe"), 1));
    let zoe = Arc::clone(draft.user("zoe").unwrap());
    let Ok(()) = draft.change(&zoe, |user| {
        user.attached.clear();
        user.groups.clear();
        Ok::<_, Infallible>(())
    });
    assert_eq!(counts(&draft), (1, 1, "Eve ".to_owned(), name("Zoe"), 1));
    draft.remove::<User>(&bob.id).unwrap();
    assert_eq!(counts(&draft), (1, 0, "Eve ".to_owned(), None, 1));
    draft.remove::<User>(&eve.id).unwrap();
    assert_eq!(counts(&draft), (0, 0, String::new(), None, 0));
    assert_eq!(
        draft.remove::<User>(&eve.id).unwrap_err().message(),
        format!("The user with name {} cannot be found.", eve.id)
    );
}

#[test]
fn referrers_are_of_several_kinds() {
    let (account, mut maker) = empty();
    let mut draft = Draft::of(&account);
    let role = maker.role("r");
    let mut group = maker.group("g");
    group.attached.push(ManagedRef::new(POLICY));
    let mut profile = maker.instance_profile("p");
    profile.role = Some(role.id.clone());
    let attached = Role { attached: vec![ManagedRef::new(POLICY)], ..role.clone() };
    draft.insert(attached).unwrap();
    draft.insert(group.clone()).unwrap();
    draft.insert(profile.clone()).unwrap();
    let referrers = draft.referrers(&Reference::Attached(POLICY.to_owned())).cloned().collect::<Vec<_>>();
    assert_eq!(referrers, [(Kind::Group, group.id), (Kind::Role, role.id.clone())]);
    let referrers = draft.referrers(&Reference::Role(role.id)).cloned().collect::<Vec<_>>();
    assert_eq!(referrers, [(Kind::InstanceProfile, profile.id)]);
}

#[test]
fn what_has_to_be_stored() {
    let (account, mut maker) = empty();
    let mut draft = Draft::of(&account);
    let (bob, temporary) = (maker.user("bob"), maker.role("temporary"));
    draft.insert(bob.clone()).unwrap();
    draft.insert(maker.group("g")).unwrap();
    draft.insert(temporary.clone()).unwrap();
    // A new entity that is changed is still new; one that is gone again was never there.
    draft.update(User { name: "rob".to_owned(), ..bob.clone() }).unwrap();
    draft.remove::<Role>(&temporary.id).unwrap();
    let (first, changes) = draft.finish().unwrap();
    assert_eq!(in_short(&changes), ["+user", "+group"]);
    assert_eq!((account.revision(), first.revision()), (0, 1));

    let mut draft = Draft::of(&first);
    draft.change_settings(|settings| settings.alias = Some("acme".to_owned()));
    let group = draft.group("g").unwrap().clone();
    draft
        .change(&group, |group| -> Result<(), Infallible> {
            group.inline.insert("p".to_owned(), PolicyText::stored("{}".to_owned()));
            Ok(())
        })
        .unwrap();
    draft.update(User { name: "zoe".to_owned(), ..bob.clone() }).unwrap();
    draft.remove::<User>(&bob.id).unwrap();
    let (second, changes) = draft.finish().unwrap();
    assert_eq!(in_short(&changes), ["=settings", "-user", "=group"]);
    assert_eq!(second.revision(), 2);

    // The older trees are as they were.
    assert!(account.users.is_empty() && account.settings().alias.is_none());
    assert_eq!(first.user("rob").unwrap().id, bob.id);
    assert!(first.group("g").unwrap().inline.is_empty());
    assert!(second.users.is_empty());
}

#[test]
fn a_dropped_draft_is_forgotten() {
    let (account, mut maker) = empty();
    let mut draft = Draft::of(&account);
    draft.insert::<Group>(maker.group("g")).unwrap();
    assert!(!draft.is_unchanged());
    drop(draft);
    assert!(account.groups.is_empty());
}

#[test]
fn two_changes_from_one_look_up_add_up() {
    let (account, mut maker) = empty();
    let mut draft = Draft::of(&account);
    draft.insert(maker.user("bob")).unwrap();
    let bob = Arc::clone(draft.user("bob").unwrap());
    for arn in ["arn:aws:iam::aws:policy/A", "arn:aws:iam::aws:policy/B"] {
        let Ok(()) = draft.change(&bob, |user| {
            user.attached.push(ManagedRef::new(arn));
            Ok::<_, Infallible>(())
        });
    }
    assert_eq!(draft.user("bob").unwrap().attached.len(), 2);
    assert_eq!(draft.policies_in_use(), 2);
}
