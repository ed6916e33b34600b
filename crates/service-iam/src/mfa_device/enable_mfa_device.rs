//! EnableMFADevice: a device for a user, or for root, who proves to have it with two codes in a row.

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{EnableMFADeviceRequest, EnableMFADeviceResponse, op};
use keygate_state::{EntityAlreadyExists, LimitExceeded, MfaAssignment, Quota};

use super::{authentication_codes, owner};
use crate::owner::Holder;

/// EnableMFADevice.
pub(crate) struct EnableMFADevice;

/// Steps from now in which the two codes are looked for: ten minutes. Who sends codes that are old has enabled a
/// device that seems to be slow, and has to synchronize it; AWS says the same.
const DISTANCE: i64 = 20;

impl Write for EnableMFADevice {
    type Model = op::EnableMFADevice;

    fn asks(&self, cx: &ReadCx<'_>, input: &EnableMFADeviceRequest) -> Result<Asks, Failure<Self::Model>> {
        let owner = owner(cx.account, cx.caller, Some(&input.user_name))?;
        Ok(Asks::one(owner.ask(cx, "iam:EnableMFADevice")))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: EnableMFADeviceRequest) -> Outcome<Self::Model> {
        let holder = Holder::find(&owner(cx.draft, cx.caller, Some(&input.user_name))?, cx.draft)?;
        let device = cx.draft.mfa_device(&input.serial_number)?.clone();
        if device.assignment.is_some() {
            return Err(EntityAlreadyExists::new("MFA Device is already in use.").into());
        }
        let limit = cx.draft.quota(Quota::MfaDevicesPerUser);
        if cx.draft.mfa_devices_of(holder.id()).len() >= limit as usize {
            return Err(LimitExceeded::quota(Quota::MfaDevicesPerUser.name(), limit).into());
        }
        let codes = [input.authentication_code1.as_str(), input.authentication_code2.as_str()];
        let proved = authentication_codes::prove(cx, &device, codes, -DISTANCE..=DISTANCE)?;
        let assignment = MfaAssignment {
            user: holder.id().cloned(),
            enabled: cx.now(),
            drift: proved.drift,
            last_step: proved.last_step,
        };
        cx.draft.change(&device, |device| {
            device.assignment = Some(assignment);
            Ok::<_, Failure<_>>(())
        })?;
        Ok(EnableMFADeviceResponse {})
    }
}
