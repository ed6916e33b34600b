//! Delegation requests: one account asks to act in another for a while (IAM User Guide, "IAM temporary delegation").
//!
//! A request is made in the account that asks, and stays there until somebody owns it. Then it moves to the owner's
//! account, which decides about it; what stays behind tells where it went. `docs/delegation.md` tells the whole story.

use keygate_ident::{AccountId, Arn, EntityPath, Partition, Timestamp, UniqueId};
use serde::{Deserialize, Serialize};

use super::{Entity, Kind};
use crate::account::Account;
use crate::caller::Caller;
use crate::error::EntityAlreadyExists;
use crate::quota::Quota;
use crate::reference::Reference;
use crate::session::Delegate;
use crate::table::Table;
use crate::tags::Tags;

/// Seconds after which an unassigned request expires; in every other state it lives longer.
const UNASSIGNED_SECONDS: i64 = 24 * 3600;
/// Seconds after which a request expires that stays in another state.
const STATE_SECONDS: i64 = 7 * 24 * 3600;
/// Seconds for which an expired request is still shown.
const RETENTION_SECONDS: i64 = 30 * 24 * 3600;

/// A delegation request.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DelegationRequest {
    /// `ADRA…`; carries the account that made the request.
    pub id: UniqueId,
    /// The account that made the request, a slash, and its workflow id: unique, and so is the workflow id.
    pub name: String,
    /// Always `/`.
    #[serde(skip)]
    pub path: EntityPath,
    /// The account that made the request.
    pub requestor: AccountId,
    /// What that account is called, if it has a name.
    #[serde(default)]
    pub requestor_name: Option<String>,
    /// What is asked for; never changes.
    pub terms: DelegationTerms,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
    /// The state it was put into; see [`DelegationRequest::state_at`].
    pub state: DelegationState,
    /// Since when it is in that state.
    pub since: Timestamp,
    /// The account that it is for, if that is known.
    #[serde(default)]
    pub owner_account: Option<AccountId>,
    /// The ARN of the identity that took it.
    #[serde(default)]
    pub owner: Option<String>,
    /// The `aws:userid` of that identity: another one of the same name is not the owner.
    #[serde(default)]
    pub owner_user_id: Option<String>,
    /// Who accepted it.
    #[serde(default)]
    pub approver: Option<Approver>,
    /// What its owner wrote to whoever approves.
    #[serde(default)]
    pub notes: Option<String>,
    /// Why it was rejected.
    #[serde(default)]
    pub rejection_reason: Option<String>,
    /// The account where the request is kept now, in what stays behind of it.
    #[serde(default)]
    pub moved_to: Option<AccountId>,
}

/// What a delegation request asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DelegationTerms {
    /// What the requestor's product does.
    pub description: String,
    /// What the requestor says about this request.
    #[serde(default)]
    pub message: Option<String>,
    /// The ARN of the policy template.
    pub template: String,
    /// The values for the template.
    #[serde(default)]
    pub parameters: Vec<DelegationParameter>,
    /// The permission policy: the template with the values in it, as it was when the request was made.
    pub policy: String,
    /// The permissions boundaries that the policy demands of roles it lets create.
    #[serde(default)]
    pub restrictions: Vec<String>,
    /// Where the owner goes on when the request has been processed.
    #[serde(default)]
    pub redirect: Option<String>,
    /// The topic by which the requestor is told.
    pub channel: String,
    /// How long the delegated session lasts, from the sending of the token.
    pub seconds: u32,
    /// Only the owner may send the token.
    pub only_owner_sends: bool,
}

/// A value for a policy template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DelegationParameter {
    /// Its name.
    pub name: String,
    /// Its values: exactly one, unless it is a list.
    pub values: Vec<String>,
    /// `stringList` and not `string`.
    pub list: bool,
}

/// Who accepted a delegation request, as it was at that moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approver {
    /// Its ARN.
    pub arn: String,
    /// The identity that delegated sessions act as.
    pub delegate: Delegate,
    /// The session tags of a role session.
    #[serde(default)]
    pub tags: Tags,
    /// Keys of those that persist through role chaining.
    #[serde(default)]
    pub transitive: Vec<String>,
    /// The source identity of a role session.
    #[serde(default)]
    pub source_identity: Option<String>,
}

/// The states of a delegation request, but for `EXPIRED`, which is a matter of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DelegationState {
    /// Nobody owns it.
    Unassigned,
    /// It has an owner.
    Assigned,
    /// Its owner asks somebody with more permissions.
    PendingApproval,
    /// It is accepted; the token has not been sent.
    Accepted,
    /// The token has been sent.
    Finalized,
    /// It is rejected.
    Rejected,
    /// It was left alone for too long. Never stored.
    #[serde(skip)]
    Expired,
}

impl DelegationState {
    /// As IAM writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unassigned => "UNASSIGNED",
            Self::Assigned => "ASSIGNED",
            Self::PendingApproval => "PENDING_APPROVAL",
            Self::Accepted => "ACCEPTED",
            Self::Finalized => "FINALIZED",
            Self::Rejected => "REJECTED",
            Self::Expired => "EXPIRED",
        }
    }
}

