//! Operations on SAML identity providers. They are named by their ARN, `…:saml-provider/NAME`.

mod create_saml_provider;
mod delete_saml_provider;
mod get_saml_provider;
mod list_saml_provider_tags;
mod list_saml_providers;
mod metadata;
mod private_key;
mod tag_saml_provider;
mod untag_saml_provider;
mod update_saml_provider;

use keygate_ident::Timestamp;
use keygate_operation::{Ask, Asks, Entry, Failure, ReadCx};
use keygate_state::{AssertionEncryption, InvalidInput};
use keygate_wire::OperationModel;

use crate::{ask, input};

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(create_saml_provider::CreateSAMLProvider),
        Entry::read(get_saml_provider::GetSAMLProvider),
        Entry::read(list_saml_providers::ListSAMLProviders),
        Entry::write(update_saml_provider::UpdateSAMLProvider),
        Entry::write(delete_saml_provider::DeleteSAMLProvider),
        Entry::write(tag_saml_provider::TagSAMLProvider),
        Entry::write(untag_saml_provider::UntagSAMLProvider),
        Entry::read(list_saml_provider_tags::ListSAMLProviderTags),
    ]
}

const KIND: &str = "saml-provider";

/// What an operation on this provider asks, once the ARN has the form of one.
fn asks<M: OperationModel>(cx: &ReadCx<'_>, action: &'static str, arn: &str) -> Result<Asks, Failure<M>> {
    Ok(Asks::one(one_ask(cx, action, arn)?))
}

fn one_ask<M: OperationModel>(cx: &ReadCx<'_>, action: &'static str, arn: &str) -> Result<Ask, Failure<M>> {
    input::name_in_arn(KIND, arn)?;
    let provider = cx.account.saml_provider(arn).ok();
    Ok(ask::provider(action, arn, provider.map(|provider| &provider.tags)))
}

/// The encryption mode given; the model's enumeration has been checked before.
fn encryption(mode: Option<&str>) -> Option<AssertionEncryption> {
    mode.and_then(AssertionEncryption::from_name)
}

/// Who demands encrypted assertions must be able to read them.
fn check_encryption(mode: AssertionEncryption, private_keys: usize) -> Result<(), InvalidInput> {
    if mode == AssertionEncryption::Required && private_keys == 0 {
        return Err(InvalidInput::new(
            "Unable to set assertion encryption mode to Required because no private key is provided.",
        ));
    }
    Ok(())
}

/// When metadata that does not say so itself ends to be valid: after a hundred years.
fn in_a_hundred_years(now: Timestamp) -> Timestamp {
    // 24 leap days: one hundred years from now include 2100, which is no leap year.
    const DAYS: i64 = 100 * 365 + 24;
    now.plus_seconds(DAYS * 24 * 60 * 60)
}

#[cfg(test)]
mod testing {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use keygate_operation::testing::World;
    use keygate_seal::{SigningAlgorithm, SigningKey};
    use keygate_shapes::iam::CreateSAMLProviderRequest;

    use super::create_saml_provider::CreateSAMLProvider;

    /// A certificate of an RSA key of 2,048 bits, long expired, which is none of IAM's business.
    pub(super) const CERTIFICATE: &str = include_str!("saml_provider/fixtures/rsa-2048.b64");

    /// A metadata document with these attributes of its root and this content.
    pub(super) fn document(attributes: &str, content: &str) -> String {
        format!(
            r#"<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" {attributes}>
{content}
</md:EntityDescriptor>"#
        )
    }

    /// The role of an identity provider that signs with this certificate.
    pub(super) fn idp(certificate: &str) -> String {
        format!(
            r#"<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>
{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.com/sso"/>
</md:IDPSSODescriptor>"#
        )
    }

    /// A valid metadata document.
    pub(super) fn metadata() -> String {
        document(r#"entityID="https://idp.example.com/saml""#, &idp(CERTIFICATE))
    }

    /// A new RSA key as PEM.
    pub(super) fn private_key() -> String {
        let key = SigningKey::generate(SigningAlgorithm::Rs256).unwrap().to_pkcs8().unwrap();
        let text = STANDARD.encode(&key);
        format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n")
    }

    /// The input that creates a provider.
    pub(super) fn named(name: &str) -> CreateSAMLProviderRequest {
        CreateSAMLProviderRequest {
            name: name.to_owned(),
            saml_metadata_document: metadata(),
            ..Default::default()
        }
    }

    /// Creates a provider; its ARN.
    pub(super) fn create(world: &mut World, input: CreateSAMLProviderRequest) -> String {
        world.write(&CreateSAMLProvider, input).unwrap().saml_provider_arn.unwrap()
    }

    /// The ARN of the provider of this name.
    pub(super) fn arn(name: &str) -> String {
        format!("arn:aws:iam::123456789012:saml-provider/{name}")
    }
}

#[cfg(test)]
mod tests;
