//! UpdateRoleDescription: what UpdateRole does with a description alone; it answers with the role.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{self, UpdateRoleDescriptionRequest, UpdateRoleDescriptionResponse, op};
use keygate_state::Role;

use crate::{ask, view};

/// UpdateRoleDescription.
pub(crate) struct UpdateRoleDescription;

impl Write for UpdateRoleDescription {
    type Model = op::UpdateRoleDescription;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &UpdateRoleDescriptionRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::bounded::<Role>(cx, "iam:UpdateRoleDescription", &input.role_name)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: UpdateRoleDescriptionRequest) -> Outcome<Self::Model> {
        let role = Arc::clone(cx.draft.role(&input.role_name)?);
        cx.draft.change(&role, |role| {
            role.description = Some(input.description);
            Ok::<_, Failure<Self::Model>>(())
        })?;
        let full = view::role(&cx.read(), cx.draft.role(&input.role_name)?)?;
        let shown = iam::Role { max_session_duration: None, role_last_used: None, ..full };
        Ok(UpdateRoleDescriptionResponse { role: Some(shown) })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::role::testing::{create, create_service_linked, named};

    #[test]
    fn the_answer_is_the_changed_role() {
        let mut world = World::new();
        create(&mut world, named("App"));
        create_service_linked(&mut world, "AWSServiceRoleForECS");
        let update = |name: &str| UpdateRoleDescriptionRequest {
            role_name: name.to_owned(),
            description: "new".to_owned(),
        };
        for name in ["App", "AWSServiceRoleForECS"] {
            let role = world.write(&UpdateRoleDescription, update(name)).unwrap().role.unwrap();
            assert_eq!((role.role_name.as_str(), role.description.as_deref()), (name, Some("new")));
            assert_eq!((role.max_session_duration, role.role_last_used), (None, None));
            assert_eq!(world.account().role(name).unwrap().description.as_deref(), Some("new"));
        }
        let error = world.write(&UpdateRoleDescription, update("none")).unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            ("NoSuchEntity", "The role with name none cannot be found.")
        );
    }
}
