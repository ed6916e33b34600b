//! DeleteInstanceProfile: only an empty instance profile can be deleted.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{DeleteInstanceProfileRequest, DeleteInstanceProfileResponse, op};
use keygate_state::{DeleteConflict, InstanceProfile};

use crate::ask;

/// DeleteInstanceProfile.
pub(crate) struct DeleteInstanceProfile;

impl Write for DeleteInstanceProfile {
    type Model = op::DeleteInstanceProfile;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &DeleteInstanceProfileRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::instance_profile(cx, "iam:DeleteInstanceProfile", &input.instance_profile_name)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DeleteInstanceProfileRequest) -> Outcome<Self::Model> {
        let profile = Arc::clone(cx.draft.instance_profile(&input.instance_profile_name)?);
        if profile.role.is_some() {
            let message = "Cannot delete entity, must remove roles from instance profile first.";
            return Err(DeleteConflict::new(message).into());
        }
        cx.draft.remove::<InstanceProfile>(&profile.id)?;
        Ok(DeleteInstanceProfileResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::instance_profile::testing::{create, named, web_with_app};

    #[test]
    fn only_empty_ones() {
        let mut world = World::new();
        web_with_app(&mut world);
        create(&mut world, named("Empty"));
        let delete = |name: &str| DeleteInstanceProfileRequest { instance_profile_name: name.to_owned() };
        world.write(&DeleteInstanceProfile, delete("empty")).unwrap();
        for (name, code, message) in [
            ("Web", "DeleteConflict", "Cannot delete entity, must remove roles from instance profile first."),
            ("Empty", "NoSuchEntity", "Instance Profile Empty cannot be found."),
        ] {
            let error = world.write(&DeleteInstanceProfile, delete(name)).unwrap_err();
            assert_eq!((error.code(), error.message()), (code, message));
        }
        assert_eq!(world.account().instance_profiles.len(), 1);
    }
}
