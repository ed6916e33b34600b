//! Whose credentials a request is about: operations on access keys, passwords and MFA devices take a user name, or
//! mean the caller itself.

use std::sync::Arc;

use keygate_ident::{Arn, UniqueId};
use keygate_operation::{Ask, Failure, ReadCx};
use keygate_state::{Account, Caller, CallerKind, NoSuchEntity, User};
use keygate_wire::OperationModel;

use crate::ask;

/// Whose credentials a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    Root,
    /// The user of this name, if there is one.
    Named(String),
}

/// Whose credentials they are, looked up.
pub(crate) enum Holder {
    Root,
    User(Arc<User>),
}

impl Owner {
    /// The user named, or the caller itself. A session of GetSessionToken is the user itself (rule 25).
    pub(crate) fn of<M: OperationModel>(
        caller: &Caller,
        user_name: Option<&str>,
    ) -> Result<Self, Failure<M>> {
        match (user_name, &caller.kind) {
            (Some(name), _) => Ok(Self::Named(name.to_owned())),
            (None, CallerKind::Root) => Ok(Self::Root),
            (None, CallerKind::User(user)) => Ok(Self::Named(user.name.clone())),
            (None, CallerKind::Role { .. } | CallerKind::Federated { .. }) => Err(must_name()),
        }
    }

    /// This action on the owner.
    pub(crate) fn ask(&self, cx: &ReadCx<'_>, action: &'static str) -> Ask {
        match self {
            Self::Root => Ask::on(action, Arn::root(cx.partition(), cx.account_id())),
            Self::Named(name) => ask::user(cx, action, name),
        }
    }
}

impl Holder {
    pub(crate) fn find(owner: &Owner, account: &Account) -> Result<Self, NoSuchEntity> {
        match owner {
            Owner::Root => Ok(Self::Root),
            Owner::Named(name) => account.user(name).map(|user| Self::User(Arc::clone(user))),
        }
    }

    /// The user's id; root has none.
    pub(crate) fn id(&self) -> Option<&UniqueId> {
        match self {
            Self::Root => None,
            Self::User(user) => Some(&user.id),
        }
    }

    /// The user's name as it is spelled; root has none.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Root => None,
            Self::User(user) => Some(&user.name),
        }
    }
}

/// The name of the user that is meant, where root can not be: the one given, or the caller's own.
pub(crate) fn user_name<M: OperationModel>(
    caller: &Caller,
    given: Option<&str>,
) -> Result<String, Failure<M>> {
    match Owner::of(caller, given)? {
        Owner::Named(name) => Ok(name),
        Owner::Root => Err(must_name()),
    }
}

fn must_name<M: OperationModel>() -> Failure<M> {
    Failure::validation("Must specify userName when calling with non-User credentials")
}
