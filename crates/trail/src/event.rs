//! One request, allowed, denied or failed: the record that the trail keeps.
//!
//! The words are CloudTrail's (see "CloudTrail record contents" and "CloudTrail userIdentity element" in its user
//! guide). [`codec`] is the stored form, [`cloudtrail`] the rendered one.

mod cloudtrail;
pub(crate) mod codec;

pub use cloudtrail::CloudTrailRecord;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use keygate_ident::{AccountId, Arn, Partition, Timestamp};
use serde_json::Value;

/// One audit record.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// `eventID`: a UUID, unique in the trail.
    pub id: String,
    /// `eventTime`: when the request was completed. Kept in milliseconds, shown in seconds as on AWS.
    pub time: Timestamp,
    /// `requestID`: what the client got as its request id.
    pub request_id: String,
    /// `recipientAccountId`: the account that this record is for. None if the caller could not be told
    /// (an unknown access key, for example).
    pub account: Option<AccountId>,
    /// `eventSource`: `iam.amazonaws.com`, …
    pub event_source: Cow<'static, str>,
    /// `eventName`: the operation, `CreateUser`, …
    pub event_name: Cow<'static, str>,
    /// `awsRegion`.
    pub region: Cow<'static, str>,
    /// `sourceIPAddress`: an address, or the DNS name of a service.
    pub source_ip: String,
    /// `userAgent`.
    pub user_agent: Option<String>,
    /// `userIdentity`. Shared: it is the same for all requests of a credential.
    pub identity: Arc<Identity>,
    /// `requestParameters`, redacted by the server; `null` where there are none.
    pub request_parameters: Option<Value>,
    /// `responseElements` of an operation that changes something, redacted by the server; `null` else.
    pub response_elements: Option<Value>,
    /// `additionalEventData` other than the decision; an object.
    pub additional_event_data: Option<Value>,
    /// `errorCode` and `errorMessage` of a request that was denied or failed.
    pub error: Option<EventError>,
    /// `readOnly`: the operation changes nothing.
    pub read_only: bool,
    /// `resources`: what the request touched, as far as AWS lists it.
    pub resources: Vec<Resource>,
    /// `sharedEventID`: the same in the records of all accounts that one request is recorded in
    /// (cross-account `AssumeRole`).
    pub shared_event_id: Option<String>,
    /// `eventType`.
    pub event_type: EventType,
    /// `eventCategory` (and `managementEvent`).
    pub category: Category,
    /// `tlsDetails` of a request over TLS.
    pub tls: Option<TlsDetails>,
    /// `sessionCredentialFromConsole`: the credential came from a console session.
    pub console_session: bool,
    /// Keygate's own: how the request was decided. Shown as `keygateDecision` in `additionalEventData`.
    pub decision: Option<Decision>,
}

/// `userIdentity`: who made the request, and with which credential.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// `type`.
    pub kind: IdentityKind,
    /// `principalId`: `AIDA…`, `AROA…:session`, the account id for root, `account:name` for a federated user.
    pub principal_id: Option<String>,
    /// `arn` of the principal that made the call.
    pub arn: Option<String>,
    /// `accountId` of that principal.
    pub account: Option<AccountId>,
    /// `accessKeyId` that signed.
    pub access_key_id: Option<String>,
    /// `userName` of an IAM user (and of web identity and SAML callers).
    pub user_name: Option<String>,
    /// `sessionContext` of a temporary credential.
    pub session: Option<SessionContext>,
    /// `invokedBy`: the service on whose behalf the request was made.
    pub invoked_by: Option<String>,
    /// `identityProvider` of a web identity or SAML caller.
    pub identity_provider: Option<String>,
}

/// `userIdentity.type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum IdentityKind {
    /// The account's root user.
    Root,
    /// An IAM user, also with a `GetSessionToken` session.
    IamUser,
    /// A role session.
    AssumedRole,
    /// A `GetFederationToken` session.
    FederatedUser,
    /// A principal of another account, seen from the resource's account.
    AwsAccount,
    /// An AWS service.
    AwsService,
    /// The caller of `AssumeRoleWithWebIdentity`.
    WebIdentityUser,
    /// The caller of `AssumeRoleWithSAML`.
    SamlUser,
    /// The caller could not be told.
    #[default]
    Unknown,
}

