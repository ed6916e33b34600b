//! Operations on what policies allow and what was last done with it: service last accessed reports, and the policies
//! that grant access to a service.
//!
//! A report is not stored: its job id carries what was asked and when ([`job`]), and the report is made from the
//! account and the facts of use whenever it is read. Only permissions policies count, as on AWS: no boundaries, no
//! session, resource and organization policies.

mod generate_service_last_accessed_details;
mod get_service_last_accessed_details;
mod get_service_last_accessed_details_with_entities;
mod job;
mod list_policies_granting_service_access;
mod report;
mod source;
mod subject;

use keygate_operation::Entry;

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::read(generate_service_last_accessed_details::GenerateServiceLastAccessedDetails),
        Entry::read(get_service_last_accessed_details::GetServiceLastAccessedDetails),
        Entry::read(
            get_service_last_accessed_details_with_entities::GetServiceLastAccessedDetailsWithEntities,
        ),
        Entry::read(list_policies_granting_service_access::ListPoliciesGrantingServiceAccess),
    ]
}

#[cfg(test)]
mod tests;
