//! The signing key: what is left of a secret for one day, region and service.

use std::fmt;

use aws_lc_rs::hmac::{self, HMAC_SHA256, Tag};
use zeroize::Zeroizing;

/// A signing key, ready for use: the first blocks of its HMACs are already hashed.
///
/// The library clears it from memory when it is dropped; `Debug` shows nothing of it.
pub struct SigningKey(hmac::Key);

impl SigningKey {
    /// Derives the key for a scope: `date` is `YYYYMMDD`.
    pub fn derive(secret_access_key: &str, date: &str, region: &str, service: &str) -> Self {
        let mut secret = Zeroizing::new(Vec::with_capacity(secret_access_key.len() + 4));
        secret.extend_from_slice(b"AWS4");
        secret.extend_from_slice(secret_access_key.as_bytes());
        let steps = [date, region, service, crate::canonical::TERMINATOR];
        Self(steps.into_iter().fold(hmac::Key::new(HMAC_SHA256, &secret), |key, step| {
            hmac::Key::new(HMAC_SHA256, hmac::sign(&key, step.as_bytes()).as_ref())
        }))
    }

    pub(crate) fn sign(&self, string_to_sign: &[u8]) -> Tag {
        hmac::sign(&self.0, string_to_sign)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::hex;

    #[test]
    fn the_example_of_the_documentation() {
        let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        let key = SigningKey::derive(secret, "20150830", "us-east-1", "iam");
        let string_to_sign = "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n\
             f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59";
        let signature = hex(key.sign(string_to_sign.as_bytes()).as_ref());
        assert_eq!(&signature, b"5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
        assert_eq!(format!("{key:?}"), "SigningKey(…)");
    }
}
