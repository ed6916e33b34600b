//! Principal and NotPrincipal (rules 18-23, 175-185d).

use crate::case::{Caller, CallerKind};
use crate::document::{Kind, Principal, PrincipalElement};

/// How directly a principal element names the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strength {
    None,
    /// Its account (rule 22).
    Account,
    /// The role of a session, or the IAM user behind a federated one (rule 18).
    Issuer,
    /// Itself, or everybody (rules 20, 21).
    Direct,
}

/// How strongly a statement speaks to the caller.
pub(crate) fn strength(
    element: Option<&PrincipalElement>,
    allow: bool,
    kind: Kind,
    caller: &Caller,
    has_boundary: bool,
) -> Strength {
    let Some(element) = element else {
        // Rule 91a. Policies without principals speak to the one they are attached to.
        let everybody = !matches!(kind, Kind::Resource | Kind::Trust);
        return if everybody { Strength::Direct } else { Strength::None };
    };
    let listed = element.values.iter().map(|value| one(value, caller)).max().unwrap_or(Strength::None);
    if !element.not {
        return listed;
    }
    let spared = if allow {
        // Rule 185c: everyone else.
        listed > Strength::None
    } else if has_boundary && matches!(kind, Kind::Resource | Kind::Endpoint) {
        // Rule 64; an endpoint's policy is a resource's policy too.
        false
    } else {
        // Rule 185b: the caller itself or its role; the account alone does not do.
        listed == Strength::Direct || (listed == Strength::Issuer && caller.kind == CallerKind::Session)
    };
    if spared { Strength::None } else { Strength::Direct }
}

fn one(value: &Principal, caller: &Caller) -> Strength {
    let direct = |yes: bool| if yes { Strength::Direct } else { Strength::None };
    match value {
        Principal::Everybody => Strength::Direct,
        Principal::Aws(name) => aws(name, caller),
        // Rule 183.
        Principal::Service(name) => direct(caller.kind == CallerKind::Service && caller.name == *name),
        // Rules 184, 200.
        Principal::Federated(name) => direct(caller.provider.as_ref() == Some(name)),
        // Rule 185: S3's name for an account, which delegates as the account does (rule 22).
        Principal::CanonicalUser(id) if caller.canonical_user.as_ref() == Some(id) => match caller.kind {
            CallerKind::Root => Strength::Direct,
            _ => Strength::Account,
        },
        Principal::CanonicalUser(_) => Strength::None,
    }
}

fn aws(name: &str, caller: &Caller) -> Strength {
    if name == "*" {
        // Rule 178: not services, not federated callers.
        let anybody = caller.has_account() || caller.kind == CallerKind::Anonymous;
        return if anybody { Strength::Direct } else { Strength::None };
    }
    let Some(account) = &caller.account else { return Strength::None };
    // Rules 22, 176, 179; the root user is its account. Account ids are told apart by their digits alone.
    let fields: Vec<&str> = name.split(':').collect();
    let is_account_arn = matches!(fields.as_slice(), ["arn", _, "iam", "", id, "root"] if id == account);
    if name == account || is_account_arn {
        return if caller.kind == CallerKind::Root { Strength::Direct } else { Strength::Account };
    }
    let is_id = caller.unique_id.as_deref() == Some(name);
    let is_issuer = caller.issuer.as_deref() == Some(name);
    match caller.kind {
        CallerKind::User if is_id => Strength::Direct,
        // Also where a simulator puts the role itself in the place of a session.
        CallerKind::Session | CallerKind::Federated if is_id || is_issuer => Strength::Issuer,
        _ if caller.name == name => Strength::Direct,
        _ => Strength::None,
    }
}
