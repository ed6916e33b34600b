//! The clock of the tests: the only place of this crate that reads it.

use std::time::SystemTime;

use keygate_ident::Timestamp;

/// The present instant.
#[expect(clippy::disallowed_methods, reason = "an edge: a client signs with the time on its own clock")]
pub fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}
