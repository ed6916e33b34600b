//! Facts of use: when a key or a role was last used. They are recorded outside the account's tree, in memory,
//! and saved coarsely, so that a use costs the hot path nothing.

use keygate_ident::{Timestamp, UniqueId};
use serde::{Deserialize, Serialize};

/// The last use of an access key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyUse {
    /// When.
    pub time: Timestamp,
    /// In which region, e.g. `us-east-1`.
    pub region: String,
    /// For which service, e.g. `iam`.
    pub service: String,
}

/// The last use of a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleUse {
    /// When.
    pub time: Timestamp,
    /// In which region.
    pub region: String,
}

/// What the server knows of past use.
pub trait Facts: Send + Sync {
    /// The last use of an access key.
    fn key_use(&self, key: &UniqueId) -> Option<KeyUse>;
    /// The last use of a role.
    fn role_use(&self, role: &UniqueId) -> Option<RoleUse>;
}

/// Nothing was ever used: for tests and offline tools.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFacts;

impl Facts for NoFacts {
    fn key_use(&self, _key: &UniqueId) -> Option<KeyUse> {
        None
    }
    fn role_use(&self, _role: &UniqueId) -> Option<RoleUse> {
        None
    }
}
