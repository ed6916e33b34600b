//! Whether a bucket policy is public, as S3's Block Public Access means it (rule 238).
//!
//! S3 takes a policy for public until it has seen that every Allow speaks of fixed values: of named principals, or of
//! a condition that no stranger can meet. What is not understood counts as public.

use ipnet::IpNet;

use crate::condition::{Family, Qualifier, address_range};
use crate::document::{self, ConditionSyntax, PrincipalClause, PrincipalSyntax, StatementSyntax};
use crate::policy::{Effect, MAX_STORED, Policy, PrincipalKind};

/// Whether a policy of an S3 bucket or access point is public.
///
/// With BlockPublicPolicy S3 refuses to save such a policy. With RestrictPublicBuckets a bucket that has one is open
/// to its own account and to AWS services only, see
/// [`ResourceRule::RestrictedPublicBucket`](crate::ResourceRule::RestrictedPublicBucket): one public statement costs
/// the accounts that other statements name their access, too.
///
/// A statement is public if it allows, names everybody (`*`, or NotPrincipal), and no condition holds it to fixed
/// values, that is values without wildcard and policy variable, of `aws:SourceIp` (no range wider than /8, or /32 of
/// IPv6), `aws:SourceArn`, `aws:SourceVpc`, `aws:SourceVpce`, `aws:SourceOwner`, `aws:SourceAccount`, `aws:userid`,
/// `aws:PrincipalOrgID`, `aws:PrincipalArn`, `aws:PrincipalAccount`, `s3:DataAccessPointAccount`,
/// `s3:DataAccessPointArn` (which may have wildcards where its account is fixed), or
/// `s3:x-amz-server-side-encryption-aws-kms-key-id`.
pub fn is_public(policy: &Policy) -> bool {
    match document::parse(policy.text(), policy.kind(), MAX_STORED) {
        Ok(document) => document.statements.iter().any(statement_is_public),
        Err(_) => true,
    }
}

fn statement_is_public(statement: &StatementSyntax<'_>) -> bool {
    statement.effect.effect == Effect::Allow
        && statement.principal.as_ref().is_some_and(names_everybody)
        && !statement.conditions.iter().any(holds_to_fixed_values)
}

/// A statement without principal names nobody (rule 91a).
fn names_everybody(clause: &PrincipalClause<'_>) -> bool {
    clause.not
        || match &clause.principal {
            PrincipalSyntax::Text(_) => true,
            PrincipalSyntax::Map(map) => {
                map.iter().any(|(kind, text)| *kind == PrincipalKind::Star || text.value.contains('*'))
            }
        }
}

/// What a stranger cannot choose.
const FIXING_KEYS: [&str; 10] = [
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOwner",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:userid",
    "s3:DataAccessPointAccount",
];
const KMS_KEY: &str = "s3:x-amz-server-side-encryption-aws-kms-key-id";
const ACCESS_POINT: &str = "s3:DataAccessPointArn";
const ADDRESS: &str = "aws:SourceIp";

/// Only positive operators can hold anybody to anything, and only if an absent key does not satisfy them.
fn holds_to_fixed_values(condition: &ConditionSyntax<'_>) -> bool {
    let operator = condition.operator;
    let lenient =
        operator.negated || operator.if_exists || operator.qualifier == Some(Qualifier::ForAllValues);
    if lenient || condition.values.is_empty() {
        return false;
    }
    let key = condition.key.value.as_ref();
    let is = |name: &str| key.eq_ignore_ascii_case(name);
    let mut values = condition.values.iter().map(|value| value.value.as_ref());
    match operator.family {
        Family::Ip => is(ADDRESS) && values.all(is_narrow_range),
        Family::StringEquals | Family::StringEqualsIgnoreCase | Family::StringLike | Family::Arn => {
            if is(ACCESS_POINT) {
                values.all(has_fixed_account)
            } else {
                (is(KMS_KEY) || FIXING_KEYS.iter().any(|name| is(name))) && values.all(is_fixed)
            }
        }
        _ => false,
    }
}

fn is_fixed(value: &str) -> bool {
    !value.is_empty() && !value.contains(['*', '?']) && !value.contains("${")
}

/// The ARN of an access point, of whatever name, in one account.
fn has_fixed_account(arn: &str) -> bool {
    arn.split(':').nth(4).is_some_and(is_fixed)
}

/// No wider than /8, or /32 of IPv6.
fn is_narrow_range(value: &str) -> bool {
    match address_range(value) {
        Some(IpNet::V4(net)) => net.prefix_len() >= 8,
        Some(IpNet::V6(net)) => net.prefix_len() >= 32,
        None => false,
    }
}
