//! What the tests of several operations need, and what is true of all operations on signing certificates.

use keygate_operation::testing::World;
use keygate_shapes::iam;

use super::delete_signing_certificate::DeleteSigningCertificate;
use super::list_signing_certificates::ListSigningCertificates;
use super::update_signing_certificate::UpdateSigningCertificate;
use super::upload_signing_certificate::UploadSigningCertificate;
use crate::ask::tests::{assert_catalogued, pairs};
use crate::user::tests::{add_user, tag_user};

/// Uploads a certificate; code and message of the error.
pub(crate) fn upload(
    world: &mut World,
    user: Option<&str>,
    body: &str,
) -> Result<iam::SigningCertificate, String> {
    let input = iam::UploadSigningCertificateRequest {
        user_name: user.map(str::to_owned),
        certificate_body: body.to_owned(),
    };
    let uploaded = world.write(&UploadSigningCertificate, input);
    uploaded
        .map(|answer| answer.certificate)
        .map_err(|error| format!("{}: {}", error.code(), error.message()))
}

#[test]
fn asks_are_as_the_catalogue_lists_them() {
    let mut world = World::new();
    add_user(&mut world, "bob");
    tag_user(&mut world, "bob", &[("team", "a")]);
    for (name, resource) in [(Some("BOB"), "user/bob"), (None, "root")] {
        let user_name = name.map(str::to_owned);
        let certificate_id = "A".repeat(32);
        let upload = iam::UploadSigningCertificateRequest {
            user_name: user_name.clone(),
            certificate_body: "x".to_owned(),
        };
        let list = iam::ListSigningCertificatesRequest { user_name: user_name.clone(), ..Default::default() };
        let update = iam::UpdateSigningCertificateRequest {
            user_name: user_name.clone(),
            certificate_id: certificate_id.clone(),
            status: "Active".to_owned(),
        };
        let delete = iam::DeleteSigningCertificateRequest { user_name, certificate_id };
        for asks in [
            world.write_asks(&UploadSigningCertificate, &upload).unwrap(),
            world.asks(&ListSigningCertificates, &list).unwrap(),
            world.write_asks(&UpdateSigningCertificate, &update).unwrap(),
            world.write_asks(&DeleteSigningCertificate, &delete).unwrap(),
        ] {
            assert_catalogued(&asks);
            assert_eq!(pairs(&asks)[0].1, format!("arn:aws:iam::123456789012:{resource}"));
        }
    }
}
