//! DeleteServerCertificate: the certificate, its private key and its tags.

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{DeleteServerCertificateRequest, DeleteServerCertificateResponse, op};
use keygate_state::ServerCertificate;

/// DeleteServerCertificate.
pub(crate) struct DeleteServerCertificate;

impl Write for DeleteServerCertificate {
    type Model = op::DeleteServerCertificate;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &DeleteServerCertificateRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(super::ask(cx, "iam:DeleteServerCertificate", &input.server_certificate_name)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DeleteServerCertificateRequest) -> Outcome<Self::Model> {
        let id = cx.draft.server_certificate(&input.server_certificate_name)?.id.clone();
        cx.draft.remove::<ServerCertificate>(&id)?;
        Ok(DeleteServerCertificateResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::server_certificate::tests::upload;

    #[test]
    fn it_is_gone() {
        let mut world = World::new();
        upload(&mut world, "Web", "/");
        let delete = |name: &str| DeleteServerCertificateRequest { server_certificate_name: name.to_owned() };
        world.write(&DeleteServerCertificate, delete("WEB")).unwrap();
        assert!(world.account().server_certificates.is_empty());
        let error = world.write(&DeleteServerCertificate, delete("Web")).unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            ("NoSuchEntity", "The Server Certificate with name Web cannot be found.")
        );
    }
}
