//! ListMFADevices: the devices of a user, of the caller itself, or of root.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx, paginate};
use keygate_shapes::iam::{ListMFADevicesRequest, ListMFADevicesResponse, MFADevice, op};

use super::{Holder, named_owner};
use crate::owner::Owner;
use crate::view;

/// ListMFADevices.
pub(crate) struct ListMFADevices;

impl Read for ListMFADevices {
    type Model = op::ListMFADevices;

    fn asks(&self, cx: &ReadCx<'_>, input: &ListMFADevicesRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(owner(cx, input)?.ask(cx, "iam:ListMFADevices")))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListMFADevicesRequest) -> Outcome<Self::Model> {
        let holder = Holder::find(cx.account, &owner(cx, &input)?)?;
        let shown = cx.account.mfa_devices_of(holder.id.as_ref()).into_iter().filter_map(|device| {
            Some(MFADevice {
                user_name: holder.name.clone(),
                serial_number: super::arn(cx, device).into(),
                enable_date: device.assignment.as_ref()?.enabled,
            })
        });
        let mut devices: Vec<MFADevice> = shown.collect();
        let place = |device: &MFADevice| view::place(&device.serial_number);
        devices.sort_by_cached_key(place);
        let scope = holder.id.as_ref().map_or("root", |id| id.as_str());
        let page = paginate(cx, scope, input.marker.as_deref(), input.max_items, devices, place)?;
        Ok(ListMFADevicesResponse {
            mfa_devices: page.items,
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

fn owner(cx: &ReadCx<'_>, input: &ListMFADevicesRequest) -> Result<Owner, Failure<op::ListMFADevices>> {
    match &input.user_name {
        Some(name) => Ok(named_owner(cx.account, cx.caller, name)),
        None => Owner::of(cx.caller, None),
    }
}
