//! The Bloom filter of a block: which accounts, names, keys, resources and ids may be in it.
//!
//! The hash is part of the stored format, so it is written out here and not taken from a library that may change
//! it: multiply-and-fold over words of eight bytes, the length and the kind first.

use crate::filter::KeyKind;

/// The hash of one key, of its kind and its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct KeyHash(pub(crate) u64);

/// Bits per key; with [`PROBES`] about 0.3 % of the look-ups for something absent read a block in vain.
const BITS_PER_KEY: usize = 12;
const PROBES: u64 = 8;

/// A set that may answer yes wrongly, never no.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Bloom {
    words: Box<[u64]>,
}

pub(crate) fn key_hash(kind: KeyKind, text: &str) -> KeyHash {
    let (chunks, rest) = text.as_bytes().as_chunks::<8>();
    let start = ((kind as u64) << 56) ^ text.len() as u64 ^ 0x9e37_79b9_7f4a_7c15;
    let hash = chunks.iter().fold(start, |hash, chunk| fold(hash, u64::from_le_bytes(*chunk)));
    let last = rest.iter().rev().fold(0, |word, byte| (word << 8) | u64::from(*byte));
    KeyHash(fold(fold(hash, last), 0))
}

/// One step of the hash: 64 × 64 → 128 bits, both halves kept.
fn fold(hash: u64, word: u64) -> u64 {
    let product = u128::from(hash ^ word) * 0xa076_1d64_78bd_642f_u128;
    (product as u64) ^ ((product >> 64) as u64) ^ 0xe703_7ed1_a0b4_28db
}

impl Bloom {
    /// Of distinct keys.
    pub(crate) fn of(keys: impl ExactSizeIterator<Item = KeyHash>) -> Self {
        let words = (keys.len() * BITS_PER_KEY).div_ceil(64).max(1);
        let mut bloom = Self { words: vec![0; words].into_boxed_slice() };
        for key in keys {
            for (word, mask) in probes(key, words) {
                if let Some(word) = bloom.words.get_mut(word) {
                    *word |= mask;
                }
            }
        }
        bloom
    }

    pub(crate) fn may_contain(&self, key: KeyHash) -> bool {
        probes(key, self.words.len())
            .all(|(word, mask)| self.words.get(word).is_none_or(|word| word & mask != 0))
    }

    pub(crate) fn words(&self) -> &[u64] {
        &self.words
    }

    pub(crate) fn from_words(words: Vec<u64>) -> Self {
        Self { words: words.into_boxed_slice() }
    }
}

/// The bits of one key: double hashing over the halves of its hash.
fn probes(key: KeyHash, words: usize) -> impl Iterator<Item = (usize, u64)> {
    let bits = (words as u64).saturating_mul(64).max(1);
    let step = (key.0 >> 32) | 1;
    (0..PROBES).map(move |i| {
        let bit = key.0.wrapping_add(i.wrapping_mul(step)) % bits;
        ((bit / 64) as usize, 1 << (bit % 64))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_says_no_wrongly_and_seldom_yes_wrongly() {
        for size in [0usize, 1, 7, 300, 5000] {
            let keys: Vec<KeyHash> =
                (0..size).map(|i| key_hash(KeyKind::EventId, &format!("id-{i}"))).collect();
            let bloom = Bloom::of(keys.iter().copied());
            assert!(keys.iter().all(|key| bloom.may_contain(*key)));
            let wrong = (0..10_000)
                .filter(|i| bloom.may_contain(key_hash(KeyKind::EventId, &format!("absent-{i}"))))
                .count();
            assert!(wrong < 200, "{wrong} of 10000 with {size} keys");
        }
    }

    #[test]
    fn the_hash_is_part_of_the_format() {
        assert_eq!(key_hash(KeyKind::UserName, "Alice"), key_hash(KeyKind::UserName, "Alice"));
        assert_ne!(key_hash(KeyKind::UserName, "Alice"), key_hash(KeyKind::Resource, "Alice"));
        assert_eq!(key_hash(KeyKind::UserName, "Alice").0, 14_591_005_370_577_925_902);
    }
}
