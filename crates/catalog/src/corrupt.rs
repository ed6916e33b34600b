//! The one thing that can go wrong here.

use std::fmt;

/// Data compiled into the program does not unpack. A test reads all of it, so this means a damaged program file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorruptData {
    what: &'static str,
}

impl CorruptData {
    pub(crate) const fn new(what: &'static str) -> Self {
        Self { what }
    }
}

impl fmt::Display for CorruptData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the catalogue's {} do not unpack: the program file is damaged", self.what)
    }
}

impl std::error::Error for CorruptData {}
