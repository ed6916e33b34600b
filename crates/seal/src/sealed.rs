//! Secrets at rest.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keygate_ident::Entropy;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::format::{self, MAX_OVERHEAD, OpenError, Purpose, SealError, UNIQUE_LEN};
use crate::ring::{KeyId, KeyRing};

/// A sealed secret as records keep it; base64 text in serde. Prints the key id only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sealed(Vec<u8>);

/// The text is not the base64 form of a sealed value of bounded length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidSealed;

/// Longest secret that can be sealed, in bytes.
const MAX_PLAINTEXT: usize = 64 * 1024;

impl KeyRing {
    /// Seals under the current key. `context` binds the value to its place (account and access key id, for
    /// instance): it must be given again to open, and is not stored.
    ///
    /// # Errors
    /// A plaintext longer than 64 KiB.
    pub fn seal(
        &self,
        purpose: Purpose,
        context: &[u8],
        plaintext: &[u8],
        entropy: &mut dyn Entropy,
    ) -> Result<Sealed, SealError> {
        if plaintext.len() > MAX_PLAINTEXT {
            return Err(SealError);
        }
        let mut unique = [0; UNIQUE_LEN];
        entropy.fill(&mut unique);
        format::seal(self.current(), purpose, context, plaintext, &unique).map(Sealed)
    }

    /// Opens a sealed value.
    ///
    /// # Errors
    /// Truncated, altered, of an unknown version, under an unknown key, for another purpose or context.
    pub fn open(
        &self,
        purpose: Purpose,
        context: &[u8],
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        format::open(&sealed.0, purpose, context, |id| self.find(id))
    }

    /// Whether the value is sealed under another key than the current one, so that it should be sealed anew
    /// before its key is taken out of the ring.
    pub fn is_stale(&self, sealed: &Sealed) -> bool {
        sealed.key_id().as_ref() != Some(self.current_id())
    }
}

impl Sealed {
    /// The key that the value names; `None` when it is malformed.
    pub fn key_id(&self) -> Option<KeyId> {
        format::key_of(&self.0).ok()
    }
}

impl TryFrom<String> for Sealed {
    type Error = InvalidSealed;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.len() > (MAX_PLAINTEXT + MAX_OVERHEAD).div_ceil(3) * 4 {
            return Err(InvalidSealed);
        }
        STANDARD.decode(text).map(Self).map_err(|_| InvalidSealed)
    }
}

impl From<Sealed> for String {
    fn from(sealed: Sealed) -> Self {
        STANDARD.encode(sealed.0)
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed(under {:?})", self.key_id())
    }
}

impl fmt::Display for InvalidSealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a sealed value")
    }
}

impl std::error::Error for InvalidSealed {}

#[cfg(test)]
mod tests;
