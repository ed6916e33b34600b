//! IAM users and access keys.

use std::collections::BTreeMap;

use keygate_ident::{AccountId, Arn, EntityPath, Partition, Timestamp, UniqueId};
use keygate_seal::Sealed;
use serde::{Deserialize, Serialize};

use super::{Entity, Kind, LoginProfile, ServiceCredential, SigningCertificate, SshPublicKey};
use crate::account::Account;
use crate::attachments::{ManagedRef, attachment_references};
use crate::document::PolicyText;
use crate::error::EntityAlreadyExists;
use crate::quota::Quota;
use crate::reference::Reference;
use crate::table::Table;
use crate::tags::Tags;

/// An IAM user.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// `AIDA…`
    pub id: UniqueId,
    /// The name as given; unique in the account ignoring case.
    pub name: String,
    /// The path.
    pub path: EntityPath,
    /// When it was created.
    pub created: Timestamp,
    /// Tags; keys are case-insensitive.
    #[serde(default)]
    pub tags: Tags,
    /// The permissions boundary, if any.
    #[serde(default)]
    pub boundary: Option<ManagedRef>,
    /// Groups the user is a member of, in the order of joining.
    #[serde(default)]
    pub groups: Vec<UniqueId>,
    /// Inline policies by name.
    #[serde(default)]
    pub inline: BTreeMap<String, PolicyText>,
    /// Attached managed policies in the order of attachment.
    #[serde(default)]
    pub attached: Vec<ManagedRef>,
    /// Access keys in the order of creation.
    #[serde(default)]
    pub access_keys: Vec<AccessKey>,
    /// The right to sign in with a password, if the user has it.
    #[serde(default)]
    pub login_profile: Option<LoginProfile>,
    /// Hashes of the user's passwords, sealed with its id as context, newest first. The first one is the current
    /// password, if there is a login profile.
    #[serde(default)]
    pub passwords: Vec<Sealed>,
    /// SSH public keys in the order of upload.
    #[serde(default)]
    pub ssh_keys: Vec<SshPublicKey>,
    /// Signing certificates in the order of upload.
    #[serde(default)]
    pub signing_certificates: Vec<SigningCertificate>,
    /// Service-specific credentials in the order of creation.
    #[serde(default)]
    pub service_credentials: Vec<ServiceCredential>,
}

/// A long-term access key. The secret is sealed with the key's id as context.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessKey {
    /// `AKIA…`
    pub id: UniqueId,
    /// The sealed secret access key.
    pub secret: Sealed,
    /// Whether it may be used.
    pub status: KeyStatus,
    /// When it was created.
    pub created: Timestamp,
}

/// Whether a key may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyStatus {
    /// It may.
    Active,
    /// It may not, for now.
    Inactive,
}

impl KeyStatus {
    /// `Active` or `Inactive`, as on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Inactive => "Inactive",
        }
    }

    /// The status of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Active, Self::Inactive].into_iter().find(|status| status.as_str() == name)
    }
}

impl User {
    /// `arn:aws:iam::ACCOUNT:user/PATH/NAME`.
    pub fn arn(&self, partition: Partition, account: AccountId) -> Arn {
        Arn::iam(partition, account, "user", &self.path, &self.name)
    }
}

impl Entity for User {
    const KIND: Kind = Kind::User;
    const QUOTA: Quota = Quota::Users;

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
        let mut references = attachment_references(&self.attached, self.boundary.as_ref());
        references.extend(self.groups.iter().cloned().map(Reference::Group));
        references.extend(self.access_keys.iter().map(|key| Reference::AccessKey(key.id.clone())));
        references
    }
    fn exists_already(&self) -> EntityAlreadyExists {
        EntityAlreadyExists::new(format!("User with name {} already exists.", self.name))
    }
    fn table(account: &Account) -> &Table<Self> {
        &account.users
    }
    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.users
    }
}
