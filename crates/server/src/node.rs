//! The accounts of this server: which trees are current, and how a write makes the next one.
//!
//! Readers take the published tree of an account, a pointer. A writer works on the *head*: the newest tree that
//! has been handed to the store, published or not yet. So writers of one account queue up behind each other in
//! memory and share an fsync, and nobody sees a tree before it is durable. If a commit fails, everything that was
//! built upon it fails too; the head goes back to what is stored, and the writers run again.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use arc_swap::ArcSwap;
use keygate_ident::{AccountId, Partition};
use keygate_state::{Account, Directory, Draft, Quota, RECORD_FORMAT, StoredChange, StoredRecord, Unavailable};
use keygate_store::{
    At, Batch, Change, CommitError, Loaded, Novelty, Part, Record, RecordKey, Revision, Store, ValueId,
};

/// How often a write runs again because another one came first, or an id had been used before.
const ATTEMPTS: usize = 16;

/// The accounts of this server.
pub struct Node {
    store: Arc<dyn Store>,
    partition: Partition,
    quotas: Arc<BTreeMap<Quota, u32>>,
    slots: RwLock<HashMap<AccountId, Arc<Slot>>>,
}

/// One account that is in use.
struct Slot {
    published: ArcSwap<Account>,
    head: Mutex<Head>,
}

struct Head {
    account: Arc<Account>,
    /// Counts how often the head went back; a commit that fails in an older generation is old news.
    generation: u64,
}

/// What a writer makes of a draft.
pub struct Written<T> {
    /// The answer.
    pub answer: T,
    /// The audit record that becomes durable with the effect.
    pub audit: Vec<u8>,
}

/// How a write ended.
#[derive(Debug)]
pub enum WriteEnd<T> {
    /// It changed the account, durably.
    Committed(T),
    /// It left the account as it was; nothing was stored, the audit record included.
    Unchanged(T),
}

/// Why a write could not be made durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteError {
    /// There is no such account.
    NoAccount,
    /// The store did not take it.
    Unavailable,
}

impl Node {
    /// The accounts in this store.
    pub fn new(store: Arc<dyn Store>, partition: Partition, quotas: BTreeMap<Quota, u32>) -> Self {
        Self { store, partition, quotas: Arc::new(quotas), slots: RwLock::default() }
    }

    /// The store behind.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The partition of all accounts.
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// Accounts in memory.
    pub fn loaded(&self) -> usize {
        read(&self.slots).len()
    }

    /// Ids of all accounts in the store, in order.
    ///
    /// # Errors
    /// The store could not be read.
    pub fn account_ids(&self) -> Result<Vec<AccountId>, Unavailable> {
        const PREFIX: &str = "account/";
        let mut ids = Vec::new();
        let mut after: Option<ValueId> = None;
        loop {
            let page = self.store.values(PREFIX, after.as_ref(), 1000).map_err(log_store)?;
            let Some((last, _)) = page.last() else { return Ok(ids) };
            after = Some(last.clone());
            let number = |value: &ValueId| value.as_str().strip_prefix(PREFIX)?.parse::<AccountId>().ok();
            ids.extend(page.iter().filter_map(|(value, _)| number(value)));
        }
    }

    /// Stores a new account made by `fill`. `None` if the id is taken.
    ///
    /// # Errors
    /// The store did not take it.
    pub fn create(&self, id: AccountId, fill: impl FnOnce(&mut Draft)) -> Result<Option<Arc<Account>>, Unavailable> {
        let mut draft = Draft::of(&Account::empty(id, self.partition).with_quotas(&self.quotas));
        fill(&mut draft);
        let (account, changes) = draft.finish();
        let batch = Batch::of(part(id, 0, changes));
        match self.store.commit(batch).wait() {
            Ok(_) => {
                let account = Arc::new(account);
                write_lock(&self.slots).insert(id, Arc::new(Slot::new(Arc::clone(&account))));
                Ok(Some(account))
            }
            Err(CommitError::Conflict { .. }) => Ok(None),
            Err(error) => {
                tracing::error!(%error, account = %id, "an account could not be created");
                Err(Unavailable)
            }
        }
    }

