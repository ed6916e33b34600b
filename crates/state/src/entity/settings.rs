//! What belongs to the account itself: its name, alias, root's keys and certificates, deletion tasks, quota
//! overrides, preferences.

use std::collections::BTreeMap;

use keygate_ident::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AccessKey, DeletionTask, PasswordPolicy, SigningCertificate};
use crate::outbound::OutboundFederation;
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
    /// The password policy, if the account has one of its own.
    #[serde(default)]
    pub password_policy: Option<PasswordPolicy>,
    /// Signing certificates of the root user.
    #[serde(default)]
    pub root_signing_certificates: Vec<SigningCertificate>,
    /// Deletions of service-linked roles, oldest first.
    #[serde(default)]
    pub deletion_tasks: Vec<DeletionTask>,
    /// The account as an issuer of web identity tokens, once that was enabled.
    #[serde(default)]
    pub outbound_federation: Option<OutboundFederation>,
    /// Quotas that differ from the defaults, by name.
    #[serde(default)]
    pub quotas: BTreeMap<String, u32>,
    /// Which tokens the global endpoint of STS issues.
    #[serde(default)]
    pub global_tokens: GlobalTokenVersion,
    /// Whether IAM's role manager is enabled.
    #[serde(default)]
    pub role_manager: bool,
}

/// The version of the session tokens that the global endpoint of STS issues for the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum GlobalTokenVersion {
    /// On AWS valid in the regions that are enabled by default.
    #[default]
    V1,
    /// On AWS valid in all regions.
    V2,
}

impl GlobalTokenVersion {
    /// 1 or 2, as in the account summary.
    pub const fn number(self) -> u8 {
        match self {
            Self::V1 => 1,
            Self::V2 => 2,
        }
    }
}

impl Settings {
    /// The account's own limit, if it has one.
    pub fn quota(&self, quota: Quota) -> Option<u32> {
        self.quotas.get(quota.name()).copied()
    }
}
