//! Roles and their trust policies.

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
use crate::tags::Tags;

/// A role.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// `AROA…`
    pub id: UniqueId,
    /// The name as given; unique in the account ignoring case.
    pub name: String,
    /// The path.
    pub path: EntityPath,
    /// When it was created.
    pub created: Timestamp,
    /// Description; `None` if none was ever given.
    #[serde(default)]
    pub description: Option<String>,
    /// Longest session in seconds: 3,600 to 43,200 (rule 70).
    pub max_session_seconds: u32,
    /// The trust policy with its user and role principals as unique ids (rule 180); see [`crate::externalize`].
    pub trust: PolicyText,
    /// Tags; keys are case-insensitive.
    #[serde(default)]
    pub tags: Tags,
    /// The permissions boundary, if any.
    #[serde(default)]
    pub boundary: Option<ManagedRef>,
    /// Inline policies by name.
    #[serde(default)]
    pub inline: BTreeMap<String, PolicyText>,
    /// Attached managed policies in the order of attachment.
    #[serde(default)]
    pub attached: Vec<ManagedRef>,
    /// The role template that it was made from, if any.
    #[serde(default)]
    pub source: Option<SourceTemplate>,
}

/// A version of a role template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceTemplate {
    /// The ARN of the template, with its major version.
    pub arn: String,
    /// The minor version.
    pub minor: i32,
}

impl Role {
    /// `arn:aws:iam::ACCOUNT:role/PATH/NAME`.
    pub fn arn(&self, partition: Partition, account: AccountId) -> Arn {
        Arn::iam(partition, account, "role", &self.path, &self.name)
    }

    /// Whether a service owns it (rule 211): not to be modified by anyone else, exempt from SCPs (rule 44).
    pub fn is_service_linked(&self) -> bool {
        self.path.as_str().starts_with("/aws-service-role/")
    }
}

impl Entity for Role {
    const KIND: Kind = Kind::Role;
    const QUOTA: Quota = Quota::Roles;

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
        attachment_references(&self.attached, self.boundary.as_ref())
    }
    fn exists_already(&self) -> EntityAlreadyExists {
        EntityAlreadyExists::new(format!("Role with name {} already exists.", self.name))
    }
    fn table(account: &Account) -> &Table<Self> {
        &account.roles
    }
    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.roles
    }
}
