//! What things are called: values, revisions, records, places in the feed of changes.

use std::fmt;

/// A value: a set of records that is committed under one revision. Opaque to the store; by convention
/// `kind/id`, like `account/123456789012`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ValueId(String);

impl ValueId {
    /// Takes any text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ValueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How often a value was committed. Revisions of different values have nothing to do with each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Revision(u64);

impl Revision {
    /// The revision of a value that does not exist yet.
    pub const NONE: Self = Self(0);

    /// The revision of this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The revision after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A record's name within its value. Opaque to the store.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordKey {
    /// What kind of entity it is, like `role`.
    pub kind: String,
    /// Which one, like its unique id.
    pub id: String,
}

impl RecordKey {
    /// The key of these parts.
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self { kind: kind.into(), id: id.into() }
    }
}

impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.id)
    }
}

/// A place in one store's feed of changes. Means nothing to another store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cursor(u64);

impl Cursor {
    /// Before the first change.
    pub const START: Self = Self(0);

    /// For engines only: elsewhere cursors come from [`crate::Store::changes`] and [`crate::Store::cursor`].
    pub const fn new(place: u64) -> Self {
        Self(place)
    }

    /// For engines only, see [`Cursor::new`].
    pub const fn place(self) -> u64 {
        self.0
    }
}
