//! New secrets, in AWS's forms.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keygate_ident::Entropy;
use zeroize::Zeroizing;

use crate::secret::Secret;

/// A secret access key in AWS's form: 40 characters of `A-Za-z0-9/+`, 240 random bits.
pub fn secret_access_key(entropy: &mut dyn Entropy) -> Secret {
    // Thirty bytes are exactly forty base64 letters: each letter uniform, no padding.
    let mut bytes = Zeroizing::new([0; 30]);
    entropy.fill(bytes.as_mut_slice());
    Secret::new(STANDARD.encode(bytes.as_slice()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::Counting;

    #[test]
    fn forty_characters_of_the_alphabet_and_never_the_same() {
        let mut entropy = Counting(3);
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..100 {
            let key = secret_access_key(&mut entropy);
            assert_eq!(key.expose().len(), 40);
            assert!(key.expose().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'/' || b == b'+'));
            assert!(seen.insert(key.expose().to_owned()));
        }
    }
}
