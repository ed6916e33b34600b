//! ListMFADeviceTags: the tags of a device, sorted by key.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{ListMFADeviceTagsRequest, ListMFADeviceTagsResponse, op};

use super::ask_device;
use crate::view;

/// ListMFADeviceTags.
pub(crate) struct ListMFADeviceTags;

impl Read for ListMFADeviceTags {
    type Model = op::ListMFADeviceTags;

    fn asks(&self, cx: &ReadCx<'_>, input: &ListMFADeviceTagsRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask_device(cx, "iam:ListMFADeviceTags", &input.serial_number)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListMFADeviceTagsRequest) -> Outcome<Self::Model> {
        let device = cx.account.mfa_device(&input.serial_number)?;
        let (marker, max_items) = (input.marker.as_deref(), input.max_items);
        let page = view::tag_page(cx, device.id.as_str(), marker, max_items, &device.tags)?;
        Ok(ListMFADeviceTagsResponse {
            tags: page.items,
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}
