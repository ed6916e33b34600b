//! CreateServiceSpecificCredential: a password or API key for a user at one service. The secret is shown here and never
//! again; it is stored sealed.

use std::sync::Arc;

use keygate_ident::IdKind;
use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{
    CreateServiceSpecificCredentialRequest, CreateServiceSpecificCredentialResponse, op,
};
use keygate_state::{Account, KeyStatus, LimitExceeded, Quota, ServiceCredential};

use super::Form;
use crate::ask;

/// CreateServiceSpecificCredential.
pub(crate) struct CreateServiceSpecificCredential;

const SECONDS_PER_DAY: i64 = 86_400;

impl Write for CreateServiceSpecificCredential {
    type Model = op::CreateServiceSpecificCredential;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &CreateServiceSpecificCredentialRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let days = input.credential_age_days.map(|days| days.to_string());
        let ask = ask::user(cx, "iam:CreateServiceSpecificCredential", &input.user_name)
            .key(super::SERVICE_NAME, Some(&input.service_name))
            .key(super::AGE_DAYS, days.as_deref());
        Ok(Asks::one(ask))
    }

    fn run(
        &self,
        cx: &mut WriteCx<'_>,
        input: CreateServiceSpecificCredentialRequest,
    ) -> Outcome<Self::Model> {
        let user = Arc::clone(cx.draft.user(&input.user_name)?);
        let service = input.service_name;
        let form = Form::of(&service)?;
        if input.credential_age_days.is_some() && form == Form::Password {
            return Err(Failure::validation(format!("CredentialAgeDays is not supported for {service}.")));
        }
        let limit = cx.draft.quota(Quota::ServiceCredentialsPerUser);
        let present = user.service_credentials.iter().filter(|credential| credential.service == service);
        if present.count() >= limit as usize {
            return Err(LimitExceeded::quota(Quota::ServiceCredentialsPerUser.name(), limit).into());
        }
        let alias = free_alias(cx.draft, &service, &user.name);
        let id = cx.new_id(IdKind::ServiceCredential);
        let secret = form.secret(&alias, &mut cx.env.random());
        let age = input.credential_age_days.map(|days| i64::from(days) * SECONDS_PER_DAY);
        let credential = ServiceCredential {
            secret: super::sealed(&cx.env, &id, &secret)?,
            id,
            service,
            alias,
            status: KeyStatus::Active,
            created: cx.now(),
            expires: age.map(|age| cx.now().plus_seconds(age)),
        };
        let shown = super::shown(&user, &credential, form, &secret, cx.env.now);
        cx.draft.change(&user, |user| {
            user.service_credentials.push(credential);
            Ok::<_, Failure<Self::Model>>(())
        })?;
        Ok(CreateServiceSpecificCredentialResponse { service_specific_credential: Some(shown) })
    }
}

