//! ListDelegationRequests: the requests that identities of the account own, oldest first. What nobody owns is in no
//! list, even if it is for this account.

use std::sync::Arc;

use keygate_ident::ArnParts;
use keygate_operation::{Ask, Asks, Failure, Input, Outcome, Read, ReadCx, paginate};
use keygate_shapes::iam::{ListDelegationRequestsRequest, ListDelegationRequestsResponse, op};
use keygate_state::{DelegationRequest, InvalidInput, NoSuchEntity};

use super::{OWNER_KEY, shown};

/// ListDelegationRequests.
pub(crate) struct ListDelegationRequests;

impl Read for ListDelegationRequests {
    type Model = op::ListDelegationRequests;

    fn asks(&self, _cx: &ReadCx<'_>, input: &Input<Self::Model>) -> Result<Asks, Failure<Self::Model>> {
        let ask = Ask::on_any("iam:ListDelegationRequests").key(OWNER_KEY, input.owner_id.as_deref());
        Ok(Asks::one(ask))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListDelegationRequestsRequest) -> Outcome<Self::Model> {
        let owner = input.owner_id.as_deref();
        if let Some(owner) = owner {
            check_owner(cx, owner)?;
        }
        let mut requests: Vec<&Arc<DelegationRequest>> = cx.account.delegation_requests.iter().collect();
        requests.retain(|request| {
            let owned = request.owner.is_some() && request.moved_to.is_none();
            let wanted = owner.is_none_or(|owner| request.owner.as_deref() == Some(owner));
            owned && wanted && !request.is_gone(cx.env.now)
        });
        // Times are ISO texts of one length, so that text order is time order.
        let key = |request: &&Arc<DelegationRequest>| format!("{} {}", request.created, request.id);
        requests.sort_by_key(key);
        let scope = owner.unwrap_or_default();
        let page = paginate(cx, scope, input.marker.as_deref(), input.max_items, requests, key)?;
        Ok(ListDelegationRequestsResponse {
            delegation_requests: Some(page.items.into_iter().map(|request| shown(cx, request)).collect()),
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

/// The filter must be the ARN of somebody who could own a request of this account.
fn check_owner(cx: &ReadCx<'_>, owner: &str) -> Result<(), Failure<op::ListDelegationRequests>> {
    let parts = ArnParts::split(owner);
    let parts = parts.ok_or_else(|| InvalidInput::new(format!("The owner id {owner} is not an ARN.")))?;
    let here = parts.account.parse() == Ok(cx.account_id());
    let named =
        parts.service == "iam" && ["user/", "role/"].iter().any(|kind| parts.resource.starts_with(kind));
    if !here || (named && cx.account.principal_id(owner).is_none()) {
        return Err(NoSuchEntity::new(format!("The owner {owner} cannot be found.")).into());
    }
    Ok(())
}
