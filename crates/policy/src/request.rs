//! One question to the evaluator: who asks to do what to which resource, in which circumstances.

use keygate_ident::AccountId;

use crate::context::Keys;

/// One (action, resource) pair; a call that needs several is several requests (rule 2).
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Who asks.
    pub caller: Caller<'a>,
    /// The permission asked for, `vendor:Name` (rule 107).
    pub action: &'a str,
    /// What it is asked for.
    pub resource: Resource<'a>,
    /// The condition keys of the request; a key that is not there is absent (rule 1).
    pub context: &'a Keys<'a>,
}

/// The resource of a request.
#[derive(Debug, Clone, Copy)]
pub struct Resource<'a> {
    /// The ARN, or `*` for actions without resource-level permissions (rule 119).
    pub arn: &'a str,
    /// The account that owns it (rules 40, 41). `None` means unknown and counts as another account than the
    /// caller's, except for the resource `*`, which counts as the caller's own.
    pub account: Option<AccountId>,
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    /// What kind of principal it is.
    pub kind: CallerKind,
    /// Its account; `None` for services, anonymous and unsigned federated callers.
    pub account: Option<AccountId>,
    /// Its own ARN: of the user, of the root user, or of the *session*; shown in denials. Empty if it has none.
    pub arn: &'a str,
    /// For role sessions the ARN of the role with its path, for federated users that of the IAM user behind them.
    pub issuer_arn: Option<&'a str>,
    /// The `AIDA…` of the user (also the one behind a federated user) or the `AROA…` of the role (rule 176).
    pub unique_id: Option<&'a str>,
    /// The service principal, for example `lambda.amazonaws.com` (rule 183).
    pub service: Option<&'a str>,
    /// The identity provider of an unsigned federated caller: provider ARN or domain (rule 184).
    pub provider: Option<&'a str>,
    /// The S3 canonical id of the caller's account (rule 185).
    pub canonical_user: Option<&'a str>,
    /// A session of a service-linked role, which SCPs and RCPs do not limit (rules 44, 55).
    pub service_linked: bool,
    /// Boundary and session policy limit it even where a resource's policy names it, or everybody: a session that
    /// another account was lent, which is to do nothing but what its session policy says.
    pub confined: bool,
}

/// The kinds of principals that can ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallerKind {
    /// The root user of an account.
    Root,
    /// An IAM user, also with GetSessionToken credentials (rule 25).
    User,
    /// A session of a role, however it was obtained.
    AssumedRole,
    /// A GetFederationToken session (rule 24).
    FederatedUser,
    /// An unsigned AssumeRoleWithWebIdentity caller (rule 200).
    WebIdentity,
    /// An unsigned AssumeRoleWithSAML caller (rule 200).
    Saml,
    /// An AWS service principal acting itself (rule 28).
    Service,
    /// Nobody in particular (rule 27).
    Anonymous,
}

impl<'a> Caller<'a> {
    /// A caller of this kind with this ARN; everything else is absent.
    pub const fn new(kind: CallerKind, arn: &'a str) -> Self {
        Self {
            kind,
            account: None,
            arn,
            issuer_arn: None,
            unique_id: None,
            service: None,
            provider: None,
            canonical_user: None,
            service_linked: false,
            confined: false,
        }
    }

    /// A caller who gave no credentials.
    pub const fn anonymous() -> Self {
        Self::new(CallerKind::Anonymous, "")
    }

    /// An AWS service acting itself.
    pub const fn service(name: &'a str) -> Self {
        let mut caller = Self::new(CallerKind::Service, "");
        caller.service = Some(name);
        caller
    }
}

impl CallerKind {
    /// Whether the caller belongs to an account and so has an identity side.
    pub(crate) fn has_account(self) -> bool {
        matches!(self, Self::Root | Self::User | Self::AssumedRole | Self::FederatedUser)
    }
}
