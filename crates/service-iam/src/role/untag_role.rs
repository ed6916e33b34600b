//! UntagRole: removes tags from a role; keys that it does not have are ignored.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{UntagRoleRequest, UntagRoleResponse, op};
use keygate_state::TagCase;

use crate::ask;

/// UntagRole.
pub(crate) struct UntagRole;

impl Write for UntagRole {
    type Model = op::UntagRole;

    fn asks(&self, cx: &ReadCx<'_>, input: &UntagRoleRequest) -> Result<Asks, Failure<Self::Model>> {
        let keys = input.tag_keys.iter().map(String::as_str);
        Ok(Asks::one(ask::role(cx, "iam:UntagRole", &input.role_name).tag_keys(keys)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: UntagRoleRequest) -> Outcome<Self::Model> {
        let role = Arc::clone(cx.draft.role(&input.role_name)?);
        cx.draft.change(&role, |role| {
            role.tags.remove(input.tag_keys.iter().map(String::as_str), TagCase::Insensitive);
            Ok::<_, Failure<Self::Model>>(())
        })?;
        Ok(UntagRoleResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::{CreateRoleRequest, Tag};

    use super::*;
    use crate::role::testing::{create, named};

    #[test]
    fn rule_228_keys_ignore_case() {
        let mut world = World::new();
        let tag = |key: &str| Tag { key: key.to_owned(), value: String::new() };
        create(&mut world, CreateRoleRequest { tags: Some(vec![tag("Team"), tag("stage")]), ..named("App") });
        let untag = |name: &str| UntagRoleRequest {
            role_name: name.to_owned(),
            tag_keys: vec!["TEAM".to_owned(), "unknown".to_owned()],
        };
        world.write(&UntagRole, untag("app")).unwrap();
        let account = world.account();
        assert_eq!(account.role("App").unwrap().tags.iter().collect::<Vec<_>>(), [("stage", "")]);
        let error = world.write(&UntagRole, untag("none")).unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            ("NoSuchEntity", "The role with name none cannot be found.")
        );
    }
}
