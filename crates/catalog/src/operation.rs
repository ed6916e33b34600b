//! Which action an API operation asks for.
//!
//! The rule: operation `CreateUser` of the service that signs as `iam` asks for `iam:CreateUser`, if the catalogue has
//! that action. Signing names that are not the policy prefix, and operations that do not follow the rule, stand in
//! reviewed tables with their reasons. Anything else has no answer here, and a caller without an answer refuses.

use crate::catalog::catalog;

/// What an operation's caller must be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    /// The action that the rule names, as it is written in the catalogue.
    Rule(&'static str),
    /// A reviewed exception.
    Exception(&'static Exception),
}

/// An operation that does not follow the rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Exception {
    /// The service's signing name.
    pub signing_name: &'static str,
    /// The operation's name in the API model.
    pub operation: &'static str,
    /// The qualified names of the actions that the operation can ask for; empty for operations that are not signed.
    pub actions: &'static [&'static str],
    /// Why, and how it is known.
    pub reason: &'static str,
}

/// What the operation asks for; nothing if neither the rule nor an exception says so.
///
/// The signing name is the service in a credential scope (`iam`, `monitoring`), the operation its name in the API
/// model (`CreateUser`); both are matched exactly.
pub fn action_of(signing_name: &str, operation: &str) -> Option<Required> {
    let exception =
        EXCEPTIONS.iter().find(|entry| entry.signing_name == signing_name && entry.operation == operation);
    if let Some(exception) = exception {
        return Some(Required::Exception(exception));
    }
    let action = catalog().service(prefix_of(signing_name))?.action(operation)?;
    (action.name() == operation).then_some(Required::Rule(action.qualified_name))
}

/// The prefix that a service's actions carry in policies, by the name that it signs with.
pub fn prefix_of(signing_name: &str) -> &str {
    PREFIXES.iter().find(|(name, _)| *name == signing_name).map_or(signing_name, |(_, prefix)| prefix)
}

/// The operations that do not follow the rule.
pub fn exceptions() -> &'static [Exception] {
    EXCEPTIONS
}

/// Whether the action (qualified name, either case) belongs to no operation of its service's API: it is only ever
/// checked along with something else. Answers for IAM, STS, Organizations, Access Analyzer and CloudTrail, whose
/// actions were all compared with their API models; other services' actions are not known to be so.
pub fn is_permission_only(qualified_name: &str) -> bool {
    PERMISSION_ONLY.iter().any(|(name, _)| name.eq_ignore_ascii_case(qualified_name))
}

impl Required {
    /// The qualified names of the actions.
    pub fn actions(&self) -> &[&'static str] {
        match self {
            Self::Rule(action) => std::slice::from_ref(action),
            Self::Exception(exception) => exception.actions,
        }
    }
}

/// Signing name and policy prefix, where they differ: found by comparing the operations of every API model with the
/// actions of every prefix.
const PREFIXES: &[(&str, &str)] = &[
    ("IoTSecuredTunneling", "iot"),
    ("cloudcontrolapi", "cloudformation"),
    ("iot-jobs-data", "iotjobsdata"),
    ("iotdata", "iot"),
    ("monitoring", "cloudwatch"),
    ("mturk-requester", "mechanicalturk"),
    ("partnercentral-account", "partnercentral"),
    ("partnercentral-benefits", "partnercentral"),
    ("partnercentral-channel", "partnercentral"),
    ("partnercentral-selling", "partnercentral"),
    ("tagging", "tag"),
];

const NEWER_THAN_THE_CATALOGUE: &str = "the rule's action; the service authorization reference that the catalogue comes from does not list it yet";
const UNSIGNED: &str = "the API model marks it as not signed: there is no principal to ask about";

