//! UntagOpenIDConnectProvider: removes tags from an OpenID Connect provider; keys that it does not have are ignored.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{UntagOpenIDConnectProviderRequest, UntagOpenIDConnectProviderResponse, op};
use keygate_state::TagCase;

/// UntagOpenIDConnectProvider.
pub(crate) struct UntagOpenIDConnectProvider;

impl Write for UntagOpenIDConnectProvider {
    type Model = op::UntagOpenIDConnectProvider;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &UntagOpenIDConnectProviderRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let ask = super::one_ask(cx, "iam:UntagOpenIDConnectProvider", &input.open_id_connect_provider_arn)?;
        Ok(Asks::one(ask.tag_keys(input.tag_keys.iter().map(String::as_str))))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: UntagOpenIDConnectProviderRequest) -> Outcome<Self::Model> {
        let provider = Arc::clone(cx.draft.oidc_provider(&input.open_id_connect_provider_arn)?);
        cx.draft.change(&provider, |provider| {
            provider.tags.remove(input.tag_keys.iter().map(String::as_str), TagCase::Sensitive);
            Ok::<_, Failure<Self::Model>>(())
        })?;
        Ok(UntagOpenIDConnectProviderResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::Tag;

    use super::*;
    use crate::oidc_provider::testing::{arn, at, create};

    #[test]
    fn rule_228_the_case_of_keys_matters() {
        let mut world = World::new();
        let tag = |key: &str| Tag { key: key.to_owned(), value: String::new() };
        let mut input = at("idp");
        input.tags = Some(vec![tag("Team"), tag("team")]);
        create(&mut world, input);
        let untag = |name: &str| UntagOpenIDConnectProviderRequest {
            open_id_connect_provider_arn: arn(name),
            tag_keys: vec!["team".to_owned(), "TEAM".to_owned()],
        };
        world.write(&UntagOpenIDConnectProvider, untag("idp")).unwrap();
        let account = world.account();
        let tags: Vec<_> = account.oidc_provider(&arn("idp")).unwrap().tags.iter().collect();
        assert_eq!(tags, [("Team", "")]);
        assert_eq!(
            world.write(&UntagOpenIDConnectProvider, untag("none")).unwrap_err().code(),
            "NoSuchEntity"
        );
    }
}
