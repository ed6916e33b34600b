//! DeactivateMFADevice: takes a device from its owner. The device itself stays until it is deleted.

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{DeactivateMFADeviceRequest, DeactivateMFADeviceResponse, op};

use super::{device_of, owner};
use crate::owner::Holder;

/// DeactivateMFADevice.
pub(crate) struct DeactivateMFADevice;

impl Write for DeactivateMFADevice {
    type Model = op::DeactivateMFADevice;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &DeactivateMFADeviceRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let owner = owner(cx.account, cx.caller, input.user_name.as_deref())?;
        Ok(Asks::one(owner.ask(cx, "iam:DeactivateMFADevice")))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DeactivateMFADeviceRequest) -> Outcome<Self::Model> {
        let holder = Holder::find(&owner(cx.draft, cx.caller, input.user_name.as_deref())?, cx.draft)?;
        let device = device_of(cx.draft, &holder, &input.serial_number)?;
        cx.draft.change(&device, |device| {
            // The codes that enabled it must not do so again.
            let last_step = device.assignment.take().map(|assignment| assignment.last_step);
            device.last_step = device.last_step.max(last_step);
            Ok::<_, Failure<_>>(())
        })?;
        Ok(DeactivateMFADeviceResponse {})
    }
}
