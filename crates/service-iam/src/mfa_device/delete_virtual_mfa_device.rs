//! DeleteVirtualMFADevice: only a device that nobody uses.

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{DeleteVirtualMFADeviceRequest, DeleteVirtualMFADeviceResponse, op};
use keygate_state::{DeleteConflict, MfaDevice};

use super::ask_device;

/// DeleteVirtualMFADevice.
pub(crate) struct DeleteVirtualMFADevice;

impl Write for DeleteVirtualMFADevice {
    type Model = op::DeleteVirtualMFADevice;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &DeleteVirtualMFADeviceRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask_device(cx, "iam:DeleteVirtualMFADevice", &input.serial_number)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DeleteVirtualMFADeviceRequest) -> Outcome<Self::Model> {
        let device = cx.draft.mfa_device(&input.serial_number)?.clone();
        if device.assignment.is_some() {
            return Err(DeleteConflict::new("MFA VirtualDevice in use. Must deactivate first.").into());
        }
        cx.draft.remove::<MfaDevice>(&device.id).map_err(|_| Failure::internal())?;
        Ok(DeleteVirtualMFADeviceResponse {})
    }
}
