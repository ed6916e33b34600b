//! One batch inside the open transaction. Everything is checked before anything is written.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::{from_sql, keys, to_sql};
use crate::batch::{Batch, Change, Committed, Novelty, Part, Record};
use crate::error::CommitError;
use crate::names::{RecordKey, Revision, ValueId};

/// Why a batch was not applied.
pub(super) enum Refusal {
    /// The contract refuses it; nothing was written.
    Contract(CommitError),
    /// SQLite failed; something may have been written.
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// Applies the batch; `newest_format` is what the file says before.
pub(super) fn batch(tx: &Connection, batch: &Batch, newest_format: u32) -> Result<Committed, Refusal> {
    let rows = batch.parts.iter().map(|part| check(tx, part)).collect::<Result<Vec<_>, _>>()?;
    let mut revisions = Vec::with_capacity(rows.len());
    for (part, row) in batch.parts.iter().zip(rows) {
        revisions.push((part.value.clone(), write(tx, part, row)?));
    }
    raise_newest_format(tx, batch, newest_format)?;
    for body in &batch.audit {
        tx.prepare_cached("INSERT INTO audit (body) VALUES (?)")?.execute([body])?;
    }
    Ok(Committed { revisions })
}

pub(super) fn audit_done(tx: &Connection, up_to: u64) -> Result<(), Refusal> {
    tx.prepare_cached("DELETE FROM audit WHERE number <= ?")?.execute([to_sql(up_to)])?;
    Ok(())
}

pub(super) fn facts(tx: &Connection, facts: &[(String, Vec<u8>)]) -> Result<(), Refusal> {
    let mut put = tx.prepare_cached("INSERT OR REPLACE INTO fact (name, body) VALUES (?, ?)")?;
    for (name, body) in facts {
        put.execute(params![name, body])?;
    }
    Ok(())
}

/// The newest format among a batch's records.
pub(super) fn newest_format_of(batch: &Batch) -> u32 {
    let changes = batch.parts.iter().flat_map(|part| &part.changes);
    let formats = changes.filter_map(|change| match change {
        Change::Put { record, .. } => Some(record.format),
        Change::Delete { .. } => None,
    });
    formats.max().unwrap_or_default()
}

/// The row of the part's value, if it exists.
fn check(tx: &Connection, part: &Part) -> Result<Option<i64>, Refusal> {
    let (row, actual) = match find_value(tx, &part.value)? {
        Some((row, revision)) => (Some(row), revision),
        None => (None, Revision::NONE),
    };
    if actual != part.expected {
        return Err(Refusal::Contract(CommitError::Conflict { value: part.value.clone(), actual }));
    }
    let Some(row) = row else { return Ok(None) };
    for change in &part.changes {
        if let Change::Put { record, novelty: Novelty::Fresh } = change
            && existed(tx, row, &record.key)?
        {
            let (value, key) = (part.value.clone(), record.key.clone());
            return Err(Refusal::Contract(CommitError::Reused { value, key }));
        }
    }
    Ok(Some(row))
}

fn find_value(tx: &Connection, value: &ValueId) -> Result<Option<(i64, Revision)>, rusqlite::Error> {
    let mut find = tx.prepare_cached("SELECT row, revision FROM value WHERE name = ?")?;
    find.query_row([value.as_str()], |row| Ok((row.get(0)?, Revision::new(from_sql(row.get(1)?))))).optional()
}

fn existed(tx: &Connection, value: i64, key: &RecordKey) -> Result<bool, rusqlite::Error> {
    let mut find = tx.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM record WHERE value = ?1 AND kind = ?2 AND id = ?3)
             OR EXISTS (SELECT 1 FROM history WHERE value = ?1 AND kind = ?2 AND id = ?3)",
    )?;
    find.query_row(params![value, key.kind, key.id], |row| row.get(0))
}

fn write(tx: &Connection, part: &Part, row: Option<i64>) -> Result<Revision, rusqlite::Error> {
    let revision = part.expected.next();
    let number = to_sql(revision.number());
    let row = match row {
        Some(row) => {
            tx.prepare_cached("UPDATE value SET revision = ?2 WHERE row = ?1")?.execute([row, number])?;
            row
        }
        None => {
            let mut insert = tx.prepare_cached("INSERT INTO value (name, revision) VALUES (?, ?)")?;
            insert.insert(params![part.value.as_str(), number])?
        }
    };
    for change in &part.changes {
        match change {
            Change::Put { record, novelty } => put(tx, row, number, record, *novelty)?,
            Change::Delete { key } => delete(tx, row, number, key)?,
        }
    }
    let mut keys: Vec<&RecordKey> = part.changes.iter().map(Change::key).collect();
    keys.sort_unstable();
    let mut feed = tx.prepare_cached("INSERT INTO change (value, revision, keys) VALUES (?, ?, ?)")?;
    feed.execute(params![row, number, keys::encode(&keys)])?;
    Ok(revision)
}

fn put(
    tx: &Connection,
    value: i64,
    revision: i64,
    record: &Record,
    novelty: Novelty,
) -> Result<(), rusqlite::Error> {
    let Record { key, format, body } = record;
    if novelty == Novelty::Any && retire(tx, value, revision, key)? {
        let mut update = tx.prepare_cached(
            "UPDATE record SET revision = ?4, format = ?5, body = ?6 WHERE value = ?1 AND kind = ?2 AND id = ?3",
        )?;
        update.execute(params![value, key.kind, key.id, revision, format, body])?;
        return Ok(());
    }
    let mut insert = tx.prepare_cached(
        "INSERT INTO record (value, kind, id, revision, format, body) VALUES (?, ?, ?, ?, ?, ?)",
    )?;
    insert.execute(params![value, key.kind, key.id, revision, format, body])?;
    Ok(())
}

fn delete(tx: &Connection, value: i64, revision: i64, key: &RecordKey) -> Result<(), rusqlite::Error> {
    if retire(tx, value, revision, key)? {
        let mut delete =
            tx.prepare_cached("DELETE FROM record WHERE value = ?1 AND kind = ?2 AND id = ?3")?;
        delete.execute(params![value, key.kind, key.id])?;
    }
    Ok(())
}

/// Copies the record into the history, where it ends at this revision; false if there is none.
fn retire(tx: &Connection, value: i64, revision: i64, key: &RecordKey) -> Result<bool, rusqlite::Error> {
    let mut copy = tx.prepare_cached(
        "INSERT INTO history (value, kind, id, from_revision, to_revision, format, body)
         SELECT value, kind, id, revision, ?4, format, body FROM record
         WHERE value = ?1 AND kind = ?2 AND id = ?3",
    )?;
    Ok(copy.execute(params![value, key.kind, key.id, revision])? > 0)
}

fn raise_newest_format(tx: &Connection, batch: &Batch, newest_format: u32) -> Result<(), rusqlite::Error> {
    let newest = newest_format_of(batch);
    if newest > newest_format {
        tx.prepare_cached("UPDATE newest SET format = max(format, ?)")?.execute([newest])?;
    }
    Ok(())
}
