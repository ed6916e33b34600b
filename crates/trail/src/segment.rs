//! Segment files: their names, their header, and finding the blocks in one.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::block::{Block, HEADER, Header, MAGIC, NoHeader};
use crate::bloom::Bloom;
use crate::{Finding, TrailError};

/// The length of a segment's own header: magic (8), version (2), zero (2), CRC-32 of the twelve bytes before (4).
pub(crate) const FILE_HEADER: usize = 16;
const VERSION: u16 = 1;
const FILE_MAGIC: [u8; 8] = *b"KGTRAIL\n";
const EXTENSION: &str = "trail";

/// What is in a segment.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// The intact blocks in order; their keys are not known yet.
    pub(crate) blocks: Vec<Block>,
    /// One past the highest number that a block header claims, intact or not.
    pub(crate) end: u64,
    /// Where the last complete block ends. What follows is a torn tail.
    pub(crate) tail: u64,
    /// Damage before the tail.
    pub(crate) findings: Vec<Finding>,
    /// The segment's own header is whole.
    pub(crate) header_whole: bool,
}

/// Makes the folder (0700) if it is not there.
pub(crate) fn make_folder(folder: &Path) -> Result<(), TrailError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(TrailError::io(format!("make the folder {}", folder.display())))
}

/// The segments in the folder by their first number. Files that a crash left half-written, or half-removed, are
/// removed.
pub(crate) fn list(folder: &Path) -> Result<Vec<(u64, PathBuf)>, TrailError> {
    let cannot = || TrailError::io(format!("list the folder {}", folder.display()));
    let mut segments = Vec::new();
    let mut indexes = Vec::new();
    for entry in fs::read_dir(folder).map_err(cannot())? {
        let path = entry.map_err(cannot())?.path();
        if path.extension().is_some_and(|extension| extension == "tmp") {
            remove(&path)?;
            continue;
        }
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        if let Some(first) = stem.and_then(|stem| stem.parse().ok())
            && path.extension().is_some_and(|extension| extension == EXTENSION)
        {
            segments.push((first, path));
        } else if path.extension().is_some_and(|extension| extension == "index") {
            indexes.push(path);
        }
    }
    for index in indexes {
        // Retention removes the segment first.
        if !index.with_extension(EXTENSION).exists() {
            remove(&index)?;
        }
    }
    segments.sort();
    Ok(segments)
}

pub(crate) fn path_of(folder: &Path, first: u64) -> PathBuf {
    folder.join(format!("{first:020}.{EXTENSION}"))
}

/// Makes an empty segment and its name durable. An empty one that an earlier try left behind is taken over.
pub(crate) fn create(folder: &Path, first: u64) -> Result<(PathBuf, File), TrailError> {
    let path = path_of(folder, first);
    let cannot = || TrailError::io(format!("create {}", path.display()));
    let file = private().create(true).truncate(false).open(&path).map_err(cannot())?;
    if file.metadata().map_err(cannot())?.len() > FILE_HEADER as u64 {
        return Err(cannot()(io::ErrorKind::AlreadyExists.into()));
    }
    write_header(&path, &file)?;
    sync_folder(folder)?;
    Ok((path, file))
}

pub(crate) fn write_header(path: &Path, file: &File) -> Result<(), TrailError> {
    let written = file.write_all_at(&header(), 0).and_then(|()| file.sync_all());
    written.map_err(TrailError::io(format!("write {}", path.display())))
}

pub(crate) fn open_for_append(path: &Path) -> Result<File, TrailError> {
    private().open(path).map_err(TrailError::io(format!("open {}", path.display())))
}

/// Writes a whole file under another name and moves it into place, so that it is there completely or not at all.
/// Returns it open.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<File, TrailError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".tmp");
    let temporary = PathBuf::from(name);
    let cannot = || TrailError::io(format!("write {}", path.display()));
    let file = private().create(true).truncate(true).open(&temporary).map_err(cannot())?;
    file.write_all_at(content, 0).map_err(cannot())?;
    file.sync_all().map_err(cannot())?;
    fs::rename(&temporary, path).map_err(cannot())?;
    if let Some(folder) = path.parent() {
        sync_folder(folder)?;
    }
    Ok(file)
}

/// Removes a file; it need not be there.
pub(crate) fn remove(path: &Path) -> Result<(), TrailError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(TrailError::io(format!("remove {}", path.display()))(error))
        }
        _ => Ok(()),
    }
}

