//! UploadServerCertificate: a certificate, its private key and the chain that vouches for it, once they fit together.
//! The private key is stored sealed and never shown.

use keygate_ident::{Arn, IdKind};
use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_seal::Purpose;
use keygate_shapes::iam::{UploadServerCertificateRequest, UploadServerCertificateResponse, op};
use keygate_state::{KeyPairMismatch, MalformedCertificate, ServerCertificate, TagCase};

use crate::key_material::{Block, Certificate, PrivateKey, blocks};
use crate::{ask, input, view};

/// UploadServerCertificate.
pub(crate) struct UploadServerCertificate;

/// Most certificates of a chain: each is one signature to verify.
const MAX_CHAIN: usize = 10;

impl Write for UploadServerCertificate {
    type Model = op::UploadServerCertificate;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &UploadServerCertificateRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let path = input::path(input.path.as_deref())?;
        let name = &input.server_certificate_name;
        let arn = Arn::iam(cx.partition(), cx.account_id(), "server-certificate", &path, name);
        let tags = input.tags.as_deref();
        Ok(Asks::one(ask::creation("iam:UploadServerCertificate", arn.clone(), tags))
            .and_if(input::pairs(tags).next().is_some(), || {
                ask::creation("iam:TagServerCertificate", arn, tags)
            }))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: UploadServerCertificateRequest) -> Outcome<Self::Model> {
        let body = certificates(&input.certificate_body)?;
        let [body] = body.as_slice() else { return Err(unreadable().into()) };
        let certificate = Certificate::parse(&body.der).map_err(|_| unreadable())?;
        let private_key = input.private_key.expose();
        let key =
            PrivateKey::parse(private_key).map_err(|_| MalformedCertificate::new("Invalid Private Key."))?;
        if !key.belongs_to(certificate.public_key) {
            return Err(KeyPairMismatch::new("The private key does not match the certificate.").into());
        }
        if let Some(chain) = &input.certificate_chain {
            check_chain(&certificate, chain)?;
        }
        // IAM user guide, "Manage server certificates": not before its time begins, not after it ended.
        if !certificate.is_valid_at(cx.env.now) {
            return Err(MalformedCertificate::new(format!(
                "The certificate is only valid from {} to {}.",
                certificate.not_before, certificate.not_after
            ))
            .into());
        }
        let id = cx.new_id(IdKind::Certificate);
        let (context, plaintext) = (id.as_str().as_bytes(), private_key.trim().as_bytes());
        let purpose = Purpose::ServerCertificateKey;
        let private_key = cx.env.keys.seal(purpose, context, plaintext, &mut cx.env.random())?;
        let stored = ServerCertificate {
            id,
            name: input.server_certificate_name,
            path: input::path(input.path.as_deref())?,
            uploaded: cx.now(),
            expires: certificate.not_after,
            body: input.certificate_body.trim().to_owned(),
            chain: input.certificate_chain.map(|chain| chain.trim().to_owned()),
            private_key,
            tags: input::new_tags(cx.draft, input.tags.as_deref(), TagCase::Sensitive)?,
        };
        let metadata = super::metadata(cx.draft, &stored);
        let tags = view::tags(&stored.tags);
        cx.draft.insert(stored)?;
        Ok(UploadServerCertificateResponse { server_certificate_metadata: Some(metadata), tags })
    }
}

/// The certificates of this text.
fn certificates(text: &str) -> Result<Vec<Block>, MalformedCertificate> {
    let blocks = blocks(text).map_err(|_| unreadable())?;
    if blocks.iter().all(|block| block.label == "CERTIFICATE") { Ok(blocks) } else { Err(unreadable()) }
}

