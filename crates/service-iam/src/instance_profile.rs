//! Operations on instance profiles: containers that hand one role to EC2 instances.

mod add_role_to_instance_profile;
mod create_instance_profile;
mod delete_instance_profile;
mod get_instance_profile;
mod list_instance_profile_tags;
mod list_instance_profiles;
mod list_instance_profiles_for_role;
mod remove_role_from_instance_profile;
mod tag_instance_profile;
mod untag_instance_profile;

use keygate_operation::{Entry, ReadCx};
use keygate_shapes::iam;
use keygate_state::{InstanceProfile, Unavailable};

use crate::view;

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(create_instance_profile::CreateInstanceProfile),
        Entry::read(get_instance_profile::GetInstanceProfile),
        Entry::write(delete_instance_profile::DeleteInstanceProfile),
        Entry::read(list_instance_profiles::ListInstanceProfiles),
        Entry::read(list_instance_profiles_for_role::ListInstanceProfilesForRole),
        Entry::write(add_role_to_instance_profile::AddRoleToInstanceProfile),
        Entry::write(remove_role_from_instance_profile::RemoveRoleFromInstanceProfile),
        Entry::write(tag_instance_profile::TagInstanceProfile),
        Entry::write(untag_instance_profile::UntagInstanceProfile),
        Entry::read(list_instance_profile_tags::ListInstanceProfileTags),
    ]
}

/// An instance profile as the two listings show it: without tags.
fn listed(cx: &ReadCx<'_>, profile: &InstanceProfile) -> Result<iam::InstanceProfile, Unavailable> {
    Ok(iam::InstanceProfile { tags: None, ..view::instance_profile(cx, profile)? })
}

#[cfg(test)]
mod testing {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::{AddRoleToInstanceProfileRequest, CreateInstanceProfileRequest};

    use super::add_role_to_instance_profile::AddRoleToInstanceProfile;
    use super::create_instance_profile::CreateInstanceProfile;
    use crate::role;

    /// The input that creates an instance profile.
    pub(super) fn named(name: &str) -> CreateInstanceProfileRequest {
        CreateInstanceProfileRequest { instance_profile_name: name.to_owned(), ..Default::default() }
    }

    /// Creates an instance profile.
    pub(super) fn create(world: &mut World, input: CreateInstanceProfileRequest) {
        world.write(&CreateInstanceProfile, input).unwrap();
    }

    /// The profile `Web` with the role `App` in it.
    pub(super) fn web_with_app(world: &mut World) {
        role::testing::create(world, role::testing::named("App"));
        create(world, named("Web"));
        world.write(&AddRoleToInstanceProfile, pair("Web", "App")).unwrap();
    }

    /// The input that puts a role in a profile.
    pub(super) fn pair(profile: &str, role: &str) -> AddRoleToInstanceProfileRequest {
        AddRoleToInstanceProfileRequest {
            instance_profile_name: profile.to_owned(),
            role_name: role.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
