//! Session tokens: everything a node must know about a session, sealed inside what the client presents.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keygate_ident::Entropy;
use zeroize::Zeroizing;

use crate::format::{self, MAX_OVERHEAD, OpenError, Purpose, SealError, UNIQUE_LEN};
use crate::ring::KeyRing;

/// Longest token in characters; longer ones are refused before anything is decoded. A token with inline policy
/// and tags fits, and HTTP clients and servers accept a header of this size.
pub const MAX_TOKEN_LENGTH: usize = 16 * 1024;

/// Longest plaintext of a token in bytes: what becomes a token of [`MAX_TOKEN_LENGTH`].
pub const MAX_TOKEN_PLAINTEXT: usize = MAX_TOKEN_LENGTH / 4 * 3 - MAX_OVERHEAD;

impl KeyRing {
    /// Seals a session into a token: base64 text, as AWS's tokens are.
    ///
    /// # Errors
    /// A plaintext longer than [`MAX_TOKEN_PLAINTEXT`].
    pub fn seal_token(&self, plaintext: &[u8], entropy: &mut dyn Entropy) -> Result<String, SealError> {
        if plaintext.len() > MAX_TOKEN_PLAINTEXT {
            return Err(SealError);
        }
        let mut unique = [0; UNIQUE_LEN];
        entropy.fill(&mut unique);
        let sealed = format::seal(self.current(), Purpose::SessionToken, &[], plaintext, &unique)?;
        Ok(STANDARD.encode(sealed))
    }

    /// Opens a token that a client presented.
    ///
    /// # Errors
    /// Anything that this ring's [`KeyRing::seal_token`] did not make.
    pub fn open_token(&self, token: &str) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        if token.len() > MAX_TOKEN_LENGTH {
            return Err(OpenError::Malformed);
        }
        let sealed = STANDARD.decode(token).map_err(|_| OpenError::Malformed)?;
        format::open(&sealed, Purpose::SessionToken, &[], |id| self.find(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::Counting;

    #[test]
    fn round_trip_up_to_the_limit() {
        let ring = KeyRing::generate(&mut Counting(1));
        for length in [0, 300, MAX_TOKEN_PLAINTEXT] {
            let token = ring.seal_token(&vec![b's'; length], &mut Counting(2)).unwrap();
            assert!(token.len() <= MAX_TOKEN_LENGTH);
            assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b)));
            assert_eq!(ring.open_token(&token).unwrap().len(), length);
        }
        assert!(ring.seal_token(&vec![0; MAX_TOKEN_PLAINTEXT + 1], &mut Counting(2)).is_err());
    }

    #[test]
    fn every_changed_character_refuses() {
        let ring = KeyRing::generate(&mut Counting(1));
        let token = ring.seal_token(b"session", &mut Counting(2)).unwrap();
        for index in 0..token.len() {
            for other in ["A", "B", "/", "=", " ", "-"] {
                let mut bad = token.clone();
                bad.replace_range(index..=index, other);
                if bad != token {
                    assert!(ring.open_token(&bad).is_err(), "{index} {other}");
                }
            }
        }
        for bad in ["", "AQ==", &token[1..], &format!("{token}AAAA"), &"A".repeat(MAX_TOKEN_LENGTH + 1)] {
            assert!(ring.open_token(bad).is_err());
        }
    }

    #[test]
    fn other_rings_and_other_purposes_refuse() {
        let ring = KeyRing::generate(&mut Counting(1));
        let other = KeyRing::generate(&mut Counting(5));
        let token = ring.seal_token(b"session", &mut Counting(2)).unwrap();
        assert!(matches!(other.open_token(&token), Err(OpenError::UnknownKey(_))));
        let secret = ring.seal(Purpose::SecretAccessKey, b"", b"session", &mut Counting(2)).unwrap();
        assert_eq!(ring.open_token(&String::from(secret)).err(), Some(OpenError::Refused));
        assert!(ring.rotated(&mut Counting(9)).open_token(&token).is_ok());
    }
}
