//! Patterns for resources: the ARN form of Resource and NotResource (rules 110-120).

use crate::context::Keys;
use crate::document::Version;
use crate::pattern::{Pattern, Token};
use crate::policy::PolicyKind;
use crate::template::{Builder, Wildcards};

/// One entry of a Resource or NotResource element.
#[derive(Debug, Clone)]
pub(crate) enum ResourcePattern {
    /// `*`: the only pattern that matches requests without resource (rule 119).
    Any,
    /// An ARN, whole or completed.
    Arn(Pattern),
    /// Can match nothing: a JSON null (rule 87), or no ARN that this kind of policy understands (rule 115).
    Nothing,
}

/// How many fields an ARN has.
const FIELDS: usize = 6;

impl ResourcePattern {
    /// Compiles an entry; `None` is a JSON null.
    pub(crate) fn new(entry: Option<&str>, version: Version, kind: PolicyKind) -> Self {
        match entry {
            None => Self::Nothing,
            Some("*") => Self::Any,
            Some(text) => arn(text, version, kind),
        }
    }

    /// Whether the entry matches the resource of a request.
    pub(crate) fn matches(&self, resource: &str, context: &Keys<'_>) -> bool {
        match self {
            Self::Any => true,
            Self::Arn(pattern) => resource != "*" && pattern.matches(resource, context),
            Self::Nothing => false,
        }
    }

    /// Whether the entry is `*`.
    pub(crate) fn is_any(&self) -> bool {
        matches!(self, Self::Any)
    }

    /// Whether all variables of the entry have values (rule 168).
    pub(crate) fn is_resolved(&self, context: &Keys<'_>) -> bool {
        match self {
            Self::Arn(pattern) => pattern.is_resolved(context),
            Self::Any | Self::Nothing => true,
        }
    }

    /// The pattern, if the entry has one.
    pub(crate) fn pattern(&self) -> Option<&Pattern> {
        match self {
            Self::Arn(pattern) => Some(pattern),
            Self::Any | Self::Nothing => None,
        }
    }
}

/// The first five fields compare without regard to ASCII case (rule 117) and take no variables (rule 165).
fn arn(text: &str, version: Version, kind: PolicyKind) -> ResourcePattern {
    let count = text.splitn(FIELDS, ':').count();
    let completed = matches!(kind, PolicyKind::Identity | PolicyKind::Boundary | PolicyKind::Session);
    let has_wildcard = text.contains(['*', '?']);
    if count == 1 || (count < FIELDS && !completed && !has_wildcard) {
        return ResourcePattern::Nothing;
    }
    let mut builder = Builder::default();
    builder.fold(true);
    // What stands before the first colon is not looked at (rule 93).
    builder.literal("arn");
    for (index, field) in text.splitn(FIELDS, ':').enumerate().skip(1) {
        builder.literal(":");
        if index + 1 == FIELDS {
            builder.fold(false);
            builder.template(field, version, Wildcards::Active);
        } else {
            builder.glob(field, Wildcards::InField);
        }
    }
    if completed {
        for _ in count..FIELDS {
            builder.literal(":");
            builder.token(Token::Many);
        }
    }
    ResourcePattern::Arn(builder.finish())
}

#[cfg(test)]
mod tests;
