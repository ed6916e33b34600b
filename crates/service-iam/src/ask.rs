//! What operations ask for, as the service authorization reference lists it: action, ARN, condition keys.
//!
//! An existing entity is asked for by its real ARN, path included and in its own spelling: a caller can not slip
//! past a Deny by another spelling of the name. A name that does not exist is asked for at path `/`.

use keygate_operation::{Ask, ReadCx};
use keygate_state::{Group, InstanceProfile, Principal, Role, User};

/// The key by which a policy can demand a permissions boundary (rule 65).
pub(crate) const PERMISSIONS_BOUNDARY: &str = "iam:PermissionsBoundary";
/// The policy in attach and detach calls (rule 212).
pub(crate) const POLICY_ARN: &str = "iam:PolicyARN";

/// This action on this user, group or role.
pub(crate) fn principal<P: Principal>(cx: &ReadCx<'_>, action: &'static str, name: &str) -> Ask {
    match P::table(cx.account).named(name) {
        Some(entity) => {
            let arn = entity.principal_arn(cx.partition(), cx.account_id());
            Ask::on(action, arn).resource_tags(entity.tags())
        }
        None => Ask::on(action, P::arn_of_name(cx.partition(), cx.account_id(), name)),
    }
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
    match cx.account.instance_profiles.named(name) {
        Some(profile) => {
            let profile: &InstanceProfile = profile;
            Ask::on(action, profile.arn(cx.partition(), cx.account_id())).resource_tags(&profile.tags)
        }
        None => Ask::on(action, cx.arn("instance-profile", name)),
    }
}

/// This action on the managed policy with this ARN; the ARN need not exist.
pub(crate) fn policy(cx: &ReadCx<'_>, action: &'static str, arn: &str) -> Ask {
    let ask = Ask::named(action.into(), arn.to_owned());
    match cx.account.own_policy(arn) {
        Some(policy) => ask.resource_tags(&policy.tags),
        None => ask,
    }
}

/// The ARN pattern listings ask for: `arn:aws:iam::ACCOUNT:user/` with the prefix behind.
pub(crate) fn listing(cx: &ReadCx<'_>, action: &'static str, kind: &str, path_prefix: Option<&str>) -> Ask {
    let prefix = path_prefix.unwrap_or("/");
    Ask::named(action.into(), format!("arn:{}:iam::{}:{kind}{prefix}", cx.partition(), cx.account_id()))
}
