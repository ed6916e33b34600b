//! TagInstanceProfile: adds tags to an instance profile, or replaces their values. The case of keys matters here
//! (rule 228).

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{TagInstanceProfileRequest, TagInstanceProfileResponse, op};
use keygate_state::{Quota, TagCase};

use crate::{ask, input};

/// TagInstanceProfile.
pub(crate) struct TagInstanceProfile;

impl Write for TagInstanceProfile {
    type Model = op::TagInstanceProfile;

    fn asks(&self, cx: &ReadCx<'_>, input: &TagInstanceProfileRequest) -> Result<Asks, Failure<Self::Model>> {
        let ask = ask::instance_profile(cx, "iam:TagInstanceProfile", &input.instance_profile_name);
        Ok(Asks::one(ask.request_tags(input::pairs(Some(&input.tags)))))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: TagInstanceProfileRequest) -> Outcome<Self::Model> {
        let profile = Arc::clone(cx.draft.instance_profile(&input.instance_profile_name)?);
        let limit = cx.draft.quota(Quota::TagsPerResource);
        let tags = input::pairs(Some(&input.tags));
        cx.draft.change(&profile, |profile| profile.tags.set(tags, TagCase::Sensitive, limit))?;
        Ok(TagInstanceProfileResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::Tag;

    use super::*;
    use crate::instance_profile::testing::{create, named};

    fn tag(name: &str, tags: &[(&str, &str)]) -> TagInstanceProfileRequest {
        let tags = tags.iter().map(|(key, value)| Tag { key: (*key).to_owned(), value: (*value).to_owned() });
        TagInstanceProfileRequest { instance_profile_name: name.to_owned(), tags: tags.collect() }
    }

    #[test]
    fn rule_228_the_case_of_keys_matters() {
        let mut world = World::new();
        create(&mut world, named("Web"));
        world.write(&TagInstanceProfile, tag("web", &[("Team", "a"), ("stage", "x")])).unwrap();
        world.write(&TagInstanceProfile, tag("web", &[("team", "b"), ("stage", "y")])).unwrap();
        let account = world.account();
        let tags: Vec<_> = account.instance_profile("Web").unwrap().tags.iter().collect();
        assert_eq!(tags, [("Team", "a"), ("stage", "y"), ("team", "b")]);
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        create(&mut world, named("Web"));
        for (input, code, message) in [
            (tag("none", &[("a", "")]), "NoSuchEntity", "Instance Profile none cannot be found."),
            (tag("Web", &[("k", ""), ("k", "")]), "InvalidInput", "Duplicate tag keys found."),
        ] {
            let error = world.write(&TagInstanceProfile, input).unwrap_err();
            assert_eq!((error.code(), error.message()), (code, message));
        }
        assert!(world.account().instance_profile("Web").unwrap().tags.is_empty());
    }
}
