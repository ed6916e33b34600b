//! The one sealed form, and the cryptography behind it.
//!
//! ```text
//! version (1) | length of key id (1) | key id | salt (16) | nonce (12) | ciphertext | tag (16)
//! ```
//!
//! The message key is HKDF-SHA256 of the ring's master key with `purpose label, 0, salt` as info. Because each
//! message has its own key, the limit of 2³² random nonces under one AES-GCM key does not apply: session
//! tokens may be issued at any rate for years. The header up to the nonce and the caller's context are
//! authenticated.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use zeroize::Zeroizing;

use crate::ring::{KeyId, MasterKey};

/// What a sealed value is for. A value sealed for one purpose does not open for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The secret half of an access key.
    SecretAccessKey,
    /// The seed of a one-time password device.
    MfaSeed,
    /// The hash of a password.
    PasswordHash,
    /// A secret that the server presents to an identity provider.
    ProviderSecret,
    /// The private key of a server certificate.
    ServerCertificateKey,
    /// The password or API key of a service-specific credential.
    ServicePassword,
    /// A private key that decrypts SAML assertions.
    SamlPrivateKey,
    /// A private key that signs web identity tokens.
    TokenSigningKey,
    /// A session token; see [`crate::KeyRing::seal_token`].
    SessionToken,
    /// A paging marker; see [`crate::KeyRing::marker`].
    PagingMarker,
    /// The token by which a delegation request is exchanged for credentials.
    ExchangeToken,
    /// The details of a denial; see [`crate::KeyRing::seal_message`].
    AuthorizationMessage,
}

impl Purpose {
    /// Part of the stored form: changing a label makes everything sealed under it unreadable.
    const fn label(self) -> &'static str {
        match self {
            Self::SecretAccessKey => "keygate/secret-access-key",
            Self::MfaSeed => "keygate/mfa-seed",
            Self::PasswordHash => "keygate/password-hash",
            Self::ProviderSecret => "keygate/provider-secret",
            Self::ServerCertificateKey => "keygate/server-certificate-key",
            Self::ServicePassword => "keygate/service-password",
            Self::SamlPrivateKey => "keygate/saml-private-key",
            Self::TokenSigningKey => "keygate/token-signing-key",
            Self::SessionToken => "keygate/session-token",
            Self::PagingMarker => "keygate/paging-marker",
            Self::ExchangeToken => "keygate/exchange-token",
            Self::AuthorizationMessage => "keygate/authorization-message",
        }
    }
}

/// The cryptographic library refused to seal: the plaintext is longer than the form allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealError;

/// Why a sealed value did not open. None of them says anything about the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// Not base64, truncated, or longer than any value of its kind.
    Malformed,
    /// A format version that this program does not know.
    UnknownVersion(u8),
    /// Sealed under a key that is not in the ring (any more).
    UnknownKey(KeyId),
    /// Altered, or sealed for another purpose or context, or under another key of the same id.
    Refused,
}

/// Salt and nonce together: unique per message.
pub(crate) const UNIQUE_LEN: usize = SALT_LEN + NONCE_LEN;

const VERSION: u8 = 1;
const SALT_LEN: usize = 16;
const NONCE_LEN: usize = 12;
const TAG_LEN: usize = 16;

/// Bytes that sealing adds to a plaintext at most.
pub(crate) const MAX_OVERHEAD: usize = 2 + KeyId::MAX_LEN + UNIQUE_LEN + TAG_LEN;

/// Seals under this key. `unique` must never be used again with another plaintext for this purpose.
pub(crate) fn seal(
    key: &MasterKey,
    purpose: Purpose,
    context: &[u8],
    plaintext: &[u8],
    unique: &[u8; UNIQUE_LEN],
) -> Result<Vec<u8>, SealError> {
    let id = key.id().as_str().as_bytes();
    let id_len = u8::try_from(id.len()).map_err(|_| SealError)?;
    let (salt, nonce) = unique.split_at(SALT_LEN);
    let header = [&[VERSION, id_len], id, unique.as_slice()].concat();
    let cipher = message_cipher(key, purpose, salt).map_err(|_| SealError)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError)?;
    // Room for the tag, so that appending it does not leave a copy of the plaintext behind.
    let mut body = Zeroizing::new(Vec::with_capacity(plaintext.len() + TAG_LEN));
    body.extend_from_slice(plaintext);
    let aad = Aad::from([&header, context].concat());
    cipher.seal_in_place_append_tag(nonce, aad, &mut *body).map_err(|_| SealError)?;
    let mut sealed = header;
    sealed.extend_from_slice(&body);
    Ok(sealed)
}

