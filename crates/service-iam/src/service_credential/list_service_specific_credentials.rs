//! ListServiceSpecificCredentials: the credentials of a user, of the caller itself, or of all users; never their
//! secrets.

use std::sync::Arc;

use keygate_operation::{Ask, Asks, Failure, Outcome, Read, ReadCx, paginate};
use keygate_shapes::iam::{
    ListServiceSpecificCredentialsRequest, ListServiceSpecificCredentialsResponse,
    ServiceSpecificCredentialMetadata, op,
};
use keygate_state::{ServiceCredential, User};

use super::Form;
use crate::ask;
use crate::owner;

/// ListServiceSpecificCredentials.
pub(crate) struct ListServiceSpecificCredentials;

type Model = op::ListServiceSpecificCredentials;

impl Read for ListServiceSpecificCredentials {
    type Model = Model;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &ListServiceSpecificCredentialsRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        const ACTION: &str = "iam:ListServiceSpecificCredentials";
        Ok(Asks::one(match user_name(cx, input)? {
            Some(name) => ask::user(cx, ACTION, &name),
            None => Ask::on(ACTION, cx.arn("user", "*")),
        }))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListServiceSpecificCredentialsRequest) -> Outcome<Self::Model> {
        let (users, scope): (Vec<&Arc<User>>, &str) = match user_name(cx, &input)? {
            Some(name) => {
                let user = cx.account.user(&name)?;
                (vec![user], user.id.as_str())
            }
            None => (cx.account.users.iter().collect(), "*"),
        };
        let service = input.service_name.as_deref();
        if let Some(service) = service {
            Form::of(service)?;
        }
        // Users in order of name, the credentials of each oldest first; two of the same second by id.
        let key = |(user, credential): &(&Arc<User>, &ServiceCredential)| {
            format!("{} {} {}", user.name.to_ascii_lowercase(), credential.created, credential.id)
        };
        let mut found: Vec<_> = users
            .into_iter()
            .flat_map(|user| user.service_credentials.iter().map(move |credential| (user, credential)))
            .filter(|(_, credential)| service.is_none_or(|service| credential.service == service))
            .collect();
        found.sort_by_key(key);
        let scope = format!("{scope}/{}", service.unwrap_or_default());
        let page = paginate(cx, &scope, input.marker.as_deref(), input.max_items, found, key)?;
        let shown = |(user, credential): (&Arc<User>, &ServiceCredential)| metadata(cx, user, credential);
        Ok(ListServiceSpecificCredentialsResponse {
            service_specific_credentials: Some(page.items.into_iter().map(shown).collect()),
            marker: page.marker,
            is_truncated: Some(page.is_truncated),
        })
    }
}

/// The user named or calling; `None`: all users.
fn user_name(
    cx: &ReadCx<'_>,
    input: &ListServiceSpecificCredentialsRequest,
) -> Result<Option<String>, Failure<Model>> {
    match (input.all_users, &input.user_name) {
        (Some(true), Some(_)) => {
            Err(Failure::validation("UserName and AllUsers cannot be specified together."))
        }
        (Some(true), None) => Ok(None),
        (_, name) => owner::user_name(cx.caller, name.as_deref()).map(Some),
    }
}

