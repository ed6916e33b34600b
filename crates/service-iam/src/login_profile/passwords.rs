//! Setting and comparing passwords. What a record keeps of them is a hash, sealed like every other secret.

use keygate_operation::{Failure, WriteCx};
use keygate_seal::{PasswordHash, PasswordSalt, Purpose, Sealed};
use keygate_shapes::declares;
use keygate_state::{PasswordPolicy, PasswordPolicyViolation, User};
use keygate_wire::OperationModel;

use crate::password_policy::rules;

/// The user's passwords after this one is set, newest first.
///
/// # Errors
/// The password is not as the account's policy wants it, or was used before.
pub(super) fn renewed<M>(cx: &WriteCx<'_>, user: &User, password: &str) -> Result<Vec<Sealed>, Failure<M>>
where
    M: OperationModel + declares::PasswordPolicyViolation,
{
    let settings = cx.draft.settings();
    if let Some(problem) = rules::problem(settings, password) {
        return Err(PasswordPolicyViolation::new(problem).into());
    }
    let known = known(cx, user)?;
    let mut random = cx.env.random();
    let salt = known.first().map(PasswordHash::salt);
    let hash = PasswordHash::of(password, salt.unwrap_or_else(|| PasswordSalt::generate(&mut random)))?;
    let remembered = settings.password_policy.as_ref().and_then(|policy| policy.reuse_prevention);
    if known.iter().take(remembered.unwrap_or_default() as usize).any(|old| *old == hash) {
        let message = "Policy constraint violation with password reuse prevention during password change.";
        return Err(PasswordPolicyViolation::new(message).into());
    }
    let context = user.id.as_str().as_bytes();
    let sealed = cx.env.keys.seal(Purpose::PasswordHash, context, &hash.to_bytes(), &mut random)?;
    let older = user.passwords.iter().take(PasswordPolicy::MAX_REUSE_PREVENTION - 1).cloned();
    Ok(std::iter::once(sealed).chain(older).collect())
}

/// Whether this is the user's password.
pub(super) fn is_current<M: OperationModel>(
    cx: &WriteCx<'_>,
    user: &User,
    password: &str,
) -> Result<bool, Failure<M>> {
    let known = known(cx, user)?;
    let Some(current) = known.first() else { return Ok(false) };
    Ok(PasswordHash::of(password, current.salt())? == *current)
}

fn known<M: OperationModel>(cx: &WriteCx<'_>, user: &User) -> Result<Vec<PasswordHash>, Failure<M>> {
    let context = user.id.as_str().as_bytes();
    let open = |sealed: &Sealed| {
        let bytes = cx.env.keys.open(Purpose::PasswordHash, context, sealed).ok()?;
        PasswordHash::from_bytes(&bytes).ok()
    };
    // One that can not be read might be the one that is to be set again.
    user.passwords.iter().map(open).collect::<Option<_>>().ok_or_else(Failure::internal)
}
