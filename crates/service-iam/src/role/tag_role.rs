//! TagRole: adds tags to a role, or replaces their values. A key in another case replaces the old one (rule 228).

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{TagRoleRequest, TagRoleResponse, op};
use keygate_state::{Quota, TagCase};

use crate::{ask, input};

/// TagRole.
pub(crate) struct TagRole;

impl Write for TagRole {
    type Model = op::TagRole;

    fn asks(&self, cx: &ReadCx<'_>, input: &TagRoleRequest) -> Result<Asks, Failure<Self::Model>> {
        let tags = input::pairs(Some(&input.tags));
        Ok(Asks::one(ask::role(cx, "iam:TagRole", &input.role_name).request_tags(tags)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: TagRoleRequest) -> Outcome<Self::Model> {
        let role = Arc::clone(cx.draft.role(&input.role_name)?);
        let limit = cx.draft.quota(Quota::TagsPerResource);
        let tags = input::pairs(Some(&input.tags));
        cx.draft.change(&role, |role| role.tags.set(tags, TagCase::Insensitive, limit))?;
        Ok(TagRoleResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::Tag;

    use super::*;
    use crate::role::testing::{create, named};

    fn tag(name: &str, tags: &[(&str, &str)]) -> TagRoleRequest {
        let tags = tags.iter().map(|(key, value)| Tag { key: (*key).to_owned(), value: (*value).to_owned() });
        TagRoleRequest { role_name: name.to_owned(), tags: tags.collect() }
    }

    #[test]
    fn rule_228_keys_ignore_case() {
        let mut world = World::new();
        create(&mut world, named("App"));
        world.write(&TagRole, tag("app", &[("Team", "a"), ("stage", "")])).unwrap();
        world.write(&TagRole, tag("app", &[("team", "b")])).unwrap();
        let account = world.account();
        let tags: Vec<_> = account.role("App").unwrap().tags.iter().collect();
        assert_eq!(tags, [("stage", ""), ("team", "b")]);
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        create(&mut world, named("App"));
        world.edit(|draft| draft.change_settings(|s| s.quotas.extend([("TagsPerResource".to_owned(), 1)])));
        for (input, code, message) in [
            (tag("none", &[("a", "")]), "NoSuchEntity", "The role with name none cannot be found."),
            (
                tag("App", &[("k", ""), ("K", "")]),
                "InvalidInput",
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
            ),
            (
                tag("App", &[("a", ""), ("b", "")]),
                "LimitExceeded",
                "The number of tags has reached the maximum limit.",
            ),
        ] {
            let error = world.write(&TagRole, input).unwrap_err();
            assert_eq!((error.code(), error.message()), (code, message));
        }
        assert!(world.account().role("App").unwrap().tags.is_empty());
    }
}
