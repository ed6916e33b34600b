//! An event as CloudTrail shows it: member names, order and forms of record version 1.11.
//!
//! CloudTrail writes some booleans as booleans (`readOnly`, `managementEvent`) and others as text
//! (`mfaAuthenticated`, `sessionCredentialFromConsole`), shows `requestParameters` and `responseElements` as `null`
//! where there are none, and leaves out every other member that does not apply.

use std::borrow::Cow;
use std::collections::BTreeMap;

use keygate_ident::{AccountId, Timestamp};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::{
    Category, Decision, Event, EventType, Identity, IdentityKind, IssuerKind, SessionContext, Verdict,
};

/// The record format that is rendered.
const EVENT_VERSION: &str = "1.11";

/// A view of an event that serializes as a CloudTrail record, members in CloudTrail's order.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CloudTrailRecord<'a> {
    event_version: &'static str,
    user_identity: UserIdentity<'a>,
    #[serde(serialize_with = "seconds")]
    event_time: Timestamp,
    event_source: &'a str,
    event_name: &'a str,
    aws_region: &'a str,
    #[serde(rename = "sourceIPAddress")]
    source_ip_address: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<&'a str>,
    request_parameters: Option<&'a Value>,
    response_elements: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_event_data: Option<Cow<'a, Value>>,
    #[serde(rename = "requestID")]
    request_id: &'a str,
    #[serde(rename = "eventID")]
    event_id: &'a str,
    read_only: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<ResourceEntry<'a>>,
    event_type: EventType,
    management_event: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient_account_id: Option<AccountId>,
    #[serde(rename = "sharedEventID", skip_serializing_if = "Option::is_none")]
    shared_event_id: Option<&'a str>,
    event_category: Category,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_details: Option<TlsEntry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_credential_from_console: Option<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct UserIdentity<'a> {
    #[serde(rename = "type")]
    kind: IdentityKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<AccountId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_key_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_context: Option<Session<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invoked_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_provider: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Session<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    session_issuer: Option<Issuer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    web_id_federation_data: Option<WebId<'a>>,
    attributes: Attributes,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_identity: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Issuer<'a> {
    #[serde(rename = "type")]
    kind: IssuerKind,
    principal_id: &'a str,
    arn: &'a str,
    account_id: AccountId,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct WebId<'a> {
    federated_provider: &'a str,
    attributes: &'a BTreeMap<String, String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Attributes {
    #[serde(serialize_with = "seconds")]
    creation_date: Timestamp,
    mfa_authenticated: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceEntry<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<AccountId>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    #[serde(rename = "ARN")]
    arn: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct TlsEntry<'a> {
    tls_version: &'a str,
    cipher_suite: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_provided_host_header: Option<&'a str>,
}

impl Event {
    /// The CloudTrail record as a view that can be serialized without building a tree.
    pub fn cloudtrail_record(&self) -> CloudTrailRecord<'_> {
        CloudTrailRecord {
            event_version: EVENT_VERSION,
            user_identity: UserIdentity::of(&self.identity),
            event_time: self.time,
            event_source: &self.event_source,
            event_name: &self.event_name,
            aws_region: &self.region,
            source_ip_address: &self.source_ip,
            user_agent: self.user_agent.as_deref(),
            error_code: self.error.as_ref().map(|error| error.code.as_str()),
            error_message: self.error.as_ref().map(|error| error.message.as_str()),
            request_parameters: self.request_parameters.as_ref(),
            response_elements: self.response_elements.as_ref(),
            additional_event_data: self.additional(),
            request_id: &self.request_id,
            event_id: &self.id,
            read_only: self.read_only,
            resources: self.resources.iter().map(ResourceEntry::of).collect(),
            event_type: self.event_type,
            management_event: self.category == Category::Management,
            recipient_account_id: self.account,
            shared_event_id: self.shared_event_id.as_deref(),
            event_category: self.category,
            tls_details: self.tls.as_ref().map(|tls| TlsEntry {
                tls_version: &tls.version,
                cipher_suite: &tls.cipher_suite,
                client_provided_host_header: tls.host.as_deref(),
            }),
            session_credential_from_console: self.console_session.then_some("true"),
        }
    }

    /// The CloudTrail record as JSON text on one line, members in CloudTrail's order.
    pub fn to_cloudtrail_json(&self) -> String {
        // Only a map with keys that are no text could fail; a record has none.
        serde_json::to_string(&self.cloudtrail_record()).unwrap_or_default()
    }

    /// The CloudTrail record as a tree. It sorts the members by name; for CloudTrail's order see
    /// [`Event::to_cloudtrail_json`].
    pub fn to_cloudtrail(&self) -> Value {
        serde_json::to_value(self.cloudtrail_record()).unwrap_or_default()
    }

    /// `additionalEventData` with the decision in it.
    fn additional(&self) -> Option<Cow<'_, Value>> {
        let Some(decision) = &self.decision else {
            return self.additional_event_data.as_ref().map(Cow::Borrowed);
        };
        let mut members = match &self.additional_event_data {
            Some(Value::Object(members)) => members.clone(),
            _ => Map::new(),
        };
        members.insert("keygateDecision".into(), serde_json::to_value(decision).unwrap_or_default());
        Some(Cow::Owned(Value::Object(members)))
    }
}

