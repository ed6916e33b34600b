//! ResyncMFADevice: the server learns how wrong a device's clock is, from two codes in a row.

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{ResyncMFADeviceRequest, ResyncMFADeviceResponse, op};
use keygate_state::MfaAssignment;

use super::{authentication_codes, device_of, owner};
use crate::owner::Holder;

/// ResyncMFADevice.
pub(crate) struct ResyncMFADevice;

/// Steps before now in which the two codes are looked for: ten minutes. Older codes may have been read over
/// somebody's shoulder.
const BEHIND: i64 = 20;
/// Steps after now: a day, so that a wrong time zone is no obstacle. Two codes in a row are found by chance once in
/// a hundred million tries.
const AHEAD: i64 = 24 * 60 * 2;

impl Write for ResyncMFADevice {
    type Model = op::ResyncMFADevice;

    fn asks(&self, cx: &ReadCx<'_>, input: &ResyncMFADeviceRequest) -> Result<Asks, Failure<Self::Model>> {
        let owner = owner(cx.account, cx.caller, Some(&input.user_name))?;
        Ok(Asks::one(owner.ask(cx, "iam:ResyncMFADevice")))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: ResyncMFADeviceRequest) -> Outcome<Self::Model> {
        let holder = Holder::find(&owner(cx.draft, cx.caller, Some(&input.user_name))?, cx.draft)?;
        let device = device_of(cx.draft, &holder, &input.serial_number)?;
        let codes = [input.authentication_code1.as_str(), input.authentication_code2.as_str()];
        let proved = authentication_codes::prove(cx, &device, codes, -BEHIND..=AHEAD)?;
        cx.draft.change(&device, |device| {
            device.assignment = device.assignment.take().map(|assignment| MfaAssignment {
                drift: proved.drift,
                last_step: proved.last_step,
                ..assignment
            });
            Ok::<_, Failure<_>>(())
        })?;
        Ok(ResyncMFADeviceResponse {})
    }
}
