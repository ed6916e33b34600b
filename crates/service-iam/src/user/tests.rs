//! What the tests of several operations need, and what is true of all operations on users.

use keygate_ident::UniqueId;
use keygate_operation::testing::World;
use keygate_shapes::iam::{self, Tag};

use super::create_user::CreateUser;
use super::delete_user::DeleteUser;
use super::get_user::GetUser;
use super::list_user_tags::ListUserTags;
use super::list_users::ListUsers;
use super::tag_user::TagUser;
use super::untag_user::UntagUser;
use super::update_user::UpdateUser;
use crate::ask::tests::assert_catalogued;

/// A new user without anything.
pub(crate) fn add_user(world: &mut World, name: &str) -> UniqueId {
    let input = iam::CreateUserRequest { user_name: name.to_owned(), ..Default::default() };
    world.write(&CreateUser, input).unwrap();
    world.account().user(name).unwrap().id.clone()
}

/// Tags for a request.
pub(crate) fn tags(pairs: &[(&str, &str)]) -> Vec<Tag> {
    pairs.iter().map(|(key, value)| Tag { key: (*key).to_owned(), value: (*value).to_owned() }).collect()
}

/// Tags a user.
pub(crate) fn tag_user(world: &mut World, name: &str, new: &[(&str, &str)]) {
    let input = iam::TagUserRequest { user_name: name.to_owned(), tags: tags(new) };
    world.write(&TagUser, input).unwrap();
}

#[test]
fn asks_are_as_the_catalogue_lists_them() {
    let mut world = World::new();
    add_user(&mut world, "bob");
    tag_user(&mut world, "bob", &[("team", "a")]);
    let name = || "bob".to_owned();
    let create = iam::CreateUserRequest {
        user_name: "eve".to_owned(),
        tags: Some(tags(&[("team", "a")])),
        permissions_boundary: Some("arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned()),
        ..Default::default()
    };
    let rename = iam::UpdateUserRequest {
        user_name: name(),
        new_user_name: Some("rob".to_owned()),
        new_path: Some("/x/".to_owned()),
    };
    let tag = iam::TagUserRequest { user_name: name(), tags: tags(&[("team", "b"), ("x", "")]) };
    let untag = iam::UntagUserRequest { user_name: name(), tag_keys: vec!["team".to_owned()] };
    let list = iam::ListUserTagsRequest { user_name: name(), ..Default::default() };
    for asks in [
        world.write_asks(&CreateUser, &create).unwrap(),
        world.write_asks(&UpdateUser, &rename).unwrap(),
        world.write_asks(&DeleteUser, &iam::DeleteUserRequest { user_name: name() }).unwrap(),
        world.write_asks(&TagUser, &tag).unwrap(),
        world.write_asks(&UntagUser, &untag).unwrap(),
        world.asks(&ListUserTags, &list).unwrap(),
        world.asks(&GetUser, &iam::GetUserRequest { user_name: Some(name()) }).unwrap(),
        world.asks(&GetUser, &iam::GetUserRequest { user_name: None }).unwrap(),
        world.asks(&ListUsers, &iam::ListUsersRequest::default()).unwrap(),
    ] {
        assert!(!asks.is_empty());
        assert_catalogued(&asks);
    }
}
