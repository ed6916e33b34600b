//! ListMFADevices: the devices of a user, of the caller itself, or of root.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx, paginate};
use keygate_shapes::iam::{ListMFADevicesRequest, ListMFADevicesResponse, MFADevice, op};

use super::{name, owner};
use crate::owner::Holder;
use crate::view;

/// ListMFADevices.
pub(crate) struct ListMFADevices;

impl Read for ListMFADevices {
    type Model = op::ListMFADevices;

    fn asks(&self, cx: &ReadCx<'_>, input: &ListMFADevicesRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(owner(cx.account, cx.caller, input.user_name.as_deref())?.ask(cx, "iam:ListMFADevices")))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListMFADevicesRequest) -> Outcome<Self::Model> {
        let holder = Holder::find(&owner(cx.account, cx.caller, input.user_name.as_deref())?, cx.account)?;
        let shown = cx.account.mfa_devices_of(holder.id()).into_iter().filter_map(|device| {
            Some(MFADevice {
                user_name: name(&holder),
                serial_number: super::arn(cx, device).into(),
                enable_date: device.assignment.as_ref()?.enabled,
            })
        });
        let mut devices: Vec<MFADevice> = shown.collect();
        let place = |device: &MFADevice| view::place(&device.serial_number);
        devices.sort_by_cached_key(place);
        let scope = holder.id().map_or("root", |id| id.as_str());
        let page = paginate(cx, scope, input.marker.as_deref(), input.max_items, devices, place)?;
        Ok(ListMFADevicesResponse {
            mfa_devices: page.items,
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}
