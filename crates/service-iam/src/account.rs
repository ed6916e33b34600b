//! Operations on the account as a whole: its alias, its numbers, its preferences, all that is in it.

mod create_account_alias;
mod delete_account_alias;
mod get_account_authorization_details;
mod get_account_properties;
mod get_account_summary;
mod list_account_aliases;
mod put_account_properties;
mod set_security_token_service_preferences;

use keygate_operation::Entry;

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(create_account_alias::CreateAccountAlias),
        Entry::write(delete_account_alias::DeleteAccountAlias),
        Entry::read(list_account_aliases::ListAccountAliases),
        Entry::read(get_account_summary::GetAccountSummary),
        Entry::read(get_account_authorization_details::GetAccountAuthorizationDetails),
        Entry::read(get_account_properties::GetAccountProperties),
        Entry::write(put_account_properties::PutAccountProperties),
        Entry::write(set_security_token_service_preferences::SetSecurityTokenServicePreferences),
    ]
}

#[cfg(test)]
mod tests;
