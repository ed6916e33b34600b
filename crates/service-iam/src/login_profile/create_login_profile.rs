//! CreateLoginProfile: a password for a user who has none.

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{CreateLoginProfileRequest, CreateLoginProfileResponse, op};
use keygate_state::{EntityAlreadyExists, LoginProfile};

use super::{passwords, view};
use crate::{ask, owner};

/// CreateLoginProfile.
pub(crate) struct CreateLoginProfile;

impl Write for CreateLoginProfile {
    type Model = op::CreateLoginProfile;

    fn asks(&self, cx: &ReadCx<'_>, input: &CreateLoginProfileRequest) -> Result<Asks, Failure<Self::Model>> {
        if input.password.is_none() {
            // Only sessions of AssumeRoot may leave it out, and those can not call this here.
            return Err(Failure::validation(
                "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must \
                 not be null",
            ));
        }
        let name = owner::user_name(cx.caller, input.user_name.as_deref())?;
        Ok(Asks::one(ask::user(cx, "iam:CreateLoginProfile", &name)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: CreateLoginProfileRequest) -> Outcome<Self::Model> {
        let name = owner::user_name(cx.caller, input.user_name.as_deref())?;
        let password = input.password.ok_or_else(Failure::internal)?;
        let user = cx.draft.user(&name)?.clone();
        if user.login_profile.is_some() {
            let message = format!("Login Profile for user {} already exists.", user.name);
            return Err(EntityAlreadyExists::new(message).into());
        }
        let passwords = passwords::renewed(cx, &user, password.expose(), passwords::By::Administrator)?;
        let now = cx.now();
        let reset_required = input.password_reset_required.unwrap_or_default();
        let profile = LoginProfile { created: now, changed: now, reset_required };
        let shown = view(&user, &profile);
        cx.draft.change(&user, |user| {
            user.login_profile = Some(profile);
            user.passwords = passwords;
            Ok::<_, Failure<_>>(())
        })?;
        Ok(CreateLoginProfileResponse { login_profile: shown })
    }
}
