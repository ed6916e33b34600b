//! UpdateSigningCertificate: switches a certificate on or off.

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{UpdateSigningCertificateRequest, UpdateSigningCertificateResponse, op};
use keygate_state::SigningCertificate;

use crate::input;
use crate::owner::{Holder, Owner};

/// UpdateSigningCertificate.
pub(crate) struct UpdateSigningCertificate;

impl Write for UpdateSigningCertificate {
    type Model = op::UpdateSigningCertificate;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &UpdateSigningCertificateRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let owner = Owner::of(cx.caller, input.user_name.as_deref())?;
        Ok(Asks::one(owner.ask(cx, "iam:UpdateSigningCertificate")))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: UpdateSigningCertificateRequest) -> Outcome<Self::Model> {
        let holder = Holder::find(&Owner::of(cx.caller, input.user_name.as_deref())?, cx.draft)?;
        let status = input::key_status(&input.status, "a signing certificate")?;
        let change = |certificate| Some(SigningCertificate { status, ..certificate });
        holder.change_certificate(cx.draft, &input.certificate_id, change)?;
        Ok(UpdateSigningCertificateResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_state::KeyStatus;

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
        upload(&mut world, Some("bob"), &authority.leaf("two").0).unwrap();
        let roots = upload(&mut world, None, &authority.pem()).unwrap().certificate_id;
        let mut update = |name: Option<&str>, id: &str, status: &str| {
            let input = UpdateSigningCertificateRequest {
                user_name: name.map(str::to_owned),
                certificate_id: id.to_owned(),
                status: status.to_owned(),
            };
            let updated = world.write(&UpdateSigningCertificate, input);
            let account = world.account();
            let all = account.user("bob").unwrap().signing_certificates.iter();
            let all = all.chain(&account.settings().root_signing_certificates);
            let statuses: Vec<_> = all.map(|certificate| certificate.status).collect();
            updated.map(|_| statuses).map_err(|error| format!("{}: {}", error.code(), error.message()))
        };
        let (on, off) = (KeyStatus::Active, KeyStatus::Inactive);
        assert_eq!(update(Some("BOB"), &bobs, "Inactive"), Ok(vec![off, on, on]));
        assert_eq!(update(None, &roots, "Inactive"), Ok(vec![off, on, off]));
        assert_eq!(update(Some("bob"), &bobs, "Active"), Ok(vec![on, on, off]));
        let missing = |id: &str| Err(format!("NoSuchEntity: The Certificate with id {id} cannot be found."));
        assert_eq!(update(None, &bobs, "Active"), missing(&bobs));
        assert_eq!(update(Some("bob"), &roots, "Active"), missing(&roots));
        let error = update(Some("bob"), &bobs, "Expired").unwrap_err();
        assert_eq!(error, "InvalidInput: The status of a signing certificate must be Active or Inactive.");
    }
}
