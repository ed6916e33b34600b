//! Base64 (rule 158): decoded bytes are compared, not texts.

/// The bytes of a base64 text; `None` if it is none.
pub(crate) fn decode(text: &str) -> Option<Box<[u8]>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for group in groups(text)? {
        let (group, length) = group?;
        bytes.extend(group.into_iter().take(length));
    }
    Some(bytes.into_boxed_slice())
}

/// Whether a base64 text stands for these bytes.
pub(crate) fn decodes_to(text: &str, expected: &[u8]) -> bool {
    let Some(groups) = groups(text) else { return false };
    let mut rest = expected;
    for group in groups {
        let Some((group, length)) = group else { return false };
        match (group.get(..length), rest.split_at_checked(length)) {
            (Some(bytes), Some((start, behind))) if bytes == start => rest = behind,
            _ => return false,
        }
    }
    rest.is_empty()
}

type Group = Option<([u8; 3], usize)>;

/// The text in groups of four characters, each decoded to one to three bytes; only the last may be padded.
fn groups(text: &str) -> Option<impl Iterator<Item = Group>> {
    let (groups, rest) = text.as_bytes().as_chunks::<4>();
    let last = groups.len().checked_sub(1);
    rest.is_empty().then(|| {
        groups.iter().enumerate().map(move |(index, group)| decode_group(group, Some(index) == last))
    })
}

fn decode_group(group: &[u8; 4], last: bool) -> Group {
    let length = match group {
        [_, _, b'=', b'='] if last => 1,
        [_, _, _, b'='] if last => 2,
        _ => 3,
    };
    let mut bits = 0_u32;
    for (index, character) in group.iter().enumerate() {
        let padding = index > length;
        bits = bits << 6 | if padding { 0 } else { u32::from(digit(*character)?) };
    }
    let [_, first, second, third] = bits.to_be_bytes();
    Some(([first, second, third], length))
}

fn digit(character: u8) -> Option<u8> {
    match character {
        b'A'..=b'Z' => Some(character - b'A'),
        b'a'..=b'z' => Some(character - b'a' + 26),
        b'0'..=b'9' => Some(character - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_158_decoded_bytes() {
        for (text, bytes) in [
            ("", &b""[..]),
            ("Zg==", b"f"),
            ("Zm8=", b"fo"),
            ("Zm9v", b"foo"),
            ("Zm9vYg==", b"foob"),
            ("QmluYXJ5VmFsdWVJbkJhc2U2NA==", b"BinaryValueInBase64"),
            ("+/+/", &[0xfb, 0xff, 0xbf]),
        ] {
            assert_eq!(decode(text).as_deref(), Some(bytes), "{text}");
            assert!(decodes_to(text, bytes));
            assert!(!decodes_to(text, b"other"));
        }
        for bad in ["Z", "Zg", "Zg=", "Zg==Zg==", "Z===", "Zm9=v===", "Zm 9v", "Zm9\n", "é==="] {
            assert_eq!(decode(bad), None, "{bad}");
            assert!(!decodes_to(bad, b"f"), "{bad}");
        }
    }
}
