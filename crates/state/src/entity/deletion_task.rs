//! Deletions of service-linked roles: each is a task whose outcome can be asked for afterwards.

use keygate_ident::Timestamp;
use serde::{Deserialize, Serialize};

/// Tasks that an account remembers; of older ones nothing is known any more.
pub const MAX_DELETION_TASKS: usize = 100;

/// One deletion of a service-linked role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeletionTask {
    /// `task/aws-service-role/SERVICE/ROLE/UUID`.
    pub id: String,
    /// When the deletion was asked for.
    pub created: Timestamp,
    /// Why the role is still there; `None`: it is gone.
    #[serde(default)]
    pub failure: Option<DeletionFailure>,
}

/// Why a service-linked role was not deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeletionFailure {
    /// In words.
    pub reason: String,
    /// Where it is in use, and by what.
    #[serde(default)]
    pub usage: Vec<RoleUsage>,
}

/// Where a role is in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleUsage {
    /// The region.
    pub region: String,
    /// ARNs of what uses it.
    #[serde(default)]
    pub resources: Vec<String>,
}
