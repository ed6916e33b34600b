//! The four operations together: what they do, what they refuse, what they ask.

use keygate_ident::IdKind;
use keygate_operation::Listed;
use keygate_operation::testing::World;
use keygate_shapes::iam::{
    DeleteRolePermissionsBoundaryRequest, DeleteUserPermissionsBoundaryRequest,
    PutRolePermissionsBoundaryRequest, PutUserPermissionsBoundaryRequest,
};
use keygate_wire::ApiError;

use super::*;
use crate::ask::tests::{assert_bounded, assert_catalogued};
use crate::role::testing::{BOUNDARY, create, create_service_linked, named, protected};

const OTHER: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// A world with the user `Bob` and the role `App`.
fn world() -> World {
    let mut world = World::new();
    create(&mut world, named("App"));
    let user = User {
        id: world.new_id(IdKind::User),
        name: "Bob".to_owned(),
        path: "/x/".parse().unwrap(),
        created: world.now,
        tags: Default::default(),
        boundary: None,
        groups: Vec::new(),
        inline: Default::default(),
        attached: Vec::new(),
        access_keys: Vec::new(),
        login_profile: None,
        passwords: Vec::new(),
        ssh_keys: Vec::new(),
        signing_certificates: Vec::new(),
        service_credentials: Vec::new(),
    };
    world.edit(|draft| draft.insert(user)).unwrap();
    world
}

fn user_put(name: &str, policy: &str) -> PutUserPermissionsBoundaryRequest {
    PutUserPermissionsBoundaryRequest { user_name: name.to_owned(), permissions_boundary: policy.to_owned() }
}

fn role_put(name: &str, policy: &str) -> PutRolePermissionsBoundaryRequest {
    PutRolePermissionsBoundaryRequest { role_name: name.to_owned(), permissions_boundary: policy.to_owned() }
}

fn put(world: &mut World, kind: &str, name: &str, policy: &str) -> Result<(), ApiError> {
    match kind {
        "user" => world
            .write(&put_user_permissions_boundary::PutUserPermissionsBoundary, user_put(name, policy))
            .map(|_| ()),
        _ => world
            .write(&put_role_permissions_boundary::PutRolePermissionsBoundary, role_put(name, policy))
            .map(|_| ()),
    }
}

fn delete(world: &mut World, kind: &str, name: &str) -> Result<(), ApiError> {
    match kind {
        "user" => {
            let input = DeleteUserPermissionsBoundaryRequest { user_name: name.to_owned() };
            world.write(&delete_user_permissions_boundary::DeleteUserPermissionsBoundary, input).map(|_| ())
        }
        _ => {
            let input = DeleteRolePermissionsBoundaryRequest { role_name: name.to_owned() };
            world.write(&delete_role_permissions_boundary::DeleteRolePermissionsBoundary, input).map(|_| ())
        }
    }
}

fn boundary_of(world: &World, kind: &str) -> Option<String> {
    let account = world.account();
    let boundary = match kind {
        "user" => account.user("Bob").unwrap().boundary.clone(),
        _ => account.role("App").unwrap().boundary.clone(),
    };
    boundary.map(|policy| policy.arn().to_owned())
}

#[test]
fn rule_61_one_boundary_set_replaced_and_removed() {
    let mut world = world();
    for (kind, name) in [("user", "bOB"), ("role", "aPP")] {
        put(&mut world, kind, name, BOUNDARY).unwrap();
        assert_eq!(boundary_of(&world, kind).as_deref(), Some(BOUNDARY));
        put(&mut world, kind, name, OTHER).unwrap();
        assert_eq!(boundary_of(&world, kind).as_deref(), Some(OTHER));
        for _ in 0..2 {
            delete(&mut world, kind, name).unwrap();
            assert_eq!(boundary_of(&world, kind), None);
        }
    }
}

#[test]
fn errors() {
    let mut world = world();
    create_service_linked(&mut world, "AWSServiceRoleForECS");
    let invalid = "arn:aws:iam::123456789012:not_a_policy/p";
    let absent = "arn:aws:iam::123456789012:policy/none";
    let of_service = "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy";
    for (kind, name) in [("user", "Bob"), ("role", "App")] {
        put(&mut world, kind, name, BOUNDARY).unwrap();
        for (name, policy, code, message) in [
            (name, invalid, "InvalidInput", format!("ARN {invalid} is not valid.")),
            (
                name,
                absent,
                "NoSuchEntity",
                format!("Scope ARN: {absent} does not exist or is not attachable."),
            ),
            (
                name,
                of_service,
                "PolicyNotAttachable",
                format!("Cannot attach a Service Role Policy to a Customer {kind}."),
            ),
            ("none", BOUNDARY, "NoSuchEntity", format!("The {kind} with name none cannot be found.")),
        ] {
            let error = put(&mut world, kind, name, policy).unwrap_err();
            assert_eq!((error.code(), error.message()), (code, message.as_str()));
        }
        let error = delete(&mut world, kind, "none").unwrap_err();
        let message = format!("The {kind} with name none cannot be found.");
        assert_eq!((error.code(), error.message()), ("NoSuchEntity", message.as_str()));
        assert_eq!(boundary_of(&world, kind).as_deref(), Some(BOUNDARY));
    }
    let message = protected("AWSServiceRoleForECS");
    for error in [
        put(&mut world, "role", "AWSServiceRoleForECS", BOUNDARY).unwrap_err(),
        delete(&mut world, "role", "AWSServiceRoleForECS").unwrap_err(),
    ] {
        assert_eq!((error.code(), error.message()), ("UnmodifiableEntity", message.as_str()));
    }
}

#[test]
fn rule_65_put_asks_about_the_new_boundary_and_delete_about_the_old_one() {
    let mut world = world();
    put(&mut world, "user", "Bob", BOUNDARY).unwrap();
    put(&mut world, "role", "App", BOUNDARY).unwrap();
    let user = "arn:aws:iam::123456789012:user/x/Bob";
    let role = "arn:aws:iam::123456789012:role/App";
    let asked = [
        (
            world.write_asks(
                &put_user_permissions_boundary::PutUserPermissionsBoundary,
                &user_put("bob", OTHER),
            ),
            user,
            OTHER,
        ),
        (
            world.write_asks(
                &put_role_permissions_boundary::PutRolePermissionsBoundary,
                &role_put("app", OTHER),
            ),
            role,
            OTHER,
        ),
        (
            world.write_asks(
                &delete_user_permissions_boundary::DeleteUserPermissionsBoundary,
                &DeleteUserPermissionsBoundaryRequest { user_name: "bob".to_owned() },
            ),
            user,
            BOUNDARY,
        ),
        (
            world.write_asks(
                &delete_role_permissions_boundary::DeleteRolePermissionsBoundary,
                &DeleteRolePermissionsBoundaryRequest { role_name: "app".to_owned() },
            ),
            role,
            BOUNDARY,
        ),
    ];
    for (asks, resource, boundary) in asked {
        let asks = asks.unwrap();
        assert_catalogued(&asks);
        assert_bounded(&asks);
        let ask = asks.iter().next().unwrap();
        assert_eq!(ask.resource, resource);
        assert_eq!(ask.keys, [(ask::PERMISSIONS_BOUNDARY.to_owned(), Listed::One(boundary.to_owned()))]);
    }
}
