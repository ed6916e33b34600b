//! TagUser: adds or replaces tags. Keys compare ignoring case (rule 228).

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{TagUserRequest, TagUserResponse, op};
use keygate_state::{Quota, TagCase};

use crate::{ask, input};

/// TagUser.
pub(crate) struct TagUser;

impl Write for TagUser {
    type Model = op::TagUser;

    fn asks(&self, cx: &ReadCx<'_>, input: &TagUserRequest) -> Result<Asks, Failure<Self::Model>> {
        let tags = input::pairs(Some(&input.tags));
        Ok(Asks::one(ask::user(cx, "iam:TagUser", &input.user_name).request_tags(tags)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: TagUserRequest) -> Outcome<Self::Model> {
        let user = Arc::clone(cx.draft.user(&input.user_name)?);
        let limit = cx.draft.quota(Quota::TagsPerResource);
        let tags = input::pairs(Some(&input.tags));
        cx.draft.change(&user, |user| user.tags.set(tags, TagCase::Insensitive, limit))?;
        Ok(TagUserResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::user::tests::{add_user, tag_user, tags};

    #[test]
    fn rule_228_a_key_in_another_case_is_replaced() {
        let mut world = World::new();
        add_user(&mut world, "bob");
        tag_user(&mut world, "bob", &[("Team", "a"), ("x", "")]);
        tag_user(&mut world, "BOB", &[("team", "b")]);
        let account = world.account();
        let shown: Vec<_> = account.user("bob").unwrap().tags.iter().collect();
        assert_eq!(shown, [("team", "b"), ("x", "")]);
    }

    #[test]
    fn errors_change_nothing() {
        let mut world = World::new();
        add_user(&mut world, "bob");
        tag_user(&mut world, "bob", &[("a", "1")]);
        let many: Vec<String> = (0..50).map(|number| format!("k{number}")).collect();
        let many: Vec<(&str, &str)> = many.iter().map(|key| (key.as_str(), "")).collect();
        for (name, new, code, message) in [
            ("eve", &[("a", "")][..], "NoSuchEntity", "The user with name eve cannot be found."),
            (
                "bob",
                &[("b", ""), ("B", "")],
                "InvalidInput",
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
            ),
            ("bob", &many, "LimitExceeded", "The number of tags has reached the maximum limit."),
        ] {
            let input = TagUserRequest { user_name: name.to_owned(), tags: tags(new) };
            let error = world.write(&TagUser, input).unwrap_err();
            assert_eq!((error.code(), error.message()), (code, message));
        }
        let input = TagUserRequest { user_name: "bob".to_owned(), tags: tags(&[("AWS:x", "")]) };
        assert_eq!(world.write(&TagUser, input).unwrap_err().code(), "InvalidInput");
        assert_eq!(world.account().user("bob").unwrap().tags.len(), 1);
    }
}
