//! What the operations on SAML providers ask, against the service authorization reference.

use keygate_operation::testing::World;
use keygate_shapes::iam::{
    DeleteSAMLProviderRequest, GetSAMLProviderRequest, ListSAMLProviderTagsRequest, Tag,
    TagSAMLProviderRequest, UntagSAMLProviderRequest, UpdateSAMLProviderRequest,
};

use super::testing::{arn, create, named};
use super::*;
use crate::ask::tests::assert_catalogued;

#[test]
fn asks_are_those_of_the_service_authorization_reference() {
    let mut world = World::new();
    let tags = || vec![Tag { key: "Team".to_owned(), value: "a".to_owned() }];
    let mut input = named("ADFS");
    input.tags = Some(tags());
    assert_catalogued(&world.write_asks(&create_saml_provider::CreateSAMLProvider, &input).unwrap());
    create(&mut world, input);
    let arn = || arn("ADFS");
    let on_the_provider = [
        world.asks(&get_saml_provider::GetSAMLProvider, &GetSAMLProviderRequest { saml_provider_arn: arn() }),
        world.write_asks(
            &update_saml_provider::UpdateSAMLProvider,
            &UpdateSAMLProviderRequest { saml_provider_arn: arn(), ..Default::default() },
        ),
        world.write_asks(
            &delete_saml_provider::DeleteSAMLProvider,
            &DeleteSAMLProviderRequest { saml_provider_arn: arn() },
        ),
        world.write_asks(
            &tag_saml_provider::TagSAMLProvider,
            &TagSAMLProviderRequest { saml_provider_arn: arn(), tags: tags() },
        ),
        world.write_asks(
            &untag_saml_provider::UntagSAMLProvider,
            &UntagSAMLProviderRequest { saml_provider_arn: arn(), tag_keys: vec!["Team".to_owned()] },
        ),
        world.asks(
            &list_saml_provider_tags::ListSAMLProviderTags,
            &ListSAMLProviderTagsRequest { saml_provider_arn: arn(), ..Default::default() },
        ),
    ];
    for asks in on_the_provider {
        let asks = asks.unwrap();
        assert_catalogued(&asks);
        for ask in asks.iter() {
            assert_eq!(ask.resource, arn());
            assert!(ask.keys.iter().any(|(key, _)| key == "aws:ResourceTag/Team"), "{}", ask.action);
        }
    }
    let all = &list_saml_providers::ListSAMLProviders;
    assert_catalogued(&world.asks(all, &Default::default()).unwrap());
}
