//! Instants, and the two ways AWS writes them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An instant: milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// The text is not an ISO 8601 instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidTimestamp;

impl Timestamp {
    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From seconds since the epoch.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The same instant without its fraction of a second: what AWS shows and stores.
    pub const fn to_whole_seconds(self) -> Self {
        Self::from_seconds(self.seconds())
    }

    /// This many seconds later (or earlier, if negative).
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// `YYYYMMDD`, as in a credential scope.
    pub fn date_stamp(self) -> String {
        self.civil().strftime("%Y%m%d").to_string()
    }

    /// `YYYYMMDDTHHMMSSZ`, as in `X-Amz-Date`.
    pub fn amz_date(self) -> String {
        self.civil().strftime("%Y%m%dT%H%M%SZ").to_string()
    }

    fn civil(self) -> jiff::civil::DateTime {
        let utc = jiff::tz::TimeZone::UTC;
        jiff::Timestamp::from_millisecond(self.0).unwrap_or_default().to_zoned(utc).datetime()
    }
}

/// `2026-11-21T10:00:00Z`, with `.123` only where there are milliseconds.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pattern =
            if self.0.rem_euclid(1000) == 0 { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y-%m-%dT%H:%M:%S%.3fZ" };
        write!(f, "{}", self.civil().strftime(pattern))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<jiff::Timestamp>().map(|t| Self(t.as_millisecond())).map_err(|_| InvalidTimestamp)
    }
}

impl fmt::Display for InvalidTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an ISO 8601 instant")
    }
}

impl std::error::Error for InvalidTimestamp {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_as_aws_writes_it() {
        for (millis, iso, date, amz) in [
            (0, "1970-01-01T00:00:00Z", "19700101", "19700101T000000Z"),
            (1_440_938_160_000, "2015-08-30T12:36:00Z", "20150830", "20150830T123600Z"),
            (1_440_938_160_042, "2015-08-30T12:36:00.042Z", "20150830", "20150830T123600Z"),
        ] {
            let time = Timestamp::from_millis(millis);
            assert_eq!(time.to_string(), iso);
            assert_eq!(time.date_stamp(), date);
            assert_eq!(time.amz_date(), amz);
            assert_eq!(iso.parse::<Timestamp>(), Ok(time));
        }
        assert_eq!("2015-08-30T14:36:00+02:00".parse(), Ok(Timestamp::from_millis(1_440_938_160_000)));
        assert_eq!("yesterday".parse::<Timestamp>(), Err(InvalidTimestamp));
    }
}
