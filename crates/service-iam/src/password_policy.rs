//! The account's password policy, and what it asks of a password.

mod delete_account_password_policy;
mod get_account_password_policy;
pub(crate) mod rules;
pub(crate) mod update_account_password_policy;

use keygate_operation::Entry;

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::read(get_account_password_policy::GetAccountPasswordPolicy),
        Entry::write(update_account_password_policy::UpdateAccountPasswordPolicy),
        Entry::write(delete_account_password_policy::DeleteAccountPasswordPolicy),
    ]
}

#[cfg(test)]
pub(crate) mod tests;
