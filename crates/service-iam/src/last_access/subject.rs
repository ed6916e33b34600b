//! What a report is about: a user, group, role or managed policy, given by its ARN.
//!
//! AWS finds users, groups and roles by the name at the end of the ARN, whatever the path.

use std::sync::Arc;

use keygate_ident::ArnParts;
use keygate_operation::{Ask, Failure, ReadCx};
use keygate_shapes::declares;
use keygate_state::{Account, Group, InvalidInput, Managed, NoSuchEntity, Role, User};
use keygate_wire::OperationModel;

use crate::ask;

/// What a report is about.
pub(super) enum Subject {
    User(Arc<User>),
    Group(Arc<Group>),
    Role(Arc<Role>),
    Policy(Managed),
}

/// What an ARN names, whether it exists or not.
pub(super) struct Named<'a> {
    kind: Kind,
    name: &'a str,
    arn: &'a str,
}

/// The kinds, by what stands before the first slash of the ARN's resource.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    User,
    Group,
    Role,
    Policy,
}

impl<'a> Named<'a> {
    /// Reads the ARN of something in the caller's account, or of an AWS managed policy.
    ///
    /// # Errors
    /// The text is no ARN of IAM in this partition, it names something of another account, or no kind of thing that
    /// there is a report on.
    pub(super) fn read<M>(cx: &ReadCx<'_>, arn: &'a str) -> Result<Self, Failure<M>>
    where
        M: OperationModel + declares::InvalidInput,
    {
        let parts =
            ArnParts::split(arn).ok_or_else(|| Failure::validation(format!("ARN {arn} is not valid.")))?;
        if parts.service != "iam" {
            return Err(Failure::validation("Invalid service in ARN"));
        }
        if parts.partition != cx.partition().name() {
            return Err(Failure::validation("Invalid ARN partition"));
        }
        let (kind, name) = parts.resource.split_once('/').unwrap_or((parts.resource, ""));
        let kind = Kind::named(kind).filter(|_| !name.is_empty());
        let aws = parts.account == "aws" && kind == Some(Kind::Policy);
        if !aws && parts.account.parse() != Ok(cx.account_id()) {
            let caller = &cx.caller.arn;
            return Err(Failure::access_denied(format!(
                "User: {caller} is not authorized to perform the operation on {arn}"
            )));
        }
        let kind =
            kind.ok_or_else(|| InvalidInput::new(format!("Invalid Entity Arn: {arn} is not supported.")))?;
        Ok(Self { kind, name: name.rsplit('/').next().unwrap_or_default(), arn })
    }

    /// The same for what has policies: no policies.
    ///
    /// # Errors
    /// As [`Named::read`].
    pub(super) fn read_principal<M>(cx: &ReadCx<'_>, arn: &'a str) -> Result<Self, Failure<M>>
    where
        M: OperationModel + declares::InvalidInput,
    {
        if ArnParts::split(arn).is_some_and(|parts| parts.service == "iam" && parts.resource == "root") {
            return Err(InvalidInput::new(format!("Could not extract entity from ARN : {arn}")).into());
        }
        let named = Self::read(cx, arn)?;
        if named.kind == Kind::Policy {
            return Err(InvalidInput::new(format!("Invalid Entity Arn: {arn} is not supported.")).into());
        }
        Ok(named)
    }

    /// This action on it.
    pub(super) fn ask(&self, cx: &ReadCx<'_>, action: &'static str) -> Ask {
        match self.kind {
            Kind::User => ask::user(cx, action, self.name),
            Kind::Group => ask::group(cx, action, self.name),
            Kind::Role => ask::role(cx, action, self.name),
            Kind::Policy => ask::policy(cx, action, self.arn),
        }
    }

    /// The thing itself.
    ///
    /// # Errors
    /// "ARN … does not exist."
    pub(super) fn find(&self, account: &Account) -> Result<Subject, NoSuchEntity> {
        let found = match self.kind {
            Kind::User => account.users.named(self.name).cloned().map(Subject::User),
            Kind::Group => account.groups.named(self.name).cloned().map(Subject::Group),
            Kind::Role => account.roles.named(self.name).cloned().map(Subject::Role),
            Kind::Policy => account.managed(self.arn).map(Subject::Policy),
        };
        found.ok_or_else(|| NoSuchEntity::new(format!("ARN {} does not exist.", self.arn)))
    }
}

impl Kind {
    fn named(name: &str) -> Option<Self> {
        match name {
            "user" => Some(Self::User),
            "group" => Some(Self::Group),
            "role" => Some(Self::Role),
            "policy" => Some(Self::Policy),
            _ => None,
        }
    }
}
