//! Other accounts, for the few operations that look across: trust principals, AssumeRole.

use std::fmt;
use std::sync::Arc;

use keygate_ident::{AccountId, UniqueId};

use crate::account::Account;
use crate::role_template::RoleTemplate;

/// The accounts that this server holds. Implemented at the edge.
pub trait Directory: Send + Sync {
    /// The newest published tree of an account; `None` if there is no such account.
    ///
    /// # Errors
    /// The store could not be read: the request must be refused, never decided without the account.
    fn account(&self, id: AccountId) -> Result<Option<Arc<Account>>, Unavailable>;

    /// The account that is known by this alias; aliases are unique over all accounts.
    ///
    /// # Errors
    /// As [`Directory::account`].
    fn alias_owner(&self, alias: &str) -> Result<Option<AccountId>, Unavailable>;

    /// The role template with this ARN, if the operator has defined one.
    fn role_template(&self, _arn: &str) -> Option<&RoleTemplate> {
        None
    }
}

/// The store did not answer. Details are in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unavailable;

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the store did not answer")
    }
}

impl std::error::Error for Unavailable {}

impl dyn Directory + '_ {
    /// The current ARN of the user or role with this unique id; `None` if it is gone.
    ///
    /// # Errors
    /// As [`Directory::account`].
    pub fn arn_of(&self, here: &Account, id: &UniqueId) -> Result<Option<String>, Unavailable> {
        let Some(owner) = id.account() else { return Ok(None) };
        if owner == here.id() {
            return Ok(here.principal_arn(id));
        }
        Ok(self.account(owner)?.and_then(|account| account.principal_arn(id)))
    }
}
