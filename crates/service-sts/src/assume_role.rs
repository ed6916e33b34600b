//! AssumeRole: credentials of a role, in this account or another, if the role trusts the caller and the caller's
//! own policies allow it where they have to (rules 29, 197-207).

use std::sync::Arc;

use keygate_ident::{Arn, ArnParts, Timestamp};
use keygate_operation::{Ask, Asks, Failure, Outcome, Read, ReadCx};
use keygate_policy::PolicyKind;
use keygate_shapes::sts::{AssumeRoleRequest, AssumeRoleResponse, AssumedRoleUser, op};
use keygate_state::{Account, Caller, CallerKind, Role, SessionKind, TagCase, Tags};

use crate::credentials::{self, NewSession};
use crate::{mfa, packed, tags};

/// AssumeRole.
pub(crate) struct AssumeRole;

/// Seconds of a session when the caller names no number.
const DEFAULT: u32 = 3_600;
/// Seconds at most of a session that a role session asks for (rule 71).
const CHAINED_LIMIT: u32 = 3_600;

/// Whether the caller has proved a second factor, and seconds since then (rule 218).
const MFA_PRESENT: &str = "aws:MultiFactorAuthPresent";
const MFA_AGE: &str = "aws:MultiFactorAuthAge";

type Failed = Failure<op::AssumeRole>;

/// The role, and the tree of its account.
struct Target<'a> {
    account: Found<'a>,
    role: Arc<Role>,
}

enum Found<'a> {
    Here(&'a Account),
    Elsewhere(Arc<Account>),
}

impl Read for AssumeRole {
    type Model = op::AssumeRole;

    fn asks(&self, cx: &ReadCx<'_>, input: &AssumeRoleRequest) -> Result<Asks, Failed> {
        let target = target(cx, &input.role_arn)?;
        let session = cx.caller.session.as_deref();
        let tagged = tags::pairs(input.tags.as_deref()).chain(tags::inherited(session)).next().is_some();
        let identity = input.source_identity.as_deref().or_else(|| session?.source_identity.as_deref());
        let proof = mfa::check(cx, input.serial_number.as_deref(), input.token_code.as_deref())?;
        let ask = |action| {
            let ask = ask(cx, input, &target, action, identity)?;
            // For this decision only: see `second_factor`.
            Ok::<_, Failed>(match proof {
                Some(_) => ask.key(MFA_PRESENT, Some("true")).key(MFA_AGE, Some("0")),
                None => ask,
            })
        };
        let mut asks = Asks::one(ask("sts:AssumeRole")?);
        if tagged {
            asks = asks.and(ask("sts:TagSession")?);
        }
        if identity.is_some() {
            asks = asks.and(ask("sts:SetSourceIdentity")?);
        }
        Ok(asks)
    }

    fn run(&self, cx: &ReadCx<'_>, input: AssumeRoleRequest) -> Outcome<Self::Model> {
        let target = target(cx, &input.role_arn)?;
        let account = target.account.tree();
        if input.provided_contexts.as_ref().is_some_and(|contexts| !contexts.is_empty()) {
            return Err(Failure::validation("ProvidedContexts are not supported."));
        }
        let proof = mfa::check(cx, input.serial_number.as_deref(), input.token_code.as_deref())?;
        let seconds = seconds(cx, &target.role, input.duration_seconds)?;
        let policies = packed::policies(account, input.policy.as_deref(), input.policy_arns.as_deref())?;
        let session_tags =
            tags::new_session(cx, input.tags.as_deref(), input.transitive_tag_keys.as_deref())?;
        let packed_policy_size =
            packed::size(policies.as_deref(), &session_tags.tags, &session_tags.transitive)?;
        let source_identity = tags::source_identity(cx, input.source_identity.as_deref())?;
        let assumed_role_id = format!("{}:{}", target.role.id, input.role_session_name);
        let name = &input.role_session_name;
        let arn = Arn::assumed_role(account.partition(), account.id(), &target.role.name, name);
        if let Some(proof) = proof {
            proof.claim(cx)?;
        }
        let new = NewSession {
            account: account.id(),
            kind: SessionKind::Role { role: target.role.id.clone(), session_name: input.role_session_name },
            seconds,
            policies,
            tags: session_tags.tags,
            transitive: session_tags.transitive,
            source_identity: source_identity.clone(),
            mfa: second_factor(cx.caller),
        };
        Ok(AssumeRoleResponse {
            credentials: Some(credentials::issue(cx, new)?),
            assumed_role_user: Some(AssumedRoleUser { assumed_role_id, arn: arn.into() }),
            packed_policy_size,
            source_identity,
            ..Default::default()
        })
    }
}

