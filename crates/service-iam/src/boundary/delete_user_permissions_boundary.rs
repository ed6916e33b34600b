//! DeleteUserPermissionsBoundary: removes the permissions boundary of a user.

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{DeleteUserPermissionsBoundaryRequest, DeleteUserPermissionsBoundaryResponse, op};
use keygate_state::User;

/// DeleteUserPermissionsBoundary.
pub(crate) struct DeleteUserPermissionsBoundary;

impl Write for DeleteUserPermissionsBoundary {
    type Model = op::DeleteUserPermissionsBoundary;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &DeleteUserPermissionsBoundaryRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(super::delete_asks::<User>(cx, "iam:DeleteUserPermissionsBoundary", &input.user_name))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DeleteUserPermissionsBoundaryRequest) -> Outcome<Self::Model> {
        super::delete::<User, Self::Model>(cx, &input.user_name)?;
        Ok(DeleteUserPermissionsBoundaryResponse {})
    }
}
