//! ListOpenIDConnectProviderTags: the tags of an OpenID Connect provider, in order of key.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{ListOpenIDConnectProviderTagsRequest, ListOpenIDConnectProviderTagsResponse, op};

use crate::view;

/// ListOpenIDConnectProviderTags.
pub(crate) struct ListOpenIDConnectProviderTags;

impl Read for ListOpenIDConnectProviderTags {
    type Model = op::ListOpenIDConnectProviderTags;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &ListOpenIDConnectProviderTagsRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        super::asks(cx, "iam:ListOpenIDConnectProviderTags", &input.open_id_connect_provider_arn)
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListOpenIDConnectProviderTagsRequest) -> Outcome<Self::Model> {
        let provider = cx.account.oidc_provider(&input.open_id_connect_provider_arn)?;
        let (marker, max_items) = (input.marker.as_deref(), input.max_items);
        let page = view::tag_page(cx, provider.id.as_str(), marker, max_items, &provider.tags)?;
        Ok(ListOpenIDConnectProviderTagsResponse {
            tags: page.items,
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::Tag;

    use super::*;
    use crate::oidc_provider::testing::{arn, at, create};

    #[test]
    fn pages_in_order_of_key() {
        let mut world = World::new();
        let tag = |key: &str| Tag { key: key.to_owned(), value: String::new() };
        let mut input = at("idp");
        input.tags = Some(vec![tag("b"), tag("a"), tag("B")]);
        create(&mut world, input);
        let list = |name: &str, marker: Option<String>| ListOpenIDConnectProviderTagsRequest {
            open_id_connect_provider_arn: arn(name),
            marker,
            max_items: Some(2),
        };
        let first = world.read(&ListOpenIDConnectProviderTags, list("idp", None)).unwrap();
        assert_eq!((first.tags, first.is_truncated), (vec![tag("B"), tag("a")], Some(true)));
        let second = world.read(&ListOpenIDConnectProviderTags, list("idp", first.marker)).unwrap();
        assert_eq!((second.tags, second.is_truncated, second.marker), (vec![tag("b")], Some(false), None));
        let error = world.read(&ListOpenIDConnectProviderTags, list("none", None)).unwrap_err();
        assert_eq!(error.code(), "NoSuchEntity");
    }
}
