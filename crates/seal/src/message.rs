//! Authorization messages: the details of a denial, which the denied caller carries to somebody who may read them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keygate_ident::Entropy;
use zeroize::Zeroizing;

use crate::format::{self, MAX_OVERHEAD, OpenError, Purpose, SealError, UNIQUE_LEN};
use crate::ring::KeyRing;

/// Longest message in characters: what `DecodeAuthorizationMessage` takes.
pub const MAX_MESSAGE_LENGTH: usize = 10_240;

/// Longest plaintext of a message in bytes: what becomes a message of [`MAX_MESSAGE_LENGTH`].
pub const MAX_MESSAGE_PLAINTEXT: usize = MAX_MESSAGE_LENGTH / 4 * 3 - MAX_OVERHEAD;

impl KeyRing {
    /// Seals the details of a denial into text of letters, digits, `-` and `_`, as AWS's messages are. `context` names
    /// who may open it.
    ///
    /// # Errors
    /// A plaintext longer than [`MAX_MESSAGE_PLAINTEXT`].
    pub fn seal_message(
        &self,
        context: &[u8],
        plaintext: &[u8],
        entropy: &mut dyn Entropy,
    ) -> Result<String, SealError> {
        if plaintext.len() > MAX_MESSAGE_PLAINTEXT {
            return Err(SealError);
        }
        let mut unique = [0; UNIQUE_LEN];
        entropy.fill(&mut unique);
        let sealed =
            format::seal(self.current(), Purpose::AuthorizationMessage, context, plaintext, &unique)?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Opens a message that a client sent.
    ///
    /// # Errors
    /// Anything that this ring's [`KeyRing::seal_message`] did not make for this context.
    pub fn open_message(&self, context: &[u8], message: &str) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        if message.len() > MAX_MESSAGE_LENGTH {
            return Err(OpenError::Malformed);
        }
        let sealed = URL_SAFE_NO_PAD.decode(message).map_err(|_| OpenError::Malformed)?;
        format::open(&sealed, Purpose::AuthorizationMessage, context, |id| self.find(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::Counting;

    #[test]
    fn round_trip_up_to_the_limit() {
        let ring = KeyRing::generate(&mut Counting(1));
        for length in [0, 300, MAX_MESSAGE_PLAINTEXT] {
            let message = ring.seal_message(b"one", &vec![b'm'; length], &mut Counting(2)).unwrap();
            assert!(message.len() <= MAX_MESSAGE_LENGTH);
            assert!(message.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
            assert_eq!(ring.open_message(b"one", &message).unwrap().len(), length);
            assert!(ring.rotated(&mut Counting(9)).open_message(b"one", &message).is_ok());
        }
        assert!(ring.seal_message(b"one", &vec![0; MAX_MESSAGE_PLAINTEXT + 1], &mut Counting(2)).is_err());
    }

    #[test]
    fn nothing_else_opens() {
        let ring = KeyRing::generate(&mut Counting(1));
        let message = ring.seal_message(b"one", b"details", &mut Counting(2)).unwrap();
        assert_eq!(ring.open_message(b"two", &message).err(), Some(OpenError::Refused));
        let other = KeyRing::generate(&mut Counting(5));
        assert!(matches!(other.open_message(b"one", &message), Err(OpenError::UnknownKey(_))));
        let marker = ring.marker(b"one", b"details").unwrap();
        assert_eq!(ring.open_message(b"one", &marker).err(), Some(OpenError::Refused));
        let long = "A".repeat(MAX_MESSAGE_LENGTH + 1);
        for bad in ["", "AQ", "AQ==", "a\nb", &message[1..], &format!("{message}AAAA"), &long] {
            assert!(ring.open_message(b"one", bad).is_err(), "{bad}");
        }
        for index in 0..message.len() {
            let mut bad = message.clone();
            let other = if bad.as_bytes()[index] == b'A' { "B" } else { "A" };
            bad.replace_range(index..=index, other);
            assert!(ring.open_message(b"one", &bad).is_err(), "{index}");
        }
    }
}
