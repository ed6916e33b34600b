//! GetServiceLinkedRoleDeletionStatus: what became of a deletion.

use keygate_ident::{Arn, EntityPath};
use keygate_operation::{Ask, Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{
    DeletionTaskFailureReasonType, GetServiceLinkedRoleDeletionStatusRequest,
    GetServiceLinkedRoleDeletionStatusResponse, RoleUsageType, op,
};
use keygate_state::{DeletionFailure, InvalidInput, NoSuchEntity};

/// GetServiceLinkedRoleDeletionStatus.
pub(crate) struct GetServiceLinkedRoleDeletionStatus;

impl Read for GetServiceLinkedRoleDeletionStatus {
    type Model = op::GetServiceLinkedRoleDeletionStatus;

    /// The role may be gone: it is asked for as the task names it.
    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &GetServiceLinkedRoleDeletionStatusRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let id = &input.deletion_task_id;
        let invalid = || InvalidInput::new(format!("The deletion task id {id} is not valid."));
        let (path, role) = place(id).ok_or_else(invalid)?;
        let arn = Arn::iam(cx.partition(), cx.account_id(), "role", &path, role);
        Ok(Asks::one(Ask::on("iam:GetServiceLinkedRoleDeletionStatus", arn)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetServiceLinkedRoleDeletionStatusRequest) -> Outcome<Self::Model> {
        let id = &input.deletion_task_id;
        let task = cx.account.settings().deletion_tasks.iter().find(|task| task.id == *id);
        let task = task
            .ok_or_else(|| NoSuchEntity::new(format!("The deletion task with id {id} cannot be found.")))?;
        let status = if task.failure.is_none() { "SUCCEEDED" } else { "FAILED" };
        Ok(GetServiceLinkedRoleDeletionStatusResponse {
            status: status.to_owned(),
            reason: task.failure.as_ref().map(reason),
        })
    }
}

/// Path and name of the role in `task/aws-service-role/SERVICE/ROLE/UUID`.
fn place(id: &str) -> Option<(EntityPath, &str)> {
    let parts: Vec<&str> = id.strip_prefix(super::TASK)?.strip_prefix(super::PATH)?.split('/').collect();
    let [service, role, uuid] = parts.as_slice() else { return None };
    let filled = [service, role, uuid].into_iter().all(|part| !part.is_empty());
    let path = format!("{}{service}/", super::PATH).parse().ok()?;
    filled.then_some((path, role))
}

fn reason(failure: &DeletionFailure) -> DeletionTaskFailureReasonType {
    let usage = failure.usage.iter().map(|usage| RoleUsageType {
        region: Some(usage.region.clone()),
        resources: Some(usage.resources.clone()),
    });
    DeletionTaskFailureReasonType {
        reason: Some(failure.reason.clone()),
        role_usage_list: Some(usage.collect()),
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use crate::service_linked_role::tests::status;

    #[test]
    fn errors() {
        let mut world = World::new();
        let unknown = "task/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS/1";
        assert_eq!(
            status(&mut world, unknown).unwrap_err(),
            format!("NoSuchEntity: The deletion task with id {unknown} cannot be found.")
        );
        for bad in [
            "task",
            "task/other/ecs.amazonaws.com/AWSServiceRoleForECS/1",
            "task/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
            "task/aws-service-role/ecs.amazonaws.com//1",
            "task/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS/1/2",
            "task/aws-service-role/a b/AWSServiceRoleForECS/1",
        ] {
            let error = format!("InvalidInput: The deletion task id {bad} is not valid.");
            assert_eq!(status(&mut world, bad).unwrap_err(), error);
        }
    }
}
