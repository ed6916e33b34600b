//! The second factor in GetSessionToken and AssumeRole: a code that the caller's own device shows now, good once.
//!
//! AssumeRole asks for permission with the proof, because the trust policy of a role may want it. The code is used
//! up when the session is made, not before: a call that is denied leaves it good.

use keygate_ident::{Timestamp, UniqueId};
use keygate_operation::{Failure, ReadCx};
use keygate_seal::{Purpose, TotpSeed, TotpStep};
use keygate_state::{CallerKind, MfaDevice};
use keygate_wire::OperationModel;

/// A code that was right when it was looked at.
pub(crate) struct Proof {
    device: UniqueId,
    step: TotpStep,
}

/// Checks serial number and code. `None`: neither was given.
///
/// # Errors
/// One without the other, no device of the caller, or a code that is wrong, was used, or comes after too many wrong
/// ones.
pub(crate) fn check<M: OperationModel>(
    cx: &ReadCx<'_>,
    serial: Option<&str>,
    code: Option<&str>,
) -> Result<Option<Proof>, Failure<M>> {
    let (serial, code) = match (serial, code) {
        (None, None) => return Ok(None),
        (Some(serial), Some(code)) => (serial, code),
        (Some(_), None) | (None, Some(_)) => {
            return Err(Failure::access_denied(
                "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
            ));
        }
    };
    let device = own_device(cx, serial).ok_or_else(|| {
        Failure::access_denied(
            "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number \
             is valid and associated with this user.",
        )
    })?;
    let step = current_step(cx, device, code)?;
    let known = cx.env.facts.code_use(&device.id);
    match step {
        Some(step) if known.accepts(step, cx.env.now) => Ok(Some(Proof { device: device.id.clone(), step })),
        // A code that was right once is no guess.
        Some(_) => Err(wrong()),
        None => {
            cx.env.facts.code_failed(&device.id, cx.env.now);
            Err(wrong())
        }
    }
}

impl Proof {
    /// Uses the code up; when the second factor was proved.
    ///
    /// # Errors
    /// Another request has used it meanwhile.
    pub(crate) fn claim<M: OperationModel>(self, cx: &ReadCx<'_>) -> Result<Timestamp, Failure<M>> {
        if cx.env.facts.claim_code(&self.device, self.step, cx.env.now) {
            Ok(cx.env.now.to_whole_seconds())
        } else {
            Err(wrong())
        }
    }
}

/// The device with this serial number, if it is the caller's. Only users and root have devices.
fn own_device<'a>(cx: &ReadCx<'a>, serial: &str) -> Option<&'a MfaDevice> {
    let user = match &cx.caller.kind {
        CallerKind::Root => None,
        CallerKind::User(user) => Some(&user.id),
        CallerKind::Role { .. } | CallerKind::Federated { .. } => return None,
    };
    let device = cx.account.mfa_device(serial).ok()?;
    (device.assignment.as_ref()?.user.as_ref() == user).then_some(device)
}

/// The step whose code this is, among those that the device may show now; none if it is the code of none, or of one
/// that enabled or synchronized the device, or one before.
fn current_step<M: OperationModel>(
    cx: &ReadCx<'_>,
    device: &MfaDevice,
    code: &str,
) -> Result<Option<TotpStep>, Failure<M>> {
    let Some(assignment) = &device.assignment else { return Ok(None) };
    let context = device.id.as_str().as_bytes();
    let seed = cx.env.keys.open(Purpose::MfaSeed, context, &device.seed).map_err(|_| Failure::internal())?;
    let (earliest, latest) = assignment.window(cx.env.now);
    let unused = TotpStep::new(assignment.last_step).plus(1);
    Ok(TotpSeed::from_bytes(seed).find(code, earliest.max(unused), latest))
}

fn wrong<M: OperationModel>() -> Failure<M> {
    Failure::access_denied("MultiFactorAuthentication failed with invalid MFA one time pass code. ")
}

#[cfg(test)]
mod tests;
