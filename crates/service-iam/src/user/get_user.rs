//! GetUser: a user by name, or the caller itself.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{GetUserRequest, GetUserResponse, op};
use keygate_state::CallerKind;

use crate::{ask, view};

/// GetUser.
pub(crate) struct GetUser;

impl Read for GetUser {
    type Model = op::GetUser;

    fn asks(&self, cx: &ReadCx<'_>, input: &GetUserRequest) -> Result<Asks, Failure<Self::Model>> {
        match (&input.user_name, &cx.caller.kind) {
            (Some(name), _) => Ok(Asks::one(ask::user(cx, "iam:GetUser", name))),
            (None, CallerKind::User(user)) => Ok(Asks::one(ask::user(cx, "iam:GetUser", &user.name))),
            (None, CallerKind::Root) => {
                Ok(Asks::one(keygate_operation::Ask::on("iam:GetUser", cx.caller.arn.clone())))
            }
            (None, _) => {
                Err(Failure::validation("Must specify userName when calling with non-User credentials"))
            }
        }
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetUserRequest) -> Outcome<Self::Model> {
        let user = match (&input.user_name, &cx.caller.kind) {
            (Some(name), _) => view::user(cx.account, cx.account.user(name)?),
            (None, CallerKind::User(user)) => view::user(cx.account, cx.account.user(&user.name)?),
            (None, _) => view::root(cx),
        };
        Ok(GetUserResponse { user })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam;

    use super::*;
    use crate::access_key::tests::act_as_guest;
    use crate::user::create_user::CreateUser;

    #[test]
    fn by_name_in_any_case_or_the_caller_itself() {
        let mut world = World::new();
        let input = iam::CreateUserRequest { user_name: "Bob".to_owned(), ..Default::default() };
        world.write(&CreateUser, input).unwrap();
        let named = |name: &str| GetUserRequest { user_name: Some(name.to_owned()) };
        assert_eq!(world.read(&GetUser, named("bOB")).unwrap().user.user_name, "Bob");
        let error = world.read(&GetUser, named("eve")).unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            ("NoSuchEntity", "The user with name eve cannot be found.")
        );
        let nameless = GetUserRequest { user_name: None };
        assert_eq!(
            world.read(&GetUser, nameless.clone()).unwrap().user.arn,
            "arn:aws:iam::123456789012:root"
        );
        world.act_as_user("Bob");
        assert_eq!(world.read(&GetUser, nameless.clone()).unwrap().user.user_name, "Bob");
        act_as_guest(&mut world);
        let error = world.read(&GetUser, nameless).unwrap_err();
        assert_eq!(error.message(), "Must specify userName when calling with non-User credentials");
    }

    #[test]
    fn another_spelling_asks_for_the_real_arn() {
        let mut world = World::new();
        let input = iam::CreateUserRequest {
            user_name: "Bob".to_owned(),
            path: Some("/x/".to_owned()),
            ..Default::default()
        };
        world.write(&CreateUser, input).unwrap();
        let asks = world.asks(&GetUser, &GetUserRequest { user_name: Some("BOB".to_owned()) }).unwrap();
        assert_eq!(asks.iter().next().unwrap().resource, "arn:aws:iam::123456789012:user/x/Bob");
    }
}
