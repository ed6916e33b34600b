//! The date of a request: the three ways clients write it, and the one way a signature contains it.

use keygate_ident::Timestamp;

/// When a request says it was signed, with the text that its signature contains.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Instant {
    time: Timestamp,
    /// `YYYYMMDDTHHMMSSZ`.
    basic: [u8; 16],
}

struct Civil {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
}

impl Instant {
    /// Reads ISO 8601 basic (`20150830T123600Z`) or extended (`2015-08-30T12:36:00Z`, fraction ignored), or the
    /// date of RFC 1123 (`Sun, 30 Aug 2015 12:36:00 GMT`). `None` for anything else, and before 1970.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim_ascii();
        let civil = basic(text).or_else(|| extended(text)).or_else(|| rfc_1123(text))?;
        civil.instant()
    }

    pub(crate) const fn time(&self) -> Timestamp {
        self.time
    }

    /// `YYYYMMDDTHHMMSSZ`, as the string to sign contains it.
    pub(crate) const fn basic(&self) -> &[u8; 16] {
        &self.basic
    }

    /// `YYYYMMDD`, as the credential scope contains it.
    pub(crate) fn date_stamp(&self) -> &[u8] {
        self.basic.first_chunk::<8>().map_or(&[], |date| date)
    }
}

impl Civil {
    fn instant(&self) -> Option<Instant> {
        let leap =
            self.year.is_multiple_of(4) && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        let days = match self.month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        let valid = self.year >= 1970
            && (1..=days).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second < 60;
        if !valid {
            return None;
        }
        let seconds = i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second);
        Some(Instant { time: Timestamp::from_seconds(self.days() * 86_400 + seconds), basic: self.basic() })
    }

    /// Days since 1970-01-01 in the Gregorian calendar; years begin in March, so that a leap day is the last.
    fn days(&self) -> i64 {
        let (year, month) = (i64::from(self.year), i64::from(self.month));
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let day_of_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
    }

    fn basic(&self) -> [u8; 16] {
        let two = |n: u8| [b'0' + n / 10 % 10, b'0' + n % 10];
        let [y1, y2] = two(u8::try_from(self.year / 100).unwrap_or_default());
        let [y3, y4] = two(u8::try_from(self.year % 100).unwrap_or_default());
        let [mo1, mo2] = two(self.month);
        let [d1, d2] = two(self.day);
        let [h1, h2] = two(self.hour);
        let [mi1, mi2] = two(self.minute);
        let [s1, s2] = two(self.second);
        [y1, y2, y3, y4, mo1, mo2, d1, d2, b'T', h1, h2, mi1, mi2, s1, s2, b'Z']
    }
}

fn basic(text: &str) -> Option<Civil> {
    let (date, clock) = text.strip_suffix('Z')?.split_once('T')?;
    if date.len() != 8 || clock.len() != 6 {
        return None;
    }
    Some(Civil {
        year: number(date.get(..4)?)?,
        month: small(date.get(4..6)?)?,
        day: small(date.get(6..)?)?,
        hour: small(clock.get(..2)?)?,
        minute: small(clock.get(2..4)?)?,
        second: small(clock.get(4..)?)?,
    })
}

fn extended(text: &str) -> Option<Civil> {
    let (date, clock) = text.strip_suffix('Z')?.split_once('T')?;
    let (year, date) = date.split_once('-')?;
    let (month, day) = date.split_once('-')?;
    let clock = match clock.split_once('.') {
        Some((clock, fraction)) if (1..=9).contains(&fraction.len()) && all_digits(fraction) => clock,
        Some(_) => return None,
        None => clock,
    };
    civil(year, small(month)?, day, clock)
}

fn rfc_1123(text: &str) -> Option<Civil> {
    const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (weekday, rest) = text.strip_suffix(" GMT")?.split_once(", ")?;
    if !WEEKDAYS.contains(&weekday) {
        return None;
    }
    let (day, rest) = rest.split_once(' ')?;
    let (month, rest) = rest.split_once(' ')?;
    let (year, clock) = rest.split_once(' ')?;
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    civil(year, u8::try_from(month).ok()?, day, clock)
}

fn civil(year: &str, month: u8, day: &str, clock: &str) -> Option<Civil> {
    let (hour, clock) = clock.split_once(':')?;
    let (minute, second) = clock.split_once(':')?;
    Some(Civil {
        year: (year.len() == 4).then(|| number(year))??,
        month,
        day: small(day)?,
        hour: small(hour)?,
        minute: small(minute)?,
        second: small(second)?,
    })
}

fn small(text: &str) -> Option<u8> {
    if text.len() == 2 { number(text).and_then(|n| u8::try_from(n).ok()) } else { None }
}

/// Digits only: `parse` alone would take a sign.
fn number(text: &str) -> Option<u16> {
    if all_digits(text) { text.parse().ok() } else { None }
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_date() {
        let at = "2015-08-30T12:36:00Z";
        for (text, expected) in [
            ("20150830T123600Z", Some(at)),
            (" 20150830T123600Z ", Some(at)),
            ("2015-08-30T12:36:00Z", Some(at)),
            ("2015-08-30T12:36:00.123Z", Some(at)),
            ("Sun, 30 Aug 2015 12:36:00 GMT", Some(at)),
            ("20000229T000000Z", Some("2000-02-29T00:00:00Z")),
            ("20240229T235959Z", Some("2024-02-29T23:59:59Z")),
            ("19700101T000000Z", Some("1970-01-01T00:00:00Z")),
            ("99991230T000000Z", Some("9999-12-30T00:00:00Z")),
            ("20230229T000000Z", None),
            ("19000229T000000Z", None),
            ("19691231T235959Z", None),
            ("20151330T123600Z", None),
            ("20150832T123600Z", None),
            ("20150830T243600Z", None),
            ("20150830T126000Z", None),
            ("20150830T123660Z", None),
            ("20150830T123600", None),
            ("20150830", None),
            ("+0150830T123600Z", None),
            ("2015083+T123600Z", None),
            ("2015-08-30T12:36:00.Z", None),
            ("2015-08-30T12:36:00+02:00", None),
            ("Sun, 30 Aug 2015 12:36:00 UTC", None),
            ("Son, 30 Aug 2015 12:36:00 GMT", None),
            ("Sun, 30 Agu 2015 12:36:00 GMT", None),
            ("201", None),
            ("", None),
            ("ሴሴሴሴሴTሴሴZ", None),
        ] {
            let instant = Instant::parse(text);
            assert_eq!(instant.map(|i| i.time().to_string()).as_deref(), expected, "{text}");
            if let Some(instant) = instant {
                assert_eq!(instant.basic(), instant.time().amz_date().as_bytes());
                assert_eq!(instant.date_stamp(), instant.time().date_stamp().as_bytes());
            }
        }
    }

    #[test]
    fn agrees_with_the_calendar_of_timestamp() {
        for day in (0..2_932_896).step_by(17) {
            let time = Timestamp::from_seconds(day * 86_400 + 3_723);
            let instant = Instant::parse(&time.amz_date()).unwrap();
            assert_eq!(instant.time(), time);
        }
    }
}
