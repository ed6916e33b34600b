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
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (digits, ""),
        };
        if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let whole = whole.trim_start_matches('0').to_owned();
        let fraction = fraction.trim_end_matches('0').to_owned();
        let is_zero = whole.is_empty() && fraction.is_empty();
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
    pub(crate) fn read(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        // Rule 156: four digits are a year; other integers are seconds.
        if !digits.is_empty() && is_digits(digits) && (digits.len() != 4 || text.starts_with('-')) {
            return Some(Self { seconds: text.parse().ok()?, fraction: String::new() });
        }
        let (date, time) = match text.split_once('T') {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let parts: Vec<&str> = date.split('-').collect();
        let (year, month, day) = match parts.as_slice() {
            [year] => (*year, "01", "01"),
            [year, month] => (*year, *month, "01"),
            [year, month, day] => (*year, *month, *day),
            _ => return None,
        };
        if time.is_some() && parts.len() != 3 {
            return None;
        }
        let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
        if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
            return None;
        }
        let midnight = days_since_1970(year, month, day) * 86_400;
        let (seconds, fraction) = match time {
            Some(time) => time_of_day(time)?,
            None => (0, String::new()),
        };
        Some(Self { seconds: midnight + seconds, fraction })
    }
}

/// `hh:mm`, `hh:mm:ss` or `hh:mm:ss.f` with `Z` or `+hh:mm`: seconds since midnight UTC, and the fraction.
fn time_of_day(text: &str) -> Option<(i128, String)> {
    let (clock, offset) = match text.strip_suffix('Z') {
        Some(clock) => (clock, 0),
        None => {
            let at = text.rfind(['+', '-'])?;
            let (clock, zone) = text.split_at(at);
            let sign = if zone.starts_with('-') { -1 } else { 1 };
            let (hours, minutes) = zone.get(1..)?.split_once(':')?;
            let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            (clock, sign * (hours * 3_600 + minutes * 60))
        }
    };
    let parts: Vec<&str> = clock.split(':').collect();
    let (hours, minutes, seconds) = match parts.as_slice() {
        [hours, minutes] => (*hours, *minutes, "00"),
        [hours, minutes, seconds] => (*hours, *minutes, *seconds),
        _ => return None,
    };
    let (seconds, fraction) = match seconds.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (seconds, ""),
    };
    let (hours, minutes, seconds) = (number(hours, 2)?, number(minutes, 2)?, number(seconds, 2)?);
    if hours > 23 || minutes > 59 || seconds > 59 || !is_digits(fraction) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0').to_owned();
    Some((hours * 3_600 + minutes * 60 + seconds - offset, fraction))
}

fn number(text: &str, digits: usize) -> Option<i128> {
    if text.len() == digits && is_digits(text) { text.parse().ok() } else { None }
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

/// Counted year by year and month by month.
fn days_since_1970(year: i128, month: i128, day: i128) -> i128 {
    let length = |year: i128| if is_leap(year) { 366 } else { 365 };
    let years: i128 =
        if year >= 1970 { (1970..year).map(length).sum() } else { -(year..1970).map(length).sum::<i128>() };
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
            Some(prefix) if is_digits(prefix) => prefix.parse().ok()?,
            Some(_) => return None,
            None => start.width,
        };
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
    if text.len() % 4 != 0 || padding > 2 {
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
        if eight.len() == 8 {
            bytes.push(u8::from_str_radix(&text, 2).ok()?);
        } else if text.contains('1') {
            return None;
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
