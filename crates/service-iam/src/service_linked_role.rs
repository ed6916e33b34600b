//! Operations on service-linked roles: roles that a service owns (rule 211). The service and AWS choose name, path,
//! trust and policy; nothing but these operations makes or removes them.

mod create_service_linked_role;
mod delete_service_linked_role;
mod get_service_linked_role_deletion_status;

use keygate_operation::Entry;

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(create_service_linked_role::CreateServiceLinkedRole),
        Entry::write(delete_service_linked_role::DeleteServiceLinkedRole),
        Entry::read(get_service_linked_role_deletion_status::GetServiceLinkedRoleDeletionStatus),
    ]
}

/// The path of all service-linked roles; the service's name and a slash follow.
const PATH: &str = "/aws-service-role/";
/// What ids of deletion tasks begin with; the role's place and a UUID follow.
const TASK: &str = "task";

#[cfg(test)]
mod tests;
