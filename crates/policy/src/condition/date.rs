//! Dates of conditions (rules 98, 155, 156): W3C forms of ISO 8601, or seconds since 1970.

/// A point in time, to the nanosecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant {
    seconds: i64,
    nanos: u32,
}

/// The years that AWS accepts; those of a signed 64-bit count of milliseconds.
const YEARS: std::ops::RangeInclusive<i64> = -292_275_054..=292_278_993;

const SECONDS_PER_DAY: i64 = 86_400;

/// Reads a date as AWS does when a policy is saved, which is more lenient than ISO 8601: hours of one digit, a small
/// `t`, a time that is empty behind the `T`.
pub(crate) fn parse(text: &str) -> Option<Instant> {
    if let Some(instant) = usual(text) {
        return Some(instant);
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return integer(text);
    }
    let (date, time) = text.split_once(['T', 't']).unwrap_or((text, ""));
    let day = day(date)?;
    let (clock, zone) = split_zone(time)?;
    let (seconds, nanos) = seconds_of_day(clock)?;
    let seconds = day.checked_mul(SECONDS_PER_DAY)?.checked_add(seconds)?.checked_sub(zone)?;
    Some(Instant { seconds, nanos })
}

/// The form that requests carry, `2026-11-22T10:20:30Z`; every other form is read by the general rules.
fn usual(text: &str) -> Option<Instant> {
    let bytes: &[u8; 20] = text.as_bytes().try_into().ok()?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2, b'Z'] = *bytes
    else {
        return None;
    };
    let two = |tens: u8, ones: u8| {
        (tens.is_ascii_digit() && ones.is_ascii_digit())
            .then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
    };
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    let (month, day) = (two(m1, m2)?, two(d1, d2)?);
    let (hours, minutes, seconds) = (two(h1, h2)?, two(n1, n2)?, two(s1, s2)?);
    // Which months have more days the general rules know.
    let valid =
        (1..=12).contains(&month) && (1..=28).contains(&day) && hours < 24 && minutes < 60 && seconds < 60;
    valid.then(|| Instant {
        seconds: days_from_civil(year, month, day) * SECONDS_PER_DAY + hours * 3600 + minutes * 60 + seconds,
        nanos: 0,
    })
}

/// Four digits are a year (choice of rule 156), any other integer counts seconds.
fn integer(text: &str) -> Option<Instant> {
    let number: i64 = text.parse().ok()?;
    let seconds = if text.len() == 4 && !text.starts_with('-') {
        days_from_civil(number, 1, 1) * SECONDS_PER_DAY
    } else {
        number
    };
    Some(Instant { seconds, nanos: 0 })
}

/// Days since 1970 of a year, a month or a day.
fn day(text: &str) -> Option<i64> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let mut fields = rest.split('-');
    let year = sign * i64::try_from(decimal(fields.next()?)?).ok()?;
    let month = fields.next().map_or(Some(1), decimal)?;
    let day = fields.next().map_or(Some(1), decimal)?;
    let (month, day) = (i64::try_from(month).ok()?, i64::try_from(day).ok()?);
    let valid =
        YEARS.contains(&year) && (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    (valid && fields.next().is_none()).then(|| days_from_civil(year, month, day))
}

/// How many days a month has: a 30th of February is no date and does not run into March.
fn days_in(year: i64, month: i64) -> i64 {
    let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    days_from_civil(next.0, next.1, 1) - days_from_civil(year, month, 1)
}

/// The time without its zone, and the zone's offset in seconds.
fn split_zone(time: &str) -> Option<(&str, i64)> {
    if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let Some(at) = time.find(['+', '-']) else { return Some((time, 0)) };
    let (clock, zone) = time.split_at_checked(at)?;
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let zone = zone.get(1..)?;
    let (hours, minutes) = zone.split_once(':').unwrap_or((zone, "00"));
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes) = (below(decimal(hours)?, 24)?, below(decimal(minutes)?, 60)?);
    Some((clock, sign * (hours * 3600 + minutes * 60)))
}

