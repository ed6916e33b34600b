//! What comes in: optional paths, tags, permissions boundaries.

use keygate_ident::EntityPath;
use keygate_operation::Failure;
use keygate_shapes::{declares, iam};
use keygate_state::{Account, ManagedRef, NoSuchEntity, Quota, TagCase, Tags};
use keygate_wire::OperationModel;

/// The path given, or `/`. The model's pattern has been checked before.
pub(crate) fn path<M: OperationModel>(path: Option<&str>) -> Result<EntityPath, Failure<M>> {
    match path {
        None => Ok(EntityPath::default()),
        Some(text) => text.parse().map_err(|_| {
            Failure::validation("The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.")
        }),
    }
}

/// The tags given, as key and value.
pub(crate) fn pairs(tags: Option<&[iam::Tag]>) -> impl Iterator<Item = (&str, &str)> {
    tags.unwrap_or_default().iter().map(|tag| (tag.key.as_str(), tag.value.as_str()))
}

/// The tags of a new entity.
pub(crate) fn new_tags<M>(account: &Account, tags: Option<&[iam::Tag]>, case: TagCase) -> Result<Tags, Failure<M>>
where
    M: OperationModel + declares::InvalidInput + declares::LimitExceeded,
{
    let mut result = Tags::default();
    result.set(pairs(tags), case, account.quota(Quota::TagsPerResource))?;
    Ok(result)
}

/// The permissions boundary given: a managed policy that exists (rule 61).
pub(crate) fn boundary(account: &Account, arn: Option<&str>) -> Result<Option<ManagedRef>, NoSuchEntity> {
    let Some(arn) = arn else { return Ok(None) };
    match account.managed(arn) {
        Some(_) => Ok(Some(ManagedRef::new(arn))),
        None => Err(NoSuchEntity::new(format!("Scope ARN: {arn} does not exist or is not attachable."))),
    }
}
