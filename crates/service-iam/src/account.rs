//! Operations on the account as a whole: its alias, its numbers, all that is in it.

mod create_account_alias;
mod delete_account_alias;
mod get_account_authorization_details;
mod get_account_summary;
mod list_account_aliases;

use keygate_operation::Entry;

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(create_account_alias::CreateAccountAlias),
        Entry::write(delete_account_alias::DeleteAccountAlias),
        Entry::read(list_account_aliases::ListAccountAliases),
        Entry::read(get_account_summary::GetAccountSummary),
        Entry::read(get_account_authorization_details::GetAccountAuthorizationDetails),
    ]
}

#[cfg(test)]
mod tests;
