//! GetLoginProfile: whether a user has a password, and since when.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{GetLoginProfileRequest, GetLoginProfileResponse, op};

use super::{profile, view};
use crate::{ask, owner};

/// GetLoginProfile.
pub(crate) struct GetLoginProfile;

impl Read for GetLoginProfile {
    type Model = op::GetLoginProfile;

    fn asks(&self, cx: &ReadCx<'_>, input: &GetLoginProfileRequest) -> Result<Asks, Failure<Self::Model>> {
        let name = owner::user_name(cx.caller, input.user_name.as_deref())?;
        Ok(Asks::one(ask::user(cx, "iam:GetLoginProfile", &name)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetLoginProfileRequest) -> Outcome<Self::Model> {
        let user = cx.account.user(&owner::user_name(cx.caller, input.user_name.as_deref())?)?;
        Ok(GetLoginProfileResponse { login_profile: view(user, profile(user)?) })
    }
}
