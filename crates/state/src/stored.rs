//! The stored form of an account: one record per entity, each with a format version.
//!
//! The store sees kinds, ids and bytes. A record of a newer format is refused: an older Keygate never guesses
//! what a newer one meant.

use std::fmt;
use std::sync::Arc;

use keygate_ident::{AccountId, Partition, UniqueId};

use crate::account::Account;
use crate::entity::{
    CredentialReport, DelegationRequest, Entity, Group, InstanceProfile, Kind, MfaDevice, OidcProvider,
    Policy, Role, SamlProvider, ServerCertificate, Settings, User,
};

/// The format this version writes, and the newest it reads.
pub const RECORD_FORMAT: u32 = 1;

/// The id of the one settings record.
pub(crate) const SETTINGS_ID: &str = "settings";
/// The id of the one credential report.
pub(crate) const CREDENTIAL_REPORT_ID: &str = "credential-report";

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRecord {
    /// [`Kind::name`].
    pub kind: String,
    /// The entity's unique id.
    pub id: String,
    /// Format version of the body.
    pub format: u32,
    /// The entity as JSON; secrets inside are sealed.
    pub body: Vec<u8>,
}

/// One change of an account's records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredChange {
    /// Write this record.
    Put {
        /// The record.
        record: StoredRecord,
        /// The entity is new: the store must never have seen its id before.
        fresh: bool,
    },
    /// The entity is gone.
    Delete {
        /// [`Kind::name`].
        kind: String,
        /// Its unique id.
        id: String,
    },
}

/// Why an account could not be loaded, or its changes not be written. Details are for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError(String);

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for LoadError {}

impl Account {
    /// The account these records describe.
    ///
    /// # Errors
    /// A record of a newer format, of an unknown kind, that can not be read, or that contradicts another: the
    /// account is not served.
    pub fn load(
        id: AccountId,
        partition: Partition,
        revision: u64,
        records: impl IntoIterator<Item = StoredRecord>,
    ) -> Result<Self, LoadError> {
        let mut account = Self::empty(id, partition);
        account.revision = revision;
        for record in records {
            account.load_record(&record)?;
        }
        Ok(account)
    }

    fn load_record(&mut self, record: &StoredRecord) -> Result<(), LoadError> {
        if record.format > RECORD_FORMAT {
            return Err(LoadError(format!(
                "record {} {} has format {}, newer than {RECORD_FORMAT}, the newest this version reads",
                record.kind, record.id, record.format
            )));
        }
        let Some(kind) = Kind::from_name(&record.kind) else {
            return Err(LoadError(format!("record {} has the unknown kind {}", record.id, record.kind)));
        };
        match kind {
            Kind::Settings => self.settings = Arc::new(read::<Settings>(record)?),
            Kind::User => self.load_entity::<User>(record)?,
            Kind::Group => self.load_entity::<Group>(record)?,
            Kind::Role => self.load_entity::<Role>(record)?,
            Kind::Policy => self.load_entity::<Policy>(record)?,
            Kind::InstanceProfile => self.load_entity::<InstanceProfile>(record)?,
            Kind::CredentialReport => {
                self.credential_report = Some(Arc::new(read::<CredentialReport>(record)?));
            }
            Kind::MfaDevice => self.load_entity::<MfaDevice>(record)?,
            Kind::DelegationRequest => self.load_entity::<DelegationRequest>(record)?,
            Kind::ServerCertificate => self.load_entity::<ServerCertificate>(record)?,
            Kind::OidcProvider => self.load_entity::<OidcProvider>(record)?,
            Kind::SamlProvider => self.load_entity::<SamlProvider>(record)?,
        }
        Ok(())
    }

    fn load_entity<E: Entity>(&mut self, record: &StoredRecord) -> Result<(), LoadError> {
        let entity: E = read(record)?;
        let refuse = |what: &str| Err(LoadError(format!("record {} {} {what}", record.kind, record.id)));
        if entity.id().as_str() != record.id {
            return refuse("holds an entity with another id");
        }
        if E::table(self).named(entity.name()).is_some() {
            return refuse("has the name of another record");
        }
        self.put(entity);
        Ok(())
    }
}

fn read<T: serde::de::DeserializeOwned>(record: &StoredRecord) -> Result<T, LoadError> {
    serde_json::from_slice(&record.body)
        .map_err(|error| LoadError(format!("record {} {} can not be read: {error}", record.kind, record.id)))
}

/// The change that brings the store from before to this tree, for one touched entity. An entity that was
/// created and removed in the same draft needs none.
pub(crate) fn change(
    account: &Account,
    kind: Kind,
    id: &str,
    created: bool,
) -> Result<Option<StoredChange>, LoadError> {
    let body = match kind {
        Kind::Settings => Some(write(account.settings(), kind, id)?),
        Kind::User => body::<User>(account, id)?,
        Kind::Group => body::<Group>(account, id)?,
        Kind::Role => body::<Role>(account, id)?,
        Kind::Policy => body::<Policy>(account, id)?,
        Kind::InstanceProfile => body::<InstanceProfile>(account, id)?,
        Kind::CredentialReport => {
            account.credential_report().map(|report| write(report.as_ref(), kind, id)).transpose()?
        }
        Kind::MfaDevice => body::<MfaDevice>(account, id)?,
        Kind::DelegationRequest => body::<DelegationRequest>(account, id)?,
        Kind::ServerCertificate => body::<ServerCertificate>(account, id)?,
        Kind::OidcProvider => body::<OidcProvider>(account, id)?,
        Kind::SamlProvider => body::<SamlProvider>(account, id)?,
    };
    let kind = kind.name().to_owned();
    let id = id.to_owned();
    Ok(match body {
        Some(body) => {
            let record = StoredRecord { kind, id, format: RECORD_FORMAT, body };
            Some(StoredChange::Put { record, fresh: created })
        }
        None if created => None,
        None => Some(StoredChange::Delete { kind, id }),
    })
}

/// The entity's body; none if it is gone.
fn body<E: Entity>(account: &Account, id: &str) -> Result<Option<Vec<u8>>, LoadError> {
    let parsed: UniqueId = id.parse().map_err(|_| LoadError(format!("{id} is no unique id")))?;
    E::table(account).get(&parsed).map(|entity| write(entity.as_ref(), E::KIND, id)).transpose()
}

fn write<T: serde::Serialize>(entity: &T, kind: Kind, id: &str) -> Result<Vec<u8>, LoadError> {
    serde_json::to_vec(entity)
        .map_err(|error| LoadError(format!("{} {id} can not be written: {error}", kind.name())))
}

#[cfg(test)]
mod tests;
