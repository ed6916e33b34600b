//! What the tests of several operations need, and what is true of all operations on service-linked roles.

use keygate_operation::testing::World;
use keygate_shapes::iam;

use super::create_service_linked_role::CreateServiceLinkedRole;
use super::delete_service_linked_role::DeleteServiceLinkedRole;
use super::get_service_linked_role_deletion_status::GetServiceLinkedRoleDeletionStatus;
use crate::ask::tests::{assert_catalogued, pairs};

/// The input that creates a role.
pub(super) fn input(service: &str, suffix: Option<&str>) -> iam::CreateServiceLinkedRoleRequest {
    iam::CreateServiceLinkedRoleRequest {
        aws_service_name: service.to_owned(),
        description: None,
        custom_suffix: suffix.map(str::to_owned),
    }
}

/// Creates a role; code and message of the error.
pub(super) fn create(world: &mut World, service: &str, suffix: Option<&str>) -> Result<iam::Role, String> {
    let created = world.write(&CreateServiceLinkedRole, input(service, suffix));
    created
        .map(|answer| answer.role.unwrap())
        .map_err(|error| format!("{}: {}", error.code(), error.message()))
}

/// Deletes a role: the task's id.
pub(super) fn delete(world: &mut World, name: &str) -> Result<String, String> {
    let input = iam::DeleteServiceLinkedRoleRequest { role_name: name.to_owned() };
    let deleted = world.write(&DeleteServiceLinkedRole, input);
    deleted
        .map(|answer| answer.deletion_task_id)
        .map_err(|error| format!("{}: {}", error.code(), error.message()))
}

/// Status and reason of a task.
pub(super) fn status(
    world: &mut World,
    id: &str,
) -> Result<(String, Option<iam::DeletionTaskFailureReasonType>), String> {
    let input = iam::GetServiceLinkedRoleDeletionStatusRequest { deletion_task_id: id.to_owned() };
    let read = world.read(&GetServiceLinkedRoleDeletionStatus, input);
    read.map(|answer| (answer.status, answer.reason))
        .map_err(|error| format!("{}: {}", error.code(), error.message()))
}

#[test]
fn deletion_is_asked_on_the_role() {
    let mut world = World::new();
    create(&mut world, "ecs.amazonaws.com", None).unwrap();
    let arn = "arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS";
    let input = iam::DeleteServiceLinkedRoleRequest { role_name: "awsserviceroleforECS".to_owned() };
    let asks = world.write_asks(&DeleteServiceLinkedRole, &input).unwrap();
    assert_catalogued(&asks);
    assert_eq!(pairs(&asks), [("iam:DeleteServiceLinkedRole", arn)]);
    let deletion_task_id = delete(&mut world, "AWSServiceRoleForECS").unwrap();
    let input = iam::GetServiceLinkedRoleDeletionStatusRequest { deletion_task_id };
    let asks = world.asks(&GetServiceLinkedRoleDeletionStatus, &input).unwrap();
    assert_catalogued(&asks);
    assert_eq!(pairs(&asks), [("iam:GetServiceLinkedRoleDeletionStatus", arn)]);
}
