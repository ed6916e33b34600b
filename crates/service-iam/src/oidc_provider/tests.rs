//! What the operations on OpenID Connect providers ask, against the service authorization reference.

use keygate_operation::testing::World;
use keygate_shapes::iam::{
    AddClientIDToOpenIDConnectProviderRequest, DeleteOpenIDConnectProviderRequest,
    GetOpenIDConnectProviderRequest, ListOpenIDConnectProviderTagsRequest,
    RemoveClientIDFromOpenIDConnectProviderRequest, Tag, TagOpenIDConnectProviderRequest,
    UntagOpenIDConnectProviderRequest, UpdateOpenIDConnectProviderThumbprintRequest,
};

use super::testing::{arn, at, create};
use super::*;
use crate::ask::tests::assert_catalogued;

#[test]
fn asks_are_those_of_the_service_authorization_reference() {
    let mut world = World::new();
    let tags = || vec![Tag { key: "Team".to_owned(), value: "a".to_owned() }];
    let mut input = at("idp.example.com");
    input.tags = Some(tags());
    assert_catalogued(
        &world.write_asks(&create_open_id_connect_provider::CreateOpenIDConnectProvider, &input).unwrap(),
    );
    create(&mut world, input);
    let open_id_connect_provider_arn = arn("idp.example.com");
    let arn = || open_id_connect_provider_arn.clone();
    let on_the_provider = [
        world.asks(
            &get_open_id_connect_provider::GetOpenIDConnectProvider,
            &GetOpenIDConnectProviderRequest { open_id_connect_provider_arn: arn() },
        ),
        world.write_asks(
            &delete_open_id_connect_provider::DeleteOpenIDConnectProvider,
            &DeleteOpenIDConnectProviderRequest { open_id_connect_provider_arn: arn() },
        ),
        world.write_asks(
            &add_client_id_to_open_id_connect_provider::AddClientIDToOpenIDConnectProvider,
            &AddClientIDToOpenIDConnectProviderRequest {
                open_id_connect_provider_arn: arn(),
                ..Default::default()
            },
        ),
        world.write_asks(
            &remove_client_id_from_open_id_connect_provider::RemoveClientIDFromOpenIDConnectProvider,
            &RemoveClientIDFromOpenIDConnectProviderRequest {
                open_id_connect_provider_arn: arn(),
                ..Default::default()
            },
        ),
        world.write_asks(
            &update_open_id_connect_provider_thumbprint::UpdateOpenIDConnectProviderThumbprint,
            &UpdateOpenIDConnectProviderThumbprintRequest {
                open_id_connect_provider_arn: arn(),
                ..Default::default()
            },
        ),
        world.write_asks(
            &tag_open_id_connect_provider::TagOpenIDConnectProvider,
            &TagOpenIDConnectProviderRequest { open_id_connect_provider_arn: arn(), tags: tags() },
        ),
        world.write_asks(
            &untag_open_id_connect_provider::UntagOpenIDConnectProvider,
            &UntagOpenIDConnectProviderRequest {
                open_id_connect_provider_arn: arn(),
                tag_keys: vec!["Team".to_owned()],
            },
        ),
        world.asks(
            &list_open_id_connect_provider_tags::ListOpenIDConnectProviderTags,
            &ListOpenIDConnectProviderTagsRequest {
                open_id_connect_provider_arn: arn(),
                ..Default::default()
            },
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
    let all = &list_open_id_connect_providers::ListOpenIDConnectProviders;
    assert_catalogued(&world.asks(all, &Default::default()).unwrap());
}

#[test]
fn another_accounts_provider_is_that_accounts() {
    let mut world = World::new();
    let input = GetOpenIDConnectProviderRequest {
        open_id_connect_provider_arn: "arn:aws:iam::999999999999:oidc-provider/idp.example.com".to_owned(),
    };
    let asks = world.asks(&get_open_id_connect_provider::GetOpenIDConnectProvider, &input).unwrap();
    assert_eq!(asks.iter().next().unwrap().owner.unwrap().to_string(), "999999999999");
}
