//! Managed policies as wire shapes.

use keygate_shapes::iam;
use keygate_state::{Account, AwsManaged, Managed, Policy, PolicyVersion, Reference};

/// A managed policy as listings show it: without description and tags.
pub(crate) fn policy(account: &Account, policy: &Managed) -> iam::Policy {
    let arn = arn(account, policy);
    let (attachments, boundaries) = uses(account, &arn);
    let common = iam::Policy {
        arn: Some(arn),
        attachment_count: Some(count(attachments)),
        permissions_boundary_usage_count: Some(count(boundaries)),
        ..Default::default()
    };
    match policy {
        Managed::Own(policy) => iam::Policy {
            policy_name: Some(policy.name.clone()),
            policy_id: Some(policy.id.to_string()),
            path: Some(policy.path.to_string()),
            default_version_id: policy.default().map(PolicyVersion::id),
            is_attachable: Some(true),
            create_date: Some(policy.created),
            update_date: Some(policy.updated),
            ..common
        },
        Managed::Aws(policy) => {
            let entry = policy.entry();
            iam::Policy {
                policy_name: Some(entry.name.to_owned()),
                policy_id: Some(entry.id.to_owned()),
                path: Some(entry.path.to_owned()),
                default_version_id: Some(entry.version.to_owned()),
                is_attachable: Some(!entry.is_for_root_tasks()),
                create_date: Some(entry.created),
                update_date: Some(entry.updated),
                ..common
            }
        }
    }
}

/// The versions of a managed policy without their documents, the newest first. Of AWS's only the default version
/// is kept.
pub(crate) fn versions(policy: &Managed) -> Vec<iam::PolicyVersion> {
    match policy {
        Managed::Own(policy) => policy.versions.iter().rev().map(|one| version(policy, one)).collect(),
        Managed::Aws(policy) => vec![aws_version(policy)],
    }
}

/// A version of the account's own policy, without its document.
pub(crate) fn version(policy: &Policy, version: &PolicyVersion) -> iam::PolicyVersion {
    iam::PolicyVersion {
        document: None,
        version_id: Some(version.id()),
        is_default_version: Some(version.number == policy.default_version),
        create_date: Some(version.created),
    }
}

/// The one version of an AWS managed policy, without its document.
pub(crate) fn aws_version(policy: &AwsManaged) -> iam::PolicyVersion {
    iam::PolicyVersion {
        document: None,
        version_id: Some(policy.entry().version.to_owned()),
        is_default_version: Some(true),
        create_date: Some(policy.entry().updated),
    }
}

/// The ARN of a managed policy.
pub(crate) fn arn(account: &Account, policy: &Managed) -> String {
    match policy {
        Managed::Own(policy) => policy.arn(account.partition(), account.id()).into(),
        Managed::Aws(policy) => policy.arn(),
    }
}

/// How many entities have the policy with this ARN attached, and how many have it as permissions boundary.
pub(crate) fn uses(account: &Account, arn: &str) -> (usize, usize) {
    (
        account.reference_count(&Reference::Attached(arn.to_owned())),
        account.reference_count(&Reference::Boundary(arn.to_owned())),
    )
}

/// A number of things as IAM's model counts them.
pub(crate) fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
