//! Percent-encoding, read strictly.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::ApiError;
use crate::limits::Limits;

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes everything but unreserved characters.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Decodes one name or value. `plus_is_space`: in forms and query strings, not in paths.
pub(crate) fn decode(text: &str, plus_is_space: bool) -> Result<String, ApiError> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let high = bytes.next().and_then(hex);
                let low = bytes.next().and_then(hex);
                let (Some(high), Some(low)) = (high, low) else {
                    return Err(ApiError::malformed_input("Invalid percent-encoding"));
                };
                out.push(high << 4 | low);
            }
            b'+' if plus_is_space => out.push(b' '),
            other => out.push(other),
        }
    }
    String::from_utf8(out).map_err(|_| ApiError::malformed_input("Invalid UTF-8"))
}

/// The pairs of a form or query string, appended to those already read.
pub(crate) fn pairs(text: &str, limits: &Limits, into: &mut Vec<(String, String)>) -> Result<(), ApiError> {
    if text.len() > limits.bytes {
        return Err(ApiError::malformed_input("The request is too large"));
    }
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        if into.len() >= limits.elements {
            return Err(ApiError::malformed_input("Too many parameters"));
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        into.push((decode(name, true)?, decode(value, true)?));
    }
    Ok(())
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding_is_strict() {
        for (text, form, path) in
            [("a%20b+c", "a b c", "a b+c"), ("%C3%A9", "é", "é"), ("%2b", "+", "+"), ("", "", "")]
        {
            assert_eq!(decode(text, true).unwrap(), form);
            assert_eq!(decode(text, false).unwrap(), path);
        }
        for text in ["%", "%2", "%zz", "%+1", "%-1", "%ff", "%c3"] {
            assert!(decode(text, true).is_err(), "{text}");
        }
        assert_eq!(encode("a b/c~é"), "a%20b%2Fc~%C3%A9");
    }
}
