//! CreateOpenIDConnectProvider: an OpenID Connect provider that roles may trust from now on.
//!
//! Where no thumbprint is given, AWS connects to the provider and takes one. Keygate connects to nobody: the list stays
//! empty, and only certificates of well-known authorities will be trusted.

use std::collections::HashSet;

use keygate_ident::{Arn, IdKind};
use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{CreateOpenIDConnectProviderRequest, CreateOpenIDConnectProviderResponse, op};
use keygate_state::{LimitExceeded, OidcProvider, Quota, TagCase};

use super::{KIND, thumbprints, url};
use crate::{ask, input, view};

/// CreateOpenIDConnectProvider.
pub(crate) struct CreateOpenIDConnectProvider;

impl Write for CreateOpenIDConnectProvider {
    type Model = op::CreateOpenIDConnectProvider;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &CreateOpenIDConnectProviderRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let url = url::parse(&input.url)?;
        let arn = Arn::iam(cx.partition(), cx.account_id(), KIND, &Default::default(), url);
        let tags = input.tags.as_deref();
        Ok(Asks::one(ask::creation("iam:CreateOpenIDConnectProvider", arn.clone(), tags))
            .and_if(input::pairs(tags).next().is_some(), || {
                ask::creation("iam:TagOpenIDConnectProvider", arn, tags)
            }))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: CreateOpenIDConnectProviderRequest) -> Outcome<Self::Model> {
        let provider = OidcProvider {
            id: cx.new_id(IdKind::OidcProvider),
            url: url::parse(&input.url)?.to_owned(),
            created: cx.now(),
            client_ids: each_once(input.client_id_list.unwrap_or_default()),
            thumbprints: thumbprints(input.thumbprint_list.as_deref().unwrap_or_default())?,
            tags: input::new_tags(cx.draft, input.tags.as_deref(), TagCase::Sensitive)?,
        };
        let limit = cx.draft.quota(Quota::ClientIdsPerOidcProvider);
        if provider.client_ids.len() > limit as usize {
            return Err(LimitExceeded::quota(Quota::ClientIdsPerOidcProvider.name(), limit).into());
        }
        let arn = provider.arn(cx.partition(), cx.account_id());
        let tags = view::tags(&provider.tags);
        cx.draft.insert(provider)?;
        Ok(CreateOpenIDConnectProviderResponse { open_id_connect_provider_arn: Some(arn.into()), tags })
    }
}

/// The same in the same order, without repetitions.
fn each_once(given: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::with_capacity(given.len());
    let is_first: Vec<bool> = given.iter().map(|client_id| seen.insert(client_id)).collect();
    given.into_iter().zip(is_first).filter_map(|(client_id, first)| first.then_some(client_id)).collect()
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::Tag;

    use super::*;
    use crate::ask::tests::pairs;
    use crate::oidc_provider::testing::{arn, at, create};

    #[test]
    fn what_is_given_is_kept() {
        let mut world = World::new();
        let tag = |key: &str| Tag { key: key.to_owned(), value: "v".to_owned() };
        let input = CreateOpenIDConnectProviderRequest {
            client_id_list: Some(["b", "a", "b"].map(str::to_owned).to_vec()),
            thumbprint_list: Some(vec!["AB".repeat(20), "ab".repeat(20), "0".repeat(40)]),
            // Keys that differ by case are two keys here (rule 228).
            tags: Some(vec![tag("k"), tag("K")]),
            ..at("idp.example.com/Realm")
        };
        let answer = world.write(&CreateOpenIDConnectProvider, input).unwrap();
        assert_eq!(answer.open_id_connect_provider_arn, Some(arn("idp.example.com/Realm")));
        assert_eq!(answer.tags, Some(vec![tag("K"), tag("k")]));
        let account = world.account();
        let provider = account.oidc_provider(&arn("idp.example.com/Realm")).unwrap();
        assert_eq!(provider.client_ids, ["b", "a"]);
        assert_eq!(provider.thumbprints, ["ab".repeat(20), "0".repeat(40)]);
        assert_eq!(provider.created, world.now);
        // The ARN is matched exactly.
        assert!(account.oidc_provider(&arn("idp.example.com/realm")).is_err());
    }

    #[test]
    fn thumbprints_and_client_ids_are_optional() {
        let mut world = World::new();
        let url = "https://idp.example.com".to_owned();
        let input = CreateOpenIDConnectProviderRequest { url, ..Default::default() };
        assert_eq!(create(&mut world, input), arn("idp.example.com"));
        let account = world.account();
        let provider = account.oidc_provider(&arn("idp.example.com")).unwrap();
        assert!(provider.thumbprints.is_empty() && provider.client_ids.is_empty());
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        create(&mut world, at("idp.example.com/a"));
        let quota = ("OpenIdConnectProvidersPerAccount".to_owned(), 1);
        world.edit(|draft| draft.change_settings(|s| s.quotas.extend([quota])));
        let with = |thumbprints: Vec<String>| CreateOpenIDConnectProviderRequest {
            thumbprint_list: Some(thumbprints),
            ..at("new.example.com")
        };
        let clients = |count: u32| CreateOpenIDConnectProviderRequest {
            client_id_list: Some((0..count).map(|n| n.to_string()).collect()),
            ..at("new.example.com")
        };
        let tag = Tag { key: "k".to_owned(), value: String::new() };
        for (input, expected) in [
            (
                CreateOpenIDConnectProviderRequest {
                    url: "idp.example.com".to_owned(),
                    ..Default::default()
                },
                "ValidationError: Invalid Open ID Connect Provider URL",
            ),
            (
                with((0..6).map(|n| n.to_string().repeat(40)).collect()),
                "InvalidInput: Thumbprint list must contain fewer than 5 entries.",
            ),
            (
                with(vec!["g".repeat(40)]),
                "InvalidInput: Thumbprint gggggggggggggggggggggggggggggggggggggggg is not valid: it must be 40 hexadecimal digits.",
            ),
            (
                CreateOpenIDConnectProviderRequest { tags: Some(vec![tag.clone(), tag]), ..at("n.example") },
                "InvalidInput: Duplicate tag keys found.",
            ),
            (clients(101), "LimitExceeded: Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100"),
            // Whatever the case.
            (
                at("IDP.example.com/A"),
                "EntityAlreadyExists: Provider with url https://IDP.example.com/A already exists.",
            ),
            (clients(100), "LimitExceeded: Cannot exceed quota for OpenIdConnectProvidersPerAccount: 1"),
        ] {
            let error = world.write(&CreateOpenIDConnectProvider, input).unwrap_err();
            assert_eq!(format!("{}: {}", error.code(), error.message()), expected);
        }
    }

    #[test]
    fn tagging_is_asked_along() {
        let mut world = World::new();
        let tag = Tag { key: "k".to_owned(), value: "v".to_owned() };
        let input = CreateOpenIDConnectProviderRequest { tags: Some(vec![tag]), ..at("idp.example.com") };
        let asks = world.write_asks(&CreateOpenIDConnectProvider, &input).unwrap();
        let arn = arn("idp.example.com");
        let expected = [("iam:CreateOpenIDConnectProvider", &*arn), ("iam:TagOpenIDConnectProvider", &*arn)];
        assert_eq!(pairs(&asks), expected);
    }
}
