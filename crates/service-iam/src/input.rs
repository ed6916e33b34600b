//! What comes in: optional paths, tags, permissions boundaries.

use keygate_ident::{AccountId, ArnParts, EntityPath, Partition};
use keygate_operation::Failure;
use keygate_shapes::{declares, iam};
use keygate_state::{Account, InvalidInput, KeyStatus, ManagedRef, NoSuchEntity, Quota, TagCase, Tags};
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
pub(crate) fn new_tags<M>(
    account: &Account,
    tags: Option<&[iam::Tag]>,
    case: TagCase,
) -> Result<Tags, Failure<M>>
where
    M: OperationModel + declares::InvalidInput + declares::LimitExceeded,
{
    let mut result = Tags::default();
    result.set(pairs(tags), case, account.quota(Quota::TagsPerResource))?;
    Ok(result)
}

/// The status given to a key: `what` is how a refusal names it. The model's list of values has `Expired` too, which
/// only credentials with an end can be.
pub(crate) fn key_status(status: &str, what: &str) -> Result<KeyStatus, InvalidInput> {
    KeyStatus::from_name(status)
        .ok_or_else(|| InvalidInput::new(format!("The status of {what} must be Active or Inactive.")))
}

/// What stands behind `KIND/` in the ARN of an IAM resource of this kind.
///
/// # Errors
/// It is no ARN, or one of something else.
pub(crate) fn name_in_arn<'a, M: OperationModel>(kind: &str, arn: &'a str) -> Result<&'a str, Failure<M>> {
    let invalid = || Failure::validation(format!("Invalid ARN: {arn}"));
    let parts = ArnParts::split(arn).ok_or_else(invalid)?;
    let is_placed = Partition::from_name(parts.partition).is_some() && parts.region.is_empty();
    if !is_placed || parts.account.parse::<AccountId>().is_err() {
        return Err(invalid());
    }
    if parts.service != "iam" {
        return Err(Failure::validation("Invalid service in ARN"));
    }
    match parts.resource.split_once('/').ok_or_else(invalid)? {
        (found, _) if found != kind => Err(Failure::validation("Invalid resource type in ARN")),
        (_, "") => Err(Failure::validation("Invalid ARN")),
        (_, name) => Ok(name),
    }
}

/// Why a permissions boundary was not accepted.
#[derive(Debug)]
pub(crate) enum BoundaryError {
    /// The text is not the ARN of a managed policy.
    Invalid(InvalidInput),
    /// There is no such policy, or it can not be attached.
    Absent(NoSuchEntity),
}

impl<M> From<BoundaryError> for Failure<M>
where
    M: OperationModel + declares::InvalidInput + declares::NoSuchEntity,
{
    fn from(error: BoundaryError) -> Self {
        match error {
            BoundaryError::Invalid(error) => error.into(),
            BoundaryError::Absent(error) => error.into(),
        }
    }
}

/// The permissions boundary given: a managed policy that exists (rule 61) and does not belong to a service.
pub(crate) fn boundary(account: &Account, arn: Option<&str>) -> Result<Option<ManagedRef>, BoundaryError> {
    let Some(arn) = arn else { return Ok(None) };
    if !is_policy_arn(arn) {
        return Err(BoundaryError::Invalid(InvalidInput::new(format!("ARN {arn} is not valid."))));
    }
    match account.managed(arn).filter(|_| !is_service_role_policy(arn)) {
        Some(_) => Ok(Some(ManagedRef::new(arn))),
        None => {
            let message = format!("Scope ARN: {arn} does not exist or is not attachable.");
            Err(BoundaryError::Absent(NoSuchEntity::new(message)))
        }
    }
}

/// Whether this is the ARN of a managed policy, existing or not.
pub(crate) fn is_policy_arn(arn: &str) -> bool {
    ArnParts::split(arn).is_some_and(|parts| {
        Partition::from_name(parts.partition).is_some()
            && parts.service == "iam"
            && parts.region.is_empty()
            && (parts.account == "aws" || parts.account.parse::<AccountId>().is_ok())
            && parts.resource.strip_prefix("policy/").is_some_and(|name| !name.is_empty())
    })
}

/// Whether this AWS managed policy is only for the service-linked roles of one service.
pub(crate) fn is_service_role_policy(arn: &str) -> bool {
    ArnParts::split(arn)
        .is_some_and(|parts| parts.account == "aws" && parts.resource.starts_with("policy/aws-service-role/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_arns() {
        let name = |arn| {
            let name = name_in_arn::<iam::op::GetOpenIDConnectProvider>("oidc-provider", arn);
            name.map_err(|error| error.into_error().message().to_owned())
        };
        let good = "arn:aws-cn:iam::123456789012:oidc-provider/a.example/b";
        assert_eq!(name(good), Ok("a.example/b"));
        for (arn, message) in [
            ("no-arn-at-all-but-long-enough", "Invalid ARN: no-arn-at-all-but-long-enough"),
            (
                "arn:none:iam::123456789012:oidc-provider/a",
                "Invalid ARN: arn:none:iam::123456789012:oidc-provider/a",
            ),
            (
                "arn:aws:iam:x:123456789012:oidc-provider/a",
                "Invalid ARN: arn:aws:iam:x:123456789012:oidc-provider/a",
            ),
            ("arn:aws:iam::1234:oidc-provider/a", "Invalid ARN: arn:aws:iam::1234:oidc-provider/a"),
            (
                "arn:aws:iam::123456789012:oidc-provider",
                "Invalid ARN: arn:aws:iam::123456789012:oidc-provider",
            ),
            ("arn:aws:s3::123456789012:oidc-provider/a", "Invalid service in ARN"),
            ("arn:aws:iam::123456789012:saml-provider/a", "Invalid resource type in ARN"),
            ("arn:aws:iam::123456789012:oidc-provider/", "Invalid ARN"),
        ] {
            assert_eq!(name(arn), Err(message.to_owned()));
        }
    }

    #[test]
    fn arns_of_managed_policies() {
        for good in ["arn:aws:iam::123456789012:policy/p", "arn:aws-cn:iam::aws:policy/a/b"] {
            assert!(is_policy_arn(good), "{good}");
        }
        for bad in [
            "policy-name-without-arn",
            "arn:aws:iam::123456789012:not_a_policy/p",
            "arn:aws:iam::123456789012:policy/",
            "arn:aws:s3::123456789012:policy/p",
            "arn:aws:iam:us-east-1:123456789012:policy/p",
            "arn:none:iam::123456789012:policy/p",
            "arn:aws:iam::12345:policy/p",
        ] {
            assert!(!is_policy_arn(bad), "{bad}");
        }
        assert!(is_service_role_policy(
            "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy"
        ));
        assert!(!is_service_role_policy("arn:aws:iam::123456789012:policy/aws-service-role/mine"));
    }
}
