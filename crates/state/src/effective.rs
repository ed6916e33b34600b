//! The policies that are effective for a caller: identity policies, boundary, session policies.

use std::sync::{Arc, LazyLock};

use keygate_policy::{Policy, PolicyKind};

use crate::account::{Account, Managed};
use crate::attachments::{ManagedRef, Principal, PrincipalKind};
use crate::caller::{Caller, CallerKind};
use crate::entity::{Group, Role, User};
use crate::managed;
use crate::session::SessionPolicy;

/// A compiled policy with the name it is shown by.
#[derive(Clone, Debug)]
pub struct Held {
    /// The compiled policy.
    pub policy: Arc<Policy>,
    /// The name of an inline policy, or the ARN of a managed one.
    pub name: String,
    /// The ARN of a managed policy.
    pub arn: Option<String>,
    /// Whose inline policy it is: kind and name of the user, group or role.
    pub inline_of: Option<(PrincipalKind, String)>,
}

/// Everything of the caller's side that enters a decision.
#[derive(Clone, Debug, Default)]
pub struct Effective {
    /// Identity policies: inline, managed, through groups (rule 32).
    pub identity: Vec<Held>,
    /// The permissions boundary; `Some(None)` if it can not be read: nothing is allowed (rule 66).
    pub boundary: Option<Option<Held>>,
    /// Session policies; `None`: none were passed. If one is lost, a single policy that denies everything.
    pub session: Option<Vec<Held>>,
}

/// A policy that is attached can not be read or understood: nothing may be decided (rule 10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Name or ARN of the policy.
    pub policy: String,
}

impl Effective {
    /// The policies of a user and of its groups, its boundary (rule 32), and what the account lets all users do.
    ///
    /// # Errors
    /// As [`effective`].
    pub fn of_user(account: &Account, user: &User) -> Result<Self, Unreadable> {
        let mut effective = of_user(account, user)?;
        let policy = account.settings().password_policy.as_ref();
        if policy.is_some_and(|policy| policy.allow_users_to_change) {
            effective.identity.extend(change_of_own_password());
        }
        Ok(effective)
    }

    /// The policies of a role and its boundary.
    ///
    /// # Errors
    /// As [`effective`].
    pub fn of_role(account: &Account, role: &Role) -> Result<Self, Unreadable> {
        of_principal(account, role)
    }

    /// The policies of a group, which nobody is (rule 32); for simulations.
    ///
    /// # Errors
    /// As [`effective`].
    pub fn of_group(account: &Account, group: &Group) -> Result<Self, Unreadable> {
        of_principal(account, group)
    }
}

/// The effective policies of this caller in its account.
///
/// # Errors
/// An identity policy can not be read; a statement of it might be a Deny.
pub fn effective(account: &Account, caller: &Caller) -> Result<Effective, Unreadable> {
    let mut effective = match &caller.kind {
        CallerKind::Root => Effective::default(),
        CallerKind::Federated { user: None, .. } => of_root_federation(),
        CallerKind::User(user) => Effective::of_user(account, user)?,
        CallerKind::Federated { user: Some(user), .. } => of_user(account, user)?,
        CallerKind::Role { role, .. } => Effective::of_role(account, role)?,
    };
    if let Some(session) = &caller.session
        && let Some(policies) = &session.policies
    {
        let held: Option<Vec<Held>> = policies.iter().map(|policy| session_policy(account, policy)).collect();
        effective.session = Some(match held {
            Some(held) => held,
            None => vec![denial().ok_or_else(|| Unreadable { policy: LOST.to_owned() })?],
        });
    }
    Ok(effective)
}

/// A session that root federated has root's permissions, as far as its session policies allow (rule 24): root has
/// no identity policies, so that this stands for what it may do.
fn of_root_federation() -> Effective {
    const EVERYTHING: &str =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let policy = Policy::read(EVERYTHING, PolicyKind::Identity).ok();
    let everything = policy.map(|policy| held(Arc::new(policy), "root"));
    Effective { identity: everything.into_iter().collect(), ..Effective::default() }
}

