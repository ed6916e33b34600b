//! GetMFADevice: one device of a user. AWS tells of FIDO security keys only, whose certifications it looks up;
//! virtual devices have none.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{GetMFADeviceRequest, GetMFADeviceResponse, op};

use super::{Holder, named_owner};
use crate::owner::Owner;

/// GetMFADevice.
pub(crate) struct GetMFADevice;

impl Read for GetMFADevice {
    type Model = op::GetMFADevice;

    fn asks(&self, cx: &ReadCx<'_>, input: &GetMFADeviceRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(owner(cx, input)?.ask(cx, "iam:GetMFADevice")))
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetMFADeviceRequest) -> Outcome<Self::Model> {
        let holder = Holder::find(cx.account, &owner(cx, &input)?)?;
        let device = holder.device(cx.account, &input.serial_number)?;
        Ok(GetMFADeviceResponse {
            user_name: Some(holder.name),
            serial_number: input.serial_number,
            enable_date: device.assignment.as_ref().map(|assignment| assignment.enabled),
            certifications: None,
        })
    }
}

fn owner(cx: &ReadCx<'_>, input: &GetMFADeviceRequest) -> Result<Owner, Failure<op::GetMFADevice>> {
    match &input.user_name {
        Some(name) => Ok(named_owner(cx.account, cx.caller, name)),
        None => Owner::of(cx.caller, None),
    }
}
