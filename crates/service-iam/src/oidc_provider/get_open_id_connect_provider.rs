//! GetOpenIDConnectProvider: a provider with its client ids, thumbprints and tags. The URL is shown without its scheme.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{GetOpenIDConnectProviderRequest, GetOpenIDConnectProviderResponse, op};

use crate::view;

/// GetOpenIDConnectProvider.
pub(crate) struct GetOpenIDConnectProvider;

impl Read for GetOpenIDConnectProvider {
    type Model = op::GetOpenIDConnectProvider;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &GetOpenIDConnectProviderRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        super::asks(cx, "iam:GetOpenIDConnectProvider", &input.open_id_connect_provider_arn)
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetOpenIDConnectProviderRequest) -> Outcome<Self::Model> {
        let provider = cx.account.oidc_provider(&input.open_id_connect_provider_arn)?;
        Ok(GetOpenIDConnectProviderResponse {
            url: Some(provider.url.clone()),
            client_id_list: Some(provider.client_ids.clone()),
            thumbprint_list: Some(provider.thumbprints.clone()),
            create_date: Some(provider.created),
            tags: Some(view::tag_list(&provider.tags)),
        })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::oidc_provider::testing::{arn, at, create};

    #[test]
    fn a_provider_and_none() {
        let mut world = World::new();
        create(&mut world, at("idp.example.com/a"));
        let get = |url: &str| GetOpenIDConnectProviderRequest { open_id_connect_provider_arn: arn(url) };
        assert_eq!(
            world.read(&GetOpenIDConnectProvider, get("idp.example.com/a")).unwrap(),
            GetOpenIDConnectProviderResponse {
                url: Some("idp.example.com/a".to_owned()),
                client_id_list: Some(vec!["app".to_owned()]),
                thumbprint_list: Some(vec!["a".repeat(40)]),
                create_date: Some(world.now),
                tags: Some(Vec::new()),
            }
        );
        let error = world.read(&GetOpenIDConnectProvider, get("none.example")).unwrap_err();
        let message = format!("OpenIDConnect Provider not found for arn {}", arn("none.example"));
        assert_eq!((error.code(), error.message()), ("NoSuchEntity", message.as_str()));
        let bad = GetOpenIDConnectProviderRequest {
            open_id_connect_provider_arn: "arn:aws:iam::123456789012:role/idp.example.com".to_owned(),
        };
        let error = world.read(&GetOpenIDConnectProvider, bad).unwrap_err();
        assert_eq!((error.code(), error.message()), ("ValidationError", "Invalid resource type in ARN"));
    }
}
