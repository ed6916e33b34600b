//! DeleteGroup: only a group without members and policies can be deleted.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{DeleteGroupRequest, DeleteGroupResponse, op};
use keygate_state::{Account, DeleteConflict, Group, Reference};

use crate::ask;

/// DeleteGroup.
pub(crate) struct DeleteGroup;

impl Write for DeleteGroup {
    type Model = op::DeleteGroup;

    fn asks(&self, cx: &ReadCx<'_>, input: &DeleteGroupRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::group(cx, "iam:DeleteGroup", &input.group_name)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DeleteGroupRequest) -> Outcome<Self::Model> {
        let group = Arc::clone(cx.draft.group(&input.group_name)?);
        if let Some(what) = obstacle(cx.draft, &group) {
            return Err(DeleteConflict::new(format!("Cannot delete entity, must {what} first.")).into());
        }
        cx.draft.remove::<Group>(&group.id).map_err(|_| Failure::internal())?;
        Ok(DeleteGroupResponse {})
    }
}

fn obstacle(account: &Account, group: &Group) -> Option<&'static str> {
    let members = account.reference_count(&Reference::Group(group.id.clone()));
    [
        (members > 0, "remove users from group"),
        (!group.attached.is_empty(), "detach all policies"),
        (!group.inline.is_empty(), "delete policies"),
    ]
    .into_iter()
    .find_map(|(blocks, what)| blocks.then_some(what))
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::RemoveUserFromGroupRequest;
    use keygate_state::{ManagedRef, PolicyText};

    use super::*;
    use crate::group::remove_user_from_group::RemoveUserFromGroup;
    use crate::group::tests::{add_group, join};
    use crate::user::tests::add_user;

    fn delete(world: &mut World, name: &str) -> Result<(), String> {
        let deleted = world.write(&DeleteGroup, DeleteGroupRequest { group_name: name.to_owned() });
        deleted.map(drop).map_err(|error| format!("{}: {}", error.code(), error.message()))
    }

    fn edit(world: &mut World, change: fn(&mut Group)) {
        let group = world.account().group("admins").unwrap().clone();
        let change = |group: &mut Group| {
            change(group);
            Ok::<_, ()>(())
        };
        world.edit(|draft| draft.change(&group, change)).unwrap();
    }

    #[test]
    fn one_obstacle_after_the_other() {
        let mut world = World::new();
        add_group(&mut world, "Admins");
        add_user(&mut world, "bob");
        join(&mut world, "admins", "bob");
        edit(&mut world, |group| {
            group.attached.push(ManagedRef::new("arn:aws:iam::aws:policy/ReadOnlyAccess"));
            group.inline.insert("p".to_owned(), PolicyText::stored("{}".to_owned()));
        });
        let conflict = |what: &str| Err(format!("DeleteConflict: Cannot delete entity, must {what} first."));
        assert_eq!(delete(&mut world, "admins"), conflict("remove users from group"));
        let leave =
            RemoveUserFromGroupRequest { group_name: "admins".to_owned(), user_name: "bob".to_owned() };
        world.write(&RemoveUserFromGroup, leave).unwrap();
        assert_eq!(delete(&mut world, "admins"), conflict("detach all policies"));
        edit(&mut world, |group| group.attached.clear());
        assert_eq!(delete(&mut world, "admins"), conflict("delete policies"));
        edit(&mut world, |group| group.inline.clear());
        assert_eq!(delete(&mut world, "ADMINS"), Ok(()));
        let gone = "NoSuchEntity: The group with name admins cannot be found.";
        assert_eq!(delete(&mut world, "admins"), Err(gone.to_owned()));
    }
}
