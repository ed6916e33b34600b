//! Writers, readers and a store that fails at bad moments.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use keygate_ident::{AccountId, IdKind, Partition, UniqueId};
use keygate_state::{Directory, Draft, Group};
use keygate_store::{
    At, Batch, Change, Changed, Commit, CommitError, Cursor, Loaded, MemoryStore, Novelty, Part, Pending,
    Record, RecordKey, Revision, Store, StoreError, ValueId,
};

use super::{Node, WriteEnd, WriteError, Written};
use crate::clock::SystemEntropy;

/// A store that answers the next few commits with an error of choice.
struct Moody {
    inner: MemoryStore,
    refuse: AtomicUsize,
    with: CommitError,
}

impl Store for Moody {
    fn load(&self, value: &ValueId, at: At) -> Result<Option<Loaded>, StoreError> {
        self.inner.load(value, at)
    }
    fn commit(&self, batch: Batch) -> Commit {
        let left = self.refuse.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(1));
        if left.is_ok() { Pending::ready(Err(self.with.clone())) } else { self.inner.commit(batch) }
    }
    fn values(
        &self,
        prefix: &str,
        after: Option<&ValueId>,
        n: usize,
    ) -> Result<Vec<(ValueId, Revision)>, StoreError> {
        self.inner.values(prefix, after, n)
    }
    fn cursor(&self) -> Result<Cursor, StoreError> {
        self.inner.cursor()
    }
    fn changes(&self, after: Cursor, limit: usize) -> Result<Vec<Changed>, StoreError> {
        self.inner.changes(after, limit)
    }
    fn history(
        &self,
        value: &ValueId,
        key: &RecordKey,
    ) -> Result<Vec<(Revision, Option<Record>)>, StoreError> {
        self.inner.history(value, key)
    }
    fn audit_pending(&self, limit: usize) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        self.inner.audit_pending(limit)
    }
    fn audit_done(&self, up_to: u64) -> Pending<()> {
        self.inner.audit_done(up_to)
    }
    fn put_facts(&self, facts: Vec<(String, Vec<u8>)>) -> Pending<()> {
        self.inner.put_facts(facts)
    }
    fn facts(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.inner.facts(prefix)
    }
    fn close(&self) -> Result<(), StoreError> {
        self.inner.close()
    }
}

fn here() -> AccountId {
    "123456789012".parse().unwrap()
}

fn node(store: Arc<dyn Store>) -> Node {
    let node = Node::open(store, Partition::Aws, BTreeMap::new()).unwrap();
    node.create(here(), Vec::new(), |draft| draft.change_settings(|_| ())).unwrap().unwrap();
    node
}

fn add_group(draft: &mut Draft, name: &str) -> Result<Written<()>, ()> {
    let group = Group {
        id: UniqueId::generate(IdKind::Group, here(), &mut SystemEntropy),
        name: name.to_owned(),
        path: Default::default(),
        created: Default::default(),
        inline: Default::default(),
        attached: Vec::new(),
    };
    draft.insert(group).map_err(|_| ())?;
    Ok(Written { answer: (), audit: Vec::new() })
}

fn groups(node: &Node) -> usize {
    node.account(here()).unwrap().unwrap().groups.len()
}

#[tokio::test]
async fn rule_12_an_answer_that_rests_on_a_tree_not_yet_durable_waits_for_it() {
    let store = Arc::new(MemoryStore::new());
    let node = node(Arc::clone(&store) as Arc<dyn Store>);
    // The first writer hands its commit over and is never driven on.
    let mut first = Box::pin(node.write(here(), |draft| add_group(draft, "a")));
    let polled = futures_poll(first.as_mut());
    drop(first);
    let _ = polled;
    // The second changes nothing, but what it answers is about the first one's group: it must be durable.
    let end = node.write(here(), |draft| {
        assert!(draft.group("a").is_ok());
        Ok::<_, ()>(Written { answer: (), audit: b"second".to_vec() })
    });
    assert!(matches!(end.await, Ok(WriteEnd::Committed(()) | WriteEnd::Unchanged(()))));
    assert_eq!(groups(&node), 1);
    let again = node.write(here(), |draft| {
        assert!(draft.is_unchanged());
        Ok::<_, ()>(Written { answer: (), audit: Vec::new() })
    });
    assert!(matches!(again.await, Ok(WriteEnd::Unchanged(()))));
}

