//! All policies that apply to one request. Borrowed, so that putting a stack together costs nothing.

use crate::decision::{Layer, StatementRef};
use crate::policy::Policy;

/// Everything that has a say in one request. `Stack::default()` has no policy at all and denies.
///
/// Whoever builds a stack decides which policies apply: no SCPs for the management account (rule 43) or where the
/// type is disabled (rule 47), no RCPs for its resources (rule 55), and so on. What follows from the caller alone
/// (rules 44, 55) the evaluator sees to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stack<'a> {
    /// Inline, attached and group policies of the user or role (rule 32).
    pub identity: &'a [Attached<'a>],
    /// The permissions boundary of the user or role (rules 61-66); for federated users that of the IAM user.
    pub boundary: Option<Boundary<'a>>,
    /// Inline and managed session policies, one bag (rule 15). `None`: none were passed. `Some(&[])` allows nothing.
    pub session: Option<&'a [Attached<'a>]>,
    /// SCPs of the caller's account, level by level from the organization's root; empty: none apply (rule 45).
    pub scps: &'a [Level<'a>],
    /// RCPs of the resource's account, likewise (rule 59).
    pub rcps: &'a [Level<'a>],
    /// The policy of the resource, or the trust policy of the role.
    pub resource: Option<Attached<'a>>,
    /// How the resource's policy and the identity policies combine.
    pub resource_rule: ResourceRule,
    /// A grant on the KMS key lets this caller do this (rule 237). Whether one does (grantee, operations, constraints)
    /// KMS knows; it grants beside the key policy, and every explicit deny and every limit stays in force.
    pub kms_grant: bool,
    /// The policies of the VPC endpoint by which the request came; `None`: it came by no endpoint (rule 33).
    pub vpc_endpoint: Option<&'a [Attached<'a>]>,
}

impl<'a> Stack<'a> {
    /// The policy in which this statement stands.
    pub(crate) fn attached_at(&self, at: StatementRef) -> Option<Attached<'a>> {
        let policies = match at.layer {
            Layer::Identity => self.identity,
            Layer::Session => self.session?,
            Layer::VpcEndpoint => self.vpc_endpoint?,
            Layer::Scp => self.scps.get(at.level)?.policies,
            Layer::Rcp => self.rcps.get(at.level)?.policies,
            Layer::Resource => return self.resource,
            Layer::Boundary => {
                return match self.boundary {
                    Some(Boundary::Policy(attached)) => Some(attached),
                    Some(Boundary::Unreadable) | None => None,
                };
            }
        };
        policies.get(at.policy).copied()
    }
}

/// A policy where it is attached.
#[derive(Debug, Clone, Copy)]
pub struct Attached<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// How traces call it: its ARN, or the name of an inline policy.
    pub name: &'a str,
    /// The ARN, if it has one; denials show it (rule 188).
    pub arn: Option<&'a str>,
}

/// The permissions boundary of a user or role.
#[derive(Debug, Clone, Copy)]
pub enum Boundary<'a> {
    /// The managed policy that is set as boundary.
    Policy(Attached<'a>),
    /// A boundary is set, but its policy cannot be read: nothing is allowed, whoever grants it (rules 10, 66).
    Unreadable,
}

/// The organization policies attached to one root, unit or account. One of them must allow (rule 45).
#[derive(Debug, Clone, Copy)]
pub struct Level<'a> {
    /// The id of the root, unit or account.
    pub id: &'a str,
    /// What is attached there; a level without policies allows nothing.
    pub policies: &'a [Attached<'a>],
}

/// How a resource's policy combines with the identity policies of its own account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ResourceRule {
    /// Either may grant (rule 13).
    #[default]
    Union,
    /// The resource is a role: its trust policy must allow (rule 29).
    Trust,
    /// The resource is a KMS key: its key policy must allow (rule 30).
    KmsKey,
    /// The resource belongs to AWS and the action would change it: nobody may (rule 31).
    AwsOwned,
    /// An S3 bucket whose policy is public (see [`is_public`](crate::is_public)) and which has RestrictPublicBuckets
    /// set: only its own account and AWS services come in, whatever the policy grants (rule 238).
    RestrictedPublicBucket,
}
