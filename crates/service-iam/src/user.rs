//! Operations on users.

mod create_user;
mod delete_user;
mod get_user;
mod list_users;

use keygate_operation::Entry;

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(create_user::CreateUser),
        Entry::read(get_user::GetUser),
        Entry::read(list_users::ListUsers),
        Entry::write(delete_user::DeleteUser),
    ]
}
