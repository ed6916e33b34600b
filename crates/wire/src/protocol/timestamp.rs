//! Instants as the protocols write them.

use keygate_ident::Timestamp;

use crate::schema::TimestampFormat;

/// An instant as text; numbers too.
pub(crate) fn write(time: Timestamp, format: TimestampFormat) -> String {
    match format {
        TimestampFormat::Iso8601 => time.to_string(),
        TimestampFormat::Epoch => epoch(time),
        TimestampFormat::Rfc822 => rfc822(time),
    }
}

/// Any of the formats: clients are known to send others than the model asks for.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    if text.ends_with("GMT") {
        return read_rfc822(text);
    }
    read_epoch(text.parse::<f64>().ok()?)
}

/// Seconds, with a fraction.
pub(crate) fn read_epoch(seconds: f64) -> Option<Timestamp> {
    let millis = (seconds * 1000.0).round();
    // Years 0 to 9999: what all formats can write.
    let range = -62_167_219_200_000.0..=253_402_300_799_999.0;
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
    range.contains(&millis).then(|| Timestamp::from_millis(millis as i64))
}

fn epoch(time: Timestamp) -> String {
    let millis = time.millis().rem_euclid(1000);
    if millis == 0 {
        return time.seconds().to_string();
    }
    let sign = if time.millis() < 0 { "-" } else { "" };
    let (seconds, millis) = (time.millis().unsigned_abs() / 1000, time.millis().unsigned_abs() % 1000);
    format!("{sign}{seconds}.{millis:03}").trim_end_matches('0').to_owned()
}

fn rfc822(time: Timestamp) -> String {
    let utc = jiff::Timestamp::from_millisecond(time.millis())
        .unwrap_or_default()
        .to_zoned(jiff::tz::TimeZone::UTC);
    let pattern = if time.millis().rem_euclid(1000) == 0 {
        "%a, %d %b %Y %H:%M:%S GMT"
    } else {
        "%a, %d %b %Y %H:%M:%S%.3f GMT"
    };
    utc.strftime(pattern).to_string()
}

fn read_rfc822(text: &str) -> Option<Timestamp> {
    let civil = jiff::civil::DateTime::strptime("%a, %d %b %Y %H:%M:%S%.f GMT", text).ok()?;
    let zoned = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_written_and_read() {
        for (millis, iso, epoch, rfc822) in [
            (1_422_172_800_000, "2015-01-25T08:00:00Z", "1422172800", "Sun, 25 Jan 2015 08:00:00 GMT"),
            (
                946_845_296_120,
                "2000-01-02T20:34:56.120Z",
                "946845296.12",
                "Sun, 02 Jan 2000 20:34:56.120 GMT",
            ),
            (-1500, "1969-12-31T23:59:58.500Z", "-1.5", "Wed, 31 Dec 1969 23:59:58.500 GMT"),
        ] {
            let time = Timestamp::from_millis(millis);
            for (format, expected) in [
                (TimestampFormat::Iso8601, iso),
                (TimestampFormat::Epoch, epoch),
                (TimestampFormat::Rfc822, rfc822),
            ] {
                assert_eq!(write(time, format), expected);
                assert_eq!(read(expected), Some(time), "{expected}");
            }
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in
            ["", "now", "NaN", "1e300", "-1e300", "Sun, 99 Jan 2015 08:00:00 GMT", "2015-13-01T00:00:00Z"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
