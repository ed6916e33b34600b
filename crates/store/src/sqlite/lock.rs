//! One process per file.
//!
//! The lock is on a file of its own: SQLite's locks on the database would be lost if anybody in this process
//! opened and closed that file. The lock file stays when the process ends; the lock does not.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::unavailable;
use crate::error::OpenError;

/// Held until dropped.
pub(super) struct ProcessLock {
    _file: File,
}

impl ProcessLock {
    pub(super) fn take(database: &Path) -> Result<Self, OpenError> {
        let path = lock_path(database);
        let options =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
        let mut file = options.map_err(|error| failed(&path, &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Only for the message; an unreadable name is no reason to say something else.
                drop(file.take(64).read_to_string(&mut holder));
                return Err(OpenError::Locked { path, holder: holder.trim().to_owned() });
            }
            Err(TryLockError::Error(error)) => return Err(failed(&path, &error)),
        }
        let name = format!("process {}\n", std::process::id());
        let written =
            file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(name.as_bytes()));
        written.map_err(|error| failed(&path, &error))?;
        Ok(Self { _file: file })
    }
}

fn lock_path(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

fn failed(path: &Path, error: &std::io::Error) -> OpenError {
    unavailable(&format!("{}: {error}", path.display()))
}
