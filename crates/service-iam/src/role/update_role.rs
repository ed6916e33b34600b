//! UpdateRole: description and session length of a role; what is not given stays.
//!
//! The description is the one thing that may be changed on a service-linked role too (IAM user guide, "Update a
//! service-linked role").

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{UpdateRoleRequest, UpdateRoleResponse, op};
use keygate_state::Role;

use super::create_role::session_length;
use crate::ask;

/// UpdateRole.
pub(crate) struct UpdateRole;

impl Write for UpdateRole {
    type Model = op::UpdateRole;

    fn asks(&self, cx: &ReadCx<'_>, input: &UpdateRoleRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::bounded::<Role>(cx, "iam:UpdateRole", &input.role_name)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: UpdateRoleRequest) -> Outcome<Self::Model> {
        let role = Arc::clone(cx.draft.role(&input.role_name)?);
        if input.max_session_duration.is_some() {
            super::unprotected(&role)?;
        }
        cx.draft.change(&role, |role| {
            if let Some(description) = input.description {
                role.description = Some(description);
            }
            if let Some(seconds) = session_length(input.max_session_duration) {
                role.max_session_seconds = seconds;
            }
            Ok::<_, Failure<Self::Model>>(())
        })?;
        Ok(UpdateRoleResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::CreateRoleRequest;

    use super::*;
    use crate::role::testing::{create, create_service_linked, named, protected};

    fn update(name: &str, description: Option<&str>, seconds: Option<i32>) -> UpdateRoleRequest {
        UpdateRoleRequest {
            role_name: name.to_owned(),
            description: description.map(str::to_owned),
            max_session_duration: seconds,
        }
    }

    #[test]
    fn what_is_not_given_stays() {
        let mut world = World::new();
        create(&mut world, CreateRoleRequest { description: Some("old".to_owned()), ..named("App") });
        for (description, seconds, expected) in [
            (None, None, ("old", 3600)),
            (Some("new"), None, ("new", 3600)),
            (None, Some(7200), ("new", 7200)),
            (Some(""), Some(43200), ("", 43200)),
        ] {
            world.write(&UpdateRole, update("app", description, seconds)).unwrap();
            let account = world.account();
            let role = account.role("App").unwrap();
            assert_eq!((role.description.as_deref().unwrap(), role.max_session_seconds), expected);
        }
        let error = world.write(&UpdateRole, update("none", None, None)).unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            ("NoSuchEntity", "The role with name none cannot be found.")
        );
    }

    #[test]
    fn only_the_description_of_a_service_linked_role_can_be_changed() {
        let mut world = World::new();
        create_service_linked(&mut world, "AWSServiceRoleForECS");
        world.write(&UpdateRole, update("AWSServiceRoleForECS", Some("new"), None)).unwrap();
        assert_eq!(world.account().role("AWSServiceRoleForECS").unwrap().description.as_deref(), Some("new"));
        let error = world.write(&UpdateRole, update("awsserviceroleforecs", None, Some(7200))).unwrap_err();
        let message = protected("AWSServiceRoleForECS");
        assert_eq!((error.code(), error.message()), ("UnmodifiableEntity", message.as_str()));
    }
}
