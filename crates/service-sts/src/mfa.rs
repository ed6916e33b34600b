//! The second factor in GetSessionToken and AssumeRole.

use keygate_operation::Failure;
use keygate_wire::OperationModel;

/// Checks serial number and code. No device can be registered yet, so that no code is right; a call that brings
/// one is refused instead of going on without.
pub(crate) fn check<M: OperationModel>(serial: Option<&str>, code: Option<&str>) -> Result<(), Failure<M>> {
    match (serial, code) {
        (None, None) => Ok(()),
        (Some(_), None) => Err(Failure::access_denied(
            "MultiFactorAuthentication failed, must provide MFA one time pass code.",
        )),
        (None, Some(_)) => {
            Err(Failure::access_denied("MultiFactorAuthentication failed, must provide MFA serial number."))
        }
        (Some(_), Some(_)) => Err(Failure::access_denied(
            "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
        )),
    }
}
