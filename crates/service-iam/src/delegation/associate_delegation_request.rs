//! AssociateDelegationRequest: the calling identity takes a request that nobody owns. It moves into the caller's
//! account; what stays behind in the requestor's tells where it is.

use std::convert::Infallible;

use keygate_ident::{AccountId, UniqueId};
use keygate_operation::{Asks, Failure, Input, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{AssociateDelegationRequestRequest, AssociateDelegationRequestResponse, op};
use keygate_state::{DelegationState, Draft, InsertError, InvalidInput};

use super::{ask, no_such, wrong_state};

/// AssociateDelegationRequest.
pub(crate) struct AssociateDelegationRequest;

impl Write for AssociateDelegationRequest {
    type Model = op::AssociateDelegationRequest;

    fn asks(&self, cx: &ReadCx<'_>, input: &Input<Self::Model>) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask(cx, "iam:AssociateDelegationRequest", &input.delegation_request_id)?))
    }

    fn second(&self, _cx: &ReadCx<'_>, input: &Input<Self::Model>) -> Option<AccountId> {
        input.delegation_request_id.parse::<UniqueId>().ok()?.account()
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: AssociateDelegationRequestRequest) -> Outcome<Self::Model> {
        super::forget_gone(cx);
        let id = input.delegation_request_id;
        let (here, now) = (cx.account_id(), cx.now());
        let key: UniqueId = id.parse().map_err(|_| no_such(&id))?;
        let home: Option<&mut Draft> = match key.account() {
            Some(home) if home == here => None,
            Some(_) => Some(cx.second.as_deref_mut().ok_or_else(|| no_such(&id))?),
            None => return Err(no_such(&id).into()),
        };
        let tree = home.as_deref().unwrap_or(cx.draft);
        let found =
            tree.delegation_requests.get(&key).filter(|request| !request.is_gone(cx.env.now)).cloned();
        let found = found.ok_or_else(|| no_such(&id))?;
        if found.moved_to.is_some() {
            return Err(
                InvalidInput::new(format!("The delegation request {id} has an owner already.")).into()
            );
        }
        let state = found.state_at(cx.env.now);
        if let Some(message) = wrong_state(&found, state, &[DelegationState::Unassigned]) {
            return Err(InvalidInput::new(message).into());
        }
        if found.owner_account.is_some_and(|owner| owner != here) {
            let message = format!("The delegation request {id} is for another account.");
            return Err(Failure::access_denied(message));
        }
        let mut owned = found.as_ref().clone();
        owned.owner_account = Some(here);
        owned.owner = Some(cx.caller.arn.as_str().to_owned());
        owned.owner_user_id = Some(cx.caller.user_id.clone());
        owned.enter(DelegationState::Assigned, now);
        match home {
            None => {
                let Ok(()) = cx.draft.change(&found, |request| {
                    *request = owned;
                    Ok::<_, Infallible>(())
                });
            }
            Some(home) => {
                let Ok(()) = home.change(&found, |left| {
                    left.owner_account = Some(here);
                    left.moved_to = Some(here);
                    left.updated = now;
                    Ok::<_, Infallible>(())
                });
                // The operation declares no limit of its own.
                cx.draft.insert(owned).map_err(|error| match error {
                    InsertError::Limit(limit) => InvalidInput::new(limit.message()),
                    InsertError::Exists(exists) => InvalidInput::new(exists.message()),
                })?;
            }
        }
        Ok(AssociateDelegationRequestResponse {})
    }
}
