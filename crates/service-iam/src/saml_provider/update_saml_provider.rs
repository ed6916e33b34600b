//! UpdateSAMLProvider: another metadata document, another encryption mode, a private key more or less.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{UpdateSAMLProviderRequest, UpdateSAMLProviderResponse, op};
use keygate_state::{AssertionEncryption, InvalidInput, LimitExceeded, SamlProvider};

use super::{check_encryption, encryption, in_a_hundred_years, metadata, private_key};

/// UpdateSAMLProvider.
pub(crate) struct UpdateSAMLProvider;

impl Write for UpdateSAMLProvider {
    type Model = op::UpdateSAMLProvider;

    fn asks(&self, cx: &ReadCx<'_>, input: &UpdateSAMLProviderRequest) -> Result<Asks, Failure<Self::Model>> {
        super::asks(cx, "iam:UpdateSAMLProvider", &input.saml_provider_arn)
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: UpdateSAMLProviderRequest) -> Outcome<Self::Model> {
        check(&input)?;
        let parsed = input.saml_metadata_document.as_deref().map(metadata::parse).transpose()?;
        let found = Arc::clone(cx.draft.saml_provider(&input.saml_provider_arn)?);
        let mut provider = SamlProvider::clone(&found);
        if let (Some(parsed), Some(document)) = (parsed, input.saml_metadata_document) {
            provider.valid_until = parsed.valid_until.unwrap_or_else(|| in_a_hundred_years(cx.now()));
            provider.metadata = document;
        }
        if let Some(mode) = encryption(input.assertion_encryption_mode.as_deref()) {
            provider.encryption = mode;
        }
        if let Some(pem) = &input.add_private_key {
            const MAX: usize = SamlProvider::MAX_PRIVATE_KEYS;
            let key = private_key::new(cx, pem.expose())?;
            if provider.private_keys.len() >= MAX {
                return Err(LimitExceeded::new(format!("Private key limit of {MAX} is reached.")).into());
            }
            provider.private_keys.push(key);
        }
        // Before the key to remove is taken away: what is missing is another mistake than what would be.
        check_encryption(provider.encryption, provider.private_keys.len())?;
        if let Some(id) = &input.remove_private_key {
            remove(&mut provider, id)?;
        }
        let arn = provider.arn(cx.partition(), cx.account_id());
        cx.draft.change(&found, |stored| {
            *stored = provider;
            Ok::<_, Failure<Self::Model>>(())
        })?;
        Ok(UpdateSAMLProviderResponse { saml_provider_arn: Some(arn.into()) })
    }
}

/// Whether the request wants something, and not two things that exclude each other.
fn check(input: &UpdateSAMLProviderRequest) -> Result<(), InvalidInput> {
    let keys = [input.add_private_key.is_some(), input.remove_private_key.is_some()];
    let others = [input.saml_metadata_document.is_some(), input.assertion_encryption_mode.is_some()];
    if keys == [true, true] {
        return Err(InvalidInput::new(
            "Unable to add and remove private keys in the same request. Set a value for only one of the two parameters.",
        ));
    }
    if keys == [false, false] && others == [false, false] {
        return Err(InvalidInput::new(
            "Unable to update identity provider. No updates are defined for metadata or encryption assertion.",
        ));
    }
    Ok(())
}

