//! PutUserPermissionsBoundary: sets the permissions boundary of a user.

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{PutUserPermissionsBoundaryRequest, PutUserPermissionsBoundaryResponse, op};
use keygate_state::User;

/// PutUserPermissionsBoundary.
pub(crate) struct PutUserPermissionsBoundary;

impl Write for PutUserPermissionsBoundary {
    type Model = op::PutUserPermissionsBoundary;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &PutUserPermissionsBoundaryRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let (name, policy) = (&input.user_name, &input.permissions_boundary);
        Ok(super::put_asks::<User>(cx, "iam:PutUserPermissionsBoundary", name, policy))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: PutUserPermissionsBoundaryRequest) -> Outcome<Self::Model> {
        super::put::<User, Self::Model>(cx, &input.user_name, &input.permissions_boundary)?;
        Ok(PutUserPermissionsBoundaryResponse {})
    }
}
