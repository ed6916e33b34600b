//! DeleteSigningCertificate.

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{DeleteSigningCertificateRequest, DeleteSigningCertificateResponse, op};

use crate::owner::{Holder, Owner};

/// DeleteSigningCertificate.
pub(crate) struct DeleteSigningCertificate;

impl Write for DeleteSigningCertificate {
    type Model = op::DeleteSigningCertificate;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &DeleteSigningCertificateRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let owner = Owner::of(cx.caller, input.user_name.as_deref())?;
        Ok(Asks::one(owner.ask(cx, "iam:DeleteSigningCertificate")))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DeleteSigningCertificateRequest) -> Outcome<Self::Model> {
        let holder = Holder::find(&Owner::of(cx.caller, input.user_name.as_deref())?, cx.draft)?;
        holder.change_certificate(cx.draft, &input.certificate_id, |_| None)?;
        Ok(DeleteSigningCertificateResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::key_material::testing::Authority;
    use crate::signing_certificate::tests::upload;
    use crate::user::tests::add_user;

    #[test]
    fn only_this_certificate_of_this_owner() {
        let mut world = World::new();
        add_user(&mut world, "bob");
        let authority = Authority::new("one");
        let bobs = upload(&mut world, Some("bob"), &authority.leaf("one").0).unwrap().certificate_id;
        let other = upload(&mut world, Some("bob"), &authority.leaf("two").0).unwrap().certificate_id;
        let roots = upload(&mut world, None, &authority.pem()).unwrap().certificate_id;
        let mut delete = |name: Option<&str>, id: &str| {
            let input = DeleteSigningCertificateRequest {
                user_name: name.map(str::to_owned),
                certificate_id: id.to_owned(),
            };
            let deleted = world.write(&DeleteSigningCertificate, input);
            deleted.map(drop).map_err(|error| format!("{}: {}", error.code(), error.message()))
        };
        let missing = |id: &str| Err(format!("NoSuchEntity: The Certificate with id {id} cannot be found."));
        assert_eq!(delete(None, &bobs), missing(&bobs));
        assert_eq!(delete(Some("bob"), &bobs), Ok(()));
        assert_eq!(delete(Some("bob"), &bobs), missing(&bobs));
        assert_eq!(delete(None, &roots), Ok(()));
        let account = world.account();
        assert!(account.settings().root_signing_certificates.is_empty());
        assert_eq!(account.user("bob").unwrap().signing_certificates[0].id, other);
    }
}
