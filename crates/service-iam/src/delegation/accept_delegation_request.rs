//! AcceptDelegationRequest: the calling identity lends what the request asks for. Delegated sessions will act as it,
//! within the request's permission policy.

use keygate_operation::{Asks, Failure, Input, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{AcceptDelegationRequestRequest, AcceptDelegationRequestResponse, op};
use keygate_state::{Approver, Caller, CallerKind, Delegate, DelegationState};

use super::{ask, change, wrong_state};

/// AcceptDelegationRequest.
pub(crate) struct AcceptDelegationRequest;

/// Seconds at most of a session that root lends (IAM User Guide, "IAM temporary delegation").
const ROOT_LIMIT: u32 = 4 * 3600;

impl Write for AcceptDelegationRequest {
    type Model = op::AcceptDelegationRequest;

    fn asks(&self, cx: &ReadCx<'_>, input: &Input<Self::Model>) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask(cx, "iam:AcceptDelegationRequest", &input.delegation_request_id)?))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: AcceptDelegationRequestRequest) -> Outcome<Self::Model> {
        let now = cx.now();
        let approver = approver(cx.caller)?;
        let limit = limit(cx.caller);
        change(
            cx,
            &input.delegation_request_id,
            |request, state| {
                // The operation declares no error for this; what every operation has is nearest.
                let wanted = [DelegationState::Assigned, DelegationState::PendingApproval];
                if let Some(message) = wrong_state(request, state, &wanted) {
                    return Err(Failure::validation(message));
                }
                match limit {
                    Some((seconds, message)) if request.terms.seconds > seconds => {
                        Err(Failure::access_denied(message))
                    }
                    _ => Ok(()),
                }
            },
            |request| {
                request.approver = Some(approver);
                request.enter(DelegationState::Accepted, now);
            },
        )?;
        Ok(AcceptDelegationRequestResponse {})
    }
}

/// How long a session may last that the caller lends, and what is said of longer ones.
fn limit(caller: &Caller) -> Option<(u32, &'static str)> {
    match &caller.kind {
        CallerKind::Root => Some((
            ROOT_LIMIT,
            "Root users can only accept delegation requests with a session duration of 4 hours or less.",
        )),
        CallerKind::Role { role, .. } => Some((
            role.max_session_seconds,
            "The session duration of the delegation request exceeds the maximum session duration of the role.",
        )),
        CallerKind::User(_) | CallerKind::Federated { .. } => None,
    }
}

/// The caller as an identity that delegated sessions can act as. A session that has session policies of its own is
/// none: a session carries one bag of them, and both must hold.
fn approver(caller: &Caller) -> Result<Approver, Failure<op::AcceptDelegationRequest>> {
    let refused = || Failure::access_denied("Delegation requests cannot be accepted with session policies.");
    let session = caller.session.as_deref();
    if session.is_some_and(|session| session.policies.is_some()) {
        return Err(refused());
    }
    let delegate = match &caller.kind {
        CallerKind::Root => Delegate::Root,
        CallerKind::User(user) => Delegate::User { user: user.id.clone() },
        CallerKind::Role { role, session_name } => {
            Delegate::Role { role: role.id.clone(), session_name: session_name.clone() }
        }
        CallerKind::Federated { .. } => return Err(refused()),
    };
    Ok(Approver {
        arn: caller.arn.as_str().to_owned(),
        delegate,
        tags: session.map(|session| session.tags.clone()).unwrap_or_default(),
        transitive: session.map(|session| session.transitive.clone()).unwrap_or_default(),
        source_identity: session.and_then(|session| session.source_identity.clone()),
    })
}
