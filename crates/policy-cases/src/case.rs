//! The format: what a line may say. Unknown members are refused, absent ones and `null` mean "none".

use std::fmt;

use keygate_policy::{Decision, Layer, Verdict};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::principal::PrincipalForm;

/// One request, all policies that apply to it, and the expected answer.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Case {
    /// The name of the case, unique in its file.
    #[serde(default, deserialize_with = "none_if_null")]
    pub id: String,
    /// The rules of the policy semantics specification on which the expectation rests.
    #[serde(default, deserialize_with = "none_if_null")]
    pub rules: Vec<RuleNumber>,
    /// Who asks for what.
    pub request: CaseRequest,
    /// Policies of the user or role.
    #[serde(default, deserialize_with = "none_if_null")]
    pub identity_policies: Vec<CasePolicy>,
    /// Session policies; none = none were passed.
    #[serde(default, deserialize_with = "none_if_null")]
    pub session_policies: Vec<CasePolicy>,
    /// The permissions boundary.
    #[serde(default)]
    pub permissions_boundary: Option<CasePolicy>,
    /// SCPs of the caller's account from the root down; no levels = the type does not apply.
    #[serde(default, deserialize_with = "none_if_null")]
    pub scps: Vec<CaseLevel>,
    /// RCPs of the resource's account, likewise.
    #[serde(default, deserialize_with = "none_if_null")]
    pub rcps: Vec<CaseLevel>,
    /// The policy of the resource, or the trust policy of the role.
    #[serde(default)]
    pub resource_policy: Option<CasePolicy>,
    /// Policies of the VPC endpoint; none = the request came by no endpoint.
    #[serde(default, deserialize_with = "none_if_null")]
    pub vpc_endpoint_policies: Vec<CasePolicy>,
    /// The expected answer; without it the case asks and compares nothing.
    #[serde(default)]
    pub expected: Option<Expected>,
    /// The layer that is expected to decide; without it any may.
    #[serde(default)]
    pub decided_by: Option<NamedLayer>,
}

/// The number of a rule: `18`, or `"185b"`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum RuleNumber {
    /// A plain number.
    Number(u32),
    /// A number with a letter.
    Text(String),
}

/// The request of a case.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CaseRequest {
    /// Who asks.
    pub principal: PrincipalForm,
    /// The ARN of a session's role with its path; of a federated user, the ARN of the IAM user behind it.
    #[serde(default)]
    pub principal_role_arn: Option<String>,
    /// The S3 canonical id of the principal's account.
    #[serde(default)]
    pub principal_canonical_user: Option<String>,
    /// The permission asked for.
    pub action: String,
    /// What it is asked for.
    pub resource: CaseResource,
    /// Condition keys.
    #[serde(default, deserialize_with = "context")]
    pub context: Vec<(String, Value)>,
}

/// The resource of a case.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CaseResource {
    /// Its ARN, or `*`.
    pub arn: String,
    /// The account that owns it; without it the account in the ARN.
    #[serde(default)]
    pub account_id: Option<String>,
    /// Whether a grant on the KMS key lets the principal do this (rule 237).
    #[serde(default, deserialize_with = "none_if_null")]
    pub kms_grant: bool,
}

/// A policy of a case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CasePolicy {
    /// How to call it. A name that is an ARN is the policy's own.
    #[serde(default, deserialize_with = "none_if_null")]
    pub name: String,
    /// Its ARN, for those who call it otherwise; no member of the format.
    #[serde(skip)]
    pub arn: Option<String>,
    /// The document: JSON, kept byte for byte, or a string that holds the text.
    pub document: Box<RawValue>,
}

/// Organization policies of one root, unit or account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseLevel {
    /// The id of the root, unit or account.
    #[serde(default, deserialize_with = "none_if_null")]
    pub level: String,
    /// What is attached there.
    #[serde(default, deserialize_with = "none_if_null")]
    pub policies: Vec<CasePolicy>,
}

/// The value of a condition key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Of a single-valued key.
    One(String),
    /// Of a multivalued key.
    Many(Vec<String>),
}

/// The expected answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Expected {
    /// Allowed.
    Allowed,
    /// Denied by a Deny statement.
    ExplicitlyDenied,
    /// Denied for want of an Allow.
    ImplicitlyDenied,
    /// Denied, one way or the other.
    Denied,
}

