//! The index of a full segment, in a file next to it: its blocks with their times, counts and keys.
//!
//! Little endian: magic (8), version (2), zero (2), number of blocks (4), length of the segment (8), length and CRC-32
//! of the body (4, 4), first number (8), end number (8), earliest and latest time (8, 8), CRC-32 of all that (4); then
//! the body, per block: offset (8), the block's header (64), number of filter words (4), the words (8 each).

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keygate_ident::Timestamp;

use crate::block::{Block, HEADER, Header, keys_of_events, records};
use crate::bloom::Bloom;
use crate::bytes::Reader;
use crate::{DecodeError, Event, Finding, TrailError, segment};

const MAGIC: [u8; 8] = *b"KGTINDEX";
const VERSION: u16 = 1;
const PREFIX: usize = 68;

/// What is known of a full segment without its blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Summary {
    /// The first number.
    pub(crate) first: u64,
    /// One past the last number.
    pub(crate) end: u64,
    /// The earliest time in it.
    pub(crate) earliest: Timestamp,
    /// The latest time in it.
    pub(crate) latest: Timestamp,
}

/// The index of one segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Index {
    pub(crate) summary: Summary,
    /// The length of the segment file that this is the index of.
    pub(crate) length: u64,
    pub(crate) blocks: Vec<Arc<Block>>,
}

pub(crate) fn path_of(segment: &Path) -> PathBuf {
    segment.with_extension("index")
}

impl Summary {
    /// Of blocks in order; `first` and `end` are the segment's, because it may have gaps at its ends.
    /// A segment of which nothing can be read may hold any time, so that retention leaves it for somebody to look at.
    pub(crate) fn of(first: u64, end: u64, blocks: &[Arc<Block>]) -> Self {
        let earliest = blocks.iter().map(|block| block.header.earliest).min();
        let latest = blocks.iter().map(|block| block.header.latest).max();
        let earliest = earliest.unwrap_or(Timestamp::from_millis(i64::MIN));
        let latest = latest.unwrap_or(Timestamp::from_millis(i64::MAX));
        Self { first, end, earliest, latest }
    }
}

impl Index {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut body = Vec::new();
        for block in &self.blocks {
            body.extend_from_slice(&block.offset.to_le_bytes());
            body.extend_from_slice(&block.header.to_bytes());
            body.extend_from_slice(&(block.keys.words().len() as u32).to_le_bytes());
            for word in block.keys.words() {
                body.extend_from_slice(&word.to_le_bytes());
            }
        }
        let mut out = MAGIC.to_vec();
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&[0; 2]);
        out.extend_from_slice(&(self.blocks.len() as u32).to_le_bytes());
        out.extend_from_slice(&self.length.to_le_bytes());
        out.extend_from_slice(&(body.len() as u32).to_le_bytes());
        out.extend_from_slice(&crc32fast::hash(&body).to_le_bytes());
        out.extend_from_slice(&self.summary.first.to_le_bytes());
        out.extend_from_slice(&self.summary.end.to_le_bytes());
        out.extend_from_slice(&self.summary.earliest.millis().to_le_bytes());
        out.extend_from_slice(&self.summary.latest.millis().to_le_bytes());
        out.extend_from_slice(&crc32fast::hash(&out).to_le_bytes());
        out.extend_from_slice(&body);
        out
    }

    /// Writes it next to its segment.
    pub(crate) fn save(&self, segment: &Path) -> Result<(), TrailError> {
        segment::replace(&path_of(segment), &self.to_bytes()).map(drop)
    }

    /// Reads it; none if it is missing, damaged, or of another state of the segment.
    ///
    /// # Errors
    /// If it has a newer format version.
    pub(crate) fn load(segment: &Path) -> Result<Option<Self>, TrailError> {
        let Ok(bytes) = fs::read(path_of(segment)) else { return Ok(None) };
        let Some(prefix) = Prefix::read(segment, &bytes)? else { return Ok(None) };
        let Some(body) = bytes.get(PREFIX..) else { return Ok(None) };
        if body.len() != prefix.body as usize || crc32fast::hash(body) != prefix.checksum {
            return Ok(None);
        }
        let Ok(blocks) = read_blocks(body, prefix.blocks) else { return Ok(None) };
        Ok(Some(Self { summary: prefix.summary, length: prefix.length, blocks }))
    }

    /// Reads only the summary; none as in [`Index::load`].
    ///
    /// # Errors
    /// If it has a newer format version.
    pub(crate) fn load_summary(segment: &Path) -> Result<Option<Summary>, TrailError> {
        let mut bytes = [0; PREFIX];
        if File::open(path_of(segment)).and_then(|mut file| file.read_exact(&mut bytes)).is_err() {
            return Ok(None);
        }
        Ok(Prefix::read(segment, &bytes)?.map(|prefix| prefix.summary))
    }

    /// Makes the index of a segment from its blocks.
    ///
    /// # Errors
    /// If the segment cannot be read or is of a newer format version.
    pub(crate) fn rebuild(segment: &Path, first: u64) -> Result<(Self, Vec<Finding>), TrailError> {
        let cannot = || TrailError::io(format!("read {}", segment.display()));
        let mut scan = segment::scan(segment, first)?;
        let length = fs::metadata(segment).map_err(cannot())?.len();
        let file = File::open(segment).map_err(cannot())?;
        let mut blocks = Vec::with_capacity(scan.blocks.len());
        for mut block in scan.blocks {
            block.keys = keys_of(&file, &block)?.unwrap_or_default();
            blocks.push(Arc::new(block));
        }
        if scan.tail < length {
            let (offset, bytes) = (scan.tail, length - scan.tail);
            scan.findings.push(Finding::CorruptBlock { segment: segment.to_owned(), offset, bytes });
        }
        let summary = Summary::of(first, scan.end, &blocks);
        Ok((Self { summary, length, blocks }, scan.findings))
    }
}

