//! Numbers, dates, addresses and bytes, as texts say them.

use std::cmp::Ordering;
use std::net::IpAddr;

/// A decimal number of any length (rule 154).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    negative: bool,
    /// Without leading zeros.
    whole: String,
    /// Without trailing zeros.
    fraction: String,
}

/// A moment (rule 155): whole seconds since 1970, and the digits of the fraction without trailing zeros.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant {
    seconds: i128,
    fraction: String,
}

/// An address as its bits, and how many there are.
#[derive(Debug)]
pub(crate) struct Address {
    bits: u128,
    width: u32,
}

/// A range of addresses.
#[derive(Debug)]
pub(crate) struct Network {
    start: Address,
    prefix: u32,
}

impl Decimal {
    /// Sign, digits with a point among them, exponent; all but one digit may be left out (a choice: the rule says
    /// "integers or decimals").
    pub(crate) fn read(text: &str) -> Option<Self> {
        let negative = text.starts_with('-');
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (digits, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if (whole.is_empty() && fraction.is_empty()) || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let (mut whole, mut fraction) = (whole.to_owned(), fraction.to_owned());
        // The exponent moves the point, digit by digit; nothing to move in zero.
        let is_zero = whole.chars().chain(fraction.chars()).all(|c| c == '0');
        for _ in 0..exponent.unsigned_abs().min(if is_zero { 0 } else { 10_000 }) {
            if exponent > 0 {
                whole.push(if fraction.is_empty() { '0' } else { fraction.remove(0) });
            } else {
                fraction.insert(0, whole.pop().unwrap_or('0'));
            }
        }
        let whole = whole.trim_start_matches('0').to_owned();
        let fraction = fraction.trim_end_matches('0').to_owned();
        Some(Self { negative: negative && !is_zero, whole, fraction })
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.compare_size(other),
            (true, true) => other.compare_size(self),
        }
    }

    fn compare_size(&self, other: &Self) -> Ordering {
        let whole = self.whole.len().cmp(&other.whole.len()).then(self.whole.cmp(&other.whole));
        whole.then(self.fraction.cmp(&other.fraction))
    }
}

impl Instant {
    /// The forms of rule 155, and the shorter ones that AWS accepts on save (rule 98): hours alone, no zone (then UTC),
    /// a time that is empty, small letters, single digits.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        // Rule 156: four digits are a year; other integers are seconds.
        if !digits.is_empty() && is_digits(digits) && (digits.len() != 4 || text.starts_with('-')) {
            let seconds = i128::from(text.parse::<i64>().ok()?);
            return Some(Self { seconds, fraction: String::new() });
        }
        let text = text.to_ascii_uppercase();
        let (date, time) = text.split_once('T').unwrap_or((&text, ""));
        let (sign, date) = match date.strip_prefix('-') {
            Some(date) => (-1, date),
            None => (1, date),
        };
        let parts: Vec<&str> = date.split('-').collect();
        let (year, month, day) = match parts.as_slice() {
            [year] => (*year, "1", "1"),
            [year, month] => (*year, *month, "1"),
            [year, month, day] => (*year, *month, *day),
            _ => return None,
        };
        let (year, month, day) =
            (sign * number(year, 9, i128::MAX)?, number(month, 2, 12)?, number(day, 2, 31)?);
        // The calendar: thirty days has September, and so on.
        let is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let last = match month {
            2 if is_leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        if month < 1 || day < 1 || day > last {
            return None;
        }
        let midnight = days_since_1970(year, month, day) * 86_400;
        let (seconds, fraction) = time_of_day(time)?;
        Some(Self { seconds: midnight + seconds, fraction })
    }
}

/// `hh[:mm[:ss[.f]]]` with nothing, `Z`, `+hh` or `+hh:mm`: seconds since midnight UTC, and the fraction.
fn time_of_day(text: &str) -> Option<(i128, String)> {
    let (clock, offset) = match (text.strip_suffix('Z'), text.find(['+', '-'])) {
        (Some(clock), _) => (clock, 0),
        (None, None) => (text, 0),
        (None, Some(at)) => {
            let (clock, zone) = text.split_at(at);
            let sign = if zone.starts_with('-') { -1 } else { 1 };
            let (hours, minutes) = zone.get(1..)?.split_once(':').unwrap_or((zone.get(1..)?, "00"));
            if hours.len() != 2 || minutes.len() != 2 {
                return None;
            }
            (clock, sign * (number(hours, 2, 23)? * 3_600 + number(minutes, 2, 59)? * 60))
        }
    };
    if clock.is_empty() {
        return Some((-offset, String::new()));
    }
    let (clock, fraction) = match clock.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (clock, ""),
    };
    let parts: Vec<&str> = clock.split(':').collect();
    let (hours, minutes, seconds) = match parts.as_slice() {
        [hours] => (*hours, "0", "0"),
        [hours, minutes] => (*hours, *minutes, "0"),
        [hours, minutes, seconds] => (*hours, *minutes, *seconds),
        _ => return None,
    };
    if !fraction.is_empty() && parts.len() != 3 {
        return None;
    }
    // Rule 98: a fraction may be too long.
    if fraction.len() > 9 || !is_digits(fraction) {
        return None;
    }
    let (hours, minutes, seconds) = (number(hours, 2, 23)?, number(minutes, 2, 59)?, number(seconds, 2, 59)?);
    let fraction = fraction.trim_end_matches('0').to_owned();
    Some((hours * 3_600 + minutes * 60 + seconds - offset, fraction))
}

fn number(text: &str, digits: usize, most: i128) -> Option<i128> {
    let number = if text.len() <= digits && is_digits(text) { text.parse().ok()? } else { return None };
    (number <= most).then_some(number)
}