/// `alice-at-123456789012`, or `alice+1-at-…` when that is taken: no two credentials of a service have one name.
fn free_alias(account: &Account, service: &str, user: &str) -> String {
    let is_taken = |alias: &str| {
        let mut all = account.users.iter().flat_map(|user| &user.service_credentials);
        all.any(|credential| credential.service == service && credential.alias == alias)
    };
    let mut alias = format!("{user}-at-{}", account.id());
    let mut number = 0u32;
    while is_taken(&alias) {
        number = number.saturating_add(1);
        alias = format!("{user}+{number}-at-{}", account.id());
    }
    alias
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use keygate_operation::Listed;
    use keygate_operation::testing::World;
    use keygate_seal::Purpose;

    use super::*;
    use crate::service_credential::tests::{create, input};
    use crate::user::tests::add_user;

    #[test]
    fn a_user_name_and_a_password_sealed_under_the_credentials_id() {
        let mut world = World::new();
        add_user(&mut world, "Bob");
        let shown = create(&mut world, "bob", "codecommit.amazonaws.com", None).unwrap();
        assert_eq!((shown.user_name.as_str(), shown.status.as_str()), ("Bob", "Active"));
        assert_eq!(shown.service_user_name.as_deref(), Some("Bob-at-123456789012"));
        assert_eq!((&shown.service_credential_alias, &shown.expiration_date), (&None, &None));
        assert!(shown.service_credential_secret.is_none());
        let id = &shown.service_specific_credential_id;
        assert!(id.starts_with("ACCA") && id.len() == 21);
        let password = shown.service_password.as_ref().unwrap().expose();
        assert!(password.len() == 60 && password.ends_with('='));
        assert!(!format!("{shown:?}").contains(password));
        let account = world.account();
        let stored = &account.user("bob").unwrap().service_credentials[0];
        let opened = world.keys.open(Purpose::ServicePassword, id.as_bytes(), &stored.secret).unwrap();
        assert_eq!(opened.as_slice(), password.as_bytes());
        assert!(world.keys.open(Purpose::ServicePassword, b"other", &stored.secret).is_err());
    }

    #[test]
    fn api_keys_carry_their_alias_and_may_end() {
        let mut world = World::new();
        add_user(&mut world, "bob");
        for (service, prefix, days, expires) in [
            ("bedrock.amazonaws.com", "ABSK", Some(30), Some("2026-01-31T00:00:00Z")),
            ("logs.amazonaws.com", "ACWL", Some(36600), Some("2126-03-18T00:00:00Z")),
            ("logs.amazonaws.com", "ACWL", None, None),
        ] {
            let shown = create(&mut world, "bob", service, days).unwrap();
            let alias = shown.service_credential_alias.unwrap();
            let token = shown.service_credential_secret.unwrap();
            let inside = STANDARD.decode(token.expose().strip_prefix(prefix).unwrap()).unwrap();
            assert!(inside.starts_with(format!("{alias}:").as_bytes()));
            assert_eq!(shown.expiration_date.map(|date| date.to_string()).as_deref(), expires);
            assert!(shown.service_user_name.is_none() && shown.service_password.is_none());
        }
    }

    #[test]
    fn no_two_have_one_name() {
        let mut world = World::new();
        add_user(&mut world, "bob");
        add_user(&mut world, "bob+1");
        let mut alias = |user: &str, service: &str| {
            create(&mut world, user, service, None).unwrap().service_user_name.unwrap()
        };
        assert_eq!(alias("bob+1", "codecommit.amazonaws.com"), "bob+1-at-123456789012");
        assert_eq!(alias("bob", "codecommit.amazonaws.com"), "bob-at-123456789012");
        assert_eq!(alias("bob", "codecommit.amazonaws.com"), "bob+2-at-123456789012");
        assert_eq!(alias("bob", "cassandra.amazonaws.com"), "bob-at-123456789012");
        assert_eq!(alias("bob", "cassandra.amazonaws.com"), "bob+1-at-123456789012");
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        add_user(&mut world, "bob");
        let commit = "codecommit.amazonaws.com";
        for (user, service, days, error) in [
            ("none", commit, None, "NoSuchEntity: The user with name none cannot be found."),
            (
                "bob",
                "s3.amazonaws.com",
                None,
                "NoSuchEntity: No such service s3.amazonaws.com is supported for Service Specific Credentials",
            ),
            (
                "bob",
                commit,
                Some(1),
                "ValidationError: CredentialAgeDays is not supported for codecommit.amazonaws.com.",
            ),
        ] {
            assert_eq!(create(&mut world, user, service, days).unwrap_err(), error);
        }
        for _ in 0..2 {
            create(&mut world, "bob", commit, None).unwrap();
        }
        let full = "LimitExceeded: Cannot exceed quota for ServiceSpecificCredentialsPerUser: 2";
        assert_eq!(create(&mut world, "bob", commit, None).unwrap_err(), full);
        create(&mut world, "bob", "cassandra.amazonaws.com", None).unwrap();
    }

    #[test]
    fn service_and_age_are_told() {
        let mut world = World::new();
        add_user(&mut world, "bob");
        let request = input("bob", "bedrock.amazonaws.com", Some(30));
        let asks = world.write_asks(&CreateServiceSpecificCredential, &request).unwrap();
        let keys = [("ServiceName", "bedrock.amazonaws.com"), ("AgeDays", "30")].map(|(key, value)| {
            (format!("iam:ServiceSpecificCredential{key}"), Listed::One(value.to_owned()))
        });
        assert_eq!(asks.iter().next().unwrap().keys, keys);
    }
}
