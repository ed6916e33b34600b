//! What the tests of several operations need, and what is true of all operations on groups.

use keygate_ident::UniqueId;
use keygate_operation::testing::World;
use keygate_shapes::iam;

use super::add_user_to_group::AddUserToGroup;
use super::create_group::CreateGroup;
use super::delete_group::DeleteGroup;
use super::get_group::GetGroup;
use super::list_groups::ListGroups;
use super::list_groups_for_user::ListGroupsForUser;
use super::remove_user_from_group::RemoveUserFromGroup;
use super::update_group::UpdateGroup;
use crate::ask::tests::{assert_catalogued, pairs};
use crate::user::tests::{add_user, tag_user};

/// A new group without anything.
pub(crate) fn add_group(world: &mut World, name: &str) -> UniqueId {
    let input = iam::CreateGroupRequest { group_name: name.to_owned(), path: None };
    world.write(&CreateGroup, input).unwrap();
    world.account().group(name).unwrap().id.clone()
}

/// Makes a user a member.
pub(crate) fn join(world: &mut World, group: &str, user: &str) {
    let input = iam::AddUserToGroupRequest { group_name: group.to_owned(), user_name: user.to_owned() };
    world.write(&AddUserToGroup, input).unwrap();
}

#[test]
fn asks_are_as_the_catalogue_lists_them() {
    let mut world = World::new();
    add_group(&mut world, "Admins");
    add_user(&mut world, "Bob");
    tag_user(&mut world, "Bob", &[("team", "a")]);
    let (group, user) = (|| "ADMINS".to_owned(), || "BOB".to_owned());
    let create = iam::CreateGroupRequest { group_name: "ops".to_owned(), path: Some("/x/".to_owned()) };
    let update = iam::UpdateGroupRequest {
        group_name: group(),
        new_group_name: Some("ops".to_owned()),
        new_path: None,
    };
    let add = iam::AddUserToGroupRequest { group_name: group(), user_name: user() };
    let remove = iam::RemoveUserFromGroupRequest { group_name: group(), user_name: user() };
    let get = iam::GetGroupRequest { group_name: group(), ..Default::default() };
    let groups_of = iam::ListGroupsForUserRequest { user_name: user(), ..Default::default() };
    let arn = "arn:aws:iam::123456789012:";
    for (asks, action, resource) in [
        (world.write_asks(&CreateGroup, &create), "iam:CreateGroup", "group/x/ops"),
        (world.write_asks(&UpdateGroup, &update), "iam:UpdateGroup", "group/Admins"),
        (
            world.write_asks(&DeleteGroup, &iam::DeleteGroupRequest { group_name: group() }),
            "iam:DeleteGroup",
            "group/Admins",
        ),
        (world.write_asks(&AddUserToGroup, &add), "iam:AddUserToGroup", "group/Admins"),
        (world.write_asks(&RemoveUserFromGroup, &remove), "iam:RemoveUserFromGroup", "group/Admins"),
        (world.asks(&GetGroup, &get), "iam:GetGroup", "group/Admins"),
        (world.asks(&ListGroups, &iam::ListGroupsRequest::default()), "iam:ListGroups", "group/"),
        (world.asks(&ListGroupsForUser, &groups_of), "iam:ListGroupsForUser", "user/Bob"),
    ] {
        let asks = asks.unwrap();
        assert_eq!(pairs(&asks)[0], (action, format!("{arn}{resource}").as_str()));
        assert_catalogued(&asks);
    }
}
