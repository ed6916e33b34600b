//! CreateSAMLProvider: a SAML identity provider that roles may trust from now on.

use keygate_ident::{Arn, IdKind};
use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{CreateSAMLProviderRequest, CreateSAMLProviderResponse, op};
use keygate_state::{SamlProvider, TagCase};

use super::{KIND, check_encryption, encryption, in_a_hundred_years, metadata, private_key};
use crate::{ask, input, view};

/// CreateSAMLProvider.
pub(crate) struct CreateSAMLProvider;

impl Write for CreateSAMLProvider {
    type Model = op::CreateSAMLProvider;

    fn asks(&self, cx: &ReadCx<'_>, input: &CreateSAMLProviderRequest) -> Result<Asks, Failure<Self::Model>> {
        let arn = Arn::iam(cx.partition(), cx.account_id(), KIND, &Default::default(), &input.name);
        let tags = input.tags.as_deref();
        Ok(Asks::one(ask::creation("iam:CreateSAMLProvider", arn.clone(), tags))
            .and_if(input::pairs(tags).next().is_some(), || ask::creation("iam:TagSAMLProvider", arn, tags)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: CreateSAMLProviderRequest) -> Outcome<Self::Model> {
        let metadata = metadata::parse(&input.saml_metadata_document)?;
        let encryption = encryption(input.assertion_encryption_mode.as_deref()).unwrap_or_default();
        check_encryption(encryption, usize::from(input.add_private_key.is_some()))?;
        let pem = input.add_private_key.as_ref().map(|pem| pem.expose().as_str());
        let provider = SamlProvider {
            id: cx.new_id(IdKind::SamlProvider),
            name: input.name,
            created: cx.now(),
            metadata: input.saml_metadata_document,
            valid_until: metadata.valid_until.unwrap_or_else(|| in_a_hundred_years(cx.now())),
            encryption,
            private_keys: pem.map(|pem| private_key::new(cx, pem)).transpose()?.into_iter().collect(),
            tags: input::new_tags(cx.draft, input.tags.as_deref(), TagCase::Sensitive)?,
        };
        let arn = provider.arn(cx.partition(), cx.account_id());
        let tags = view::tags(&provider.tags);
        cx.draft.insert(provider)?;
        Ok(CreateSAMLProviderResponse { saml_provider_arn: Some(arn.into()), tags })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_seal::Purpose;
    use keygate_shapes::iam::Tag;
    use keygate_state::AssertionEncryption;
    use keygate_wire::Sensitive;

    use super::*;
    use crate::ask::tests::pairs;
    use crate::saml_provider::testing::{
        CERTIFICATE, arn, create, document, idp, metadata, named, private_key,
    };

    #[test]
    fn what_is_given_is_kept() {
        let mut world = World::new();
        let tag = |key: &str| Tag { key: key.to_owned(), value: "v".to_owned() };
        let input = CreateSAMLProviderRequest { tags: Some(vec![tag("k"), tag("K")]), ..named("ADFS") };
        let answer = world.write(&CreateSAMLProvider, input).unwrap();
        assert_eq!(answer.saml_provider_arn, Some(arn("ADFS")));
        assert_eq!(answer.tags, Some(vec![tag("K"), tag("k")]));
        let account = world.account();
        let provider = account.saml_provider(&arn("ADFS")).unwrap();
        assert_eq!((provider.metadata.as_str(), provider.created), (metadata().as_str(), world.now));
        assert_eq!(provider.valid_until, "2126-01-01T00:00:00Z".parse().unwrap());
        assert!(provider.id.as_str().starts_with("SAMLSP") && provider.id.as_str().len() == 22);
        assert_eq!(provider.encryption, AssertionEncryption::Allowed);
        assert!(provider.private_keys.is_empty());
        // The ARN is matched exactly.
        assert!(account.saml_provider(&arn("adfs")).is_err());
    }

    #[test]
    fn a_private_key_is_sealed_under_its_id() {
        let mut world = World::new();
        let input = CreateSAMLProviderRequest {
            add_private_key: Some(Sensitive::new(private_key())),
            assertion_encryption_mode: Some("Required".to_owned()),
            ..named("ADFS")
        };
        create(&mut world, input);
        let account = world.account();
        let provider = account.saml_provider(&arn("ADFS")).unwrap();
        assert_eq!(provider.encryption, AssertionEncryption::Required);
        let key = &provider.private_keys[0];
        let context = key.id.as_str().as_bytes();
        assert!(world.keys.open(Purpose::SamlPrivateKey, context, &key.key).is_ok());
        assert!(world.keys.open(Purpose::SamlPrivateKey, b"other", &key.key).is_err());
    }

    #[test]
    fn validity_may_come_from_the_document() {
        let mut world = World::new();
        let attributes = r#"entityID="https://idp.example.com" validUntil="2031-02-03T04:05:06Z""#;
        let input = CreateSAMLProviderRequest {
            saml_metadata_document: document(attributes, &idp(CERTIFICATE)),
            ..named("x")
        };
        create(&mut world, input);
        let until = world.account().saml_provider(&arn("x")).unwrap().valid_until;
        assert_eq!(until, "2031-02-03T04:05:06Z".parse().unwrap());
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        create(&mut world, named("ADFS"));
        let quota = ("SAMLProvidersPerAccount".to_owned(), 1);
        world.edit(|draft| draft.change_settings(|s| s.quotas.extend([quota])));
        let tag = Tag { key: "k".to_owned(), value: String::new() };
        for (input, expected) in [
            (
                CreateSAMLProviderRequest { saml_metadata_document: "<x/>".to_owned(), ..named("n") },
                "InvalidInput: Could not parse metadata",
            ),
            (
                CreateSAMLProviderRequest {
                    assertion_encryption_mode: Some("Required".to_owned()),
                    ..named("n")
                },
                "InvalidInput: Unable to set assertion encryption mode to Required because no private key is provided.",
            ),
            (
                CreateSAMLProviderRequest {
                    add_private_key: Some(Sensitive::new("no key".to_owned())),
                    ..named("n")
                },
                "InvalidInput: Invalid private key: Key format is not recognized. The private key file must be a .pem file.",
            ),
            (
                CreateSAMLProviderRequest { tags: Some(vec![tag.clone(), tag]), ..named("n") },
                "InvalidInput: Duplicate tag keys found.",
            ),
            (named("adfs"), "EntityAlreadyExists: Provider with name adfs already exists."),
            (named("n"), "LimitExceeded: Cannot exceed quota for SAMLProvidersPerAccount: 1"),
        ] {
            let error = world.write(&CreateSAMLProvider, input).unwrap_err();
            assert_eq!(format!("{}: {}", error.code(), error.message()), expected);
        }
    }

    #[test]
    fn tagging_is_asked_along() {
        let mut world = World::new();
        let tag = Tag { key: "k".to_owned(), value: "v".to_owned() };
        let input = CreateSAMLProviderRequest { tags: Some(vec![tag]), ..named("ADFS") };
        let asks = world.write_asks(&CreateSAMLProvider, &input).unwrap();
        let arn = arn("ADFS");
        assert_eq!(pairs(&asks), [("iam:CreateSAMLProvider", &*arn), ("iam:TagSAMLProvider", &*arn)]);
    }
}