/// `sessionContext`: where a temporary credential comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionContext {
    /// `sessionIssuer`; none for `GetSessionToken`.
    pub issuer: Option<SessionIssuer>,
    /// `attributes.creationDate`.
    pub created: Timestamp,
    /// `attributes.mfaAuthenticated`.
    pub mfa_authenticated: bool,
    /// `sourceIdentity`.
    pub source_identity: Option<String>,
    /// `webIdFederationData` of a session by `AssumeRoleWithWebIdentity`.
    pub web_identity: Option<WebIdFederationData>,
}

/// `sessionContext.sessionIssuer`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionIssuer {
    /// `type`.
    pub kind: IssuerKind,
    /// `principalId`: the unique id of the role or user.
    pub principal_id: String,
    /// `arn` of the role or user.
    pub arn: String,
    /// `accountId`.
    pub account: AccountId,
    /// `userName`: the name of the role or user; none for root.
    pub user_name: Option<String>,
}

/// `sessionContext.sessionIssuer.type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IssuerKind {
    /// A role (`AssumeRole…`).
    Role,
    /// An IAM user (`GetFederationToken`).
    IamUser,
    /// The root user (`GetFederationToken`).
    Root,
}

/// `sessionContext.webIdFederationData`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebIdFederationData {
    /// `federatedProvider`: the provider's ARN or name.
    pub federated_provider: String,
    /// `attributes`, such as `aud` and `sub`.
    pub attributes: BTreeMap<String, String>,
}

/// `errorCode` and `errorMessage`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventError {
    /// `AccessDenied`, `EntityAlreadyExistsException`, … as CloudTrail shows it.
    pub code: String,
    /// The message that the client got.
    pub message: String,
}

/// One of `resources`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// `ARN`.
    pub arn: String,
    /// `accountId` of its owner.
    pub account: Option<AccountId>,
    /// `type`, for example `AWS::IAM::Role`.
    pub kind: Option<Cow<'static, str>>,
}

/// `eventType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum EventType {
    /// A request.
    #[default]
    AwsApiCall,
    /// Something that a service did of itself.
    AwsServiceEvent,
    /// A sign-in to the console.
    AwsConsoleSignIn,
    /// A console action that is no API call.
    AwsConsoleAction,
}

/// `eventCategory`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Category {
    /// Work on the control plane.
    #[default]
    Management,
    /// Work on the data in a resource.
    Data,
}

/// `tlsDetails`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsDetails {
    /// `tlsVersion`: `TLSv1.3`, …
    pub version: Cow<'static, str>,
    /// `cipherSuite`: `TLS_AES_128_GCM_SHA256`, …
    pub cipher_suite: Cow<'static, str>,
    /// `clientProvidedHostHeader`.
    pub host: Option<String>,
}

/// How the policy engine decided, policies by id only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The verdict.
    pub verdict: Verdict,
    /// The layer that decided: `identity-based policy`, `permissions boundary`, …
    pub layer: Option<Cow<'static, str>>,
    /// The policies that decided, by id and version (`ANPA…:v3`), in the engine's order.
    pub policies: Vec<String>,
}

/// What the policy engine said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Allowed.
    Allow,
    /// Nothing allows it.
    ImplicitDeny,
    /// A Deny statement matches.
    ExplicitDeny,
}

