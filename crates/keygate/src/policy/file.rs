//! Documents from files or standard input.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use crate::failure::Failure;

/// A document and how to call it.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// Whether a path stands for standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// How messages call a file.
pub(crate) fn name(path: &Path) -> String {
    if is_stdin(path) { "standard input".to_owned() } else { path.display().to_string() }
}

pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::Misused(format!("{} can not be read: {error}", name(path)))
}

pub(crate) fn read(path: &Path) -> Result<Source, Failure> {
    let mut text = String::new();
    let read = if is_stdin(path) {
        io::stdin().lock().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(path)
    };
    match read {
        Ok(text) => Ok(Source { name: name(path), text }),
        Err(error) => Err(unreadable(path, &error)),
    }
}
