//! The ring of master keys: one current key that seals, and older ones that still open.
//!
//! The text form is the key file's: one `id: base64` line per key, the current key first, `#` comments and
//! blank lines between. It is parsed strictly, because a key that is silently skipped is data that does not
//! open any more.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keygate_ident::Entropy;
use zeroize::Zeroizing;

use crate::format;

/// The name of a master key: 1 to 32 letters, digits, `-` and `_`. Not secret.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(String);

/// The text is not a key id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidKeyId;

/// Master keys of 256 bits by their ids; the first is current. Cheap to clone, prints ids only.
#[derive(Clone)]
pub struct KeyRing {
    current: MasterKey,
    older: Vec<MasterKey>,
}

/// Why a text is not a key ring. Never carries any of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidKeyRing {
    /// The line, counted from 1; 0 when the fault is the whole text's.
    pub line: usize,
    /// What is wrong.
    pub fault: KeyRingFault,
}

/// What is wrong with a key ring's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRingFault {
    /// No key at all.
    Empty,
    /// More than [`KeyRing::MAX_KEYS`] keys.
    TooMany,
    /// A line that is not `id: base64`.
    NotAKeyLine,
    /// An id that is not 1 to 32 letters, digits, `-` and `_`.
    BadId,
    /// Not the base64 form (with padding) of exactly 32 bytes.
    BadKey,
    /// The id stands on an earlier line, too.
    DuplicateId,
    /// The key stands on an earlier line, too.
    DuplicateKey,
}

#[derive(Clone)]
pub(crate) struct MasterKey {
    id: KeyId,
    bytes: Zeroizing<[u8; 32]>,
}

impl KeyId {
    /// Longest id in bytes.
    pub const MAX_LEN: usize = 32;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl KeyRing {
    /// More keys than this in one ring are refused.
    pub const MAX_KEYS: usize = 64;

    /// A ring with one new key, which is named after its fingerprint.
    pub fn generate(entropy: &mut dyn Entropy) -> Self {
        Self { current: MasterKey::generate(entropy), older: Vec::new() }
    }

    /// Parses the key file's form. The first key is current.
    ///
    /// # Errors
    /// Any line that is not blank, a comment, or a well-formed key with a new id; no key at all.
    pub fn parse(text: &str) -> Result<Self, InvalidKeyRing> {
        let mut keys: Vec<MasterKey> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let content = line.trim();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            let at = |fault| InvalidKeyRing { line: index + 1, fault };
            let key = MasterKey::parse_line(content).map_err(at)?;
            if keys.iter().any(|earlier| earlier.id == key.id) {
                return Err(at(KeyRingFault::DuplicateId));
            }
            if keys.iter().any(|earlier| same_bytes(earlier, &key)) {
                return Err(at(KeyRingFault::DuplicateKey));
            }
            if keys.len() == Self::MAX_KEYS {
                return Err(at(KeyRingFault::TooMany));
            }
            keys.push(key);
        }
        let mut keys = keys.into_iter();
        let current = keys.next().ok_or(InvalidKeyRing { line: 0, fault: KeyRingFault::Empty })?;
        Ok(Self { current, older: keys.collect() })
    }

    /// A ring of one key from the base64 form of 32 bytes, as an environment variable carries it. The key is
    /// named after its fingerprint, so that another key in the variable is an unknown key and not a wrong one;
    /// [`KeyRing::to_text`] gives the line to put into a key file later.
    ///
    /// # Errors
    /// Not base64 with padding, or not 32 bytes.
    pub fn from_env_value(value: &str) -> Result<Self, InvalidKeyRing> {
        let at = |fault| InvalidKeyRing { line: 0, fault };
        let bytes = decode_key(value.trim()).map_err(at)?;
        Ok(Self { current: MasterKey::named_by_fingerprint(bytes), older: Vec::new() })
    }

