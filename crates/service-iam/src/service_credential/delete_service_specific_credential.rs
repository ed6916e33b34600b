//! DeleteServiceSpecificCredential.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{
    DeleteServiceSpecificCredentialRequest, DeleteServiceSpecificCredentialResponse, op,
};

use crate::owner;

/// DeleteServiceSpecificCredential.
pub(crate) struct DeleteServiceSpecificCredential;

impl Write for DeleteServiceSpecificCredential {
    type Model = op::DeleteServiceSpecificCredential;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &DeleteServiceSpecificCredentialRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let user = owner::user_name(cx.caller, input.user_name.as_deref())?;
        let id = &input.service_specific_credential_id;
        Ok(Asks::one(super::ask_about(cx, "iam:DeleteServiceSpecificCredential", &user, id)))
    }

    fn run(
        &self,
        cx: &mut WriteCx<'_>,
        input: DeleteServiceSpecificCredentialRequest,
    ) -> Outcome<Self::Model> {
        let name = owner::user_name(cx.caller, input.user_name.as_deref())?;
        let user = Arc::clone(cx.draft.user(&name)?);
        let id = &input.service_specific_credential_id;
        cx.draft.change(&user, |user| {
            let before = user.service_credentials.len();
            user.service_credentials.retain(|credential| credential.id.as_str() != id);
            if user.service_credentials.len() == before { Err(super::missing(id)) } else { Ok(()) }
        })?;
        Ok(DeleteServiceSpecificCredentialResponse {})
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
        let service = "codecommit.amazonaws.com";
        let id = create(&mut world, "bob", service, None).unwrap().service_specific_credential_id;
        let other = create(&mut world, "bob", service, None).unwrap().service_specific_credential_id;
        let delete = |world: &mut World, name: Option<&str>| {
            let input = DeleteServiceSpecificCredentialRequest {
                user_name: name.map(str::to_owned),
                service_specific_credential_id: id.clone(),
            };
            let deleted = world.write(&DeleteServiceSpecificCredential, input);
            deleted.map(drop).map_err(|error| error.message().to_owned())
        };
        let missing = Err(format!("No such credential {id} exists"));
        assert_eq!(delete(&mut world, Some("eve")), missing);
        assert_eq!(
            delete(&mut world, Some("none")),
            Err("The user with name none cannot be found.".to_owned())
        );
        world.act_as_user("bob");
        assert_eq!(delete(&mut world, None), Ok(()));
        assert_eq!(delete(&mut world, None), missing);
        let account = world.account();
        let left = &account.user("bob").unwrap().service_credentials;
        assert_eq!(left.iter().map(|found| found.id.as_str()).collect::<Vec<_>>(), [other.as_str()]);
    }
}