fn is_digits(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit())
}

fn is_leap(year: i128) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i128, month: i128) -> i128 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of whole years, whole months, and the days. A day that its month does not have runs into the next month.
fn days_since_1970(year: i128, month: i128, day: i128) -> i128 {
    // Leap days in the years before this one.
    let leap_days = |year: i128| {
        let before = year - 1;
        before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400)
    };
    let years = (year - 1970) * 365 + leap_days(year) - leap_days(1970);
    let months: i128 = (1..month).map(|month| days_in(year, month)).sum();
    years + months + day - 1
}

impl Address {
    /// Rule 160: an IPv4 address in the form of an IPv6 one is an IPv4 address.
    pub(crate) fn read(text: &str) -> Option<Self> {
        Some(match text.parse::<IpAddr>().ok()?.to_canonical() {
            IpAddr::V4(address) => Self { bits: u128::from(address.to_bits()), width: 32 },
            IpAddr::V6(address) => Self { bits: address.to_bits(), width: 128 },
        })
    }
}

impl Network {
    /// Rules 159, 160.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let start = match address.parse::<IpAddr>().ok()? {
            IpAddr::V4(address) => Address { bits: u128::from(address.to_bits()), width: 32 },
            IpAddr::V6(address) => Address { bits: address.to_bits(), width: 128 },
        };
        let prefix = match prefix {
            Some(prefix) if is_digits(prefix) && (prefix == "0" || !prefix.starts_with('0')) => {
                prefix.parse().ok()?
            }
            Some(_) => return None,
            None => start.width,
        };
        // A choice: a range inside the IPv4 addresses in IPv6 form is a range of IPv4 addresses.
        let is_mapped = start.width == 128 && start.bits >> 32 == 0xffff;
        if is_mapped && (96..=128).contains(&prefix) {
            let start = Address { bits: start.bits & 0xffff_ffff, width: 32 };
            return Some(Self { start, prefix: prefix - 96 });
        }
        (prefix <= start.width).then_some(Self { start, prefix })
    }

    pub(crate) fn contains(&self, address: &Address) -> bool {
        let host_bits = self.start.width - self.prefix;
        let network = |bits: u128| bits.checked_shr(host_bits).unwrap_or(0);
        self.start.width == address.width && network(self.start.bits) == network(address.bits)
    }
}

/// The bytes of a base64 text (rule 158), padded.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let body = text.trim_end_matches('=');
    let padding = text.len() - body.len();
    if !text.len().is_multiple_of(4) || padding > 2 {
        return None;
    }
    let mut bits = String::new();
    for c in body.chars() {
        let sextet = alphabet.find(c)?;
        bits.push_str(&format!("{sextet:06b}"));
    }
    let bits: Vec<char> = bits.chars().collect();
    let mut bytes = Vec::new();
    for eight in bits.chunks(8) {
        let text: String = eight.iter().collect();
        // What is left over is padding, whatever it says.
        if eight.len() == 8 {
            bytes.push(u8::from_str_radix(&text, 2).ok()?);
        }
    }
    Some(bytes)
}

/// Simple case folding (rule 148): characters that fold to more than one stay as they are.
pub(crate) fn fold(text: &str) -> String {
    let single = |c: char, mut mapped: Box<dyn Iterator<Item = char>>| match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    };
    let one = |c: char| match c {
        // The Turkish letters fold to themselves.
        'ı' | 'İ' => c,
        c => {
            let upper = single(c, Box::new(c.to_uppercase()));
            single(upper, Box::new(upper.to_lowercase()))
        }
    };
    text.chars().map(one).collect()
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering::{self, Equal, Greater, Less};

    use super::*;

    #[test]
    fn rule_154_numbers_compare_by_value() {
        let check = |a: &str, b: &str, expected: Option<Ordering>| {
            let order = Decimal::read(a).zip(Decimal::read(b)).map(|(a, b)| a.compare(&b));
            assert_eq!(order, expected, "{a} {b}");
        };
        check("10", "10.0", Some(Equal));
        check("-0", "0", Some(Equal));
        check("9", "10", Some(Less));
        check("-9", "-10", Some(Greater));
        check("0.09", "0.1", Some(Less));
        check("1e2", "100", Some(Equal));
        check("1e-2", "0.01", Some(Equal));
        check("9007199254740993", "9007199254740992", Some(Greater));
        for bad in ["", "ten", "1.2.3", "--1", "1e", ".", " 1"] {
            check(bad, "1", None);
        }
    }

    #[test]
    fn rule_155_dates_are_instants() {
        let check = |text: &str, seconds: Option<i128>| {
            assert_eq!(Instant::read(text).map(|instant| instant.seconds), seconds, "{text}");
        };
        check("1970-01-01", Some(0));
        check("1970", Some(0));
        check("0", Some(0));
        check("1969-12-31T23:59:59Z", Some(-1));
        check("2000-03-01T00:00:00Z", Some(951_868_800));
        check("2026-11-22T01:02:03Z", Some(1_795_309_323));
        check("2026-11-22T03:02:03+02:00", Some(1_795_309_323));
        check("1795309323", Some(1_795_309_323));
        check("2026-13", None);
        check("2026-02-29", None);
        check("1900-02-29", None);
        check("2000-02-29", Some(951_782_400));
        check("soon", None);
    }

    #[test]
    fn rule_158_base64() {
        assert_eq!(base64("QQ=="), Some(b"A".to_vec()));
        assert_eq!(base64("QkI="), Some(b"BB".to_vec()));
        assert_eq!(base64("Q"), None);
        assert_eq!(base64("?Q=="), None);
    }
}
