//! GetFederationToken: credentials for somebody a user vouches for. Without session policies they can do nothing
//! except what resource policies grant to the session (rule 24).

use keygate_ident::Arn;
use keygate_operation::{Ask, Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::sts::{FederatedUser, GetFederationTokenRequest, GetFederationTokenResponse, op};
use keygate_state::{CallerKind, SessionKind};

use crate::credentials::{self, NewSession};
use crate::{get_session_token, packed, tags};

/// GetFederationToken.
pub(crate) struct GetFederationToken;

/// Seconds (rule 70).
const DEFAULT: u32 = 43_200;

impl Read for GetFederationToken {
    type Model = op::GetFederationToken;

    fn asks(&self, cx: &ReadCx<'_>, input: &GetFederationTokenRequest) -> Result<Asks, Failure<Self::Model>> {
        let arn = Arn::federated_user(cx.partition(), cx.account_id(), &input.name);
        let ask = |action| Ask::on(action, arn.clone()).request_tags(tags::pairs(input.tags.as_deref()));
        let tagged = tags::pairs(input.tags.as_deref()).next().is_some();
        Ok(Asks::one(ask("sts:GetFederationToken")).and_if(tagged, || ask("sts:TagSession")))
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetFederationTokenRequest) -> Outcome<Self::Model> {
        let user = match &cx.caller.kind {
            CallerKind::Root => None,
            CallerKind::User(user) => Some(user.id.clone()),
            // The pipeline refuses sessions before (rule 72).
            CallerKind::Role { .. } | CallerKind::Federated { .. } => {
                return Err(Failure::access_denied(
                    "Cannot call GetFederationToken with session credentials",
                ));
            }
        };
        let policies = packed::policies(cx.account, input.policy.as_deref(), input.policy_arns.as_deref())?;
        let session_tags = tags::new_session(cx, input.tags.as_deref(), None)?;
        let packed_policy_size =
            packed::size(policies.as_deref(), &session_tags.tags, &session_tags.transitive)?;
        let arn = Arn::federated_user(cx.partition(), cx.account_id(), &input.name);
        let federated_user_id = format!("{}:{}", cx.account_id(), input.name);
        let new = NewSession {
            account: cx.account_id(),
            kind: SessionKind::FederatedUser { user, name: input.name },
            seconds: get_session_token::seconds(cx, input.duration_seconds, DEFAULT),
            policies,
            tags: session_tags.tags,
            transitive: Vec::new(),
            source_identity: None,
            mfa: None,
        };
        Ok(GetFederationTokenResponse {
            credentials: Some(credentials::issue(cx, new)?),
            federated_user: Some(FederatedUser { federated_user_id, arn: arn.into() }),
            packed_policy_size,
            ..Default::default()
        })
    }
}

#[cfg(test)]
mod tests;
