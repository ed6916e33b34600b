//! Operations on service-linked roles: roles that a service owns (rule 211). The service and AWS choose name, path,
//! trust and policy; nothing but these operations makes or removes them.

mod create_service_linked_role;
mod delete_service_linked_role;
mod get_service_linked_role_deletion_status;

use keygate_catalog::{ServiceLinkedRole, managed_policy_named};
use keygate_ident::{Arn, EntityPath, IdKind};
use keygate_operation::{Ask, Entry, Failure, ReadCx, WriteCx};
use keygate_state::{ManagedRef, PolicyText, Role};
use keygate_wire::OperationModel;

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(create_service_linked_role::CreateServiceLinkedRole),
        Entry::write(delete_service_linked_role::DeleteServiceLinkedRole),
        Entry::read(get_service_linked_role_deletion_status::GetServiceLinkedRoleDeletionStatus),
    ]
}

/// The path of all service-linked roles; the service's name and a slash follow.
const PATH: &str = "/aws-service-role/";
/// The service that a role is made for, in policies (rule 211).
const SERVICE_NAME: &str = "iam:AWSServiceName";
/// Seconds a session may last: AWS's default, which nobody can change here.
const SESSION: u32 = 3600;
/// What ids of deletion tasks begin with; the role's place and a UUID follow.
const TASK: &str = "task";

/// To make the role of this service, of this name.
pub(crate) fn ask_to_create<M: OperationModel>(
    cx: &ReadCx<'_>,
    service: ServiceLinkedRole,
    name: &str,
) -> Result<Ask, Failure<M>> {
    let arn = Arn::iam(cx.partition(), cx.account_id(), "role", &path(service)?, name);
    Ok(Ask::on("iam:CreateServiceLinkedRole", arn).key(SERVICE_NAME, Some(service.service)))
}

/// The role of this service, with the policy and the trust that AWS gives it.
pub(crate) fn new_role<M: OperationModel>(
    cx: &WriteCx<'_>,
    service: ServiceLinkedRole,
    name: String,
    description: Option<String>,
) -> Result<Role, Failure<M>> {
    let policy = managed_policy_named(service.policy).ok_or_else(Failure::internal)?;
    Ok(Role {
        id: cx.new_id(IdKind::Role),
        name,
        path: path(service)?,
        created: cx.now(),
        description,
        source: None,
        max_session_seconds: SESSION,
        trust: PolicyText::stored(trust(service.service)),
        tags: Default::default(),
        boundary: None,
        inline: Default::default(),
        attached: vec![ManagedRef::new(policy.arn_in(cx.partition()))],
    })
}

fn path<M: OperationModel>(role: ServiceLinkedRole) -> Result<EntityPath, Failure<M>> {
    format!("{PATH}{}/", role.service).parse().map_err(|_| Failure::internal())
}

/// The service may assume its role, nobody else.
fn trust(service: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":["{service}"]}},"Action":["sts:AssumeRole"]}}]}}"#
    )
}

#[cfg(test)]
mod tests;
