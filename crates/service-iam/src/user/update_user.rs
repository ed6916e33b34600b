//! UpdateUser: another name or path. Keys, groups, policies and the trust others have in the user stay with it.

use keygate_ident::{Arn, EntityPath};
use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{UpdateUserRequest, UpdateUserResponse, op};
use keygate_state::User;

use crate::{ask, input};

/// UpdateUser.
pub(crate) struct UpdateUser;

impl Write for UpdateUser {
    type Model = op::UpdateUser;

    /// The caller must be allowed on the user as it is and as it will be.
    fn asks(&self, cx: &ReadCx<'_>, input: &UpdateUserRequest) -> Result<Asks, Failure<Self::Model>> {
        let before = ask::user(cx, "iam:UpdateUser", &input.user_name);
        let user = cx.account.users.named(&input.user_name);
        let old_path = user.map(|user| user.path.clone()).unwrap_or_default();
        let old_name = user.map_or(input.user_name.as_str(), |user| &user.name);
        let path = new_path(input, &old_path)?;
        let name = input.new_user_name.as_deref().unwrap_or(old_name);
        let arn = Arn::iam(cx.partition(), cx.account_id(), "user", &path, name);
        // The same user under another ARN: its tags are the same.
        let mut after = before.clone();
        after.resource = arn.into();
        let moves = after.resource != before.resource;
        Ok(Asks::one(before).and_if(moves, || after))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: UpdateUserRequest) -> Outcome<Self::Model> {
        let mut user: User = cx.draft.user(&input.user_name)?.as_ref().clone();
        user.path = new_path(&input, &user.path)?;
        if let Some(name) = input.new_user_name {
            user.name = name;
        }
        cx.draft.update(user)?;
        Ok(UpdateUserResponse {})
    }
}

fn new_path(input: &UpdateUserRequest, old: &EntityPath) -> Result<EntityPath, Failure<op::UpdateUser>> {
    match input.new_path.as_deref() {
        None => Ok(old.clone()),
        given => input::path(given),
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::ask::tests::pairs;
    use crate::user::tests::add_user;

    fn update(name: &str, new_name: Option<&str>, new_path: Option<&str>) -> UpdateUserRequest {
        UpdateUserRequest {
            user_name: name.to_owned(),
            new_user_name: new_name.map(str::to_owned),
            new_path: new_path.map(str::to_owned),
        }
    }

    #[test]
    fn the_id_stays_and_the_old_name_is_free() {
        let mut world = World::new();
        let id = add_user(&mut world, "Bob");
        for (name, new_name, new_path, arn) in [
            ("bob", Some("Robert"), Some("/x/"), "user/x/Robert"),
            ("robert", None, Some("/y/"), "user/y/Robert"),
            ("robert", Some("ROBERT"), None, "user/y/ROBERT"),
            ("robert", None, None, "user/y/ROBERT"),
        ] {
            world.write(&UpdateUser, update(name, new_name, new_path)).unwrap();
            let account = world.account();
            let user = account.users.get(&id).unwrap();
            assert!(user.arn(account.partition(), account.id()).as_str().ends_with(arn), "{arn}");
        }
        assert!(world.account().user("bob").is_err());
        add_user(&mut world, "bob");
    }

    #[test]
    fn errors_change_nothing() {
        let mut world = World::new();
        add_user(&mut world, "Bob");
        add_user(&mut world, "eve");
        for (input, code, message) in [
            (update("Bob", Some("EVE"), None), "EntityAlreadyExists", "User with name EVE already exists."),
            (
                update("mallory", Some("x"), None),
                "NoSuchEntity",
                "The user with name mallory cannot be found.",
            ),
        ] {
            let error = world.write(&UpdateUser, input).unwrap_err();
            assert_eq!((error.code(), error.message()), (code, message));
        }
        assert_eq!(world.account().user("bob").unwrap().name, "Bob");
    }

    #[test]
    fn both_arns_are_asked() {
        let mut world = World::new();
        add_user(&mut world, "Bob");
        let arn = |rest: &str| format!("arn:aws:iam::123456789012:user/{rest}");
        for (input, resources) in [
            (update("bob", Some("Rob"), Some("/x/")), vec![arn("Bob"), arn("x/Rob")]),
            (update("bob", None, Some("/x/")), vec![arn("Bob"), arn("x/Bob")]),
            (update("bob", Some("Bob"), Some("/")), vec![arn("Bob")]),
            (update("none", Some("Rob"), None), vec![arn("none"), arn("Rob")]),
        ] {
            let asks = world.write_asks(&UpdateUser, &input).unwrap();
            let expected: Vec<_> = resources.iter().map(|arn| ("iam:UpdateUser", arn.as_str())).collect();
            assert_eq!(pairs(&asks), expected);
        }
    }
}
