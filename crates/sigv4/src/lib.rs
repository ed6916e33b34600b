//! AWS Signature Version 4: canonical requests, verification and signing.
//!
//! Verification is the product, signing is for gateways and for tests. Everything here is pure: bytes in,
//! answer out, the time is an argument. The crate never knows who owns a key: it reads which key a request
//! presents ([`read`]), checks everything that needs no secret ([`Presented::check`]), and, given the signing
//! key that the caller looked up, says whether the signature holds ([`Checked::verify`]). That is the order in
//! which AWS finds faults, so clients see the same error first.
//!
//! Not here, on purpose: SigV4a (ECDSA), chunked (`STREAMING-…`) payloads, and Signature Version 2. Each is
//! refused with an error that says so.

mod cache;
mod canonical;
mod encode;
mod error;
mod instant;
mod key;
mod presented;
mod read;
mod request;
mod rules;
pub mod sign;
mod verify;

pub use cache::SigningKeyCache;
pub use error::{AuthError, Detail, Protocol};
pub use key::SigningKey;
pub use presented::{Form, Presented, Scope};
pub use read::read;
pub use request::{Header, HttpRequest};
pub use rules::{MAX_PRESIGN_SECONDS, Paths, PayloadRule, PresignRule, Regions, Rules};
pub use verify::Checked;

#[cfg(test)]
mod vectors;