impl<'a> UserIdentity<'a> {
    fn of(identity: &'a Identity) -> Self {
        Self {
            kind: identity.kind,
            principal_id: identity.principal_id.as_deref(),
            arn: identity.arn.as_deref(),
            account_id: identity.account,
            access_key_id: identity.access_key_id.as_deref(),
            user_name: identity.user_name.as_deref(),
            session_context: identity.session.as_ref().map(Session::of),
            invoked_by: identity.invoked_by.as_deref(),
            identity_provider: identity.identity_provider.as_deref(),
        }
    }
}

impl<'a> Session<'a> {
    fn of(session: &'a SessionContext) -> Self {
        Self {
            session_issuer: session.issuer.as_ref().map(|issuer| Issuer {
                kind: issuer.kind,
                principal_id: &issuer.principal_id,
                arn: &issuer.arn,
                account_id: issuer.account,
                user_name: issuer.user_name.as_deref(),
            }),
            web_id_federation_data: session.web_identity.as_ref().map(|web| WebId {
                federated_provider: &web.federated_provider,
                attributes: &web.attributes,
            }),
            attributes: Attributes {
                creation_date: session.created,
                mfa_authenticated: if session.mfa_authenticated { "true" } else { "false" },
            },
            source_identity: session.source_identity.as_deref(),
        }
    }
}

impl<'a> ResourceEntry<'a> {
    fn of(resource: &'a super::Resource) -> Self {
        Self { account_id: resource.account, kind: resource.kind.as_deref(), arn: &resource.arn }
    }
}

impl Serialize for IdentityKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Root => "Root",
            Self::IamUser => "IAMUser",
            Self::AssumedRole => "AssumedRole",
            Self::FederatedUser => "FederatedUser",
            Self::AwsAccount => "AWSAccount",
            Self::AwsService => "AWSService",
            Self::WebIdentityUser => "WebIdentityUser",
            Self::SamlUser => "SAMLUser",
            Self::Unknown => "Unknown",
        })
    }
}

impl Serialize for IssuerKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Role => "Role",
            Self::IamUser => "IAMUser",
            Self::Root => "Root",
        })
    }
}

impl Serialize for EventType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::AwsApiCall => "AwsApiCall",
            Self::AwsServiceEvent => "AwsServiceEvent",
            Self::AwsConsoleSignIn => "AwsConsoleSignIn",
            Self::AwsConsoleAction => "AwsConsoleAction",
        })
    }
}

impl Serialize for Category {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Management => "Management",
            Self::Data => "Data",
        })
    }
}

impl Serialize for Decision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(None)?;
        let verdict = match self.verdict {
            Verdict::Allow => "allowed",
            Verdict::ImplicitDeny => "implicitDeny",
            Verdict::ExplicitDeny => "explicitDeny",
        };
        members.serialize_entry("decision", verdict)?;
        if let Some(layer) = &self.layer {
            members.serialize_entry("layer", layer)?;
        }
        members.serialize_entry("policies", &self.policies)?;
        members.end()
    }
}

fn seconds<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&time.to_whole_seconds())
}

#[cfg(test)]
mod tests;
