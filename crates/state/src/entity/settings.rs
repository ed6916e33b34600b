//! What belongs to the account itself: its name, alias, root's keys, quota overrides.

use std::collections::BTreeMap;

use keygate_ident::Timestamp;
use serde::{Deserialize, Serialize};

use super::AccessKey;
use crate::quota::Quota;

/// The account's own record; there is exactly one.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The name given at creation.
    pub name: String,
    /// When the account was created.
    pub created: Timestamp,
    /// The account alias, if any.
    #[serde(default)]
    pub alias: Option<String>,
    /// Access keys of the root user.
    #[serde(default)]
    pub root_keys: Vec<AccessKey>,
    /// Quotas that differ from the defaults, by name.
    #[serde(default)]
    pub quotas: BTreeMap<String, u32>,
}

impl Settings {
    /// The account's own limit, if it has one.
    pub fn quota(&self, quota: Quota) -> Option<u32> {
        self.quotas.get(quota.name()).copied()
    }
}
