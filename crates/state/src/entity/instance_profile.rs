//! Instance profiles: containers for one role (rule 232).

use keygate_ident::{AccountId, Arn, EntityPath, Partition, Timestamp, UniqueId};
use serde::{Deserialize, Serialize};

use super::{Entity, Kind};
use crate::account::Account;
use crate::error::EntityAlreadyExists;
use crate::quota::Quota;
use crate::reference::Reference;
use crate::table::Table;
use crate::tags::Tags;

/// An instance profile.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstanceProfile {
    /// `AIPA…`
    pub id: UniqueId,
    /// The name as given; unique in the account ignoring case.
    pub name: String,
    /// The path.
    pub path: EntityPath,
    /// When it was created.
    pub created: Timestamp,
    /// The role in it.
    #[serde(default)]
    pub role: Option<UniqueId>,
    /// Tags; keys are case-sensitive.
    #[serde(default)]
    pub tags: Tags,
}

impl InstanceProfile {
    /// `arn:aws:iam::ACCOUNT:instance-profile/PATH/NAME`.
    pub fn arn(&self, partition: Partition, account: AccountId) -> Arn {
        Arn::iam(partition, account, "instance-profile", &self.path, &self.name)
    }
}

impl Entity for InstanceProfile {
    const KIND: Kind = Kind::InstanceProfile;
    const QUOTA: Quota = Quota::InstanceProfiles;

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
        self.role.iter().cloned().map(Reference::Role).collect()
    }
    fn exists_already(&self) -> EntityAlreadyExists {
        EntityAlreadyExists::new(format!("Instance Profile {} already exists.", self.name))
    }
    fn table(account: &Account) -> &Table<Self> {
        &account.instance_profiles
    }
    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.instance_profiles
    }
}
