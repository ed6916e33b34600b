//! UUIDs (RFC 9562), as AWS's request, event and task ids are.

/// A UUID of version 4 from random bytes, in lower case.
pub fn uuid(random: [u8; 16]) -> String {
    uuid_of_version(4, random)
}

/// A UUID of this version in lower case; the bits of version and variant are set, the other bits stay.
pub fn uuid_of_version(version: u8, bytes: [u8; 16]) -> String {
    let version = u128::from(version & 0xF) << 76;
    let bits = u128::from_be_bytes(bytes);
    let mut bits = (bits & !(0xF << 76) & !(0x3 << 62)) | version | (0x2 << 62);
    let mut text = String::with_capacity(36);
    for place in 0..32 {
        if matches!(place, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        bits = bits.rotate_left(4);
        text.push(char::from_digit((bits & 0xF) as u32, 16).unwrap_or('0'));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_and_variant_are_set() {
        assert_eq!(uuid([0; 16]), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(uuid_of_version(8, [0xff; 16]), "ffffffff-ffff-8fff-bfff-ffffffffffff");
        let bytes = 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef_u128.to_be_bytes();
        assert_eq!(uuid(bytes), "01234567-89ab-4def-8123-456789abcdef");
    }
}
