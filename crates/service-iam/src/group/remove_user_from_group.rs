//! RemoveUserFromGroup: ends a membership; a user that is no member is no error.

use std::convert::Infallible;
use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{RemoveUserFromGroupRequest, RemoveUserFromGroupResponse, op};

use crate::ask;

/// RemoveUserFromGroup.
pub(crate) struct RemoveUserFromGroup;

impl Write for RemoveUserFromGroup {
    type Model = op::RemoveUserFromGroup;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &RemoveUserFromGroupRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::group(cx, "iam:RemoveUserFromGroup", &input.group_name)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: RemoveUserFromGroupRequest) -> Outcome<Self::Model> {
        // AWS misses the user before it misses the group.
        let user = Arc::clone(cx.draft.user(&input.user_name)?);
        let group = cx.draft.group(&input.group_name)?.id.clone();
        if user.groups.contains(&group) {
            let Ok(()) = cx.draft.change(&user, |user| {
                user.groups.retain(|id| *id != group);
                Ok::<_, Infallible>(())
            });
        }
        Ok(RemoveUserFromGroupResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::group::tests::{add_group, join};
    use crate::user::tests::add_user;

    fn remove(user: &str, group: &str) -> RemoveUserFromGroupRequest {
        RemoveUserFromGroupRequest { user_name: user.to_owned(), group_name: group.to_owned() }
    }

    #[test]
    fn from_this_group_only_and_twice() {
        let mut world = World::new();
        let admins = add_group(&mut world, "admins");
        let ops = add_group(&mut world, "ops");
        add_user(&mut world, "bob");
        join(&mut world, "admins", "bob");
        join(&mut world, "ops", "bob");
        for _ in 0..2 {
            world.write(&RemoveUserFromGroup, remove("BOB", "ADMINS")).unwrap();
            assert_eq!(world.account().members(&admins).len(), 0);
            assert_eq!(world.account().members(&ops).len(), 1);
        }
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        add_user(&mut world, "bob");
        for (input, message) in [
            (remove("bob", "none"), "The group with name none cannot be found."),
            (remove("eve", "none"), "The user with name eve cannot be found."),
        ] {
            let error = world.write(&RemoveUserFromGroup, input).unwrap_err();
            assert_eq!((error.code(), error.message()), ("NoSuchEntity", message));
        }
    }
}
