//! The contract that every engine fulfils; [`crate::acceptance`] proves it.

use crate::batch::{Batch, Record};
use crate::error::StoreError;
use crate::names::{Cursor, RecordKey, Revision, ValueId};
use crate::pending::{Commit, Pending};

/// Which state of a value to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The last commit's.
    Latest,
    /// The one that this revision had.
    Revision(Revision),
}

/// A value as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The revision whose state this is.
    pub revision: Revision,
    /// Its records in the order of their keys.
    pub records: Vec<Record>,
}

/// One value's part of one commit, in the feed of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Go on after this.
    pub cursor: Cursor,
    /// The value.
    pub value: ValueId,
    /// The revision that the commit made.
    pub revision: Revision,
    /// The records that it put or deleted, in the order of their keys.
    pub keys: Vec<RecordKey>,
}

/// A durable, versioned log of entities.
///
/// Reading blocks for a moment; committing does not: it submits, and the answer comes when everything is on
/// the disk. Whatever was answered is visible to every later read.
pub trait Store: Send + Sync + 'static {
    /// Reads a value; `None` if it does not exist, or did not yet or does not yet have that revision.
    ///
    /// # Errors
    /// The store is closed or cannot be read.
    fn load(&self, value: &ValueId, at: At) -> Result<Option<Loaded>, StoreError>;

    /// Submits a batch and returns at once. Batches that one thread submits are committed in that order; a
    /// batch sees the revisions that batches before it made, even if those are not answered yet.
    ///
    /// The queue is bounded: when it is full, the answer is [`crate::CommitError::Busy`] at once.
    fn commit(&self, batch: Batch) -> Commit;

    /// The values whose ids begin with `prefix` and come after `after`, in order, with their revisions.
    ///
    /// # Errors
    /// The store is closed or cannot be read.
    fn values(
        &self,
        prefix: &str,
        after: Option<&ValueId>,
        limit: usize,
    ) -> Result<Vec<(ValueId, Revision)>, StoreError>;

    /// The end of the feed of changes: what is committed after this call comes after this cursor.
    ///
    /// # Errors
    /// The store is closed or cannot be read.
    fn cursor(&self) -> Result<Cursor, StoreError>;

    /// What was committed after a cursor, in an order that is each value's order of revisions. Nothing is ever
    /// inserted before a cursor that was given out.
    ///
    /// # Errors
    /// The store is closed or cannot be read.
    fn changes(&self, after: Cursor, limit: usize) -> Result<Vec<Changed>, StoreError>;

    /// All states of one record, oldest first: the revision that made it, and the record, or `None` where it
    /// was deleted. Empty if there never was one.
    ///
    /// # Errors
    /// The store is closed or cannot be read.
    fn history(
        &self,
        value: &ValueId,
        key: &RecordKey,
    ) -> Result<Vec<(Revision, Option<Record>)>, StoreError>;

    /// The oldest audit records that were committed and not yet marked as done, with their numbers. Numbers
    /// rise in the order of commits and are never used again, so that a reader who dies between copying and
    /// [`Store::audit_done`] can tell what it has.
    ///
    /// # Errors
    /// The store is closed or cannot be read.
    fn audit_pending(&self, limit: usize) -> Result<Vec<(u64, Vec<u8>)>, StoreError>;

    /// Submits that audit records up to and with this number are safe elsewhere and may go.
    fn audit_done(&self, up_to: u64) -> Pending<()>;

    /// Submits facts of use: unversioned, the last writer wins.
    fn put_facts(&self, facts: Vec<(String, Vec<u8>)>) -> Pending<()>;

    /// The facts whose names begin with `prefix`, in order.
    ///
    /// # Errors
    /// The store is closed or cannot be read.
    fn facts(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError>;

    /// Commits what was submitted, then closes: later calls answer that the store is closed. Dropping the
    /// store does the same. Closing twice is fine.
    ///
    /// # Errors
    /// What was answered is durable in any case; an error tells that tidying up failed.
    fn close(&self) -> Result<(), StoreError>;
}
