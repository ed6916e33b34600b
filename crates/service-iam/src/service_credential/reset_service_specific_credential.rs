//! ResetServiceSpecificCredential: a new secret in place of the old one, shown this once. Status and end stay.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{
    ResetServiceSpecificCredentialRequest, ResetServiceSpecificCredentialResponse, op,
};

use super::Form;
use crate::owner;

/// ResetServiceSpecificCredential.
pub(crate) struct ResetServiceSpecificCredential;

impl Write for ResetServiceSpecificCredential {
    type Model = op::ResetServiceSpecificCredential;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &ResetServiceSpecificCredentialRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let user = owner::user_name(cx.caller, input.user_name.as_deref())?;
        let id = &input.service_specific_credential_id;
        Ok(Asks::one(super::ask_about(cx, "iam:ResetServiceSpecificCredential", &user, id)))
    }

    fn run(
        &self,
        cx: &mut WriteCx<'_>,
        input: ResetServiceSpecificCredentialRequest,
    ) -> Outcome<Self::Model> {
        let name = owner::user_name(cx.caller, input.user_name.as_deref())?;
        let user = Arc::clone(cx.draft.user(&name)?);
        let env = cx.env;
        let shown = cx.draft.change(&user, |user| {
            let id = &input.service_specific_credential_id;
            let credential = user.service_credentials.iter_mut().find(|found| found.id.as_str() == id);
            let credential = credential.ok_or_else(|| super::missing(id))?;
            let form = Form::of(&credential.service)?;
            let secret = form.secret(&credential.alias, &mut env.random());
            credential.secret = super::sealed::<Self::Model>(&env, &credential.id, &secret)?;
            let credential = credential.clone();
            Ok::<_, Failure<Self::Model>>(super::shown(user, &credential, form, &secret, env.now))
        })?;
        Ok(ResetServiceSpecificCredentialResponse { service_specific_credential: Some(shown) })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::service_credential::tests::create;
    use crate::user::tests::add_user;

    #[test]
    fn only_the_secret_is_another() {
        let mut world = World::new();
        add_user(&mut world, "bob");
        for service in ["codecommit.amazonaws.com", "bedrock.amazonaws.com"] {
            let first = create(&mut world, "bob", service, None).unwrap();
            let id = first.service_specific_credential_id.clone();
            world.now = world.now.plus_seconds(60);
            let input = |user: &str| ResetServiceSpecificCredentialRequest {
                user_name: Some(user.to_owned()),
                service_specific_credential_id: id.clone(),
            };
            let second = world.write(&ResetServiceSpecificCredential, input("BOB")).unwrap();
            let second = second.service_specific_credential.unwrap();
            assert_eq!(second.service_user_name, first.service_user_name);
            assert_eq!(second.service_credential_alias, first.service_credential_alias);
            assert_eq!(second.create_date, first.create_date);
            let secret = |credential: &keygate_shapes::iam::ServiceSpecificCredential| {
                let secret =
                    credential.service_password.as_ref().or(credential.service_credential_secret.as_ref());
                secret.unwrap().expose().to_owned()
            };
            assert_ne!(secret(&second), secret(&first));
            let account = world.account();
            let stored = account.user("bob").unwrap().service_credentials.last().unwrap();
            let purpose = keygate_seal::Purpose::ServicePassword;
            let opened = world.keys.open(purpose, id.as_bytes(), &stored.secret).unwrap();
            assert_eq!(opened.as_slice(), secret(&second).as_bytes());
            add_user(&mut world, service);
            let error = world.write(&ResetServiceSpecificCredential, input(service)).unwrap_err();
            assert_eq!(error.message(), format!("No such credential {id} exists"));
            let error = world.write(&ResetServiceSpecificCredential, input("none")).unwrap_err();
            assert_eq!(error.message(), "The user with name none cannot be found.");
        }
    }
}
