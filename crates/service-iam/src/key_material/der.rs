//! DER (X.690), as much of it as keys and certificates need: reading elements one by one, and writing them.
//!
//! Lengths must be definite and minimal, and tags must have the short form, as everything in RFC 5280 has.

/// The bytes are not DER, or not the element that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;

/// Reads elements one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a>(&'a [u8]);

/// One element.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) content: &'a [u8],
    /// Tag, length and content.
    pub(crate) encoding: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The tag of the next element.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// The next element, whatever it is.
    pub(crate) fn any(&mut self) -> Result<Element<'a>, Malformed> {
        let all = self.0;
        let (&tag, rest) = all.split_first().ok_or(Malformed)?;
        // 31 in the low bits announces a tag of several bytes.
        if tag & 0x1f == 0x1f {
            return Err(Malformed);
        }
        let (&first, rest) = rest.split_first().ok_or(Malformed)?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            // Up to four bytes of length; 0x80 would be the indefinite form.
            0x81..=0x84 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f)).ok_or(Malformed)?;
                let length = bytes.iter().fold(0, |length: usize, byte| length << 8 | usize::from(*byte));
                if length < 0x80 || bytes.first() == Some(&0) {
                    return Err(Malformed);
                }
                (length, rest)
            }
            _ => return Err(Malformed),
        };
        let (content, rest) = rest.split_at_checked(length).ok_or(Malformed)?;
        let encoding = all.get(..all.len().saturating_sub(rest.len())).ok_or(Malformed)?;
        self.0 = rest;
        Ok(Element { tag, content, encoding })
    }

    /// The content of the next element, which must have this tag.
    pub(crate) fn expect(&mut self, tag: u8) -> Result<&'a [u8], Malformed> {
        let element = self.any()?;
        if element.tag == tag { Ok(element.content) } else { Err(Malformed) }
    }

    /// The next element, a sequence, opened.
    pub(crate) fn sequence(&mut self) -> Result<Self, Malformed> {
        self.expect(SEQUENCE).map(Self)
    }

    /// The next element, a positive integer: its bytes without the leading zero.
    pub(crate) fn positive(&mut self) -> Result<&'a [u8], Malformed> {
        match self.expect(INTEGER)? {
            [0, rest @ ..] if rest.first().is_some_and(|first| *first >= 0x80) => Ok(rest),
            bytes @ [1..=0x7f, ..] => Ok(bytes),
            _ => Err(Malformed),
        }
    }

    /// The next element, a bit string of whole bytes.
    pub(crate) fn bits(&mut self) -> Result<&'a [u8], Malformed> {
        match self.expect(BIT_STRING)? {
            [0, bytes @ ..] => Ok(bytes),
            _ => Err(Malformed),
        }
    }

    /// Nothing may follow.
    pub(crate) fn end(&self) -> Result<(), Malformed> {
        if self.0.is_empty() { Ok(()) } else { Err(Malformed) }
    }
}

/// An element of this tag and content.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    let length = content.len();
    match u8::try_from(length) {
        Ok(short @ 0..=0x7f) => bytes.push(short),
        _ => {
            let digits: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
            // A usize has at most eight bytes.
            bytes.push(0x80 | digits.len() as u8);
            bytes.extend(digits);
        }
    }
    bytes.extend_from_slice(content);
    bytes
}

/// A positive integer from its bytes without leading zeros.
pub(crate) fn positive(bytes: &[u8]) -> Vec<u8> {
    if bytes.first().is_none_or(|first| *first >= 0x80) {
        element(INTEGER, &[&[0], bytes].concat())
    } else {
        element(INTEGER, bytes)
    }
}

/// A bit string of whole bytes.
pub(crate) fn bits(bytes: &[u8]) -> Vec<u8> {
    element(BIT_STRING, &[&[0], bytes].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for length in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000] {
            let content = vec![7; length];
            let encoded = element(SEQUENCE, &content);
            let mut reader = Reader::new(&encoded);
            let read = reader.any().unwrap();
            assert_eq!((read.tag, read.content, read.encoding), (SEQUENCE, &content[..], &encoded[..]));
            assert_eq!(reader.end(), Ok(()));
            // Cut anywhere it is no element any more.
            assert_eq!(Reader::new(&encoded[..encoded.len() - 1]).any().err(), Some(Malformed));
        }
        for number in [&[1][..], &[0x7f], &[0x80], &[0xff, 0], &[1, 0, 1]] {
            assert_eq!(Reader::new(&positive(number)).positive(), Ok(number));
        }
        assert_eq!(Reader::new(&bits(&[1, 2])).bits(), Ok(&[1, 2][..]));
    }

    #[test]
    fn what_is_not_der() {
        for bad in [
            &[][..],
            &[0x30],
            &[0x1f, 0x01, 0x00],
            // Indefinite length.
            &[0x30, 0x80, 0x00, 0x00],
            // Lengths in more bytes than needed.
            &[0x30, 0x81, 0x01, 0x00],
            &[0x30, 0x82, 0x00, 0x80],
            &[0x30, 0x85, 1, 1, 1, 1, 1],
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
        ] {
            assert_eq!(Reader::new(bad).any().err(), Some(Malformed), "{bad:?}");
        }
        // Zero, negative, padded.
        for bad in [&[2, 1, 0][..], &[2, 1, 0x80], &[2, 2, 0, 1], &[2, 0]] {
            assert_eq!(Reader::new(bad).positive(), Err(Malformed), "{bad:?}");
        }
        assert_eq!(Reader::new(&[3, 2, 1, 0]).bits(), Err(Malformed));
        assert_eq!(Reader::new(&[1]).end(), Err(Malformed));
    }
}
