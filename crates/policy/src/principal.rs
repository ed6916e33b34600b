//! Principal and NotPrincipal (rules 175-185d), and how strongly a principal names a caller (rules 18-23).

use keygate_ident::{AccountId, ArnParts, IdKind, UniqueId};

use crate::document::{PrincipalClause, PrincipalSyntax};
use crate::policy::{Effect, PrincipalKind};
use crate::request::{Caller, CallerKind};

/// The principal element of a statement, compiled.
#[derive(Debug, Clone)]
pub(crate) struct PrincipalTest {
    not: bool,
    entries: Box<[Entry]>,
}

/// How a principal element names a caller, from weakest to strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Grade {
    /// By its account, which only delegates (rule 22).
    Account,
    /// By its role, or by the user behind a federated user: boundary and session policy still limit (rule 18).
    Issuer,
    /// By itself, or as one of everybody (rule 21).
    Direct,
}

#[derive(Debug, Clone)]
enum Entry {
    /// `"*"`.
    Everybody,
    /// `{"AWS": "*"}`: everybody but services and federated callers (rule 178).
    EveryAwsPrincipal,
    /// Twelve digits, or the ARN of the root user (rule 176).
    Account(AccountId),
    /// The ARN of a user, role or session, compared as text (rule 185d).
    Arn(Box<str>),
    /// The unique id of a user or role (rules 176, 180).
    UniqueId(Box<str>),
    Service(Box<str>),
    Federated(Box<str>),
    CanonicalUser(Box<str>),
}

/// Whether a text has the form of the unique id of a user or role.
pub(crate) fn is_unique_id(text: &str) -> bool {
    let kind = text.parse::<UniqueId>().ok().and_then(|id| id.kind());
    matches!(kind, Some(IdKind::User | IdKind::Role))
}

impl PrincipalTest {
    pub(crate) fn new(clause: &PrincipalClause<'_>) -> Self {
        let entries = match &clause.principal {
            PrincipalSyntax::Text(text) if text.value == "*" => vec![Entry::Everybody],
            PrincipalSyntax::Text(text) => vec![Entry::Arn(text.value.as_ref().into())],
            PrincipalSyntax::Map(map) => {
                map.iter().map(|(kind, text)| Entry::new(*kind, &text.value)).collect()
            }
        };
        Self { not: clause.not, entries: entries.into_boxed_slice() }
    }

    /// How the element names the caller in a statement of this effect; `None` if it does not.
    pub(crate) fn grade(&self, caller: &Caller<'_>, effect: Effect, has_boundary: bool) -> Option<Grade> {
        let named = self.entries.iter().filter_map(|entry| entry.grade(caller)).max();
        match (self.not, effect) {
            (false, _) => named,
            // Everyone else is granted as by `*`; naming the account excludes all of it (rule 185c).
            (true, Effect::Allow) => named.is_none().then_some(Grade::Direct),
            // Whoever has a boundary is denied, whatever is listed (rule 64).
            (true, Effect::Deny) if has_boundary => Some(Grade::Direct),
            (true, Effect::Deny) => (!self.exempts(caller)).then_some(Grade::Direct),
        }
    }

    /// Whether NotPrincipal with Deny spares the caller (rule 185b).
    fn exempts(&self, caller: &Caller<'_>) -> bool {
        let needed = match caller.kind {
            // The account alone does not exempt its users and roles, but its root user.
            CallerKind::Root => Grade::Account,
            // Choice: the role's ARN exempts its sessions.
            CallerKind::AssumedRole => Grade::Issuer,
            _ => Grade::Direct,
        };
        self.entries.iter().filter_map(|entry| entry.grade(caller)).any(|grade| grade >= needed)
    }
}

impl Entry {
    fn new(kind: PrincipalKind, value: &str) -> Self {
        match kind {
            PrincipalKind::Aws if value == "*" => Self::EveryAwsPrincipal,
            PrincipalKind::Aws => match account(value) {
                Some(account) => Self::Account(account),
                None if is_unique_id(value) => Self::UniqueId(value.into()),
                None => Self::Arn(value.into()),
            },
            PrincipalKind::Service => Self::Service(value.into()),
            PrincipalKind::Federated => Self::Federated(value.into()),
            PrincipalKind::CanonicalUser => Self::CanonicalUser(value.into()),
            PrincipalKind::Star => Self::Everybody,
        }
    }

    fn grade(&self, caller: &Caller<'_>) -> Option<Grade> {
        match self {
            Self::Everybody => Some(Grade::Direct),
            Self::EveryAwsPrincipal => {
                let aws = caller.kind.has_account() || caller.kind == CallerKind::Anonymous;
                aws.then_some(Grade::Direct)
            }
            Self::Account(account) => {
                (caller.kind.has_account() && caller.account == Some(*account)).then(|| by_account(caller))
            }
            Self::Arn(arn) => by_arn(arn, caller),
            Self::UniqueId(id) => by_unique_id(id, caller),
            Self::Service(name) => {
                (caller.kind == CallerKind::Service && caller.service == Some(name)).then_some(Grade::Direct)
            }
            Self::Federated(provider) => {
                let federated = matches!(caller.kind, CallerKind::WebIdentity | CallerKind::Saml);
                (federated && caller.provider == Some(provider)).then_some(Grade::Direct)
            }
            Self::CanonicalUser(id) => {
                (caller.kind.has_account() && caller.canonical_user == Some(id)).then(|| by_account(caller))
            }
        }
    }
}

/// The account delegates to its users and roles; its root user it is itself.
fn by_account(caller: &Caller<'_>) -> Grade {
    if caller.kind == CallerKind::Root { Grade::Direct } else { Grade::Account }
}

/// The account that a principal value stands for.
fn account(value: &str) -> Option<AccountId> {
    if let Ok(account) = value.parse() {
        return Some(account);
    }
    let arn = ArnParts::split(value)?;
    let root = arn.service == "iam" && arn.region.is_empty() && arn.resource == "root";
    root.then(|| arn.account.parse().ok()).flatten()
}

fn by_arn(arn: &str, caller: &Caller<'_>) -> Option<Grade> {
    if !caller.kind.has_account() || arn.is_empty() {
        return None;
    }
    let own = caller.arn == arn;
    let issuer = caller.issuer_arn == Some(arn);
    match caller.kind {
        // Simulators may give a role itself as the caller; it counts as any session of the role.
        CallerKind::AssumedRole if own && ArnParts::split(arn).is_none_or(|parts| parts.service != "sts") => {
            Some(Grade::Issuer)
        }
        _ if own => Some(Grade::Direct),
        CallerKind::AssumedRole | CallerKind::FederatedUser if issuer => Some(Grade::Issuer),
        _ => None,
    }
}

fn by_unique_id(id: &str, caller: &Caller<'_>) -> Option<Grade> {
    if caller.unique_id != Some(id) {
        return None;
    }
    match caller.kind {
        CallerKind::User => Some(Grade::Direct),
        CallerKind::AssumedRole | CallerKind::FederatedUser => Some(Grade::Issuer),
        _ => None,
    }
}
