//! AddUserToGroup: makes a user a member; one that is a member already stays it.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{AddUserToGroupRequest, AddUserToGroupResponse, op};
use keygate_state::{LimitExceeded, Quota};

use crate::ask;

/// AddUserToGroup.
pub(crate) struct AddUserToGroup;

impl Write for AddUserToGroup {
    type Model = op::AddUserToGroup;

    fn asks(&self, cx: &ReadCx<'_>, input: &AddUserToGroupRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::group(cx, "iam:AddUserToGroup", &input.group_name)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: AddUserToGroupRequest) -> Outcome<Self::Model> {
        // AWS misses the user before it misses the group.
        let user = Arc::clone(cx.draft.user(&input.user_name)?);
        let group = cx.draft.group(&input.group_name)?.id.clone();
        if user.groups.contains(&group) {
            return Ok(AddUserToGroupResponse {});
        }
        let limit = cx.draft.quota(Quota::GroupsPerUser);
        cx.draft.change(&user, |user| {
            if user.groups.len() >= limit as usize {
                return Err(LimitExceeded::quota(Quota::GroupsPerUser.name(), limit));
            }
            user.groups.push(group);
            Ok(())
        })?;
        Ok(AddUserToGroupResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::group::tests::{add_group, join};
    use crate::user::tests::add_user;

    fn add(user: &str, group: &str) -> AddUserToGroupRequest {
        AddUserToGroupRequest { user_name: user.to_owned(), group_name: group.to_owned() }
    }

    #[test]
    fn a_second_time_changes_nothing() {
        let mut world = World::new();
        let id = add_group(&mut world, "Admins");
        add_user(&mut world, "Bob");
        world.write(&AddUserToGroup, add("bob", "admins")).unwrap();
        let before = world.account();
        world.write(&AddUserToGroup, add("BOB", "ADMINS")).unwrap();
        assert!(Arc::ptr_eq(before.user("bob").unwrap(), world.account().user("bob").unwrap()));
        assert_eq!(world.account().members(&id).len(), 1);
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        add_user(&mut world, "bob");
        for number in 0..11 {
            add_group(&mut world, &format!("g{number}"));
        }
        for number in 0..10 {
            join(&mut world, &format!("g{number}"), "bob");
        }
        for (input, code, message) in [
            (add("bob", "g10"), "LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10"),
            (add("bob", "none"), "NoSuchEntity", "The group with name none cannot be found."),
            (add("eve", "none"), "NoSuchEntity", "The user with name eve cannot be found."),
        ] {
            let error = world.write(&AddUserToGroup, input).unwrap_err();
            assert_eq!((error.code(), error.message()), (code, message));
        }
        // A member of ten groups can be added to one of them again.
        world.write(&AddUserToGroup, add("bob", "g3")).unwrap();
    }
}
