//! TagSAMLProvider: adds tags to a SAML provider, or replaces their values. The case of keys matters here (rule 228).

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{TagSAMLProviderRequest, TagSAMLProviderResponse, op};
use keygate_state::{Quota, TagCase};

use crate::input;

/// TagSAMLProvider.
pub(crate) struct TagSAMLProvider;

impl Write for TagSAMLProvider {
    type Model = op::TagSAMLProvider;

    fn asks(&self, cx: &ReadCx<'_>, input: &TagSAMLProviderRequest) -> Result<Asks, Failure<Self::Model>> {
        let ask = super::one_ask(cx, "iam:TagSAMLProvider", &input.saml_provider_arn)?;
        Ok(Asks::one(ask.request_tags(input::pairs(Some(&input.tags)))))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: TagSAMLProviderRequest) -> Outcome<Self::Model> {
        let provider = Arc::clone(cx.draft.saml_provider(&input.saml_provider_arn)?);
        let limit = cx.draft.quota(Quota::TagsPerResource);
        let tags = input::pairs(Some(&input.tags));
        cx.draft.change(&provider, |provider| provider.tags.set(tags, TagCase::Sensitive, limit))?;
        Ok(TagSAMLProviderResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::Tag;

    use super::*;
    use crate::saml_provider::testing::{arn, create, named};

    fn tag(name: &str, tags: &[(&str, &str)]) -> TagSAMLProviderRequest {
        let tags = tags.iter().map(|(key, value)| Tag { key: (*key).to_owned(), value: (*value).to_owned() });
        TagSAMLProviderRequest { saml_provider_arn: arn(name), tags: tags.collect() }
    }

    #[test]
    fn rule_228_the_case_of_keys_matters() {
        let mut world = World::new();
        create(&mut world, named("idp"));
        world.write(&TagSAMLProvider, tag("idp", &[("Team", "a"), ("stage", "x")])).unwrap();
        world.write(&TagSAMLProvider, tag("idp", &[("team", "b"), ("stage", "y")])).unwrap();
        let account = world.account();
        let tags: Vec<_> = account.saml_provider(&arn("idp")).unwrap().tags.iter().collect();
        assert_eq!(tags, [("Team", "a"), ("stage", "y"), ("team", "b")]);
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        create(&mut world, named("idp"));
        let many: Vec<String> = (0..51).map(|n| n.to_string()).collect();
        let many: Vec<(&str, &str)> = many.iter().map(|key| (key.as_str(), "")).collect();
        for (input, code) in [
            (tag("none", &[("a", "")]), "NoSuchEntity"),
            (tag("idp", &[("k", ""), ("k", "")]), "InvalidInput"),
            (tag("idp", &many), "LimitExceeded"),
        ] {
            assert_eq!(world.write(&TagSAMLProvider, input).unwrap_err().code(), code);
        }
        assert!(world.account().saml_provider(&arn("idp")).unwrap().tags.is_empty());
    }
}
