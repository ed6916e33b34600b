//! One entity with all its policies. Documents are percent-encoded (rule 100).

use std::collections::BTreeMap;

use keygate_operation::ReadCx;
use keygate_shapes::iam::{self, GroupDetail, ManagedPolicyDetail, PolicyDetail, RoleDetail, UserDetail};
use keygate_state::{Account, Group, Managed, PolicyText, Reference, Role, Unavailable, User};

use crate::attach::in_order;
use crate::policy::view as policy_view;
use crate::view;

/// A user. As on AWS the list of inline policies is missing, not empty, if there are none.
pub(super) fn user(account: &Account, user: &User) -> UserDetail {
    let groups = user.groups.iter().filter_map(|id| account.groups.get(id));
    UserDetail {
        path: Some(user.path.to_string()),
        user_name: Some(user.name.clone()),
        user_id: Some(user.id.to_string()),
        arn: Some(user.arn(account.partition(), account.id()).into()),
        create_date: Some(user.created),
        user_policy_list: Some(inline(&user.inline)).filter(|policies| !policies.is_empty()),
        group_list: Some(groups.map(|group| group.name.clone()).collect()),
        attached_managed_policies: Some(in_order(&user.attached)),
        permissions_boundary: view::boundary(user.boundary.as_ref()),
        tags: Some(view::tag_list(&user.tags)),
    }
}

/// A group.
pub(super) fn group(account: &Account, group: &Group) -> GroupDetail {
    GroupDetail {
        path: Some(group.path.to_string()),
        group_name: Some(group.name.clone()),
        group_id: Some(group.id.to_string()),
        arn: Some(group.arn(account.partition(), account.id()).into()),
        create_date: Some(group.created),
        group_policy_list: Some(inline(&group.inline)),
        attached_managed_policies: Some(in_order(&group.attached)),
    }
}

/// A role with the instance profiles it is in.
pub(super) fn role(cx: &ReadCx<'_>, role: &Role) -> Result<RoleDetail, Unavailable> {
    let shown = view::role(cx, role)?;
    let containers = cx.account.referrers(&Reference::Role(role.id.clone()));
    let profiles = containers.filter_map(|(_, id)| cx.account.instance_profiles.get(id)).map(|profile| {
        // Tags of the profile are not among the details.
        Ok(iam::InstanceProfile { tags: None, ..view::instance_profile(cx, profile)? })
    });
    Ok(RoleDetail {
        path: Some(shown.path),
        role_name: Some(shown.role_name),
        role_id: Some(shown.role_id),
        arn: Some(shown.arn),
        create_date: Some(shown.create_date),
        assume_role_policy_document: shown.assume_role_policy_document,
        instance_profile_list: Some(profiles.collect::<Result<_, Unavailable>>()?),
        role_policy_list: Some(inline(&role.inline)),
        attached_managed_policies: Some(in_order(&role.attached)),
        permissions_boundary: shown.permissions_boundary,
        tags: Some(view::tag_list(&role.tags)),
        role_last_used: shown.role_last_used,
    })
}

/// A managed policy with its versions; `None` if the text of one of AWS's can not be read.
pub(super) fn policy(account: &Account, policy: &Managed) -> Option<ManagedPolicyDetail> {
    let shown = policy_view::policy(account, policy);
    Some(ManagedPolicyDetail {
        policy_name: shown.policy_name,
        policy_id: shown.policy_id,
        arn: shown.arn,
        path: shown.path,
        default_version_id: shown.default_version_id,
        attachment_count: shown.attachment_count,
        permissions_boundary_usage_count: shown.permissions_boundary_usage_count,
        is_attachable: shown.is_attachable,
        description: None,
        create_date: shown.create_date,
        update_date: shown.update_date,
        policy_version_list: Some(versions(policy)?),
    })
}

/// Versions with their documents, the newest first.
fn versions(policy: &Managed) -> Option<Vec<iam::PolicyVersion>> {
    let with = |version: iam::PolicyVersion, text: &PolicyText| iam::PolicyVersion {
        document: Some(view::document(text.as_str())),
        ..version
    };
    match policy {
        Managed::Own(policy) => {
            let newest_first = policy.versions.iter().rev();
            Some(newest_first.map(|one| with(policy_view::version(policy, one), &one.document)).collect())
        }
        Managed::Aws(policy) => Some(vec![with(policy_view::aws_version(policy), &policy.document()?)]),
    }
}

fn inline(policies: &BTreeMap<String, PolicyText>) -> Vec<PolicyDetail> {
    let detail = |(name, text): (&String, &PolicyText)| PolicyDetail {
        policy_name: Some(name.clone()),
        policy_document: Some(view::document(text.as_str())),
    };
    policies.iter().map(detail).collect()
}
