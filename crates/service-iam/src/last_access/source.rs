//! The policies of a subject, and where they come from.

use std::sync::Arc;

use keygate_policy::{Policy, PolicyKind};
use keygate_state::{Account, Managed, Principal, PrincipalKind, Unreadable, User};

use super::subject::Subject;

/// A policy that gives a subject permissions.
pub(super) struct Source {
    pub(super) policy: Arc<Policy>,
    /// The policy's name.
    pub(super) name: String,
    pub(super) origin: Origin,
}

/// Where a policy comes from.
pub(super) enum Origin {
    /// It is managed, and has this ARN.
    Managed(String),
    /// It is an inline policy of the entity of this name.
    Inline(PrincipalKind, String),
}

/// The policies of a subject; those of a user's groups are the user's, too. A managed policy that comes twice is
/// there once.
///
/// # Errors
/// A policy can not be read.
pub(super) fn sources(account: &Account, subject: &Subject) -> Result<Vec<Source>, Unreadable> {
    let mut sources = Vec::new();
    match subject {
        Subject::User(user) => of_user(account, user, &mut sources)?,
        Subject::Group(group) => of_principal(account, group.as_ref(), &mut sources)?,
        Subject::Role(role) => of_principal(account, role.as_ref(), &mut sources)?,
        Subject::Policy(policy) => sources.push(managed(account, policy)?),
    }
    Ok(sources)
}

fn of_user(account: &Account, user: &User, into: &mut Vec<Source>) -> Result<(), Unreadable> {
    of_principal(account, user, into)?;
    for id in &user.groups {
        let group = account.groups.get(id).ok_or_else(|| Unreadable { policy: id.to_string() })?;
        of_principal(account, group.as_ref(), into)?;
    }
    Ok(())
}

fn of_principal<P: Principal>(
    account: &Account,
    principal: &P,
    into: &mut Vec<Source>,
) -> Result<(), Unreadable> {
    for (name, document) in principal.inline() {
        let policy = document.policy(PolicyKind::Identity);
        let policy = Arc::clone(policy.ok_or_else(|| Unreadable { policy: name.clone() })?);
        let origin = Origin::Inline(P::PRINCIPAL, principal.name().to_owned());
        into.push(Source { policy, name: name.clone(), origin });
    }
    for attached in principal.attached() {
        let arn = attached.arn();
        if into.iter().any(|source| matches!(&source.origin, Origin::Managed(known) if known == arn)) {
            continue;
        }
        let found = account.managed(arn).ok_or_else(|| Unreadable { policy: arn.to_owned() })?;
        into.push(managed(account, &found)?);
    }
    Ok(())
}

fn managed(account: &Account, policy: &Managed) -> Result<Source, Unreadable> {
    let (name, arn, document) = match policy {
        Managed::Own(own) => {
            let arn = own.arn(account.partition(), account.id()).into();
            (own.name.clone(), arn, own.default().map(|version| version.document.clone()))
        }
        Managed::Aws(aws) => (aws.entry().name.to_owned(), aws.arn(), aws.document()),
    };
    let policy = document.and_then(|document| document.policy(PolicyKind::Identity).cloned());
    match policy {
        Some(policy) => Ok(Source { policy, name, origin: Origin::Managed(arn) }),
        None => Err(Unreadable { policy: arn }),
    }
}
