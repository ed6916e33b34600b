//! Paging markers: where a list goes on, opaque to the client and tamper-evident.
//!
//! A marker is valid on every node and across restarts, because nothing but the key ring is needed to open it.
//! Salt and nonce are an HMAC of context and plaintext (a synthetic nonce), so that the same position always
//! gives the same marker and no entropy is needed: equal inputs, equal nonce, equal ciphertext.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::format::{self, MAX_OVERHEAD, OpenError, Purpose, SealError, UNIQUE_LEN};
use crate::ring::KeyRing;

const MAX_PLAINTEXT: usize = 4 * 1024;
const MAX_LENGTH: usize = (MAX_PLAINTEXT + MAX_OVERHEAD).div_ceil(3) * 4;

impl KeyRing {
    /// The marker of a position. `context` names what is listed for whom (account, operation, filters), so
    /// that a marker of one list is refused by another.
    ///
    /// # Errors
    /// A plaintext longer than 4 KiB.
    pub fn marker(&self, context: &[u8], plaintext: &[u8]) -> Result<String, SealError> {
        if plaintext.len() > MAX_PLAINTEXT {
            return Err(SealError);
        }
        let unique = self.synthetic(context, plaintext)?;
        let sealed = format::seal(self.current(), Purpose::PagingMarker, context, plaintext, &unique)?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Opens a marker that a client sent back.
    ///
    /// # Errors
    /// Anything that [`KeyRing::marker`] of this ring did not make for this context.
    pub fn open_marker(&self, context: &[u8], marker: &str) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        if marker.len() > MAX_LENGTH {
            return Err(OpenError::Malformed);
        }
        let sealed = URL_SAFE_NO_PAD.decode(marker).map_err(|_| OpenError::Malformed)?;
        format::open(&sealed, Purpose::PagingMarker, context, |id| self.find(id))
    }

    fn synthetic(&self, context: &[u8], plaintext: &[u8]) -> Result<[u8; UNIQUE_LEN], SealError> {
        let key =
            format::derive(self.current(), "keygate/paging-marker-nonce", &[]).map_err(|_| SealError)?;
        let mut mac = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key.as_slice()));
        // The length keeps context and plaintext apart.
        mac.update(&(context.len() as u64).to_be_bytes());
        mac.update(context);
        mac.update(plaintext);
        let mut unique = [0; UNIQUE_LEN];
        for (to, from) in unique.iter_mut().zip(mac.sign().as_ref()) {
            *to = *from;
        }
        Ok(unique)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::Counting;

    #[test]
    fn round_trip_is_deterministic_and_survives_a_restart() {
        let ring = KeyRing::generate(&mut Counting(1));
        let restarted = KeyRing::parse(&ring.to_text()).unwrap();
        for plain in ["", "/path/name", &"é".repeat(600), &"x".repeat(MAX_PLAINTEXT)] {
            let marker = ring.marker(b"ListUsers", plain.as_bytes()).unwrap();
            assert!(marker.len() <= MAX_LENGTH);
            assert!(marker.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
            assert_eq!(ring.marker(b"ListUsers", plain.as_bytes()).unwrap(), marker);
            assert_eq!(restarted.open_marker(b"ListUsers", &marker).unwrap().as_slice(), plain.as_bytes());
        }
        assert!(ring.marker(b"", &[0; MAX_PLAINTEXT + 1]).is_err());
    }

    #[test]
    fn opaque_and_different_per_position_and_context() {
        let ring = KeyRing::generate(&mut Counting(1));
        let marker = ring.marker(b"ab", b"c").unwrap();
        assert_ne!(ring.marker(b"a", b"bc").unwrap(), marker);
        assert_ne!(ring.marker(b"ab", b"d").unwrap(), marker);
        let visible = URL_SAFE_NO_PAD.decode(ring.marker(b"", b"alice alice alice").unwrap()).unwrap();
        assert!(!visible.windows(5).any(|window| window == b"alice"));
    }

    #[test]
    fn changed_markers_and_wrong_contexts_refuse() {
        let ring = KeyRing::generate(&mut Counting(1));
        let marker = ring.marker(b"ListUsers", b"alice").unwrap();
        assert_eq!(ring.open_marker(b"ListRoles", &marker).err(), Some(OpenError::Refused));
        for index in 0..marker.len() {
            for other in ["A", "B", "_", "+"] {
                let mut bad = marker.clone();
                bad.replace_range(index..=index, other);
                if bad != marker {
                    assert!(ring.open_marker(b"ListUsers", &bad).is_err(), "{index} {other}");
                }
            }
        }
        for bad in ["", "alice", "AQ", &"A".repeat(MAX_LENGTH + 1)] {
            assert!(ring.open_marker(b"ListUsers", bad).is_err());
        }
        let rotated = ring.rotated(&mut Counting(3));
        assert_eq!(rotated.open_marker(b"ListUsers", &marker).unwrap().as_slice(), b"alice");
    }
}
