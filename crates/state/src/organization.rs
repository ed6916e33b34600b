//! The organization that an account belongs to: the one place that knows there is none.

use crate::account::Account;
use crate::error::OrganizationNotFound;

/// The organization of an account. There are none yet, and so no value of this type: what an operation does inside
/// an organization can not be written before there is something to do it with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Organization {}

impl Account {
    /// The organization that the account is in.
    ///
    /// # Errors
    /// It is in none.
    pub fn organization(&self) -> Result<Organization, OrganizationNotFound> {
        Err(OrganizationNotFound::new(
            "The request was rejected because no organization is associated with your account.",
        ))
    }
}
