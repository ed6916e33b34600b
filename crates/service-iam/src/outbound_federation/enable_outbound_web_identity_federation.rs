//! EnableOutboundWebIdentityFederation: makes the account an issuer of tokens, with keys of its own.
//!
//! Issuer and keys are made once: an account that enables the feature again is the same issuer as before.

use keygate_operation::{Ask, Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_seal::{Purpose, SigningAlgorithm, SigningError, SigningKey};
use keygate_shapes::iam::{
    EnableOutboundWebIdentityFederationRequest, EnableOutboundWebIdentityFederationResponse, op,
};
use keygate_state::{FeatureEnabled, OutboundFederation, TokenKey};
use keygate_wire::OperationModel;

use super::url_of;

/// EnableOutboundWebIdentityFederation.
pub(crate) struct EnableOutboundWebIdentityFederation;

impl Write for EnableOutboundWebIdentityFederation {
    type Model = op::EnableOutboundWebIdentityFederation;

    fn asks(
        &self,
        _: &ReadCx<'_>,
        _: &EnableOutboundWebIdentityFederationRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(Ask::on_any("iam:EnableOutboundWebIdentityFederation")))
    }

    fn run(
        &self,
        cx: &mut WriteCx<'_>,
        _: EnableOutboundWebIdentityFederationRequest,
    ) -> Outcome<Self::Model> {
        let federation = match &cx.draft.settings().outbound_federation {
            Some(federation) if federation.enabled => {
                let message = "Outbound web identity federation is already enabled for this account.";
                return Err(FeatureEnabled::new(message).into());
            }
            Some(federation) => OutboundFederation { enabled: true, ..federation.clone() },
            None => {
                let issuer = OutboundFederation::new_issuer(cx.account_id(), &mut cx.env.random());
                // Told before the keys are made, which takes its time.
                url_of(&cx.env, &issuer)?;
                let keys = SigningAlgorithm::ALL.into_iter().map(|algorithm| new_key(cx, &issuer, algorithm));
                OutboundFederation { enabled: true, keys: keys.collect::<Result<_, _>>()?, issuer }
            }
        };
        let url = url_of(&cx.env, &federation.issuer)?;
        cx.draft.change_settings(|settings| settings.outbound_federation = Some(federation));
        Ok(EnableOutboundWebIdentityFederationResponse { issuer_identifier: Some(url) })
    }
}

fn new_key<M: OperationModel>(
    cx: &WriteCx<'_>,
    issuer: &str,
    algorithm: SigningAlgorithm,
) -> Result<TokenKey, Failure<M>> {
    let internal = |_: SigningError| Failure::internal();
    let key = SigningKey::generate(algorithm).map_err(internal)?;
    let pkcs8 = key.to_pkcs8().map_err(internal)?;
    // As AWS calls the keys of an account.
    let id = match algorithm {
        SigningAlgorithm::Rs256 => "RSA_0",
        SigningAlgorithm::Es384 => "EC384_0",
    };
    let context = TokenKey::context(issuer, id);
    let private = cx.env.keys.seal(Purpose::TokenSigningKey, &context, &pkcs8, &mut cx.env.random())?;
    let public = key.public().map_err(internal)?;
    Ok(TokenKey { id: id.to_owned(), algorithm, public, private, created: cx.now() })
}
