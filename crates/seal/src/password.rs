//! Passwords: their hashes, which records keep sealed.
//!
//! Argon2id with the parameters OWASP's cheat sheet names first: 19 MiB, two passes, one lane. That is some 20 ms
//! of one core, once per password that is set or tried: enough to make guessing expensive for whoever has a copy
//! of the store *and* the master key, little enough for an operation that holds up the other writes of its
//! account. All hashes of one user share a salt, so that a password is compared with two dozen earlier ones at the
//! price of one.

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use keygate_ident::Entropy;
use zeroize::Zeroizing;

use crate::format::SealError;

/// What a password was hashed with besides itself. Not secret, but only ever stored inside a sealed hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordSalt([u8; SALT_LEN]);

/// The hash of a password with its salt. Wiped when dropped, never printed.
pub struct PasswordHash {
    salt: PasswordSalt,
    hash: Zeroizing<[u8; HASH_LEN]>,
}

/// The bytes are no password hash of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidPasswordHash;

/// Says which algorithm and parameters made a hash; others get another number.
const VERSION: u8 = 1;
const SALT_LEN: usize = 16;
const HASH_LEN: usize = 32;
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

impl PasswordSalt {
    /// A new one.
    pub fn generate(entropy: &mut dyn Entropy) -> Self {
        let mut salt = [0; SALT_LEN];
        entropy.fill(&mut salt);
        Self(salt)
    }
}

impl PasswordHash {
    /// Hashes a password; takes about 20 ms.
    ///
    /// # Errors
    /// The password is longer than four gigabytes.
    pub fn of(password: &str, salt: PasswordSalt) -> Result<Self, SealError> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH_LEN)).map_err(|_| SealError)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut hash = Zeroizing::new([0; HASH_LEN]);
        argon2
            .hash_password_into(password.as_bytes(), &salt.0, hash.as_mut_slice())
            .map_err(|_| SealError)?;
        Ok(Self { salt, hash })
    }

    /// The hash in an opened record.
    ///
    /// # Errors
    /// Other bytes than [`PasswordHash::to_bytes`] makes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidPasswordHash> {
        let (version, rest) = bytes.split_first().ok_or(InvalidPasswordHash)?;
        let (salt, hash) = rest.split_at_checked(SALT_LEN).ok_or(InvalidPasswordHash)?;
        if *version != VERSION {
            return Err(InvalidPasswordHash);
        }
        Ok(Self {
            salt: PasswordSalt(salt.try_into().map_err(|_| InvalidPasswordHash)?),
            hash: Zeroizing::new(hash.try_into().map_err(|_| InvalidPasswordHash)?),
        })
    }

    /// What is to be sealed.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(1 + SALT_LEN + HASH_LEN));
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.salt.0);
        bytes.extend_from_slice(self.hash.as_slice());
        bytes
    }

    /// The salt: another password under it can be compared.
    pub fn salt(&self) -> PasswordSalt {
        self.salt
    }
}

impl PartialEq for PasswordHash {
    /// Whether it is the hash of the same password under the same salt; takes the same time wherever they differ.
    fn eq(&self, other: &Self) -> bool {
        let same = verify_slices_are_equal(self.hash.as_slice(), other.hash.as_slice()).is_ok();
        self.salt == other.salt && same
    }
}

impl Eq for PasswordHash {}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(redacted)")
    }
}

impl std::fmt::Display for InvalidPasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not a password hash")
    }
}

impl std::error::Error for InvalidPasswordHash {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::Counting;

    #[test]
    fn argon2id_of_the_reference_implementation() {
        // The same from OpenSSL: Argon2id, version 0x13, 2 passes, 19,456 KiB, 1 lane.
        let hash = PasswordHash::of("password", PasswordSalt(*b"somesaltsomesalt")).unwrap();
        let hex: String = hash.hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "2b5dc4054886ec957ef59c73b661c54dd6fb274590b278f657c6d96aac8fa6d1");
    }

    #[test]
    fn the_same_password_and_salt_and_nothing_else() {
        let mut entropy = Counting(1);
        let (salt, other) = (PasswordSalt::generate(&mut entropy), PasswordSalt::generate(&mut entropy));
        let hash = PasswordHash::of("Tr0ub4dor&3", salt).unwrap();
        assert_eq!(hash, PasswordHash::of("Tr0ub4dor&3", hash.salt()).unwrap());
        assert_ne!(hash, PasswordHash::of("Tr0ub4dor&3", other).unwrap());
        for password in ["", "Tr0ub4dor&", "Tr0ub4dor&33", "tr0ub4dor&3"] {
            assert_ne!(hash, PasswordHash::of(password, salt).unwrap(), "{password}");
        }
        assert_eq!(format!("{hash:?}"), "PasswordHash(redacted)");
    }

    #[test]
    fn bytes_and_what_is_none() {
        let hash = PasswordHash::of("a", PasswordSalt::generate(&mut Counting(2))).unwrap();
        let bytes = hash.to_bytes();
        assert_eq!(PasswordHash::from_bytes(&bytes).unwrap(), hash);
        let mut newer = bytes.to_vec();
        newer[0] = 2;
        for wrong in [&[][..], &bytes[..bytes.len() - 1], &[bytes.as_slice(), b"x"].concat(), &newer] {
            assert_eq!(PasswordHash::from_bytes(wrong).err(), Some(InvalidPasswordHash));
        }
    }
}
