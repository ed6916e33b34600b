//! GetGroup: a group and its members, in order of name.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx, paginate};
use keygate_shapes::iam::{GetGroupRequest, GetGroupResponse, op};
use keygate_state::User;

use crate::{ask, view};

/// GetGroup.
pub(crate) struct GetGroup;

impl Read for GetGroup {
    type Model = op::GetGroup;

    fn asks(&self, cx: &ReadCx<'_>, input: &GetGroupRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::group(cx, "iam:GetGroup", &input.group_name)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetGroupRequest) -> Outcome<Self::Model> {
        let group = cx.account.group(&input.group_name)?;
        let members = cx.account.members(&group.id);
        let key = |user: &&Arc<User>| user.name.to_ascii_lowercase();
        let page = paginate(cx, group.id.as_str(), input.marker.as_deref(), input.max_items, members, key)?;
        Ok(GetGroupResponse {
            group: view::group(cx.account, group),
            users: page.items.into_iter().map(|user| view::listed_user(cx.account, user)).collect(),
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
    use crate::user::tests::{add_user, tag_user};

    #[test]
    fn members_in_pages() {
        let mut world = World::new();
        add_group(&mut world, "Admins");
        add_group(&mut world, "ops");
        for name in ["d", "B", "a", "outsider", "c"] {
            add_user(&mut world, name);
            if name != "outsider" {
                join(&mut world, "admins", name);
            }
        }
        tag_user(&mut world, "a", &[("not", "shown")]);
        let mut get = |name: &str, marker: Option<String>| {
            let input = GetGroupRequest { group_name: name.to_owned(), marker, max_items: Some(3) };
            world.read(&GetGroup, input)
        };
        let first = get("ADMINS", None).unwrap();
        assert_eq!(first.group.arn, "arn:aws:iam::123456789012:group/Admins");
        assert_eq!(first.users.iter().map(|user| user.user_name.as_str()).collect::<String>(), "aBc");
        assert_eq!((first.is_truncated, &first.users[0].tags), (Some(true), &None));
        let last = get("admins", first.marker.clone()).unwrap();
        assert_eq!((last.users[0].user_name.as_str(), last.users.len()), ("d", 1));
        assert_eq!((last.is_truncated, last.marker), (Some(false), None));
        assert!(get("ops", None).unwrap().users.is_empty());
        assert_eq!(get("ops", first.marker).unwrap_err().message(), "Invalid Marker.");
        let error = get("none", None).unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            ("NoSuchEntity", "The group with name none cannot be found.")
        );
    }
}
