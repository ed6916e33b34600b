//! Operations on groups and their members.

pub(crate) mod add_user_to_group;
mod create_group;
mod delete_group;
mod get_group;
mod list_groups;
mod list_groups_for_user;
mod remove_user_from_group;
mod update_group;

use keygate_operation::Entry;

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(create_group::CreateGroup),
        Entry::read(get_group::GetGroup),
        Entry::read(list_groups::ListGroups),
        Entry::write(update_group::UpdateGroup),
        Entry::write(delete_group::DeleteGroup),
        Entry::write(add_user_to_group::AddUserToGroup),
        Entry::write(remove_user_from_group::RemoveUserFromGroup),
        Entry::read(list_groups_for_user::ListGroupsForUser),
    ]
}

#[cfg(test)]
pub(crate) mod tests;
