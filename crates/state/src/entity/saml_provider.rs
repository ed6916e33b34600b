//! SAML identity providers.

use keygate_ident::{AccountId, Arn, Partition, Timestamp, UniqueId};
use keygate_seal::Sealed;
use serde::{Deserialize, Serialize};

use super::{Entity, Kind};
use crate::account::Account;
use crate::error::EntityAlreadyExists;
use crate::quota::Quota;
use crate::reference::Reference;
use crate::table::Table;
use crate::tags::Tags;

/// A SAML 2.0 identity provider that roles may trust.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SamlProvider {
    /// `SAMLSP…`: `SAMLProviderUUID`, part of the sign-in URL.
    pub id: UniqueId,
    /// The name as given; unique in the account ignoring case.
    pub name: String,
    /// When it was created.
    pub created: Timestamp,
    /// The metadata document, byte for byte; it was checked when it was saved.
    pub metadata: String,
    /// When the metadata ends to be valid.
    pub valid_until: Timestamp,
    /// Whether assertions have to be encrypted.
    #[serde(default)]
    pub encryption: AssertionEncryption,
    /// Keys that decrypt assertions, in the order in which they were added.
    #[serde(default)]
    pub private_keys: Vec<SamlPrivateKey>,
    /// Tags; keys are case-sensitive.
    #[serde(default)]
    pub tags: Tags,
}

/// Whether assertions have to be encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AssertionEncryption {
    /// They may be.
    #[default]
    Allowed,
    /// They must be.
    Required,
}

/// A private key that decrypts assertions: PKCS #8 or PKCS #1 in DER, sealed with its id as context.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SamlPrivateKey {
    /// `SAMLPK…`
    pub id: UniqueId,
    /// The sealed key.
    pub key: Sealed,
    /// When it was uploaded.
    pub created: Timestamp,
}

impl SamlProvider {
    /// Private keys of one provider (GetSAMLProvider's model).
    pub const MAX_PRIVATE_KEYS: usize = 2;

    /// `arn:aws:iam::ACCOUNT:saml-provider/NAME`.
    pub fn arn(&self, partition: Partition, account: AccountId) -> Arn {
        Arn::iam(partition, account, "saml-provider", self.path(), &self.name)
    }
}

impl AssertionEncryption {
    /// `Allowed` or `Required`, as on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "Allowed",
            Self::Required => "Required",
        }
    }

    /// From the wire.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Allowed, Self::Required].into_iter().find(|mode| mode.as_str() == name)
    }
}

impl Entity for SamlProvider {
    const KIND: Kind = Kind::SamlProvider;
    const QUOTA: Quota = Quota::SamlProviders;

    fn id(&self) -> &UniqueId {
        &self.id
    }
    fn name(&self) -> &str {
        &self.name
    }
    fn references(&self) -> Vec<Reference> {
        Vec::new()
    }
    fn exists_already(&self) -> EntityAlreadyExists {
        EntityAlreadyExists::new(format!("Provider with name {} already exists.", self.name))
    }
    fn table(account: &Account) -> &Table<Self> {
        &account.saml_providers
    }
    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.saml_providers
    }
}