/// The events of a block with their numbers; what cannot be read is left out, and told in `findings`.
pub(crate) fn read_events(
    segment: &Path,
    file: &File,
    block: &Block,
    findings: &mut Vec<Finding>,
) -> Result<Vec<(u64, Event)>, TrailError> {
    let Some(raw) = read_raw(segment, file, block)? else {
        let (offset, bytes) = (block.offset, block.header.total());
        findings.push(Finding::CorruptBlock { segment: segment.to_owned(), offset, bytes });
        return Ok(Vec::new());
    };
    let mut events = Vec::with_capacity(block.header.count as usize);
    for (number, record) in (block.header.first..).zip(records(&raw)) {
        match Event::decode(record) {
            Ok(event) => events.push((number, event)),
            Err(reason) => {
                findings.push(Finding::CorruptRecord { segment: segment.to_owned(), number, reason })
            }
        }
    }
    Ok(events)
}

/// The filter over the keys of a block; none if a record of it cannot be read.
fn keys_of(file: &File, block: &Block) -> Result<Option<Bloom>, TrailError> {
    let mut findings = Vec::new();
    let events = read_events(Path::new(""), file, block, &mut findings)?;
    Ok(findings.is_empty().then(|| keys_of_events(events.iter().map(|(_, event)| event))))
}

/// The unpacked records of a block; none if they are damaged.
fn read_raw(segment: &Path, file: &File, block: &Block) -> Result<Option<Vec<u8>>, TrailError> {
    let mut bytes = vec![0; block.header.total() as usize];
    match file.read_exact_at(&mut bytes, block.offset) {
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read.map_err(TrailError::io(format!("read {}", segment.display())))?,
    }
    let (found, stored) = bytes.split_at_checked(HEADER).unwrap_or_default();
    Ok(if Header::read(found) == Ok(block.header) { block.header.unpack(stored) } else { None })
}

/// The front of an index file.
struct Prefix {
    blocks: u32,
    length: u64,
    body: u32,
    checksum: u32,
    summary: Summary,
}

impl Prefix {
    fn read(segment: &Path, bytes: &[u8]) -> Result<Option<Self>, TrailError> {
        let Some(bytes) = bytes.first_chunk::<PREFIX>() else { return Ok(None) };
        let Some((front, checksum)) = bytes.split_last_chunk::<4>() else { return Ok(None) };
        if !front.starts_with(&MAGIC) || crc32fast::hash(front) != u32::from_le_bytes(*checksum) {
            return Ok(None);
        }
        let Ok((version, prefix)) = Self::read_fields(front) else { return Ok(None) };
        if version != VERSION {
            return Err(TrailError::NewerFormat { path: path_of(segment), version });
        }
        let length = fs::metadata(segment).map(|metadata| metadata.len()).ok();
        Ok((length == Some(prefix.length)).then_some(prefix))
    }

    fn read_fields(front: &[u8]) -> Result<(u16, Self), DecodeError> {
        let mut r = Reader::new(front);
        r.take(MAGIC.len())?;
        let version = r.u16()?;
        r.u16()?;
        let (blocks, length, body, checksum) = (r.u32()?, r.u64()?, r.u32()?, r.u32()?);
        let (first, end) = (r.u64()?, r.u64()?);
        let (earliest, latest) = (Timestamp::from_millis(r.i64()?), Timestamp::from_millis(r.i64()?));
        Ok((
            version,
            Self { blocks, length, body, checksum, summary: Summary { first, end, earliest, latest } },
        ))
    }
}

fn read_blocks(body: &[u8], count: u32) -> Result<Vec<Arc<Block>>, DecodeError> {
    let mut r = Reader::new(body);
    let mut blocks = Vec::new();
    for _ in 0..count {
        let offset = r.u64()?;
        let header = Header::read(r.take(HEADER)?).map_err(|_| DecodeError::Malformed)?;
        let words = (0..r.u32()?).map(|_| r.u64()).collect::<Result<_, _>>()?;
        blocks.push(Arc::new(Block { offset, header, keys: Bloom::from_words(words) }));
    }
    if r.is_empty() { Ok(blocks) } else { Err(DecodeError::Malformed) }
}
