//! The shapes of an API model, as data.
//!
//! Schemas are `static`s in generated code; a test or a tool may also make them at run time by leaking, see
//! [`Members::late`]. All of them live for the whole program, so that they can refer to each other in circles.

use std::sync::OnceLock;

use crate::pattern::Pattern;

/// One shape: its name in the model, its kind, and its constraints.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// The model's name of the shape.
    pub name: &'static str,
    /// What values it has.
    pub kind: Kind,
    /// Least length (string characters, blob bytes, elements) or least number.
    pub min: Option<i64>,
    /// Greatest length or number.
    pub max: Option<i64>,
    /// The Java regular expression that a string must match as a whole.
    pub pattern: Option<&'static Pattern>,
    /// The value must not be shown in messages or logs.
    pub sensitive: bool,
}

/// What values a shape has.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Bytes; base64 on the wire.
    Blob,
    /// true or false.
    Boolean,
    /// 32 bits, signed.
    Integer,
    /// 64 bits, signed.
    Long,
    /// A floating-point number; `double` in the model.
    Double,
    /// Text. If the list is not empty, it is the enum value set.
    String(&'static [&'static str]),
    /// An instant, with the format that the shape itself asks for.
    Timestamp(Option<TimestampFormat>),
    /// Any JSON value.
    Document,
    /// Several values of one shape. `flattened`: without a wrapping element.
    List {
        /// The elements; only its target and wire name mean something.
        member: &'static Member,
        /// Without a wrapping element.
        flattened: bool,
    },
    /// Values by text key.
    Map {
        /// The keys.
        key: &'static Member,
        /// The values.
        value: &'static Member,
        /// Without a wrapping element.
        flattened: bool,
    },
    /// Named members, in the model's order.
    Structure(Members),
    /// Exactly one of the members is set.
    Union(Members),
}

/// The members of a structure or union.
#[derive(Debug, Clone, Copy)]
pub enum Members {
    /// Known when the schema was made.
    Known(&'static [Member]),
    /// Filled in later: how schemas made at run time refer to themselves.
    Late(&'static OnceLock<Vec<Member>>),
}

/// A member of a structure, or the element of a list or map.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// The model's name of the member.
    pub name: &'static str,
    /// The shape of its value.
    pub target: &'static Schema,
    /// The `locationName`: its name on the wire where that differs.
    pub location_name: Option<&'static str>,
    /// Where in an HTTP message it stands (restJson1).
    pub location: Location,
    /// A request without it is refused.
    pub required: bool,
    /// Overrides the target's own.
    pub flattened: bool,
    /// Overrides the target's own.
    pub timestamp_format: Option<TimestampFormat>,
    /// A JSON document carried as text (`jsonvalue`).
    pub json_value: bool,
    /// Filled in by clients when it is missing.
    pub idempotency_token: bool,
}

/// Where in an HTTP message a member stands (restJson1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Location {
    /// A member of the body's document.
    #[default]
    Body,
    /// A label in the path.
    Uri,
    /// A query parameter; a map adds one parameter for each key.
    Query,
    /// A header.
    Header,
    /// All headers that start with the wire name, as a map.
    Headers,
    /// The response's status.
    StatusCode,
    /// The body is this member alone.
    Payload,
}

/// How an instant is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimestampFormat {
    /// `2015-01-25T08:00:00Z`
    Iso8601,
    /// Seconds since the epoch, with a fraction where there is one.
    Epoch,
    /// `Sun, 25 Jan 2015 08:00:00 GMT`
    Rfc822,
}

