//! Global condition keys: the ones that belong to no single service, their types, and when a request carries them.
//!
//! Rules 213 to 226 of the policy semantics specification, as one table. The context of a request is built by whoever
//! knows the request; this table is what that code and its tests are held to, and what policy validation reads.

use crate::service::{ConditionKey, ValueType};
use ValueType::{Arn, Bool, Date, IpAddress, Numeric, String};

/// A global condition key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GlobalKey {
    /// Name, type, and whether it is multivalued (rule 226).
    pub key: ConditionKey,
    /// When a request carries it.
    pub presence: Presence,
    /// What its value is, in a few words.
    pub holds: &'static str,
    /// The rule that says so.
    pub rule: u16,
}

/// When a request carries a global condition key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Presence {
    /// Always.
    Always,
    /// In all signed requests; never in anonymous ones.
    Signed,
    /// If the caller is an IAM user.
    IamUser,
    /// If the caller's account is a member of an organization.
    CallerInOrganization,
    /// If the resource's account is a member of an organization.
    ResourceInOrganization,
    /// If the user, role or session has such a tag.
    PrincipalTag,
    /// If the existing resource has such a tag, or a create request attaches it.
    ResourceTag,
    /// If the request passes tags.
    RequestTags,
    /// If the caller uses temporary credentials; never with long-term access keys.
    TemporaryCredentials,
    /// If the caller's credentials were made with MFA.
    MfaUsed,
    /// If the request does not come through a VPC endpoint.
    NotThroughVpcEndpoint,
    /// If the request comes through a VPC endpoint.
    ThroughVpcEndpoint,
    /// If a service principal calls on behalf of a resource, for services that pass it.
    ServiceForResource,
    /// If a service principal itself calls.
    ServicePrincipal,
    /// If a service re-uses the caller's credentials (forward access session).
    ForwardAccess,
    /// If the session is one of AssumeRoleWithWebIdentity or AssumeRoleWithSAML.
    FederatedSession,
    /// If a source identity was set for the session, or for one that it was chained from.
    SourceIdentitySet,
    /// If the session is one of AssumeRoot.
    AssumeRootSession,
    /// If the credentials come from an instance's metadata.
    InstanceCredentials,
    /// If a service issued the session to a workload of its own (function, job, managed instance).
    ServiceIssuedSession,
    /// Nearly always: AWS documents the exceptions per service.
    NearlyAlways,
    /// If the client sends the HTTP header, as browsers do.
    BrowserHeader,
    /// Where the feature behind the key is in use.
    Feature,
}

/// The global key that this name is or is an instance of (`aws:PrincipalTag/team`), in either case.
pub fn global_key(name: &str) -> Option<&'static GlobalKey> {
    GLOBAL_KEYS.iter().find(|global| global.key.is(name))
}

impl GlobalKey {
    /// Whether AWS calls the key sensitive: a wildcard in its value has no use and opens more than meant.
    pub fn is_sensitive(&self) -> bool {
        SENSITIVE.contains(&self.key.name)
    }
}

impl Presence {
    /// The same in words, as a sentence goes on: "present …".
    pub const fn words(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Signed => "in signed requests",
            Self::IamUser => "for IAM users",
            Self::CallerInOrganization => "if the caller's account is in an organization",
            Self::ResourceInOrganization => "if the resource's account is in an organization",
            Self::PrincipalTag => "if the caller has the tag",
            Self::ResourceTag => "if the resource has the tag, or is made with it",
            Self::RequestTags => "if the request passes tags",
            Self::TemporaryCredentials => "with temporary credentials",
            Self::MfaUsed => "if a second factor was used",
            Self::NotThroughVpcEndpoint => "unless the request comes by a VPC endpoint",
            Self::ThroughVpcEndpoint => "if the request comes by a VPC endpoint",
            Self::ServiceForResource => "if a service calls for a resource",
            Self::ServicePrincipal => "if a service itself calls",
            Self::ForwardAccess => "if a service passes the caller's request on",
            Self::FederatedSession => "in sessions of an identity provider",
            Self::SourceIdentitySet => "if a source identity was set",
            Self::AssumeRootSession => "in sessions of AssumeRoot",
            Self::InstanceCredentials => "with credentials of an instance",
            Self::ServiceIssuedSession => "in sessions that the service issued",
            Self::NearlyAlways => "but for a few actions",
            Self::BrowserHeader => "if the client sends it",
            Self::Feature => "where the feature is used",
        }
    }
}

/// All global keys, in the order of the rules.
pub fn global_keys() -> &'static [GlobalKey] {
    GLOBAL_KEYS
}

/// The list of the documentation.
const SENSITIVE: [&str; 10] = [
    "aws:PrincipalAccount",
    "aws:PrincipalOrgID",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:SourceAccount",
    "aws:SourceOrgID",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:VpceAccount",
    "aws:VpceOrgID",
];

