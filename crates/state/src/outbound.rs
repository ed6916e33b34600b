//! Outbound web identity federation: the account as an issuer of tokens that others verify.
//!
//! Part of the account's own record. Once made, the issuer and its keys stay: disabling the feature stops new tokens,
//! and those issued before can still be verified (DisableOutboundWebIdentityFederation's documentation).

use keygate_ident::{AccountId, Entropy, Timestamp, uuid_of_version};
use keygate_seal::{PublicKey, Sealed, SigningAlgorithm};
use serde::{Deserialize, Serialize};

/// The issuer and its keys.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutboundFederation {
    /// What tells this issuer from others in its URL; see [`issuer_url`].
    pub issuer: String,
    /// Whether tokens are issued.
    pub enabled: bool,
    /// Keys; the newest of an algorithm comes last and signs.
    pub keys: Vec<TokenKey>,
}

/// A key that signs web identity tokens.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenKey {
    /// `kid` in tokens and in the key set.
    pub id: String,
    /// `alg`.
    pub algorithm: SigningAlgorithm,
    /// The half that everybody may see.
    pub public: PublicKey,
    /// The other half, sealed; see [`TokenKey::context`].
    pub private: Sealed,
    /// When it was made.
    pub created: Timestamp,
}

/// Below this path of the server every issuer publishes its discovery document and keys.
pub const ISSUER_PATH: &str = "/web-identity/";

/// The issuer's URL, given the URL by which clients reach the server (without a slash at its end).
pub fn issuer_url(endpoint: &str, issuer: &str) -> String {
    format!("{endpoint}{ISSUER_PATH}{issuer}")
}

impl OutboundFederation {
    /// A new name of an issuer: a UUID of version 8 (RFC 9562) whose last group is the account number, so that the
    /// account to load is known from the URL; the rest is random.
    pub fn new_issuer(account: AccountId, entropy: &mut dyn Entropy) -> String {
        let mut random = [0u8; 16];
        entropy.fill(&mut random);
        let noise = u128::from_be_bytes(random) & !((1 << 48) - 1);
        uuid_of_version(8, (noise | u128::from(account.number())).to_be_bytes())
    }

    /// The account in the name of an issuer; whether it really has this issuer is for its record to say.
    pub fn account_of(issuer: &str) -> Option<AccountId> {
        let (_, last) = issuer.rsplit_once('-')?;
        let hexadecimal = issuer.len() == 36 && last.bytes().all(|b| b.is_ascii_hexdigit());
        let number = hexadecimal.then(|| u64::from_str_radix(last, 16).ok()).flatten()?;
        AccountId::from_number(number)
    }

    /// The key that signs with this algorithm.
    pub fn key(&self, algorithm: SigningAlgorithm) -> Option<&TokenKey> {
        self.keys.iter().rev().find(|key| key.algorithm == algorithm)
    }
}

impl TokenKey {
    /// What the private half is sealed with as context.
    pub fn context(issuer: &str, id: &str) -> Vec<u8> {
        format!("{issuer}/{id}").into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{Counting, account_id};

    #[test]
    fn an_issuer_names_its_account() {
        let mut entropy = Counting(7);
        for number in [1, 123_456_789_012, 999_999_999_999] {
            let account = account_id(number);
            let issuer = OutboundFederation::new_issuer(account, &mut entropy);
            assert_eq!(OutboundFederation::account_of(&issuer), Some(account), "{issuer}");
            assert_eq!((issuer.len(), issuer.as_bytes()[14]), (36, b'8'));
            assert!(b"89ab".contains(&issuer.as_bytes()[19]));
            assert_ne!(issuer, OutboundFederation::new_issuer(account, &mut entropy));
        }
        assert_eq!(issuer_url("https://k.example", "x"), "https://k.example/web-identity/x");
    }

    #[test]
    fn other_texts_name_none() {
        for text in ["", "x", "-", "00000000-0000-8000-8000-zzzzzzzzzzzz", "0000-8000-00000000000a"] {
            assert_eq!(OutboundFederation::account_of(text), None, "{text}");
        }
        // More than twelve digits.
        assert_eq!(OutboundFederation::account_of("00000000-0000-8000-8000-ffffffffffff"), None);
    }
}
