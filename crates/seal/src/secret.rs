//! A secret in memory.

use std::fmt;

use zeroize::{Zeroize, Zeroizing};

/// A text that is wiped when dropped, compared in constant time, and never printed.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over without copying it.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// A secret from opened bytes.
    ///
    /// # Errors
    /// The bytes are not UTF-8; they are wiped in any case.
    pub fn from_utf8(bytes: Zeroizing<Vec<u8>>) -> Result<Self, NotUtf8> {
        std::str::from_utf8(&bytes).map(|text| Self::new(text.to_owned())).map_err(|_| NotUtf8)
    }

    /// The text itself. Every call is a place to look at in a review.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// The bytes of a secret are not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotUtf8;

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl PartialEq for Secret {
    /// Takes the same time wherever the texts differ; their lengths are not hidden.
    fn eq(&self, other: &Self) -> bool {
        let (left, right) = (self.0.as_bytes(), other.0.as_bytes());
        aws_lc_rs::constant_time::verify_slices_are_equal(left, right).is_ok()
    }
}

impl Eq for Secret {}

impl Zeroize for Secret {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

impl fmt::Display for NotUtf8 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the secret is not UTF-8")
    }
}

impl std::error::Error for NotUtf8 {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_and_never_prints() {
        let secret = Secret::new("hunter2".to_owned());
        assert_eq!(secret, Secret::from("hunter2".to_owned()));
        for other in ["", "hunter", "hunter3", "hunter22"] {
            assert_ne!(secret, Secret::new(other.to_owned()));
        }
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "Secret(redacted) Some(Secret(redacted))");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn from_opened_bytes() {
        assert_eq!(Secret::from_utf8(Zeroizing::new(b"abc".to_vec())).unwrap().expose(), "abc");
        assert_eq!(Secret::from_utf8(Zeroizing::new(vec![0xff])).err(), Some(NotUtf8));
    }

    #[test]
    fn zeroize_empties() {
        let mut secret = Secret::new("abc".to_owned());
        secret.zeroize();
        assert_eq!(secret.expose(), "");
    }
}
