//! CreateUser: a new IAM user in the caller's account.

use keygate_ident::{Arn, IdKind};
use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{CreateUserRequest, CreateUserResponse, op};
use keygate_state::{TagCase, User};

use crate::{ask, input, view};

/// CreateUser.
pub(crate) struct CreateUser;

impl Write for CreateUser {
    type Model = op::CreateUser;

    fn asks(&self, cx: &ReadCx<'_>, input: &CreateUserRequest) -> Result<Asks, Failure<Self::Model>> {
        let path = input::path(input.path.as_deref())?;
        let arn = Arn::iam(cx.partition(), cx.account_id(), "user", &path, &input.user_name);
        let tags = input.tags.as_deref().filter(|tags| !tags.is_empty());
        let create = ask::creation("iam:CreateUser", arn.clone(), tags)
            .key(ask::PERMISSIONS_BOUNDARY, input.permissions_boundary.as_deref());
        Ok(Asks::one(create).and_if(tags.is_some(), || ask::creation("iam:TagUser", arn, tags)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: CreateUserRequest) -> Outcome<Self::Model> {
        let user = User {
            id: cx.new_id(IdKind::User),
            name: input.user_name,
            path: input::path(input.path.as_deref())?,
            created: cx.now(),
            tags: input::new_tags(cx.draft, input.tags.as_deref(), TagCase::Insensitive)?,
            boundary: input::boundary(cx.draft, input.permissions_boundary.as_deref())?,
            groups: Vec::new(),
            inline: Default::default(),
            attached: Vec::new(),
            access_keys: Vec::new(),
            login_profile: None,
            passwords: Vec::new(),
            ssh_keys: Vec::new(),
            signing_certificates: Vec::new(),
            service_credentials: Vec::new(),
        };
        let shown = view::user(cx.draft, &user);
        cx.draft.insert(user)?;
        Ok(CreateUserResponse { user: Some(shown) })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::Tag;

    use super::*;

    fn named(name: &str) -> CreateUserRequest {
        CreateUserRequest { user_name: name.to_owned(), ..Default::default() }
    }

    #[test]
    fn the_user_is_there_with_all_that_was_given() {
        let mut world = World::new();
        let input = CreateUserRequest {
            path: Some("/team/".to_owned()),
            permissions_boundary: Some("arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned()),
            tags: Some(vec![Tag { key: "a".to_owned(), value: "1".to_owned() }]),
            ..named("Bob")
        };
        let user = world.write(&CreateUser, input).unwrap().user.unwrap();
        assert_eq!(user.arn, "arn:aws:iam::123456789012:user/team/Bob");
        assert!(user.user_id.starts_with("AIDA") && user.user_id.len() == 21);
        assert_eq!(world.account().user("bob").unwrap().tags.len(), 1);
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        world.write(&CreateUser, named("Bob")).unwrap();
        world.edit(|draft| {
            draft.change_settings(|settings| settings.quotas.extend([("UsersPerAccount".to_owned(), 1)]));
        });
        let unknown = "arn:aws:iam::123456789012:policy/none".to_owned();
        let tag = |key: &str| Tag { key: key.to_owned(), value: String::new() };
        for (input, code, message) in [
            (named("bob"), "EntityAlreadyExists", "User with name bob already exists."),
            (named("eve"), "LimitExceeded", "Cannot exceed quota for UsersPerAccount: 1"),
            (
                CreateUserRequest { permissions_boundary: Some(unknown.clone()), ..named("eve") },
                "NoSuchEntity",
                "Scope ARN: arn:aws:iam::123456789012:policy/none does not exist or is not attachable.",
            ),
            (
                CreateUserRequest { tags: Some(vec![tag("k"), tag("K")]), ..named("eve") },
                "InvalidInput",
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
            ),
        ] {
            let error = world.write(&CreateUser, input).unwrap_err();
            assert_eq!((error.code(), error.message()), (code, message));
        }
    }

    #[test]
    fn rule_217_tags_in_the_request_count_as_the_resources_own() {
        let mut world = World::new();
        let asks = world.write_asks(&CreateUser, &named("bob")).unwrap();
        assert_eq!(asks.iter().map(|ask| ask.action.as_ref()).collect::<Vec<_>>(), ["iam:CreateUser"]);
        let tag = Tag { key: "Team".to_owned(), value: "a".to_owned() };
        let tagged = CreateUserRequest { tags: Some(vec![tag]), ..named("bob") };
        let asks = world.write_asks(&CreateUser, &tagged).unwrap();
        let actions: Vec<_> = asks.iter().map(|ask| ask.action.as_ref()).collect();
        assert_eq!(actions, ["iam:CreateUser", "iam:TagUser"]);
        for ask in asks.iter() {
            let keys: Vec<_> = ask.keys.iter().map(|(key, _)| key.as_str()).collect();
            assert_eq!(
                keys,
                ["aws:RequestTag/Team", "aws:TagKeys", "aws:ResourceTag/Team", "iam:ResourceTag/Team"]
            );
        }
    }
}