/// What the account's password policy gives all its users: their own passwords, and the rules for them. AWS
/// applies it to the account and attaches nothing. A Deny, a boundary and session policies limit it like any other
/// permission. A user's name is unique whatever its path.
fn change_of_own_password() -> Option<Held> {
    const OWN: &str = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"iam:ChangePassword","Resource":"arn:*:iam::*:user*/${aws:username}"},
        {"Effect":"Allow","Action":"iam:GetAccountPasswordPolicy","Resource":"*"}]}"#;
    static POLICY: LazyLock<Option<Arc<Policy>>> =
        LazyLock::new(|| Policy::read(OWN, PolicyKind::Identity).ok().map(Arc::new));
    Some(held(POLICY.clone()?, "account password policy"))
}

/// What stands for the session policies if one of them is not what it was when the session was made. It might have
/// held a Deny, and a resource's policy that names the session asks for no Allow of them: so everything is denied.
fn denial() -> Option<Held> {
    const NOTHING: &str =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;
    static POLICY: LazyLock<Option<Arc<Policy>>> =
        LazyLock::new(|| Policy::read(NOTHING, PolicyKind::Session).ok().map(Arc::new));
    Some(held(POLICY.clone()?, LOST))
}

/// How [`denial`] is shown.
const LOST: &str = "lost session policy";

/// The policies of a user and of its groups, and its boundary (rule 32).
fn of_user(account: &Account, user: &User) -> Result<Effective, Unreadable> {
    let mut effective = of_principal(account, user)?;
    for id in &user.groups {
        // A group that is gone might have held a Deny (rule 10).
        let group = account.groups.get(id).ok_or_else(|| Unreadable { policy: id.to_string() })?;
        collect(account, group.as_ref(), &mut effective.identity)?;
    }
    Ok(effective)
}

fn of_principal<P: Principal>(account: &Account, principal: &P) -> Result<Effective, Unreadable> {
    let mut identity = Vec::with_capacity(principal.inline().len() + principal.attached().len());
    collect(account, principal, &mut identity)?;
    let boundary = principal.boundary().map(|policy| managed_policy(account, policy, PolicyKind::Boundary));
    Ok(Effective { identity, boundary, session: None })
}

fn collect<P: Principal>(account: &Account, principal: &P, into: &mut Vec<Held>) -> Result<(), Unreadable> {
    for (name, document) in principal.inline() {
        let policy =
            document.policy(PolicyKind::Identity).ok_or_else(|| Unreadable { policy: name.clone() })?;
        let inline_of = Some((P::PRINCIPAL, principal.name().to_owned()));
        into.push(Held { inline_of, ..held(Arc::clone(policy), name) });
    }
    for attached in principal.attached() {
        let managed = managed_policy(account, attached, PolicyKind::Identity)
            .ok_or_else(|| Unreadable { policy: attached.arn().to_owned() })?;
        into.push(managed);
    }
    Ok(())
}

/// A managed policy's default version. A boundary and an identity policy have the same grammar, so that one
/// compiled form serves both.
fn managed_policy(account: &Account, policy: &ManagedRef, kind: PolicyKind) -> Option<Held> {
    let compiled = match account.managed(policy.arn())? {
        Managed::Own(own) => own.default()?.document.policy(kind)?.clone(),
        Managed::Aws(aws) => managed::compiled(&aws, kind)?,
    };
    Some(Held { arn: Some(policy.arn().to_owned()), ..held(compiled, policy.arn()) })
}

/// A policy that is neither managed nor inline.
fn held(policy: Arc<Policy>, name: &str) -> Held {
    Held { policy, name: name.to_owned(), arn: None, inline_of: None }
}

fn session_policy(account: &Account, policy: &SessionPolicy) -> Option<Held> {
    match policy {
        SessionPolicy::Inline(text) => {
            let policy = Policy::read(text, PolicyKind::Session).ok()?;
            Some(held(Arc::new(policy), "session policy"))
        }
        SessionPolicy::Managed { arn, version, id } => {
            let policy = match (account.managed(arn)?, id) {
                // The id tells a policy of the same name that was made later apart (rule 76).
                (Managed::Own(own), Some(id)) if own.id == *id => {
                    own.version(version)?.document.policy(PolicyKind::Identity).cloned()?
                }
                (Managed::Aws(aws), None) if aws.entry().version == version => {
                    managed::compiled(&aws, PolicyKind::Identity)?
                }
                _ => return None,
            };
            Some(Held { arn: Some(arn.clone()), ..held(policy, arn) })
        }
    }
}

#[cfg(test)]
mod tests;
