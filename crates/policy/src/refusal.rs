//! Why a document was refused. Every refusal is AWS's `MalformedPolicyDocument`.

use std::fmt;

use crate::span::Span;

/// What is wrong with a refused document; the text a client sees is in [`Refusal::message`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalCode {
    /// Not JSON, or JSON beyond the limits on size and depth.
    Json,
    /// JSON of the wrong shape: unknown, doubled or missing elements, wrong types, unknown operators (rules 77-97).
    Syntax,
    /// The version is missing or too old for this kind of policy (rule 80).
    Version,
    /// What AWS reports as failed legacy parsing: case of Effect, dates, five-field ARNs (rules 82, 96, 98).
    LegacyParsing,
    /// A statement id that is doubled or has other than letters and digits (rules 89, 90).
    Sid,
    /// A Principal where none may stand, a missing one, or one that cannot exist (rules 91, 176, 177, 197).
    Principal,
    /// A resource that is not an ARN of a known partition, or that its service forbids (rules 93-95).
    Resource,
    /// An action without vendor, with two colons, or one that this kind of policy may not name (rules 92, 197).
    Action,
    /// A statement without actions or resources (rules 86, 87).
    Missing,
    /// Well formed, but not what this type of organization policy may contain (rules 49-57).
    PolicyType,
}

/// A document was refused. `Display` is AWS's message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The kind of fault, for callers that act on it.
    pub code: RefusalCode,
    /// AWS's words; the error code on the wire is `MalformedPolicyDocument`.
    pub message: String,
    /// Where in the text, if the fault has a place.
    pub span: Option<Span>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}
