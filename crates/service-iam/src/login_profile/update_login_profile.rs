//! UpdateLoginProfile: another password for a user, or the duty to set one. What is not given stays.

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{UpdateLoginProfileRequest, UpdateLoginProfileResponse, op};

use super::{passwords, profile};
use crate::ask;

/// UpdateLoginProfile.
pub(crate) struct UpdateLoginProfile;

impl Write for UpdateLoginProfile {
    type Model = op::UpdateLoginProfile;

    fn asks(&self, cx: &ReadCx<'_>, input: &UpdateLoginProfileRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::user(cx, "iam:UpdateLoginProfile", &input.user_name)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: UpdateLoginProfileRequest) -> Outcome<Self::Model> {
        let user = cx.draft.user(&input.user_name)?.clone();
        let mut profile = profile(&user)?.clone();
        let mut passwords = user.passwords.clone();
        if let Some(password) = input.password {
            passwords = passwords::renewed(cx, &user, password.expose(), passwords::By::Administrator)?;
            profile.changed = cx.now();
        }
        if let Some(reset_required) = input.password_reset_required {
            profile.reset_required = reset_required;
        }
        cx.draft.change(&user, |user| {
            user.login_profile = Some(profile);
            user.passwords = passwords;
            Ok::<_, Failure<_>>(())
        })?;
        Ok(UpdateLoginProfileResponse {})
    }
}
