//! Credentials of an IAM user beside its access keys: SSH public keys, signing certificates, and credentials that
//! one service alone accepts.

use keygate_ident::{Timestamp, UniqueId};
use keygate_seal::Sealed;
use serde::{Deserialize, Serialize};

use super::KeyStatus;

/// An SSH public key, for Git over SSH.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SshPublicKey {
    /// `APKA…`
    pub id: UniqueId,
    /// The key as uploaded, in either of its encodings, without white space around it.
    pub body: String,
    /// Whether it may be used.
    pub status: KeyStatus,
    /// When it was uploaded.
    pub uploaded: Timestamp,
}

/// An X.509 certificate whose private key signs requests to a few old APIs. It belongs to a user or to root.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigningCertificate {
    /// 24 to 128 letters and digits; AWS gives these ids no prefix.
    pub id: String,
    /// The certificate as PEM.
    pub body: String,
    /// Whether it may be used.
    pub status: KeyStatus,
    /// When it was uploaded.
    pub uploaded: Timestamp,
}

/// A user name and password, or an API key, that one service accepts. The secret is sealed with the credential's id
/// as context.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceCredential {
    /// `ACCA…`
    pub id: UniqueId,
    /// The service, e.g. `codecommit.amazonaws.com`.
    pub service: String,
    /// The public half: `alice-at-123456789012`. It stays when the user is renamed.
    pub alias: String,
    /// The sealed password or API key.
    pub secret: Sealed,
    /// Whether it may be used; after `expires` it may not, whatever stands here.
    pub status: KeyStatus,
    /// When it was created.
    pub created: Timestamp,
    /// When it expires; `None`: never.
    #[serde(default)]
    pub expires: Option<Timestamp>,
}

impl ServiceCredential {
    /// Whether its time is over.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}
