//! What the operations on roles ask, against the service authorization reference.

use keygate_operation::testing::World;
use keygate_shapes::iam::{
    CreateRoleRequest, DeleteRoleRequest, GetRoleRequest, ListRoleTagsRequest, ListRolesRequest, Tag,
    TagRoleRequest, UntagRoleRequest, UpdateAssumeRolePolicyRequest, UpdateRoleDescriptionRequest,
    UpdateRoleRequest,
};

use super::testing::{BOUNDARY, create, named};
use super::*;
use crate::ask::tests::{assert_bounded, assert_catalogued};

#[test]
fn asks_are_those_of_the_service_authorization_reference() {
    let mut world = World::new();
    let tags = vec![Tag { key: "Team".to_owned(), value: "a".to_owned() }];
    let new = |name: &str| CreateRoleRequest {
        path: Some("/x/".to_owned()),
        permissions_boundary: Some(BOUNDARY.to_owned()),
        tags: Some(tags.clone()),
        ..named(name)
    };
    create(&mut world, new("App"));
    let role_name = || "app".to_owned();
    let asks = world.write_asks(&create_role::CreateRole, &new("New")).unwrap();
    assert_catalogued(&asks);
    assert_bounded(&asks);
    let asks = [
        world.asks(&get_role::GetRole, &GetRoleRequest { role_name: role_name() }),
        world.write_asks(
            &update_role::UpdateRole,
            &UpdateRoleRequest { role_name: role_name(), ..Default::default() },
        ),
        world.write_asks(
            &update_role_description::UpdateRoleDescription,
            &UpdateRoleDescriptionRequest { role_name: role_name(), description: String::new() },
        ),
        world.write_asks(
            &update_assume_role_policy::UpdateAssumeRolePolicy,
            &UpdateAssumeRolePolicyRequest { role_name: role_name(), policy_document: String::new() },
        ),
        world.write_asks(&delete_role::DeleteRole, &DeleteRoleRequest { role_name: role_name() }),
        world.write_asks(&tag_role::TagRole, &TagRoleRequest { role_name: role_name(), tags: tags.clone() }),
        world.write_asks(
            &untag_role::UntagRole,
            &UntagRoleRequest { role_name: role_name(), tag_keys: vec!["Team".to_owned()] },
        ),
        world.asks(
            &list_role_tags::ListRoleTags,
            &ListRoleTagsRequest { role_name: role_name(), ..Default::default() },
        ),
    ];
    for asks in asks {
        let asks = asks.unwrap();
        assert_catalogued(&asks);
        assert_bounded(&asks);
        // Another spelling of the name asks for the real ARN, path included.
        assert!(asks.iter().all(|ask| ask.resource == "arn:aws:iam::123456789012:role/x/App"));
    }
    let listing = world.asks(&list_roles::ListRoles, &ListRolesRequest::default()).unwrap();
    assert_catalogued(&listing);
    assert_eq!(listing.iter().next().unwrap().resource, "arn:aws:iam::123456789012:role/");
}
