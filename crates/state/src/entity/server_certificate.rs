//! Server certificates: X.509 certificates with their private keys, for services that terminate TLS.

use keygate_ident::{AccountId, Arn, EntityPath, Partition, Timestamp, UniqueId};
use keygate_seal::Sealed;
use serde::{Deserialize, Serialize};

use super::{Entity, Kind};
use crate::account::Account;
use crate::error::EntityAlreadyExists;
use crate::quota::Quota;
use crate::reference::Reference;
use crate::table::Table;
use crate::tags::Tags;

/// A server certificate. The private key is sealed with the certificate's id as context and never shown again.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerCertificate {
    /// `ASCA…`
    pub id: UniqueId,
    /// The name as given; unique in the account ignoring case.
    pub name: String,
    /// The path.
    pub path: EntityPath,
    /// When it was uploaded.
    pub uploaded: Timestamp,
    /// The certificate's own last day.
    pub expires: Timestamp,
    /// The certificate as PEM.
    pub body: String,
    /// The certificates that vouch for it, nearest first, as PEM.
    #[serde(default)]
    pub chain: Option<String>,
    /// The sealed private key, as PEM.
    pub private_key: Sealed,
    /// Tags; keys are case-sensitive.
    #[serde(default)]
    pub tags: Tags,
}

impl ServerCertificate {
    /// `arn:aws:iam::ACCOUNT:server-certificate/PATH/NAME`.
    pub fn arn(&self, partition: Partition, account: AccountId) -> Arn {
        Arn::iam(partition, account, "server-certificate", &self.path, &self.name)
    }
}

impl Entity for ServerCertificate {
    const KIND: Kind = Kind::ServerCertificate;
    const QUOTA: Quota = Quota::ServerCertificates;

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
        EntityAlreadyExists::new(format!("The Server Certificate with name {} already exists.", self.name))
    }
    fn table(account: &Account) -> &Table<Self> {
        &account.server_certificates
    }
    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.server_certificates
    }
}
