//! SendDelegationToken: the requestor gets its token, and the time of the delegated session begins. The token itself
//! is made when it is fetched: nothing secret is stored.

use keygate_operation::{Asks, Failure, Input, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{SendDelegationTokenRequest, SendDelegationTokenResponse, op};
use keygate_state::{DelegationState, InvalidInput};

use super::{ask, change, wrong_state};

/// SendDelegationToken.
pub(crate) struct SendDelegationToken;

impl Write for SendDelegationToken {
    type Model = op::SendDelegationToken;

    fn asks(&self, cx: &ReadCx<'_>, input: &Input<Self::Model>) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask(cx, "iam:SendDelegationToken", &input.delegation_request_id)?))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: SendDelegationTokenRequest) -> Outcome<Self::Model> {
        let (now, caller) = (cx.now(), cx.caller);
        change(
            cx,
            &input.delegation_request_id,
            |request, state| {
                if let Some(message) = wrong_state(request, state, &[DelegationState::Accepted]) {
                    return Err(InvalidInput::new(message).into());
                }
                if request.terms.only_owner_sends && !request.is_owned_by(caller) {
                    let message = "Only the owner of the delegation request can send its token.";
                    return Err(Failure::access_denied(message));
                }
                Ok(())
            },
            |request| request.enter(DelegationState::Finalized, now),
        )?;
        Ok(SendDelegationTokenResponse {})
    }
}
