//! The entities of an account. Their serde form is their stored form: members are added with a default and
//! never change their meaning; anything else raises [`crate::RECORD_FORMAT`] and adds a migration step.

mod credential;
mod credential_report;
mod delegation_request;
mod deletion_task;
mod group;
mod instance_profile;
mod mfa_device;
mod oidc_provider;
mod password;
mod policy;
mod role;
mod saml_provider;
mod server_certificate;
mod settings;
mod user;

pub use credential::{ServiceCredential, SigningCertificate, SshPublicKey};
pub use credential_report::CredentialReport;
pub use delegation_request::{
    Approver, DelegationParameter, DelegationRequest, DelegationState, DelegationTerms,
};
pub use deletion_task::{DeletionFailure, DeletionTask, MAX_DELETION_TASKS, RoleUsage};
pub use group::Group;
pub use instance_profile::InstanceProfile;
pub use mfa_device::{MfaAssignment, MfaDevice};
pub use oidc_provider::OidcProvider;
pub use password::{LoginProfile, PasswordPolicy};
pub use policy::{MAX_POLICY_VERSIONS, Policy, PolicyVersion};
pub use role::{Role, SourceTemplate};
pub use saml_provider::{AssertionEncryption, SamlPrivateKey, SamlProvider};
pub use server_certificate::ServerCertificate;
pub use settings::{GlobalTokenVersion, Settings};
pub use user::{AccessKey, KeyStatus, User};

use std::sync::LazyLock;

use keygate_ident::{EntityPath, UniqueId};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::account::Account;
use crate::error::EntityAlreadyExists;
use crate::quota::Quota;
use crate::reference::Reference;
use crate::table::Table;

/// Kind of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// [`Settings`]: one per account.
    Settings,
    /// [`User`].
    User,
    /// [`Group`].
    Group,
    /// [`Role`].
    Role,
    /// [`Policy`].
    Policy,
    /// [`InstanceProfile`].
    InstanceProfile,
    /// [`CredentialReport`]: at most one per account.
    CredentialReport,
    /// [`MfaDevice`].
    MfaDevice,
    /// [`DelegationRequest`].
    DelegationRequest,
    /// [`ServerCertificate`].
    ServerCertificate,
    /// [`OidcProvider`].
    OidcProvider,
    /// [`SamlProvider`].
    SamlProvider,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 12] = [
        Self::Settings,
        Self::User,
        Self::Group,
        Self::Role,
        Self::Policy,
        Self::InstanceProfile,
        Self::CredentialReport,
        Self::MfaDevice,
        Self::DelegationRequest,
        Self::ServerCertificate,
        Self::OidcProvider,
        Self::SamlProvider,
    ];

    /// The name in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
            Self::Policy => "policy",
            Self::InstanceProfile => "instance-profile",
            Self::CredentialReport => "credential-report",
            Self::MfaDevice => "mfa-device",
            Self::DelegationRequest => "delegation-request",
            Self::ServerCertificate => "server-certificate",
            Self::OidcProvider => "oidc-provider",
            Self::SamlProvider => "saml-provider",
        }
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What the tables and the draft need to know of an entity.
pub trait Entity: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its kind.
    const KIND: Kind;
    /// The quota on how many there may be.
    const QUOTA: Quota;

    /// The unique id, never reused.
    fn id(&self) -> &UniqueId;
    /// The name as given.
    fn name(&self) -> &str;
    /// The path; `/` for kinds that have none.
    fn path(&self) -> &EntityPath {
        static NONE: LazyLock<EntityPath> = LazyLock::new(EntityPath::default);
        &NONE
    }
    /// Everything it points at.
    fn references(&self) -> Vec<Reference>;
    /// The error if another entity has its name.
    fn exists_already(&self) -> EntityAlreadyExists;
    /// Where it stands in an account.
    fn table(account: &Account) -> &Table<Self>;
    /// Where it stands in an account, to change.
    #[doc(hidden)]
    fn table_mut(account: &mut Account) -> &mut Table<Self>;
}
