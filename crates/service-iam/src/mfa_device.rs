//! Virtual MFA devices: made for the account, enabled for a user or root, tagged, listed.
//!
//! Devices whose secrets are elsewhere (FIDO security keys, hardware tokens) are registered with a vendor or a
//! browser, not through this interface: no such serial number exists here, and every operation says so.

mod authentication_codes;
mod create_virtual_mfa_device;
mod deactivate_mfa_device;
mod delete_virtual_mfa_device;
mod enable_mfa_device;
mod get_mfa_device;
mod list_mfa_device_tags;
mod list_mfa_devices;
mod list_virtual_mfa_devices;
mod png;
mod qr_code;
mod resync_mfa_device;
mod tag_mfa_device;
mod untag_mfa_device;

use std::sync::Arc;

use keygate_ident::{Arn, ArnParts};
use keygate_operation::{Ask, Entry, Failure, ReadCx};
use keygate_state::{Account, Caller, CallerKind, MfaDevice, NoSuchEntity};
use keygate_wire::OperationModel;

use crate::owner::{Holder, Owner};

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(create_virtual_mfa_device::CreateVirtualMFADevice),
        Entry::write(enable_mfa_device::EnableMFADevice),
        Entry::write(resync_mfa_device::ResyncMFADevice),
        Entry::write(deactivate_mfa_device::DeactivateMFADevice),
        Entry::write(delete_virtual_mfa_device::DeleteVirtualMFADevice),
        Entry::read(get_mfa_device::GetMFADevice),
        Entry::read(list_mfa_devices::ListMFADevices),
        Entry::read(list_virtual_mfa_devices::ListVirtualMFADevices),
        Entry::write(tag_mfa_device::TagMFADevice),
        Entry::write(untag_mfa_device::UntagMFADevice),
        Entry::read(list_mfa_device_tags::ListMFADeviceTags),
    ]
}

/// How root is named where an operation wants a user's name. AWS's console enables root's device with a call that
/// nobody else can make.
const ROOT: &str = "root";

/// Whose devices a request is about: the caller's own, a user's, or root's if root itself asks for `root` and no
/// user is called so.
fn owner<M: OperationModel>(
    account: &Account,
    caller: &Caller,
    user_name: Option<&str>,
) -> Result<Owner, Failure<M>> {
    let is_root = matches!(caller.kind, CallerKind::Root);
    match user_name {
        Some(ROOT) if is_root && account.users.named(ROOT).is_none() => Ok(Owner::Root),
        _ => Owner::of(caller, user_name),
    }
}

/// How the owner is called in answers.
fn name(holder: &Holder) -> String {
    holder.name().unwrap_or(ROOT).to_owned()
}

/// The device with this serial number, which must be the holder's.
fn device_of(account: &Account, holder: &Holder, serial: &str) -> Result<Arc<MfaDevice>, NoSuchEntity> {
    let device = account.mfa_device(serial)?;
    let own = device.assignment.as_ref().is_some_and(|assignment| assignment.user.as_ref() == holder.id());
    if own { Ok(Arc::clone(device)) } else { Err(NoSuchEntity::new("MFA Device invalid for user.")) }
}

/// This action on the device with this serial number, existing or not.
fn ask_device(cx: &ReadCx<'_>, action: &'static str, serial: &str) -> Ask {
    if let Ok(device) = cx.account.mfa_device(serial) {
        return Ask::on(action, arn(cx, device)).resource_tags(&device.tags);
    }
    match ArnParts::split(serial).map(|parts| parts.account.parse()) {
        // Another account's device is that account's, so that nobody is allowed anything on it (rule 239).
        Some(Ok(owner)) => Ask::named(action.into(), serial.to_owned()).owned_by(owner),
        Some(Err(_)) => Ask::named(action.into(), serial.to_owned()),
        // The serial number of a hardware token is no ARN.
        None => Ask::on(action, cx.arn("mfa", serial)),
    }
}

fn arn(cx: &ReadCx<'_>, device: &MfaDevice) -> Arn {
    device.arn(cx.partition(), cx.account_id())
}

#[cfg(test)]
pub(crate) mod tests;
