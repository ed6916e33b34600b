//! Percent-encoding by SigV4's rules, and hexadecimal.

use std::borrow::Cow;

/// A `%` that is not followed by two hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadEscape;

/// What a raw byte means before it is encoded again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plus {
    /// In a query: `+` is a space, as the servers behind this crate decode it.
    Space,
    /// In a path: `+` is itself.
    Literal,
}

/// Encodes every byte that is not unreserved (RFC 3986, section 2.3), with upper-case digits.
pub(crate) fn encode_into(out: &mut Vec<u8>, raw: impl IntoIterator<Item = u8>) {
    for byte in raw {
        push_encoded(out, byte);
    }
}

/// Brings percent-encoded text into the one canonical form: what need not be encoded is not, what must be is.
/// `keep_slash` leaves a literal `/` alone; an encoded one stays encoded.
pub(crate) fn recode_into(
    out: &mut Vec<u8>,
    encoded: &[u8],
    plus: Plus,
    keep_slash: bool,
) -> Result<(), BadEscape> {
    let mut rest = encoded.iter().copied();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => push_encoded(out, escaped(&mut rest)?),
            b'+' if plus == Plus::Space => out.extend_from_slice(b"%20"),
            b'/' if keep_slash => out.push(b'/'),
            _ => push_encoded(out, byte),
        }
    }
    Ok(())
}

/// Decodes a part of a query; borrows when there is nothing to decode.
pub(crate) fn decode_query(text: &str) -> Result<Cow<'_, [u8]>, BadEscape> {
    if !text.bytes().any(|b| b == b'%' || b == b'+') {
        return Ok(Cow::Borrowed(text.as_bytes()));
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        out.push(match byte {
            b'%' => escaped(&mut rest)?,
            b'+' => b' ',
            _ => byte,
        });
    }
    Ok(Cow::Owned(out))
}

/// Lower-case hexadecimal of a SHA-256 or HMAC.
pub(crate) fn hex(bytes: &[u8]) -> [u8; 64] {
    let mut out = [b'0'; 64];
    for (pair, byte) in out.chunks_exact_mut(2).zip(bytes) {
        if let [high, low] = pair {
            *high = digit(byte >> 4, b'a');
            *low = digit(byte & 15, b'a');
        }
    }
    out
}

/// The 32 bytes that 64 lower-case hexadecimal digits stand for.
pub(crate) fn unhex(text: &[u8]) -> Option<[u8; 32]> {
    if text.len() != 64 || text.iter().any(u8::is_ascii_uppercase) {
        return None;
    }
    let mut out = [0; 32];
    for (byte, pair) in out.iter_mut().zip(text.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = nibble(*high)? << 4 | nibble(*low)?;
    }
    Some(out)
}

fn push_encoded(out: &mut Vec<u8>, byte: u8) {
    if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
        out.push(byte);
    } else {
        out.extend_from_slice(&[b'%', digit(byte >> 4, b'A'), digit(byte & 15, b'A')]);
    }
}

fn escaped(rest: &mut impl Iterator<Item = u8>) -> Result<u8, BadEscape> {
    let mut next = || rest.next().and_then(nibble).ok_or(BadEscape);
    Ok(next()? << 4 | next()?)
}

const fn digit(nibble: u8, ten: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { ten + nibble - 10 }
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_and_paths_have_one_canonical_form() {
        for (encoded, plus, keep_slash, expected) in [
            ("a-b._~Z9", Plus::Space, false, Ok("a-b._~Z9")),
            ("a+b", Plus::Space, false, Ok("a%20b")),
            ("a+b", Plus::Literal, false, Ok("a%2Bb")),
            ("%2b%41%7e", Plus::Space, false, Ok("%2BA~")),
            ("a/b%2Fc%2fd", Plus::Literal, true, Ok("a/b%2Fc%2Fd")),
            ("a/b", Plus::Space, false, Ok("a%2Fb")),
            ("ሴ*'()!", Plus::Space, false, Ok("%E1%88%B4%2A%27%28%29%21")),
            ("%FF%00", Plus::Space, false, Ok("%FF%00")),
            ("%", Plus::Space, false, Err(BadEscape)),
            ("%4", Plus::Space, false, Err(BadEscape)),
            ("%zz", Plus::Space, false, Err(BadEscape)),
            ("%+1", Plus::Space, false, Err(BadEscape)),
        ] {
            let mut out = Vec::new();
            let actual = recode_into(&mut out, encoded.as_bytes(), plus, keep_slash);
            assert_eq!(
                actual.map(|()| String::from_utf8(out).unwrap()),
                expected.map(str::to_owned),
                "{encoded}"
            );
        }
        assert_eq!(decode_query("a%2Fb+c").unwrap().as_ref(), b"a/b c");
        assert!(matches!(decode_query("plain"), Ok(Cow::Borrowed(b"plain"))));
        assert_eq!(decode_query("%g0"), Err(BadEscape));
    }

    #[test]
    fn hexadecimal_both_ways() {
        let bytes: [u8; 32] = std::array::from_fn(|i| u8::try_from(i * 8 + 7).unwrap());
        let text = hex(&bytes);
        assert!(text.starts_with(b"070f171f"));
        assert_eq!(unhex(&text), Some(bytes));
        assert_eq!(unhex(&text.to_ascii_uppercase()), None, "AWS compares lower-case text");
        assert_eq!(unhex(&text[..62]), None);
        assert_eq!(unhex(&[b'g'; 64]), None);
    }
}
