//! CreateInstanceProfile: a new, empty instance profile.

use keygate_ident::{Arn, IdKind};
use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{self, CreateInstanceProfileRequest, CreateInstanceProfileResponse, op};
use keygate_state::{InstanceProfile, TagCase};

use crate::{ask, input, view};

/// CreateInstanceProfile.
pub(crate) struct CreateInstanceProfile;

impl Write for CreateInstanceProfile {
    type Model = op::CreateInstanceProfile;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &CreateInstanceProfileRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let path = input::path(input.path.as_deref())?;
        let name = &input.instance_profile_name;
        let arn = Arn::iam(cx.partition(), cx.account_id(), "instance-profile", &path, name);
        let tags = input.tags.as_deref();
        Ok(Asks::one(ask::creation("iam:CreateInstanceProfile", arn.clone(), tags))
            .and_if(input::pairs(tags).next().is_some(), || {
                ask::creation("iam:TagInstanceProfile", arn, tags)
            }))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: CreateInstanceProfileRequest) -> Outcome<Self::Model> {
        let profile = InstanceProfile {
            id: cx.new_id(IdKind::InstanceProfile),
            name: input.instance_profile_name,
            path: input::path(input.path.as_deref())?,
            created: cx.now(),
            role: None,
            tags: input::new_tags(cx.draft, input.tags.as_deref(), TagCase::Sensitive)?,
        };
        let tags = view::tags(&profile.tags);
        let shown = iam::InstanceProfile { tags, ..view::instance_profile(&cx.read(), &profile)? };
        cx.draft.insert(profile)?;
        Ok(CreateInstanceProfileResponse { instance_profile: shown })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::Tag;

    use super::*;
    use crate::instance_profile::testing::named;

    #[test]
    fn the_profile_is_there_and_empty() {
        let mut world = World::new();
        let tag = |key: &str| Tag { key: key.to_owned(), value: String::new() };
        let input = CreateInstanceProfileRequest {
            path: Some("/team/".to_owned()),
            // Keys that differ by case are two keys here (rule 228).
            tags: Some(vec![tag("k"), tag("K")]),
            ..named("Web")
        };
        let profile = world.write(&CreateInstanceProfile, input).unwrap().instance_profile;
        assert_eq!(profile.arn, "arn:aws:iam::123456789012:instance-profile/team/Web");
        assert!(profile.instance_profile_id.starts_with("AIPA") && profile.instance_profile_id.len() == 21);
        assert_eq!((profile.roles.len(), profile.tags.unwrap().len()), (0, 2));
        let plain = world.write(&CreateInstanceProfile, named("Plain")).unwrap().instance_profile;
        assert_eq!((plain.path.as_str(), plain.tags), ("/", None));
        assert_eq!(world.account().instance_profile("web").unwrap().name, "Web");
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        world.write(&CreateInstanceProfile, named("Web")).unwrap();
        let quota = ("InstanceProfilesPerAccount".to_owned(), 1);
        world.edit(|draft| draft.change_settings(|s| s.quotas.extend([quota])));
        let tag = Tag { key: "k".to_owned(), value: String::new() };
        for (input, code, message) in [
            (named("wEB"), "EntityAlreadyExists", "Instance Profile wEB already exists."),
            (named("new"), "LimitExceeded", "Cannot exceed quota for InstanceProfilesPerAccount: 1"),
            (
                CreateInstanceProfileRequest { tags: Some(vec![tag.clone(), tag]), ..named("new") },
                "InvalidInput",
                "Duplicate tag keys found.",
            ),
        ] {
            let error = world.write(&CreateInstanceProfile, input).unwrap_err();
            assert_eq!((error.code(), error.message()), (code, message));
        }
    }
}
