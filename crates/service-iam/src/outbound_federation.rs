//! Operations on outbound web identity federation: whether principals of the account get tokens that others verify.

mod disable_outbound_web_identity_federation;
mod enable_outbound_web_identity_federation;
mod get_outbound_web_identity_federation_info;

use keygate_operation::{Entry, Environment, Failure};
use keygate_state::{FeatureDisabled, OutboundFederation, Settings, issuer_url};
use keygate_wire::OperationModel;

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(enable_outbound_web_identity_federation::EnableOutboundWebIdentityFederation),
        Entry::write(disable_outbound_web_identity_federation::DisableOutboundWebIdentityFederation),
        Entry::read(get_outbound_web_identity_federation_info::GetOutboundWebIdentityFederationInfo),
    ]
}

/// The URL of an issuer. Without knowing how it is reached from outside, the server can not be one.
fn url_of<M: OperationModel>(env: &Environment<'_>, issuer: &str) -> Result<String, Failure<M>> {
    let endpoint = env.endpoint.ok_or_else(|| {
        Failure::validation(
            "Outbound web identity federation is not available: the server does not know the URL by which it is \
             reached. Its setting public-url says it.",
        )
    })?;
    Ok(issuer_url(endpoint, issuer))
}

/// The issuer, if tokens are issued.
fn enabled(settings: &Settings) -> Result<&OutboundFederation, FeatureDisabled> {
    settings.outbound_federation.as_ref().filter(|federation| federation.enabled).ok_or_else(|| {
        FeatureDisabled::new("Outbound web identity federation is not enabled for this account.")
    })
}

#[cfg(test)]
mod tests;