fn metadata(
    cx: &ReadCx<'_>,
    user: &User,
    credential: &ServiceCredential,
) -> ServiceSpecificCredentialMetadata {
    let is_key = matches!(Form::of(&credential.service), Ok(Form::ApiKey(_)));
    let alias = |shown: bool| shown.then(|| credential.alias.clone());
    ServiceSpecificCredentialMetadata {
        user_name: user.name.clone(),
        status: super::status(credential, cx.env.now),
        service_user_name: alias(!is_key),
        service_credential_alias: alias(is_key),
        create_date: credential.created,
        expiration_date: credential.expires,
        service_specific_credential_id: credential.id.to_string(),
        service_name: credential.service.clone(),
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::ask::tests::pairs;
    use crate::service_credential::tests::create;
    use crate::user::tests::add_user;

    fn list(
        world: &mut World,
        input: ListServiceSpecificCredentialsRequest,
    ) -> Result<(String, Option<String>), String> {
        let page = world.read(&ListServiceSpecificCredentials, input);
        let page = page.map_err(|error| format!("{}: {}", error.code(), error.message()))?;
        let shown = page.service_specific_credentials.unwrap().into_iter().map(|credential| {
            let service = credential.service_name.split('.').next().unwrap().to_owned();
            format!("{}/{service}/{} ", credential.user_name, credential.status)
        });
        Ok((shown.collect(), page.marker))
    }

    fn of(user: Option<&str>, service: Option<&str>) -> ListServiceSpecificCredentialsRequest {
        ListServiceSpecificCredentialsRequest {
            user_name: user.map(str::to_owned),
            service_name: service.map(|name| format!("{name}.amazonaws.com")),
            ..Default::default()
        }
    }

    fn world() -> World {
        let mut world = World::new();
        for (user, service, days) in
            [("eve", "bedrock", Some(1)), ("Bob", "codecommit", None), ("Bob", "bedrock", Some(2))]
        {
            if world.account().users.named(user).is_none() {
                add_user(&mut world, user);
            }
            create(&mut world, user, &format!("{service}.amazonaws.com"), days).unwrap();
            world.now = world.now.plus_seconds(1);
        }
        world
    }

    #[test]
    fn of_one_user_of_the_caller_and_of_all() {
        let mut world = world();
        let bobs = ("Bob/codecommit/Active Bob/bedrock/Active ".to_owned(), None);
        assert_eq!(list(&mut world, of(Some("BOB"), None)), Ok(bobs.clone()));
        assert_eq!(list(&mut world, of(Some("bob"), Some("bedrock"))).unwrap().0, "Bob/bedrock/Active ");
        let all = |marker| ListServiceSpecificCredentialsRequest {
            all_users: Some(true),
            max_items: Some(2),
            marker,
            ..Default::default()
        };
        let (first, marker) = list(&mut world, all(None)).unwrap();
        assert_eq!(first, bobs.0);
        assert_eq!(list(&mut world, all(marker.clone())).unwrap(), ("eve/bedrock/Active ".to_owned(), None));
        // A marker belongs to one listing.
        let other = ListServiceSpecificCredentialsRequest { marker, ..of(Some("bob"), None) };
        assert!(list(&mut world, other).unwrap_err().starts_with("ValidationError"));
        // A day later eve's key is over.
        world.now = world.now.plus_seconds(86_400);
        let keys =
            ListServiceSpecificCredentialsRequest { all_users: Some(true), ..of(None, Some("bedrock")) };
        assert_eq!(list(&mut world, keys).unwrap().0, "Bob/bedrock/Active eve/bedrock/Expired ");
        world.act_as_user("Bob");
        assert_eq!(list(&mut world, of(None, None)), Ok(bobs));
    }

    #[test]
    fn errors() {
        let mut world = world();
        let both = ListServiceSpecificCredentialsRequest { all_users: Some(true), ..of(Some("bob"), None) };
        for (input, error) in [
            (of(Some("none"), None), "NoSuchEntity: The user with name none cannot be found."),
            (
                of(Some("bob"), Some("s3")),
                "NoSuchEntity: No such service s3.amazonaws.com is supported for Service Specific Credentials",
            ),
            (both, "ValidationError: UserName and AllUsers cannot be specified together."),
            (of(None, None), "ValidationError: Must specify userName when calling with non-User credentials"),
        ] {
            assert_eq!(list(&mut world, input).unwrap_err(), error);
        }
    }

    #[test]
    fn all_users_are_asked_about_together() {
        let mut world = world();
        let all = ListServiceSpecificCredentialsRequest { all_users: Some(true), ..Default::default() };
        for (input, resource) in [(all, "*"), (of(Some("bob"), None), "Bob")] {
            let asks = world.asks(&ListServiceSpecificCredentials, &input).unwrap();
            let arn = format!("arn:aws:iam::123456789012:user/{resource}");
            assert_eq!(pairs(&asks), [("iam:ListServiceSpecificCredentials", arn.as_str())]);
        }
    }
}
