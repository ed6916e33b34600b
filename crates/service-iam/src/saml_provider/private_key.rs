//! Private keys that decrypt assertions: read from PEM, kept sealed, never shown again.

use aws_lc_rs::rsa;
use keygate_ident::IdKind;
use keygate_operation::{Failure, WriteCx};
use keygate_seal::{Purpose, Zeroizing};
use keygate_shapes::{declares, iam};
use keygate_state::{InvalidInput, SamlPrivateKey};
use keygate_wire::OperationModel;

use crate::key_material::blocks;

/// A new private key of a provider.
///
/// # Errors
/// The text is no RSA private key in PEM, or an encrypted one.
pub(super) fn new<M>(cx: &mut WriteCx<'_>, pem: &str) -> Result<SamlPrivateKey, Failure<M>>
where
    M: OperationModel + declares::InvalidInput,
{
    let der = parse(pem).map_err(|why| InvalidInput::new(format!("Invalid private key: {why}")))?;
    let id = cx.new_id(IdKind::SamlPrivateKey);
    let mut random = cx.env.random();
    let key = cx.env.keys.seal(Purpose::SamlPrivateKey, id.as_str().as_bytes(), &der, &mut random)?;
    Ok(SamlPrivateKey { id, key, created: cx.now() })
}

/// What GetSAMLProvider shows of a key.
pub(super) fn view(key: &SamlPrivateKey) -> iam::SAMLPrivateKey {
    iam::SAMLPrivateKey { key_id: Some(key.id.to_string()), timestamp: Some(key.created) }
}

/// The DER of an RSA key of 2,048 bits or more; or what is wrong, in the words of IAM's troubleshooting page.
fn parse(pem: &str) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    const UNKNOWN: &str = "Key format is not recognized. The private key file must be a .pem file.";
    const ENCRYPTED: &str = "The key is encrypted.";
    // `ENCRYPTED PRIVATE KEY`, or the header `Proc-Type: 4,ENCRYPTED`.
    if pem.trim_start().starts_with("-----BEGIN ") && pem.contains("ENCRYPTED") {
        return Err(ENCRYPTED);
    }
    let mut found = blocks(pem).map_err(|_| UNKNOWN)?.into_iter();
    let (Some(block), None) = (found.next(), found.next()) else { return Err(UNKNOWN) };
    let read = match block.label.as_str() {
        "PRIVATE KEY" => rsa::KeyPair::from_pkcs8(&block.der),
        "RSA PRIVATE KEY" => rsa::KeyPair::from_der(&block.der),
        _ => return Err(UNKNOWN),
    };
    read.map(|_| block.der).map_err(|_| UNKNOWN)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use keygate_seal::{SigningAlgorithm, SigningKey};

    use super::*;
    use crate::saml_provider::testing::private_key;

    const UNKNOWN: &str = "Key format is not recognized. The private key file must be a .pem file.";

    #[test]
    fn rsa_keys_in_pem() {
        let pem = private_key();
        let pkcs8 = parse(&pem).unwrap();
        // PKCS #8 of RSA ends with the key in PKCS #1: 26 bytes before it say which algorithm it is for.
        let text = STANDARD.encode(&pkcs8[26..]);
        let folded: Vec<&str> =
            text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let pkcs1 = format!(
            "-----BEGIN RSA PRIVATE KEY-----\r\n{}\r\n-----END RSA PRIVATE KEY-----",
            folded.join("\r\n")
        );
        assert_eq!(parse(&pkcs1).unwrap().as_slice(), &pkcs8[26..]);
        let ec = SigningKey::generate(SigningAlgorithm::Es384).unwrap().to_pkcs8().unwrap();
        let ec = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----", STANDARD.encode(&ec));
        for (pem, why) in [
            ("no key", UNKNOWN),
            ("-----BEGIN PRIVATE KEY", UNKNOWN),
            (&pem.replace("-----END PRIVATE KEY-----", ""), UNKNOWN),
            (&pem.replace("PRIVATE KEY", "RSA PRIVATE KEY"), UNKNOWN),
            (&pem.replace("PRIVATE KEY", "CERTIFICATE"), UNKNOWN),
            (&pem.replace("MII", "MI!"), UNKNOWN),
            (&ec, UNKNOWN),
            (&format!("{pem}{pem}"), UNKNOWN),
            (&pem.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"), "The key is encrypted."),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----",
                "The key is encrypted.",
            ),
        ] {
            assert_eq!(parse(pem).err(), Some(why), "{pem}");
        }
    }
}
