//! What one durable commit costs here: single SQLite transactions, one by one, as the store would without
//! grouping them.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use crate::{Failure, clock};

/// About what a user's record and its audit record take.
const RECORD: usize = 600;

/// Durable transactions per second on this folder's disk, one row each, WAL and synchronous=FULL.
pub(crate) fn transactions_per_second(folder: &Path, duration: Duration) -> Result<f64, Failure> {
    let connection = Connection::open(folder.join("single.sqlite"))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS record (id INTEGER PRIMARY KEY, value BLOB NOT NULL) STRICT",
    )?;
    let value = vec![7u8; RECORD];
    let mut insert = connection.prepare("INSERT INTO record (value) VALUES (?1)")?;
    let begin = clock::now();
    let mut count = 0u32;
    while begin.elapsed() < duration {
        insert.execute([&value])?;
        count += 1;
    }
    Ok(f64::from(count) / begin.elapsed().as_secs_f64())
}
