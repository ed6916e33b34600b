//! Inline policies of users, groups and roles. What differs between the three is their shapes and that only roles can
//! belong to a service; the rest is written once.

mod delete_policy;
mod get_policy;
mod list_policies;
mod put_policy;

use keygate_operation::Entry;
use keygate_state::{NoSuchEntity, Principal};

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(put_policy::PutUserPolicy),
        Entry::write(put_policy::PutGroupPolicy),
        Entry::write(put_policy::PutRolePolicy),
        Entry::read(get_policy::GetUserPolicy),
        Entry::read(get_policy::GetGroupPolicy),
        Entry::read(get_policy::GetRolePolicy),
        Entry::write(delete_policy::DeleteUserPolicy),
        Entry::write(delete_policy::DeleteGroupPolicy),
        Entry::write(delete_policy::DeleteRolePolicy),
        Entry::read(list_policies::ListUserPolicies),
        Entry::read(list_policies::ListGroupPolicies),
        Entry::read(list_policies::ListRolePolicies),
    ]
}

/// "The user policy with name … cannot be found."
fn missing<P: Principal>(policy_name: &str) -> NoSuchEntity {
    NoSuchEntity::named(&format!("{} policy", P::PRINCIPAL.word()), policy_name)
}

#[cfg(test)]
mod tests;