    /// Runs a write: `run` on a draft of the newest tree, again on a newer one if another writer came first.
    ///
    /// # Errors
    /// `run`'s own errors are part of the answer `T`; these are the store's.
    pub async fn write<T>(
        &self,
        id: AccountId,
        mut run: impl FnMut(&mut Draft) -> Result<Written<T>, T>,
    ) -> Result<WriteEnd<T>, WriteError> {
        let slot = self.slot(id).map_err(|_| WriteError::Unavailable)?.ok_or(WriteError::NoAccount)?;
        for _ in 0..ATTEMPTS {
            let (commit, tree, answer, generation) = {
                let mut head = lock(&slot.head);
                let mut draft = Draft::of(&head.account);
                let written = match run(&mut draft) {
                    Ok(written) => written,
                    Err(answer) => return Ok(WriteEnd::Unchanged(answer)),
                };
                if draft.is_unchanged() {
                    return Ok(WriteEnd::Unchanged(written.answer));
                }
                let revision = head.account.revision();
                let (account, changes) = draft.finish();
                let batch = Batch { parts: vec![part(id, revision, changes)], audit: vec![written.audit] };
                // Submitted under the lock: the order of submission is the order of revisions.
                let commit = self.store.commit(batch);
                head.account = Arc::new(account);
                (commit, Arc::clone(&head.account), written.answer, head.generation)
            };
            match commit.await {
                Ok(_) => {
                    slot.publish(&tree);
                    return Ok(WriteEnd::Committed(answer));
                }
                Err(CommitError::Conflict { .. } | CommitError::Reused { .. }) => {
                    self.go_back(id, &slot, generation)?;
                }
                Err(error) => {
                    tracing::error!(%error, account = %id, "a commit failed");
                    self.go_back(id, &slot, generation)?;
                    return Err(WriteError::Unavailable);
                }
            }
        }
        tracing::error!(account = %id, attempts = ATTEMPTS, "a write never came first");
        Err(WriteError::Unavailable)
    }

    /// Takes the head back to what is stored, unless somebody has done so since this generation.
    fn go_back(&self, id: AccountId, slot: &Slot, generation: u64) -> Result<(), WriteError> {
        let mut head = lock(&slot.head);
        if head.generation != generation {
            return Ok(());
        }
        // Unreachable store: the head stays ahead of it, so that every write conflicts and comes here again.
        let stored = self.load(id).map_err(|_| WriteError::Unavailable)?.ok_or(WriteError::NoAccount)?;
        head.account = Arc::new(stored);
        head.generation += 1;
        slot.publish(&head.account);
        Ok(())
    }

    fn slot(&self, id: AccountId) -> Result<Option<Arc<Slot>>, Unavailable> {
        if let Some(slot) = read(&self.slots).get(&id) {
            return Ok(Some(Arc::clone(slot)));
        }
        let Some(account) = self.load(id)? else { return Ok(None) };
        let slot = Arc::new(Slot::new(Arc::new(account)));
        // Another request may have loaded it meanwhile: the first one stays.
        Ok(Some(Arc::clone(write_lock(&self.slots).entry(id).or_insert(slot))))
    }

    fn load(&self, id: AccountId) -> Result<Option<Account>, Unavailable> {
        let Some(Loaded { revision, records }) = self.store.load(&value(id), At::Latest).map_err(log_store)? else {
            return Ok(None);
        };
        let records = records.into_iter().map(|record| StoredRecord {
            kind: record.key.kind,
            id: record.key.id,
            format: record.format,
            body: record.body,
        });
        let account = Account::load(id, self.partition, revision.number(), records).map_err(|error| {
            tracing::error!(%error, account = %id, "an account can not be loaded");
            Unavailable
        })?;
        Ok(Some(account.with_quotas(&self.quotas)))
    }
}

impl Directory for Node {
    fn account(&self, id: AccountId) -> Result<Option<Arc<Account>>, Unavailable> {
        Ok(self.slot(id)?.map(|slot| slot.published.load_full()))
    }
}

impl Slot {
    fn new(account: Arc<Account>) -> Self {
        Self {
            published: ArcSwap::new(Arc::clone(&account)),
            head: Mutex::new(Head { account, generation: 0 }),
        }
    }

    /// Makes a durable tree visible, unless a newer one is already. Commits may be answered in any order.
    fn publish(&self, account: &Arc<Account>) {
        self.published.rcu(|current| {
            if current.revision() < account.revision() { Arc::clone(account) } else { Arc::clone(current) }
        });
    }
}

/// The newest record format that this program writes, for opening a store.
pub const NEWEST_RECORD_FORMAT: u32 = RECORD_FORMAT;

fn value(id: AccountId) -> ValueId {
    ValueId::new(format!("account/{id}"))
}

fn part(id: AccountId, revision: u64, changes: Vec<StoredChange>) -> Part {
    let changes = changes.into_iter().map(|change| match change {
        StoredChange::Put { record, fresh } => Change::Put {
            record: Record {
                key: RecordKey::new(record.kind, record.id),
                format: record.format,
                body: record.body,
            },
            novelty: if fresh { Novelty::Fresh } else { Novelty::Any },
        },
        StoredChange::Delete { kind, id } => Change::Delete { key: RecordKey::new(kind, id) },
    });
    Part { value: value(id), expected: Revision::new(revision), changes: changes.collect() }
}

fn log_store(error: keygate_store::StoreError) -> Unavailable {
    tracing::error!(%error, "the store can not be read");
    Unavailable
}

/// A panic elsewhere does not make the trees wrong: they are replaced whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write_lock<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
