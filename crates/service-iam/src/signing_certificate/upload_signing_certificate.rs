//! UploadSigningCertificate: a certificate of a user, of the caller itself, or of root. A certificate is in an account
//! once, and only while it is valid.

use keygate_ident::Entropy;
use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{UploadSigningCertificateRequest, UploadSigningCertificateResponse, op};
use keygate_state::{
    Account, DuplicateCertificate, InvalidCertificate, KeyStatus, LimitExceeded, MalformedCertificate, Quota,
    SigningCertificate,
};

use crate::key_material::{Block, Certificate, blocks};
use crate::owner::{Holder, Owner};

/// UploadSigningCertificate.
pub(crate) struct UploadSigningCertificate;

impl Write for UploadSigningCertificate {
    type Model = op::UploadSigningCertificate;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &UploadSigningCertificateRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let owner = Owner::of(cx.caller, input.user_name.as_deref())?;
        Ok(Asks::one(owner.ask(cx, "iam:UploadSigningCertificate")))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: UploadSigningCertificateRequest) -> Outcome<Self::Model> {
        let holder = Holder::find(&Owner::of(cx.caller, input.user_name.as_deref())?, cx.draft)?;
        let body = input.certificate_body.trim();
        // AWS quotes the text, but whoever takes the wrong file sends a private key.
        let malformed = || MalformedCertificate::new("The certificate is malformed.");
        let block = single(body).ok_or_else(malformed)?;
        let certificate = Certificate::parse(&block.der).map_err(|_| malformed())?;
        if !certificate.is_valid_at(cx.env.now) {
            let message = format!(
                "The certificate is only valid from {} to {}.",
                certificate.not_before, certificate.not_after
            );
            return Err(InvalidCertificate::new(message).into());
        }
        if is_known(cx.draft, body) {
            return Err(
                DuplicateCertificate::new("The certificate is already in use in this account.").into()
            );
        }
        let limit = cx.draft.quota(Quota::SigningCertificatesPerUser);
        let mut certificates = holder.certificates(cx.draft).to_vec();
        if certificates.len() >= limit as usize {
            return Err(LimitExceeded::quota(Quota::SigningCertificatesPerUser.name(), limit).into());
        }
        let stored = SigningCertificate {
            id: new_id(&mut cx.env.random()),
            body: body.to_owned(),
            status: KeyStatus::Active,
            uploaded: cx.now(),
        };
        let shown = holder.shown_certificate(&stored);
        certificates.push(stored);
        holder.set_certificates(cx.draft, certificates);
        Ok(UploadSigningCertificateResponse { certificate: shown })
    }
}

/// The only block of this text, a certificate by its label.
fn single(text: &str) -> Option<Block> {
    match <[Block; 1]>::try_from(blocks(text).ok()?) {
        Ok([block]) if block.label == "CERTIFICATE" => Some(block),
        _ => None,
    }
}

/// Whether anybody in the account has this certificate. The texts say it, but for white space: both are one block of
/// the same label, and the same bytes have one form in base64. So none has to be read again.
fn is_known(account: &Account, body: &str) -> bool {
    let of_users = account.users.iter().flat_map(|user| &user.signing_certificates);
    let mut all = of_users.chain(&account.settings().root_signing_certificates);
    all.any(|stored| letters(&stored.body).eq(letters(body)))
}

fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|letter| !letter.is_whitespace())
}

/// Ids of signing certificates have no prefix on AWS: 32 letters and digits.
fn new_id(entropy: &mut dyn Entropy) -> String {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    let letter =
        |byte: u8| char::from(if byte % 32 < 26 { b'A' + byte % 32 } else { b'2' + (byte % 32 - 26) });
    bytes.into_iter().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use crate::key_material::testing::{Authority, SSH_PEM};
    use crate::signing_certificate::tests::upload;
    use crate::user::tests::add_user;

    #[test]
    fn a_users_and_roots() {
        let mut world = World::new();
        add_user(&mut world, "Bob");
        let authority = Authority::new("one");
        let (one, _) = authority.leaf("one");
        let shown = upload(&mut world, Some("bob"), &one).unwrap();
        assert_eq!((shown.user_name.as_str(), shown.status.as_str()), ("Bob", "Active"));
        assert_eq!((shown.certificate_body.as_str(), shown.upload_date), (one.trim(), Some(world.now)));
        assert!(shown.certificate_id.len() == 32);
        assert!(shown.certificate_id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
        let root = upload(&mut world, None, &authority.pem()).unwrap();
        assert_eq!(root.user_name, "");
        assert_eq!(world.account().settings().root_signing_certificates[0].id, root.certificate_id);
        world.act_as_user("Bob");
        assert_eq!(upload(&mut world, None, &authority.leaf("two").0).unwrap().user_name, "Bob");
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        add_user(&mut world, "bob");
        add_user(&mut world, "eve");
        let authority = Authority::new("one");
        let [(one, key), (two, _), (three, _)] = ["one", "two", "three"].map(|name| authority.leaf(name));
        let mut check = |name: Option<&str>, body: &str, expected: &str| {
            assert_eq!(upload(&mut world, name, body).unwrap_err(), expected);
        };
        check(Some("none"), &one, "NoSuchEntity: The user with name none cannot be found.");
        for bad in ["no certificate", SSH_PEM, key.trim(), format!("{one}{two}").trim()] {
            check(Some("bob"), bad, "MalformedCertificate: The certificate is malformed.");
        }
        let (old, _) = authority.leaf_between("old", (2020, 1, 1), (2025, 1, 1));
        let (future, _) = authority.leaf_between("future", (2026, 2, 1), (2027, 1, 1));
        check(
            Some("bob"),
            &old,
            "InvalidCertificate: The certificate is only valid from 2020-01-01T00:00:00Z to 2025-01-01T00:00:00Z.",
        );
        check(
            None,
            &future,
            "InvalidCertificate: The certificate is only valid from 2026-02-01T00:00:00Z to 2027-01-01T00:00:00Z.",
        );
        upload(&mut world, Some("bob"), &one).unwrap();
        upload(&mut world, None, &two).unwrap();
        let known = "DuplicateCertificate: The certificate is already in use in this account.";
        // However it is broken into lines.
        let (begin, rest) = one.trim().split_once('\n').unwrap();
        let (inside, end) = rest.rsplit_once('\n').unwrap();
        let folded = format!("{begin}\r\n{}\t{end}", inside.replace('\n', ""));
        assert_ne!(folded, one);
        let again =
            [(Some("bob"), &one), (Some("eve"), &one), (None, &one), (Some("eve"), &two), (None, &folded)];
        for (name, body) in again {
            assert_eq!(upload(&mut world, name, body).unwrap_err(), known);
        }
        upload(&mut world, Some("bob"), &three).unwrap();
        upload(&mut world, None, &authority.leaf("four").0).unwrap();
        let full = "LimitExceeded: Cannot exceed quota for CertificatesPerUser: 2";
        for name in [Some("bob"), None] {
            assert_eq!(upload(&mut world, name, &authority.leaf("five").0).unwrap_err(), full);
        }
    }
}