const EXCEPTIONS: &[Exception] = &[
    Exception {
        signing_name: "iam",
        operation: "AcquireRole",
        actions: &["iam:AcquireRole"],
        reason: NEWER_THAN_THE_CATALOGUE,
    },
    Exception {
        signing_name: "iam",
        operation: "UpdateDelegationRequest",
        actions: &["iam:UpdateDelegationRequest"],
        reason: NEWER_THAN_THE_CATALOGUE,
    },
    Exception {
        signing_name: "iam",
        operation: "GetRequestAuthorizationDetails",
        actions: &["iam:GetRequestAuthorizationDetails"],
        reason: "IAM Toolbox signs as iam; its model names this action, which the catalogue does not list yet",
    },
    Exception {
        signing_name: "iam",
        operation: "GetRequestAuthorizationPolicy",
        actions: &["iam:GetRequestAuthorizationPolicy"],
        reason: "IAM Toolbox signs as iam; its model names this action, which the catalogue does not list yet",
    },
    Exception {
        signing_name: "access-analyzer",
        operation: "GetFindingV2",
        actions: &["access-analyzer:GetFinding"],
        reason: "the API reference says that both versions of the operation use this action",
    },
    Exception {
        signing_name: "access-analyzer",
        operation: "ListFindingsV2",
        actions: &["access-analyzer:ListFindings"],
        reason: "the API reference says that both versions of the operation use this action",
    },
    Exception {
        signing_name: "cloudtrail",
        operation: "ListInsightsMetricData",
        actions: &["cloudtrail:LookupEvents", "cloudtrail:ListInsightsData"],
        reason: "the API reference: LookupEvents always, ListInsightsData as well when TrailName is given",
    },
    Exception { signing_name: "sso-oauth", operation: "CreateToken", actions: &[], reason: UNSIGNED },
    Exception { signing_name: "sso-oauth", operation: "RegisterClient", actions: &[], reason: UNSIGNED },
    Exception {
        signing_name: "sso-oauth",
        operation: "StartDeviceAuthorization",
        actions: &[],
        reason: UNSIGNED,
    },
];

/// Actions without an operation, and what they are checked with.
const PERMISSION_ONLY: &[(&str, &str)] = &[
    ("iam:PassRole", "giving a role to a service, with the service's own operation"),
    ("iam:DeleteCloudFrontPublicKey", "root user's CloudFront key pairs, console only"),
    ("iam:GetCloudFrontPublicKey", "root user's CloudFront key pairs, console only"),
    ("iam:ListCloudFrontPublicKeys", "root user's CloudFront key pairs, console only"),
    ("iam:UpdateCloudFrontPublicKey", "root user's CloudFront key pairs, console only"),
    ("iam:UploadCloudFrontPublicKey", "root user's CloudFront key pairs, console only"),
    ("iam:GetAccountEmailAddress", "account settings, console only"),
    ("iam:GetAccountName", "account settings, console only"),
    ("iam:UpdateAccountEmailAddress", "account settings, console only"),
    ("iam:UpdateAccountName", "account settings, console only"),
    ("iam:ListSTSRegionalEndpointsStatus", "account settings, console only"),
    ("iam:SetSTSRegionalEndpointStatus", "account settings, console only"),
    ("sts:GetServiceBearerToken", "tokens of services such as CodeArtifact, with their own operations"),
    ("sts:SetContext", "provided contexts of AssumeRole"),
    ("sts:SetSourceIdentity", "SourceIdentity of AssumeRole and its variants"),
    ("sts:TagGetWebIdentityToken", "tags of GetWebIdentityToken"),
    ("sts:TagSession", "session tags of AssumeRole, its variants and GetFederationToken"),
    ("cloudtrail:CreateServiceLinkedChannel", "services that make channels on a customer's behalf"),
    ("cloudtrail:DeleteServiceLinkedChannel", "services that make channels on a customer's behalf"),
    ("cloudtrail:GetServiceLinkedChannel", "services that make channels on a customer's behalf"),
    ("cloudtrail:ListServiceLinkedChannels", "services that make channels on a customer's behalf"),
    ("cloudtrail:UpdateServiceLinkedChannel", "services that make channels on a customer's behalf"),
    ("cloudtrail:GenerateQueryResultsSummary", "summaries of query results, console only"),
    ("cloudtrail:GetEventDataStoreData", "queries of an event data store by other services"),
];

#[cfg(test)]
mod tests;
