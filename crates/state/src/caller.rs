//! Who calls: an authenticated principal, with what the policy engine and the audit trail need of it.

use std::sync::Arc;

use keygate_ident::{AccountId, Arn, Partition, Timestamp, UniqueId};
use keygate_policy as policy;

use crate::account::Account;
use crate::entity::{Role, User};
use crate::session::{Delegate, Session, SessionKind};
use crate::tags::{TagCase, Tags};

/// An authenticated caller, resolved against one tree of its account.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Its account.
    pub account: AccountId,
    /// The ARN that is shown: the session's for sessions.
    pub arn: Arn,
    /// `aws:userid` (rule 173).
    pub user_id: String,
    /// What it is.
    pub kind: CallerKind,
    /// The key the request was signed with.
    pub access_key: UniqueId,
    /// The session, if the key is a temporary one.
    pub session: Option<Arc<Session>>,
    /// Principal tags: the entity's, overridden by the session's (rule 207).
    pub tags: Tags,
}

/// What a caller is.
#[derive(Clone, Debug)]
pub enum CallerKind {
    /// The account's root user.
    Root,
    /// An IAM user, with long-term or GetSessionToken credentials (rule 25).
    User(Arc<User>),
    /// A session of a role.
    Role {
        /// The role.
        role: Arc<Role>,
        /// The session name.
        session_name: String,
    },
    /// A GetFederationToken session; the federating user, or `None` for root.
    Federated {
        /// The federating user.
        user: Option<Arc<User>>,
        /// The name given to the session.
        name: String,
    },
}

/// `aws:MultiFactorAuthPresent` and its age: absent for long-term keys (rule 218).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MfaState {
    /// Long-term credentials: the keys are absent.
    Absent,
    /// Temporary credentials without a second factor.
    No,
    /// Proved at this time.
    Since(Timestamp),
}

impl Caller {
    /// The root user of this account.
    pub fn root(account: &Account, access_key: UniqueId) -> Self {
        Self {
            account: account.id(),
            arn: Arn::root(account.partition(), account.id()),
            user_id: account.id().to_string(),
            kind: CallerKind::Root,
            access_key,
            session: None,
            tags: Tags::default(),
        }
    }

    /// An IAM user.
    pub fn user(account: &Account, user: &Arc<User>, access_key: UniqueId) -> Self {
        Self {
            account: account.id(),
            arn: user.arn(account.partition(), account.id()),
            user_id: user.id.to_string(),
            kind: CallerKind::User(Arc::clone(user)),
            access_key,
            session: None,
            tags: user.tags.clone(),
        }
    }

    /// The principal of a session in its account; `None` if the user or role is gone (also when one of the same
    /// name exists again: ids decide).
    pub fn session(account: &Account, session: Arc<Session>) -> Option<Self> {
        if session.account != account.id() {
            return None;
        }
        let (partition, id) = (account.partition(), account.id());
        let key = session.key.clone();
        let mut caller = match &session.kind {
            SessionKind::Root | SessionKind::Delegated { delegate: Delegate::Root, .. } => {
                Self::root(account, key)
            }
            SessionKind::User { user } | SessionKind::Delegated { delegate: Delegate::User { user }, .. } => {
                Self::user(account, account.users.get(user)?, key)
            }
            SessionKind::Role { role, session_name }
            | SessionKind::Delegated { delegate: Delegate::Role { role, session_name }, .. } => {
                let role = account.roles.get(role)?;
                Self {
                    account: id,
                    arn: Arn::assumed_role(partition, id, &role.name, session_name),
                    user_id: format!("{}:{session_name}", role.id),
                    kind: CallerKind::Role { role: Arc::clone(role), session_name: session_name.clone() },
                    access_key: key,
                    session: None,
                    tags: role.tags.clone(),
                }
            }
            SessionKind::FederatedUser { user, name } => {
                let user = match user {
                    Some(user) => Some(Arc::clone(account.users.get(user)?)),
                    None => None,
                };
                Self {
                    account: id,
                    arn: Arn::federated_user(partition, id, name),
                    user_id: format!("{id}:{name}"),
                    tags: user.as_ref().map(|user| user.tags.clone()).unwrap_or_default(),
                    kind: CallerKind::Federated { user, name: name.clone() },
                    access_key: key,
                    session: None,
                }
            }
        };
        // Limits were checked when the session was made; tags that do not go in now make no session.
        caller.tags.set(session.tags.iter(), TagCase::Insensitive, u32::MAX).ok()?;
        caller.session = Some(session);
        Some(caller)
    }

    /// The caller as the policy engine wants it.
    pub fn for_policy<'a>(&'a self, issuer: Option<&'a Arn>) -> policy::Caller<'a> {
        let (kind, unique_id, service_linked) = match &self.kind {
            CallerKind::Root => (policy::CallerKind::Root, None, false),
            CallerKind::User(user) => (policy::CallerKind::User, Some(user.id.as_str()), false),
            CallerKind::Role { role, .. } => {
                (policy::CallerKind::AssumedRole, Some(role.id.as_str()), role.is_service_linked())
            }
            CallerKind::Federated { user, .. } => {
                (policy::CallerKind::FederatedUser, user.as_ref().map(|user| user.id.as_str()), false)
            }
        };
        policy::Caller {
            kind,
            account: Some(self.account),
            arn: self.arn.as_str(),
            issuer_arn: issuer.map(Arn::as_str),
            unique_id,
            service_linked,
            confined: self.is_delegated(),
            ..policy::Caller::anonymous()
        }
    }

    /// Whether these are credentials of a delegation request.
    fn is_delegated(&self) -> bool {
        self.session.as_ref().is_some_and(|session| matches!(session.kind, SessionKind::Delegated { .. }))
    }

    /// The ARN behind a session: the role's with its path, or the federating user's. For a user or root: none.
    pub fn issuer(&self, partition: Partition) -> Option<Arn> {
        match &self.kind {
            CallerKind::Role { role, .. } => Some(role.arn(partition, self.account)),
            CallerKind::Federated { user: Some(user), .. } => Some(user.arn(partition, self.account)),
            CallerKind::Federated { user: None, .. } => Some(Arn::root(partition, self.account)),
            CallerKind::Root | CallerKind::User(_) => None,
        }
    }

    /// `aws:PrincipalArn`: the role's ARN for role sessions, else the caller's own (rule 214).
    pub fn principal_arn(&self, partition: Partition) -> Arn {
        match &self.kind {
            CallerKind::Role { role, .. } => role.arn(partition, self.account),
            _ => self.arn.clone(),
        }
    }

    /// `aws:PrincipalType` (rule 173).
    pub fn principal_type(&self) -> &'static str {
        match &self.kind {
            CallerKind::Root => "Account",
            CallerKind::User(_) => "User",
            CallerKind::Role { .. } => "AssumedRole",
            CallerKind::Federated { .. } => "FederatedUser",
        }
    }

    /// The user's name; only IAM users have one (rule 215).
    pub fn user_name(&self) -> Option<&str> {
        match &self.kind {
            CallerKind::User(user) => Some(&user.name),
            _ => None,
        }
    }

    /// The second factor (rule 218).
    pub fn mfa(&self) -> MfaState {
        match &self.session {
            None => MfaState::Absent,
            Some(session) => session.mfa.map_or(MfaState::No, MfaState::Since),
        }
    }
}

#[cfg(test)]
mod tests;
