//! The accounts of this server: which trees are current, and how a write makes the next one.
//!
//! Readers take the published tree of an account, a pointer. A writer works on the *head*: the newest tree that
//! has been handed to the store, published or not yet. So writers of one account queue up behind each other in
//! memory and share an fsync, and nobody sees a tree before it is durable. If a commit fails, everything that was
//! built upon it fails too; the head goes back to what is stored, and the writers run again.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use arc_swap::ArcSwap;
use keygate_ident::{AccountId, Partition};
use keygate_state::{
    Account, Directory, Draft, LoadError, Quota, RECORD_FORMAT, RoleTemplate, RoleTemplates, StoredChange,
    StoredRecord, Unavailable,
};
use keygate_store::{
    At, Batch, Change, CommitError, Loaded, Novelty, Part, Record, RecordKey, Revision, Store, ValueId,
};
use tokio::sync::Mutex;

/// How often a write runs again because another one came first, or an id had been used before.
const ATTEMPTS: usize = 16;

/// The accounts of this server.
pub struct Node {
    store: Arc<dyn Store>,
    partition: Partition,
    quotas: Arc<BTreeMap<Quota, u32>>,
    role_templates: OnceLock<RoleTemplates>,
    /// Every account there is, so that a stranger's guess costs no look at the disk.
    known: RwLock<BTreeSet<AccountId>>,
    slots: RwLock<HashMap<AccountId, Arc<Slot>>>,
}

/// One account that is in use.
struct Slot {
    published: ArcSwap<Account>,
    /// Asynchronous, so that writers who queue up for it do not hold up other accounts' requests.
    head: Mutex<Head>,
    /// Milliseconds; when a request last asked for it.
    used: AtomicI64,
}

struct Head {
    account: Arc<Account>,
    /// Counts how often the head was replaced; a commit that fails in an older generation is old news.
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
    /// It is durable, its audit record included.
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
    ///
    /// # Errors
    /// The store could not be read.
    pub fn open(
        store: Arc<dyn Store>,
        partition: Partition,
        quotas: BTreeMap<Quota, u32>,
    ) -> Result<Self, Unavailable> {
        let known = RwLock::new(stored_accounts(store.as_ref())?);
        Ok(Self {
            store,
            partition,
            quotas: Arc::new(quotas),
            role_templates: OnceLock::new(),
            known,
            slots: RwLock::default(),
        })
    }

