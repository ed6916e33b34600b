//! What operations ask for, as the service authorization reference lists it: action, ARN, condition keys.
//!
//! An existing entity is asked for by its real ARN, path included and in its own spelling: a caller can not slip
//! past a Deny by another spelling of the name. A name that does not exist is asked for at path `/`.

use keygate_ident::{Arn, ArnParts};
use keygate_operation::{Ask, ReadCx};
use keygate_shapes::iam;
use keygate_state::{Group, InstanceProfile, ManagedRef, Principal, Role, Tags, User};

use crate::input;

/// The key by which a policy can demand a permissions boundary (rule 65).
pub(crate) const PERMISSIONS_BOUNDARY: &str = "iam:PermissionsBoundary";
/// The policy in attach and detach calls (rule 212).
pub(crate) const POLICY_ARN: &str = "iam:PolicyARN";

/// This action on this user, group or role. A denial names it as IAM does: `user bob`.
pub(crate) fn principal<P: Principal>(cx: &ReadCx<'_>, action: &'static str, name: &str) -> Ask {
    let ask = match P::table(cx.account).named(name) {
        Some(entity) => {
            let arn = entity.principal_arn(cx.partition(), cx.account_id());
            Ask::on(action, arn).resource_tags(entity.tags())
        }
        None => Ask::on(action, P::arn_of_name(cx.partition(), cx.account_id(), name)),
    };
    ask.shown_as(format!("{} {name}", P::PRINCIPAL.word()))
}

/// This action on this user or role, with the permissions boundary that it has now (rule 65).
pub(crate) fn bounded<P: Principal>(cx: &ReadCx<'_>, action: &'static str, name: &str) -> Ask {
    let boundary = P::table(cx.account).named(name).and_then(|entity| entity.boundary());
    principal::<P>(cx, action, name).key(PERMISSIONS_BOUNDARY, boundary.map(ManagedRef::arn))
}

/// This action on something that is to be created with these tags: they are in the request, and count as the
/// resource's own (rule 217).
pub(crate) fn creation(action: &'static str, arn: Arn, tags: Option<&[iam::Tag]>) -> Ask {
    let ask = Ask::on(action, arn).request_tags(input::pairs(tags));
    input::pairs(tags).fold(ask, |ask, (key, value)| {
        ask.key(&format!("aws:ResourceTag/{key}"), Some(value))
            .key(&format!("iam:ResourceTag/{key}"), Some(value))
    })
}

/// This action on this user.
pub(crate) fn user(cx: &ReadCx<'_>, action: &'static str, name: &str) -> Ask {
    principal::<User>(cx, action, name)
}

/// This action on this role.
pub(crate) fn role(cx: &ReadCx<'_>, action: &'static str, name: &str) -> Ask {
    principal::<Role>(cx, action, name)
}

/// This action on this group.
pub(crate) fn group(cx: &ReadCx<'_>, action: &'static str, name: &str) -> Ask {
    principal::<Group>(cx, action, name)
}

/// This action on this instance profile.
pub(crate) fn instance_profile(cx: &ReadCx<'_>, action: &'static str, name: &str) -> Ask {
    let ask = match cx.account.instance_profiles.named(name) {
        Some(profile) => {
            let profile: &InstanceProfile = profile;
            Ask::on(action, profile.arn(cx.partition(), cx.account_id())).resource_tags(&profile.tags)
        }
        None => Ask::on(action, cx.arn("instance-profile", name)),
    };
    ask.shown_as(format!("instance profile {name}"))
}

/// This action on the managed policy with this ARN; the ARN need not exist. AWS's policies count as the caller's
/// own. A policy of another account is that account's, so that nobody is allowed anything on it (rule 239).
pub(crate) fn policy(cx: &ReadCx<'_>, action: &'static str, arn: &str) -> Ask {
    let ask = Ask::named(action.into(), arn.to_owned()).shown_as(format!("policy {arn}"));
    let owner = ArnParts::split(arn).and_then(|parts| parts.account.parse().ok());
    let ask = match owner {
        Some(owner) => ask.owned_by(owner),
        None => ask,
    };
    match cx.account.own_policy(arn) {
        Some(policy) => ask.resource_tags(&policy.tags),
        None => ask,
    }
}

/// This action on the identity provider with this ARN, which need not exist; `tags` are its tags if it does. A
/// provider of another account is that account's, so that nobody is allowed anything on it.
pub(crate) fn provider(action: &'static str, arn: &str, tags: Option<&Tags>) -> Ask {
    let ask = Ask::named(action.into(), arn.to_owned());
    let owner = ArnParts::split(arn).and_then(|parts| parts.account.parse().ok());
    let ask = match owner {
        Some(owner) => ask.owned_by(owner),
        None => ask,
    };
    match tags {
        Some(tags) => ask.resource_tags(tags),
        None => ask,
    }
}

/// The ARN pattern listings ask for: `arn:aws:iam::ACCOUNT:user/` with the prefix behind.
pub(crate) fn listing(cx: &ReadCx<'_>, action: &'static str, kind: &str, path_prefix: Option<&str>) -> Ask {
    let prefix = path_prefix.unwrap_or("/");
    Ask::named(action.into(), format!("arn:{}:iam::{}:{kind}{prefix}", cx.partition(), cx.account_id()))
}

#[cfg(test)]
pub(crate) mod tests;
