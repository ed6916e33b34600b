//! Names in any ASCII case, as numbers: what an index and a context are searched by.

/// A number for a name; names that differ by ASCII case only have the same.
///
/// Different names may have the same number too: whoever finds something by it compares the names as well.
#[inline]
pub(crate) fn hash(name: &[u8]) -> u64 {
    const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
    const FACTOR: u64 = 0xd6e8_feb8_6659_fd93;
    let (words, rest) = name.as_chunks::<8>();
    let mut hash = SEED ^ (name.len() as u64);
    for word in words {
        hash = (hash ^ lower(u64::from_le_bytes(*word))).wrapping_mul(FACTOR);
        hash ^= hash >> 32;
    }
    hash = (hash ^ lower(tail(rest))).wrapping_mul(FACTOR);
    hash ^ (hash >> 29)
}

/// The first sixteen bytes of a name in lower case, so that names stand in the order of their beginnings.
#[inline]
pub(crate) fn key(name: &[u8]) -> u128 {
    let (first, rest) = match name.split_first_chunk::<8>() {
        Some((first, rest)) => (u64::from_le_bytes(*first), rest),
        None => (tail(name), &[] as &[u8]),
    };
    let second = match rest.first_chunk::<8>() {
        Some(second) => u64::from_le_bytes(*second),
        None => tail(rest),
    };
    u128::from(lower(first).swap_bytes()) << 64 | u128::from(lower(second).swap_bytes())
}

/// Whether a name is all that its [`key`] stands for: no other name has that key.
pub(crate) fn is_whole(name: &[u8]) -> bool {
    name.len() < 16 && is_beginning(name)
}

/// Whether the names that begin so are just those whose [`key`]s begin so.
pub(crate) fn is_beginning(name: &[u8]) -> bool {
    name.len() <= 16 && !name.contains(&0)
}

/// Up to eight bytes as a little-endian word, zeros behind them.
#[inline]
fn tail(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// A word of eight bytes with its ASCII capitals in lower case.
#[inline]
fn lower(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let heptets = word & (0x7f * ONES);
    let above_z = heptets + (0x7f - u64::from(b'Z')) * ONES;
    let from_a = heptets + (0x80 - u64::from(b'A')) * ONES;
    let ascii = !word & (0x80 * ONES);
    word | (((from_a ^ above_z) & ascii) >> 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_folds_as_ascii_does() {
        for byte in 0..=u8::MAX {
            let folded = byte.to_ascii_lowercase();
            for at in 0..24 {
                let (mut one, mut two) = ([b'q'; 24], [b'q'; 24]);
                one[at] = byte;
                two[at] = folded;
                assert_eq!(hash(&one), hash(&two), "{byte} at {at}");
                assert_eq!(hash(&one[..=at]), hash(&two[..=at]), "{byte} at {at}");
                assert_eq!(key(&one), key(&two), "{byte} at {at}");
                let mut wanted = [0; 16];
                let length = at.min(15) + 1;
                wanted[..length].copy_from_slice(&two[..length]);
                assert_eq!(key(&one[..=at]), u128::from_be_bytes(wanted), "{byte} at {at}");
            }
        }
        assert_ne!(hash(b"s3"), hash(b"s3\0"));
        assert_ne!(hash(b"aws:SourceIp"), hash(b"aws:SourceVpc"));
    }
}
