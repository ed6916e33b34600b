//! OpenID Connect identity providers.

use keygate_ident::{AccountId, Arn, Partition, Timestamp, UniqueId};
use serde::{Deserialize, Serialize};

use super::{Entity, Kind};
use crate::account::Account;
use crate::error::EntityAlreadyExists;
use crate::quota::Quota;
use crate::reference::Reference;
use crate::table::Table;
use crate::tags::Tags;

/// An OpenID Connect provider that roles may trust.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcProvider {
    /// `OIDP…`, never shown: AWS knows these providers by their ARN alone.
    pub id: UniqueId,
    /// The issuer's URL without `https://`; unique in the account ignoring case.
    pub url: String,
    /// When it was created.
    pub created: Timestamp,
    /// Audiences, in the order in which they were added.
    #[serde(default)]
    pub client_ids: Vec<String>,
    /// SHA-1 of certificates of the provider's servers, 40 hexadecimal digits in lower case.
    #[serde(default)]
    pub thumbprints: Vec<String>,
    /// Tags; keys are case-sensitive.
    #[serde(default)]
    pub tags: Tags,
}

impl OidcProvider {
    /// Certificate thumbprints of one provider (CreateOpenIDConnectProvider's documentation).
    pub const MAX_THUMBPRINTS: usize = 5;

    /// `arn:aws:iam::ACCOUNT:oidc-provider/URL`.
    pub fn arn(&self, partition: Partition, account: AccountId) -> Arn {
        Arn::iam(partition, account, "oidc-provider", self.path(), &self.url)
    }
}

impl Entity for OidcProvider {
    const KIND: Kind = Kind::OidcProvider;
    const QUOTA: Quota = Quota::OidcProviders;

    fn id(&self) -> &UniqueId {
        &self.id
    }
    fn name(&self) -> &str {
        &self.url
    }
    fn references(&self) -> Vec<Reference> {
        Vec::new()
    }
    fn exists_already(&self) -> EntityAlreadyExists {
        EntityAlreadyExists::new(format!("Provider with url https://{} already exists.", self.url))
    }
    fn table(account: &Account) -> &Table<Self> {
        &account.oidc_providers
    }
    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.oidc_providers
    }
}
