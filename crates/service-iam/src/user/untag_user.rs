//! UntagUser: removes tags by key, ignoring case; keys that are not there are no error.

use std::convert::Infallible;
use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{UntagUserRequest, UntagUserResponse, op};
use keygate_state::TagCase;

use crate::ask;

/// UntagUser.
pub(crate) struct UntagUser;

impl Write for UntagUser {
    type Model = op::UntagUser;

    fn asks(&self, cx: &ReadCx<'_>, input: &UntagUserRequest) -> Result<Asks, Failure<Self::Model>> {
        let keys = input.tag_keys.iter().map(String::as_str);
        Ok(Asks::one(ask::user(cx, "iam:UntagUser", &input.user_name).tag_keys(keys)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: UntagUserRequest) -> Outcome<Self::Model> {
        let user = Arc::clone(cx.draft.user(&input.user_name)?);
        let keys = input.tag_keys.iter().map(String::as_str);
        let Ok(()) = cx.draft.change(&user, |user| {
            user.tags.remove(keys, TagCase::Insensitive);
            Ok::<_, Infallible>(())
        });
        Ok(UntagUserResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::user::tests::{add_user, tag_user};

    #[test]
    fn rule_228_any_case_and_unknown_keys() {
        let mut world = World::new();
        add_user(&mut world, "bob");
        tag_user(&mut world, "bob", &[("Team", "a"), ("x", "")]);
        let untag = |name: &str, keys: &[&str]| UntagUserRequest {
            user_name: name.to_owned(),
            tag_keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        };
        world.write(&UntagUser, untag("bob", &["TEAM", "none"])).unwrap();
        assert_eq!(world.account().user("bob").unwrap().tags.iter().collect::<Vec<_>>(), [("x", "")]);
        let error = world.write(&UntagUser, untag("eve", &["x"])).unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            ("NoSuchEntity", "The user with name eve cannot be found.")
        );
    }
}
