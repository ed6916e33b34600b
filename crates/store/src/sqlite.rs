//! The embedded engine: one SQLite file, one writer thread, group commit.
//!
//! The writer takes all batches that are waiting, puts them into one transaction, each under its own savepoint,
//! and answers them once the transaction is on the disk: concurrent writers share one fsync. Readers use
//! connections of their own and see the last committed state. The file is in WAL mode with synchronous=FULL.
//!
//! Beside the file lie SQLite's `-wal` and `-shm` and our `.lock`, which keeps a second process out.

mod apply;
mod keys;
mod lock;
mod queue;
mod read;
mod schema;
mod writer;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::batch::{Batch, Record};
use crate::error::{CommitError, OpenError, StoreError};
use crate::names::{Cursor, RecordKey, Revision, ValueId};
use crate::pending::{Commit, Pending};
use crate::store::{At, Changed, Loaded, Store};

use lock::ProcessLock;
use queue::{Job, Queue};
use read::Readers;
use writer::Writer;

/// How to open a file.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    /// The newest record format that the program can read and will write.
    pub newest_record_format: u32,
    /// The file does not grow beyond this many bytes: commits that need more are refused as if the disk were
    /// full. `None`: as much as the disk has.
    pub max_bytes: Option<u64>,
}

impl SqliteOptions {
    /// For records up to this format, without a limit of size.
    pub const fn new(newest_record_format: u32) -> Self {
        Self { newest_record_format, max_bytes: None }
    }
}

/// The embedded store.
pub struct SqliteStore {
    path: PathBuf,
    newest_record_format: u32,
    queue: Arc<Queue>,
    readers: Readers,
    running: Mutex<Option<Running>>,
}

/// What ends with the store. Fields in the order of their end: the lock goes last.
struct Running {
    writer: JoinHandle<Result<(), rusqlite::Error>>,
    lock: ProcessLock,
}

impl SqliteStore {
    /// Opens the file, or makes it (mode 0600) in a folder that exists.
    ///
    /// # Errors
    /// Another process has it open; it was written by a newer program; it is not a store; the disk refuses.
    pub fn open(path: &Path, options: &SqliteOptions) -> Result<Self, OpenError> {
        let lock = ProcessLock::take(path)?;
        let (connection, newest_format) = schema::open(path, options)?;
        let queue = Arc::new(Queue::default());
        let writer = Writer::new(path.to_owned(), options.clone(), connection, newest_format);
        let thread = std::thread::Builder::new().name("store-writer".to_owned());
        let jobs = Arc::clone(&queue);
        let writer = thread.spawn(move || writer.run(&jobs)).map_err(|error| unavailable(&error))?;
        Ok(Self {
            path: path.to_owned(),
            newest_record_format: options.newest_record_format,
            queue,
            readers: Readers::new(path.to_owned()),
            running: Mutex::new(Some(Running { writer, lock })),
        })
    }

    fn submit<T>(&self, job: impl FnOnce(crate::pending::Answer<T>) -> Job) -> Pending<T> {
        let (answer, pending) = Pending::channel();
        match self.queue.push(job(answer)) {
            Ok(()) => pending,
            Err(refusal) => Pending::ready(Err(refusal)),
        }
    }
}

impl Store for SqliteStore {
    fn load(&self, value: &ValueId, at: At) -> Result<Option<Loaded>, StoreError> {
        self.readers.read(|tx| read::load(tx, value, at))
    }

    fn commit(&self, batch: Batch) -> Commit {
        if let Some(fault) = batch.fault(self.newest_record_format) {
            return Pending::ready(Err(CommitError::Invalid(fault)));
        }
        self.submit(|answer| Job::Commit(batch, answer))
    }

    fn values(
        &self,
        prefix: &str,
        after: Option<&ValueId>,
        limit: usize,
    ) -> Result<Vec<(ValueId, Revision)>, StoreError> {
        self.readers.read(|tx| read::values(tx, prefix, after, limit))
    }

    fn cursor(&self) -> Result<Cursor, StoreError> {
        self.readers.read(read::cursor)
    }

    fn changes(&self, after: Cursor, limit: usize) -> Result<Vec<Changed>, StoreError> {
        self.readers.read(|tx| read::changes(tx, after, limit))
    }

    fn history(
        &self,
        value: &ValueId,
        key: &RecordKey,
    ) -> Result<Vec<(Revision, Option<Record>)>, StoreError> {
        self.readers.read(|tx| read::history(tx, value, key))
    }

    fn audit_pending(&self, limit: usize) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        self.readers.read(|tx| read::audit_pending(tx, limit))
    }

    fn audit_done(&self, up_to: u64) -> Pending<()> {
        self.submit(|answer| Job::AuditDone(up_to, answer))
    }

    fn put_facts(&self, facts: Vec<(String, Vec<u8>)>) -> Pending<()> {
        self.submit(|answer| Job::Facts(facts, answer))
    }

    fn facts(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.readers.read(|tx| read::facts(tx, prefix))
    }

    fn close(&self) -> Result<(), StoreError> {
        self.queue.close();
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Running { writer, lock }) = running.take() else {
            return Ok(());
        };
        // Readers first: an open one would keep the writer from emptying the WAL.
        self.readers.close();
        let ended = writer.join();
        drop(lock);
        match ended {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(StoreError::Unavailable(error.to_string())),
            Err(_) => Err(StoreError::Unavailable("the writer ended abnormally".to_owned())),
        }
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        drop(self.close());
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.path).finish_non_exhaustive()
    }
}

fn unavailable(error: &dyn fmt::Display) -> OpenError {
    OpenError::Unavailable(error.to_string())
}

/// SQLite's integers are signed; our numbers never come near the end.
fn to_sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn from_sql(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

#[cfg(test)]
mod tests;
