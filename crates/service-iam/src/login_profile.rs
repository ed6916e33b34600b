//! Login profiles: the passwords of users, set by an administrator or changed by the user itself.

mod change_password;
pub(crate) mod create_login_profile;
mod delete_login_profile;
mod get_login_profile;
mod passwords;
mod update_login_profile;

use keygate_operation::Entry;
use keygate_shapes::iam;
use keygate_state::{LoginProfile, NoSuchEntity, User};

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(create_login_profile::CreateLoginProfile),
        Entry::read(get_login_profile::GetLoginProfile),
        Entry::write(update_login_profile::UpdateLoginProfile),
        Entry::write(delete_login_profile::DeleteLoginProfile),
        Entry::write(change_password::ChangePassword),
    ]
}

/// The user's login profile.
fn profile(user: &User) -> Result<&LoginProfile, NoSuchEntity> {
    let missing = || NoSuchEntity::new(format!("Login Profile for User {} cannot be found.", user.name));
    user.login_profile.as_ref().ok_or_else(missing)
}

/// A login profile as it is shown; never the password.
fn view(user: &User, profile: &LoginProfile) -> iam::LoginProfile {
    iam::LoginProfile {
        user_name: user.name.clone(),
        create_date: profile.created,
        password_reset_required: Some(profile.reset_required),
    }
}

#[cfg(test)]
pub(crate) mod tests;
