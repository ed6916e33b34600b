//! DeactivateMFADevice: takes a device from its owner. The device itself stays until it is deleted.

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{DeactivateMFADeviceRequest, DeactivateMFADeviceResponse, op};
use keygate_state::{Account, Caller};

use super::{Holder, named_owner};
use crate::owner::Owner;

/// DeactivateMFADevice.
pub(crate) struct DeactivateMFADevice;

impl Write for DeactivateMFADevice {
    type Model = op::DeactivateMFADevice;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &DeactivateMFADeviceRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let owner = owner(cx.account, cx.caller, input)?;
        Ok(Asks::one(owner.ask(cx, "iam:DeactivateMFADevice")))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DeactivateMFADeviceRequest) -> Outcome<Self::Model> {
        let holder = Holder::find(cx.draft, &owner(cx.draft, cx.caller, &input)?)?;
        let device = holder.device(cx.draft, &input.serial_number)?;
        cx.draft.change(&device, |device| {
            device.assignment = None;
            Ok::<_, Failure<_>>(())
        })?;
        Ok(DeactivateMFADeviceResponse {})
    }
}

fn owner(
    account: &Account,
    caller: &Caller,
    input: &DeactivateMFADeviceRequest,
) -> Result<Owner, Failure<op::DeactivateMFADevice>> {
    match &input.user_name {
        Some(name) => Ok(named_owner(account, caller, name)),
        None => Owner::of(caller, None),
    }
}
