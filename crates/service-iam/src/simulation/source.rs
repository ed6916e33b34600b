//! The user, group or role whose policies are looked at: `PolicySourceArn`.

use std::sync::Arc;

use keygate_ident::{AccountId, Arn, ArnParts, Partition};
use keygate_operation::{Ask, Asks, Failure, ReadCx};
use keygate_shapes::declares;
use keygate_state::{
    Effective, Group, InvalidInput, NoSuchEntity, Principal, PrincipalKind, Role, Tags, Unreadable, User,
};
use keygate_wire::OperationModel;

use super::sourced::name_of;

/// A user, group or role of the caller's account.
pub(super) enum Source<'a> {
    User(&'a Arc<User>),
    Group(&'a Arc<Group>),
    Role(&'a Arc<Role>),
}

/// What is asked: this action on the entity, by its real ARN.
///
/// # Errors
/// The ARN is not one of a user, group or role of the caller's account.
pub(super) fn asks<M>(cx: &ReadCx<'_>, action: &'static str, arn: &str) -> Result<Asks, Failure<M>>
where
    M: OperationModel + declares::InvalidInput,
{
    let named = named(cx, arn)?;
    let ask = match Source::of(cx, named) {
        Some(source) => Ask::on(action, source.arn(cx)).resource_tags(source.tags()),
        None => Ask::named(action.into(), arn.to_owned()),
    };
    Ok(Asks::one(ask))
}

/// The entity with this ARN. As on AWS its name finds it, whatever path the ARN has.
///
/// # Errors
/// There is none; or see [`asks`].
pub(super) fn find<'a, M>(cx: &ReadCx<'a>, arn: &str) -> Result<Source<'a>, Failure<M>>
where
    M: OperationModel + declares::InvalidInput + declares::NoSuchEntity,
{
    let absent = || NoSuchEntity::new("Unable to retrieve specified IAM entity.");
    Ok(Source::of(cx, named(cx, arn)?).ok_or_else(absent)?)
}

/// Account, kind and name in the ARN of a user, group or role; `None` if it is the ARN of something else.
pub(super) fn principal_of(arn: &str) -> Option<(AccountId, PrincipalKind, &str)> {
    let parts = ArnParts::split(arn)?;
    Partition::from_name(parts.partition)?;
    let kind = match parts.resource.split_once('/')?.0 {
        "user" => PrincipalKind::User,
        "group" => PrincipalKind::Group,
        "role" => PrincipalKind::Role,
        _ => return None,
    };
    let name = name_of(parts.resource);
    let is_iam = parts.service == "iam" && parts.region.is_empty();
    (is_iam && !name.is_empty()).then_some((parts.account.parse().ok()?, kind, name))
}

fn named<'t>(cx: &ReadCx<'_>, arn: &'t str) -> Result<(PrincipalKind, &'t str), InvalidInput> {
    let (owner, kind, name) = principal_of(arn)
        .ok_or_else(|| InvalidInput::new(format!("Invalid ARN provided in the request: {arn}")))?;
    let here = cx.account_id();
    if owner != here {
        return Err(InvalidInput::new(format!(
            "Invalid Policy Source Arn: caller's account {here} does not have access to policies in account {owner}."
        )));
    }
    Ok((kind, name))
}

impl<'a> Source<'a> {
    fn of(cx: &ReadCx<'a>, (kind, name): (PrincipalKind, &str)) -> Option<Self> {
        match kind {
            PrincipalKind::User => cx.account.users.named(name).map(Self::User),
            PrincipalKind::Group => cx.account.groups.named(name).map(Self::Group),
            PrincipalKind::Role => cx.account.roles.named(name).map(Self::Role),
        }
    }

    /// Its ARN.
    pub(super) fn arn(&self, cx: &ReadCx<'_>) -> Arn {
        let (partition, account) = (cx.partition(), cx.account_id());
        match self {
            Self::User(user) => user.principal_arn(partition, account),
            Self::Group(group) => group.principal_arn(partition, account),
            Self::Role(role) => role.principal_arn(partition, account),
        }
    }

    /// Its policies, those of a user's groups among them, and its boundary.
    pub(super) fn policies(&self, cx: &ReadCx<'_>) -> Result<Effective, Unreadable> {
        match self {
            Self::User(user) => Effective::of_user(cx.account, user),
            Self::Group(group) => Effective::of_group(cx.account, group),
            Self::Role(role) => Effective::of_role(cx.account, role),
        }
    }

    fn tags(&self) -> &Tags {
        match self {
            Self::User(user) => user.tags(),
            Self::Group(group) => group.tags(),
            Self::Role(role) => role.tags(),
        }
    }
}
