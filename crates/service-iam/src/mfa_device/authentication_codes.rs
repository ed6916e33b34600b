//! The two codes in a row that prove possession of a device.

use std::ops::RangeInclusive;

use keygate_operation::{Failure, WriteCx};
use keygate_seal::{Purpose, TotpSeed, TotpStep};
use keygate_shapes::declares;
use keygate_state::{InvalidAuthenticationCode, MfaDevice};
use keygate_wire::OperationModel;

/// What the two codes say about the device.
pub(super) struct Proved {
    /// How many steps its clock is ahead.
    pub(super) drift: i64,
    /// The step of the second code.
    pub(super) last_step: i64,
}

/// Finds the two codes in a row among the steps that are so far from now.
///
/// # Errors
/// They are not there, were used before, or come after too many wrong ones.
pub(super) fn prove<M>(
    cx: &WriteCx<'_>,
    device: &MfaDevice,
    codes: [&str; 2],
    distance: RangeInclusive<i64>,
) -> Result<Proved, Failure<M>>
where
    M: OperationModel + declares::InvalidAuthenticationCode,
{
    let context = device.id.as_str().as_bytes();
    let bytes = cx.env.keys.open(Purpose::MfaSeed, context, &device.seed).map_err(|_| Failure::internal())?;
    let seed = TotpSeed::from_bytes(bytes);
    let now = TotpStep::at(cx.env.now);
    let synchronized = device.assignment.as_ref().map(|assignment| assignment.last_step);
    let known = cx.env.facts.code_use(&device.id);
    let last_used = synchronized.max(device.last_step).max(known.last_step);
    let earliest = now.plus(*distance.start());
    let earliest = last_used.map_or(earliest, |last| earliest.max(TotpStep::new(last).plus(1)));
    let invalid = || InvalidAuthenticationCode::new("Authentication code for device is not valid.");
    if known.is_blocked(cx.env.now) {
        return Err(invalid().into());
    }
    let Some(first) = seed.find_row(&codes, earliest, now.plus(*distance.end())) else {
        cx.env.facts.code_failed(&device.id, cx.env.now);
        return Err(invalid().into());
    };
    cx.env.facts.guesses_forgiven(&device.id);
    let second = first.plus(1).number();
    let ahead = second - now.number();
    // A code that is behind may have been sent a step late: the window then reaches from it to the next but one.
    Ok(Proved { drift: if ahead < 0 { ahead + 1 } else { ahead }, last_step: second })
}
