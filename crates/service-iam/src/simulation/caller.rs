//! Who calls in a simulation, and the condition keys that follow from it.

use keygate_ident::AccountId;
use keygate_operation::ReadCx;
use keygate_policy::{Caller, CallerKind, Context};
use keygate_state::{InvalidInput, Principal, PrincipalKind, Tags};

use super::source;

/// A caller that a simulation supposes.
#[derive(Debug, Clone)]
pub(super) struct Supposed {
    pub(super) account: AccountId,
    /// What it is; `None` for somebody without a name.
    kind: Option<PrincipalKind>,
    /// Its ARN, or nothing.
    arn: String,
    name: String,
    /// Unique id and tags, where the account knows it.
    known: Option<(String, Tags)>,
}

impl Supposed {
    /// Somebody of this account, of whom nothing else is known.
    pub(super) fn nobody(account: AccountId) -> Self {
        Self { account, kind: None, arn: String::new(), name: String::new(), known: None }
    }

    /// The user, group or role with this ARN. It need not exist.
    ///
    /// # Errors
    /// The ARN is of something else.
    pub(super) fn named(arn: &str) -> Result<Self, InvalidInput> {
        let (account, kind, name) = source::principal_of(arn).ok_or_else(|| {
            InvalidInput::new("Invalid caller - Caller must be an IAM user, role or group in this context.")
        })?;
        Ok(Self { account, kind: Some(kind), arn: arn.to_owned(), name: name.to_owned(), known: None })
    }

    /// The same with what the account knows about it, if it exists there.
    pub(super) fn known_to(mut self, cx: &ReadCx<'_>) -> Self {
        let here = self.account == cx.account_id();
        self.known = match self.kind.filter(|_| here) {
            Some(PrincipalKind::User) => {
                cx.account.users.named(&self.name).and_then(|user| self.facts(cx, user.as_ref()))
            }
            Some(PrincipalKind::Role) => {
                cx.account.roles.named(&self.name).and_then(|role| self.facts(cx, role.as_ref()))
            }
            Some(PrincipalKind::Group) | None => None,
        };
        self
    }

    /// The caller as the engine takes it. A role stands for its sessions; a group, which nobody is (rule 32), for
    /// a user without name.
    pub(super) fn for_policy(&self) -> Caller<'_> {
        let is_role = self.kind == Some(PrincipalKind::Role);
        let kind = if is_role { CallerKind::AssumedRole } else { CallerKind::User };
        let mut caller = Caller::new(kind, &self.arn);
        caller.account = Some(self.account);
        caller.issuer_arn = is_role.then_some(self.arn.as_str());
        caller.unique_id = self.known.as_ref().map(|(id, _)| id.as_str());
        caller.service_linked = is_role && self.arn.contains(":role/aws-service-role/");
        caller
    }

    /// The condition keys that a call by it would carry for certain (rules 213-217, 222, 223). What depends on the
    /// session, as `aws:userid` of a role does, is not made up.
    pub(super) fn context(&self, cx: &ReadCx<'_>) -> Context {
        let now = cx.env.now;
        let mut context = Context::new()
            .with("aws:CurrentTime", now.to_whole_seconds().to_string())
            .with("aws:EpochTime", now.seconds().to_string())
            .with("aws:ViaAWSService", "false")
            .with("aws:PrincipalIsAWSService", "false")
            .with("aws:PrincipalAccount", self.account.to_string());
        match self.kind {
            Some(PrincipalKind::User) => {
                context.insert("aws:PrincipalArn", self.arn.as_str());
                context.insert("aws:PrincipalType", "User");
                context.insert("aws:username", self.name.as_str());
                if let Some((id, _)) = &self.known {
                    context.insert("aws:userid", id.as_str());
                }
            }
            Some(PrincipalKind::Role) => {
                context.insert("aws:PrincipalArn", self.arn.as_str());
                context.insert("aws:PrincipalType", "AssumedRole");
            }
            Some(PrincipalKind::Group) | None => {}
        }
        for (key, value) in self.known.iter().flat_map(|(_, tags)| tags.iter()) {
            context.insert(&format!("aws:PrincipalTag/{key}"), value);
        }
        context
    }

    /// Id and tags of this entity if its ARN is the caller's.
    fn facts<P: Principal>(&self, cx: &ReadCx<'_>, entity: &P) -> Option<(String, Tags)> {
        let arn = entity.principal_arn(cx.partition(), cx.account_id());
        (arn.as_str() == self.arn).then(|| (entity.id().to_string(), entity.tags().clone()))
    }
}
