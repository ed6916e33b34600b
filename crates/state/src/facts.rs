//! Facts of use: when a key or a role was last used. They are recorded outside the account's tree, in memory,
//! and saved coarsely, so that a use costs the hot path nothing.

use keygate_ident::{Timestamp, UniqueId};
use keygate_seal::TotpStep;
use serde::{Deserialize, Serialize};

use crate::codes::CodeUse;

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

    /// What is known of the one-time codes of an MFA device.
    fn code_use(&self, _device: &UniqueId) -> CodeUse {
        CodeUse::default()
    }

    /// Uses up a code, once: see [`crate::CodeBook::claim`]. What keeps no codes accepts none.
    fn claim_code(&self, _device: &UniqueId, _step: TotpStep, _now: Timestamp) -> bool {
        false
    }

    /// A wrong code was tried: see [`crate::CodeBook::failed`].
    fn code_failed(&self, _device: &UniqueId, _now: Timestamp) {}
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
