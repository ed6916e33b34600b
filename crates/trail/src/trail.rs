//! The handle: opening a trail, appending to it, reading it, removing what is old.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use keygate_ident::Timestamp;

use crate::index::{self, Index};
use crate::queue::Queue;
use crate::view::{ClosedSegment, OpenSegment, Shared, View, load_or_rebuild};
use crate::writer::{Start, Writer};
use crate::{Cursor, Event, Filter, Finding, Follow, Query, TrailError, TryAppendError, segment};

/// An open trail. Share it by reference or in an [`Arc`]; every method takes `&self`. Dropping it closes it.
pub struct Trail {
    folder: PathBuf,
    shared: Arc<Shared>,
    /// None once it is closed.
    running: Mutex<Option<Running>>,
}

/// The writer thread, and the lock on the folder that it writes to.
struct Running {
    thread: JoinHandle<()>,
    _lock: fs::File,
}

/// How a trail is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// A segment ends when it holds this many bytes of records before compression.
    pub segment_bytes: u64,
    /// A block ends when it holds this many bytes of records before compression.
    pub block_bytes: usize,
    /// Memory for events that wait for the writer, in bytes. As much again may be in its hands.
    pub queue_bytes: usize,
    /// How long an event waits for company before it is written.
    pub flush_interval: Duration,
    /// The zstd level.
    pub level: i32,
}

/// What [`Trail::retain`] removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retained {
    /// How many segments were removed.
    pub segments: usize,
    /// How many events were in them.
    pub events: u64,
}

/// Blocks are read whole, so they may not grow without bound.
const MAX_BLOCK: usize = 16 << 20;

impl Default for Options {
    fn default() -> Self {
        Self {
            segment_bytes: 8 << 20,
            block_bytes: 128 << 10,
            queue_bytes: 8 << 20,
            flush_interval: Duration::from_millis(50),
            level: 1,
        }
    }
}

impl Trail {
    /// Opens the trail in this folder, making it if there is none, and starts its writer thread. A torn tail is cut
    /// off; what was found damaged is returned.
    ///
    /// # Errors
    /// If another process has it open, a file is of a newer format version, or the file system refuses.
    pub fn open(folder: impl AsRef<Path>, options: Options) -> Result<(Self, Vec<Finding>), TrailError> {
        let folder = folder.as_ref().to_owned();
        let options = Options { block_bytes: options.block_bytes.min(MAX_BLOCK), ..options };
        segment::make_folder(&folder)?;
        let lock = segment::lock(&folder)?;
        let mut findings = Vec::new();
        let mut segments = segment::list(&folder)?;
        let last = segments.pop();
        let closed = segments.into_iter().map(|(first, path)| open_closed(first, path, &mut findings));
        let closed: Vec<_> = closed.collect::<Result<_, _>>()?;
        let opened = open_last(&folder, last, &mut findings)?;
        let view = View { closed: Arc::new(closed), open: opened.segment, next: opened.next, ended: false };
        let shared = Arc::new(Shared::new(Queue::new(options.queue_bytes), view));
        let start = Start { folder: folder.clone(), options, offset: opened.offset, damaged: opened.damaged };
        let writer = Writer::new(start, Arc::clone(&shared))?;
        let thread = thread::Builder::new().name("keygate-trail".into()).spawn(move || writer.run());
        let thread = thread.map_err(TrailError::io("start its writer thread"))?;
        let running = Mutex::new(Some(Running { thread, _lock: lock }));
        Ok((Self { folder, shared, running }, findings))
    }

    /// Appends an event. Returns at once unless the queue is full; then it waits for room. The event is on disk within
    /// [`Options::flush_interval`] and the time of one write.
    ///
    /// # Errors
    /// If the queue is full because the disk refuses, or the trail is closed. The event is not taken.
    pub fn append(&self, event: Event) -> Result<(), TrailError> {
        self.shared.queue.push(event, false).map(drop)
    }

    /// Appends an event if the queue has room. For callers that must not block: on [`TryAppendError::Full`], call
    /// [`Trail::append`] where blocking is allowed.
    ///
    /// # Errors
    /// If the queue is full (the event comes back), the disk refuses, or the trail is closed.
    pub fn try_append(&self, event: Event) -> Result<(), TryAppendError> {
        self.shared.queue.try_push(event)
    }

    /// Appends events and waits until they are on disk. An event whose id and time are in the trail already is left
    /// out, so this may be repeated after an error or a crash.
    ///
    /// # Errors
    /// If the disk refuses, or the trail is closed. Some of the events may still be written later.
    pub fn append_durable(&self, events: impl IntoIterator<Item = Event>) -> Result<(), TrailError> {
        let mut ticket = None;
        for event in events {
            ticket = Some(self.shared.queue.push(event, true)?);
        }
        ticket.map_or(Ok(()), |ticket| self.shared.queue.wait_flushed(ticket))
    }

    /// Waits until everything that was appended before is on disk, and thereby visible to readers.
    ///
    /// # Errors
    /// If the disk refuses, or the trail is closed. The events are kept and tried again.
    pub fn flush(&self) -> Result<(), TrailError> {
        self.shared.queue.wait_flushed(self.shared.queue.last_ticket())
    }

