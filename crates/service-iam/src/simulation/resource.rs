//! What a simulation is about: resources, their owner, and the policy that each of them has.

use keygate_ident::{AccountId, ArnParts};
use keygate_operation::ReadCx;
use keygate_policy::{Policy, PolicyKind, ResourceRule};
use keygate_state::{InvalidInput, Unreadable};

use super::refused::Refused;
use super::source;
use super::sourced::Sourced;

/// The resource policy that applies to one resource, and how.
pub(super) struct Target {
    pub(super) owner: AccountId,
    pub(super) policy: Option<Sourced>,
    pub(super) rule: ResourceRule,
    /// Whether the policy is the caller's to see.
    pub(super) disclosed: bool,
}

/// What guards a role that is to be assumed, where no policy was passed in for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trusts {
    /// Nothing: nothing of the account enters.
    Ignored,
    /// The trust policy that it has. Only roles of the caller's account: otherwise another account's policies could
    /// be explored condition by condition, without a trace there.
    LookedUp,
    /// A trust policy that is not known, so that nobody may assume it.
    Unknown,
}

/// The resources to simulate; `*` if none are given.
///
/// # Errors
/// One is neither an ARN nor `*` alone.
pub(super) fn resources(arns: Option<Vec<String>>) -> Result<Vec<String>, InvalidInput> {
    let arns = arns.unwrap_or_default();
    if arns.is_empty() {
        return Ok(vec!["*".to_owned()]);
    }
    let alone = arns.len() == 1;
    let bad = arns.iter().find(|arn| {
        let full = ArnParts::split(arn).is_some_and(|parts| {
            !parts.partition.is_empty() && !parts.service.is_empty() && !parts.resource.is_empty()
        });
        !(full || (alone && *arn == "*"))
    });
    match bad {
        Some(arn) => Err(InvalidInput::new(format!("ResourceNames are not in a valid ARN format: {arn}."))),
        None => Ok(arns),
    }
}

/// The account in `ResourceOwner`, which is an ARN of IAM: of an account (`…:root`) or of something in it.
pub(super) fn owner(arn: Option<&str>) -> Result<Option<AccountId>, InvalidInput> {
    let Some(arn) = arn else { return Ok(None) };
    let account = ArnParts::split(arn)
        .filter(|parts| parts.service == "iam" && parts.region.is_empty() && !parts.resource.is_empty())
        .and_then(|parts| parts.account.parse().ok());
    match account {
        Some(account) => Ok(Some(account)),
        None => Err(InvalidInput::new(format!("'{arn}' is not a valid as a Resource Owner."))),
    }
}

/// The resource policy that was passed in.
///
/// # Errors
/// It can not be read, or there are no resources that it could belong to.
pub(super) fn policy(text: Option<&str>, resources: &[String]) -> Result<Option<Sourced>, InvalidInput> {
    let Some(text) = text else { return Ok(None) };
    if resources.iter().any(|arn| arn == "*") {
        return Err(InvalidInput::new("Invalid Entity Arn: * does not clearly define entity type and name."));
    }
    let policy = Policy::read(text, PolicyKind::Resource)
        .map_err(|_| InvalidInput::new("Resource policy has invalid content"))?;
    Ok(Some(Sourced::input(policy, "ResourcePolicy".to_owned())))
}

/// `ResourceHandlingOption` names a scenario of an action. As Amazon's simulator, this takes it for the actions that
/// have it, and decides each resource given, whether the scenario's are complete or not.
///
/// # Errors
/// An action does not have this scenario.
pub(super) fn handling(
    option: Option<&str>,
    actions: &[String],
    resources: &[String],
) -> Result<(), InvalidInput> {
    const SCENARIOS: [&str; 6] = [
        "EC2-Classic-InstanceStore",
        "EC2-Classic-EBS",
        "EC2-VPC-InstanceStore",
        "EC2-VPC-InstanceStore-Subnet",
        "EC2-VPC-EBS",
        "EC2-VPC-EBS-Subnet",
    ];
    let Some(option) = option.filter(|_| resources.iter().all(|arn| arn != "*")) else { return Ok(()) };
    let supported =
        |action: &&String| action.eq_ignore_ascii_case("ec2:RunInstances") && SCENARIOS.contains(&option);
    match actions.iter().find(|action| !supported(action)) {
        Some(action) => Err(InvalidInput::new(format!(
            "Invalid input resource handling options. Action does not support resource handling options: {action}."
        ))),
        None => Ok(()),
    }
}

impl Target {
    /// What owns and guards this resource. Where the ARN names no account it is the given owner's, else the
    /// caller's. Roles are guarded by their trust policies (rule 29), KMS keys by the policy that was passed in
    /// (rule 30).
    pub(super) fn of(
        cx: &ReadCx<'_>,
        action: &str,
        arn: &str,
        (caller, owner): (AccountId, Option<AccountId>),
        given: Option<&Sourced>,
        trusts: Trusts,
    ) -> Result<Self, Refused> {
        let parts = ArnParts::split(arn);
        let named = parts.and_then(|parts| parts.account.parse().ok());
        let owner = match arn {
            "*" => caller,
            _ => named.or(owner).unwrap_or(caller),
        };
        let target = |rule, policy| Self { owner, policy, rule, disclosed: true };
        if is_assumption(action)
            && parts.is_some_and(|p| p.service == "iam" && p.resource.starts_with("role/"))
        {
            return match (given, trusts) {
                (Some(given), _) => Ok(target(ResourceRule::Trust, Some(given.clone()))),
                // It decides and is not shown: that takes `iam:GetRole`.
                (None, Trusts::LookedUp) if owner == cx.account_id() => {
                    Ok(Self { disclosed: false, ..target(ResourceRule::Trust, trust(cx, arn)?) })
                }
                (None, Trusts::LookedUp | Trusts::Unknown) => Ok(target(ResourceRule::Trust, None)),
                (None, Trusts::Ignored) => Ok(target(ResourceRule::Union, None)),
            };
        }
        let is_key = parts.is_some_and(|parts| parts.service == "kms" && parts.resource.starts_with("key/"));
        let rule = if is_key && given.is_some() { ResourceRule::KmsKey } else { ResourceRule::Union };
        Ok(target(rule, given.cloned()))
    }
}

/// Whether the action is one of those that a trust policy decides (rules 197, 201).
pub(super) fn is_assumption(action: &str) -> bool {
    const ACTIONS: [&str; 6] = [
        "sts:AssumeRole",
        "sts:AssumeRoleWithSAML",
        "sts:AssumeRoleWithWebIdentity",
        "sts:TagSession",
        "sts:SetSourceIdentity",
        "sts:SetContext",
    ];
    ACTIONS.iter().any(|known| known.eq_ignore_ascii_case(action))
}

/// The trust policy of the role with exactly this ARN, as `AssumeRole` finds it; `None`: there is no such role, and
/// nobody may assume it.
fn trust(cx: &ReadCx<'_>, arn: &str) -> Result<Option<Sourced>, Refused> {
    let Some((_, _, name)) = source::principal_of(arn) else { return Ok(None) };
    let named = cx.account.roles.named(name);
    let Some(role) = named.filter(|role| role.arn(cx.partition(), cx.account_id()).as_str() == arn) else {
        return Ok(None);
    };
    let unreadable = || Unreadable { policy: format!("that {name} is trusted by") };
    let policy = role.trust.policy(PolicyKind::Trust).ok_or_else(unreadable)?;
    Ok(Some(Sourced { policy: policy.clone(), id: name.to_owned(), arn: None }))
}
