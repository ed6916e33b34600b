//! GetServerCertificate: a certificate and its chain as they were uploaded; never its private key.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{GetServerCertificateRequest, GetServerCertificateResponse, ServerCertificate, op};

use crate::view;

/// GetServerCertificate.
pub(crate) struct GetServerCertificate;

impl Read for GetServerCertificate {
    type Model = op::GetServerCertificate;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &GetServerCertificateRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(super::ask(cx, "iam:GetServerCertificate", &input.server_certificate_name)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetServerCertificateRequest) -> Outcome<Self::Model> {
        let certificate = cx.account.server_certificate(&input.server_certificate_name)?;
        Ok(GetServerCertificateResponse {
            server_certificate: ServerCertificate {
                server_certificate_metadata: super::metadata(cx.account, certificate),
                certificate_body: certificate.body.clone(),
                certificate_chain: certificate.chain.clone(),
                // AWS shows the list even when it is empty.
                tags: Some(view::tags(&certificate.tags).unwrap_or_default()),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::server_certificate::tests::upload;

    #[test]
    fn as_it_was_uploaded() {
        let mut world = World::new();
        let (body, chain) = upload(&mut world, "Web", "/x/");
        let get = |name: &str| GetServerCertificateRequest { server_certificate_name: name.to_owned() };
        let shown = world.read(&GetServerCertificate, get("wEB")).unwrap().server_certificate;
        assert_eq!(
            (shown.certificate_body.as_str(), shown.certificate_chain.as_deref()),
            (body.trim(), Some(chain.trim()))
        );
        assert_eq!(shown.tags, Some(Vec::new()));
        assert_eq!(shown.server_certificate_metadata.server_certificate_name, "Web");
        assert_eq!(shown.server_certificate_metadata.path, "/x/");
        let error = world.read(&GetServerCertificate, get("none")).unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            ("NoSuchEntity", "The Server Certificate with name none cannot be found.")
        );
    }
}
