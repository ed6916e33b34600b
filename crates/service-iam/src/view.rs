//! Entities as wire shapes. What a listing leaves out, the operation of the listing leaves out.

use keygate_ident::{AccountId, Partition};
use keygate_shapes::iam;
use keygate_state::{Account, Group, ManagedRef, Tags, User};

/// A user with everything `GetUser` shows. `PasswordLastUsed` comes with sign-in.
pub(crate) fn user(account: &Account, user: &User) -> iam::User {
    iam::User {
        path: user.path.to_string(),
        user_name: user.name.clone(),
        user_id: user.id.to_string(),
        arn: user.arn(account.partition(), account.id()).into(),
        create_date: user.created,
        password_last_used: None,
        permissions_boundary: boundary(user.boundary.as_ref()),
        tags: tags(&user.tags),
    }
}

/// A group.
pub(crate) fn group(account: &Account, group: &Group) -> iam::Group {
    iam::Group {
        path: group.path.to_string(),
        group_name: group.name.clone(),
        group_id: group.id.to_string(),
        arn: group.arn(account.partition(), account.id()).into(),
        create_date: group.created,
    }
}

/// A permissions boundary.
pub(crate) fn boundary(boundary: Option<&ManagedRef>) -> Option<iam::AttachedPermissionsBoundary> {
    boundary.map(|policy| iam::AttachedPermissionsBoundary {
        permissions_boundary_type: Some("Policy".to_owned()),
        permissions_boundary_arn: Some(policy.arn().to_owned()),
    })
}

/// Tags, or nothing at all if there are none.
pub(crate) fn tags(tags: &Tags) -> Option<Vec<iam::Tag>> {
    (!tags.is_empty()).then(|| tag_list(tags))
}

/// Tags sorted by key, as the tag listings show them.
pub(crate) fn tag_list(tags: &Tags) -> Vec<iam::Tag> {
    tags.iter().map(|(key, value)| iam::Tag { key: key.to_owned(), value: value.to_owned() }).collect()
}

/// The ARN of the root user.
pub(crate) fn root_arn(partition: Partition, account: AccountId) -> String {
    keygate_ident::Arn::root(partition, account).into()
}
