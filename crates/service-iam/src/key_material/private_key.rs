//! Private keys as PEM: PKCS#1, PKCS#8 and SEC 1, none of them encrypted.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair as _, RsaKeyPair,
};

use super::pem;

/// A private key that was read; of it only the public half is kept.
pub(crate) struct PrivateKey {
    public: Vec<u8>,
}

/// The text is no private key: RSA of 2,048 to 8,192 bits, or one of NIST's curves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoPrivateKey;

const CURVES: [&EcdsaSigningAlgorithm; 3] =
    [&ECDSA_P256_SHA256_ASN1_SIGNING, &ECDSA_P384_SHA384_ASN1_SIGNING, &ECDSA_P521_SHA512_ASN1_SIGNING];

impl PrivateKey {
    /// The one private key in this text.
    pub(crate) fn parse(text: &str) -> Result<Self, NoPrivateKey> {
        let blocks = pem::blocks(text).map_err(|_| NoPrivateKey)?;
        // openssl writes the name of the curve before the key.
        let mut keys = blocks.iter().filter(|block| block.label != "EC PARAMETERS");
        let (Some(block), None) = (keys.next(), keys.next()) else { return Err(NoPrivateKey) };
        let rsa = match block.label.as_str() {
            "RSA PRIVATE KEY" => RsaKeyPair::from_der(&block.der).ok(),
            "PRIVATE KEY" => RsaKeyPair::from_pkcs8(&block.der).ok(),
            "EC PRIVATE KEY" => None,
            _ => return Err(NoPrivateKey),
        };
        if let Some(key) = rsa {
            return Ok(Self { public: key.public_key().as_ref().to_vec() });
        }
        let curves = CURVES.into_iter().filter(|_| block.label != "RSA PRIVATE KEY");
        let mut found = curves.filter_map(|curve| EcdsaKeyPair::from_private_key_der(curve, &block.der).ok());
        let key = found.next().ok_or(NoPrivateKey)?;
        Ok(Self { public: key.public_key().as_ref().to_vec() })
    }

    /// Whether this is the private half of the key in a certificate.
    pub(crate) fn belongs_to(&self, public_key: &[u8]) -> bool {
        self.public == public_key
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{
        KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ECDSA_P521_SHA512, PKCS_ED25519,
        PKCS_RSA_SHA256,
    };

    use super::*;
    use crate::key_material::testing::{SSH_PEM, traditional};

    #[test]
    fn keys_in_every_form_have_their_public_half() {
        for (kind, label) in [
            (&PKCS_RSA_SHA256, "RSA PRIVATE KEY"),
            (&PKCS_ECDSA_P256_SHA256, "EC PRIVATE KEY"),
            (&PKCS_ECDSA_P384_SHA384, "EC PRIVATE KEY"),
            (&PKCS_ECDSA_P521_SHA512, "EC PRIVATE KEY"),
        ] {
            let key = KeyPair::generate_for(kind).unwrap();
            let other = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
            let old = traditional(&key, label);
            let parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
            for text in [key.serialize_pem(), old.clone(), format!("{parameters}{old}")] {
                let read = PrivateKey::parse(&text).ok().unwrap();
                assert!(read.belongs_to(key.public_key_raw()));
                assert!(!read.belongs_to(other.public_key_raw()));
            }
        }
    }

    #[test]
    fn what_is_no_private_key() {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap().serialize_pem();
        for bad in [
            "secret".to_owned(),
            SSH_PEM.to_owned(),
            format!("{key}{key}"),
            key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
            key.replace("PRIVATE KEY", "RSA PRIVATE KEY"),
            KeyPair::generate_for(&PKCS_ED25519).unwrap().serialize_pem(),
        ] {
            assert_eq!(PrivateKey::parse(&bad).err(), Some(NoPrivateKey), "{bad}");
        }
    }
}
