//! Customer managed policies and their versions.

use keygate_ident::{AccountId, Arn, EntityPath, Partition, Timestamp, UniqueId};
use serde::{Deserialize, Serialize};

use super::{Entity, Kind};
use crate::account::Account;
use crate::document::PolicyText;
use crate::error::EntityAlreadyExists;
use crate::quota::Quota;
use crate::reference::Reference;
use crate::table::Table;
use crate::tags::Tags;

/// Versions a managed policy may have (rule 231).
pub const MAX_POLICY_VERSIONS: usize = 5;

/// A customer managed policy.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// `ANPA…`
    pub id: UniqueId,
    /// The name as given; unique in the account ignoring case.
    pub name: String,
    /// The path.
    pub path: EntityPath,
    /// When it was created.
    pub created: Timestamp,
    /// When its newest version was created or its default changed.
    pub updated: Timestamp,
    /// Description; immutable.
    #[serde(default)]
    pub description: Option<String>,
    /// Number of the default version.
    pub default_version: u32,
    /// Number the next version gets; numbers are never used twice (rule 231).
    pub next_version: u32,
    /// The versions, oldest first; never empty.
    pub versions: Vec<PolicyVersion>,
    /// Tags; keys are case-sensitive.
    #[serde(default)]
    pub tags: Tags,
}

/// One immutable version of a managed policy.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyVersion {
    /// 3 for `v3`.
    pub number: u32,
    /// The document, byte for byte.
    pub document: PolicyText,
    /// When it was created.
    pub created: Timestamp,
}

impl PolicyVersion {
    /// `v3`.
    pub fn id(&self) -> String {
        format!("v{}", self.number)
    }
}

impl Policy {
    /// `arn:aws:iam::ACCOUNT:policy/PATH/NAME`.
    pub fn arn(&self, partition: Partition, account: AccountId) -> Arn {
        Arn::iam(partition, account, "policy", &self.path, &self.name)
    }

    /// The version of this id (`v3`).
    pub fn version(&self, id: &str) -> Option<&PolicyVersion> {
        let number: u32 = id.strip_prefix('v')?.parse().ok()?;
        self.versions.iter().find(|version| version.number == number)
    }

    /// The default version.
    pub fn default(&self) -> Option<&PolicyVersion> {
        self.versions.iter().find(|version| version.number == self.default_version)
    }
}

impl Entity for Policy {
    const KIND: Kind = Kind::Policy;
    const QUOTA: Quota = Quota::Policies;

    fn id(&self) -> &UniqueId {
        &self.id
    }
    fn name(&self) -> &str {
        &self.name
    }
    fn path(&self) -> &EntityPath {
        &self.path
    }
    fn references(&self) -> Vec<Reference> {
        Vec::new()
    }
    fn exists_already(&self) -> EntityAlreadyExists {
        EntityAlreadyExists::new(format!(
            "A policy called {} already exists. Duplicate names are not allowed.",
            self.name
        ))
    }
    fn table(account: &Account) -> &Table<Self> {
        &account.policies
    }
    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.policies
    }
}
