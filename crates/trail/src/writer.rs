//! The writer thread: takes what was appended, packs it into blocks, writes and syncs them, and shows them to readers.
//!
//! It alone writes to the segments. An attempt that fails is repeated from the last synced block on; nothing is shown
//! to readers, or confirmed to those who wait, before its sync.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::block::{Block, BlockBuilder, KeySet, keys_of_events};
use crate::bloom::key_hash;
use crate::filter::KeyKind;
use crate::index::{Index, Summary, read_events};
use crate::queue::Item;
use crate::segment;
use crate::trail::Options;
use crate::view::{ClosedSegment, OpenSegment, Shared};
use crate::{Event, Filter, Query, TrailError};

/// The state of the writer thread.
pub(crate) struct Writer {
    folder: PathBuf,
    options: Options,
    shared: Arc<Shared>,
    builder: BlockBuilder,
    /// The open segment.
    path: PathBuf,
    first: u64,
    file: Arc<File>,
    /// Where the next block goes: the end of the last synced one.
    offset: u64,
    /// Unpacked bytes in the segment.
    raw: u64,
    /// The number of the next event.
    next: u64,
    /// The ids in the open segment.
    ids: KeySet,
    /// A part of the segment is unreadable, so it stays as it is.
    damaged: bool,
    /// The file may hold something after `offset`.
    dirty: bool,
}

/// Where the open segment stands when the writer starts.
pub(crate) struct Start {
    pub(crate) folder: PathBuf,
    pub(crate) options: Options,
    /// The end of the last complete block.
    pub(crate) offset: u64,
    pub(crate) damaged: bool,
}

/// Tells everybody who waits when the writer ends, however it ends.
struct Ending(Arc<Shared>);

impl Writer {
    pub(crate) fn new(start: Start, shared: Arc<Shared>) -> Result<Self, TrailError> {
        let Start { folder, options, offset, damaged } = start;
        let builder = BlockBuilder::new(options.level).map_err(TrailError::io("start zstd"))?;
        let view = shared.view();
        let raw = view.open.blocks.iter().map(|block| u64::from(block.header.raw)).sum();
        Ok(Self {
            folder,
            options,
            shared,
            builder,
            path: view.open.path,
            first: view.open.first,
            file: view.open.file,
            offset,
            raw,
            next: view.next,
            ids: KeySet::default(),
            damaged,
            dirty: false,
        })
    }

    /// Writes until the queue is closed and empty.
    pub(crate) fn run(mut self) {
        let _ending = Ending(Arc::clone(&self.shared));
        self.index_open_segment();
        let mut spare = Vec::new();
        loop {
            let mut batch = self.shared.queue.next_batch(self.options.flush_interval, spare);
            if !self.write_all(&batch.items) {
                return;
            }
            self.shared.queue.flushed(batch.ticket);
            if batch.last {
                return;
            }
            batch.items.clear();
            spare = batch.items;
        }
    }

    /// Writes and syncs these, trying again for as long as it takes. False if it has to give up.
    fn write_all(&mut self, mut items: &[Item]) -> bool {
        while !items.is_empty() {
            match self.write(items) {
                Ok(taken) => items = items.get(taken..).unwrap_or_default(),
                Err(error) => {
                    let last_try = self.shared.queue.is_closed();
                    self.shared.queue.failed(error, self.options.flush_interval.saturating_mul(10));
                    if last_try {
                        return false;
                    }
                }
            }
        }
        true
    }

    /// Writes and syncs as many of these as the segment has room for; at least one. Returns how many.
    fn write(&mut self, items: &[Item]) -> Result<usize, TrailError> {
        if self.raw >= self.options.segment_bytes {
            self.roll()?;
        }
        self.builder.clear();
        let mut out = Vec::new();
        let mut blocks = Vec::new();
        let mut new_ids = KeySet::default();
        let (mut taken, mut number, mut raw) = (0, self.next, self.raw);
        for item in items {
            let id = key_hash(KeyKind::EventId, &item.event.id);
            let earlier = items.get(..taken).unwrap_or_default();
            taken += 1;
            let repeated = || earlier.iter().any(|earlier| earlier.event.id == item.event.id);
            if item.once && ((new_ids.contains(&id) && repeated()) || self.has(&item.event)) {
                continue;
            }
            new_ids.insert(id);
            self.builder.push(number, &item.event);
            number += 1;
            if self.builder.raw_len() >= self.options.block_bytes {
                raw += self.builder.raw_len() as u64;
                blocks.extend(self.finish_block(&mut out)?);
                if raw >= self.options.segment_bytes {
                    break;
                }
            }
        }
        raw += self.builder.raw_len() as u64;
        blocks.extend(self.finish_block(&mut out)?);
        if !blocks.is_empty() {
            self.store(&out)?;
            (self.offset, self.raw, self.next) = (self.offset + out.len() as u64, raw, number);
            self.ids.extend(new_ids);
            self.shared.publish(|view| {
                Arc::make_mut(&mut view.open.blocks).extend(blocks);
                view.next = number;
            });
        }
        Ok(taken)
    }

    fn finish_block(&mut self, out: &mut Vec<u8>) -> Result<Option<Arc<Block>>, TrailError> {
        let finished = self.builder.finish(self.offset, out).map_err(TrailError::io("compress a block"))?;
        Ok(finished.map(Arc::new))
    }

