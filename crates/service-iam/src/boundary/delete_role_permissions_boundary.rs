//! DeleteRolePermissionsBoundary: removes the permissions boundary of a role.

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{DeleteRolePermissionsBoundaryRequest, DeleteRolePermissionsBoundaryResponse, op};
use keygate_state::Role;

use crate::role;

/// DeleteRolePermissionsBoundary.
pub(crate) struct DeleteRolePermissionsBoundary;

impl Write for DeleteRolePermissionsBoundary {
    type Model = op::DeleteRolePermissionsBoundary;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &DeleteRolePermissionsBoundaryRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(super::delete_asks::<Role>(cx, "iam:DeleteRolePermissionsBoundary", &input.role_name))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DeleteRolePermissionsBoundaryRequest) -> Outcome<Self::Model> {
        role::modifiable::<Self::Model>(cx.draft, &input.role_name)?;
        super::delete::<Role, Self::Model>(cx, &input.role_name)?;
        Ok(DeleteRolePermissionsBoundaryResponse {})
    }
}
