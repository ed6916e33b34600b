//! GetDelegationRequest: one request. Whoever it is for may look at it before taking it, and its owner always.

use keygate_operation::{Asks, Failure, Input, Outcome, Read, ReadCx};
use keygate_shapes::iam::{GetDelegationRequestRequest, GetDelegationRequestResponse, op};

use super::{ask, find, no_such, permission_check, shown};

/// GetDelegationRequest.
pub(crate) struct GetDelegationRequest;

impl Read for GetDelegationRequest {
    type Model = op::GetDelegationRequest;

    fn asks(&self, cx: &ReadCx<'_>, input: &Input<Self::Model>) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask(cx, "iam:GetDelegationRequest", &input.delegation_request_id)?))
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetDelegationRequestRequest) -> Outcome<Self::Model> {
        let id = input.delegation_request_id;
        let request = find(cx, &id)?.ok_or_else(|| no_such(&id))?;
        let check = input.delegation_permission_check.unwrap_or_default();
        let (status, result) = match check.then(|| permission_check::covers(cx, &request.terms.policy)) {
            None => (None, None),
            Some(Some(result)) => (Some("COMPLETE"), Some(result)),
            Some(None) => (Some("FAILED"), None),
        };
        Ok(GetDelegationRequestResponse {
            delegation_request: Some(shown(cx, &request)),
            permission_check_status: status.map(str::to_owned),
            permission_check_result: result.map(str::to_owned),
        })
    }
}