    /// Writes bytes at the end and syncs them.
    fn store(&mut self, bytes: &[u8]) -> Result<(), TrailError> {
        let cannot = || TrailError::io(format!("write {}", self.path.display()));
        if self.dirty {
            self.file.set_len(self.offset).map_err(cannot())?;
        }
        self.dirty = true;
        self.file.write_all_at(bytes, self.offset).map_err(cannot())?;
        self.file.sync_data().map_err(cannot())?;
        self.dirty = false;
        Ok(())
    }

    /// Whether the trail has an event with this id and time. If a damaged file hides the answer, the event is written
    /// again: twice is better than never.
    fn has(&self, event: &Event) -> bool {
        let in_open = self.ids.contains(&key_hash(KeyKind::EventId, &event.id));
        let closed = self.shared.view().closed;
        let covers = |segment: &Arc<ClosedSegment>| {
            (segment.summary.earliest..=segment.summary.latest).contains(&event.time)
        };
        if !in_open && !closed.iter().any(covers) {
            return false;
        }
        let filter = Filter {
            event_id: Some(event.id.clone()),
            start: Some(event.time),
            end: Some(event.time),
            ..Filter::default()
        };
        Query::new(Arc::clone(&self.shared), filter).next().is_some()
    }

    /// Ends the segment and starts the next one. Every step leaves files that open as they are.
    fn roll(&mut self) -> Result<(), TrailError> {
        self.pack()?;
        let blocks = self.shared.view().open.blocks;
        let summary = Summary::of(self.first, self.next, &blocks);
        // What follows the last synced block was never confirmed, and the index is only good for the exact length.
        self.file.set_len(self.offset).map_err(TrailError::io(format!("write {}", self.path.display())))?;
        self.dirty = false;
        Index { summary, length: self.offset, blocks: blocks.to_vec() }.save(&self.path)?;
        let (path, file) = segment::create(&self.folder, self.next)?;
        let file = Arc::new(file);
        let ended =
            Arc::new(ClosedSegment { path: std::mem::replace(&mut self.path, path.clone()), summary });
        let open = OpenSegment { path, first: self.next, file: Arc::clone(&file), blocks: Arc::default() };
        (self.first, self.file, self.offset, self.raw) = (self.next, file, segment::FILE_HEADER as u64, 0);
        self.damaged = false;
        self.ids.clear();
        self.shared.publish(|view| {
            Arc::make_mut(&mut view.closed).push(ended);
            view.open = open;
        });
        Ok(())
    }

    /// Rewrites a segment of many small blocks (one per flush of a quiet server) as full ones.
    fn pack(&mut self) -> Result<(), TrailError> {
        let blocks = self.shared.view().open.blocks;
        let average = self.raw / (blocks.len() as u64).max(1);
        if self.damaged || blocks.len() < 2 || average >= self.options.block_bytes as u64 / 2 {
            return Ok(());
        }
        let Some((bytes, blocks)) = self.packed(&blocks)? else {
            self.damaged = true;
            return Ok(());
        };
        let file = Arc::new(segment::replace(&self.path, &bytes)?);
        (self.file, self.offset, self.dirty) = (Arc::clone(&file), bytes.len() as u64, false);
        self.shared.publish(|view| {
            view.open.file = file;
            view.open.blocks = Arc::new(blocks);
        });
        Ok(())
    }

    /// The bytes of the packed segment and its blocks; none if a part of it cannot be read.
    #[expect(clippy::type_complexity, reason = "used once, and a name would say no more")]
    fn packed(&mut self, blocks: &[Arc<Block>]) -> Result<Option<(Vec<u8>, Vec<Arc<Block>>)>, TrailError> {
        self.builder.clear();
        let mut findings = Vec::new();
        let mut out = segment::header().to_vec();
        let mut packed = Vec::new();
        let mut expected = self.first;
        let mut finish = |builder: &mut BlockBuilder| -> Result<(), TrailError> {
            let block = builder.finish(0, &mut out).map_err(TrailError::io("compress a block"))?;
            packed.extend(block.map(Arc::new));
            Ok(())
        };
        for block in blocks {
            for (number, event) in read_events(&self.path, &self.file, block, &mut findings)? {
                // The records of a block are numbered without gaps.
                if number != expected || self.builder.raw_len() >= self.options.block_bytes {
                    finish(&mut self.builder)?;
                }
                self.builder.push(number, &event);
                expected = number + 1;
            }
        }
        finish(&mut self.builder)?;
        Ok(findings.is_empty().then_some((out, packed)))
    }

    /// Finds the keys and ids of the blocks that an earlier run wrote. Until it is done, readers look into all of them.
    fn index_open_segment(&mut self) {
        let blocks = self.shared.view().open.blocks;
        let mut indexed = Vec::with_capacity(blocks.len());
        for block in blocks.iter() {
            let mut findings = Vec::new();
            let events = read_events(&self.path, &self.file, block, &mut findings).unwrap_or_default();
            let mut block = Block::clone(block);
            if findings.is_empty() && events.len() == block.header.count as usize {
                block.keys = keys_of_events(events.iter().map(|(_, event)| event));
            }
            self.ids.extend(events.iter().map(|(_, event)| key_hash(KeyKind::EventId, &event.id)));
            indexed.push(Arc::new(block));
        }
        self.shared.publish(|view| view.open.blocks = Arc::new(indexed));
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.queue.writer_gone();
        self.0.publish(|view| view.ended = true);
    }
}
