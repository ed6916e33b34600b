//! Exact decimal numbers (rule 154): no rounding, no limit on digits, no allocation to compare.

use std::cmp::Ordering;

/// A decimal number of a policy.
#[derive(Debug, Clone)]
pub(crate) struct Decimal {
    negative: bool,
    whole: Box<[u8]>,
    fraction: Box<[u8]>,
    point: i64,
}

/// A decimal number as 0.DIGITS × 10^point, where the digits are `whole` followed by `fraction`, without zeros at
/// either end. Zero has no digits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    negative: bool,
    whole: &'a [u8],
    fraction: &'a [u8],
    point: i64,
}

impl Decimal {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let View { negative, whole, fraction, point } = Self::parse_borrowed(text)?;
        Some(Self { negative, whole: whole.into(), fraction: fraction.into(), point })
    }

    /// An optional sign, digits with an optional point among them, an optional exponent.
    pub(crate) fn parse_borrowed(text: &str) -> Option<View<'_>> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, i64::from(exponent.parse::<i32>().ok()?)),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
            return None;
        }
        let mut whole = whole.trim_start_matches('0').as_bytes();
        let mut fraction = fraction.trim_end_matches('0').as_bytes();
        let mut point = exponent + i64::try_from(whole.len()).ok()?;
        if whole.is_empty() {
            let zeros = fraction.iter().take_while(|digit| **digit == b'0').count();
            fraction = fraction.get(zeros..)?;
            point -= i64::try_from(zeros).ok()?;
        }
        if fraction.is_empty() {
            let zeros = whole.iter().rev().take_while(|digit| **digit == b'0').count();
            whole = whole.get(..whole.len() - zeros)?;
        }
        Some(View { negative, whole, fraction, point })
    }

    pub(crate) fn view(&self) -> View<'_> {
        View { negative: self.negative, whole: &self.whole, fraction: &self.fraction, point: self.point }
    }
}

impl View<'_> {
    pub(crate) fn compare(self, other: View<'_>) -> Ordering {
        let order = self.sign().cmp(&other.sign());
        match (order, self.sign()) {
            (Ordering::Equal, 1) => self.magnitude(other),
            (Ordering::Equal, -1) => other.magnitude(self),
            (order, _) => order,
        }
    }

    fn sign(self) -> i8 {
        match (self.whole.is_empty() && self.fraction.is_empty(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }

    fn magnitude(self, other: View<'_>) -> Ordering {
        let digits = self.whole.iter().chain(self.fraction);
        self.point.cmp(&other.point).then_with(|| digits.cmp(other.whole.iter().chain(other.fraction)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_154_numbers_compare_by_value() {
        let ordered = [
            "-1e400",
            "-100",
            "-10.5",
            "-10",
            "-0.01",
            "-0.001",
            "0",
            "0.001",
            "0.01",
            "0.1",
            "0.10000000000000000001",
            "1",
            "9",
            "9.99",
            "10",
            "10.5",
            "99",
            "100",
            "18446744073709551616",
            "1e400",
        ];
        for (i, left) in ordered.iter().enumerate() {
            for (j, right) in ordered.iter().enumerate() {
                let (a, b) = (Decimal::parse(left).unwrap(), Decimal::parse(right).unwrap());
                assert_eq!(a.view().compare(b.view()), i.cmp(&j), "{left} {right}");
            }
        }
        for (left, right) in [
            ("10", "10.0"),
            ("10", "+10"),
            ("10", "010"),
            ("10", "1e1"),
            ("0", "-0.00"),
            ("0.5", ".5"),
            ("5", "5."),
            ("0.0100", "1e-2"),
            ("100", "1.00E+2"),
        ] {
            let (a, b) = (Decimal::parse(left).unwrap(), Decimal::parse(right).unwrap());
            assert!(a.view().compare(b.view()).is_eq(), "{left} {right}");
        }
        for bad in ["", "-", ".", "1.2.3", "a", " 1", "1 ", "1e", "1e99999999999", "0x10", "NaN", "٣"] {
            assert!(Decimal::parse(bad).is_none(), "{bad}");
        }
    }
}
