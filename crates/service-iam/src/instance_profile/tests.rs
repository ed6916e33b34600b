//! What the operations on instance profiles ask, against the service authorization reference.

use keygate_operation::testing::World;
use keygate_shapes::iam::{
    CreateInstanceProfileRequest, CreateRoleRequest, DeleteInstanceProfileRequest, GetInstanceProfileRequest,
    ListInstanceProfileTagsRequest, ListInstanceProfilesForRoleRequest, ListInstanceProfilesRequest,
    RemoveRoleFromInstanceProfileRequest, Tag, TagInstanceProfileRequest, UntagInstanceProfileRequest,
};

use super::testing::{create, named, pair};
use super::*;
use crate::ask::tests::assert_catalogued;
use crate::role;

#[test]
fn asks_are_those_of_the_service_authorization_reference() {
    let mut world = World::new();
    let tags = vec![Tag { key: "Team".to_owned(), value: "a".to_owned() }];
    let new = |name: &str| CreateInstanceProfileRequest {
        path: Some("/x/".to_owned()),
        tags: Some(tags.clone()),
        ..named(name)
    };
    create(&mut world, new("Web"));
    role::testing::create(
        &mut world,
        CreateRoleRequest {
            tags: Some(tags.clone()),
            permissions_boundary: Some(role::testing::BOUNDARY.to_owned()),
            ..role::testing::named("App")
        },
    );
    let name = || "web".to_owned();
    let on_the_profile = [
        world.asks(
            &get_instance_profile::GetInstanceProfile,
            &GetInstanceProfileRequest { instance_profile_name: name() },
        ),
        world.write_asks(
            &delete_instance_profile::DeleteInstanceProfile,
            &DeleteInstanceProfileRequest { instance_profile_name: name() },
        ),
        world.write_asks(
            &remove_role_from_instance_profile::RemoveRoleFromInstanceProfile,
            &RemoveRoleFromInstanceProfileRequest {
                instance_profile_name: name(),
                role_name: "app".to_owned(),
            },
        ),
        world.write_asks(
            &tag_instance_profile::TagInstanceProfile,
            &TagInstanceProfileRequest { instance_profile_name: name(), tags: tags.clone() },
        ),
        world.write_asks(
            &untag_instance_profile::UntagInstanceProfile,
            &UntagInstanceProfileRequest { instance_profile_name: name(), tag_keys: vec!["Team".to_owned()] },
        ),
        world.asks(
            &list_instance_profile_tags::ListInstanceProfileTags,
            &ListInstanceProfileTagsRequest { instance_profile_name: name(), ..Default::default() },
        ),
    ];
    for asks in on_the_profile {
        let asks = asks.unwrap();
        assert_catalogued(&asks);
        // Another spelling of the name asks for the real ARN, path included.
        assert!(asks.iter().all(|ask| ask.resource == "arn:aws:iam::123456789012:instance-profile/x/Web"));
    }
    assert_catalogued(
        &world.write_asks(&create_instance_profile::CreateInstanceProfile, &new("New")).unwrap(),
    );
    assert_catalogued(
        &world
            .write_asks(&add_role_to_instance_profile::AddRoleToInstanceProfile, &pair("web", "app"))
            .unwrap(),
    );
    let of_role = ListInstanceProfilesForRoleRequest { role_name: "app".to_owned(), ..Default::default() };
    assert_catalogued(
        &world.asks(&list_instance_profiles_for_role::ListInstanceProfilesForRole, &of_role).unwrap(),
    );
    let all = ListInstanceProfilesRequest::default();
    let listing = world.asks(&list_instance_profiles::ListInstanceProfiles, &all).unwrap();
    assert_catalogued(&listing);
    assert_eq!(listing.iter().next().unwrap().resource, "arn:aws:iam::123456789012:instance-profile/");
}
