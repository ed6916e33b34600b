//! GetOutboundWebIdentityFederationInfo: the account's issuer URL, while tokens are issued.

use keygate_operation::{Ask, Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{
    GetOutboundWebIdentityFederationInfoRequest, GetOutboundWebIdentityFederationInfoResponse, op,
};

use super::{enabled, url_of};

/// GetOutboundWebIdentityFederationInfo.
pub(crate) struct GetOutboundWebIdentityFederationInfo;

impl Read for GetOutboundWebIdentityFederationInfo {
    type Model = op::GetOutboundWebIdentityFederationInfo;

    fn asks(
        &self,
        _: &ReadCx<'_>,
        _: &GetOutboundWebIdentityFederationInfoRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(Ask::on_any("iam:GetOutboundWebIdentityFederationInfo")))
    }

    fn run(&self, cx: &ReadCx<'_>, _: GetOutboundWebIdentityFederationInfoRequest) -> Outcome<Self::Model> {
        let federation = enabled(cx.account.settings())?;
        Ok(GetOutboundWebIdentityFederationInfoResponse {
            issuer_identifier: Some(url_of(&cx.env, &federation.issuer)?),
            jwt_vending_enabled: Some(true),
        })
    }
}
