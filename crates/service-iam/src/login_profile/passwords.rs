//! Setting and comparing passwords. What a record keeps of them is a hash, sealed like every other secret.

use keygate_operation::{Failure, WriteCx};
use keygate_seal::{PasswordHash, PasswordSalt, Purpose, Sealed};
use keygate_shapes::declares;
use keygate_state::{PasswordPolicy, PasswordPolicyViolation, User};
use keygate_wire::OperationModel;

use crate::password_policy::rules;

/// Who sets a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// The user, with the old one.
    User,
    /// An administrator. What can not be read any more is forgotten: otherwise nobody could ever set one again.
    Administrator,
}

/// The user's passwords after this one is set, newest first.
///
/// # Errors
/// The password is not as the account's policy wants it, or was used before.
pub(super) fn renewed<M>(
    cx: &WriteCx<'_>,
    user: &User,
    password: &str,
    by: By,
) -> Result<Vec<Sealed>, Failure<M>>
where
    M: OperationModel + declares::PasswordPolicyViolation,
{
    let settings = cx.draft.settings();
    if let Some(problem) = rules::problem(settings, password) {
        return Err(PasswordPolicyViolation::new(problem).into());
    }
    let remembered = settings.password_policy.as_ref().and_then(|policy| policy.reuse_prevention);
    let remembered = remembered.unwrap_or_default() as usize;
    let known: Vec<_> = user.passwords.iter().take(remembered).map(|sealed| open(cx, user, sealed)).collect();
    // One that can not be read might be the one that is to be set again.
    if by == By::User && known.contains(&None) {
        return Err(Failure::internal());
    }
    let mut random = cx.env.random();
    let salt = user.passwords.iter().find_map(|sealed| open(cx, user, sealed)).map(|hash| hash.salt());
    let hash = PasswordHash::of(password, salt.unwrap_or_else(|| PasswordSalt::generate(&mut random)))?;
    if known.iter().flatten().any(|old| *old == hash) {
        let message = "Policy constraint violation with password reuse prevention during password change.";
        return Err(PasswordPolicyViolation::new(message).into());
    }
    let context = user.id.as_str().as_bytes();
    let sealed = cx.env.keys.seal(Purpose::PasswordHash, context, &hash.to_bytes(), &mut random)?;
    let older = user.passwords.iter().filter(|old| by == By::User || open(cx, user, old).is_some());
    let older = older.take(PasswordPolicy::MAX_REUSE_PREVENTION - 1).cloned();
    Ok(std::iter::once(sealed).chain(older).collect())
}

/// Whether this is the user's password. After too many wrong ones none is for a while, and none is hashed.
pub(super) fn is_current<M: OperationModel>(
    cx: &WriteCx<'_>,
    user: &User,
    password: &str,
) -> Result<bool, Failure<M>> {
    let facts = cx.env.facts;
    let Some(current) = user.passwords.first() else { return Ok(false) };
    if facts.code_use(&user.id).is_blocked(cx.env.now) {
        return Ok(false);
    }
    let current = open(cx, user, current).ok_or_else(Failure::internal)?;
    let is_right = PasswordHash::of(password, current.salt())? == current;
    if is_right {
        facts.guesses_forgiven(&user.id);
    } else {
        facts.code_failed(&user.id, cx.env.now);
    }
    Ok(is_right)
}

fn open(cx: &WriteCx<'_>, user: &User, sealed: &Sealed) -> Option<PasswordHash> {
    let bytes = cx.env.keys.open(Purpose::PasswordHash, user.id.as_str().as_bytes(), sealed).ok()?;
    PasswordHash::from_bytes(&bytes).ok()
}
