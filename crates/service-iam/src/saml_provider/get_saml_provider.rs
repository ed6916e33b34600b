//! GetSAMLProvider: a provider with its metadata document; of its private keys only what they are called.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{GetSAMLProviderRequest, GetSAMLProviderResponse, op};

use super::private_key;
use crate::view;

/// GetSAMLProvider.
pub(crate) struct GetSAMLProvider;

impl Read for GetSAMLProvider {
    type Model = op::GetSAMLProvider;

    fn asks(&self, cx: &ReadCx<'_>, input: &GetSAMLProviderRequest) -> Result<Asks, Failure<Self::Model>> {
        super::asks(cx, "iam:GetSAMLProvider", &input.saml_provider_arn)
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetSAMLProviderRequest) -> Outcome<Self::Model> {
        let provider = cx.account.saml_provider(&input.saml_provider_arn)?;
        Ok(GetSAMLProviderResponse {
            saml_provider_uuid: Some(provider.id.to_string()),
            saml_metadata_document: Some(provider.metadata.clone()),
            create_date: Some(provider.created),
            valid_until: Some(provider.valid_until),
            tags: Some(view::tag_list(&provider.tags)),
            assertion_encryption_mode: Some(provider.encryption.as_str().to_owned()),
            private_key_list: Some(provider.private_keys.iter().map(private_key::view).collect()),
        })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::saml_provider::testing::{arn, create, metadata, named};

    #[test]
    fn a_provider_and_none() {
        let mut world = World::new();
        create(&mut world, named("ADFS"));
        let get = |name: &str| GetSAMLProviderRequest { saml_provider_arn: arn(name) };
        let shown = world.read(&GetSAMLProvider, get("ADFS")).unwrap();
        assert_eq!(
            shown,
            GetSAMLProviderResponse {
                saml_provider_uuid: shown.saml_provider_uuid.clone(),
                saml_metadata_document: Some(metadata()),
                create_date: Some(world.now),
                valid_until: Some("2126-01-01T00:00:00Z".parse().unwrap()),
                tags: Some(Vec::new()),
                assertion_encryption_mode: Some("Allowed".to_owned()),
                private_key_list: Some(Vec::new()),
            }
        );
        let error = world.read(&GetSAMLProvider, get("none")).unwrap_err();
        let message = format!("Manifest not found for arn {}", arn("none"));
        assert_eq!((error.code(), error.message()), ("NoSuchEntity", message.as_str()));
        let bad = GetSAMLProviderRequest { saml_provider_arn: "arn:aws:iam::123456789012:role/x".to_owned() };
        let error = world.read(&GetSAMLProvider, bad).unwrap_err();
        assert_eq!((error.code(), error.message()), ("ValidationError", "Invalid resource type in ARN"));
    }
}
