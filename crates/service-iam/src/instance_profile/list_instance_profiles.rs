//! ListInstanceProfiles: instance profiles under a path, in order of name, without their tags.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx, paginate};
use keygate_shapes::iam::{ListInstanceProfilesRequest, ListInstanceProfilesResponse, op};
use keygate_state::InstanceProfile;

use crate::ask;

/// ListInstanceProfiles.
pub(crate) struct ListInstanceProfiles;

impl Read for ListInstanceProfiles {
    type Model = op::ListInstanceProfiles;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &ListInstanceProfilesRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let prefix = input.path_prefix.as_deref();
        Ok(Asks::one(ask::listing(cx, "iam:ListInstanceProfiles", "instance-profile", prefix)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListInstanceProfilesRequest) -> Outcome<Self::Model> {
        let prefix = input.path_prefix.as_deref().unwrap_or("/");
        let profiles = cx.account.instance_profiles.iter();
        let profiles = profiles.filter(|profile| profile.path.as_str().starts_with(prefix));
        let key = |profile: &&Arc<InstanceProfile>| profile.name.to_ascii_lowercase();
        let page = paginate(cx, prefix, input.marker.as_deref(), input.max_items, profiles, key)?;
        let listed = page.items.into_iter().map(|profile| super::listed(cx, profile));
        Ok(ListInstanceProfilesResponse {
            instance_profiles: listed.collect::<Result<_, _>>()?,
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::CreateInstanceProfileRequest;

    use super::*;
    use crate::instance_profile::testing::{create, named, web_with_app};

    #[test]
    fn pages_and_paths() {
        let mut world = World::new();
        for (name, path) in [("d", "/x/"), ("B", "/"), ("a", "/x/"), ("c", "/y/")] {
            create(&mut world, CreateInstanceProfileRequest { path: Some(path.to_owned()), ..named(name) });
        }
        let mut names = |prefix: Option<&str>, marker: Option<String>| {
            let path_prefix = prefix.map(str::to_owned);
            let input = ListInstanceProfilesRequest { path_prefix, marker, max_items: Some(3) };
            let page = world.read(&ListInstanceProfiles, input).unwrap();
            let names: String = page.instance_profiles.into_iter().map(|p| p.instance_profile_name).collect();
            (names, page.is_truncated, page.marker)
        };
        let (first, truncated, marker) = names(None, None);
        assert_eq!((first.as_str(), truncated), ("aBc", Some(true)));
        assert_eq!(names(None, marker), ("d".to_owned(), Some(false), None));
        assert_eq!(names(Some("/x/"), None).0, "ad");
    }

    #[test]
    fn roles_are_shown_and_tags_are_not() {
        let mut world = World::new();
        web_with_app(&mut world);
        let page = world.read(&ListInstanceProfiles, ListInstanceProfilesRequest::default()).unwrap();
        let profile = page.instance_profiles.first().unwrap();
        assert_eq!((profile.roles.first().unwrap().role_name.as_str(), &profile.tags), ("App", &None));
    }
}
