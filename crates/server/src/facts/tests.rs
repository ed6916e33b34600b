//! What is recorded, how coarsely, and that it outlives the process.

use keygate_ident::{AccountId, IdKind, Partition};
use keygate_state::{Account, Draft, Role, User};
use keygate_store::MemoryStore;

use super::*;
use crate::clock::SystemEntropy;

const START: Timestamp = Timestamp::from_seconds(1_767_225_600);

fn id(kind: IdKind) -> UniqueId {
    UniqueId::generate(kind, account_id(), &mut SystemEntropy)
}

fn account_id() -> AccountId {
    AccountId::from_number(123_456_789_012).unwrap()
}

/// A user of an account of its own, who calls.
fn user() -> (UniqueId, Caller) {
    let user = serde_json::json!({
        "id": id(IdKind::User), "name": "ann", "path": "/", "created": START,
    });
    let user: User = serde_json::from_value(user).unwrap();
    let mut draft = Draft::of(&Account::empty(account_id(), Partition::Aws));
    let id_of_user = user.id.clone();
    draft.insert(user).unwrap();
    let caller = Caller::user(&draft, draft.user("ann").unwrap(), id(IdKind::AccessKey));
    (id_of_user, caller)
}

fn at(seconds: i64) -> Timestamp {
    START.plus_seconds(seconds)
}

fn save(facts: &UseFacts, store: &MemoryStore) -> usize {
    let unsaved = facts.take_unsaved();
    let count = unsaved.len();
    store.put_facts(unsaved).wait().unwrap();
    count
}

#[test]
fn attempts_are_kept_coarsely_and_survive() {
    let (user, caller) = user();
    let store = MemoryStore::new();
    let facts = UseFacts::load(&store, START).unwrap();
    let record = |seconds, region, action| facts.record(&caller, at(seconds), region, "iam", Some(action));
    record(0, "us-east-1", "iam:GetUser");
    record(1, "us-east-1", "iam:ListUsers");
    // The same within fifteen minutes counts as one; another region, or later, does not.
    record(899, "us-east-1", "iam:GetUser");
    let seen = facts.activity(&user);
    let last = |activity: &Activity, action: &str| {
        let used = &activity.actions[action];
        (used.time.seconds() - START.seconds(), used.region.clone())
    };
    assert_eq!(last(&seen, "iam:GetUser"), (0, "us-east-1".to_owned()));
    assert_eq!(last(&seen, "iam:ListUsers"), (1, "us-east-1".to_owned()));
    record(899, "eu-west-1", "iam:GetUser");
    record(901, "us-east-1", "iam:ListUsers");
    let seen = facts.activity(&user);
    assert_eq!(last(&seen, "iam:GetUser"), (899, "eu-west-1".to_owned()));
    assert_eq!(last(&seen, "iam:ListUsers"), (901, "us-east-1".to_owned()));
    assert_eq!(seen.of_service("iam").unwrap().time, at(901));
    assert_eq!(seen.of_service("sts"), None);
    // Saved once for all of it: the key's fact and the user's.
    assert_eq!((save(&facts, &store), save(&facts, &store)), (2, 0));
    let again = UseFacts::load(&store, at(902)).unwrap();
    assert_eq!(again.activity(&user), seen);
    assert_eq!(again.key_use(&caller.access_key).unwrap().time, at(901));
    // After 400 days nobody asks any more.
    let late = UseFacts::load(&store, at(901 + KEPT_SECONDS)).unwrap();
    assert_eq!(late.activity(&user).actions.keys().collect::<Vec<_>>(), ["iam:ListUsers"]);
    let later = UseFacts::load(&store, at(902 + KEPT_SECONDS)).unwrap();
    assert_eq!(later.activity(&user), Activity::default());
}

