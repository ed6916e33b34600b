//! Keys and certificates as users bring them: PEM, DER, X.509, SSH.
//!
//! Nothing here decides whom to trust: certificates and keys are read so that what is stored is what it claims to be,
//! and so that a key can be shown in another encoding.

mod der;
mod pem;
mod private_key;
mod rsa;
mod x509;

pub(crate) use pem::{Block, blocks};
pub(crate) use private_key::PrivateKey;
pub(crate) use rsa::{Encoding, Refusal, RsaPublicKey};
pub(crate) use x509::Certificate;

#[cfg(test)]
pub(crate) mod testing;
