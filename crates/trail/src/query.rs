//! Reading: an iterator over the events that match a filter, and following the trail as it grows.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::block::Block;
use crate::bloom::KeyHash;
use crate::index::read_events;
use crate::view::{ClosedSegment, OpenSegment, Shared, View};
use crate::{Cursor, Event, Filter, Finding, Order, TrailError};

/// The matching events of the trail as it was when the query was made. Blocks are read as the iterator advances, so
/// taking few events costs little. What is damaged is stepped over and kept in [`Query::findings`].
pub struct Query {
    shared: Arc<Shared>,
    filter: Filter,
    keys: Vec<KeyHash>,
    /// Segments still to be read, the next one in front.
    segments: VecDeque<Segment>,
    /// The blocks still to be read of the current segment, and where.
    blocks: VecDeque<Arc<Block>>,
    source: Option<Source>,
    /// The matching events of the current block.
    events: VecDeque<(u64, Event)>,
    left: usize,
    cursor: Cursor,
    end: Cursor,
    findings: Vec<Finding>,
}

/// Reads on from a place, again and again; see [`crate::Trail::follow`].
pub struct Follow {
    shared: Arc<Shared>,
    filter: Filter,
    cursor: Cursor,
    findings: Vec<Finding>,
}

enum Segment {
    Closed(Arc<ClosedSegment>),
    Open(OpenSegment),
}

struct Source {
    path: PathBuf,
    file: Arc<File>,
}

impl Query {
    pub(crate) fn new(shared: Arc<Shared>, filter: Filter) -> Self {
        let View { closed, open, next, .. } = shared.view();
        let closed = closed.iter().filter(|segment| segment.admits(&filter)).cloned().map(Segment::Closed);
        let mut segments: VecDeque<Segment> = closed.collect();
        segments.push_back(Segment::Open(open));
        if filter.order == Order::NewestFirst {
            segments.make_contiguous().reverse();
        }
        let (cursor, end) = match filter.order {
            Order::OldestFirst => {
                (filter.from.unwrap_or_default(), filter.from.unwrap_or_default().max(Cursor(next)))
            }
            Order::NewestFirst => (filter.from.unwrap_or(Cursor(next)), Cursor::START),
        };
        Self {
            keys: filter.keys(),
            left: filter.limit.unwrap_or(usize::MAX),
            blocks: VecDeque::new(),
            source: None,
            events: VecDeque::new(),
            findings: Vec::new(),
            shared,
            filter,
            segments,
            cursor,
            end,
        }
    }

    /// Where to go on: as [`Filter::from`] of a query with the same filter, it yields what this one has not yielded.
    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// What was found damaged so far.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Takes out what was found damaged so far.
    pub fn take_findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.findings)
    }

    /// The next matching event with its number.
    fn advance(&mut self) -> Option<(u64, Event)> {
        loop {
            if let Some(found) = self.events.pop_front() {
                return Some(found);
            }
            if let Some(block) = self.blocks.pop_front() {
                self.read(&block);
            } else {
                let segment = self.segments.pop_front()?;
                self.enter(segment);
            }
        }
    }

    /// Makes a segment the current one.
    fn enter(&mut self, segment: Segment) {
        match segment {
            Segment::Open(open) => {
                self.blocks = self.candidates(&open.blocks);
                self.source = Some(Source { path: open.path, file: open.file });
            }
            Segment::Closed(closed) => match self.open(&closed) {
                Ok((blocks, file)) => {
                    self.blocks = blocks;
                    self.source = Some(Source { path: closed.path.clone(), file: Arc::new(file) });
                }
                Err(error) => self.unreadable(&closed.path, &error),
            },
        }
    }

    fn open(&mut self, closed: &ClosedSegment) -> Result<(VecDeque<Arc<Block>>, File), TrailError> {
        let file =
            File::open(&closed.path).map_err(TrailError::io(format!("open {}", closed.path.display())))?;
        let index = self.shared.index(closed, &mut self.findings)?;
        Ok((self.candidates(&index.blocks), file))
    }

    /// The blocks worth reading, in the order to read them.
    fn candidates(&self, blocks: &[Arc<Block>]) -> VecDeque<Arc<Block>> {
        let mut blocks: VecDeque<Arc<Block>> =
            blocks.iter().filter(|block| block.admits(&self.filter, &self.keys)).cloned().collect();
        if self.filter.order == Order::NewestFirst {
            blocks.make_contiguous().reverse();
        }
        blocks
    }

    fn read(&mut self, block: &Block) {
        let Some(source) = self.source.take() else { return };
        match read_events(&source.path, &source.file, block, &mut self.findings) {
            Ok(mut events) => {
                events.retain(|(number, event)| {
                    self.filter.covers(*number, number.saturating_add(1)) && self.filter.matches(event)
                });
                if self.filter.order == Order::NewestFirst {
                    events.reverse();
                }
                self.events = events.into();
            }
            Err(error) => self.unreadable(&source.path, &error),
        }
        self.source = Some(source);
    }

    /// A segment that retention removed meanwhile is no finding.
    fn unreadable(&mut self, path: &std::path::Path, error: &TrailError) {
        let reason = match error {
            TrailError::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => return,
            TrailError::Io { what, source } => format!("cannot {what}: {source}"),
            other => other.to_string(),
        };
        self.findings.push(Finding::UnreadableSegment { segment: path.to_owned(), reason });
    }
}

impl Iterator for Query {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        self.left = self.left.checked_sub(1)?;
        let Some((number, event)) = self.advance() else {
            self.left = 0;
            self.cursor = self.end;
            return None;
        };
        self.cursor = match self.filter.order {
            Order::OldestFirst => Cursor(number.saturating_add(1)),
            Order::NewestFirst => Cursor(number),
        };
        Some(event)
    }
}

impl Follow {
    /// A filter's own order, place and limit mean nothing here.
    pub(crate) fn new(shared: Arc<Shared>, filter: Filter, cursor: Cursor) -> Self {
        Self { shared, filter: Filter { order: Order::OldestFirst, ..filter }, cursor, findings: Vec::new() }
    }

    /// The next matching events, at most `limit`, oldest first; empty if there are none yet. Never waits.
    pub fn next_events(&mut self, limit: usize) -> Vec<Event> {
        let filter = Filter { from: Some(self.cursor), limit: Some(limit), ..self.filter.clone() };
        let mut query = Query::new(Arc::clone(&self.shared), filter);
        let events = query.by_ref().collect();
        self.cursor = query.cursor();
        self.findings.append(&mut query.findings);
        events
    }

    /// Waits until the trail has grown beyond what was read. False if the time is up or the trail is closed.
    pub fn wait(&self, timeout: Duration) -> bool {
        self.shared.wait_for(self.cursor.0, timeout)
    }

    /// The place up to which everything was read; to go on later, even after a restart.
    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// Takes out what was found damaged so far.
    pub fn take_findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.findings)
    }
}

impl ClosedSegment {
    fn admits(&self, filter: &Filter) -> bool {
        filter.start.is_none_or(|start| self.summary.latest >= start)
            && filter.end.is_none_or(|end| self.summary.earliest <= end)
            && filter.covers(self.summary.first, self.summary.end)
    }
}
