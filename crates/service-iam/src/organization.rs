//! Operations on the organization of the account: root access of its member accounts, and the report on what its
//! accounts use.

mod generate_organizations_access_report;
mod get_organizations_access_report;
mod root_access;

use keygate_operation::Entry;

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::read(root_access::ListOrganizationsFeatures),
        Entry::write(root_access::EnableOrganizationsRootCredentialsManagement),
        Entry::write(root_access::DisableOrganizationsRootCredentialsManagement),
        Entry::write(root_access::EnableOrganizationsRootSessions),
        Entry::write(root_access::DisableOrganizationsRootSessions),
        Entry::read(generate_organizations_access_report::GenerateOrganizationsAccessReport),
        Entry::read(get_organizations_access_report::GetOrganizationsAccessReport),
    ]
}
