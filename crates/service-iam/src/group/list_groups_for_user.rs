//! ListGroupsForUser: the groups a user is a member of, in order of name.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx, paginate};
use keygate_shapes::iam::{ListGroupsForUserRequest, ListGroupsForUserResponse, op};
use keygate_state::Group;

use crate::{ask, view};

/// ListGroupsForUser.
pub(crate) struct ListGroupsForUser;

impl Read for ListGroupsForUser {
    type Model = op::ListGroupsForUser;

    fn asks(&self, cx: &ReadCx<'_>, input: &ListGroupsForUserRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::user(cx, "iam:ListGroupsForUser", &input.user_name)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListGroupsForUserRequest) -> Outcome<Self::Model> {
        let user = cx.account.user(&input.user_name)?;
        let key = |group: &&Arc<Group>| group.name.to_ascii_lowercase();
        let mut groups: Vec<_> = user.groups.iter().filter_map(|id| cx.account.groups.get(id)).collect();
        groups.sort_by_key(key);
        let page = paginate(cx, user.id.as_str(), input.marker.as_deref(), input.max_items, groups, key)?;
        Ok(ListGroupsForUserResponse {
            groups: page.items.into_iter().map(|group| view::group(cx.account, group)).collect(),
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::group::tests::{add_group, join};
    use crate::user::tests::add_user;

    #[test]
    fn pages_in_order_of_name() {
        let mut world = World::new();
        add_user(&mut world, "bob");
        for name in ["c", "A", "other", "b"] {
            add_group(&mut world, name);
            if name != "other" {
                join(&mut world, name, "bob");
            }
        }
        let mut list = |name: &str, marker| {
            let input = ListGroupsForUserRequest { user_name: name.to_owned(), marker, max_items: Some(2) };
            world.read(&ListGroupsForUser, input)
        };
        let names = |page: &ListGroupsForUserResponse| -> String {
            page.groups.iter().map(|group| group.group_name.as_str()).collect()
        };
        let first = list("BOB", None).unwrap();
        assert_eq!((names(&first).as_str(), first.is_truncated), ("Ab", Some(true)));
        let last = list("bob", first.marker).unwrap();
        assert_eq!((names(&last).as_str(), last.is_truncated, last.marker), ("c", Some(false), None));
        let error = list("eve", None).unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            ("NoSuchEntity", "The user with name eve cannot be found.")
        );
    }
}
