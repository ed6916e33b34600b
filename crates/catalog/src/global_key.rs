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

/// All global keys, in the order of the rules.
pub fn global_keys() -> &'static [GlobalKey] {
    GLOBAL_KEYS
}

const fn one(rule: u16, name: &'static str, value_type: ValueType, presence: Presence) -> GlobalKey {
    GlobalKey { key: ConditionKey { name, value_type, multivalued: false }, presence, rule }
}

const fn many(rule: u16, name: &'static str, value_type: ValueType, presence: Presence) -> GlobalKey {
    GlobalKey { key: ConditionKey { name, value_type, multivalued: true }, presence, rule }
}

const GLOBAL_KEYS: &[GlobalKey] = &[
    one(213, "aws:CurrentTime", Date, Presence::Always),
    // Seconds since the epoch: date and numeric operators both work on it.
    one(213, "aws:EpochTime", Date, Presence::Always),
    one(213, "aws:SecureTransport", Bool, Presence::Always),
    one(213, "aws:UserAgent", String, Presence::Always),
    one(213, "aws:RequestedRegion", String, Presence::Always),
    // `anonymous` for anonymous callers.
    one(213, "aws:PrincipalAccount", String, Presence::Always),
    one(213, "aws:PrincipalType", String, Presence::Always),
    one(213, "aws:userid", String, Presence::Always),
    one(213, "aws:ViaAWSService", Bool, Presence::Always),
    // The role's ARN for role sessions.
    one(214, "aws:PrincipalArn", Arn, Presence::Signed),
    one(215, "aws:username", String, Presence::IamUser),
    one(216, "aws:PrincipalOrgID", String, Presence::CallerInOrganization),
    many(216, "aws:PrincipalOrgPaths", String, Presence::CallerInOrganization),
    one(216, "aws:ResourceOrgID", String, Presence::ResourceInOrganization),
    many(216, "aws:ResourceOrgPaths", String, Presence::ResourceInOrganization),
    one(217, "aws:PrincipalTag/${TagKey}", String, Presence::PrincipalTag),
    one(217, "aws:ResourceTag/${TagKey}", String, Presence::ResourceTag),
    one(217, "aws:RequestTag/${TagKey}", String, Presence::RequestTags),
    many(217, "aws:TagKeys", String, Presence::RequestTags),
    // Absent with long-term keys: the reason for BoolIfExists in policies that demand MFA.
    one(218, "aws:MultiFactorAuthPresent", Bool, Presence::TemporaryCredentials),
    // Seconds.
    one(218, "aws:MultiFactorAuthAge", Numeric, Presence::MfaUsed),
    one(219, "aws:TokenIssueTime", Date, Presence::TemporaryCredentials),
    one(220, "aws:SourceIp", IpAddress, Presence::NotThroughVpcEndpoint),
    one(220, "aws:SourceVpc", String, Presence::ThroughVpcEndpoint),
    one(220, "aws:SourceVpce", String, Presence::ThroughVpcEndpoint),
    one(220, "aws:VpcSourceIp", IpAddress, Presence::ThroughVpcEndpoint),
    one(220, "aws:SourceVpcArn", Arn, Presence::ThroughVpcEndpoint),
    one(220, "aws:VpceAccount", String, Presence::ThroughVpcEndpoint),
    one(220, "aws:VpceOrgID", String, Presence::ThroughVpcEndpoint),
    many(220, "aws:VpceOrgPaths", String, Presence::ThroughVpcEndpoint),
    one(221, "aws:SourceArn", Arn, Presence::ServiceForResource),
    one(221, "aws:SourceAccount", String, Presence::ServiceForResource),
    one(221, "aws:SourceOrgID", String, Presence::ServiceForResource),
    many(221, "aws:SourceOrgPaths", String, Presence::ServiceForResource),
    one(222, "aws:PrincipalIsAWSService", Bool, Presence::Signed),
    one(222, "aws:PrincipalServiceName", String, Presence::ServicePrincipal),
    many(222, "aws:PrincipalServiceNamesList", String, Presence::ServicePrincipal),
    // In the order of the calls.
    many(223, "aws:CalledVia", String, Presence::ForwardAccess),
    one(223, "aws:CalledViaFirst", String, Presence::ForwardAccess),
    one(223, "aws:CalledViaLast", String, Presence::ForwardAccess),
    one(224, "aws:FederatedProvider", String, Presence::FederatedSession),
    one(224, "aws:SourceIdentity", String, Presence::SourceIdentitySet),
    one(224, "aws:AssumedRoot", Bool, Presence::AssumeRootSession),
    one(224, "aws:Ec2InstanceSourceVpc", String, Presence::InstanceCredentials),
    one(224, "aws:Ec2InstanceSourcePrivateIPv4", IpAddress, Presence::InstanceCredentials),
    one(224, "ec2:RoleDelivery", Numeric, Presence::InstanceCredentials),
    one(224, "ec2:SourceInstanceArn", Arn, Presence::InstanceCredentials),
    one(224, "lambda:SourceFunctionArn", Arn, Presence::ServiceIssuedSession),
    one(224, "ssm:SourceInstanceArn", Arn, Presence::ServiceIssuedSession),
    one(224, "glue:RoleAssumedBy", String, Presence::ServiceIssuedSession),
    one(224, "glue:CredentialIssuingService", String, Presence::ServiceIssuedSession),
    one(225, "aws:ResourceAccount", String, Presence::NearlyAlways),
    one(225, "aws:referer", String, Presence::BrowserHeader),
    one(225, "aws:ChatbotSourceArn", Arn, Presence::Feature),
    one(225, "identitystore:UserId", String, Presence::Feature),
    one(225, "aws:SignInSessionArn", Arn, Presence::Feature),
    one(225, "aws:CalledViaAWSMCP", String, Presence::Feature),
    one(225, "aws:ViaAWSMCPService", Bool, Presence::Feature),
    one(225, "aws:IsMcpServiceAction", Bool, Presence::Feature),
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
