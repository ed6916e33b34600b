//! RemoveRoleFromInstanceProfile: takes the role out of an instance profile.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{RemoveRoleFromInstanceProfileRequest, RemoveRoleFromInstanceProfileResponse, op};
use keygate_state::NoSuchEntity;

use crate::{ask, role};

/// RemoveRoleFromInstanceProfile.
pub(crate) struct RemoveRoleFromInstanceProfile;

impl Write for RemoveRoleFromInstanceProfile {
    type Model = op::RemoveRoleFromInstanceProfile;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &RemoveRoleFromInstanceProfileRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let name = &input.instance_profile_name;
        Ok(Asks::one(ask::instance_profile(cx, "iam:RemoveRoleFromInstanceProfile", name)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: RemoveRoleFromInstanceProfileRequest) -> Outcome<Self::Model> {
        let profile = Arc::clone(cx.draft.instance_profile(&input.instance_profile_name)?);
        let role = role::modifiable(cx.draft, &input.role_name)?;
        cx.draft.change(&profile, |profile| {
            if profile.role.as_ref() != Some(&role.id) {
                return Err(NoSuchEntity::new(format!(
                    "Role {} in Instance Profile {} cannot be found.",
                    role.name, profile.name
                )));
            }
            profile.role = None;
            Ok(())
        })?;
        Ok(RemoveRoleFromInstanceProfileResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::instance_profile::testing::web_with_app;

    #[test]
    fn only_a_role_that_is_in_it() {
        let mut world = World::new();
        web_with_app(&mut world);
        role::testing::create(&mut world, role::testing::named("Other"));
        let remove = |profile: &str, role: &str| RemoveRoleFromInstanceProfileRequest {
            instance_profile_name: profile.to_owned(),
            role_name: role.to_owned(),
        };
        for (input, message) in [
            (remove("none", "App"), "Instance Profile none cannot be found."),
            (remove("Web", "none"), "The role with name none cannot be found."),
            (remove("web", "other"), "Role Other in Instance Profile Web cannot be found."),
        ] {
            let error = world.write(&RemoveRoleFromInstanceProfile, input).unwrap_err();
            assert_eq!((error.code(), error.message()), ("NoSuchEntity", message));
        }
        world.write(&RemoveRoleFromInstanceProfile, remove("web", "app")).unwrap();
        assert_eq!(world.account().instance_profile("Web").unwrap().role, None);
        let error = world.write(&RemoveRoleFromInstanceProfile, remove("Web", "App")).unwrap_err();
        assert_eq!(error.message(), "Role App in Instance Profile Web cannot be found.");
    }
}
