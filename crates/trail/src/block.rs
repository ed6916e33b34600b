//! A block: a header of fixed size with checksums, then length-prefixed records compressed with zstd.
//!
//! Header, little endian: magic (4), version (2), zero (2), stored length (4), raw length (4), count (4), failed (4),
//! writes (4), CRC-32 of the stored bytes (4), number of the first record (8), earliest and latest time in
//! milliseconds (8, 8), zero (4), CRC-32 of the sixty bytes before (4).

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::io;

use keygate_ident::Timestamp;

use crate::bloom::{Bloom, KeyHash};
use crate::bytes::{Reader, Writer};
use crate::filter::{Filter, Outcome, event_keys};
use crate::{DecodeError, Event};

/// The length of a block's header in bytes.
pub(crate) const HEADER: usize = 64;
/// The version of the blocks written now.
const VERSION: u16 = 1;
pub(crate) const MAGIC: [u8; 4] = *b"KGBK";
/// No block is larger when unpacked; a header that says so is not believed.
const MAX_RAW: u32 = 1 << 28;

/// What a block's header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    /// Length of the compressed records.
    pub(crate) stored: u32,
    /// Length of the records.
    pub(crate) raw: u32,
    /// How many records.
    pub(crate) count: u32,
    /// How many of them have an error.
    pub(crate) failed: u32,
    /// How many of them are not read-only.
    pub(crate) writes: u32,
    /// CRC-32 of the compressed records.
    pub(crate) checksum: u32,
    /// The number of the first record in the trail.
    pub(crate) first: u64,
    /// The earliest time in it.
    pub(crate) earliest: Timestamp,
    /// The latest time in it.
    pub(crate) latest: Timestamp,
}

/// A block of a segment, as the index knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    /// Where its header starts in the file.
    pub(crate) offset: u64,
    pub(crate) header: Header,
    /// The keys in it; the empty filter (of a block not indexed yet) says yes to everything.
    pub(crate) keys: Bloom,
}

/// Why bytes are no header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoHeader {
    Damaged,
    Newer(u16),
}

/// Collects records into the next block.
pub(crate) struct BlockBuilder {
    raw: Vec<u8>,
    record: Vec<u8>,
    keys: KeySet,
    header: Option<Header>,
    compressor: zstd::bulk::Compressor<'static>,
}

/// A set of hashes.
pub(crate) type KeySet = HashSet<KeyHash, BuildHasherDefault<AlreadyHashed>>;

/// The hasher of a value that is a hash.
#[derive(Default)]
pub(crate) struct AlreadyHashed(u64);

impl Header {
    /// One past the number of the last record.
    pub(crate) fn end(&self) -> u64 {
        self.first.saturating_add(self.count.into())
    }

    /// Header and records, in bytes.
    pub(crate) fn total(&self) -> u64 {
        HEADER as u64 + u64::from(self.stored)
    }

    pub(crate) fn to_bytes(self) -> [u8; HEADER] {
        let mut out = Vec::with_capacity(HEADER);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&[0; 2]);
        for word in [self.stored, self.raw, self.count, self.failed, self.writes, self.checksum] {
            out.extend_from_slice(&word.to_le_bytes());
        }
        out.extend_from_slice(&self.first.to_le_bytes());
        out.extend_from_slice(&self.earliest.millis().to_le_bytes());
        out.extend_from_slice(&self.latest.millis().to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&crc32fast::hash(&out).to_le_bytes());
        out.first_chunk().copied().unwrap_or([0; HEADER])
    }

    /// Reads and checks the header at the front of these bytes.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, NoHeader> {
        let bytes: &[u8; HEADER] = bytes.first_chunk().ok_or(NoHeader::Damaged)?;
        let (body, checksum) = bytes.split_last_chunk::<4>().ok_or(NoHeader::Damaged)?;
        if !body.starts_with(&MAGIC) || crc32fast::hash(body) != u32::from_le_bytes(*checksum) {
            return Err(NoHeader::Damaged);
        }
        let (version, header) = Self::read_fields(body).map_err(|_| NoHeader::Damaged)?;
        if version != VERSION {
            return Err(NoHeader::Newer(version));
        }
        if header.raw > MAX_RAW || header.count > header.raw { Err(NoHeader::Damaged) } else { Ok(header) }
    }

    fn read_fields(body: &[u8]) -> Result<(u16, Self), DecodeError> {
        let mut r = Reader::new(body);
        r.take(MAGIC.len())?;
        let version = r.u16()?;
        r.u16()?;
        let header = Self {
            stored: r.u32()?,
            raw: r.u32()?,
            count: r.u32()?,
            failed: r.u32()?,
            writes: r.u32()?,
            checksum: r.u32()?,
            first: r.u64()?,
            earliest: Timestamp::from_millis(r.i64()?),
            latest: Timestamp::from_millis(r.i64()?),
        };
        Ok((version, header))
    }

    /// The records, if the bytes are the ones that were written.
    pub(crate) fn unpack(&self, stored: &[u8]) -> Option<Vec<u8>> {
        if stored.len() != self.stored as usize || crc32fast::hash(stored) != self.checksum {
            return None;
        }
        let raw = zstd::bulk::decompress(stored, self.raw as usize).ok()?;
        (raw.len() == self.raw as usize).then_some(raw)
    }

    /// Whether an event with the filter's time, end and place can be in it.
    fn admits(&self, filter: &Filter) -> bool {
        let failed_admitted = match filter.outcome {
            Outcome::Any => true,
            Outcome::Failed => self.failed > 0,
            Outcome::Succeeded => self.failed < self.count,
        };
        let read_only_admitted = match filter.read_only {
            None => true,
            Some(true) => self.writes < self.count,
            Some(false) => self.writes > 0,
        };
        filter.start.is_none_or(|start| self.latest >= start)
            && filter.end.is_none_or(|end| self.earliest <= end)
            && filter.covers(self.first, self.end())
            && failed_admitted
            && read_only_admitted
    }
}

