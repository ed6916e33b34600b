//! The durable, versioned log of entities: the contract, its acceptance suite, and its engines.
//!
//! A *value* (an account, for instance) is a set of records with one revision. A commit names the revision it
//! was made on, and stores all of its changes or none ([`Store::commit`]). Older revisions stay readable. The
//! store never knows what a value or a record means: all rules live above it.
//!
//! - [`SqliteStore`]: the embedded engine, one file, group commit;
//! - [`MemoryStore`]: for tests of other crates;
//! - [`acceptance`]: the suite that every engine passes.

pub mod acceptance;
mod batch;
mod error;
mod memory;
mod names;
mod pending;
mod sqlite;
mod store;

pub use batch::{Batch, Change, Committed, Novelty, Part, Record};
pub use error::{CommitError, OpenError, StoreError};
pub use memory::{MemoryDisk, MemoryStore};
pub use names::{Cursor, RecordKey, Revision, ValueId};
pub use pending::{Commit, Pending};
pub use sqlite::{SqliteOptions, SqliteStore};
pub use store::{At, Changed, Loaded, Store};