/// The bytes of a new segment before its first block.
pub(crate) fn header() -> [u8; FILE_HEADER] {
    let mut out = FILE_MAGIC.to_vec();
    out.extend_from_slice(&VERSION.to_le_bytes());
    out.extend_from_slice(&[0; 2]);
    out.extend_from_slice(&crc32fast::hash(&out).to_le_bytes());
    out.first_chunk().copied().unwrap_or([0; FILE_HEADER])
}

/// Reads a whole segment and finds its blocks, checking every checksum. Damage is stepped over: after it, the next
/// intact header counts.
///
/// # Errors
/// If the file cannot be read, or it or one of its blocks has a newer format version.
pub(crate) fn scan(path: &Path, first: u64) -> Result<Scan, TrailError> {
    let bytes = fs::read(path).map_err(TrailError::io(format!("read {}", path.display())))?;
    let mut scan = Scan { end: first, header_whole: check_header(path, &bytes)?, ..Scan::default() };
    let mut offset = FILE_HEADER.min(bytes.len());
    if !scan.header_whole && offset == FILE_HEADER {
        scan.corrupt(path, 0, FILE_HEADER);
    }
    scan.tail = offset as u64;
    while offset < bytes.len() {
        let rest = bytes.get(offset..).unwrap_or_default();
        let whole = whole_block(path, rest)?.filter(|header| header.first >= scan.end);
        let Some(header) = whole else {
            let Some(skipped) = next_block(path, rest, scan.end)? else { break };
            scan.corrupt(path, offset, skipped);
            offset += skipped;
            continue;
        };
        let length = header.total() as usize;
        let stored = rest.get(HEADER..length).unwrap_or_default();
        if header.unpack(stored).is_some() {
            scan.blocks.push(Block { offset: offset as u64, header, keys: Bloom::default() });
        } else {
            scan.corrupt(path, offset, length);
        }
        scan.end = header.end();
        offset += length;
        scan.tail = offset as u64;
    }
    Ok(scan)
}

impl Scan {
    fn corrupt(&mut self, path: &Path, offset: usize, bytes: usize) {
        let (offset, bytes) = (offset as u64, bytes as u64);
        self.findings.push(Finding::CorruptBlock { segment: path.to_owned(), offset, bytes });
    }
}

/// The header of the block that starts here, if the block is complete.
fn whole_block(path: &Path, bytes: &[u8]) -> Result<Option<Header>, TrailError> {
    match Header::read(bytes) {
        Ok(header) => Ok((header.total() <= bytes.len() as u64).then_some(header)),
        Err(NoHeader::Damaged) => Ok(None),
        Err(NoHeader::Newer(version)) => Err(TrailError::NewerFormat { path: path.to_owned(), version }),
    }
}

/// How far away the next complete block is whose numbers can come next.
fn next_block(path: &Path, bytes: &[u8], end: u64) -> Result<Option<usize>, TrailError> {
    for (skipped, window) in bytes.windows(MAGIC.len()).enumerate().skip(1) {
        if window == MAGIC
            && let Some(header) = whole_block(path, bytes.get(skipped..).unwrap_or_default())?
            && header.first >= end
        {
            return Ok(Some(skipped));
        }
    }
    Ok(None)
}

/// Whether the file's header is whole.
fn check_header(path: &Path, bytes: &[u8]) -> Result<bool, TrailError> {
    let Some(found) = bytes.first_chunk::<FILE_HEADER>() else { return Ok(false) };
    let Some((body, checksum)) = found.split_last_chunk::<4>() else { return Ok(false) };
    if !body.starts_with(&FILE_MAGIC) || crc32fast::hash(body) != u32::from_le_bytes(*checksum) {
        return Ok(false);
    }
    let version = body.get(8..10).and_then(|v| v.first_chunk()).copied().map_or(0, u16::from_le_bytes);
    if version == VERSION {
        Ok(true)
    } else {
        Err(TrailError::NewerFormat { path: path.to_owned(), version })
    }
}

/// How files are opened here: for reading and writing, and for the owner only.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o600);
    options
}

fn sync_folder(folder: &Path) -> Result<(), TrailError> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(TrailError::io(format!("sync the folder {}", folder.display())))
}

/// The lock file of the folder, locked for as long as the result lives.
pub(crate) fn lock(folder: &Path) -> Result<File, TrailError> {
    let path = folder.join("lock");
    let cannot = TrailError::io(format!("lock {}", path.display()));
    let file =
        private().create(true).truncate(false).open(&path).map_err(TrailError::io("open the lock file"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(TrailError::InUse { path: folder.to_owned() }),
        Err(fs::TryLockError::Error(error)) => Err(cannot(error)),
    }
}
