//! GetSessionToken: temporary credentials of the calling user or root itself (rule 25).

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::sts::{GetSessionTokenRequest, GetSessionTokenResponse, op};
use keygate_state::{CallerKind, SessionKind};

use crate::credentials::{self, NewSession};
use crate::mfa;

/// GetSessionToken.
pub(crate) struct GetSessionToken;

/// Seconds: default for users, and the most that root gets (rule 70).
const DEFAULT: u32 = 43_200;
pub(crate) const ROOT_LIMIT: u32 = 3_600;

impl Read for GetSessionToken {
    type Model = op::GetSessionToken;

    /// Needs no permission and can not be controlled by policy (rule 74).
    fn asks(&self, _: &ReadCx<'_>, _: &GetSessionTokenRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::none())
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetSessionTokenRequest) -> Outcome<Self::Model> {
        let kind = match &cx.caller.kind {
            CallerKind::Root => SessionKind::Root,
            CallerKind::User(user) => SessionKind::User { user: user.id.clone() },
            // The pipeline refuses sessions before (rule 72).
            CallerKind::Role { .. } | CallerKind::Federated { .. } => {
                return Err(Failure::access_denied("Cannot call GetSessionToken with session credentials"));
            }
        };
        let proof = mfa::check(cx, input.serial_number.as_deref(), input.token_code.as_deref())?;
        let new = NewSession {
            account: cx.account_id(),
            seconds: seconds(cx, input.duration_seconds, DEFAULT),
            kind,
            policies: None,
            tags: Default::default(),
            transitive: Vec::new(),
            source_identity: None,
            mfa: proof.map(|proof| proof.claim(cx)).transpose()?,
        };
        Ok(GetSessionTokenResponse { credentials: Some(credentials::issue(cx, new)?), ..Default::default() })
    }
}

/// The life asked for, or the default; root gets an hour at most, silently, as AWS does (rule 70).
pub(crate) fn seconds(cx: &ReadCx<'_>, asked: Option<i32>, default: u32) -> u32 {
    let asked = asked.and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(default);
    if matches!(cx.caller.kind, CallerKind::Root) { asked.min(ROOT_LIMIT) } else { asked }
}

#[cfg(test)]
mod tests;
