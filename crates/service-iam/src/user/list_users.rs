//! ListUsers: users under a path, in order of name. Tags and boundary are left out, as on AWS.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx, paginate};
use keygate_shapes::iam::{ListUsersRequest, ListUsersResponse, op};

use crate::{ask, view};

/// ListUsers.
pub(crate) struct ListUsers;

impl Read for ListUsers {
    type Model = op::ListUsers;

    fn asks(&self, cx: &ReadCx<'_>, input: &ListUsersRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::listing(cx, "iam:ListUsers", "user", input.path_prefix.as_deref())))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListUsersRequest) -> Outcome<Self::Model> {
        let prefix = input.path_prefix.as_deref().unwrap_or("/");
        let users = cx.account.users.iter().filter(|user| user.path.as_str().starts_with(prefix));
        let key = |user: &&std::sync::Arc<keygate_state::User>| user.name.to_ascii_lowercase();
        let page = paginate(cx, prefix, input.marker.as_deref(), input.max_items, users, key)?;
        Ok(ListUsersResponse {
            users: page.items.into_iter().map(|user| view::listed_user(cx.account, user)).collect(),
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::CreateUserRequest;

    use super::*;
    use crate::user::create_user::CreateUser;

    #[test]
    fn pages_filters_and_markers() {
        let mut world = World::new();
        for (name, path) in [("d", "/x/"), ("B", "/"), ("a", "/x/"), ("c", "/y/")] {
            let input = CreateUserRequest {
                user_name: name.to_owned(),
                path: Some(path.to_owned()),
                ..Default::default()
            };
            world.write(&CreateUser, input).unwrap();
        }
        let mut names = |prefix: Option<&str>, marker: Option<String>| {
            let input =
                ListUsersRequest { path_prefix: prefix.map(str::to_owned), marker, max_items: Some(3) };
            world.read(&ListUsers, input).map(|page| {
                let names: Vec<_> = page.users.into_iter().map(|user| user.user_name).collect();
                (names.join(""), page.is_truncated, page.marker)
            })
        };
        let (first, truncated, marker) = names(None, None).unwrap();
        assert_eq!((first.as_str(), truncated), ("aBc", Some(true)));
        assert_eq!(names(None, marker.clone()).unwrap(), ("d".to_owned(), Some(false), None));
        assert_eq!(names(Some("/x/"), None).unwrap().0, "ad");
        // A marker belongs to one listing.
        assert_eq!(names(Some("/x/"), marker).unwrap_err().code(), "ValidationError");
        assert_eq!(names(None, Some("made-up".to_owned())).unwrap_err().message(), "Invalid Marker.");
    }
}