/// A layer, by its name in the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum NamedLayer {
    /// Identity-based policies.
    Identity,
    /// The resource's policy, or the role's trust policy.
    Resource,
    /// The permissions boundary.
    Boundary,
    /// Session policies.
    Session,
    /// Service control policies.
    SCP,
    /// Resource control policies.
    RCP,
    /// VPC endpoint policies.
    VPCE,
}

/// A line that is not a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseError {
    message: String,
}

impl Case {
    /// Reads one line.
    ///
    /// # Errors
    /// The line is not JSON, or not of this form.
    pub fn parse(line: &str) -> Result<Self, CaseError> {
        serde_json::from_str(line).map_err(|error| CaseError::new(error.to_string()))
    }

    /// Whether a decision is the expected one.
    pub fn expects(&self, decision: Decision) -> bool {
        let verdict = self.expected.is_none_or(|expected| expected.covers(decision.verdict));
        let layer = self.decided_by.is_none_or(|layer| decision.layer.map(NamedLayer::from) == Some(layer));
        verdict && layer
    }
}

impl Expected {
    fn covers(self, verdict: Verdict) -> bool {
        match self {
            Self::Allowed => verdict == Verdict::Allowed,
            Self::ExplicitlyDenied => verdict == Verdict::ExplicitlyDenied,
            Self::ImplicitlyDenied => verdict == Verdict::ImplicitlyDenied,
            Self::Denied => verdict != Verdict::Allowed,
        }
    }
}

impl CasePolicy {
    /// The text of the document.
    ///
    /// # Errors
    /// It is given as a string that is not valid JSON.
    pub fn text(&self) -> Result<String, CaseError> {
        let raw = self.document.get();
        if raw.starts_with('"') {
            return serde_json::from_str(raw).map_err(|error| CaseError::new(error.to_string()));
        }
        Ok(raw.to_owned())
    }
}

impl NamedLayer {
    /// The name in the format.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "IDENTITY",
            Self::Resource => "RESOURCE",
            Self::Boundary => "BOUNDARY",
            Self::Session => "SESSION",
            Self::SCP => "SCP",
            Self::RCP => "RCP",
            Self::VPCE => "VPCE",
        }
    }
}

impl From<Layer> for NamedLayer {
    fn from(layer: Layer) -> Self {
        match layer {
            Layer::Identity => Self::Identity,
            Layer::Resource => Self::Resource,
            Layer::Boundary => Self::Boundary,
            Layer::Session => Self::Session,
            Layer::Scp => Self::SCP,
            Layer::Rcp => Self::RCP,
            Layer::VpcEndpoint => Self::VPCE,
        }
    }
}

impl CaseError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl fmt::Display for CaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CaseError {}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Any value of a condition key, as text.
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            One(Scalar),
            Many(Vec<Scalar>),
        }
        Ok(match Form::deserialize(deserializer)? {
            Form::One(Scalar(text)) => Self::One(text),
            Form::Many(values) => Self::Many(values.into_iter().map(|Scalar(text)| text).collect()),
        })
    }
}

/// A string, number or boolean as its text.
struct Scalar(String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Text(String),
            Bool(bool),
            Number(serde_json::Number),
        }
        Ok(Self(match Form::deserialize(deserializer)? {
            Form::Text(text) => text,
            Form::Bool(value) => value.to_string(),
            Form::Number(number) => number.to_string(),
        }))
    }
}

/// `null` means "none".
fn none_if_null<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Condition keys in their order; a key that occurs twice is refused, `null` is an absent key.
fn context<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, Value)>, D::Error> {
    struct Keys;

    impl<'de> Visitor<'de> for Keys {
        type Value = Vec<(String, Value)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("condition keys and their values")
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Vec::new())
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut seen = std::collections::BTreeSet::new();
            let mut keys = Vec::new();
            while let Some((key, value)) = map.next_entry::<String, Option<Value>>()? {
                if !seen.insert(key.clone()) {
                    return Err(A::Error::custom(format!("the context has `{key}` twice")));
                }
                keys.extend(value.map(|value| (key, value)));
            }
            Ok(keys)
        }
    }

    deserializer.deserialize_any(Keys)
}
