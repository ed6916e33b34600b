//! What the tests of several operations need, and what is true of all operations on server certificates.

use keygate_operation::testing::World;
use keygate_shapes::iam;
use keygate_wire::Sensitive;

use super::delete_server_certificate::DeleteServerCertificate;
use super::get_server_certificate::GetServerCertificate;
use super::list_server_certificate_tags::ListServerCertificateTags;
use super::list_server_certificates::ListServerCertificates;
use super::tag_server_certificate::TagServerCertificate;
use super::untag_server_certificate::UntagServerCertificate;
use super::update_server_certificate::UpdateServerCertificate;
use super::upload_server_certificate::UploadServerCertificate;
use crate::ask::tests::assert_catalogued;
use crate::key_material::testing::Authority;

/// Uploads a certificate with the chain of its authority: body and chain.
pub(super) fn upload(world: &mut World, name: &str, path: &str) -> (String, String) {
    let authority = Authority::new("one");
    let (body, key) = authority.leaf("web");
    let input = iam::UploadServerCertificateRequest {
        server_certificate_name: name.to_owned(),
        path: Some(path.to_owned()),
        certificate_body: body.clone(),
        certificate_chain: Some(authority.pem()),
        private_key: Sensitive::new(key),
        tags: None,
    };
    world.write(&UploadServerCertificate, input).unwrap();
    (body, authority.pem())
}

/// Tags a certificate with these keys.
pub(super) fn tag(world: &mut World, name: &str, keys: &[&str]) {
    let tags = keys.iter().map(|key| iam::Tag { key: (*key).to_owned(), value: String::new() }).collect();
    let input = iam::TagServerCertificateRequest { server_certificate_name: name.to_owned(), tags };
    world.write(&TagServerCertificate, input).unwrap();
}

#[test]
fn asks_are_as_the_catalogue_lists_them() {
    let mut world = World::new();
    upload(&mut world, "Web", "/x/");
    tag(&mut world, "Web", &["team"]);
    let server_certificate_name = || "wEB".to_owned();
    let tags = vec![iam::Tag { key: "team".to_owned(), value: String::new() }];
    let create = iam::UploadServerCertificateRequest {
        server_certificate_name: "New".to_owned(),
        tags: Some(tags.clone()),
        ..Default::default()
    };
    let asks = world.write_asks(&UploadServerCertificate, &create).unwrap();
    let actions: Vec<_> = asks.iter().map(|ask| ask.action.to_string()).collect();
    assert_eq!(actions, ["iam:UploadServerCertificate", "iam:TagServerCertificate"]);
    assert_catalogued(&asks);
    let update = iam::UpdateServerCertificateRequest {
        server_certificate_name: server_certificate_name(),
        ..Default::default()
    };
    let tag = iam::TagServerCertificateRequest { server_certificate_name: server_certificate_name(), tags };
    let untag = iam::UntagServerCertificateRequest {
        server_certificate_name: server_certificate_name(),
        tag_keys: vec!["team".to_owned()],
    };
    let list_tags = iam::ListServerCertificateTagsRequest {
        server_certificate_name: server_certificate_name(),
        ..Default::default()
    };
    let get = iam::GetServerCertificateRequest { server_certificate_name: server_certificate_name() };
    let delete = iam::DeleteServerCertificateRequest { server_certificate_name: server_certificate_name() };
    for asks in [
        world.asks(&GetServerCertificate, &get).unwrap(),
        world.write_asks(&UpdateServerCertificate, &update).unwrap(),
        world.write_asks(&DeleteServerCertificate, &delete).unwrap(),
        world.write_asks(&TagServerCertificate, &tag).unwrap(),
        world.write_asks(&UntagServerCertificate, &untag).unwrap(),
        world.asks(&ListServerCertificateTags, &list_tags).unwrap(),
    ] {
        assert_catalogued(&asks);
        assert!(asks.iter().all(|ask| ask.resource == "arn:aws:iam::123456789012:server-certificate/x/Web"));
    }
    let listing = world.asks(&ListServerCertificates, &Default::default()).unwrap();
    assert_catalogued(&listing);
    assert_eq!(listing.iter().next().unwrap().resource, "arn:aws:iam::123456789012:server-certificate/");
}