impl DelegationRequest {
    /// The name under which a request with this workflow id stands.
    pub fn name_of(requestor: AccountId, workflow: &str) -> String {
        format!("{requestor}/{workflow}")
    }

    /// The requestor's workflow id.
    pub fn workflow(&self) -> &str {
        self.name.split_once('/').map_or("", |(_, workflow)| workflow)
    }

    /// `arn:aws:iam::ACCOUNT:delegation-request/ID`, in the account that owns it, else in this one.
    pub fn arn(&self, partition: Partition, here: AccountId) -> Arn {
        let account = self.owner_account.unwrap_or(here);
        Arn::iam(partition, account, "delegation-request", &self.path, self.id.as_str())
    }

    /// When it expires, or did.
    pub fn expires(&self) -> Timestamp {
        let seconds =
            if self.state == DelegationState::Unassigned { UNASSIGNED_SECONDS } else { STATE_SECONDS };
        self.since.plus_seconds(seconds)
    }

    /// Its state at this time.
    pub fn state_at(&self, now: Timestamp) -> DelegationState {
        if now < self.expires() { self.state } else { DelegationState::Expired }
    }

    /// Whether it expired so long ago that it counts as gone.
    pub fn is_gone(&self, now: Timestamp) -> bool {
        self.expires().plus_seconds(RETENTION_SECONDS) <= now
    }

    /// When the delegated session ends, once the token has been sent.
    pub fn session_ends(&self) -> Option<Timestamp> {
        let sent = self.state == DelegationState::Finalized;
        sent.then(|| self.since.plus_seconds(i64::from(self.terms.seconds)))
    }

    /// Whether this identity is the owner.
    pub fn is_owned_by(&self, caller: &Caller) -> bool {
        self.owner.as_deref() == Some(caller.arn.as_str())
            && self.owner_user_id.as_deref() == Some(caller.user_id.as_str())
    }

    /// Puts it into this state.
    pub fn enter(&mut self, state: DelegationState, now: Timestamp) {
        self.state = state;
        self.since = now;
        self.updated = now;
    }
}

impl Entity for DelegationRequest {
    const KIND: Kind = Kind::DelegationRequest;
    const QUOTA: Quota = Quota::DelegationRequests;

    fn id(&self) -> &UniqueId {
        &self.id
    }
    fn name(&self) -> &str {
        &self.name
    }
    fn path(&self) -> &EntityPath {
        &self.path
    }
    fn references(&self) -> Vec<Reference> {
        // Principals may go while requests name them: a delegated session of theirs then ends.
        Vec::new()
    }
    fn exists_already(&self) -> EntityAlreadyExists {
        let workflow = self.workflow();
        EntityAlreadyExists::new(format!("A delegation request with workflow id {workflow} already exists."))
    }
    fn table(account: &Account) -> &Table<Self> {
        &account.delegation_requests
    }
    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.delegation_requests
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{Maker, NOW, account_id};

    #[test]
    fn states_expire_and_requests_go() {
        const DAY: i64 = 24 * 3600;
        let mut request = Maker::new(account_id(111_122_223_333)).delegation_request("111122223333/w");
        let check = |request: &DelegationRequest, days: i64, state: &str, gone: bool| {
            for (seconds, state, gone) in
                [(days * DAY - 1, request.state.as_str(), false), (days * DAY, state, gone)]
            {
                let now = NOW.plus_seconds(seconds);
                assert_eq!(
                    (request.state_at(now).as_str(), request.is_gone(now)),
                    (state, gone),
                    "{seconds}"
                );
            }
        };
        check(&request, 1, "EXPIRED", false);
        assert!(
            request.is_gone(NOW.plus_seconds(31 * DAY)) && !request.is_gone(NOW.plus_seconds(31 * DAY - 1))
        );
        for state in [
            DelegationState::Assigned,
            DelegationState::PendingApproval,
            DelegationState::Accepted,
            DelegationState::Finalized,
            DelegationState::Rejected,
        ] {
            request.enter(state, NOW);
            check(&request, 7, "EXPIRED", false);
        }
        assert_eq!(request.session_ends(), None);
        request.enter(DelegationState::Finalized, NOW);
        assert_eq!(request.session_ends(), Some(NOW.plus_seconds(3600)));
    }

    #[test]
    fn names_and_arns() {
        let mut request = Maker::new(account_id(111_122_223_333)).delegation_request("111122223333/a/b");
        assert_eq!(request.workflow(), "a/b");
        assert_eq!(DelegationRequest::name_of(request.requestor, "a/b"), request.name);
        let arn = |request: &DelegationRequest| {
            String::from(request.arn(Partition::Aws, account_id(123_456_789_012)))
        };
        assert_eq!(arn(&request), format!("arn:aws:iam::123456789012:delegation-request/{}", request.id));
        request.owner_account = Some(account_id(444_455_556_666));
        assert_eq!(arn(&request), format!("arn:aws:iam::444455556666:delegation-request/{}", request.id));
    }
}