#[test]
fn what_is_older_than_reports_is_forgotten() {
    let (user, of_user) = user();
    let role = serde_json::json!({
        "id": id(IdKind::Role), "name": "r", "path": "/", "created": START, "max_session_seconds": 3600,
        "trust": "{}",
    });
    let role: Arc<Role> = Arc::new(serde_json::from_value(role).unwrap());
    let kind = CallerKind::Role { role: Arc::clone(&role), session_name: "s".to_owned() };
    let of_role = Caller { kind, ..of_user.clone() };
    let store = MemoryStore::new();
    let facts = UseFacts::load(&store, START).unwrap();
    for caller in [&of_user, &of_role] {
        facts.record(caller, at(0), "us-east-1", "iam", Some("iam:GetUser"));
        facts.record(caller, at(1000), "us-east-1", "iam", Some("iam:GetRole"));
    }
    save(&facts, &store);
    let last = at(1000 + KEPT_SECONDS);
    for (now, kept) in [(last, 1), (last.plus_seconds(1), 0)] {
        facts.prune(now);
        for facts in [&facts, &UseFacts::load(&store, now).unwrap()] {
            let state = facts.state.lock().unwrap();
            let counts = (state.keys.len(), state.roles.len(), state.principals.len());
            assert_eq!(counts, (kept, kept, 2 * kept));
            drop(state);
            for principal in [&user, &role.id] {
                assert_eq!(facts.activity(principal).actions.len(), kept);
            }
            assert_eq!(facts.key_use(&of_user.access_key).is_some(), kept == 1);
            assert_eq!(facts.role_use(&role.id).is_some(), kept == 1);
        }
    }
}

#[test]
fn what_could_not_be_saved_is_saved_later() {
    let (user, caller) = user();
    let store = MemoryStore::new();
    let facts = UseFacts::load(&store, START).unwrap();
    facts.record(&caller, at(0), "us-east-1", "sts", Some("sts:GetCallerIdentity"));
    let unsaved = facts.take_unsaved();
    facts.record(&caller, at(1000), "us-east-1", "sts", Some("sts:GetCallerIdentity"));
    facts.put_back(unsaved);
    save(&facts, &store);
    let again = UseFacts::load(&store, at(1001)).unwrap();
    assert_eq!(again.activity(&user).of_service("sts").unwrap().time, at(1000));
}

#[test]
fn whose_attempts_they_are() {
    let facts = UseFacts::default();
    let account = Account::empty(account_id(), Partition::Aws);
    let role = serde_json::json!({
        "id": id(IdKind::Role), "name": "r", "path": "/", "created": START, "max_session_seconds": 3600,
        "trust": "{}",
    });
    let role: Arc<Role> = Arc::new(serde_json::from_value(role).unwrap());
    let (user, of_user) = user();
    let root = Caller::root(&account, id(IdKind::AccessKey));
    let CallerKind::User(entity) = of_user.kind.clone() else { panic!("not a user") };
    let of = |kind| Caller { kind, ..root.clone() };
    let record = |caller: &Caller, action| facts.record(caller, START, "us-east-1", "iam", Some(action));
    record(&root, "iam:GetUser");
    record(&of(CallerKind::Federated { user: None, name: "x".to_owned() }), "iam:GetUser");
    record(&of(CallerKind::Federated { user: Some(entity), name: "x".to_owned() }), "iam:GetRole");
    record(&of(CallerKind::Role { role: Arc::clone(&role), session_name: "s".to_owned() }), "iam:GetGroup");
    let actions = |id: &UniqueId| facts.activity(id).actions.into_keys().collect::<Vec<_>>();
    assert_eq!(actions(&user), ["iam:GetRole"]);
    assert_eq!(actions(&role.id), ["iam:GetGroup"]);
}

#[test]
fn regions_are_what_clients_write() {
    for (written, kept) in [
        ("eu-west-1", "eu-west-1"),
        ("a\u{e9}", "unknown"),
        ("an-endless-region-name-that-never-ends", "unknown"),
        ("", ""),
    ] {
        assert_eq!(known_region(written), kept);
    }
}

#[test]
fn only_news_are_news() {
    let recent = Recent::default();
    assert!(recent.is_news(["iam", "/", "GetUser"], at(0)));
    assert!(!recent.is_news(["iam", "/", "GetUser"], at(59)));
    assert!(recent.is_news(["iam", "/", "GetRole"], at(59)));
    assert!(recent.is_news(["iam", "/", "GetUser"], at(60)));
}
