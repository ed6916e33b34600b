//! UpdateDelegationRequest: the request goes to whoever may approve it, with notes. Its owner may do that by default.

use keygate_operation::{Asks, Failure, Input, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{UpdateDelegationRequestRequest, UpdateDelegationRequestResponse, op};
use keygate_state::{DelegationState, InvalidInput};

use super::{ask, change, wrong_state};

/// UpdateDelegationRequest.
pub(crate) struct UpdateDelegationRequest;

impl Write for UpdateDelegationRequest {
    type Model = op::UpdateDelegationRequest;

    fn asks(&self, cx: &ReadCx<'_>, input: &Input<Self::Model>) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask(cx, "iam:UpdateDelegationRequest", &input.delegation_request_id)?))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: UpdateDelegationRequestRequest) -> Outcome<Self::Model> {
        let now = cx.now();
        let wanted = [DelegationState::Assigned, DelegationState::PendingApproval];
        change(
            cx,
            &input.delegation_request_id,
            |request, state| match wrong_state(request, state, &wanted) {
                Some(message) => Err(InvalidInput::new(message).into()),
                None => Ok(()),
            },
            |request| {
                if input.notes.is_some() {
                    request.notes = input.notes;
                }
                request.enter(DelegationState::PendingApproval, now);
            },
        )?;
        Ok(UpdateDelegationRequestResponse {})
    }
}
