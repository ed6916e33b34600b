//! DisableOutboundWebIdentityFederation: no more tokens. Those that were issued stay valid to their end, and the keys
//! that verify them stay published.

use keygate_operation::{Ask, Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{
    DisableOutboundWebIdentityFederationRequest, DisableOutboundWebIdentityFederationResponse, op,
};
use keygate_state::OutboundFederation;

use super::enabled;

/// DisableOutboundWebIdentityFederation.
pub(crate) struct DisableOutboundWebIdentityFederation;

impl Write for DisableOutboundWebIdentityFederation {
    type Model = op::DisableOutboundWebIdentityFederation;

    fn asks(
        &self,
        _: &ReadCx<'_>,
        _: &DisableOutboundWebIdentityFederationRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(Ask::on_any("iam:DisableOutboundWebIdentityFederation")))
    }

    fn run(
        &self,
        cx: &mut WriteCx<'_>,
        _: DisableOutboundWebIdentityFederationRequest,
    ) -> Outcome<Self::Model> {
        let federation = OutboundFederation { enabled: false, ..enabled(cx.draft.settings())?.clone() };
        cx.draft.change_settings(|settings| settings.outbound_federation = Some(federation));
        Ok(DisableOutboundWebIdentityFederationResponse {})
    }
}