    /// The synced events that match. [`Trail::flush`] first to read what was appended just now.
    pub fn query(&self, filter: Filter) -> Query {
        Query::new(Arc::clone(&self.shared), filter)
    }

    /// The matching events after a place, as they come. Start at [`Cursor::START`], [`Trail::end`], or where an earlier
    /// one ended. A filter's own order, place and limit mean nothing here.
    pub fn follow(&self, filter: Filter, cursor: Cursor) -> Follow {
        Follow::new(Arc::clone(&self.shared), filter, cursor)
    }

    /// The place after the last synced event.
    pub fn end(&self) -> Cursor {
        Cursor(self.shared.view().next)
    }

    /// Removes the full segments in which every event is older than this instant. The segment that is being written
    /// stays, so a quiet trail keeps its last few megabytes for longer.
    ///
    /// # Errors
    /// If the trail is closed, or a file cannot be removed; it is out of sight of readers all the same, until the next
    /// start.
    pub fn retain(&self, older_than: Timestamp) -> Result<Retained, TrailError> {
        let running = self.lock();
        if running.is_none() {
            return Err(TrailError::Closed);
        }
        let mut removed = Vec::new();
        self.shared.publish(|view| {
            let is_old = |segment: &Arc<ClosedSegment>| segment.summary.latest < older_than;
            removed = view.closed.iter().filter(|segment| is_old(segment)).cloned().collect();
            Arc::make_mut(&mut view.closed).retain(|segment| !is_old(segment));
        });
        self.shared.forget_indexes(|first| removed.iter().any(|segment| segment.summary.first == first));
        for segment in &removed {
            segment::remove(&segment.path)?;
            segment::remove(&index::path_of(&segment.path))?;
        }
        let events = removed.iter().map(|s| s.summary.end.saturating_sub(s.summary.first)).sum();
        Ok(Retained { segments: removed.len(), events })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Takes no more events, writes those that wait, ends the writer thread and gives the folder free. Readers go on.
    /// Closing twice is fine.
    ///
    /// # Errors
    /// If the disk refuses the last events; they are lost.
    pub fn close(&self) -> Result<(), TrailError> {
        self.shared.queue.close();
        // Held to the end, so that whoever closes second returns after the first.
        let mut running = self.lock();
        if let Some(Running { thread, _lock }) = running.take()
            && thread.join().is_err()
        {
            return Err(TrailError::Closed);
        }
        self.flush()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trail")
            .field("folder", &self.folder)
            .field("end", &self.end())
            .finish_non_exhaustive()
    }
}

impl Drop for Trail {
    fn drop(&mut self) {
        // Whoever cares about the last events calls close() and sees the error.
        drop(self.close());
    }
}

/// A full segment. Its index is made if there is none.
fn open_closed(
    first: u64,
    path: PathBuf,
    findings: &mut Vec<Finding>,
) -> Result<Arc<ClosedSegment>, TrailError> {
    let summary = match Index::load_summary(&path)?.filter(|summary| summary.first == first) {
        Some(summary) => summary,
        None => {
            let (index, mut found) = load_or_rebuild(&path, first)?;
            findings.append(&mut found);
            index.save(&path)?;
            index.summary
        }
    };
    Ok(Arc::new(ClosedSegment { path, summary }))
}

/// The segment to go on with.
struct Last {
    segment: OpenSegment,
    next: u64,
    offset: u64,
    damaged: bool,
}

/// Opens the last segment for writing, cutting off a torn tail, or makes the first one.
fn open_last(
    folder: &Path,
    last: Option<(u64, PathBuf)>,
    findings: &mut Vec<Finding>,
) -> Result<Last, TrailError> {
    let Some((first, path)) = last else {
        let (path, file) = segment::create(folder, 0)?;
        let segment = OpenSegment { path, first: 0, file: Arc::new(file), blocks: Arc::default() };
        return Ok(Last { segment, next: 0, offset: segment::FILE_HEADER as u64, damaged: false });
    };
    let scan = segment::scan(&path, first)?;
    let file = segment::open_for_append(&path)?;
    let cannot = || TrailError::io(format!("repair {}", path.display()));
    let length = file.metadata().map_err(cannot())?.len();
    let damaged = !scan.findings.is_empty();
    findings.extend(scan.findings);
    if scan.tail < length {
        findings.push(Finding::TornTail {
            segment: path.clone(),
            offset: scan.tail,
            bytes: length - scan.tail,
        });
        file.set_len(scan.tail).map_err(cannot())?;
    }
    if !scan.header_whole {
        segment::write_header(&path, &file)?;
    }
    file.sync_all().map_err(cannot())?;
    let blocks = Arc::new(scan.blocks.into_iter().map(Arc::new).collect());
    let segment = OpenSegment { path, first, file: Arc::new(file), blocks };
    let offset = scan.tail.max(segment::FILE_HEADER as u64);
    Ok(Last { segment, next: scan.end, offset, damaged })
}

#[cfg(test)]
mod tests;
