//! Sealing of secrets and session tokens under a ring of keys, and the keys that sign web identity tokens.
//!
//! Everything that must be unreadable at rest or on the wire goes through a [`KeyRing`]: secret access keys
//! ([`KeyRing::seal`]), session tokens ([`KeyRing::seal_token`]), paging markers ([`KeyRing::marker`]) and the details
//! of denials ([`KeyRing::seal_message`]). One format serves them all (described in `format.rs`): AES-256-GCM under a key that is derived
//! for one purpose and one message, with the caller's context as additional authenticated data.
//!
//! Beside it stand the two secrets that people hold: passwords ([`PasswordHash`]) and the seeds of one-time
//! passwords ([`TotpSeed`]).
//!
//! Pure: this crate reads no file and no environment variable, and entropy is an argument. It never knows
//! what an entity is.

mod format;
mod generate;
mod marker;
mod message;
mod password;
mod ring;
mod sealed;
mod secret;
mod signing;
mod ticket;
mod token;
mod totp;

pub use format::{OpenError, Purpose, SealError};
pub use generate::secret_access_key;
pub use message::{MAX_MESSAGE_LENGTH, MAX_MESSAGE_PLAINTEXT};
pub use password::{InvalidPasswordHash, PasswordHash, PasswordSalt};
pub use ring::{InvalidKeyId, InvalidKeyRing, KeyId, KeyRing, KeyRingFault};
pub use sealed::{InvalidSealed, Sealed};
pub use secret::{NotUtf8, Secret};
pub use signing::{PublicKey, SigningAlgorithm, SigningError, SigningKey};
pub use ticket::TICKET_CONTENT;
pub use token::{MAX_TOKEN_LENGTH, MAX_TOKEN_PLAINTEXT};
pub use totp::{TotpSeed, TotpStep};
pub use zeroize::Zeroizing;

#[cfg(test)]
mod test_support;
