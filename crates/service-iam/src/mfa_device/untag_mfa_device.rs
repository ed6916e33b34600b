//! UntagMFADevice: removes tags by key; keys that are not there are no error.

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{UntagMFADeviceRequest, UntagMFADeviceResponse, op};
use keygate_state::TagCase;

use super::ask_device;

/// UntagMFADevice.
pub(crate) struct UntagMFADevice;

impl Write for UntagMFADevice {
    type Model = op::UntagMFADevice;

    fn asks(&self, cx: &ReadCx<'_>, input: &UntagMFADeviceRequest) -> Result<Asks, Failure<Self::Model>> {
        let keys = input.tag_keys.iter().map(String::as_str);
        Ok(Asks::one(ask_device(cx, "iam:UntagMFADevice", &input.serial_number).tag_keys(keys)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: UntagMFADeviceRequest) -> Outcome<Self::Model> {
        let device = cx.draft.mfa_device(&input.serial_number)?.clone();
        cx.draft.change(&device, |device| {
            device.tags.remove(input.tag_keys.iter().map(String::as_str), TagCase::Sensitive);
            Ok::<_, Failure<_>>(())
        })?;
        Ok(UntagMFADeviceResponse {})
    }
}
