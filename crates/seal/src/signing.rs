//! Keys that sign web identity tokens: RS256 and ES384 (RFC 7518) over JWS in its compact form (RFC 7515).
//!
//! aws-lc draws the random numbers of key generation and of ECDSA itself and takes them from nobody, so what is made
//! here does not follow from the entropy that everything else in this crate is given.

use std::fmt;

use aws_lc_rs::digest::{SHA256, SHA384, digest};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// How a token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SigningAlgorithm {
    /// RSA (2,048 bits) with PKCS #1 v1.5 and SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA on P-384 with SHA-384.
    #[serde(rename = "ES384")]
    Es384,
}

/// A key pair. Prints its algorithm only.
pub struct SigningKey(Pair);

enum Pair {
    Rsa(rsa::KeyPair),
    Ec(EcdsaKeyPair),
}

/// The half of a key that everybody may see, as members of a JWK (RFC 7517); numbers are base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kty", deny_unknown_fields)]
pub enum PublicKey {
    /// An RSA key.
    #[serde(rename = "RSA")]
    Rsa {
        /// The modulus.
        n: String,
        /// The exponent.
        e: String,
    },
    /// A point on P-384.
    #[serde(rename = "EC")]
    Ec {
        /// `P-384`
        crv: String,
        /// Its first coordinate.
        x: String,
        /// Its second coordinate.
        y: String,
    },
}

/// The cryptographic library refused: a key that is none, or no memory. Says nothing about the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SigningError;

impl SigningAlgorithm {
    /// All of them, in the order in which AWS names them.
    pub const ALL: [Self; 2] = [Self::Rs256, Self::Es384];

    /// `RS256`
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es384 => "ES384",
        }
    }

    /// The algorithm of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name)
    }
}

impl SigningKey {
    /// A new key. Takes a tenth of a second or more for RSA.
    ///
    /// # Errors
    /// The library can make none.
    pub fn generate(algorithm: SigningAlgorithm) -> Result<Self, SigningError> {
        Ok(Self(match algorithm {
            SigningAlgorithm::Rs256 => Pair::Rsa(rsa::KeyPair::generate(rsa::KeySize::Rsa2048)?),
            SigningAlgorithm::Es384 => Pair::Ec(EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING)?),
        }))
    }

    /// The key in this PKCS #8 document.
    ///
    /// # Errors
    /// It holds no such key.
    pub fn from_pkcs8(algorithm: SigningAlgorithm, pkcs8: &[u8]) -> Result<Self, SigningError> {
        let pair = match algorithm {
            SigningAlgorithm::Rs256 => rsa::KeyPair::from_pkcs8(pkcs8).map(Pair::Rsa),
            SigningAlgorithm::Es384 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, pkcs8).map(Pair::Ec)
            }
        };
        pair.map(Self).map_err(|_| SigningError)
    }

    /// The PKCS #8 document, to be sealed.
    ///
    /// # Errors
    /// The library can not write it.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, SigningError> {
        let bytes = match &self.0 {
            Pair::Rsa(key) => AsDer::<Pkcs8V1Der<'_>>::as_der(key)?.as_ref().to_vec(),
            Pair::Ec(key) => key.to_pkcs8v1()?.as_ref().to_vec(),
        };
        Ok(Zeroizing::new(bytes))
    }

    /// How it signs.
    pub const fn algorithm(&self) -> SigningAlgorithm {
        match self.0 {
            Pair::Rsa(_) => SigningAlgorithm::Rs256,
            Pair::Ec(_) => SigningAlgorithm::Es384,
        }
    }

    /// The half that everybody may see.
    ///
    /// # Errors
    /// The library shows it in another form than it documents.
    pub fn public(&self) -> Result<PublicKey, SigningError> {
        match &self.0 {
            Pair::Rsa(key) => {
                let (n, e) = rsa_numbers(key.public_key().as_ref()).ok_or(SigningError)?;
                Ok(PublicKey::Rsa { n: encode(n), e: encode(e) })
            }
            Pair::Ec(key) => {
                let (form, point) = key.public_key().as_ref().split_first().ok_or(SigningError)?;
                // An uncompressed point: 4, and two coordinates of one length.
                let (x, y) = point.split_at(point.len() / 2);
                if *form != 4 || x.len() != 48 || y.len() != 48 {
                    return Err(SigningError);
                }
                Ok(PublicKey::Ec { crv: "P-384".to_owned(), x: encode(x), y: encode(y) })
            }
        }
    }

    /// A JSON Web Token with these claims (a JSON object) and this key id, which must need no escaping in JSON.
    ///
    /// # Errors
    /// The library can not sign.
    pub fn token(&self, key_id: &str, claims: &[u8]) -> Result<String, SigningError> {
        let algorithm = self.algorithm().as_str();
        let header = format!(r#"{{"alg":"{algorithm}","kid":"{key_id}","typ":"JWT"}}"#);
        let signed = format!("{}.{}", encode(header.as_bytes()), encode(claims));
        let signature = encode(&self.sign(signed.as_bytes())?);
        Ok(format!("{signed}.{signature}"))
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        match &self.0 {
            Pair::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign_digest(&RSA_PKCS1_SHA256, &digest(&SHA256, message), &mut signature)?;
                Ok(signature)
            }
            Pair::Ec(key) => Ok(key.sign_digest(&digest(&SHA384, message))?.as_ref().to_vec()),
        }
    }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Modulus and exponent of an `RSAPublicKey` (RFC 8017, A.1.1), without leading zeros.
