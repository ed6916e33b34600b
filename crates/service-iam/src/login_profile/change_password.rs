//! ChangePassword: the calling user sets its own password, and says the old one. The account's password policy may
//! let all users do it, see `keygate_state::effective`.

use std::sync::Arc;

use keygate_operation::{Ask, Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{ChangePasswordRequest, ChangePasswordResponse, op};
use keygate_state::{Caller, CallerKind, InvalidUserType, User};

use super::{passwords, profile};
use crate::ask;

/// ChangePassword.
pub(crate) struct ChangePassword;

impl Write for ChangePassword {
    type Model = op::ChangePassword;

    fn asks(&self, cx: &ReadCx<'_>, _: &ChangePasswordRequest) -> Result<Asks, Failure<Self::Model>> {
        let ask: Ask = ask::user(cx, "iam:ChangePassword", &caller(cx.caller)?.name);
        Ok(Asks::one(ask))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: ChangePasswordRequest) -> Outcome<Self::Model> {
        let user = cx.draft.user(&caller(cx.caller)?.name)?.clone();
        let mut profile = profile(&user)?.clone();
        if !passwords::is_current(cx, &user, input.old_password.expose())? {
            return Err(Failure::access_denied("The old password was incorrect."));
        }
        let passwords = passwords::renewed(cx, &user, input.new_password.expose(), passwords::By::User)?;
        profile.changed = cx.now();
        profile.reset_required = false;
        cx.draft.change(&user, |user| {
            user.login_profile = Some(profile);
            user.passwords = passwords;
            Ok::<_, Failure<_>>(())
        })?;
        Ok(ChangePasswordResponse {})
    }
}

/// The calling user; root and roles have no password here.
fn caller(caller: &Caller) -> Result<&Arc<User>, InvalidUserType> {
    match &caller.kind {
        CallerKind::User(user) => Ok(user),
        CallerKind::Root | CallerKind::Role { .. } | CallerKind::Federated { .. } => {
            Err(InvalidUserType::new("Only IAM Users can change their own password."))
        }
    }
}