impl Schema {
    /// A shape without constraints.
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, min: None, max: None, pattern: None, sensitive: false }
    }

    /// Text.
    pub const fn string(name: &'static str) -> Self {
        Self::new(name, Kind::String(&[]))
    }

    /// Text out of a fixed set.
    pub const fn enumeration(name: &'static str, values: &'static [&'static str]) -> Self {
        Self::new(name, Kind::String(values))
    }

    /// A structure.
    pub const fn structure(name: &'static str, members: &'static [Member]) -> Self {
        Self::new(name, Kind::Structure(Members::Known(members)))
    }

    /// A union.
    pub const fn union(name: &'static str, members: &'static [Member]) -> Self {
        Self::new(name, Kind::Union(Members::Known(members)))
    }

    /// A list.
    pub const fn list(name: &'static str, member: &'static Member) -> Self {
        Self::new(name, Kind::List { member, flattened: false })
    }

    /// A map.
    pub const fn map(name: &'static str, key: &'static Member, value: &'static Member) -> Self {
        Self::new(name, Kind::Map { key, value, flattened: false })
    }

    /// The same, with a least length or number.
    pub const fn min(mut self, min: i64) -> Self {
        self.min = Some(min);
        self
    }

    /// The same, with a greatest length or number.
    pub const fn max(mut self, max: i64) -> Self {
        self.max = Some(max);
        self
    }

    /// The same, with a pattern.
    pub const fn pattern(mut self, pattern: &'static Pattern) -> Self {
        self.pattern = Some(pattern);
        self
    }

    /// The same, not to be shown.
    pub const fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// The members of a structure or union; none for other kinds.
    pub fn members(&self) -> &'static [Member] {
        match &self.kind {
            Kind::Structure(members) | Kind::Union(members) => members.get(),
            _ => &[],
        }
    }

    /// Position and member of that name.
    pub fn member(&self, name: &str) -> Option<(usize, &'static Member)> {
        self.members().iter().enumerate().find(|(_, member)| member.name == name)
    }

    /// Whether this is a union.
    pub const fn is_union(&self) -> bool {
        matches!(self.kind, Kind::Union(_))
    }
}

impl Members {
    /// Members that [`OnceLock::set`] fills in later. The memory is never freed.
    pub fn late() -> (&'static OnceLock<Vec<Member>>, Self) {
        let cell: &'static OnceLock<Vec<Member>> = Box::leak(Box::new(OnceLock::new()));
        (cell, Self::Late(cell))
    }

    fn get(&self) -> &'static [Member] {
        match self {
            Self::Known(members) => members,
            Self::Late(cell) => cell.get().map_or(&[], Vec::as_slice),
        }
    }
}

impl Member {
    /// An optional member of the body.
    pub const fn new(name: &'static str, target: &'static Schema) -> Self {
        Self {
            name,
            target,
            location_name: None,
            location: Location::Body,
            required: false,
            flattened: false,
            timestamp_format: None,
            json_value: false,
            idempotency_token: false,
        }
    }

    /// The same, required.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same, named so on the wire.
    pub const fn named(mut self, location_name: &'static str) -> Self {
        self.location_name = Some(location_name);
        self
    }

    /// The same, at that place of the HTTP message.
    pub const fn at(mut self, location: Location) -> Self {
        self.location = location;
        self
    }

    /// The same, flattened.
    pub const fn flattened(mut self) -> Self {
        self.flattened = true;
        self
    }

    /// The same, with its own timestamp format.
    pub const fn timestamp(mut self, format: TimestampFormat) -> Self {
        self.timestamp_format = Some(format);
        self
    }

    /// The same, JSON carried as text.
    pub const fn json_value(mut self) -> Self {
        self.json_value = true;
        self
    }

    /// The same, filled in by clients.
    pub const fn idempotency_token(mut self) -> Self {
        self.idempotency_token = true;
        self
    }

    /// Its name on the wire.
    pub const fn wire_name(&self) -> &'static str {
        match self.location_name {
            Some(name) => name,
            None => self.name,
        }
    }

    /// Whether a list or map is written here without a wrapping element.
    pub const fn is_flattened(&self) -> bool {
        self.flattened
            || matches!(
                self.target.kind,
                Kind::List { flattened: true, .. } | Kind::Map { flattened: true, .. }
            )
    }

    /// The timestamp format at this place, if the model says one.
    pub const fn format(&self) -> Option<TimestampFormat> {
        match (self.timestamp_format, &self.target.kind) {
            (Some(format), _) => Some(format),
            (None, Kind::Timestamp(format)) => *format,
            _ => None,
        }
    }
}
