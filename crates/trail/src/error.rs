//! What can go wrong, and what was found broken and stepped over.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::Event;

/// The trail cannot do what was asked.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum TrailError {
    /// The file system refused.
    Io {
        /// What was being done, with the path.
        what: String,
        /// The system's error.
        source: Arc<io::Error>,
    },
    /// A file was written by a newer version of Keygate; nothing was touched.
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// Its format version.
        version: u16,
    },
    /// Another process has the folder open.
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// The trail was closed, or its writer thread ended.
    Closed,
}

/// An event was not taken by [`crate::Trail::try_append`].
#[derive(Debug)]
#[non_exhaustive]
pub enum TryAppendError {
    /// The queue is full; here is the event back.
    Full(Box<Event>),
    /// The queue cannot be emptied: the disk refuses, or the trail is closed.
    Failed(TrailError),
}

/// A stored record that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes end too early, or are no record.
    Malformed,
    /// The record has a newer format version.
    NewerFormat(u8),
}

/// Something broken that was stepped over. The events in it are lost; everything else is intact.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// The last segment ended in an incomplete block (a crash while writing), which was cut off.
    TornTail {
        /// The segment file.
        segment: PathBuf,
        /// Where the cut was made.
        offset: u64,
        /// How many bytes were cut off.
        bytes: u64,
    },
    /// A block's checksum does not match, or it cannot be decompressed. It is left in place and skipped.
    CorruptBlock {
        /// The segment file.
        segment: PathBuf,
        /// Where the unreadable bytes start.
        offset: u64,
        /// How many bytes are skipped.
        bytes: u64,
    },
    /// A record in an intact block cannot be read.
    CorruptRecord {
        /// The segment file.
        segment: PathBuf,
        /// The record's number in the trail.
        number: u64,
        /// Why.
        reason: DecodeError,
    },
    /// A whole segment cannot be read.
    UnreadableSegment {
        /// The segment file.
        segment: PathBuf,
        /// Why.
        reason: String,
    },
    /// An index was missing or corrupt and was rebuilt from its segment; no event is lost.
    IndexRebuilt {
        /// The segment file.
        segment: PathBuf,
    },
}

impl TrailError {
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source: Arc::new(source) }
    }
}

impl fmt::Display for TrailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { what, .. } => write!(f, "the audit trail cannot {what}"),
            Self::NewerFormat { path, version } => write!(
                f,
                "{} has format version {version}, which is newer than this version of Keygate can read",
                path.display()
            ),
            Self::InUse { path } => {
                write!(f, "the audit trail {} is in use by another process", path.display())
            }
            Self::Closed => f.write_str("the audit trail is closed"),
        }
    }
}

impl std::error::Error for TrailError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source.as_ref()),
            _ => None,
        }
    }
}

impl fmt::Display for TryAppendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full(_) => f.write_str("the audit trail's queue is full"),
            Self::Failed(_) => f.write_str("the audit trail takes no events"),
        }
    }
}

impl std::error::Error for TryAppendError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Full(_) => None,
            Self::Failed(error) => Some(error),
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("not an audit record"),
            Self::NewerFormat(version) => write!(f, "an audit record of the newer format version {version}"),
        }
    }
}

impl std::error::Error for DecodeError {}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TornTail { segment, offset, bytes } => {
                write!(f, "{}: incomplete tail of {bytes} bytes cut off at {offset}", segment.display())
            }
            Self::CorruptBlock { segment, offset, bytes } => {
                write!(f, "{}: {bytes} corrupt bytes at {offset} skipped", segment.display())
            }
            Self::CorruptRecord { segment, number, reason } => {
                write!(f, "{}: record {number} skipped: {reason}", segment.display())
            }
            Self::UnreadableSegment { segment, reason } => {
                write!(f, "{}: skipped: {reason}", segment.display())
            }
            Self::IndexRebuilt { segment } => write!(f, "{}: its index was rebuilt", segment.display()),
        }
    }
}
