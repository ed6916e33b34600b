//! Operations on managed policies: the account's own, and AWS's, which can be read and attached but not changed.

pub(crate) mod create_policy;
mod create_policy_version;
mod delete_policy;
mod delete_policy_version;
mod get_policy;
mod get_policy_version;
mod list_entities_for_policy;
mod list_policies;
mod list_policy_tags;
mod list_policy_versions;
mod set_default_policy_version;
mod tag_policy;
mod untag_policy;
pub(crate) mod view;

#[cfg(test)]
pub(crate) mod testing;

use std::sync::Arc;

use keygate_ident::ArnParts;
use keygate_operation::{Ask, Asks, Entry, Failure, ReadCx, WriteCx};
use keygate_policy::PolicyKind;
use keygate_shapes::declares;
use keygate_state::{LimitExceeded, MalformedPolicyDocument, NoSuchEntity, Policy, PolicyText, Quota};
use keygate_wire::OperationModel;

use crate::{ask, input};

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(create_policy::CreatePolicy),
        Entry::read(get_policy::GetPolicy),
        Entry::read(list_policies::ListPolicies),
        Entry::write(delete_policy::DeletePolicy),
        Entry::write(create_policy_version::CreatePolicyVersion),
        Entry::read(get_policy_version::GetPolicyVersion),
        Entry::read(list_policy_versions::ListPolicyVersions),
        Entry::write(set_default_policy_version::SetDefaultPolicyVersion),
        Entry::write(delete_policy_version::DeletePolicyVersion),
        Entry::write(tag_policy::TagPolicy),
        Entry::write(untag_policy::UntagPolicy),
        Entry::read(list_policy_tags::ListPolicyTags),
        Entry::read(list_entities_for_policy::ListEntitiesForPolicy),
    ]
}

/// The form of a policy's ARN is checked before anything is decided.
///
/// # Errors
/// "ARN … is not valid."
pub(crate) fn valid_arn<M: OperationModel>(arn: &str) -> Result<(), Failure<M>> {
    if input::is_policy_arn(arn) {
        return Ok(());
    }
    Err(Failure::validation(format!("ARN {arn} is not valid.")))
}

/// A document that somebody wants to save as an identity policy (rules 77-102).
///
/// # Errors
/// What is wrong with it first (rule 99).
pub(crate) fn document(text: &str) -> Result<PolicyText, MalformedPolicyDocument> {
    keygate_policy::Policy::parse(text, PolicyKind::Identity)
        .map(PolicyText::accepted)
        .map_err(|refusal| MalformedPolicyDocument::new(refusal.message))
}

/// "Policy … does not exist or is not attachable."
pub(crate) fn not_attachable(arn: &str) -> NoSuchEntity {
    NoSuchEntity::new(format!("Policy {arn} does not exist or is not attachable."))
}

/// This action on this policy, whose ARN has the right form.
fn asks<M: OperationModel>(cx: &ReadCx<'_>, action: &'static str, arn: &str) -> Result<Asks, Failure<M>> {
    Ok(Asks::one(one_ask(cx, action, arn)?))
}

fn one_ask<M: OperationModel>(cx: &ReadCx<'_>, action: &'static str, arn: &str) -> Result<Ask, Failure<M>> {
    valid_arn(arn)?;
    Ok(ask::policy(cx, action, arn))
}

/// The document of a managed policy and its size (rules 229, 230).
fn managed_document<M>(cx: &WriteCx<'_>, text: &str) -> Result<PolicyText, Failure<M>>
where
    M: OperationModel + declares::MalformedPolicyDocument + declares::LimitExceeded,
{
    let document = document(text)?;
    let limit = cx.draft.quota(Quota::PolicySize);
    if document.size() > limit as usize {
        return Err(LimitExceeded::quota(Quota::PolicySize.name(), limit).into());
    }
    Ok(document)
}

/// The account's own policy with this ARN, to be changed.
///
/// # Errors
/// There is none. AWS's policies and those of other accounts can not be changed whatever the caller's policies say:
/// AWS answers as it does across accounts, without a reason (rule 190).
fn own<M>(cx: &WriteCx<'_>, action: &str, arn: &str) -> Result<Arc<Policy>, Failure<M>>
where
    M: OperationModel + declares::NoSuchEntity,
{
    own_or(cx, action, arn, || NoSuchEntity::policy(arn))
}

/// The account's own policy with this ARN and the number of one of its versions.
///
/// # Errors
/// As [`own`]; or it has no such version.
fn own_version<M>(
    cx: &WriteCx<'_>,
    action: &str,
    arn: &str,
    version: &str,
) -> Result<(Arc<Policy>, u32), Failure<M>>
where
    M: OperationModel + declares::NoSuchEntity,
{
    let policy = own_or(cx, action, arn, || no_version(arn, version))?;
    let number = policy.version(version).map(|version| version.number);
    Ok((policy, number.ok_or_else(|| no_version(arn, version))?))
}

fn own_or<M>(
    cx: &WriteCx<'_>,
    action: &str,
    arn: &str,
    missing: impl FnOnce() -> NoSuchEntity,
) -> Result<Arc<Policy>, Failure<M>>
where
    M: OperationModel + declares::NoSuchEntity,
{
    if let Some(policy) = cx.draft.own_policy(arn) {
        return Ok(Arc::clone(policy));
    }
    let owner = ArnParts::split(arn).map(|parts| parts.account.to_owned());
    if owner != Some(cx.account_id().to_string()) {
        let caller = &cx.caller.arn;
        return Err(Failure::access_denied(format!(
            "User: {caller} is not authorized to perform: {action} on resource: policy {arn}"
        )));
    }
    Err(missing().into())
}

fn no_version(arn: &str, version: &str) -> NoSuchEntity {
    NoSuchEntity::new(format!("Policy {arn} version {version} does not exist or is not attachable."))
}

#[cfg(test)]
mod tests;
