//! Unique ids: a prefix, mostly of four letters, and base32 letters that carry the account (rule 235).
//!
//! AWS's access key ids hold the account number in their first six bytes (aws-facts, "IAM and STS answers");
//! ours do too, and so do the ids of users, roles and the rest, so that the account to load is known from an
//! id before any look-up. The remaining bits are random: an id is never used twice.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{AccountId, Entropy};

/// What an id names, by its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IdKind {
    /// `AKIA`: a long-term access key.
    AccessKey,
    /// `ASIA`: a temporary access key.
    TemporaryKey,
    /// `AIDA`: an IAM user.
    User,
    /// `AGPA`: a group.
    Group,
    /// `AROA`: a role.
    Role,
    /// `ANPA`: a managed policy.
    Policy,
    /// `AIPA`: an instance profile.
    InstanceProfile,
    /// `ASCA`: a certificate.
    Certificate,
    /// `APKA`: a public key.
    PublicKey,
    /// `ACCA`: a service-specific credential.
    ServiceCredential,
    /// `AMFA`: a virtual MFA device. AWS has no such id; it is never shown.
    MfaDevice,
    /// `ADRA`: a delegation request. AWS does not tell the form of its ids; ours carry the account, like all others.
    DelegationRequest,
    /// `OIDP`: an OpenID Connect provider. AWS has no such id; it is never shown.
    OidcProvider,
    /// `SAMLSP`: a SAML provider.
    SamlProvider,
    /// `SAMLPK`: a private key of a SAML provider.
    SamlPrivateKey,
}

impl IdKind {
    const ALL: [Self; 15] = [
        Self::AccessKey,
        Self::TemporaryKey,
        Self::User,
        Self::Group,
        Self::Role,
        Self::Policy,
        Self::InstanceProfile,
        Self::Certificate,
        Self::PublicKey,
        Self::ServiceCredential,
        Self::MfaDevice,
        Self::DelegationRequest,
        Self::OidcProvider,
        Self::SamlProvider,
        Self::SamlPrivateKey,
    ];

    /// The letters that ids of this kind begin with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::AccessKey => "AKIA",
            Self::TemporaryKey => "ASIA",
            Self::User => "AIDA",
            Self::Group => "AGPA",
            Self::Role => "AROA",
            Self::Policy => "ANPA",
            Self::InstanceProfile => "AIPA",
            Self::Certificate => "ASCA",
            Self::PublicKey => "APKA",
            Self::ServiceCredential => "ACCA",
            Self::MfaDevice => "AMFA",
            Self::DelegationRequest => "ADRA",
            Self::OidcProvider => "OIDP",
            Self::SamlProvider => "SAMLSP",
            Self::SamlPrivateKey => "SAMLPK",
        }
    }

    /// Letters after the prefix: 16 for keys (20 in all) and for what belongs to SAML (22 in all), 17 for the others
    /// (21 in all).
    const fn tail(self) -> usize {
        match self {
            Self::AccessKey | Self::TemporaryKey | Self::SamlProvider | Self::SamlPrivateKey => 16,
            _ => 17,
        }
    }
}

/// An id of one of these kinds. Ids chosen by hand (`KEYGATE_ROOT_ACCESS_KEY_ID`) need not carry an account.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UniqueId(String);

/// The text has no known prefix, or not between 16 and 128 upper-case letters and digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidUniqueId;

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

impl UniqueId {
    /// A new id of this kind in this account; 32 random bits beside the account's 40 in a key's ten bytes,
    /// five more in the other kinds.
    pub fn generate(kind: IdKind, account: AccountId, entropy: &mut dyn Entropy) -> Self {
        let mut random = [0u8; 8];
        entropy.fill(&mut random);
        // Ten bytes = 16 letters: one zero bit, 40 bits of account, 39 random bits.
        let noise = u128::from(u64::from_be_bytes(random));
        let bits = (u128::from(account.number()) << 39) | (noise & ((1 << 39) - 1));
        let mut text = String::with_capacity(21);
        text.push_str(kind.prefix());
        for letter in (0..16).rev() {
            text.push(letter_of((bits >> (letter * 5)) as u8));
        }
        if kind.tail() == 17 {
            text.push(letter_of((noise >> 40) as u8));
        }
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it names.
    pub fn kind(&self) -> Option<IdKind> {
        IdKind::ALL.into_iter().find(|kind| self.0.starts_with(kind.prefix()))
    }

    /// The account inside; meaningful only for ids made by [`UniqueId::generate`] (or by AWS).
    pub fn account(&self) -> Option<AccountId> {
        let tail = self.0.get(self.kind()?.prefix().len()..)?.get(..16)?;
        let mut bits = 0u128;
        for byte in tail.bytes() {
            let value = ALPHABET.iter().position(|letter| *letter == byte)?;
            bits = (bits << 5) | value as u128;
        }
        AccountId::from_number(((bits >> 39) & ((1 << 40) - 1)) as u64)
    }
}

fn letter_of(bits: u8) -> char {
    char::from(ALPHABET.get(usize::from(bits & 31)).copied().unwrap_or(b'A'))
}

impl FromStr for UniqueId {
    type Err = InvalidUniqueId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = IdKind::ALL.into_iter().any(|kind| text.starts_with(kind.prefix()));
        let letters = text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if known && letters && (16..=128).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidUniqueId)
        }
    }
}

impl TryFrom<String> for UniqueId {
    type Error = InvalidUniqueId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<UniqueId> for String {
    fn from(id: UniqueId) -> Self {
        id.0
    }
}

impl std::borrow::Borrow<str> for UniqueId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UniqueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for UniqueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for InvalidUniqueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a unique id of AWS's form")
    }
}

impl std::error::Error for InvalidUniqueId {}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(u8);

    impl Entropy for Counting {
        fn fill(&mut self, bytes: &mut [u8]) {
            for byte in bytes {
                self.0 = self.0.wrapping_mul(31).wrapping_add(7);
                *byte = self.0;
            }
        }
    }

    #[test]
    fn rule_235_prefix_length_and_account() {
        let mut entropy = Counting(1);
        for number in [0, 1, 123_456_789_012, 999_999_999_999] {
            let account = AccountId::from_number(number).unwrap();
            for kind in IdKind::ALL {
                let id = UniqueId::generate(kind, account, &mut entropy);
                assert_eq!(id.as_str().len(), kind.prefix().len() + kind.tail());
                assert_eq!(id.kind(), Some(kind));
                assert_eq!(id.account(), Some(account));
                assert_eq!(id.as_str().parse(), Ok(id.clone()));
            }
        }
    }

    #[test]
    fn a_real_aws_key_id_carries_its_account() {
        // A published example; its account is known from the same publication.
        let id: UniqueId = "ASIAQNZGKIQY56JQ7WML".parse().unwrap();
        assert_eq!(id.account().unwrap().to_string(), "029608264753");
    }
}
