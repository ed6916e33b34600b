//! The engine of tests: everything in memory, answered at once, the same contract.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::batch::{Batch, Change, Committed, Novelty, Part, Record};
use crate::error::{CommitError, OpenError, StoreError};
use crate::names::{Cursor, RecordKey, Revision, ValueId};
use crate::pending::{Commit, Pending};
use crate::store::{At, Changed, Loaded, Store};

/// What outlives a [`MemoryStore`], as a file outlives a process. Clones are the same disk.
#[derive(Clone, Debug, Default)]
pub struct MemoryDisk(Arc<Mutex<Content>>);

/// A store in memory.
#[derive(Debug)]
pub struct MemoryStore {
    disk: MemoryDisk,
    newest_record_format: u32,
    closed: Mutex<bool>,
}

#[derive(Debug, Default)]
struct Content {
    in_use: bool,
    newest_format: u32,
    values: BTreeMap<ValueId, Value>,
    feed: Vec<Changed>,
    audit: BTreeMap<u64, Vec<u8>>,
    last_audit: u64,
    facts: BTreeMap<String, Vec<u8>>,
}

/// All states of all records that ever were.
#[derive(Debug, Default)]
struct Value {
    revision: Revision,
    states: BTreeMap<RecordKey, Vec<(Revision, Option<Record>)>>,
}

impl MemoryStore {
    /// A store on a disk of its own, for records of any format.
    pub fn new() -> Self {
        let disk = MemoryDisk::default();
        disk.lock().in_use = true;
        Self { disk, newest_record_format: u32::MAX, closed: Mutex::new(false) }
    }

    /// Opens what is on the disk.
    ///
    /// # Errors
    /// Another store has the disk open, or it holds records newer than `newest_record_format`.
    pub fn open(disk: &MemoryDisk, newest_record_format: u32) -> Result<Self, OpenError> {
        let mut content = disk.lock();
        if content.in_use {
            return Err(OpenError::Locked { path: PathBuf::new(), holder: "this process".to_owned() });
        }
        if content.newest_format > newest_record_format {
            let (found, supported) = (content.newest_format, newest_record_format);
            return Err(OpenError::NewerRecords { found, supported });
        }
        content.in_use = true;
        Ok(Self { disk: disk.clone(), newest_record_format, closed: Mutex::new(false) })
    }

    fn open_content(&self) -> Option<MutexGuard<'_, Content>> {
        let closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        (!*closed).then(|| self.disk.lock())
    }

    fn read<T>(&self, read: impl FnOnce(&Content) -> T) -> Result<T, StoreError> {
        self.open_content().map(|content| read(&content)).ok_or(StoreError::Closed)
    }

    fn write<T>(&self, write: impl FnOnce(&mut Content) -> Result<T, CommitError>) -> Pending<T> {
        Pending::ready(match self.open_content() {
            Some(mut content) => write(&mut content),
            None => Err(CommitError::Closed),
        })
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for MemoryStore {
    fn drop(&mut self) {
        drop(self.close());
    }
}

impl Store for MemoryStore {
    fn load(&self, value: &ValueId, at: At) -> Result<Option<Loaded>, StoreError> {
        self.read(|content| content.values.get(value).and_then(|value| value.load(at)))
    }

    fn commit(&self, batch: Batch) -> Commit {
        if let Some(fault) = batch.fault(self.newest_record_format) {
            return Pending::ready(Err(CommitError::Invalid(fault)));
        }
        self.write(|content| content.commit(batch))
    }

    fn values(
        &self,
        prefix: &str,
        after: Option<&ValueId>,
        limit: usize,
    ) -> Result<Vec<(ValueId, Revision)>, StoreError> {
        let first = ValueId::new(prefix);
        let begin = match after {
            Some(after) if *after >= first => Bound::Excluded(after.clone()),
            _ => Bound::Included(first),
        };
        self.read(|content| {
            let rows = content.values.range((begin, Bound::Unbounded));
            let rows = rows.take_while(|(id, _)| id.as_str().starts_with(prefix));
            rows.take(limit).map(|(id, value)| (id.clone(), value.revision)).collect()
        })
    }

    fn cursor(&self) -> Result<Cursor, StoreError> {
        self.read(|content| content.end())
    }

    fn changes(&self, after: Cursor, limit: usize) -> Result<Vec<Changed>, StoreError> {
        let skip = usize::try_from(after.place()).unwrap_or(usize::MAX);
        self.read(|content| content.feed.iter().skip(skip).take(limit).cloned().collect())
    }

    fn history(
        &self,
        value: &ValueId,
        key: &RecordKey,
    ) -> Result<Vec<(Revision, Option<Record>)>, StoreError> {
        self.read(|content| {
            let states = content.values.get(value).and_then(|value| value.states.get(key));
            states.cloned().unwrap_or_default()
        })
    }

    fn audit_pending(&self, limit: usize) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        self.read(|content| {
            content.audit.iter().take(limit).map(|(number, body)| (*number, body.clone())).collect()
        })
    }

    fn audit_done(&self, up_to: u64) -> Pending<()> {
        self.write(|content| {
            content.audit.retain(|number, _| *number > up_to);
            Ok(())
        })
    }

    fn put_facts(&self, facts: Vec<(String, Vec<u8>)>) -> Pending<()> {
        self.write(|content| {
            content.facts.extend(facts);
            Ok(())
        })
    }

    fn facts(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.read(|content| {
            let rows = content.facts.range(prefix.to_owned()..);
            let rows = rows.take_while(|(name, _)| name.starts_with(prefix));
            rows.map(|(name, body)| (name.clone(), body.clone())).collect()
        })
    }

    fn close(&self) -> Result<(), StoreError> {
        let mut closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        if !*closed {
            *closed = true;
            self.disk.lock().in_use = false;
        }
        Ok(())
    }
}

