//! PutRolePermissionsBoundary: sets the permissions boundary of a role, which must not belong to a service.

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{PutRolePermissionsBoundaryRequest, PutRolePermissionsBoundaryResponse, op};
use keygate_state::Role;

use crate::role;

/// PutRolePermissionsBoundary.
pub(crate) struct PutRolePermissionsBoundary;

impl Write for PutRolePermissionsBoundary {
    type Model = op::PutRolePermissionsBoundary;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &PutRolePermissionsBoundaryRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let (name, policy) = (&input.role_name, &input.permissions_boundary);
        Ok(super::put_asks::<Role>(cx, "iam:PutRolePermissionsBoundary", name, policy))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: PutRolePermissionsBoundaryRequest) -> Outcome<Self::Model> {
        role::modifiable::<Self::Model>(cx.draft, &input.role_name)?;
        super::put::<Role, Self::Model>(cx, &input.role_name, &input.permissions_boundary)?;
        Ok(PutRolePermissionsBoundaryResponse {})
    }
}
