//! What can go wrong. The texts are for the log, never for a client.

use std::fmt;
use std::path::PathBuf;

use crate::names::{RecordKey, Revision, ValueId};

/// Why a batch was not committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommitError {
    /// The value has another revision than the batch was made on: load it and try again.
    Conflict {
        /// The value.
        value: ValueId,
        /// The revision it has.
        actual: Revision,
    },
    /// A record that had to be new has existed before.
    Reused {
        /// The value.
        value: ValueId,
        /// The record.
        key: RecordKey,
    },
    /// The batch contradicts itself, or holds a record newer than the program said it would write: a fault of
    /// the program.
    Invalid(String),
    /// Too much is waiting to be committed. Nothing was submitted; try again later.
    Busy,
    /// The store is closed.
    Closed,
    /// The disk refused (full, failing). The batch is not visible, and later commits may succeed. If the
    /// process dies before the next commit, the batch may come to light at the next start, complete: a failed
    /// sync leaves no certainty.
    Unavailable(String),
}

/// Why something could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// The store is closed.
    Closed,
    /// The disk or the file refused.
    Unavailable(String),
}

/// Why a store could not be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// Another process has it open.
    Locked {
        /// The lock file.
        path: PathBuf,
        /// Who holds it, as far as the lock file says.
        holder: String,
    },
    /// Written by a newer program: its tables have another layout.
    NewerSchema {
        /// The file's version.
        found: u32,
        /// The newest version that this program knows.
        supported: u32,
    },
    /// Written by a newer program: it holds records that this one cannot read.
    NewerRecords {
        /// The newest format in the file.
        found: u32,
        /// The newest format that this program knows.
        supported: u32,
    },
    /// A file of something else.
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The disk or the file refused.
    Unavailable(String),
}

impl fmt::Display for CommitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict { value, actual } => write!(f, "{value} is at revision {actual} by now"),
            Self::Reused { value, key } => write!(f, "{key} in {value} has existed before"),
            Self::Invalid(detail) => write!(f, "the batch cannot be committed: {detail}"),
            Self::Busy => f.write_str("too many commits are waiting"),
            Self::Closed => f.write_str("the store is closed"),
            Self::Unavailable(detail) => write!(f, "the store cannot commit: {detail}"),
        }
    }
}

impl std::error::Error for CommitError {}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("the store is closed"),
            Self::Unavailable(detail) => write!(f, "the store cannot be read: {detail}"),
        }
    }
}

impl std::error::Error for StoreError {}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Locked { path, holder } => {
                write!(f, "the store is in use by another process ({holder}; lock file {})", path.display())
            }
            Self::NewerSchema { found, supported } => write!(
                f,
                "the store has schema version {found}, but this program knows versions up to {supported}; \
                 use the newer program that wrote it"
            ),
            Self::NewerRecords { found, supported } => write!(
                f,
                "the store holds records of format {found}, but this program knows formats up to {supported}; \
                 use the newer program that wrote them"
            ),
            Self::Foreign { path } => write!(f, "{} is not a Keygate store", path.display()),
            Self::Unavailable(detail) => write!(f, "the store cannot be opened: {detail}"),
        }
    }
}

impl std::error::Error for OpenError {}
