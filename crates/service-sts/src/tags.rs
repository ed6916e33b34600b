//! Session tags and source identity: passed, inherited, transitive (rules 201-207).

use keygate_operation::{Failure, ReadCx};
use keygate_shapes::sts::Tag;
use keygate_state::{Session, TagCase, TagError, Tags};
use keygate_wire::{ApiError, OperationModel};

/// Session tags per session (rule 205).
const MAX_TAGS: u32 = 50;

/// The tags of a new session.
pub(crate) struct SessionTags {
    /// All of them.
    pub(crate) tags: Tags,
    /// Keys of those that persist through chaining.
    pub(crate) transitive: Vec<String>,
}

/// Key and value of the tags in a request.
pub(crate) fn pairs(tags: Option<&[Tag]>) -> impl Iterator<Item = (&str, &str)> {
    tags.unwrap_or_default().iter().map(|tag| (tag.key.as_str(), tag.value.as_str()))
}

/// The transitive tags that the caller's own session hands on.
pub(crate) fn inherited(session: Option<&Session>) -> impl Iterator<Item = (&str, &str)> {
    session.into_iter().flat_map(|session| {
        let transitive = |key: &str| session.transitive.iter().any(|other| same(other, key));
        session.tags.iter().filter(move |(key, _)| transitive(key))
    })
}

/// The tags that this request gives a new session.
///
/// # Errors
/// Reserved, doubled or too many keys; a key that an inherited transitive tag has; a transitive key without a tag.
pub(crate) fn new_session<M: OperationModel>(
    cx: &ReadCx<'_>,
    passed: Option<&[Tag]>,
    transitive: Option<&[String]>,
) -> Result<SessionTags, Failure<M>> {
    let session = cx.caller.session.as_deref();
    let mut tags = Tags::default();
    tags.set(pairs(passed), TagCase::Insensitive, MAX_TAGS).map_err(refused)?;
    let transitive = transitive.unwrap_or_default();
    if transitive.iter().any(|key| tags.get(key, TagCase::Insensitive).is_none()) {
        return Err(Failure::validation(
            "The specified transitive tag key must be included in the requested tags.",
        ));
    }
    if inherited(session).any(|(key, _)| tags.get(key, TagCase::Insensitive).is_some()) {
        return Err(invalid(
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key \
             from the calling session.",
        ));
    }
    let mut keys: Vec<String> = transitive.to_vec();
    keys.extend(inherited(session).map(|(key, _)| key.to_owned()));
    tags.set(inherited(session), TagCase::Insensitive, MAX_TAGS).map_err(refused)?;
    Ok(SessionTags { tags, transitive: keys })
}

/// The source identity of a new session: the one passed, or the caller's own, which can not be changed.
///
/// # Errors
/// Another one than the caller's session has.
pub(crate) fn source_identity<M: OperationModel>(
    cx: &ReadCx<'_>,
    passed: Option<&str>,
) -> Result<Option<String>, Failure<M>> {
    let held = cx.caller.session.as_ref().and_then(|session| session.source_identity.as_deref());
    match (held, passed) {
        (Some(held), Some(passed)) if held != passed => {
            Err(Failure::validation("The source identity is already set for this assume role session"))
        }
        (held, passed) => Ok(passed.or(held).map(str::to_owned)),
    }
}

pub(crate) fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

/// As STS answers for tags: not with IAM's `InvalidInput`.
pub(crate) fn refused<M: OperationModel>(error: TagError) -> Failure<M> {
    invalid(match &error {
        TagError::Invalid(error) => error.message(),
        TagError::Limit(error) => error.message(),
    })
}

fn invalid<M: OperationModel>(message: &str) -> Failure<M> {
    Failure::common(ApiError::new("InvalidParameterValue", 400, message))
}