const fn one(
    rule: u16,
    name: &'static str,
    value_type: ValueType,
    presence: Presence,
    holds: &'static str,
) -> GlobalKey {
    GlobalKey { key: ConditionKey { name, value_type, multivalued: false }, presence, holds, rule }
}

const fn many(
    rule: u16,
    name: &'static str,
    value_type: ValueType,
    presence: Presence,
    holds: &'static str,
) -> GlobalKey {
    GlobalKey { key: ConditionKey { name, value_type, multivalued: true }, presence, holds, rule }
}

const GLOBAL_KEYS: &[GlobalKey] = &[
    one(213, "aws:CurrentTime", Date, Presence::Always, "the time of the request, ISO 8601"),
    one(
        213,
        "aws:EpochTime",
        Date,
        Presence::Always,
        "the same in seconds since 1970; date and numeric operators both work on it",
    ),
    one(213, "aws:SecureTransport", Bool, Presence::Always, "whether the request came over TLS"),
    one(
        213,
        "aws:UserAgent",
        String,
        Presence::Always,
        "the header of the client, which it may set as it likes",
    ),
    one(
        213,
        "aws:RequestedRegion",
        String,
        Presence::Always,
        "the region called; of global services the one that holds them",
    ),
    one(
        213,
        "aws:PrincipalAccount",
        String,
        Presence::Always,
        "the caller's account; `anonymous` for anonymous callers",
    ),
    one(
        213,
        "aws:PrincipalType",
        String,
        Presence::Always,
        "`Account`, `User`, `FederatedUser`, `AssumedRole` or `Anonymous`",
    ),
    one(213, "aws:userid", String, Presence::Always, "the unique id; with the session's name for sessions"),
    one(213, "aws:ViaAWSService", Bool, Presence::Always, "whether a service passes the caller's request on"),
    one(
        214,
        "aws:PrincipalArn",
        Arn,
        Presence::Signed,
        "the caller's ARN; of a role session the role's, with its path",
    ),
    one(215, "aws:username", String, Presence::IamUser, "the user's name without path"),
    one(
        216,
        "aws:PrincipalOrgID",
        String,
        Presence::CallerInOrganization,
        "the organization of the caller's account",
    ),
    many(
        216,
        "aws:PrincipalOrgPaths",
        String,
        Presence::CallerInOrganization,
        "from the organization to the unit of the caller's account, ending in `/`",
    ),
    one(
        216,
        "aws:ResourceOrgID",
        String,
        Presence::ResourceInOrganization,
        "the organization of the resource's account",
    ),
    many(
        216,
        "aws:ResourceOrgPaths",
        String,
        Presence::ResourceInOrganization,
        "from the organization to the unit of the resource's account, ending in `/`",
    ),
    one(
        217,
        "aws:PrincipalTag/${TagKey}",
        String,
        Presence::PrincipalTag,
        "the tag of user or role, or the session tag that overrides it",
    ),
    one(
        217,
        "aws:ResourceTag/${TagKey}",
        String,
        Presence::ResourceTag,
        "the tag of the resource; of one that is being made the tag passed for it",
    ),
    one(217, "aws:RequestTag/${TagKey}", String, Presence::RequestTags, "the tag passed in the request"),
    many(217, "aws:TagKeys", String, Presence::RequestTags, "the keys of the tags passed in the request"),
    one(
        218,
        "aws:MultiFactorAuthPresent",
        Bool,
        Presence::TemporaryCredentials,
        "whether the credentials were made with a second factor; absent with long-term keys, the reason for BoolIfExists in policies that demand one",
    ),
    one(
        218,
        "aws:MultiFactorAuthAge",
        Numeric,
        Presence::MfaUsed,
        "seconds since the second factor was given",
    ),
    one(219, "aws:TokenIssueTime", Date, Presence::TemporaryCredentials, "when the credentials were issued"),
    one(220, "aws:SourceIp", IpAddress, Presence::NotThroughVpcEndpoint, "the address of the client"),
    one(220, "aws:SourceVpc", String, Presence::ThroughVpcEndpoint, "the VPC of the endpoint"),
    one(220, "aws:SourceVpce", String, Presence::ThroughVpcEndpoint, "the endpoint"),
    one(220, "aws:VpcSourceIp", IpAddress, Presence::ThroughVpcEndpoint, "the client's address in its VPC"),
    one(
        220,
        "aws:SourceVpcArn",
        Arn,
        Presence::ThroughVpcEndpoint,
        "the ARN of the VPC of the endpoint, for services that pass it",
    ),
    one(
        220,
        "aws:VpceAccount",
        String,
        Presence::ThroughVpcEndpoint,
        "the account that owns the endpoint, for services that pass it",
    ),
    one(220, "aws:VpceOrgID", String, Presence::ThroughVpcEndpoint, "its organization"),
    many(220, "aws:VpceOrgPaths", String, Presence::ThroughVpcEndpoint, "from its organization to its unit"),
    one(221, "aws:SourceArn", Arn, Presence::ServiceForResource, "the resource for which the service calls"),
    one(221, "aws:SourceAccount", String, Presence::ServiceForResource, "the account of that resource"),
    one(221, "aws:SourceOrgID", String, Presence::ServiceForResource, "the organization of that account"),
    many(
        221,
        "aws:SourceOrgPaths",
        String,
        Presence::ServiceForResource,
        "from that organization to the unit of that account",
    ),
    one(222, "aws:PrincipalIsAWSService", Bool, Presence::Signed, "whether a service principal itself calls"),
    one(222, "aws:PrincipalServiceName", String, Presence::ServicePrincipal, "the service principal"),
    many(
        222,
        "aws:PrincipalServiceNamesList",
        String,
        Presence::ServicePrincipal,
        "all names of the service",
    ),
    many(
        223,
        "aws:CalledVia",
        String,
        Presence::ForwardAccess,
        "the services that passed the request on, in their order",
    ),
    one(223, "aws:CalledViaFirst", String, Presence::ForwardAccess, "the first of them"),
    one(223, "aws:CalledViaLast", String, Presence::ForwardAccess, "the last of them"),
    one(
        224,
        "aws:FederatedProvider",
        String,
        Presence::FederatedSession,
        "the identity provider of the session: its ARN, or the domain of those built in",
    ),
    one(
        224,
        "aws:SourceIdentity",
        String,
        Presence::SourceIdentitySet,
        "the source identity; it stays through role chaining",
    ),
    one(224, "aws:AssumedRoot", Bool, Presence::AssumeRootSession, "true"),
    one(224, "aws:Ec2InstanceSourceVpc", String, Presence::InstanceCredentials, "the VPC of the instance"),
    one(
        224,
        "aws:Ec2InstanceSourcePrivateIPv4",
        IpAddress,
        Presence::InstanceCredentials,
        "the instance's first private address",
    ),
    one(
        224,
        "ec2:RoleDelivery",
        Numeric,
        Presence::InstanceCredentials,
        "the version of the metadata service, `1.0` or `2.0`",
    ),
    one(224, "ec2:SourceInstanceArn", Arn, Presence::InstanceCredentials, "the instance"),
    one(224, "lambda:SourceFunctionArn", Arn, Presence::ServiceIssuedSession, "the function"),
    one(224, "ssm:SourceInstanceArn", Arn, Presence::ServiceIssuedSession, "the managed instance"),
    one(
        224,
        "glue:RoleAssumedBy",
        String,
        Presence::ServiceIssuedSession,
        "`glue.amazonaws.com`, for requests of the service itself",
    ),
    one(
        224,
        "glue:CredentialIssuingService",
        String,
        Presence::ServiceIssuedSession,
        "`glue.amazonaws.com`, for requests of jobs and endpoints",
    ),
    one(224, "codebuild:BuildArn", Arn, Presence::ServiceIssuedSession, "the build"),
    one(224, "codebuild:ProjectArn", Arn, Presence::ServiceIssuedSession, "the project of the build"),
    one(225, "aws:ResourceAccount", String, Presence::NearlyAlways, "the account that owns the resource"),
    one(
        225,
        "aws:referer",
        String,
        Presence::BrowserHeader,
        "the header of the client, which it may set as it likes",
    ),
    one(225, "aws:ChatbotSourceArn", Arn, Presence::Feature, "the configuration of the chat channel"),
    one(225, "identitystore:UserId", String, Presence::Feature, "the user of IAM Identity Center"),
    one(225, "aws:SignInSessionArn", Arn, Presence::Feature, "the session of AWS Sign-In"),
    one(225, "aws:CalledViaAWSMCP", String, Presence::Feature, "the service principal of the MCP server"),
    one(
        225,
        "aws:ViaAWSMCPService",
        Bool,
        Presence::Feature,
        "whether an MCP server of AWS passes the request on",
    ),
    one(
        225,
        "aws:IsMcpServiceAction",
        Bool,
        Presence::Feature,
        "whether the action is one of an MCP server's own",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_226_exactly_these_keys_are_multivalued() {
        let mut multivalued: Vec<&str> = global_keys()
            .iter()
            .filter(|global| global.key.multivalued)
            .map(|global| global.key.name)
            .collect();
        multivalued.sort_unstable();
        assert_eq!(
            multivalued,
            [
                "aws:CalledVia",
                "aws:PrincipalOrgPaths",
                "aws:PrincipalServiceNamesList",
                "aws:ResourceOrgPaths",
                "aws:SourceOrgPaths",
                "aws:TagKeys",
                "aws:VpceOrgPaths",
            ]
        );
    }

    #[test]
    fn rule_213_keys_that_are_always_present() {
        let always: Vec<&str> = global_keys()
            .iter()
            .filter(|global| global.presence == Presence::Always)
            .map(|global| global.key.name)
            .collect();
        assert_eq!(always.len(), 9);
        for name in ["aws:CurrentTime", "aws:PrincipalAccount", "aws:ViaAWSService", "aws:userid"] {
            assert!(always.contains(&name), "{name}");
        }
    }

    #[test]
    fn rule_224_keys_that_only_some_sessions_have() {
        for (name, presence) in [
            ("aws:FederatedProvider", Presence::FederatedSession),
            ("aws:SourceIdentity", Presence::SourceIdentitySet),
            ("aws:AssumedRoot", Presence::AssumeRootSession),
            ("aws:Ec2InstanceSourceVpc", Presence::InstanceCredentials),
            ("aws:Ec2InstanceSourcePrivateIPv4", Presence::InstanceCredentials),
            ("ec2:RoleDelivery", Presence::InstanceCredentials),
            ("ec2:SourceInstanceArn", Presence::InstanceCredentials),
            ("lambda:SourceFunctionArn", Presence::ServiceIssuedSession),
            ("ssm:SourceInstanceArn", Presence::ServiceIssuedSession),
        ] {
            assert_eq!(global_key(name).map(|global| global.presence), Some(presence), "{name}");
        }
    }

    #[test]
    fn rule_217_tag_keys_are_found_by_any_instance_of_theirs() {
        for (name, expected) in [
            ("aws:PrincipalTag/team", Some("aws:PrincipalTag/${TagKey}")),
            ("AWS:requesttag/Cost Center", Some("aws:RequestTag/${TagKey}")),
            ("aws:multifactorauthpresent", Some("aws:MultiFactorAuthPresent")),
            ("aws:PrincipalTag/", None),
            ("aws:NoSuchKey", None),
            ("iam:PassedToService", None),
        ] {
            assert_eq!(global_key(name).map(|global| global.key.name), expected, "{name}");
        }
    }

    /// The table of the user guide's page on global condition keys, by its columns.
    #[test]
    fn rules_213_to_225_every_documented_key_is_here_and_no_other() {
        const PRINCIPAL: &str = "PrincipalArn PrincipalAccount PrincipalOrgPaths PrincipalOrgID PrincipalTag/${TagKey} \
            PrincipalIsAWSService PrincipalServiceName PrincipalServiceNamesList PrincipalType userid username";
        const SESSION: &str = "AssumedRoot FederatedProvider TokenIssueTime SignInSessionArn MultiFactorAuthAge \
            MultiFactorAuthPresent ChatbotSourceArn Ec2InstanceSourceVpc Ec2InstanceSourcePrivateIPv4 SourceIdentity \
            ec2:RoleDelivery ec2:SourceInstanceArn glue:RoleAssumedBy glue:CredentialIssuingService \
            codebuild:BuildArn codebuild:ProjectArn lambda:SourceFunctionArn ssm:SourceInstanceArn identitystore:UserId";
        const NETWORK: &str =
            "SourceIp SourceVpc SourceVpcArn SourceVpce VpceAccount VpceOrgID VpceOrgPaths VpcSourceIp";
        const RESOURCE: &str = "ResourceAccount ResourceOrgID ResourceOrgPaths ResourceTag/${TagKey}";
        const REQUEST: &str = "CalledVia CalledViaFirst CalledViaLast CalledViaAWSMCP ViaAWSService ViaAWSMCPService \
            CurrentTime EpochTime referer RequestedRegion RequestTag/${TagKey} TagKeys SecureTransport SourceAccount \
            SourceArn SourceOrgID SourceOrgPaths UserAgent IsMcpServiceAction";
        let full = |name: &str| if name.contains(':') { name.to_owned() } else { format!("aws:{name}") };
        let columns = [PRINCIPAL, SESSION, NETWORK, RESOURCE, REQUEST];
        let mut documented: Vec<_> =
            columns.iter().flat_map(|names| names.split_whitespace()).map(full).collect();
        let mut here: Vec<&str> = global_keys().iter().map(|global| global.key.name).collect();
        documented.sort_unstable();
        here.sort_unstable();
        assert_eq!(here, documented);
        for name in SENSITIVE {
            assert!(global_key(name).is_some_and(GlobalKey::is_sensitive), "{name}");
        }
        assert!(!global_key("aws:PrincipalArn").unwrap().is_sensitive());
    }

    #[test]
    fn every_key_stands_once() {
        for (index, global) in global_keys().iter().enumerate() {
            assert!(
                !global_keys()[..index]
                    .iter()
                    .any(|other| other.key.name.eq_ignore_ascii_case(global.key.name)),
                "{}",
                global.key.name
            );
        }
    }
}