/// Opens what [`seal`] made; `find` looks a key up by its id.
pub(crate) fn open<'ring>(
    sealed: &[u8],
    purpose: Purpose,
    context: &[u8],
    find: impl FnOnce(&KeyId) -> Option<&'ring MasterKey>,
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let parts = Parts::split(sealed)?;
    let key = find(&parts.key).ok_or(OpenError::UnknownKey(parts.key))?;
    let cipher = message_cipher(key, purpose, parts.salt).map_err(|_| OpenError::Refused)?;
    let nonce = Nonce::try_assume_unique_for_key(parts.nonce).map_err(|_| OpenError::Malformed)?;
    let aad = Aad::from([parts.header, context].concat());
    let mut body = Zeroizing::new(parts.body.to_vec());
    let length = cipher.open_in_place(nonce, aad, &mut body).map_err(|_| OpenError::Refused)?.len();
    body.truncate(length);
    Ok(body)
}

/// The key a sealed value names; nothing about it is authenticated yet.
pub(crate) fn key_of(sealed: &[u8]) -> Result<KeyId, OpenError> {
    Parts::split(sealed).map(|parts| parts.key)
}

/// 32 bytes derived from the master key for one label and salt.
pub(crate) fn derive(key: &MasterKey, label: &str, salt: &[u8]) -> Result<Zeroizing<[u8; 32]>, Unspecified> {
    let prk = Salt::new(HKDF_SHA256, b"keygate seal 1").extract(key.bytes());
    let mut out = Zeroizing::new([0; 32]);
    prk.expand(&[label.as_bytes(), &[0], salt], Length32)?.fill(out.as_mut_slice())?;
    Ok(out)
}

fn message_cipher(key: &MasterKey, purpose: Purpose, salt: &[u8]) -> Result<LessSafeKey, Unspecified> {
    let bytes = derive(key, purpose.label(), salt)?;
    Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, bytes.as_slice())?))
}

struct Parts<'a> {
    header: &'a [u8],
    key: KeyId,
    salt: &'a [u8],
    nonce: &'a [u8],
    body: &'a [u8],
}

impl<'a> Parts<'a> {
    fn split(sealed: &'a [u8]) -> Result<Self, OpenError> {
        let (version, rest) = sealed.split_first().ok_or(OpenError::Malformed)?;
        if *version != VERSION {
            return Err(OpenError::UnknownVersion(*version));
        }
        let (id_len, rest) = rest.split_first().ok_or(OpenError::Malformed)?;
        let (id, rest) = rest.split_at_checked(usize::from(*id_len)).ok_or(OpenError::Malformed)?;
        let (salt, rest) = rest.split_at_checked(SALT_LEN).ok_or(OpenError::Malformed)?;
        let (nonce, body) = rest.split_at_checked(NONCE_LEN).ok_or(OpenError::Malformed)?;
        if body.len() < TAG_LEN {
            return Err(OpenError::Malformed);
        }
        let id = std::str::from_utf8(id).map_err(|_| OpenError::Malformed)?;
        let key = id.parse().map_err(|_| OpenError::Malformed)?;
        let header = sealed.get(..sealed.len() - body.len()).ok_or(OpenError::Malformed)?;
        Ok(Self { header, key, salt, nonce, body })
    }
}

struct Length32;

impl KeyType for Length32 {
    fn len(&self) -> usize {
        32
    }
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value cannot be sealed")
    }
}

impl std::error::Error for SealError {}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("the sealed value is malformed"),
            Self::UnknownVersion(version) => {
                write!(f, "the sealed value has format version {version}; this program knows {VERSION}")
            }
            Self::UnknownKey(id) => {
                write!(f, "the value is sealed under key {id}, which is not in the key ring")
            }
            Self::Refused => f.write_str("the sealed value does not open"),
        }
    }
}

impl std::error::Error for OpenError {}
