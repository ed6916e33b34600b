//! Short ways to say things in cases.

use super::Fault;
use crate::batch::{Batch, Change, Novelty, Part, Record};
use crate::error::CommitError;
use crate::names::{RecordKey, Revision, ValueId};
use crate::store::{At, Store};

/// Fails the case unless both are equal.
#[track_caller]
pub(super) fn same<T: PartialEq + std::fmt::Debug>(found: T, expected: T) -> Result<(), Fault> {
    if found == expected {
        return Ok(());
    }
    let place = std::panic::Location::caller();
    Err(Fault(format!("{}:{}: found {found:?}, expected {expected:?}", place.file(), place.line())))
}

/// Fails the case unless the condition holds.
#[track_caller]
pub(super) fn holds(condition: bool, what: &str) -> Result<(), Fault> {
    if condition {
        return Ok(());
    }
    let place = std::panic::Location::caller();
    Err(Fault(format!("{}:{}: {what}", place.file(), place.line())))
}

pub(super) fn value(name: &str) -> ValueId {
    ValueId::new(name)
}

pub(super) fn revision(number: u64) -> Revision {
    Revision::new(number)
}

pub(super) fn key(id: &str) -> RecordKey {
    RecordKey::new("thing", id)
}

pub(super) fn record(id: &str, body: &str) -> Record {
    Record { key: key(id), format: 1, body: body.as_bytes().to_vec() }
}

pub(super) fn put(id: &str, body: &str) -> Change {
    Change::Put { record: record(id, body), novelty: Novelty::Any }
}

pub(super) fn put_fresh(id: &str, body: &str) -> Change {
    Change::Put { record: record(id, body), novelty: Novelty::Fresh }
}

pub(super) fn delete(id: &str) -> Change {
    Change::Delete { key: key(id) }
}

pub(super) fn part(name: &str, expected: u64, changes: Vec<Change>) -> Part {
    Part { value: value(name), expected: revision(expected), changes }
}

pub(super) fn batch(name: &str, expected: u64, changes: Vec<Change>) -> Batch {
    Batch::of(part(name, expected, changes))
}

pub(super) fn conflict<T>(name: &str, actual: u64) -> Result<T, CommitError> {
    Err(CommitError::Conflict { value: value(name), actual: revision(actual) })
}

pub(super) fn reused<T>(name: &str, id: &str) -> Result<T, CommitError> {
    Err(CommitError::Reused { value: value(name), key: key(id) })
}

/// Revision and `id=body` of each record, or nothing if the value does not exist.
pub(super) fn show(store: &dyn Store, name: &str, at: At) -> Result<String, Fault> {
    let Some(loaded) = store.load(&value(name), at)? else { return Ok(String::new()) };
    let mut text = loaded.revision.to_string();
    for record in loaded.records {
        text.push_str(&format!(" {}={}", record.key.id, String::from_utf8_lossy(&record.body)));
    }
    Ok(text)
}

pub(super) fn latest(store: &dyn Store, name: &str) -> Result<String, Fault> {
    show(store, name, At::Latest)
}

/// Audit records as texts.
pub(super) fn audit_texts(store: &dyn Store) -> Result<Vec<String>, Fault> {
    let pending = store.audit_pending(1000)?;
    Ok(pending.into_iter().map(|(_, body)| String::from_utf8_lossy(&body).into_owned()).collect())
}
