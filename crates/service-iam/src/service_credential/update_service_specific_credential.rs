//! UpdateServiceSpecificCredential: switches a credential on or off. One whose time is over stays expired.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{
    UpdateServiceSpecificCredentialRequest, UpdateServiceSpecificCredentialResponse, op,
};

use crate::input;
use crate::owner;

/// UpdateServiceSpecificCredential.
pub(crate) struct UpdateServiceSpecificCredential;

impl Write for UpdateServiceSpecificCredential {
    type Model = op::UpdateServiceSpecificCredential;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &UpdateServiceSpecificCredentialRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let user = owner::user_name(cx.caller, input.user_name.as_deref())?;
        let id = &input.service_specific_credential_id;
        Ok(Asks::one(super::ask_about(cx, "iam:UpdateServiceSpecificCredential", &user, id)))
    }

    fn run(
        &self,
        cx: &mut WriteCx<'_>,
        input: UpdateServiceSpecificCredentialRequest,
    ) -> Outcome<Self::Model> {
        // The model declares no InvalidInput.
        let status = input::key_status(&input.status, "a service-specific credential")
            .map_err(|error| Failure::validation(error.message()))?;
        let name = owner::user_name(cx.caller, input.user_name.as_deref())?;
        let user = Arc::clone(cx.draft.user(&name)?);
        let id = &input.service_specific_credential_id;
        cx.draft.change(&user, |user| {
            let credential = user.service_credentials.iter_mut().find(|found| found.id.as_str() == id);
            credential.ok_or_else(|| super::missing(id))?.status = status;
            Ok::<_, Failure<Self::Model>>(())
        })?;
        Ok(UpdateServiceSpecificCredentialResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::service_credential::tests::create;
    use crate::user::tests::add_user;

    #[test]
    fn only_this_credential_of_this_user() {
        let mut world = World::new();
        add_user(&mut world, "bob");
        add_user(&mut world, "eve");
        let service = "bedrock.amazonaws.com";
        let id = create(&mut world, "bob", service, Some(1)).unwrap().service_specific_credential_id;
        create(&mut world, "bob", service, None).unwrap();
        let update = |world: &mut World, name: &str, status: &str| {
            let input = UpdateServiceSpecificCredentialRequest {
                user_name: Some(name.to_owned()),
                service_specific_credential_id: id.clone(),
                status: status.to_owned(),
            };
            let updated = world.write(&UpdateServiceSpecificCredential, input);
            let account = world.account();
            let all = account.user("bob").unwrap().service_credentials.iter();
            let statuses: Vec<_> =
                all.map(|found| crate::service_credential::status(found, world.now)).collect();
            updated
                .map(|_| statuses.join(" "))
                .map_err(|error| format!("{}: {}", error.code(), error.message()))
        };
        assert_eq!(update(&mut world, "BOB", "Inactive").unwrap(), "Inactive Active");
        assert_eq!(update(&mut world, "bob", "Active").unwrap(), "Active Active");
        for (name, status, error) in [
            ("none", "Active", "NoSuchEntity: The user with name none cannot be found.".to_owned()),
            ("eve", "Active", format!("NoSuchEntity: No such credential {id} exists")),
            (
                "bob",
                "Expired",
                "ValidationError: The status of a service-specific credential must be Active or Inactive."
                    .to_owned(),
            ),
        ] {
            assert_eq!(update(&mut world, name, status).unwrap_err(), error);
        }
        world.now = world.now.plus_seconds(86_400);
        assert_eq!(update(&mut world, "bob", "Active").unwrap(), "Expired Active");
    }
}
