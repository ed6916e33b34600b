//! The tables, their version, and how a connection is set up.
//!
//! `user_version` is the number of steps of [`STEPS`] that made the file; `application_id` tells our files from
//! other people's. A step is never changed once released; a new one is added behind it.

use std::fs::{File, OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{SqliteOptions, unavailable};
use crate::error::OpenError;

/// Each step leads from one schema version to the next.
const STEPS: &[&str] = &[include_str!("schema/1.sql")];

/// "Keyg", big-endian.
const APPLICATION_ID: i64 = 0x4b65_7967;

const PAGE_BYTES: u64 = 4096;

/// Long enough for a backup tool's short locks, short enough for a client that waits.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens for writing, makes or brings up to date what needs it; also the newest record format in the file.
pub(super) fn open(path: &Path, options: &SqliteOptions) -> Result<(Connection, u32), OpenError> {
    let failed = |error: rusqlite::Error| from_sqlite(path, &error);
    make(path).map_err(|error| unavailable(&format!("{}: {error}", path.display())))?;
    // Before anything is changed: the file may be somebody else's, or newer than we are.
    let version = version(path, &connect(path).map_err(failed)?)?;
    std::fs::set_permissions(path, Permissions::from_mode(0o600))
        .map_err(|error| unavailable(&format!("{}: {error}", path.display())))?;
    let mut connection = writing(path, options).map_err(failed)?;
    upgrade(&mut connection, version).map_err(failed)?;
    let newest = newest_format(&connection).map_err(failed)?;
    if newest > options.newest_record_format {
        return Err(OpenError::NewerRecords { found: newest, supported: options.newest_record_format });
    }
    Ok((connection, newest))
}

/// A connection for the writer.
pub(super) fn writing(path: &Path, options: &SqliteOptions) -> Result<Connection, rusqlite::Error> {
    let connection = connect(path)?;
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        let detail = format!("the file system does not allow the WAL mode (it stays {mode:?})");
        return Err(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN),
            Some(detail),
        ));
    }
    // A checkpoint costs two more fsyncs, so it comes every 16 MiB; a WAL that an import blew up shrinks again.
    connection.execute_batch(
        "PRAGMA synchronous = FULL;
         PRAGMA wal_autocheckpoint = 4096;
         PRAGMA journal_size_limit = 67108864;
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -16384;",
    )?;
    if let Some(bytes) = options.max_bytes {
        let pages = i64::try_from(bytes / PAGE_BYTES).unwrap_or(i64::MAX).max(1);
        connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
    }
    Ok(connection)
}

/// A connection that cannot write.
pub(super) fn reading(path: &Path) -> Result<Connection, rusqlite::Error> {
    let connection = connect(path)?;
    connection.execute_batch("PRAGMA query_only = ON;")?;
    Ok(connection)
}

fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    // Not CREATE: a file that vanished while we run is an error. Not URI: a path is a path.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;")?;
    Ok(connection)
}

/// Makes the file with its final mode, before any content; SQLite gives its own files the same mode.
fn make(path: &Path) -> std::io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => {
            file.sync_all()?;
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// How many steps made the file; zero for an empty one.
fn version(path: &Path, connection: &Connection) -> Result<u32, OpenError> {
    let pragma = |name: &str| {
        let value = connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
        value.map_err(|error| from_sqlite(path, &error))
    };
    let (application, version) = (pragma("application_id")?, pragma("user_version")?);
    let empty = pragma("schema_version")? == 0 && application == 0 && version == 0;
    if application != APPLICATION_ID && !empty {
        return Err(OpenError::Foreign { path: path.to_owned() });
    }
    let found = u32::try_from(version).map_err(|_| OpenError::Foreign { path: path.to_owned() })?;
    let supported = u32::try_from(STEPS.len()).unwrap_or(u32::MAX);
    if found > supported {
        return Err(OpenError::NewerSchema { found, supported });
    }
    Ok(found)
}

fn upgrade(connection: &mut Connection, found: u32) -> Result<(), rusqlite::Error> {
    for (number, step) in (1u32..).zip(STEPS).skip_while(|(number, _)| *number <= found) {
        let tx = connection.transaction()?;
        tx.execute_batch(step)?;
        let mark = format!("PRAGMA user_version = {number}; PRAGMA application_id = {APPLICATION_ID};");
        tx.execute_batch(&mark)?;
        tx.commit()?;
    }
    Ok(())
}

fn newest_format(connection: &Connection) -> Result<u32, rusqlite::Error> {
    connection.query_row("SELECT format FROM newest", [], |row| row.get(0))
}

fn from_sqlite(path: &Path, error: &rusqlite::Error) -> OpenError {
    if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) {
        return OpenError::Foreign { path: path.to_owned() };
    }
    unavailable(&format!("{}: {error}", path.display()))
}
