//! Operations on users.

mod create_user;
mod delete_user;
mod get_user;
mod list_user_tags;
mod list_users;
pub(crate) mod tag_user;
mod untag_user;
mod update_user;

use keygate_operation::Entry;

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(create_user::CreateUser),
        Entry::read(get_user::GetUser),
        Entry::read(list_users::ListUsers),
        Entry::write(update_user::UpdateUser),
        Entry::write(delete_user::DeleteUser),
        Entry::write(tag_user::TagUser),
        Entry::write(untag_user::UntagUser),
        Entry::read(list_user_tags::ListUserTags),
    ]
}

#[cfg(test)]
pub(crate) mod tests;
