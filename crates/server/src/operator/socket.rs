//! The socket file: bound where only its owner can reach it, however long the path is.

use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

/// Longer paths do not fit into a socket address: 108 bytes on Linux, one of them zero.
const MAX_PATH: usize = 100;

/// A path to a file that fits into a socket address; for as long as this lives.
struct Short {
    path: PathBuf,
    /// The folder that the path goes through.
    _folder: Option<File>,
}

impl Short {
    fn of(path: &Path) -> io::Result<Self> {
        if path.as_os_str().len() <= MAX_PATH {
            return Ok(Self { path: path.to_owned(), _folder: None });
        }
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(io::ErrorKind::InvalidFilename.into());
        };
        let folder = File::open(parent)?;
        let path = Path::new("/proc/self/fd").join(folder.as_raw_fd().to_string()).join(name);
        Ok(Self { path, _folder: Some(folder) })
    }
}

/// Binds the socket. One that a dead server left behind is replaced.
///
/// # Errors
/// Another server answers on it ([`io::ErrorKind::AddrInUse`]), or the file system refuses.
pub(super) async fn bind(path: &Path) -> io::Result<UnixListener> {
    if connect(path).await.is_ok() {
        return Err(io::Error::new(io::ErrorKind::AddrInUse, "another server runs on this data folder"));
    }
    // Under another name until its mode is right, so that nobody else can ever connect.
    let temporary = path.with_extension("new");
    remove(&temporary)?;
    let listener = UnixListener::bind(Short::of(&temporary)?.path)?;
    fs::set_permissions(&temporary, fs::Permissions::from_mode(0o600))?;
    fs::rename(&temporary, path)?;
    Ok(listener)
}

/// Connects to the server behind this socket.
pub(super) async fn connect(path: &Path) -> io::Result<UnixStream> {
    let short = Short::of(path)?;
    UnixStream::connect(&short.path).await
}

/// Removes the socket file, if it is there.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bound_for_the_owner_alone_however_long_the_path_is() {
        let folder = tempfile::tempdir().unwrap();
        let long = folder.path().join("d".repeat(200));
        fs::create_dir(&long).unwrap();
        for folder in [folder.path(), &long] {
            let path = folder.join("operator.sock");
            let listener = bind(&path).await.unwrap();
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            let (client, accepted) = tokio::join!(connect(&path), listener.accept());
            client.unwrap();
            accepted.unwrap();
            assert!(!path.with_extension("new").exists());
        }
    }

    #[tokio::test]
    async fn a_living_server_keeps_its_socket_and_a_dead_one_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("operator.sock");
        let listener = bind(&path).await.unwrap();
        assert_eq!(bind(&path).await.err().unwrap().kind(), io::ErrorKind::AddrInUse);
        drop(listener);
        assert!(path.exists(), "a dead server leaves its socket behind");
        drop(bind(&path).await.unwrap());
        remove(&path).unwrap();
        remove(&path).unwrap();
        assert_eq!(connect(&path).await.err().unwrap().kind(), io::ErrorKind::NotFound);
    }
}
