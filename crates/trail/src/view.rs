//! What readers see: the synced blocks of all segments. The writer replaces it, readers take a snapshot.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::block::Block;
use crate::index::{Index, Summary};
use crate::queue::Queue;
use crate::{Finding, TrailError};

/// What the writer, the readers and the handle share.
pub(crate) struct Shared {
    pub(crate) queue: Queue,
    view: Mutex<View>,
    grown: Condvar,
    /// The indexes that were used last, the latest at the end.
    indexes: Mutex<Vec<Arc<Index>>>,
}

/// The trail at one instant; cheap to clone.
#[derive(Clone)]
pub(crate) struct View {
    /// The full segments in order.
    pub(crate) closed: Arc<Vec<Arc<ClosedSegment>>>,
    /// The segment that is being written.
    pub(crate) open: OpenSegment,
    /// The number of the event that will be synced next.
    pub(crate) next: u64,
    /// Nothing more will come.
    pub(crate) ended: bool,
}

/// A full segment; its index is loaded when it is needed.
pub(crate) struct ClosedSegment {
    pub(crate) path: PathBuf,
    pub(crate) summary: Summary,
}

/// The segment that is being written. Its file stays readable for a snapshot after it was packed.
#[derive(Clone)]
pub(crate) struct OpenSegment {
    pub(crate) path: PathBuf,
    pub(crate) first: u64,
    pub(crate) file: Arc<File>,
    pub(crate) blocks: Arc<Vec<Arc<Block>>>,
}

/// How many indexes are kept in memory; one is some tens of kilobytes.
const INDEXES: usize = 16;

impl Shared {
    pub(crate) fn new(queue: Queue, view: View) -> Self {
        Self { queue, view: Mutex::new(view), grown: Condvar::new(), indexes: Mutex::default() }
    }

    pub(crate) fn view(&self) -> View {
        lock(&self.view).clone()
    }

    /// Changes what readers see, and wakes those who wait for more.
    pub(crate) fn publish(&self, change: impl FnOnce(&mut View)) {
        change(&mut lock(&self.view));
        self.grown.notify_all();
    }

    /// Waits until there is an event with this number or a later one. False if the time is up or the trail ended.
    pub(crate) fn wait_for(&self, number: u64, timeout: Duration) -> bool {
        let waiting = |view: &mut View| view.next <= number && !view.ended;
        let waited = self.grown.wait_timeout_while(lock(&self.view), timeout, waiting);
        let (view, _) = waited.unwrap_or_else(PoisonError::into_inner);
        view.next > number
    }

    /// The index of a full segment, rebuilt in memory if its file is unusable.
    pub(crate) fn index(
        &self,
        segment: &ClosedSegment,
        findings: &mut Vec<Finding>,
    ) -> Result<Arc<Index>, TrailError> {
        let first = segment.summary.first;
        let cached = lock(&self.indexes).iter().find(|index| index.summary.first == first).cloned();
        if let Some(index) = cached {
            return Ok(index);
        }
        let (index, mut found) = load_or_rebuild(&segment.path, first)?;
        findings.append(&mut found);
        let index = Arc::new(index);
        let mut indexes = lock(&self.indexes);
        if indexes.len() >= INDEXES {
            indexes.remove(0);
        }
        indexes.push(Arc::clone(&index));
        Ok(index)
    }

    /// Forgets the indexes of segments that are no more.
    pub(crate) fn forget_indexes(&self, gone: impl Fn(u64) -> bool) {
        lock(&self.indexes).retain(|index| !gone(index.summary.first));
    }
}

/// The index of a full segment from its file, or else from the segment itself.
pub(crate) fn load_or_rebuild(segment: &Path, first: u64) -> Result<(Index, Vec<Finding>), TrailError> {
    if let Some(index) = Index::load(segment)?.filter(|index| index.summary.first == first) {
        return Ok((index, Vec::new()));
    }
    let (index, mut findings) = Index::rebuild(segment, first)?;
    findings.push(Finding::IndexRebuilt { segment: segment.to_owned() });
    Ok((index, findings))
}

/// A mutex whose holder panicked still guards whole values here: every change is a single assignment or push.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
