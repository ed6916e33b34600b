//! UntagInstanceProfile: removes tags from an instance profile; keys that it does not have are ignored.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{UntagInstanceProfileRequest, UntagInstanceProfileResponse, op};
use keygate_state::TagCase;

use crate::ask;

/// UntagInstanceProfile.
pub(crate) struct UntagInstanceProfile;

impl Write for UntagInstanceProfile {
    type Model = op::UntagInstanceProfile;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &UntagInstanceProfileRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let ask = ask::instance_profile(cx, "iam:UntagInstanceProfile", &input.instance_profile_name);
        Ok(Asks::one(ask.tag_keys(input.tag_keys.iter().map(String::as_str))))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: UntagInstanceProfileRequest) -> Outcome<Self::Model> {
        let profile = Arc::clone(cx.draft.instance_profile(&input.instance_profile_name)?);
        cx.draft.change(&profile, |profile| {
            profile.tags.remove(input.tag_keys.iter().map(String::as_str), TagCase::Sensitive);
            Ok::<_, Failure<Self::Model>>(())
        })?;
        Ok(UntagInstanceProfileResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::{CreateInstanceProfileRequest, Tag};

    use super::*;
    use crate::instance_profile::testing::{create, named};

    #[test]
    fn rule_228_the_case_of_keys_matters() {
        let mut world = World::new();
        let tag = |key: &str| Tag { key: key.to_owned(), value: String::new() };
        let tags = Some(vec![tag("Team"), tag("team")]);
        create(&mut world, CreateInstanceProfileRequest { tags, ..named("Web") });
        let untag = |name: &str| UntagInstanceProfileRequest {
            instance_profile_name: name.to_owned(),
            tag_keys: vec!["team".to_owned(), "TEAM".to_owned()],
        };
        world.write(&UntagInstanceProfile, untag("web")).unwrap();
        let account = world.account();
        assert_eq!(account.instance_profile("Web").unwrap().tags.iter().collect::<Vec<_>>(), [("Team", "")]);
        let error = world.write(&UntagInstanceProfile, untag("none")).unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            ("NoSuchEntity", "Instance Profile none cannot be found.")
        );
    }
}
