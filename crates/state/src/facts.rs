//! Facts of use: when a key or a role was last used, and what a user or role last tried to do. They are recorded
//! outside the account's tree, in memory, and saved coarsely, so that a use costs the hot path nothing.

use std::collections::BTreeMap;

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

/// The last attempt at an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionUse {
    /// When.
    pub time: Timestamp,
    /// In which region.
    pub region: String,
}

/// What a user or role tried to do, allowed or not; sessions count as their user or role.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// The last attempt at each action, by its qualified name (`iam:GetUser`).
    pub actions: BTreeMap<String, ActionUse>,
}

impl Activity {
    /// The last attempt at any action of the service with this prefix (`iam`).
    pub fn of_service(&self, prefix: &str) -> Option<&ActionUse> {
        let of_service = |name: &str| name.split_once(':').is_some_and(|(service, _)| service == prefix);
        let uses = self.actions.iter().filter(|(name, _)| of_service(name)).map(|(_, used)| used);
        uses.max_by_key(|used| used.time)
    }

    /// The same without what was tried before this time.
    #[must_use]
    pub fn since(mut self, time: Timestamp) -> Self {
        self.actions.retain(|_, used| used.time >= time);
        self
    }
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
    ///
    /// Wrong passwords are counted in the same way, by the user's id.
    fn code_failed(&self, _device: &UniqueId, _now: Timestamp) {}

    /// What was right ends the counting: see [`crate::CodeBook::forgive`].
    fn guesses_forgiven(&self, _device: &UniqueId) {}

    /// What a user or role tried to do.
    fn activity(&self, _principal: &UniqueId) -> Activity {
        Activity::default()
    }
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
