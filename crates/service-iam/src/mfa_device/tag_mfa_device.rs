//! TagMFADevice: adds or overwrites tags; keys are case-sensitive (rule 228).

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{TagMFADeviceRequest, TagMFADeviceResponse, op};
use keygate_state::{Quota, TagCase};

use super::ask_device;
use crate::input;

/// TagMFADevice.
pub(crate) struct TagMFADevice;

impl Write for TagMFADevice {
    type Model = op::TagMFADevice;

    fn asks(&self, cx: &ReadCx<'_>, input: &TagMFADeviceRequest) -> Result<Asks, Failure<Self::Model>> {
        let ask = ask_device(cx, "iam:TagMFADevice", &input.serial_number);
        Ok(Asks::one(ask.request_tags(input::pairs(Some(&input.tags)))))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: TagMFADeviceRequest) -> Outcome<Self::Model> {
        let device = cx.draft.mfa_device(&input.serial_number)?.clone();
        let limit = cx.draft.quota(Quota::TagsPerResource);
        let tags = input::pairs(Some(&input.tags));
        cx.draft.change(&device, |device| device.tags.set(tags, TagCase::Sensitive, limit))?;
        Ok(TagMFADeviceResponse {})
    }
}
