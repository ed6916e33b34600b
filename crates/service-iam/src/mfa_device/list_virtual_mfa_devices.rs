//! ListVirtualMFADevices: all virtual devices of the account, or those that somebody or nobody uses. Neither seeds
//! nor tags.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx, paginate};
use keygate_shapes::iam::{
    ListVirtualMFADevicesRequest, ListVirtualMFADevicesResponse, User, VirtualMFADevice, op,
};
use keygate_state::{MfaAssignment, MfaDevice};

use crate::{ask, view};

/// ListVirtualMFADevices.
pub(crate) struct ListVirtualMFADevices;

impl Read for ListVirtualMFADevices {
    type Model = op::ListVirtualMFADevices;

    fn asks(&self, cx: &ReadCx<'_>, _: &ListVirtualMFADevicesRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::listing(cx, "iam:ListVirtualMFADevices", "mfa", None)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListVirtualMFADevicesRequest) -> Outcome<Self::Model> {
        let status = input.assignment_status.as_deref().unwrap_or("Any");
        let wanted = |device: &MfaDevice| match status {
            "Assigned" => device.assignment.is_some(),
            "Unassigned" => device.assignment.is_none(),
            _ => true,
        };
        let devices = cx.account.mfa_devices.iter().filter(|device| wanted(device));
        let mut devices: Vec<VirtualMFADevice> = devices.map(|device| shown(cx, device)).collect();
        let place = |device: &VirtualMFADevice| view::place(&device.serial_number);
        devices.sort_by_cached_key(place);
        let page = paginate(cx, status, input.marker.as_deref(), input.max_items, devices, place)?;
        Ok(ListVirtualMFADevicesResponse {
            virtual_mfa_devices: page.items,
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

fn shown(cx: &ReadCx<'_>, device: &MfaDevice) -> VirtualMFADevice {
    VirtualMFADevice {
        serial_number: super::arn(cx, device).into(),
        user: device.assignment.as_ref().and_then(|assignment| owner(cx, assignment)),
        enable_date: device.assignment.as_ref().map(|assignment| assignment.enabled),
        ..Default::default()
    }
}

fn owner(cx: &ReadCx<'_>, assignment: &MfaAssignment) -> Option<User> {
    match &assignment.user {
        Some(id) => cx.account.users.get(id).map(|user| view::listed_user(cx.account, user)),
        None => Some(view::root(cx)),
    }
}