fn rsa_numbers(der: &[u8]) -> Option<(&[u8], &[u8])> {
    const INTEGER: u8 = 2;
    const SEQUENCE: u8 = 0x30;
    let (numbers, rest) = element(SEQUENCE, der)?;
    let (modulus, numbers) = element(INTEGER, numbers)?;
    let (exponent, numbers) = element(INTEGER, numbers)?;
    (rest.is_empty() && numbers.is_empty()).then(|| (positive(modulus), positive(exponent)))
}

/// The content of a DER element, and what follows it.
fn element(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, der) = der.split_first()?;
    let (length, der) = der.split_first()?;
    let (length, der) = match length {
        0..=0x7f => (usize::from(*length), der),
        _ => {
            let (bytes, der) = der.split_at_checked(usize::from(length & 0x7f))?;
            let length = bytes
                .iter()
                .try_fold(0usize, |length, byte| length.checked_mul(256)?.checked_add(usize::from(*byte)))?;
            (length, der)
        }
    };
    if *first == tag { der.split_at_checked(length) } else { None }
}

fn positive(integer: &[u8]) -> &[u8] {
    integer.strip_prefix(&[0]).unwrap_or(integer)
}

impl From<aws_lc_rs::error::Unspecified> for SigningError {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        Self
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.algorithm().as_str())
    }
}

impl fmt::Display for SigningError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the signing key can not be used")
    }
}

impl std::error::Error for SigningError {}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{
        ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
    };

    use super::*;

    fn decode(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    /// As somebody would verify who knows nothing but the public half.
    fn verifies(public: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
        match public {
            PublicKey::Rsa { n, e } => RsaPublicKeyComponents { n: decode(n), e: decode(e) }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                .is_ok(),
            PublicKey::Ec { crv, x, y } => {
                assert_eq!(crv, "P-384");
                let point = [vec![4], decode(x), decode(y)].concat();
                UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point).verify(message, signature).is_ok()
            }
        }
    }

    #[test]
    fn a_token_verifies_with_the_public_half_alone() {
        for algorithm in SigningAlgorithm::ALL {
            let key = SigningKey::generate(algorithm).unwrap();
            let again = SigningKey::from_pkcs8(algorithm, &key.to_pkcs8().unwrap()).unwrap();
            assert_eq!(again.public(), key.public());
            let token = again.token("K_0", br#"{"sub":"me"}"#).unwrap();
            let parts: Vec<&str> = token.split('.').collect();
            let [header, claims, signature] = parts[..] else { panic!("{token}") };
            let name = algorithm.as_str();
            assert_eq!(decode(header), format!(r#"{{"alg":"{name}","kid":"K_0","typ":"JWT"}}"#).into_bytes());
            assert_eq!(decode(claims), br#"{"sub":"me"}"#);
            let message = format!("{header}.{claims}");
            let public = key.public().unwrap();
            assert!(verifies(&public, message.as_bytes(), &decode(signature)));
            assert!(!verifies(&public, b"another message", &decode(signature)));
            let other = SigningKey::generate(algorithm).unwrap().public().unwrap();
            assert!(!verifies(&other, message.as_bytes(), &decode(signature)));
            assert_eq!(format!("{key:?}"), format!("SigningKey({name})"));
        }
    }

    #[test]
    fn the_stored_form_of_a_public_key_is_its_jwk() {
        let key = SigningKey::generate(SigningAlgorithm::Es384).unwrap().public().unwrap();
        let json = serde_json::to_value(&key).unwrap();
        assert_eq!((json["kty"].as_str(), json["crv"].as_str()), (Some("EC"), Some("P-384")));
        assert_eq!(serde_json::from_value::<PublicKey>(json).unwrap(), key);
        let surprising = serde_json::json!({"kty": "RSA", "n": "a", "e": "b", "d": "c"});
        assert!(serde_json::from_value::<PublicKey>(surprising).is_err());
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for algorithm in SigningAlgorithm::ALL {
            assert_eq!(SigningKey::from_pkcs8(algorithm, b"no key").err(), Some(SigningError));
        }
        let ec = SigningKey::generate(SigningAlgorithm::Es384).unwrap().to_pkcs8().unwrap();
        assert!(SigningKey::from_pkcs8(SigningAlgorithm::Rs256, &ec).is_err());
        for der in [&[][..], &[0x30], &[0x30, 0x85], &[0x30, 2, 2, 9], &[0x30, 0x84, 255, 255, 255, 255]] {
            assert_eq!(rsa_numbers(der), None);
        }
        assert_eq!(SigningAlgorithm::from_name("HS256"), None);
    }
}
