//! Attaching managed policies to users, groups and roles. What differs between the three is their shapes and that
//! only roles can belong to a service; the rest is written once.

pub(crate) mod attach_policy;
mod detach_policy;
mod list_attached_policies;

use keygate_operation::{Asks, Entry, Failure, ReadCx};
use keygate_state::{ManagedRef, Principal, Role, UnmodifiableEntity};
use keygate_wire::OperationModel;

use crate::{ask, policy};

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(attach_policy::AttachUserPolicy),
        Entry::write(attach_policy::AttachGroupPolicy),
        Entry::write(attach_policy::AttachRolePolicy),
        Entry::write(detach_policy::DetachUserPolicy),
        Entry::write(detach_policy::DetachGroupPolicy),
        Entry::write(detach_policy::DetachRolePolicy),
        Entry::read(list_attached_policies::ListAttachedUserPolicies),
        Entry::read(list_attached_policies::ListAttachedGroupPolicies),
        Entry::read(list_attached_policies::ListAttachedRolePolicies),
    ]
}

/// A role that no service owns (rule 211).
///
/// # Errors
/// A service owns it: only the service may change it.
pub(crate) fn modifiable(role: &Role) -> Result<(), UnmodifiableEntity> {
    if !role.is_service_linked() {
        return Ok(());
    }
    Err(UnmodifiableEntity::new(format!(
        "Cannot perform the operation on the protected role '{}' - this role is only modifiable by AWS",
        role.name
    )))
}

/// The name of an attached policy: the last part of its ARN.
pub(crate) fn policy_name(policy: &ManagedRef) -> &str {
    policy.arn().rsplit('/').next().unwrap_or_default()
}

/// This action on this user, group or role, with the policy's ARN (rule 212) and the entity's boundary (rule 65).
fn asks<P: Principal, M: OperationModel>(
    cx: &ReadCx<'_>,
    action: &'static str,
    name: &str,
    policy_arn: &str,
) -> Result<Asks, Failure<M>> {
    policy::valid_arn(policy_arn)?;
    Ok(Asks::one(ask::bounded::<P>(cx, action, name).key(ask::POLICY_ARN, Some(policy_arn))))
}
