//! ListRoles: roles under a path, in order of name. Tags, boundary and last use are left out, as on AWS.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx, paginate};
use keygate_shapes::iam::{self, ListRolesRequest, ListRolesResponse, op};
use keygate_state::{Role, Unavailable};

use crate::{ask, view};

/// ListRoles.
pub(crate) struct ListRoles;

impl Read for ListRoles {
    type Model = op::ListRoles;

    fn asks(&self, cx: &ReadCx<'_>, input: &ListRolesRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::listing(cx, "iam:ListRoles", "role", input.path_prefix.as_deref())))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListRolesRequest) -> Outcome<Self::Model> {
        let prefix = input.path_prefix.as_deref().unwrap_or("/");
        let roles = cx.account.roles.iter().filter(|role| role.path.as_str().starts_with(prefix));
        let key = |role: &&Arc<Role>| role.name.to_ascii_lowercase();
        let page = paginate(cx, prefix, input.marker.as_deref(), input.max_items, roles, key)?;
        Ok(ListRolesResponse {
            roles: page.items.into_iter().map(|role| short(cx, role)).collect::<Result<_, _>>()?,
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

fn short(cx: &ReadCx<'_>, role: &Role) -> Result<iam::Role, Unavailable> {
    Ok(iam::Role { permissions_boundary: None, tags: None, role_last_used: None, ..view::role(cx, role)? })
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::{CreateRoleRequest, Tag};

    use super::*;
    use crate::role::testing::{BOUNDARY, TRUST, create, named};

    #[test]
    fn pages_and_paths() {
        let mut world = World::new();
        for (name, path) in [("d", "/x/"), ("B", "/"), ("a", "/x/"), ("c", "/y/")] {
            create(&mut world, CreateRoleRequest { path: Some(path.to_owned()), ..named(name) });
        }
        let mut names = |prefix: Option<&str>, marker: Option<String>| {
            let input =
                ListRolesRequest { path_prefix: prefix.map(str::to_owned), marker, max_items: Some(3) };
            let page = world.read(&ListRoles, input).unwrap();
            let names: String = page.roles.into_iter().map(|role| role.role_name).collect();
            (names, page.is_truncated, page.marker)
        };
        let (first, truncated, marker) = names(None, None);
        assert_eq!((first.as_str(), truncated), ("aBc", Some(true)));
        assert_eq!(names(None, marker), ("d".to_owned(), Some(false), None));
        assert_eq!(names(Some("/x/"), None).0, "ad");
        assert_eq!(names(Some("/none/"), None), (String::new(), Some(false), None));
    }

    #[test]
    fn a_listed_role_is_short() {
        let mut world = World::new();
        create(
            &mut world,
            CreateRoleRequest {
                description: Some("d".to_owned()),
                permissions_boundary: Some(BOUNDARY.to_owned()),
                tags: Some(vec![Tag { key: "a".to_owned(), value: String::new() }]),
                ..named("App")
            },
        );
        let role = world.read(&ListRoles, ListRolesRequest::default()).unwrap().roles.remove(0);
        assert_eq!((role.description.as_deref(), role.max_session_duration), (Some("d"), Some(3600)));
        assert_eq!(role.assume_role_policy_document, Some(view::document(TRUST)));
        assert_eq!((role.tags, role.permissions_boundary, role.role_last_used), (None, None, None));
    }
}
