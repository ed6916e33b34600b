//! The suite that every engine passes: the contract as a list of named cases.
//!
//! An engine's test calls [`run`] and asserts that no case failed. Nothing here panics, so that a failing case
//! is reported by its name beside the others.

mod commits;
mod facts;
mod feed;
mod life;
mod reads;
mod support;
mod writers;

use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::{CommitError, OpenError, StoreError};
use crate::store::Store;

/// A case that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The case, as a sentence.
    pub case: &'static str,
    /// What was found instead.
    pub detail: String,
}

/// Runs all cases. Each gets a folder of its own below `scratch`, which exists and is empty; `open` opens the
/// store of a folder for records up to a format, and makes it if there is none. What one case's stores wrote
/// into a folder must be there when the same folder is opened again.
pub fn run<S: Store>(scratch: &Path, open: impl Fn(&Path, u32) -> Result<S, OpenError>) -> Vec<Failure> {
    let mut failures = Vec::new();
    for (number, (name, case)) in cases::<S>().into_iter().enumerate() {
        let folder = scratch.join(number.to_string());
        let outcome = std::fs::create_dir(&folder)
            .map_err(|error| Fault(format!("cannot make {}: {error}", folder.display())))
            .and_then(|()| case(&Bench { folder, open: &open }));
        if let Err(fault) = outcome {
            failures.push(Failure { case: name, detail: fault.0 });
        }
    }
    failures
}

/// The names of all cases.
pub fn names() -> Vec<&'static str> {
    cases::<crate::MemoryStore>().into_iter().map(|(name, _)| name).collect()
}

type Case<S> = fn(&Bench<'_, S>) -> Outcome;

fn cases<S: Store>() -> Vec<(&'static str, Case<S>)> {
    vec![
        ("a value begins at revision one", commits::begins_at_one),
        ("puts replace and deletes remove", commits::puts_and_deletes),
        ("a conflict names the actual revision and changes nothing", commits::conflict),
        ("a batch over several values is all or nothing", commits::all_or_nothing),
        ("a queued batch sees the revision of the one before it", commits::group_order),
        ("a refused batch in a group fails alone", commits::fails_alone),
        ("an id is never used again, not even after its deletion", commits::fresh_ids),
        ("a batch that contradicts itself is refused", commits::contradictions),
        ("any text is a name and any bytes are a body", commits::odd_content),
        ("every revision can be loaded again", reads::every_revision),
        ("the history of a record tells all its states", reads::history),
        ("values are listed by prefix, in order, in pages", reads::values),
        ("the feed tells every commit once, in order", feed::feed),
        ("audit records are kept until they are done, across reopening", feed::audit),
        ("the numbers of audit records are never used again", feed::audit_numbers),
        ("of facts the last writer wins", facts::facts),
        ("many concurrent writers lose nothing", writers::concurrent),
        ("readers see whole commits only", writers::whole_commits),
        ("what was answered is there after reopening", life::reopen),
        ("records newer than the program are refused", life::newer_records),
        ("a second opener is refused until the first has closed", life::second_opener),
        ("closing commits what was submitted and refuses the rest", life::close),
        ("a commit can be awaited", life::awaited),
    ]
}

/// What a case works with.
struct Bench<'a, S> {
    folder: PathBuf,
    open: &'a dyn Fn(&Path, u32) -> Result<S, OpenError>,
}

impl<S> Bench<'_, S> {
    /// The record format that [`Bench::open`] is for.
    const FORMAT: u32 = 3;

    fn open(&self) -> Result<S, OpenError> {
        self.open_for(Self::FORMAT)
    }

    fn open_for(&self, newest_record_format: u32) -> Result<S, OpenError> {
        (self.open)(&self.folder, newest_record_format)
    }
}

type Outcome = Result<(), Fault>;

/// Why a case does not hold.
#[derive(Debug)]
struct Fault(String);

impl From<CommitError> for Fault {
    fn from(error: CommitError) -> Self {
        Self(format!("unexpected: {error:?}"))
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self(format!("unexpected: {error:?}"))
    }
}

impl From<OpenError> for Fault {
    fn from(error: OpenError) -> Self {
        Self(format!("unexpected: {error:?}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.case, self.detail)
    }
}