/// Each certificate must be signed by the next one; AWS counts the chain's from 0, and -1 is the one uploaded.
fn check_chain(leaf: &Certificate<'_>, chain: &str) -> Result<(), MalformedCertificate> {
    let blocks = certificates(chain)?;
    if blocks.len() > MAX_CHAIN {
        return Err(MalformedCertificate::new(format!(
            "Unable to validate certificate chain. The certificate chain has more than {MAX_CHAIN} certificates."
        )));
    }
    let mut below = *leaf;
    for (index, block) in (-1..).zip(&blocks) {
        let issuer = Certificate::parse(&block.der).map_err(|_| unreadable())?;
        if !below.is_signed_by(&issuer) {
            return Err(MalformedCertificate::new(format!(
                "Unable to validate certificate chain. The certificate chain must start with the immediate signing \
                 certificate, followed by any intermediaries in order. The index within the chain of the invalid \
                 certificate is: {index}"
            )));
        }
        below = issuer;
    }
    Ok(())
}

fn unreadable() -> MalformedCertificate {
    MalformedCertificate::new("Unable to parse certificate. Please ensure the certificate is in PEM format.")
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::Tag;
    use keygate_wire::Sensitive;
    use rcgen::{KeyPair, PKCS_RSA_SHA256};

    use super::*;
    use crate::key_material::testing::{Authority, SSH_PEM, traditional};

    fn input(name: &str, body: &str, key: &str, chain: Option<&str>) -> UploadServerCertificateRequest {
        UploadServerCertificateRequest {
            server_certificate_name: name.to_owned(),
            certificate_body: body.to_owned(),
            private_key: Sensitive::new(key.to_owned()),
            certificate_chain: chain.map(str::to_owned),
            ..Default::default()
        }
    }

    fn upload(world: &mut World, input: UploadServerCertificateRequest) -> Result<(), String> {
        let uploaded = world.write(&UploadServerCertificate, input);
        uploaded.map(drop).map_err(|error| format!("{}: {}", error.code(), error.message()))
    }

    #[test]
    fn the_key_is_stored_sealed_under_the_certificates_id() {
        let mut world = World::new();
        let (body, key) = Authority::new("one").leaf("web");
        let tag = |key: &str| Tag { key: key.to_owned(), value: String::new() };
        let request = UploadServerCertificateRequest {
            path: Some("/cloudfront/".to_owned()),
            // Keys that differ by case are two keys here (rule 228).
            tags: Some(vec![tag("k"), tag("K")]),
            ..input("Web", &body, &key, None)
        };
        let answer = world.write(&UploadServerCertificate, request).unwrap();
        let shown = answer.server_certificate_metadata.unwrap();
        assert_eq!(shown.arn, "arn:aws:iam::123456789012:server-certificate/cloudfront/Web");
        assert!(shown.server_certificate_id.starts_with("ASCA") && shown.server_certificate_id.len() == 21);
        assert_eq!((shown.path.as_str(), shown.upload_date), ("/cloudfront/", Some(world.now)));
        assert_eq!(shown.expiration.unwrap().to_string(), "2040-01-01T00:00:00Z");
        assert_eq!(answer.tags.unwrap().len(), 2);
        let account = world.account();
        let stored = account.server_certificate("web").unwrap();
        let (purpose, id) = (Purpose::ServerCertificateKey, stored.id.as_str().as_bytes());
        let opened = world.keys.open(purpose, id, &stored.private_key).unwrap();
        assert_eq!(opened.as_slice(), key.trim().as_bytes());
        assert!(world.keys.open(purpose, b"other", &stored.private_key).is_err());
    }

    #[test]
    fn keys_of_every_form() {
        let mut world = World::new();
        let rsa = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
        let (pkcs8, pkcs1) = (rsa.serialize_pem(), traditional(&rsa, "RSA PRIVATE KEY"));
        let authority = Authority::with_key("rsa", rsa);
        upload(&mut world, input("pkcs1", &authority.pem(), &pkcs1, None)).unwrap();
        upload(&mut world, input("pkcs8", &authority.pem(), &pkcs8, None)).unwrap();
        let key = KeyPair::generate().unwrap();
        let sec1 = traditional(&key, "EC PRIVATE KEY");
        upload(&mut world, input("ec", &Authority::with_key("ec", key).pem(), &sec1, None)).unwrap();
        assert_eq!(world.account().server_certificates.len(), 3);
    }

    #[test]
    fn a_chain_is_in_order() {
        let mut world = World::new();
        let root = Authority::new("root");
        let middle = root.below("middle");
        let (leaf, key) = middle.leaf("web");
        let (root, middle) = (root.pem(), middle.pem());
        for (index, chain) in [&middle, &format!("{middle}{root}"), &format!("{middle}\n\n{root}{root}")]
            .into_iter()
            .enumerate()
        {
            upload(&mut world, input(&format!("web{index}"), &leaf, &key, Some(chain))).unwrap();
        }
        let longest = root.repeat(9);
        upload(&mut world, input("long", &leaf, &key, Some(&format!("{middle}{longest}")))).unwrap();
        let error =
            upload(&mut world, input("longer", &leaf, &key, Some(&format!("{middle}{longest}{root}"))));
        assert_eq!(
            error.unwrap_err(),
            "MalformedCertificate: Unable to validate certificate chain. The certificate chain has more than 10 \
             certificates."
        );
        for (index, chain) in [
            ("-1", &root),
            ("-1", &leaf),
            ("-1", &format!("{root}{middle}")),
            ("0", &format!("{middle}{middle}")),
            ("1", &format!("{middle}{root}{leaf}")),
        ] {
            let error = upload(&mut world, input("bad", &leaf, &key, Some(chain))).unwrap_err();
            assert_eq!(
                error,
                format!(
                    "MalformedCertificate: Unable to validate certificate chain. The certificate chain must start \
                     with the immediate signing certificate, followed by any intermediaries in order. The index \
                     within the chain of the invalid certificate is: {index}"
                )
            );
        }
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        let authority = Authority::new("one");
        let ((body, key), (other, other_key)) = (authority.leaf("one"), authority.leaf("two"));
        let (old, old_key) = authority.leaf_between("old", (2020, 1, 1), (2025, 12, 31));
        let unreadable = "MalformedCertificate: Unable to parse certificate. Please ensure the certificate is in PEM \
                          format.";
        upload(&mut world, input("Web", &body, &key, None)).unwrap();
        let tag = Tag { key: "k".to_owned(), value: String::new() };
        for (request, error) in [
            (input("new", "certificate", &key, None), unreadable),
            (input("new", SSH_PEM, &key, None), unreadable),
            (input("new", &format!("{body}{other}"), &key, None), unreadable),
            (input("new", &body, &key, Some("file://chain.pem")), unreadable),
            (input("new", &body, &key, Some(&key)), unreadable),
            (input("new", &body, &body, None), "MalformedCertificate: Invalid Private Key."),
            (input("new", &body, "key", None), "MalformedCertificate: Invalid Private Key."),
            (
                input("new", &body, &other_key, None),
                "KeyPairMismatch: The private key does not match the certificate.",
            ),
            (
                input("new", &old, &old_key, None),
                "MalformedCertificate: The certificate is only valid from 2020-01-01T00:00:00Z to \
                 2025-12-31T00:00:00Z.",
            ),
            (
                input("wEB", &other, &other_key, None),
                "EntityAlreadyExists: The Server Certificate with name wEB already exists.",
            ),
            (
                UploadServerCertificateRequest {
                    tags: Some(vec![tag.clone(), tag]),
                    ..input("new", &body, &key, None)
                },
                "InvalidInput: Duplicate tag keys found.",
            ),
        ] {
            assert_eq!(upload(&mut world, request).unwrap_err(), error);
        }
        let quota = ("ServerCertificatesPerAccount".to_owned(), 1);
        world.edit(|draft| draft.change_settings(|s| s.quotas.extend([quota])));
        assert_eq!(
            upload(&mut world, input("new", &body, &key, None)).unwrap_err(),
            "LimitExceeded: Cannot exceed quota for ServerCertificatesPerAccount: 1"
        );
        assert_eq!(world.account().server_certificates.len(), 1);
    }
}