impl Block {
    /// Whether an event that matches can be in it. `keys` are the filter's.
    pub(crate) fn admits(&self, filter: &Filter, keys: &[KeyHash]) -> bool {
        self.header.admits(filter) && keys.iter().all(|key| self.keys.may_contain(*key))
    }
}

/// The records of an unpacked block, each with its length in front.
pub(crate) fn records(raw: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut reader = Reader::new(raw);
    std::iter::from_fn(move || if reader.is_empty() { None } else { reader.blob().ok() })
}

/// The filter over the keys of these events.
pub(crate) fn keys_of_events<'a>(events: impl Iterator<Item = &'a Event>) -> Bloom {
    let mut keys = KeySet::default();
    for event in events {
        event_keys(event, |key| {
            keys.insert(key);
        });
    }
    Bloom::of(keys.into_iter())
}

impl BlockBuilder {
    /// With a zstd level.
    pub(crate) fn new(level: i32) -> io::Result<Self> {
        let compressor = zstd::bulk::Compressor::new(level)?;
        Ok(Self { raw: Vec::new(), record: Vec::new(), keys: KeySet::default(), header: None, compressor })
    }

    /// Forgets what was not finished.
    pub(crate) fn clear(&mut self) {
        self.raw.clear();
        self.keys.clear();
        self.header = None;
    }

    /// Adds an event; the first one decides the block's number.
    pub(crate) fn push(&mut self, number: u64, event: &Event) {
        self.record.clear();
        event.encode_into(&mut self.record);
        Writer { out: &mut self.raw }.blob(&self.record);
        event_keys(event, |key| {
            self.keys.insert(key);
        });
        let header = self.header.get_or_insert(Header {
            stored: 0,
            raw: 0,
            count: 0,
            failed: 0,
            writes: 0,
            checksum: 0,
            first: number,
            earliest: event.time,
            latest: event.time,
        });
        header.count += 1;
        header.failed += u32::from(event.error.is_some());
        header.writes += u32::from(!event.read_only);
        header.earliest = header.earliest.min(event.time);
        header.latest = header.latest.max(event.time);
    }

    /// Length of the records so far.
    pub(crate) fn raw_len(&self) -> usize {
        self.raw.len()
    }

    /// Appends the block to `out`, which starts at `base` of the file, and starts a new one.
    /// None if there is nothing to write.
    pub(crate) fn finish(&mut self, base: u64, out: &mut Vec<u8>) -> io::Result<Option<Block>> {
        let Some(mut header) = self.header.take() else { return Ok(None) };
        let stored = self.compressor.compress(&self.raw)?;
        header.raw = u32::try_from(self.raw.len()).map_err(io::Error::other)?;
        header.stored = u32::try_from(stored.len()).map_err(io::Error::other)?;
        header.checksum = crc32fast::hash(&stored);
        let offset = base + out.len() as u64;
        out.extend_from_slice(&header.to_bytes());
        out.extend_from_slice(&stored);
        let keys = Bloom::of(self.keys.iter().copied());
        self.clear();
        Ok(Some(Block { offset, header, keys }))
    }
}

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| hash.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::tests::samples;

    #[test]
    fn a_block_comes_back_and_no_damage_goes_unseen() {
        let events = samples();
        let mut builder = BlockBuilder::new(1).unwrap();
        for (number, event) in (7..).zip(&events) {
            builder.push(number, event);
        }
        let mut out = Vec::new();
        let block = builder.finish(100, &mut out).unwrap().unwrap();
        assert_eq!((block.offset, block.header.first, block.header.end()), (100, 7, 7 + events.len() as u64));
        assert_eq!(Header::read(&out), Ok(block.header));
        let raw = block.header.unpack(&out[HEADER..]).unwrap();
        let read: Vec<Event> = records(&raw).map(|record| Event::decode(record).unwrap()).collect();
        assert_eq!(read, events);
        assert!(builder.finish(0, &mut out.clone()).unwrap().is_none());

        for place in 0..out.len() {
            let mut out = out.clone();
            out[place] ^= 0x10;
            let read = Header::read(&out).ok().and_then(|header| header.unpack(&out[HEADER..]));
            assert!(read.is_none(), "a flipped bit at {place}");
        }
    }

    #[test]
    fn a_newer_version_is_told_from_damage() {
        let mut builder = BlockBuilder::new(1).unwrap();
        builder.push(0, &samples()[0]);
        let mut out = Vec::new();
        builder.finish(0, &mut out).unwrap().unwrap();
        out[4] = 2;
        assert_eq!(Header::read(&out), Err(NoHeader::Damaged));
        let checksum = crc32fast::hash(&out[..60]).to_le_bytes();
        out[60..64].copy_from_slice(&checksum);
        assert_eq!(Header::read(&out), Err(NoHeader::Newer(2)));
    }
}