impl Found<'_> {
    fn tree(&self) -> &Account {
        match self {
            Self::Here(account) => account,
            Self::Elsewhere(account) => account,
        }
    }
}

/// The role with this ARN. One that does not exist is told from one that must not be assumed by nobody.
fn target<'a>(cx: &ReadCx<'a>, arn: &str) -> Result<Target<'a>, Failed> {
    let invalid = || Failure::validation(format!("{arn} is invalid"));
    let parts = ArnParts::split(arn).ok_or_else(invalid)?;
    let named_role = parts.service == "iam" && parts.region.is_empty() && parts.resource.starts_with("role/");
    let owner = parts.account.parse().map_err(|_| invalid())?;
    if !named_role {
        return Err(invalid());
    }
    let account = if owner == cx.account_id() {
        Found::Here(cx.account)
    } else {
        Found::Elsewhere(cx.env.directory.account(owner)?.ok_or_else(|| denied(cx, arn))?)
    };
    let tree = account.tree();
    let name = arn.rsplit('/').next().unwrap_or_default();
    let role = tree.roles.named(name).filter(|role| role.arn(tree.partition(), tree.id()).as_str() == arn);
    let role = Arc::clone(role.ok_or_else(|| denied(cx, arn))?);
    Ok(Target { account, role })
}

fn denied(cx: &ReadCx<'_>, arn: &str) -> Failed {
    let caller = &cx.caller.arn;
    Failure::access_denied(format!(
        "User: {caller} is not authorized to perform: sts:AssumeRole on resource: {arn}"
    ))
}

fn ask(
    cx: &ReadCx<'_>,
    input: &AssumeRoleRequest,
    target: &Target<'_>,
    action: &'static str,
    source_identity: Option<&str>,
) -> Result<Ask, Failed> {
    let tree = target.account.tree();
    // A trust policy that can not be read trusts nobody (rule 10).
    let trust = target.role.trust.policy(PolicyKind::Trust).ok_or_else(Failure::internal)?;
    let mut ask = Ask::on(action, target.role.arn(tree.partition(), tree.id()))
        .owned_by(tree.id())
        .trusting(Arc::clone(trust))
        .key("sts:ExternalId", input.external_id.as_deref())
        .key("sts:RoleSessionName", Some(&input.role_session_name))
        .key("sts:SourceIdentity", source_identity)
        .request_tags(tags::pairs(input.tags.as_deref()))
        .resource_tags(&role_tags(cx, &target.role)?);
    if let Some(keys) = input.transitive_tag_keys.as_ref().filter(|keys| !keys.is_empty()) {
        ask = ask.list("sts:TransitiveTagKeys", keys.clone());
    }
    Ok(ask)
}

/// The role's tags as its trust policy sees them: inherited transitive tags override them (rule 206).
fn role_tags(cx: &ReadCx<'_>, role: &Role) -> Result<Tags, Failed> {
    let mut result = role.tags.clone();
    result
        .set(tags::inherited(cx.caller.session.as_deref()), TagCase::Insensitive, u32::MAX)
        .map_err(tags::refused)?;
    Ok(result)
}

/// The second factor of the new session: that of the calling user's session, which it proved to GetSessionToken. A
/// code that comes with AssumeRole itself counts for the decision on this call and not for the session, as AWS
/// documents ("Secure API access with MFA"); nor does a role hand it on to another role.
fn second_factor(caller: &Caller) -> Option<Timestamp> {
    match caller.kind {
        CallerKind::User(_) => caller.session.as_ref()?.mfa,
        CallerKind::Root | CallerKind::Role { .. } | CallerKind::Federated { .. } => None,
    }
}

fn seconds(cx: &ReadCx<'_>, role: &Role, asked: Option<i32>) -> Result<u32, Failed> {
    let asked = asked.and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(DEFAULT);
    if matches!(cx.caller.kind, CallerKind::Role { .. }) && asked > CHAINED_LIMIT {
        return Err(Failure::validation(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ));
    }
    if asked > role.max_session_seconds {
        return Err(Failure::validation(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    Ok(asked)
}

#[cfg(test)]
mod tests;