impl Event {
    /// An event with this id (a UUID) and time, and everything else empty: the caller sets what it knows.
    /// `read_only` starts as false, so that a forgotten field shows a read as a write and not the reverse.
    pub fn new(id: impl Into<String>, time: Timestamp) -> Self {
        Self {
            id: id.into(),
            time,
            request_id: String::new(),
            account: None,
            event_source: Cow::Borrowed(""),
            event_name: Cow::Borrowed(""),
            region: Cow::Borrowed(""),
            source_ip: String::new(),
            user_agent: None,
            identity: Arc::default(),
            request_parameters: None,
            response_elements: None,
            additional_event_data: None,
            error: None,
            read_only: false,
            resources: Vec::new(),
            shared_event_id: None,
            event_type: EventType::default(),
            category: Category::default(),
            tls: None,
            console_session: false,
            decision: None,
        }
    }

    /// What `LookupEvents` calls the user name: see [`Identity::lookup_name`].
    pub fn user_name(&self) -> Option<&str> {
        self.identity.lookup_name()
    }

    /// About how much memory this event holds on to, in bytes; what the queue's bound counts.
    pub(crate) fn weight(&self) -> usize {
        let values = [&self.request_parameters, &self.response_elements, &self.additional_event_data];
        let values: usize = values.into_iter().flatten().map(value_weight).sum();
        let resources: usize = self.resources.iter().map(|r| size_of::<Resource>() + r.arn.len()).sum();
        let error = self.error.as_ref().map_or(0, |e| e.code.len() + e.message.len());
        let agent = self.user_agent.as_ref().map_or(0, String::len);
        size_of::<Self>() + self.id.len() + self.request_id.len() + agent + values + resources + error
    }
}

impl Identity {
    /// The root user, with a long-term key or (in the console) without one.
    pub fn root(account: AccountId, access_key_id: Option<&str>) -> Self {
        Self {
            kind: IdentityKind::Root,
            principal_id: Some(account.to_string()),
            arn: Some(Arn::root(Partition::default(), account).to_string()),
            account: Some(account),
            access_key_id: access_key_id.map(str::to_owned),
            ..Self::default()
        }
    }

    /// A principal of another account, as the resource's account sees it: its unique id and its account, no more.
    pub fn foreign(principal_id: &str, account: AccountId) -> Self {
        Self {
            kind: IdentityKind::AwsAccount,
            principal_id: Some(principal_id.to_owned()),
            account: Some(account),
            ..Self::default()
        }
    }

    /// An AWS service by its DNS name, `ec2.amazonaws.com`.
    pub fn service(name: &str) -> Self {
        Self { kind: IdentityKind::AwsService, invoked_by: Some(name.to_owned()), ..Self::default() }
    }

    /// The name under which `LookupEvents` finds this caller: the user's name, the session's name of a role or
    /// federated user, `root`, or the service.
    pub fn lookup_name(&self) -> Option<&str> {
        match self.kind {
            IdentityKind::Root => Some("root"),
            IdentityKind::AssumedRole | IdentityKind::FederatedUser => {
                let session = self.principal_id.as_deref().and_then(|id| id.split_once(':'));
                session.map(|(_, name)| name).or(self.user_name.as_deref())
            }
            IdentityKind::AwsService => self.invoked_by.as_deref(),
            _ => self.user_name.as_deref(),
        }
    }
}

impl Resource {
    /// A resource with its type (`AWS::IAM::Role`), owned by the account in its ARN.
    pub fn new(arn: impl Into<String>, kind: &'static str) -> Self {
        let arn = arn.into();
        let account = keygate_ident::ArnParts::split(&arn).and_then(|parts| parts.account.parse().ok());
        Self { arn, account, kind: Some(Cow::Borrowed(kind)) }
    }

    /// The resource's name: what follows the last `/` of the ARN, or else the last `:`.
    pub fn name(&self) -> &str {
        self.arn.rsplit(['/', ':']).next().unwrap_or(&self.arn)
    }
}

fn value_weight(value: &Value) -> usize {
    size_of::<Value>()
        + match value {
            Value::String(text) => text.len(),
            Value::Array(items) => items.iter().map(value_weight).sum(),
            Value::Object(members) => {
                members.iter().map(|(k, v)| 2 * size_of::<String>() + k.len() + value_weight(v)).sum()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        }
}

#[cfg(test)]
pub(crate) mod tests;
