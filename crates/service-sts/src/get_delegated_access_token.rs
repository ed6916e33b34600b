//! GetDelegatedAccessToken: the requestor of a delegation request trades the token that it was sent for credentials.
//! They act as the identity that accepted the request, within its permission policy, until the delegated time is over.

use keygate_ident::Arn;
use keygate_operation::{Ask, Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::sts::{GetDelegatedAccessTokenRequest, GetDelegatedAccessTokenResponse, op};
use keygate_state::{Account, Delegate, DelegationRequest, ExchangeToken, SessionKind, SessionPolicy};
use keygate_wire::ApiError;

use crate::credentials::{self, NewSession};
use crate::packed;

/// GetDelegatedAccessToken.
pub(crate) struct GetDelegatedAccessToken;

type Failed = Failure<op::GetDelegatedAccessToken>;

impl Read for GetDelegatedAccessToken {
    type Model = op::GetDelegatedAccessToken;

    fn asks(&self, _cx: &ReadCx<'_>, _input: &GetDelegatedAccessTokenRequest) -> Result<Asks, Failed> {
        Ok(Asks::one(Ask::on_any("sts:GetDelegatedAccessToken")))
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetDelegatedAccessTokenRequest) -> Outcome<Self::Model> {
        let token = ExchangeToken::open(cx.env.keys, input.trade_in_token.expose()).ok_or_else(invalid)?;
        let home = token.request.account().ok_or_else(invalid)?;
        // A token is of use to the account that asked, and to nobody else who may have come by it.
        if home != cx.account_id() {
            return Err(invalid());
        }
        let left = cx.account.delegation_requests.get(&token.request).ok_or_else(invalid)?;
        match left.moved_to {
            None => exchange(cx, cx.account, left),
            Some(holder) => {
                let account = cx.env.directory.account(holder)?.ok_or_else(invalid)?;
                let request = account.delegation_requests.get(&token.request).ok_or_else(invalid)?;
                exchange(cx, &account, request)
            }
        }
    }
}

fn exchange(
    cx: &ReadCx<'_>,
    account: &Account,
    request: &DelegationRequest,
) -> Result<GetDelegatedAccessTokenResponse, Failed> {
    let ends = request.session_ends().ok_or_else(invalid)?;
    if ends.to_whole_seconds() <= cx.env.now.to_whole_seconds() {
        return Err(expired());
    }
    let approver = request.approver.as_ref().ok_or_else(invalid)?;
    let assumed_principal = principal(account, &approver.delegate).ok_or_else(invalid)?;
    let policies = Some(vec![SessionPolicy::Inline(request.terms.policy.clone())]);
    let packed_policy_size = packed::size(policies.as_deref(), &approver.tags, &approver.transitive)?;
    let new = NewSession {
        account: account.id(),
        kind: SessionKind::Delegated { delegate: approver.delegate.clone(), request: request.id.clone() },
        seconds: request.terms.seconds,
        policies,
        tags: approver.tags.clone(),
        transitive: approver.transitive.clone(),
        source_identity: approver.source_identity.clone(),
        mfa: None,
    };
    Ok(GetDelegatedAccessTokenResponse {
        // One delegation is one session, however often it is fetched: it is revoked by when the token was sent.
        credentials: Some(credentials::issue_since(cx, new, request.since)?),
        packed_policy_size,
        assumed_principal: Some(assumed_principal.into()),
    })
}

/// The ARN of the identity that lends its permissions; none if it is gone.
fn principal(account: &Account, delegate: &Delegate) -> Option<Arn> {
    let (partition, id) = (account.partition(), account.id());
    Some(match delegate {
        Delegate::Root => Arn::root(partition, id),
        Delegate::User { user } => account.users.get(user)?.arn(partition, id),
        Delegate::Role { role, session_name } => {
            Arn::assumed_role(partition, id, &account.roles.get(role)?.name, session_name)
        }
    })
}

/// The operation declares no error for tokens that are none.
fn invalid() -> Failed {
    Failure::validation("The trade-in token is invalid.")
}

fn expired() -> Failed {
    let message = "The trade-in token has expired.";
    Failure::common(ApiError::declared_by::<op::GetDelegatedAccessToken>("ExpiredTradeInToken", message))
}

#[cfg(test)]
mod tests;