    /// The key file's form, which [`KeyRing::parse`] reads. **Secret**: for a file of mode 0600 only.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(512 + 128 * (1 + self.older.len())));
        text.push_str("# Keygate's master keys. Whoever reads this file can read every sealed secret.\n");
        text.push_str(
            "# The first key seals; all of them open. Keep old keys: without them old data is lost.\n",
        );
        for key in self.keys() {
            let encoded = Zeroizing::new(STANDARD.encode(key.bytes.as_slice()));
            text.push_str(key.id.as_str());
            text.push_str(": ");
            text.push_str(&encoded);
            text.push('\n');
        }
        text
    }

    /// The same ring with a new current key; everything sealed so far still opens.
    pub fn rotated(&self, entropy: &mut dyn Entropy) -> Self {
        Self { current: MasterKey::generate(entropy), older: self.keys().cloned().collect() }
    }

    /// The id of the key that seals.
    pub fn current_id(&self) -> &KeyId {
        &self.current.id
    }

    /// All ids, the current one first.
    pub fn ids(&self) -> impl Iterator<Item = &KeyId> {
        self.keys().map(|key| &key.id)
    }

    pub(crate) fn current(&self) -> &MasterKey {
        &self.current
    }

    pub(crate) fn find(&self, id: &KeyId) -> Option<&MasterKey> {
        self.keys().find(|key| key.id == *id)
    }

    fn keys(&self) -> impl Iterator<Item = &MasterKey> {
        std::iter::once(&self.current).chain(&self.older)
    }
}

impl MasterKey {
    pub(crate) fn id(&self) -> &KeyId {
        &self.id
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.as_slice()
    }

    fn generate(entropy: &mut dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy.fill(bytes.as_mut_slice());
        Self::named_by_fingerprint(bytes)
    }

    fn named_by_fingerprint(bytes: Zeroizing<[u8; 32]>) -> Self {
        let unnamed = Self { id: KeyId("unnamed".to_owned()), bytes };
        let print = format::derive(&unnamed, "keygate/key-id", &[]).unwrap_or_default();
        let id = print.iter().take(6).map(|byte| format!("{byte:02x}")).collect::<String>();
        Self { id: KeyId(format!("k-{id}")), bytes: unnamed.bytes }
    }

    fn parse_line(line: &str) -> Result<Self, KeyRingFault> {
        let (id, key) = line.split_once(':').ok_or(KeyRingFault::NotAKeyLine)?;
        let id = id.parse().map_err(|_| KeyRingFault::BadId)?;
        Ok(Self { id, bytes: decode_key(key.trim())? })
    }
}

fn decode_key(text: &str) -> Result<Zeroizing<[u8; 32]>, KeyRingFault> {
    let decoded = Zeroizing::new(STANDARD.decode(text).map_err(|_| KeyRingFault::BadKey)?);
    let mut bytes = Zeroizing::new([0; 32]);
    if decoded.len() != bytes.len() {
        return Err(KeyRingFault::BadKey);
    }
    bytes.copy_from_slice(&decoded);
    Ok(bytes)
}

fn same_bytes(left: &MasterKey, right: &MasterKey) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(left.bytes(), right.bytes()).is_ok()
}

impl FromStr for KeyId {
    type Err = InvalidKeyId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let letters = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if letters && (1..=Self::MAX_LEN).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidKeyId)
        }
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for InvalidKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key id is 1 to 32 letters, digits, '-' and '_'")
    }
}

impl std::error::Error for InvalidKeyId {}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyRing").field(&self.ids().collect::<Vec<_>>()).finish()
    }
}

impl fmt::Display for InvalidKeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        f.write_str(match self.fault {
            KeyRingFault::Empty => "there is no key",
            KeyRingFault::TooMany => "there are more than 64 keys",
            KeyRingFault::NotAKeyLine => "expected 'id: key'",
            KeyRingFault::BadId => "a key id is 1 to 32 letters, digits, '-' and '_'",
            KeyRingFault::BadKey => "a key is 32 bytes in base64 with padding (44 characters)",
            KeyRingFault::DuplicateId => "the key id stands on an earlier line, too",
            KeyRingFault::DuplicateKey => "the key stands on an earlier line, too",
        })
    }
}

impl std::error::Error for InvalidKeyRing {}

#[cfg(test)]
mod tests;
