//! Attaching managed policies to users, groups and roles. What differs between the three is their shapes and that
//! only roles can belong to a service; the rest is written once.

pub(crate) mod attach_policy;
mod detach_policy;
mod list_attached_policies;

use keygate_operation::{Asks, Entry, Failure, ReadCx};
use keygate_state::Principal;
use keygate_wire::OperationModel;

use crate::{ask, policy};

pub(crate) use list_attached_policies::in_order;

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

#[cfg(test)]
mod tests;
