//! Whether a text is a value that the condition operators can compare.

use crate::condition::{Decimal, binary, date, ip};

/// A kind of condition values with a form of their own; text and truth values have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueKind {
    /// What the numeric operators compare (rule 154).
    Numeric,
    /// What the date operators compare (rule 155).
    Date,
    /// A single address (rule 159).
    IpAddress,
    /// Base64 (rule 158).
    Binary,
}

impl ValueKind {
    /// Whether the operators of this kind understand the text as a value of a request.
    pub fn accepts(self, text: &str) -> bool {
        match self {
            Self::Numeric => Decimal::parse_borrowed(text).is_some(),
            Self::Date => date::parse(text).is_some(),
            Self::IpAddress => ip::address(text).is_some(),
            Self::Binary => binary::decode(text).is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ValueKind;

    #[test]
    fn kinds_and_texts() {
        for (kind, good, bad) in [
            (
                ValueKind::Numeric,
                ["01.00", "+1", "1e2", "-0.5"].as_slice(),
                ["", "0x10", " 1 ", "NaN", "Infinity"].as_slice(),
            ),
            (ValueKind::Date, &["2035", "2026-01-31T00:00:00Z", "1767225600"], &["tomorrow", "2026-13-01"]),
            (ValueKind::IpAddress, &["203.0.113.7", "2001:db8::1"], &["999.0.0.1", "203.0.113.0/24", ""]),
            (ValueKind::Binary, &["AQID", "AQ==", ""], &["!base64", "A"]),
        ] {
            for text in good {
                assert!(kind.accepts(text), "{kind:?} {text}");
            }
            for text in bad {
                assert!(!kind.accepts(text), "{kind:?} {text}");
            }
        }
    }
}
