//! The thread that writes: group after group, each one transaction.

use std::path::PathBuf;

use rusqlite::Connection;

use super::apply::{self, Refusal};
use super::queue::{Job, Queue};
use super::{SqliteOptions, schema};
use crate::batch::Committed;
use crate::error::CommitError;
use crate::pending::Answer;

pub(super) struct Writer {
    path: PathBuf,
    options: SqliteOptions,
    /// `None` after a failure that left the connection in doubt; the next group opens a new one.
    connection: Option<Connection>,
    /// At most the newest format that the file says.
    newest_format: u32,
}

/// A job's result, held back until the transaction is on the disk.
enum Outcome {
    Commit(Answer<Committed>, Result<Committed, CommitError>),
    Other(Answer<()>, Result<(), CommitError>),
}

impl Writer {
    pub(super) fn new(
        path: PathBuf,
        options: SqliteOptions,
        connection: Connection,
        newest_format: u32,
    ) -> Self {
        Self { path, options, connection: Some(connection), newest_format }
    }

    /// Runs until the queue is closed and empty, then empties the WAL into the file.
    pub(super) fn run(mut self, queue: &Queue) -> Result<(), rusqlite::Error> {
        // Should this thread ever end otherwise, nobody may wait for it for ever.
        let _abandon = AbandonOnDrop(queue);
        let mut last_group = 1;
        while let Some(group) = queue.next_group(last_group) {
            last_group = group.len();
            self.run_group(group);
        }
        let Some(connection) = self.connection.take() else { return Ok(()) };
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        connection.close().map_err(|(_, error)| error)
    }

    pub(super) fn run_group(&mut self, group: Vec<Job>) {
        let connection = match self.begin() {
            Ok(connection) => connection,
            Err(error) => {
                self.connection = None;
                return group.into_iter().for_each(|job| job.refuse(&unavailable(&error)));
            }
        };
        let newest_in_group = group.iter().map(Job::newest_format).max().unwrap_or_default();
        let mut outcomes = Vec::with_capacity(group.len());
        for job in group {
            outcomes.push(run_job(&connection, job, self.newest_format));
        }
        match connection.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([])) {
            Ok(_) => {
                // The file says so, or the batch that had it was refused and will come again.
                if outcomes.iter().all(Outcome::is_success) {
                    self.newest_format = self.newest_format.max(newest_in_group);
                }
                self.connection = Some(connection);
                outcomes.into_iter().for_each(Outcome::give);
            }
            Err(error) => {
                self.connection = rolled_back(connection);
                let error = unavailable(&error);
                outcomes.into_iter().for_each(|outcome| outcome.fail(&error));
            }
        }
    }

    /// The connection in a new transaction.
    fn begin(&mut self) -> Result<Connection, rusqlite::Error> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => schema::writing(&self.path, &self.options)?,
        };
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        Ok(connection)
    }
}

/// Runs one job under a savepoint, so that its failure is its own.
fn run_job(tx: &Connection, job: Job, newest_format: u32) -> Outcome {
    match job {
        Job::Commit(batch, answer) => {
            let result = in_savepoint(tx, || apply::batch(tx, &batch, newest_format));
            Outcome::Commit(answer, result)
        }
        Job::AuditDone(up_to, answer) => {
            Outcome::Other(answer, in_savepoint(tx, || apply::audit_done(tx, up_to)))
        }
        Job::Facts(facts, answer) => Outcome::Other(answer, in_savepoint(tx, || apply::facts(tx, &facts))),
    }
}

fn in_savepoint<T>(tx: &Connection, run: impl FnOnce() -> Result<T, Refusal>) -> Result<T, CommitError> {
    let step = |sql| tx.prepare_cached(sql).and_then(|mut statement| statement.execute([]));
    // SQLite gives up the whole transaction on some failures. The rest of the group then fails here, because
    // there must not be a savepoint outside of a transaction, which would be a transaction of its own; and
    // those before it fail at COMMIT.
    if tx.is_autocommit() {
        return Err(CommitError::Unavailable("the transaction of the group was given up".to_owned()));
    }
    step("SAVEPOINT job").map_err(|error| unavailable(&error))?;
    let result = run().and_then(|done| {
        step("RELEASE job")?;
        Ok(done)
    });
    result.map_err(|refusal| {
        if !tx.is_autocommit() {
            let undone = step("ROLLBACK TO job").and_then(|_| step("RELEASE job"));
            if undone.is_err() {
                // What this job wrote must not be committed: give the group up. COMMIT then fails.
                drop(step("ROLLBACK"));
            }
        }
        match refusal {
            Refusal::Contract(error) => error,
            Refusal::Sqlite(error) => unavailable(&error),
        }
    })
}

/// The connection, if it is certain that it has no transaction open.
fn rolled_back(connection: Connection) -> Option<Connection> {
    if !connection.is_autocommit() {
        drop(connection.execute_batch("ROLLBACK"));
    }
    connection.is_autocommit().then_some(connection)
}

fn unavailable(error: &rusqlite::Error) -> CommitError {
    CommitError::Unavailable(error.to_string())
}

impl Job {
    fn refuse(self, error: &CommitError) {
        match self {
            Self::Commit(_, answer) => answer.give(Err(error.clone())),
            Self::AuditDone(_, answer) | Self::Facts(_, answer) => answer.give(Err(error.clone())),
        }
    }

    fn newest_format(&self) -> u32 {
        match self {
            Self::Commit(batch, _) => apply::newest_format_of(batch),
            Self::AuditDone(..) | Self::Facts(..) => 0,
        }
    }
}

impl Outcome {
    fn is_success(&self) -> bool {
        match self {
            Self::Commit(_, result) => result.is_ok(),
            Self::Other(_, result) => result.is_ok(),
        }
    }

    fn give(self) {
        match self {
            Self::Commit(answer, result) => answer.give(result),
            Self::Other(answer, result) => answer.give(result),
        }
    }

    /// The group was not committed. That includes those who were refused because of what it would have been.
    fn fail(self, error: &CommitError) {
        match self {
            Self::Commit(answer, _) => answer.give(Err(error.clone())),
            Self::Other(answer, _) => answer.give(Err(error.clone())),
        }
    }
}

struct AbandonOnDrop<'a>(&'a Queue);

impl Drop for AbandonOnDrop<'_> {
    fn drop(&mut self) {
        self.0.abandon();
    }
}
