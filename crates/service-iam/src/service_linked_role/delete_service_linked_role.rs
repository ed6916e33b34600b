//! DeleteServiceLinkedRole: a task that removes a service-linked role, unless the role is in use. The task is done when
//! the answer comes; its outcome is kept for GetServiceLinkedRoleDeletionStatus.
//!
//! On AWS the service says what still uses the role. No service stands behind Keygate: in use is a role that was assumed
//! so recently that a session of it may be alive.

use std::sync::Arc;

use keygate_operation::{Asks, Environment, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{DeleteServiceLinkedRoleRequest, DeleteServiceLinkedRoleResponse, op};
use keygate_state::{DeletionFailure, DeletionTask, MAX_DELETION_TASKS, NoSuchEntity, Role, RoleUsage};

use crate::ask;

/// DeleteServiceLinkedRole.
pub(crate) struct DeleteServiceLinkedRole;

impl Write for DeleteServiceLinkedRole {
    type Model = op::DeleteServiceLinkedRole;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &DeleteServiceLinkedRoleRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::role(cx, "iam:DeleteServiceLinkedRole", &input.role_name)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DeleteServiceLinkedRoleRequest) -> Outcome<Self::Model> {
        let role = Arc::clone(cx.draft.role(&input.role_name)?);
        if !role.is_service_linked() {
            let message = format!("The role with name {} is not a service-linked role.", role.name);
            return Err(NoSuchEntity::new(message).into());
        }
        let task = DeletionTask {
            id: format!("{}{}{}/{}", super::TASK, role.path, role.name, cx.new_uuid()),
            created: cx.now(),
            failure: usage(&cx.env, &role),
        };
        if task.failure.is_none() {
            cx.draft.remove::<Role>(&role.id)?;
        }
        let id = task.id.clone();
        cx.draft.change_settings(|settings| {
            let tasks = &mut settings.deletion_tasks;
            tasks.push(task);
            let forgotten = tasks.len().saturating_sub(MAX_DELETION_TASKS);
            tasks.drain(..forgotten);
        });
        Ok(DeleteServiceLinkedRoleResponse { deletion_task_id: id })
    }
}

/// Why the role can not be deleted: a session that began at its last use may still be alive.
fn usage(env: &Environment<'_>, role: &Role) -> Option<DeletionFailure> {
    let last = env.facts.role_use(&role.id)?;
    let over = last.time.plus_seconds(i64::from(role.max_session_seconds));
    (over > env.now).then(|| DeletionFailure {
        reason: "The role has active sessions.".to_owned(),
        usage: vec![RoleUsage { region: last.region, resources: Vec::new() }],
    })
}

#[cfg(test)]
mod tests {
    use keygate_ident::{Timestamp, UniqueId};
    use keygate_operation::testing::World;
    use keygate_state::{Facts, KeyUse, RoleUse};

    use super::*;
    use crate::role::testing::named;
    use crate::service_linked_role::tests::{create, delete, status};

    const ECS: &str = "AWSServiceRoleForECS";

    #[test]
    fn the_role_is_gone_and_the_task_is_remembered() {
        let mut world = World::new();
        create(&mut world, "ecs.amazonaws.com", None).unwrap();
        let id = delete(&mut world, "awsserviceroleforecs").unwrap();
        let uuid = id.strip_prefix("task/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS/").unwrap();
        assert_eq!(uuid.len(), 36);
        assert!(world.account().roles.is_empty());
        assert_eq!(status(&mut world, &id).unwrap().0, "SUCCEEDED");
        // The role can be made again, and deleted in another task.
        create(&mut world, "ecs.amazonaws.com", None).unwrap();
        let again = delete(&mut world, ECS).unwrap();
        assert_ne!(again, id);
        assert_eq!(status(&mut world, &id).unwrap().0, "SUCCEEDED");
    }

    #[test]
    fn only_the_latest_tasks_are_remembered() {
        let mut world = World::new();
        let ids: Vec<_> = (0..=MAX_DELETION_TASKS)
            .map(|_| {
                create(&mut world, "ecs.amazonaws.com", None).unwrap();
                delete(&mut world, ECS).unwrap()
            })
            .collect();
        assert!(status(&mut world, &ids[0]).unwrap_err().starts_with("NoSuchEntity"));
        assert_eq!(status(&mut world, &ids[1]).unwrap().0, "SUCCEEDED");
    }

    struct Used(Timestamp);

    impl Facts for Used {
        fn key_use(&self, _key: &UniqueId) -> Option<KeyUse> {
            None
        }
        fn role_use(&self, _role: &UniqueId) -> Option<RoleUse> {
            Some(RoleUse { time: self.0, region: "eu-west-1".to_owned() })
        }
    }

    #[test]
    fn a_role_in_use_stays() {
        let mut world = World::new();
        create(&mut world, "ecs.amazonaws.com", None).unwrap();
        world.facts = Box::new(Used(world.now));
        world.now = world.now.plus_seconds(3599);
        let id = delete(&mut world, ECS).unwrap();
        assert!(world.account().role(ECS).is_ok());
        let (outcome, reason) = status(&mut world, &id).unwrap();
        let reason = reason.unwrap();
        assert_eq!(
            (outcome.as_str(), reason.reason.as_deref()),
            ("FAILED", Some("The role has active sessions."))
        );
        assert_eq!(reason.role_usage_list.unwrap()[0].region.as_deref(), Some("eu-west-1"));
        world.now = world.now.plus_seconds(1);
        let id = delete(&mut world, ECS).unwrap();
        assert_eq!(status(&mut world, &id).unwrap().0, "SUCCEEDED");
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        crate::role::testing::create(&mut world, named("App"));
        for (name, error) in [
            ("none", "NoSuchEntity: The role with name none cannot be found."),
            ("app", "NoSuchEntity: The role with name App is not a service-linked role."),
        ] {
            assert_eq!(delete(&mut world, name).unwrap_err(), error);
        }
    }
}
