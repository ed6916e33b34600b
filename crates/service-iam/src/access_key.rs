//! Operations on access keys. They belong to a user, or to the account's root user.

pub(crate) mod create_access_key;
mod delete_access_key;
mod get_access_key_last_used;
mod list_access_keys;
mod update_access_key;

use std::convert::Infallible;

use keygate_operation::{Entry, Failure};
use keygate_shapes::declares;
use keygate_state::{AccessKey, Account, Draft, NoSuchEntity};
use keygate_wire::OperationModel;

pub(crate) use crate::owner::Holder;

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(create_access_key::CreateAccessKey),
        Entry::write(update_access_key::UpdateAccessKey),
        Entry::write(delete_access_key::DeleteAccessKey),
        Entry::read(list_access_keys::ListAccessKeys),
        Entry::read(get_access_key_last_used::GetAccessKeyLastUsed),
    ]
}

impl Holder {
    fn keys<'a>(&'a self, account: &'a Account) -> &'a [AccessKey] {
        match self {
            Self::Root => &account.settings().root_keys,
            Self::User(user) => &user.access_keys,
        }
    }

    fn set_keys(&self, draft: &mut Draft, keys: Vec<AccessKey>) {
        match self {
            Self::Root => draft.change_settings(|settings| settings.root_keys = keys),
            Self::User(user) => {
                let Ok(()) = draft.change(user, |user| {
                    user.access_keys = keys;
                    Ok::<_, Infallible>(())
                });
            }
        }
    }

    /// Replaces the key with this id by what `change` makes of it; `None` removes it.
    fn change_key<M>(
        &self,
        draft: &mut Draft,
        id: &str,
        change: impl Fn(AccessKey) -> Option<AccessKey>,
    ) -> Result<(), Failure<M>>
    where
        M: OperationModel + declares::NoSuchEntity,
    {
        let is_meant = |key: &AccessKey| key.id.as_str() == id;
        let keys = self.keys(draft);
        if !keys.iter().any(is_meant) {
            return Err(NoSuchEntity::new(format!("The Access Key with id {id} cannot be found.")).into());
        }
        let kept =
            keys.iter().cloned().filter_map(|key| if is_meant(&key) { change(key) } else { Some(key) });
        let kept = kept.collect();
        self.set_keys(draft, kept);
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests;
