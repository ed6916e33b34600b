//! Reading: a few connections of their own, each read in one snapshot.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::{from_sql, keys, schema, to_sql};
use crate::batch::Record;
use crate::error::StoreError;
use crate::names::{Cursor, RecordKey, Revision, ValueId};
use crate::store::{At, Changed, Loaded};

/// Connections that nobody uses at the moment.
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Idle>,
}

enum Idle {
    Open(Vec<Connection>),
    Closed,
}

/// More than this many idle connections are closed.
const MAX_IDLE: usize = 4;

impl Readers {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, idle: Mutex::new(Idle::Open(Vec::new())) }
    }

    /// Runs a read on a snapshot of the last committed state.
    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&Transaction<'_>) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        let mut connection = match self.take()? {
            Some(connection) => connection,
            None => schema::reading(&self.path).map_err(unavailable)?,
        };
        let done = connection.transaction().and_then(|tx| read(&tx));
        // A connection that failed is not used again.
        let done = done.map_err(unavailable)?;
        self.give_back(connection);
        Ok(done)
    }

    pub(super) fn close(&self) {
        *self.idle.lock().unwrap_or_else(PoisonError::into_inner) = Idle::Closed;
    }

    fn take(&self) -> Result<Option<Connection>, StoreError> {
        match &mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner) {
            Idle::Open(idle) => Ok(idle.pop()),
            Idle::Closed => Err(StoreError::Closed),
        }
    }

    fn give_back(&self, connection: Connection) {
        if let Idle::Open(idle) = &mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner)
            && idle.len() < MAX_IDLE
        {
            idle.push(connection);
        }
    }
}

pub(super) fn load(tx: &Transaction<'_>, value: &ValueId, at: At) -> Result<Option<Loaded>, rusqlite::Error> {
    let Some((row, latest)) = find_value(tx, value)? else { return Ok(None) };
    let revision = match at {
        At::Latest => latest,
        At::Revision(revision) => revision,
    };
    if revision == Revision::NONE || revision > latest {
        return Ok(None);
    }
    let records = if revision == latest { latest_records(tx, row)? } else { records_at(tx, row, revision)? };
    Ok(Some(Loaded { revision, records }))
}

pub(super) fn values(
    tx: &Transaction<'_>,
    prefix: &str,
    after: Option<&ValueId>,
    limit: usize,
) -> Result<Vec<(ValueId, Revision)>, rusqlite::Error> {
    let mut list = tx.prepare_cached(
        "SELECT name, revision FROM value WHERE name >= ?1 AND (?2 IS NULL OR name > ?2) ORDER BY name",
    )?;
    let mut rows = list.query(params![prefix, after.map(ValueId::as_str)])?;
    let mut values = Vec::new();
    while values.len() < limit
        && let Some(row) = rows.next()?
    {
        let name: String = row.get(0)?;
        if !name.starts_with(prefix) {
            break;
        }
        values.push((ValueId::new(name), Revision::new(from_sql(row.get(1)?))));
    }
    Ok(values)
}

pub(super) fn cursor(tx: &Transaction<'_>) -> Result<Cursor, rusqlite::Error> {
    let place: i64 = tx.query_row("SELECT coalesce(max(place), 0) FROM change", [], |row| row.get(0))?;
    Ok(Cursor::new(from_sql(place)))
}

pub(super) fn changes(
    tx: &Transaction<'_>,
    after: Cursor,
    limit: usize,
) -> Result<Vec<Changed>, rusqlite::Error> {
    let mut list = tx.prepare_cached(
        "SELECT change.place, value.name, change.revision, change.keys
         FROM change JOIN value ON value.row = change.value
         WHERE change.place > ? ORDER BY change.place LIMIT ?",
    )?;
    let rows = list.query_map([to_sql(after.place()), limit_of(limit)], |row| {
        let keys: Vec<u8> = row.get(3)?;
        Ok(Changed {
            cursor: Cursor::new(from_sql(row.get(0)?)),
            value: ValueId::new(row.get::<_, String>(1)?),
            revision: Revision::new(from_sql(row.get(2)?)),
            keys: keys::decode(&keys).ok_or_else(damaged_keys)?,
        })
    })?;
    rows.collect()
}

