//! The clock of the measurements: the only place of this crate that reads it.

use std::time::Instant;

/// The present.
#[expect(clippy::disallowed_methods, reason = "an edge: measuring time is what it is for")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