/// Polls once, as a connection does before its client hangs up.
fn futures_poll<F: Future + ?Sized>(future: std::pin::Pin<&mut F>) -> bool {
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    future.poll(&mut cx).is_ready()
}

#[tokio::test]
async fn a_conflict_runs_the_operation_again_and_a_refusal_undoes_it() {
    for (with, ends_well) in [
        (CommitError::Conflict { value: ValueId::new("x"), actual: Revision::new(7) }, true),
        (CommitError::Unavailable("disk full".to_owned()), false),
        (CommitError::Busy, false),
    ] {
        let store = Arc::new(Moody { inner: MemoryStore::new(), refuse: AtomicUsize::new(0), with });
        let node = node(Arc::clone(&store) as Arc<dyn Store>);
        store.refuse.store(1, Ordering::Release);
        let mut runs = 0;
        let end = node
            .write(here(), |draft| {
                runs += 1;
                add_group(draft, "a")
            })
            .await;
        match end {
            Ok(WriteEnd::Committed(())) => assert!(ends_well && runs == 2),
            Err(WriteError::Unavailable) => assert!(!ends_well && runs == 1),
            other => panic!("{other:?}"),
        }
        assert_eq!(groups(&node), usize::from(ends_well));
        // Whatever happened before, the next write goes through and all of it is in the store.
        assert!(matches!(
            node.write(here(), |draft| add_group(draft, "b")).await,
            Ok(WriteEnd::Committed(()))
        ));
        assert_eq!(groups(&node), usize::from(ends_well) + 1);
        let reopened = Node::open(store, Partition::Aws, BTreeMap::new()).unwrap();
        assert_eq!(groups(&reopened), usize::from(ends_well) + 1);
    }
}

#[tokio::test]
async fn an_alias_belongs_to_one_account() {
    let store = Arc::new(MemoryStore::new());
    let node = node(Arc::clone(&store) as Arc<dyn Store>);
    let other: AccountId = "222233334444".parse().unwrap();
    node.create(other, b"made".to_vec(), |_| {}).unwrap().unwrap();
    let set = |alias: Option<&'static str>| {
        move |draft: &mut Draft| {
            draft.change_settings(|settings| settings.alias = alias.map(str::to_owned));
            Ok::<_, ()>(Written { answer: (), audit: b"alias".to_vec() })
        }
    };
    let owner = |alias| node.alias_owner(alias).unwrap();
    for (account, alias, acme, corp) in [
        (here(), Some("acme"), Some(here()), None),
        // A new one takes the place of the old one, which is free for others then.
        (here(), Some("corp"), None, Some(here())),
        (other, Some("acme"), Some(other), Some(here())),
        (other, None, None, Some(here())),
    ] {
        assert!(matches!(node.write(account, set(alias)).await, Ok(WriteEnd::Committed(()))));
        assert_eq!((owner("acme"), owner("corp")), (acme, corp), "{account} {alias:?}");
    }
    // Two accounts claim one alias, and neither has seen the other's claim: one of them runs again and sees it.
    let claim = |account| {
        let node = &node;
        node.write(account, move |draft: &mut Draft| match node.alias_owner("both").unwrap() {
            Some(_) => Err("taken"),
            None => {
                draft.change_settings(|settings| settings.alias = Some("both".to_owned()));
                Ok(Written { answer: "mine", audit: b"alias".to_vec() })
            }
        })
    };
    let (first, second) = tokio::join!(claim(here()), claim(other));
    let answers = [first, second].map(|end| match end.unwrap() {
        WriteEnd::Committed(answer) | WriteEnd::Unchanged(answer) => answer,
    });
    assert!(answers == ["mine", "taken"] || answers == ["taken", "mine"], "{answers:?}");
    assert_eq!(Node::open(store, Partition::Aws, BTreeMap::new()).unwrap().account_ids().len(), 2);
}

