//! An account as a value.
//!
//! Everything AWS keeps in one account is one immutable tree, [`Account`]: cloning it is O(1), reading it needs
//! no lock. A write edits a [`Draft`] of it; the draft keeps the invariants (unique names, quotas, references)
//! and knows afterwards which records have to be stored.
//!
//! This crate knows entities, their rules and the policies that are effective for a principal. It never knows
//! wire shapes, store engines or HTTP, reads no clock and draws no randomness.

mod account;
mod attachments;
mod caller;
mod codes;
mod delegation;
mod directory;
mod document;
mod draft;
mod effective;
mod entity;
mod error;
mod facts;
mod managed;
mod organization;
mod outbound;
mod quota;
mod reference;
mod role_template;
mod session;
mod stored;
mod table;
mod tags;
#[cfg(test)]
mod test_support;
mod trust;

pub use account::{Account, Managed};
pub use attachments::{ManagedRef, Principal, PrincipalKind};
pub use caller::{Caller, CallerKind, MfaState};
pub use codes::{CodeBook, CodeUse};
pub use delegation::{
    AskedStatement, ExchangeToken, TemplateError, asked_statements, resolve_template, role_restrictions,
};
pub use directory::{Directory, Unavailable};
pub use document::PolicyText;
pub use draft::{Draft, InsertError};
pub use effective::{Effective, Held, Unreadable, effective};
pub use entity::{
    AccessKey, Approver, AssertionEncryption, CredentialReport, DelegationParameter, DelegationRequest,
    DelegationState, DelegationTerms, DeletionFailure, DeletionTask, Entity, GlobalTokenVersion, Group,
    InstanceProfile, KeyStatus, Kind, LoginProfile, MAX_DELETION_TASKS, MAX_POLICY_VERSIONS, MfaAssignment,
    MfaDevice, OidcProvider, PasswordPolicy, Policy, PolicyVersion, Role, RoleUsage, SamlPrivateKey,
    SamlProvider, ServerCertificate, ServiceCredential, Settings, SigningCertificate, SourceTemplate,
    SshPublicKey, User,
};
pub use error::{
    CredentialReportExpired, CredentialReportNotPresent, DeleteConflict, DuplicateCertificate,
    DuplicateSSHPublicKey, EntityAlreadyExists, FeatureDisabled, FeatureEnabled, InvalidAuthenticationCode,
    InvalidCertificate, InvalidInput, InvalidPublicKey, InvalidUserType, KeyPairMismatch, LimitExceeded,
    MalformedCertificate, MalformedPolicyDocument, NoSuchEntity, OrganizationNotFound,
    PasswordPolicyViolation, PolicyNotAttachable, UnmodifiableEntity, UnrecognizedPublicKeyEncoding,
};
pub use facts::{ActionUse, Activity, Facts, KeyUse, NoFacts, RoleUse};
pub use managed::{AwsManaged, aws_managed};
pub use organization::Organization;
pub use outbound::{ISSUER_PATH, OutboundFederation, TokenKey, issuer_url};
pub use quota::Quota;
pub use reference::Reference;
pub use role_template::{
    ParameterDefinition, RoleTemplate, RoleTemplateError, RoleTemplateVersion, RoleTemplates,
    TemplateParameterType, TemplatedRole,
};
pub use session::{Delegate, Session, SessionKind, SessionPolicy};
pub use stored::{LoadError, RECORD_FORMAT, StoredChange, StoredRecord};
pub use table::Table;
pub use tags::{TagCase, TagError, Tags};
pub use trust::{TrustError, externalize, internalize};