fn seconds_of_day(clock: &str) -> Option<(i64, u32)> {
    if clock.is_empty() {
        return Some((0, 0));
    }
    let mut fields = clock.splitn(3, ':');
    let hours = below(short(fields.next()?)?, 24)?;
    let minutes = fields.next().map_or(Some(0), |text| below(short(text)?, 60))?;
    let (seconds, nanos) = fields.next().map_or(Some((0, 0)), seconds)?;
    Some((hours * 3600 + minutes * 60 + seconds, nanos))
}

fn seconds(text: &str) -> Option<(i64, u32)> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let nanos = match fraction {
        Some(digits) if digits.len() > 9 => return None,
        Some(digits) => {
            let scale = 10_u64.pow(9 - u32::try_from(digits.len()).ok()?);
            u32::try_from(decimal(digits)? * scale).ok()?
        }
        None => 0,
    };
    Some((below(short(whole)?, 60)?, nanos))
}

/// One or two digits.
fn short(text: &str) -> Option<u64> {
    if text.len() <= 2 { decimal(text) } else { None }
}

fn decimal(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn below(number: u64, limit: u64) -> Option<i64> {
    if number < limit { i64::try_from(number).ok() } else { None }
}

/// Days since 1970-01-01 in the Gregorian calendar.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March here, so that the leap day is the last of its year.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_155_forms_of_one_instant() {
        let instant = parse("2020-04-01T00:00:01Z").unwrap();
        assert_eq!(instant, Instant { seconds: 1_585_699_201, nanos: 0 });
        for same in [
            "1585699201",
            "2020-04-01T00:00:01",
            "2020-04-01t00:00:01z",
            "2020-04-01T02:00:01+02:00",
            "2020-04-01T02:00:01+02",
            "2020-03-31T19:00:01-05:00",
            "2020-04-01T0:0:1.000Z",
        ] {
            assert_eq!(parse(same), Some(instant), "{same}");
        }
        assert_eq!(parse("2020-04-01"), parse("2020-04-01T00:00Z"));
        assert_eq!(parse("2020-04"), parse("2020-04-01"));
        assert_eq!(parse("2020-01-01"), parse("2020"));
        assert!(parse("2020-04-01T00:00:01.000000001Z") > Some(instant));
        assert!(parse("1969-12-31T23:59:59Z").unwrap() < parse("0").unwrap());
        assert_eq!(parse("0000-03-01").unwrap().seconds, -719_468 * SECONDS_PER_DAY);
    }

    #[test]
    fn rule_156_four_digits_are_a_year_other_integers_are_seconds() {
        assert_eq!(parse("2024").unwrap(), parse("2024-01-01T00:00:00Z").unwrap());
        assert_eq!(parse("1970").unwrap().seconds, 0);
        for (text, seconds) in
            [("202", 202), ("20240", 20_240), ("-2024", -2024), ("9223372036854775807", i64::MAX)]
        {
            assert_eq!(parse(text).unwrap(), Instant { seconds, nanos: 0 }, "{text}");
        }
    }

    #[test]
    fn rule_98_what_passes_at_save() {
        for good in
            ["01T", "-292275054", "2016-12-13t2:00:00.593194+23", "2019-07-01T13:20:15Z", "2024-02-29"]
        {
            assert!(parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "-",
            "T",
            "sdfdsf",
            "234-13",
            "2016-12-13t2:00:00.593194+1",
            "2016-12-13t2:00:00.1999999999+10:59",
            "9223372036854775808",
            "-9223372036854775809",
            "2024-00-01",
            "2024-01-32",
            "2024-02-30",
            "2023-02-29",
            "1900-02-29T00:00:00Z",
            "2024-04-31",
            "2024-1-1-1",
            "2024-01-01T24:00",
            "2024-01-01T00:60",
            "2024-01-01T00:00:60",
            "2024-01-01T00:00:00+24:00",
            "2024-01-01T00:00:00Zx",
            "1.5",
            "2024-01-01 00:00:00",
            "292278994-01-01",
            "+2024-01-01",
            "2024-01-01T00:00:00+0a:00",
        ] {
            assert!(parse(bad).is_none(), "{bad}");
        }
    }
}
