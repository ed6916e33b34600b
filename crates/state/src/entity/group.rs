//! Groups of users. A group is never a principal (rule 32).

use std::collections::BTreeMap;

use keygate_ident::{AccountId, Arn, EntityPath, Partition, Timestamp, UniqueId};
use serde::{Deserialize, Serialize};

use super::{Entity, Kind};
use crate::account::Account;
use crate::attachments::{ManagedRef, attachment_references};
use crate::document::PolicyText;
use crate::error::EntityAlreadyExists;
use crate::quota::Quota;
use crate::reference::Reference;
use crate::table::Table;

/// A group.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// `AGPA…`
    pub id: UniqueId,
    /// The name as given; unique in the account ignoring case.
    pub name: String,
    /// The path.
    pub path: EntityPath,
    /// When it was created.
    pub created: Timestamp,
    /// Inline policies by name.
    #[serde(default)]
    pub inline: BTreeMap<String, PolicyText>,
    /// Attached managed policies in the order of attachment.
    #[serde(default)]
    pub attached: Vec<ManagedRef>,
}

impl Group {
    /// `arn:aws:iam::ACCOUNT:group/PATH/NAME`.
    pub fn arn(&self, partition: Partition, account: AccountId) -> Arn {
        Arn::iam(partition, account, "group", &self.path, &self.name)
    }
}

impl Entity for Group {
    const KIND: Kind = Kind::Group;
    const QUOTA: Quota = Quota::Groups;

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
        attachment_references(&self.attached, None)
    }
    fn exists_already(&self) -> EntityAlreadyExists {
        EntityAlreadyExists::new(format!("Group with name {} already exists.", self.name))
    }
    fn table(account: &Account) -> &Table<Self> {
        &account.groups
    }
    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.groups
    }
}
