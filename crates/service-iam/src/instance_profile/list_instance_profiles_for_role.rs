//! ListInstanceProfilesForRole: the instance profiles that a role is in, in order of name, without their tags.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx, paginate};
use keygate_shapes::iam::{ListInstanceProfilesForRoleRequest, ListInstanceProfilesForRoleResponse, op};
use keygate_state::{Account, InstanceProfile, Kind, Reference, Role};

use crate::ask;

/// ListInstanceProfilesForRole.
pub(crate) struct ListInstanceProfilesForRole;

impl Read for ListInstanceProfilesForRole {
    type Model = op::ListInstanceProfilesForRole;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &ListInstanceProfilesForRoleRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::role(cx, "iam:ListInstanceProfilesForRole", &input.role_name)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListInstanceProfilesForRoleRequest) -> Outcome<Self::Model> {
        let role = cx.account.role(&input.role_name)?;
        let profiles = profiles_of(cx.account, role);
        let page =
            paginate(cx, role.id.as_str(), input.marker.as_deref(), input.max_items, profiles, folded)?;
        let listed = page.items.into_iter().map(|profile| super::listed(cx, profile));
        Ok(ListInstanceProfilesForRoleResponse {
            instance_profiles: listed.collect::<Result<_, _>>()?,
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

fn profiles_of<'a>(account: &'a Account, role: &Role) -> Vec<&'a Arc<InstanceProfile>> {
    let reference = Reference::Role(role.id.clone());
    let referrers = account.referrers(&reference).filter(|(kind, _)| *kind == Kind::InstanceProfile);
    let mut profiles: Vec<_> = referrers.filter_map(|(_, id)| account.instance_profiles.get(id)).collect();
    profiles.sort_by_key(folded);
    profiles
}

fn folded(profile: &&Arc<InstanceProfile>) -> String {
    profile.name.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::instance_profile::add_role_to_instance_profile::AddRoleToInstanceProfile;
    use crate::instance_profile::testing::{create, named, pair};
    use crate::role;

    #[test]
    fn pages_of_one_roles_profiles() {
        let mut world = World::new();
        for name in ["App", "Other"] {
            role::testing::create(&mut world, role::testing::named(name));
        }
        for (profile, role) in [("c", "App"), ("B", "App"), ("x", "Other"), ("a", "App")] {
            create(&mut world, named(profile));
            world.write(&AddRoleToInstanceProfile, pair(profile, role)).unwrap();
        }
        create(&mut world, named("empty"));
        let mut names = |role: &str, marker: Option<String>| {
            let input =
                ListInstanceProfilesForRoleRequest { role_name: role.to_owned(), marker, max_items: Some(2) };
            let page = world.read(&ListInstanceProfilesForRole, input)?;
            assert!(
                page.instance_profiles
                    .iter()
                    .all(|profile| profile.tags.is_none() && profile.roles.len() == 1)
            );
            let names: String = page.instance_profiles.into_iter().map(|p| p.instance_profile_name).collect();
            Ok::<_, keygate_wire::ApiError>((names, page.is_truncated, page.marker))
        };
        let (first, truncated, marker) = names("app", None).unwrap();
        assert_eq!((first.as_str(), truncated), ("aB", Some(true)));
        assert_eq!(names("App", marker).unwrap(), ("c".to_owned(), Some(false), None));
        assert_eq!(names("Other", None).unwrap().0, "x");
        let error = names("none", None).unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            ("NoSuchEntity", "The role with name none cannot be found.")
        );
    }
}
