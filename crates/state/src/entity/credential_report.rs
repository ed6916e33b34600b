//! The credential report: what was known of everybody's credentials when it was generated.

use keygate_ident::Timestamp;
use serde::{Deserialize, Serialize};

/// The newest credential report of the account, as it was generated; later changes do not show in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialReport {
    /// When it was generated.
    pub generated: Timestamp,
    /// The report as comma-separated values.
    pub content: String,
}