pub(super) fn history(
    tx: &Transaction<'_>,
    value: &ValueId,
    key: &RecordKey,
) -> Result<Vec<(Revision, Option<Record>)>, rusqlite::Error> {
    let Some((row, _)) = find_value(tx, value)? else { return Ok(Vec::new()) };
    let mut list = tx.prepare_cached(
        "SELECT kind, id, format, body, from_revision, to_revision FROM history
         WHERE value = ?1 AND kind = ?2 AND id = ?3
         UNION ALL
         SELECT kind, id, format, body, revision, NULL FROM record
         WHERE value = ?1 AND kind = ?2 AND id = ?3
         ORDER BY 5",
    )?;
    let mut rows = list.query(params![row, key.kind, key.id])?;
    let mut states = Vec::new();
    let mut ended: Option<i64> = None;
    while let Some(row) = rows.next()? {
        let from: i64 = row.get(4)?;
        // A gap between the end of one state and the begin of the next is a time without the record.
        if let Some(end) = ended.filter(|end| *end != from) {
            states.push((Revision::new(from_sql(end)), None));
        }
        states.push((Revision::new(from_sql(from)), Some(record(row)?)));
        ended = row.get(5)?;
    }
    if let Some(end) = ended {
        states.push((Revision::new(from_sql(end)), None));
    }
    Ok(states)
}

pub(super) fn audit_pending(
    tx: &Transaction<'_>,
    limit: usize,
) -> Result<Vec<(u64, Vec<u8>)>, rusqlite::Error> {
    let mut list = tx.prepare_cached("SELECT number, body FROM audit ORDER BY number LIMIT ?")?;
    let rows = list.query_map([limit_of(limit)], |row| Ok((from_sql(row.get(0)?), row.get(1)?)))?;
    rows.collect()
}

pub(super) fn facts(tx: &Transaction<'_>, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, rusqlite::Error> {
    let mut list = tx.prepare_cached("SELECT name, body FROM fact WHERE name >= ? ORDER BY name")?;
    let mut rows = list.query([prefix])?;
    let mut facts = Vec::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        if !name.starts_with(prefix) {
            break;
        }
        facts.push((name, row.get(1)?));
    }
    Ok(facts)
}

fn find_value(tx: &Connection, value: &ValueId) -> Result<Option<(i64, Revision)>, rusqlite::Error> {
    let mut find = tx.prepare_cached("SELECT row, revision FROM value WHERE name = ?")?;
    find.query_row([value.as_str()], |row| Ok((row.get(0)?, Revision::new(from_sql(row.get(1)?))))).optional()
}

fn latest_records(tx: &Transaction<'_>, value: i64) -> Result<Vec<Record>, rusqlite::Error> {
    let mut list =
        tx.prepare_cached("SELECT kind, id, format, body FROM record WHERE value = ? ORDER BY kind, id")?;
    list.query_map([value], record)?.collect()
}

fn records_at(tx: &Transaction<'_>, value: i64, at: Revision) -> Result<Vec<Record>, rusqlite::Error> {
    let mut list = tx.prepare_cached(
        "SELECT kind, id, format, body FROM record WHERE value = ?1 AND revision <= ?2
         UNION ALL
         SELECT kind, id, format, body FROM history
         WHERE value = ?1 AND from_revision <= ?2 AND to_revision > ?2
         ORDER BY 1, 2",
    )?;
    list.query_map([value, to_sql(at.number())], record)?.collect()
}

/// A row that begins with kind, id, format, body.
fn record(row: &Row<'_>) -> Result<Record, rusqlite::Error> {
    let key = RecordKey { kind: row.get(0)?, id: row.get(1)? };
    Ok(Record { key, format: row.get(2)?, body: row.get(3)? })
}

fn limit_of(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn damaged_keys() -> rusqlite::Error {
    let error = "the keys of a change are damaged".into();
    rusqlite::Error::FromSqlConversionFailure(3, rusqlite::types::Type::Blob, error)
}

fn unavailable(error: rusqlite::Error) -> StoreError {
    StoreError::Unavailable(error.to_string())
}