impl MemoryDisk {
    fn lock(&self) -> MutexGuard<'_, Content> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Content {
    fn end(&self) -> Cursor {
        Cursor::new(self.feed.len() as u64)
    }

    fn commit(&mut self, batch: Batch) -> Result<Committed, CommitError> {
        for part in &batch.parts {
            self.check(part)?;
        }
        let mut revisions = Vec::with_capacity(batch.parts.len());
        for part in batch.parts {
            revisions.push(self.apply(part));
        }
        for body in batch.audit {
            self.last_audit += 1;
            self.audit.insert(self.last_audit, body);
        }
        Ok(Committed { revisions })
    }

    fn check(&self, part: &Part) -> Result<(), CommitError> {
        let found = self.values.get(&part.value);
        let actual = found.map_or(Revision::NONE, |value| value.revision);
        if actual != part.expected {
            return Err(CommitError::Conflict { value: part.value.clone(), actual });
        }
        let used = |key: &RecordKey| found.is_some_and(|value| value.states.contains_key(key));
        for change in &part.changes {
            if let Change::Put { record, novelty: Novelty::Fresh } = change
                && used(&record.key)
            {
                return Err(CommitError::Reused { value: part.value.clone(), key: record.key.clone() });
            }
        }
        Ok(())
    }

    fn apply(&mut self, part: Part) -> (ValueId, Revision) {
        let revision = part.expected.next();
        let mut keys: Vec<RecordKey> = part.changes.iter().map(|change| change.key().clone()).collect();
        keys.sort_unstable();
        let value = self.values.entry(part.value.clone()).or_default();
        value.revision = revision;
        for change in part.changes {
            match change {
                Change::Put { record, .. } => {
                    self.newest_format = self.newest_format.max(record.format);
                    value.states.entry(record.key.clone()).or_default().push((revision, Some(record)));
                }
                Change::Delete { key } => value.delete(&key, revision),
            }
        }
        let cursor = Cursor::new(self.feed.len() as u64 + 1);
        self.feed.push(Changed { cursor, value: part.value.clone(), revision, keys });
        (part.value, revision)
    }
}

impl Value {
    fn load(&self, at: At) -> Option<Loaded> {
        let revision = match at {
            At::Latest => self.revision,
            At::Revision(revision) => revision,
        };
        if revision == Revision::NONE || revision > self.revision {
            return None;
        }
        let records = self.states.values().filter_map(|states| {
            let state = states.iter().rev().find(|(since, _)| *since <= revision)?;
            state.1.clone()
        });
        Some(Loaded { revision, records: records.collect() })
    }

    fn delete(&mut self, key: &RecordKey, revision: Revision) {
        if let Some(states) = self.states.get_mut(key)
            && states.last().is_some_and(|(_, record)| record.is_some())
        {
            states.push((revision, None));
        }
    }
}
