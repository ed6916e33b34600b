//! The feature on, off and on again.

use keygate_operation::testing::World;
use keygate_seal::{Purpose, SigningAlgorithm, SigningKey};
use keygate_state::TokenKey;
use keygate_wire::ApiError;

use super::disable_outbound_web_identity_federation::DisableOutboundWebIdentityFederation as Disable;
use super::enable_outbound_web_identity_federation::EnableOutboundWebIdentityFederation as Enable;
use super::get_outbound_web_identity_federation_info::GetOutboundWebIdentityFederationInfo as Info;
use crate::ask::tests::assert_catalogued;

fn said(error: &ApiError) -> (&str, u16, &str) {
    (error.code(), error.status(), error.message())
}

#[test]
fn the_issuer_stays_the_same() {
    let mut world = World::new();
    let off = ("FeatureDisabled", 404, "Outbound web identity federation is not enabled for this account.");
    assert_eq!(said(&world.read(&Info, Default::default()).unwrap_err()), off);
    assert_eq!(said(&world.write(&Disable, Default::default()).unwrap_err()), off);

    let url = world.write(&Enable, Default::default()).unwrap().issuer_identifier.unwrap();
    assert!(url.starts_with("https://keygate.example.com/web-identity/"), "{url}");
    let error = world.write(&Enable, Default::default()).unwrap_err();
    let message = "Outbound web identity federation is already enabled for this account.";
    assert_eq!(said(&error), ("FeatureEnabled", 409, message));
    let info = world.read(&Info, Default::default()).unwrap();
    assert_eq!((info.issuer_identifier.as_ref(), info.jwt_vending_enabled), (Some(&url), Some(true)));
    let made = |world: &World| world.account().settings().outbound_federation.clone().unwrap();
    let first = made(&world);

    world.write(&Disable, Default::default()).unwrap();
    assert_eq!(said(&world.read(&Info, Default::default()).unwrap_err()), off);
    assert_eq!(said(&world.write(&Disable, Default::default()).unwrap_err()), off);
    // What verifies tokens that are still about stays.
    assert_eq!(made(&world).keys.len(), 2);

    assert_eq!(world.write(&Enable, Default::default()).unwrap().issuer_identifier, Some(url));
    assert_eq!(format!("{:?}", made(&world)), format!("{first:?}"));
}

#[test]
fn keys_are_sealed_under_issuer_and_id() {
    let mut world = World::new();
    world.write(&Enable, Default::default()).unwrap();
    let account = world.account();
    let federation = account.settings().outbound_federation.as_ref().unwrap();
    for (algorithm, id) in [(SigningAlgorithm::Rs256, "RSA_0"), (SigningAlgorithm::Es384, "EC384_0")] {
        let key = federation.key(algorithm).unwrap();
        assert_eq!((key.id.as_str(), key.created), (id, world.now));
        let open = |context: &[u8]| world.keys.open(Purpose::TokenSigningKey, context, &key.private);
        let opened = open(&TokenKey::context(&federation.issuer, id)).unwrap();
        assert_eq!(SigningKey::from_pkcs8(algorithm, &opened).unwrap().public(), Ok(key.public.clone()));
        assert!(open(&TokenKey::context("another", id)).is_err());
    }
}

#[test]
fn without_a_url_of_its_own_the_server_issues_nothing() {
    let mut world = World::new();
    world.endpoint = None;
    let error = world.write(&Enable, Default::default()).unwrap_err();
    assert_eq!((error.code(), error.status()), ("ValidationError", 400));
    assert!(error.message().contains("public-url"), "{}", error.message());
    assert!(world.account().settings().outbound_federation.is_none());
}

#[test]
fn asks_are_those_of_the_service_authorization_reference() {
    let mut world = World::new();
    assert_catalogued(&world.write_asks(&Enable, &Default::default()).unwrap());
    assert_catalogued(&world.write_asks(&Disable, &Default::default()).unwrap());
    assert_catalogued(&world.asks(&Info, &Default::default()).unwrap());
}
