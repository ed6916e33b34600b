//! DeleteLoginProfile: a user does not sign in with a password any more. Its passwords are remembered, so that a
//! new profile does not begin with one that must not be used again.

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{DeleteLoginProfileRequest, DeleteLoginProfileResponse, op};

use super::profile;
use crate::{ask, owner};

/// DeleteLoginProfile.
pub(crate) struct DeleteLoginProfile;

impl Write for DeleteLoginProfile {
    type Model = op::DeleteLoginProfile;

    fn asks(&self, cx: &ReadCx<'_>, input: &DeleteLoginProfileRequest) -> Result<Asks, Failure<Self::Model>> {
        let name = owner::user_name(cx.caller, input.user_name.as_deref())?;
        Ok(Asks::one(ask::user(cx, "iam:DeleteLoginProfile", &name)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DeleteLoginProfileRequest) -> Outcome<Self::Model> {
        let user = cx.draft.user(&owner::user_name(cx.caller, input.user_name.as_deref())?)?.clone();
        profile(&user)?;
        cx.draft.change(&user, |user| {
            user.login_profile = None;
            Ok::<_, Failure<_>>(())
        })?;
        Ok(DeleteLoginProfileResponse {})
    }
}
