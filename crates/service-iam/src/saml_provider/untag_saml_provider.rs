//! UntagSAMLProvider: removes tags from a SAML provider; keys that it does not have are ignored.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{UntagSAMLProviderRequest, UntagSAMLProviderResponse, op};
use keygate_state::TagCase;

/// UntagSAMLProvider.
pub(crate) struct UntagSAMLProvider;

impl Write for UntagSAMLProvider {
    type Model = op::UntagSAMLProvider;

    fn asks(&self, cx: &ReadCx<'_>, input: &UntagSAMLProviderRequest) -> Result<Asks, Failure<Self::Model>> {
        let ask = super::one_ask(cx, "iam:UntagSAMLProvider", &input.saml_provider_arn)?;
        Ok(Asks::one(ask.tag_keys(input.tag_keys.iter().map(String::as_str))))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: UntagSAMLProviderRequest) -> Outcome<Self::Model> {
        let provider = Arc::clone(cx.draft.saml_provider(&input.saml_provider_arn)?);
        cx.draft.change(&provider, |provider| {
            provider.tags.remove(input.tag_keys.iter().map(String::as_str), TagCase::Sensitive);
            Ok::<_, Failure<Self::Model>>(())
        })?;
        Ok(UntagSAMLProviderResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::Tag;

    use super::*;
    use crate::saml_provider::testing::{arn, create, named};

    #[test]
    fn rule_228_the_case_of_keys_matters() {
        let mut world = World::new();
        let tag = |key: &str| Tag { key: key.to_owned(), value: String::new() };
        let mut input = named("idp");
        input.tags = Some(vec![tag("Team"), tag("team")]);
        create(&mut world, input);
        let untag = |name: &str| UntagSAMLProviderRequest {
            saml_provider_arn: arn(name),
            tag_keys: vec!["team".to_owned(), "TEAM".to_owned()],
        };
        world.write(&UntagSAMLProvider, untag("idp")).unwrap();
        let account = world.account();
        let tags: Vec<_> = account.saml_provider(&arn("idp")).unwrap().tags.iter().collect();
        assert_eq!(tags, [("Team", "")]);
        assert_eq!(world.write(&UntagSAMLProvider, untag("none")).unwrap_err().code(), "NoSuchEntity");
    }
}