#[tokio::test]
async fn the_claim_of_another_account_is_left_alone() {
    let store = Arc::new(MemoryStore::new());
    let node = node(Arc::clone(&store) as Arc<dyn Store>);
    let set = |alias: Option<&'static str>| {
        move |draft: &mut Draft| {
            draft.change_settings(|settings| settings.alias = alias.map(str::to_owned));
            Ok::<_, ()>(Written { answer: (), audit: b"alias".to_vec() })
        }
    };
    assert!(matches!(node.write(here(), set(Some("acme"))).await, Ok(WriteEnd::Committed(()))));
    // The account says that it has the alias; the claim says otherwise.
    let (value, key) = (super::alias_value("acme"), RecordKey::new(super::OWNER, super::OWNER));
    let expected = store.load(&value, At::Latest).unwrap().unwrap().revision;
    let record = Record { key, format: 1, body: b"222233334444".to_vec() };
    let changes = vec![Change::Put { record, novelty: Novelty::Any }];
    let batch = Batch { parts: vec![Part { value, expected, changes }], audit: Vec::new() };
    store.commit(batch).wait().unwrap();
    let owner = |alias| node.alias_owner(alias).unwrap();
    let other = "222233334444".parse().ok();
    assert!(matches!(node.write(here(), set(None)).await, Ok(WriteEnd::Committed(()))));
    assert_eq!(owner("acme"), other);
    // Nor is it taken, whatever the writer believes.
    assert!(matches!(node.write(here(), set(Some("acme"))).await, Err(WriteError::Unavailable)));
    assert_eq!(
        (owner("acme"), node.account(here()).unwrap().unwrap().settings().alias.clone()),
        (other, None)
    );
}

#[tokio::test]
async fn idle_accounts_leave_the_memory_and_come_back() {
    let node = node(Arc::new(MemoryStore::new()));
    assert!(matches!(node.write(here(), |draft| add_group(draft, "a")).await, Ok(WriteEnd::Committed(()))));
    node.forget_idle(0);
    assert_eq!(node.loaded(), 1);
    node.forget_idle(i64::MAX);
    assert_eq!(node.loaded(), 0);
    assert_eq!(groups(&node), 1);
    let stranger = node.account("000000000001".parse().unwrap()).unwrap();
    assert!(stranger.is_none());
}

#[tokio::test]
async fn two_accounts_change_together_or_not_at_all() {
    let add = |draft: &mut Draft, other: Option<&mut Draft>, name: &str| {
        add_group(other.ok_or(())?, name)?;
        add_group(draft, name)
    };
    // Whichever of the two has the smaller id.
    for other in ["000000000001", "999999999999"] {
        let other: AccountId = other.parse().unwrap();
        for (with, ends_well) in [
            (CommitError::Conflict { value: ValueId::new("x"), actual: Revision::new(7) }, true),
            (CommitError::Unavailable("disk full".to_owned()), false),
        ] {
            let store = Arc::new(Moody { inner: MemoryStore::new(), refuse: AtomicUsize::new(0), with });
            let node = node(Arc::clone(&store) as Arc<dyn Store>);
            node.create(other, Vec::new(), |draft| draft.change_settings(|_| ())).unwrap().unwrap();
            let both =
                |node: &Node| [here(), other].map(|id| node.account(id).unwrap().unwrap().groups.len());
            store.refuse.store(1, Ordering::Release);
            let end = node.write_both(here(), Some(other), |draft, other| {
                assert_ne!(draft.id(), other.as_ref().unwrap().id());
                assert_eq!(draft.id(), here());
                add(draft, other, "a")
            });
            assert_eq!(matches!(end.await, Ok(WriteEnd::Committed(()))), ends_well);
            assert_eq!(both(&node), [usize::from(ends_well); 2]);
            // Towards each other, at the same time: neither waits for the other for ever.
            let (there, back) = tokio::join!(
                node.write_both(here(), Some(other), |draft, other| add(draft, other, "b")),
                node.write_both(other, Some(here()), |draft, other| add(draft, other, "c")),
            );
            assert!(matches!((there, back), (Ok(WriteEnd::Committed(())), Ok(WriteEnd::Committed(())))));
            assert_eq!(both(&node), [usize::from(ends_well) + 2; 2]);
            // What `run` refuses changes neither.
            let end = node.write_both(here(), Some(other), |draft, other| add(draft, other, "b"));
            assert!(matches!(end.await, Ok(WriteEnd::Unchanged(()))));
            let reopened = Node::open(store, Partition::Aws, BTreeMap::new()).unwrap();
            assert_eq!(both(&reopened), [usize::from(ends_well) + 2; 2]);
        }
    }
    // An account that there is not is left out, and so is the first one itself.
    let node = node(Arc::new(MemoryStore::new()));
    for second in ["000000000001".parse().unwrap(), here()] {
        let end = node.write_both(here(), Some(second), |draft, other| {
            assert!(other.is_none());
            add_group(draft, &second.to_string())
        });
        assert!(matches!(end.await, Ok(WriteEnd::Committed(()))));
    }
}