    /// Gives accounts these role templates; once.
    pub fn define(&self, templates: RoleTemplates) {
        let _ = self.role_templates.set(templates);
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

    /// Ids of all accounts, in order.
    pub fn account_ids(&self) -> Vec<AccountId> {
        read(&self.known).iter().copied().collect()
    }

    /// Stores a new account made by `fill`, together with the audit record of its making. `None` if the id is
    /// taken. Blocks until it is durable.
    ///
    /// # Errors
    /// The store did not take it.
    pub fn create(
        &self,
        id: AccountId,
        audit: Vec<u8>,
        fill: impl FnOnce(&mut Draft),
    ) -> Result<Option<Arc<Account>>, Unavailable> {
        let mut draft = Draft::of(&Account::empty(id, self.partition).with_quotas(&self.quotas));
        fill(&mut draft);
        let (account, changes) = draft.finish().map_err(|error| log_state(&error, id))?;
        let batch = Batch { parts: vec![part(id, 0, changes)], audit: vec![audit] };
        match self.store.commit(batch).wait() {
            Ok(_) => {
                let account = Arc::new(account);
                write_lock(&self.slots).insert(id, Arc::new(Slot::new(Arc::clone(&account))));
                write_lock(&self.known).insert(id);
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
    /// The future must be driven to its end: whoever drops it half-way leaves a durable tree unpublished until
    /// the next write. The pipeline runs it in a task of its own.
    ///
    /// # Errors
    /// `run`'s own errors are part of the answer `T`; these are the store's.
    pub async fn write<T>(
        &self,
        id: AccountId,
        mut run: impl FnMut(&mut Draft) -> Result<Written<T>, T>,
    ) -> Result<WriteEnd<T>, WriteError> {
        self.write_both(id, None, |draft, _| run(draft)).await
    }

    /// Like [`Node::write`], of two accounts at once: both become durable, or none. A second account that there is
    /// not, or that is the first, is left out.
    ///
    /// # Errors
    /// As [`Node::write`].
    pub async fn write_both<T>(
        &self,
        id: AccountId,
        second: Option<AccountId>,
        mut run: impl FnMut(&mut Draft, Option<&mut Draft>) -> Result<Written<T>, T>,
    ) -> Result<WriteEnd<T>, WriteError> {
        let find = |id| self.slot(id).map_err(|_| WriteError::Unavailable);
        let slot = find(id)?.ok_or(WriteError::NoAccount)?;
        let second = match second.filter(|second| *second != id) {
            Some(second) => find(second)?.map(|slot| (second, slot)),
            None => None,
        };
        for _ in 0..ATTEMPTS {
            let (commit, pending, answer) = {
                // In the order of their ids, so that two writers never wait for each other.
                let first_of_both = second.as_ref().is_none_or(|(other, _)| id < *other);
                let mut heads = Vec::with_capacity(2);
                if first_of_both {
                    heads.push((id, &slot, slot.head.lock().await));
                }
                if let Some((other, slot)) = &second {
                    heads.push((*other, slot, slot.head.lock().await));
                }
                if !first_of_both {
                    heads.push((id, &slot, slot.head.lock().await));
                }
                let mut drafts = Vec::with_capacity(2);
                let mut durable = true;
                for (_, slot, head) in &mut heads {
                    slot.catch_up(head);
                    durable &= head.account.revision() <= slot.published.load().revision();
                    drafts.push(Draft::of(&head.account));
                }
                let written = match drafts.as_mut_slice() {
                    [draft] => run(draft, None),
                    [draft, other] if first_of_both => run(draft, Some(other)),
                    [other, draft] => run(draft, Some(other)),
                    _ => return Err(WriteError::Unavailable),
                };
                let written = match written {
                    Ok(written) => written,
                    Err(answer) => return Ok(WriteEnd::Unchanged(answer)),
                };
                if drafts.iter().all(Draft::is_unchanged) && durable {
                    return Ok(WriteEnd::Unchanged(written.answer));
                }
                // An answer that rests on a tree which is not durable yet waits for it, by a commit of its own
                // behind it, even if it adds nothing.
                let mut batch = Batch { parts: Vec::with_capacity(2), audit: vec![written.audit] };
                let mut pending = Vec::with_capacity(2);
                for (draft, (id, slot, head)) in drafts.into_iter().zip(&heads) {
                    let (account, changes) = draft.finish().map_err(|error| {
                        log_state(&error, *id);
                        WriteError::Unavailable
                    })?;
                    batch.parts.push(part(*id, head.account.revision(), changes));
                    self.claim_alias(&head.account, &account, &mut batch.parts)
                        .map_err(|_| WriteError::Unavailable)?;
                    pending.push((*id, Arc::clone(slot), Arc::new(account), head.generation));
                }
                // Submitted under the locks: the order of submission is the order of revisions.
                let commit = self.store.commit(batch);
                for ((_, _, head), (_, _, account, _)) in heads.iter_mut().zip(&pending) {
                    head.account = Arc::clone(account);
                }
                (commit, pending, written.answer)
            };
            match commit.await {
                Ok(_) => {
                    for (_, slot, account, _) in &pending {
                        slot.publish(account);
                    }
                    return Ok(WriteEnd::Committed(answer));
                }
                Err(CommitError::Conflict { .. } | CommitError::Reused { .. }) => {
                    for (id, slot, _, generation) in &pending {
                        self.go_back(*id, slot, *generation).await?;
                    }
                }
                Err(error) => {
                    tracing::error!(%error, account = %id, "a commit failed");
                    for (id, slot, _, generation) in &pending {
                        self.go_back(*id, slot, *generation).await?;
                    }
                    return Err(WriteError::Unavailable);
                }
            }
        }
        tracing::error!(account = %id, attempts = ATTEMPTS, "a write never came first");
        Err(WriteError::Unavailable)
    }

    /// Drops accounts from memory that nobody asked for since this instant (milliseconds), so that memory follows
    /// the accounts in use.
    pub fn forget_idle(&self, since: i64) {
        write_lock(&self.slots).retain(|_, slot| {
            let idle = slot.used.load(Ordering::Relaxed) < since && Arc::strong_count(slot) == 1;
            // A head that is ahead belongs to a commit under way.
            let settled = slot
                .head
                .try_lock()
                .is_ok_and(|head| head.account.revision() <= slot.published.load().revision());
            !(idle && settled)
        });
    }

    /// What makes aliases unique: each is a value of its own in the store, claimed and given up in the commit that
    /// changes the account's. Who claims at the same moment meets a conflict and looks again.
    fn claim_alias(&self, old: &Account, new: &Account, parts: &mut Vec<Part>) -> Result<(), Unavailable> {
        let (given_up, taken) = (&old.settings().alias, &new.settings().alias);
        if given_up == taken {
            return Ok(());
        }
        for (alias, claimed) in [(given_up, false), (taken, true)] {
            let Some(alias) = alias else { continue };
            let (value, key) = (alias_value(alias), RecordKey::new(OWNER, OWNER));
            let loaded = self.loaded_alias(alias)?;
            let owner = loaded.as_ref().and_then(|loaded| loaded.records.first());
            let is_others = owner.is_some_and(|record| record.body != new.id().to_string().as_bytes());
            if is_others && !claimed {
                tracing::warn!(account = %new.id(), "an account gives up an alias that another one has");
                continue;
            }
            let expected = match loaded {
                Some(loaded) if !is_others => loaded.revision,
                // Another's claim is a conflict, also if it came since this one was allowed.
                _ => Revision::NONE,
            };
            let change = if claimed {
                let record = Record { key, format: RECORD_FORMAT, body: new.id().to_string().into_bytes() };
                Change::Put { record, novelty: Novelty::Any }
            } else {
                Change::Delete { key }
            };
            parts.push(Part { value, expected, changes: vec![change] });
        }
        Ok(())
    }

    fn loaded_alias(&self, alias: &str) -> Result<Option<Loaded>, Unavailable> {
        blocking(|| self.store.load(&alias_value(alias), At::Latest)).map_err(log_store)
    }

    /// Takes the head back to what is stored, unless somebody has done so since this generation.
    async fn go_back(&self, id: AccountId, slot: &Slot, generation: u64) -> Result<(), WriteError> {
        let mut head = slot.head.lock().await;
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
        let now = crate::clock::now().millis();
        if let Some(slot) = read(&self.slots).get(&id) {
            slot.used.store(now, Ordering::Relaxed);
            return Ok(Some(Arc::clone(slot)));
        }
        if !read(&self.known).contains(&id) {
            return Ok(None);
        }
        let Some(account) = self.load(id)? else { return Ok(None) };
        let slot = Arc::new(Slot::new(Arc::new(account)));
        // Another request may have loaded it meanwhile: the first one stays.
        Ok(Some(Arc::clone(write_lock(&self.slots).entry(id).or_insert(slot))))
    }

    fn load(&self, id: AccountId) -> Result<Option<Account>, Unavailable> {
        let loaded = blocking(|| self.store.load(&value(id), At::Latest)).map_err(log_store)?;
        let Some(Loaded { revision, records }) = loaded else { return Ok(None) };
        let records = records.into_iter().map(|record| StoredRecord {
            kind: record.key.kind,
            id: record.key.id,
            format: record.format,
            body: record.body,
        });
        let account = Account::load(id, self.partition, revision.number(), records)
            .map_err(|error| log_state(&error, id))?;
        Ok(Some(account.with_quotas(&self.quotas)))
    }
}

impl Directory for Node {
    fn account(&self, id: AccountId) -> Result<Option<Arc<Account>>, Unavailable> {
        Ok(self.slot(id)?.map(|slot| slot.published.load_full()))
    }

    fn role_template(&self, arn: &str) -> Option<&RoleTemplate> {
        self.role_templates.get()?.get(arn)
    }

    fn alias_owner(&self, alias: &str) -> Result<Option<AccountId>, Unavailable> {
        let Some(loaded) = self.loaded_alias(alias)? else { return Ok(None) };
        let Some(record) = loaded.records.first() else { return Ok(None) };
        let owner = str::from_utf8(&record.body).ok().and_then(|text| text.parse().ok());
        // A claim nobody can read is still a claim.
        owner.map(Some).ok_or(Unavailable)
    }
}

impl Slot {
    fn new(account: Arc<Account>) -> Self {
        Self {
            published: ArcSwap::new(Arc::clone(&account)),
            head: Mutex::new(Head { account, generation: 0 }),
            used: AtomicI64::new(crate::clock::now().millis()),
        }
    }

    /// The head is never older than what was answered: after a refused commit it may have gone back too far.
    fn catch_up(&self, head: &mut Head) {
        let published = self.published.load_full();
        if published.revision() > head.account.revision() {
            head.account = published;
            head.generation += 1;
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
    ValueId::new(format!("{PREFIX}{id}"))
}

fn alias_value(alias: &str) -> ValueId {
    ValueId::new(format!("alias/{alias}"))
}

/// The one record of an alias: the account that has it.
const OWNER: &str = "owner";

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

fn log_state(error: &LoadError, id: AccountId) -> Unavailable {
    tracing::error!(%error, account = %id, "an account has no stored form that can be read or written");
    Unavailable
}

const PREFIX: &str = "account/";

fn stored_accounts(store: &dyn Store) -> Result<BTreeSet<AccountId>, Unavailable> {
    let mut ids = BTreeSet::new();
    let mut after: Option<ValueId> = None;
    loop {
        let page = store.values(PREFIX, after.as_ref(), 1000).map_err(log_store)?;
        let Some((last, _)) = page.last() else { return Ok(ids) };
        after = Some(last.clone());
        let number = |value: &ValueId| value.as_str().strip_prefix(PREFIX)?.parse::<AccountId>().ok();
        ids.extend(page.iter().filter_map(|(value, _)| number(value)));
    }
}

/// Runs something that waits for the disk without holding up the other requests of this worker thread.
fn blocking<T>(work: impl FnOnce() -> T) -> T {
    use tokio::runtime::{Handle, RuntimeFlavor};
    match Handle::try_current().map(|runtime| runtime.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}

/// A panic elsewhere does not make the maps wrong: they are changed in one step.
fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write_lock<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
