//! GetMFADevice: one device of a user. AWS tells of FIDO security keys only, whose certifications it looks up;
//! virtual devices have none.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{GetMFADeviceRequest, GetMFADeviceResponse, op};

use super::{device_of, name, owner};
use crate::owner::Holder;

/// GetMFADevice.
pub(crate) struct GetMFADevice;

impl Read for GetMFADevice {
    type Model = op::GetMFADevice;

    fn asks(&self, cx: &ReadCx<'_>, input: &GetMFADeviceRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(owner(cx.account, cx.caller, input.user_name.as_deref())?.ask(cx, "iam:GetMFADevice")))
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetMFADeviceRequest) -> Outcome<Self::Model> {
        let holder = Holder::find(&owner(cx.account, cx.caller, input.user_name.as_deref())?, cx.account)?;
        let device = device_of(cx.account, &holder, &input.serial_number)?;
        Ok(GetMFADeviceResponse {
            user_name: Some(name(&holder)),
            serial_number: input.serial_number,
            enable_date: device.assignment.as_ref().map(|assignment| assignment.enabled),
            certifications: None,
        })
    }
}
