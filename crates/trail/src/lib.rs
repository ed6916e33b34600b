//! The audit trail: an append-only, checksummed, compressed and indexed log of every request.
//!
//! One [`Event`] is one request, allowed, denied or failed. The server builds it, already redacted: no secret,
//! password or token ever arrives here. Events are kept in a compact binary form and rendered as CloudTrail
//! records when they are read ([`Event::to_cloudtrail`], [`Event::to_cloudtrail_json`]).
//!
//! ```
//! use keygate_ident::{AccountId, Timestamp};
//! use keygate_trail::{Event, Filter, Identity, Options, Trail};
//!
//! # let folder = tempfile::tempdir()?;
//! let (trail, findings) = Trail::open(folder.path(), Options::default())?;
//! assert!(findings.is_empty());
//!
//! let account: AccountId = "111122223333".parse()?;
//! let mut event = Event::new("93ba9ff8-2a47-4a0e-8a0c-1f5a0a3f9d11", Timestamp::from_seconds(1_700_000_000));
//! event.account = Some(account);
//! event.event_source = "iam.amazonaws.com".into();
//! event.event_name = "CreateUser".into();
//! event.identity = Identity::root(account, Some("AKIAEXAMPLE")).into();
//! trail.append(event)?; // returns at once; on disk within about 100 ms
//! trail.flush()?; // or now
//!
//! let filter = Filter { event_name: Some("CreateUser".into()), ..Filter::default() };
//! let found: Vec<Event> = trail.query(filter).collect();
//! assert_eq!(found[0].account, Some(account));
//! trail.close()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it promises
//!
//! - [`Trail::append`] never drops an event: it buffers, and when the bounded queue is full it blocks
//!   ([`Trail::try_append`] hands the event back instead). A crash costs at most what was appended in the last
//!   [`Options::flush_interval`] plus the time of one write.
//! - [`Trail::append_durable`] returns after the sync, and is idempotent by event id: the records of writes are
//!   moved here from the store's outbox, and a move that is repeated after a crash adds nothing.
//! - Readers see exactly the synced events. The place of an event ([`Cursor`]) never changes and is never given to
//!   another one.
//! - A torn tail is cut off at [`Trail::open`]; a corrupt block is skipped; both are returned as a [`Finding`].
//!   A file of a newer format version is not opened.
//! - When the disk refuses writes, nothing is lost until the queue is full; then appending fails, so that the
//!   server can refuse requests which it cannot record.
//!
//! # On disk
//!
//! A folder (0700) of segment files (0600), each named by the number of its first event. A segment is a run of
//! blocks; a block is a header with checksums and some 100 kB of length-prefixed records, compressed with zstd.
//! When a segment is full, its small blocks (one per flush) are packed into full ones and an index is written next
//! to it: for every block its times, its counts, and a Bloom filter of the accounts, event names, sources, users,
//! principals, access keys, resources and event ids in it. The index can always be rebuilt from the segment.
//!
//! This crate uses the file system and one thread (the writer, which waits on a condition variable with
//! [`Options::flush_interval`] as timeout). It reads no clock: time comes with the events and with the arguments.

mod block;
mod bloom;
mod bytes;
mod error;
mod event;
mod filter;
mod index;
mod query;
mod queue;
mod segment;
mod trail;
mod view;
mod writer;

pub use error::{DecodeError, Finding, TrailError, TryAppendError};
pub use event::{
    Category, CloudTrailRecord, Decision, Event, EventError, EventType, Identity, IdentityKind, IssuerKind,
    Resource, SessionContext, SessionIssuer, TlsDetails, Verdict, WebIdFederationData,
};
pub use filter::{Cursor, Filter, Order, Outcome};
pub use query::{Follow, Query};
pub use trail::{Options, Retained, Trail};
