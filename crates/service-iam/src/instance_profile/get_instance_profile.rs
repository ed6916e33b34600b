//! GetInstanceProfile: an instance profile, the role in it, and its tags.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{GetInstanceProfileRequest, GetInstanceProfileResponse, op};

use crate::{ask, view};

/// GetInstanceProfile.
pub(crate) struct GetInstanceProfile;

impl Read for GetInstanceProfile {
    type Model = op::GetInstanceProfile;

    fn asks(&self, cx: &ReadCx<'_>, input: &GetInstanceProfileRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::instance_profile(cx, "iam:GetInstanceProfile", &input.instance_profile_name)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetInstanceProfileRequest) -> Outcome<Self::Model> {
        let profile = cx.account.instance_profile(&input.instance_profile_name)?;
        Ok(GetInstanceProfileResponse { instance_profile: view::instance_profile(cx, profile)? })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam;

    use super::*;
    use crate::instance_profile::testing::web_with_app;
    use crate::role::testing::TRUST;

    #[test]
    fn the_role_in_it_is_shown_short() {
        let mut world = World::new();
        web_with_app(&mut world);
        let get = |name: &str| GetInstanceProfileRequest { instance_profile_name: name.to_owned() };
        let profile = world.read(&GetInstanceProfile, get("wEB")).unwrap().instance_profile;
        assert_eq!((profile.instance_profile_name.as_str(), profile.tags), ("Web", Some(Vec::new())));
        let account = world.account();
        let role = account.role("App").unwrap();
        assert_eq!(
            profile.roles,
            [iam::Role {
                path: "/".to_owned(),
                role_name: "App".to_owned(),
                role_id: role.id.to_string(),
                arn: "arn:aws:iam::123456789012:role/App".to_owned(),
                create_date: role.created,
                assume_role_policy_document: Some(view::document(TRUST)),
                ..Default::default()
            }]
        );
        let error = world.read(&GetInstanceProfile, get("none")).unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            ("NoSuchEntity", "Instance Profile none cannot be found.")
        );
    }
}