/// Takes the key with this id away, unless it is the last one of a provider that needs one.
fn remove(provider: &mut SamlProvider, id: &str) -> Result<(), InvalidInput> {
    let before = provider.private_keys.len();
    provider.private_keys.retain(|key| key.id.as_str() != id);
    if provider.private_keys.len() == before {
        return Err(InvalidInput::new(
            "Failed to remove private key because the Key ID does not match a private key.",
        ));
    }
    if provider.encryption == AssertionEncryption::Required && provider.private_keys.is_empty() {
        return Err(InvalidInput::new("Failed to remove private key."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_wire::Sensitive;

    use super::*;
    use crate::saml_provider::testing::{CERTIFICATE, arn, create, document, idp, named, private_key};

    fn update(name: &str) -> UpdateSAMLProviderRequest {
        UpdateSAMLProviderRequest { saml_provider_arn: arn(name), ..Default::default() }
    }

    fn add(pem: &str) -> UpdateSAMLProviderRequest {
        UpdateSAMLProviderRequest { add_private_key: Some(Sensitive::new(pem.to_owned())), ..update("ADFS") }
    }

    fn remove(id: &str) -> UpdateSAMLProviderRequest {
        UpdateSAMLProviderRequest { remove_private_key: Some(id.to_owned()), ..update("ADFS") }
    }

    fn mode(mode: &str) -> UpdateSAMLProviderRequest {
        UpdateSAMLProviderRequest { assertion_encryption_mode: Some(mode.to_owned()), ..update("ADFS") }
    }

    fn try_it(world: &mut World, input: UpdateSAMLProviderRequest) -> Result<String, String> {
        let answer = world.write(&UpdateSAMLProvider, input);
        let answer = answer.map_err(|error| format!("{}: {}", error.code(), error.message()))?;
        Ok(answer.saml_provider_arn.unwrap())
    }

    fn keys(world: &World) -> Vec<String> {
        let account = world.account();
        let provider = account.saml_provider(&arn("ADFS")).unwrap();
        provider.private_keys.iter().map(|key| key.id.to_string()).collect()
    }

    #[test]
    fn new_metadata_brings_a_new_validity() {
        let mut world = World::new();
        create(&mut world, named("ADFS"));
        let id = world.account().saml_provider(&arn("ADFS")).unwrap().id.clone();
        let attributes = r#"entityID="https://new.example.com" validUntil="2031-02-03T04:05:06Z""#;
        let new = document(attributes, &idp(CERTIFICATE));
        let input = UpdateSAMLProviderRequest { saml_metadata_document: Some(new.clone()), ..update("ADFS") };
        assert_eq!(try_it(&mut world, input), Ok(arn("ADFS")));
        let account = world.account();
        let provider = account.saml_provider(&arn("ADFS")).unwrap();
        assert_eq!((&provider.metadata, &provider.id), (&new, &id));
        assert_eq!(provider.valid_until, "2031-02-03T04:05:06Z".parse().unwrap());
    }

    #[test]
    fn keys_come_and_go() {
        let mut world = World::new();
        create(&mut world, named("ADFS"));
        let pem = private_key();
        let no_key = "InvalidInput: Unable to set assertion encryption mode to Required because no private key is provided.";
        assert_eq!(try_it(&mut world, mode("Required")), Err(no_key.to_owned()));
        let both =
            UpdateSAMLProviderRequest { assertion_encryption_mode: Some("Required".to_owned()), ..add(&pem) };
        try_it(&mut world, both).unwrap();
        let first = keys(&world).remove(0);
        assert!(first.starts_with("SAMLPK") && first.len() == 22);
        assert_eq!(
            try_it(&mut world, remove(&first)),
            Err("InvalidInput: Failed to remove private key.".to_owned())
        );
        try_it(&mut world, add(&pem)).unwrap();
        let full = "LimitExceeded: Private key limit of 2 is reached.";
        assert_eq!(try_it(&mut world, add(&pem)), Err(full.to_owned()));
        try_it(&mut world, remove(&first)).unwrap();
        let second = keys(&world);
        assert_eq!(second.len(), 1);
        let unknown =
            "InvalidInput: Failed to remove private key because the Key ID does not match a private key.";
        assert_eq!(try_it(&mut world, remove(&first)), Err(unknown.to_owned()));
        // Both at once: no longer required, and the last key gone.
        let input = UpdateSAMLProviderRequest {
            assertion_encryption_mode: Some("Allowed".to_owned()),
            ..remove(&second[0])
        };
        try_it(&mut world, input).unwrap();
        assert!(keys(&world).is_empty());
    }

    #[test]
    fn errors_change_nothing() {
        let mut world = World::new();
        create(&mut world, named("ADFS"));
        let bad = || Some("<x/>".to_owned());
        for (input, expected) in [
            (
                update("none"),
                "InvalidInput: Unable to update identity provider. No updates are defined for metadata or encryption assertion.".to_owned(),
            ),
            (
                UpdateSAMLProviderRequest { remove_private_key: Some("A".repeat(22)), ..add("x") },
                "InvalidInput: Unable to add and remove private keys in the same request. Set a value for only one of the two parameters.".to_owned(),
            ),
            (
                UpdateSAMLProviderRequest { saml_metadata_document: bad(), ..mode("Allowed") },
                "InvalidInput: Could not parse metadata".to_owned(),
            ),
            (
                add("no key"),
                "InvalidInput: Invalid private key: Key format is not recognized. The private key file must be a .pem file.".to_owned(),
            ),
            (
                UpdateSAMLProviderRequest { saml_provider_arn: arn("none"), ..mode("Allowed") },
                format!("NoSuchEntity: Manifest not found for arn {}", arn("none")),
            ),
        ] {
            assert_eq!(try_it(&mut world, input), Err(expected));
        }
        assert!(keys(&world).is_empty());
    }
}
