//! Passwords of users: login profiles, and the account's password policy.

use keygate_ident::Timestamp;
use serde::{Deserialize, Serialize};

/// A user's right to sign in with a password. The hash itself is the first of [`crate::User::passwords`], which
/// outlive the profile so that an old password is known when the user gets a new profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginProfile {
    /// When the profile was created.
    pub created: Timestamp,
    /// When the password was last set.
    pub changed: Timestamp,
    /// Whether the user must set a new one at the next sign-in.
    #[serde(default)]
    pub reset_required: bool,
}

/// The account's rules for passwords of its users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordPolicy {
    /// Characters at least: 6 to 128.
    pub minimum_length: u32,
    /// At least one of [`PasswordPolicy::SYMBOLS`].
    pub require_symbols: bool,
    /// At least one of `0` to `9`.
    pub require_numbers: bool,
    /// At least one of `A` to `Z`.
    pub require_uppercase: bool,
    /// At least one of `a` to `z`.
    pub require_lowercase: bool,
    /// Whether every user may change its own password, whatever its policies allow; a Deny still denies.
    pub allow_users_to_change: bool,
    /// Days after which a password expires: 1 to 1,095.
    #[serde(default)]
    pub max_age_days: Option<u32>,
    /// How many of a user's passwords, the current one included, must not be set again: 1 to 24.
    #[serde(default)]
    pub reuse_prevention: Option<u32>,
    /// Whether an expired password can only be renewed by an administrator; `None` if never said.
    #[serde(default)]
    pub hard_expiry: Option<bool>,
}

impl LoginProfile {
    /// When the password expires under this policy; `None`: never.
    pub fn expires(&self, policy: Option<&PasswordPolicy>) -> Option<Timestamp> {
        const DAY: i64 = 24 * 60 * 60;
        let days = policy?.max_age_days?;
        Some(self.changed.plus_seconds(i64::from(days) * DAY))
    }
}

impl PasswordPolicy {
    /// What counts as a symbol.
    pub const SYMBOLS: &'static str = "!@#$%^&*()_+-=[]{}|'";
    /// Passwords that are kept to be compared with: the most a policy can ask for.
    pub const MAX_REUSE_PREVENTION: usize = 24;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_expire_days_after_they_were_set() {
        let set = Timestamp::from_seconds(1_767_225_600);
        let profile = LoginProfile { created: set.plus_seconds(-5), changed: set, reset_required: false };
        let mut policy = PasswordPolicy {
            minimum_length: 6,
            require_symbols: false,
            require_numbers: false,
            require_uppercase: false,
            require_lowercase: false,
            allow_users_to_change: false,
            max_age_days: None,
            reuse_prevention: None,
            hard_expiry: None,
        };
        assert_eq!((profile.expires(None), profile.expires(Some(&policy))), (None, None));
        policy.max_age_days = Some(90);
        assert_eq!(profile.expires(Some(&policy)), Some(set.plus_seconds(90 * 86_400)));
    }
}
