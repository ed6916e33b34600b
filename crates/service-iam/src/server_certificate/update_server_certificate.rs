//! UpdateServerCertificate: another name or path.

use keygate_ident::{Arn, EntityPath};
use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{UpdateServerCertificateRequest, UpdateServerCertificateResponse, op};
use keygate_state::ServerCertificate;

use crate::input;

/// UpdateServerCertificate.
pub(crate) struct UpdateServerCertificate;

impl Write for UpdateServerCertificate {
    type Model = op::UpdateServerCertificate;

    /// The caller must be allowed on the certificate as it is and as it will be.
    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &UpdateServerCertificateRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let name = &input.server_certificate_name;
        let before = super::ask(cx, "iam:UpdateServerCertificate", name);
        let certificate = cx.account.server_certificates.named(name);
        let path =
            new_path(input, certificate.map(|certificate| certificate.path.clone()).unwrap_or_default())?;
        let name = certificate.map_or(name, |certificate| &certificate.name);
        let name = input.new_server_certificate_name.as_ref().unwrap_or(name);
        let arn = Arn::iam(cx.partition(), cx.account_id(), "server-certificate", &path, name);
        // The same certificate under another ARN: its tags are the same.
        let mut after = before.clone();
        after.resource = arn.into();
        let moves = after.resource != before.resource;
        Ok(Asks::one(before).and_if(moves, || after))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: UpdateServerCertificateRequest) -> Outcome<Self::Model> {
        let old = cx.draft.server_certificate(&input.server_certificate_name)?;
        let mut certificate: ServerCertificate = old.as_ref().clone();
        certificate.path = new_path(&input, certificate.path)?;
        if let Some(name) = input.new_server_certificate_name {
            certificate.name = name;
        }
        cx.draft.update(certificate)?;
        Ok(UpdateServerCertificateResponse {})
    }
}

fn new_path(
    input: &UpdateServerCertificateRequest,
    old: EntityPath,
) -> Result<EntityPath, Failure<op::UpdateServerCertificate>> {
    match input.new_path.as_deref() {
        None => Ok(old),
        given => input::path(given),
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::ask::tests::pairs;
    use crate::server_certificate::tests::upload;

    fn update(name: &str, new_name: Option<&str>, new_path: Option<&str>) -> UpdateServerCertificateRequest {
        UpdateServerCertificateRequest {
            server_certificate_name: name.to_owned(),
            new_path: new_path.map(str::to_owned),
            new_server_certificate_name: new_name.map(str::to_owned),
        }
    }

    #[test]
    fn the_id_stays() {
        let mut world = World::new();
        upload(&mut world, "Web", "/");
        let id = world.account().server_certificate("web").unwrap().id.clone();
        for (name, new_name, new_path, arn) in [
            ("web", Some("Shop"), Some("/x/"), "server-certificate/x/Shop"),
            ("shop", None, Some("/y/"), "server-certificate/y/Shop"),
            ("shop", Some("SHOP"), None, "server-certificate/y/SHOP"),
            ("shop", None, None, "server-certificate/y/SHOP"),
        ] {
            let asks = world.write_asks(&UpdateServerCertificate, &update(name, new_name, new_path)).unwrap();
            assert!(pairs(&asks).last().unwrap().1.ends_with(arn));
            world.write(&UpdateServerCertificate, update(name, new_name, new_path)).unwrap();
            let account = world.account();
            let certificate = account.server_certificates.get(&id).unwrap();
            assert!(certificate.arn(account.partition(), account.id()).as_str().ends_with(arn), "{arn}");
        }
        assert!(world.account().server_certificate("web").is_err());
    }

    #[test]
    fn errors_change_nothing() {
        let mut world = World::new();
        upload(&mut world, "Web", "/");
        upload(&mut world, "shop", "/");
        for (input, code, message) in [
            (
                update("web", Some("SHOP"), Some("/x/")),
                "EntityAlreadyExists",
                "The Server Certificate with name SHOP already exists.",
            ),
            (
                update("none", Some("x"), None),
                "NoSuchEntity",
                "The Server Certificate with name none cannot be found.",
            ),
        ] {
            let error = world.write(&UpdateServerCertificate, input).unwrap_err();
            assert_eq!((error.code(), error.message()), (code, message));
        }
        assert_eq!(world.account().server_certificate("web").unwrap().path.as_str(), "/");
    }
}
