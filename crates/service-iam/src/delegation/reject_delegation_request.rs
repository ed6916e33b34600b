//! RejectDelegationRequest: no. Also what was accepted can be rejected, until its token has been sent.

use keygate_operation::{Asks, Failure, Input, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{RejectDelegationRequestRequest, RejectDelegationRequestResponse, op};
use keygate_state::{DelegationState, InvalidInput};

use super::{ask, change, wrong_state};

/// RejectDelegationRequest.
pub(crate) struct RejectDelegationRequest;

impl Write for RejectDelegationRequest {
    type Model = op::RejectDelegationRequest;

    fn asks(&self, cx: &ReadCx<'_>, input: &Input<Self::Model>) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask(cx, "iam:RejectDelegationRequest", &input.delegation_request_id)?))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: RejectDelegationRequestRequest) -> Outcome<Self::Model> {
        let now = cx.now();
        let wanted = [DelegationState::Assigned, DelegationState::PendingApproval, DelegationState::Accepted];
        change(
            cx,
            &input.delegation_request_id,
            |request, state| match wrong_state(request, state, &wanted) {
                Some(message) => Err(InvalidInput::new(message).into()),
                None => Ok(()),
            },
            |request| {
                request.rejection_reason = input.notes;
                request.enter(DelegationState::Rejected, now);
            },
        )?;
        Ok(RejectDelegationRequestResponse {})
    }
}
