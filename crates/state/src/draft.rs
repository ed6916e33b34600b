//! A draft: an account being changed by one operation.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use keygate_ident::UniqueId;

use crate::account::Account;
use crate::entity::{CredentialReport, Entity, Kind, Settings};
use crate::error::{EntityAlreadyExists, LimitExceeded, NoSuchEntity};
use crate::stored::{self, LoadError, StoredChange};
use crate::table::fold;

/// An account under change: reads see the changes made so far. Dropping it drops them.
#[derive(Debug)]
pub struct Draft {
    account: Account,
    touched: BTreeMap<(Kind, String), Touch>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Touch {
    Created,
    Changed,
}

/// Why an entity could not be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InsertError {
    /// Its name is taken.
    Exists(EntityAlreadyExists),
    /// The account is full.
    Limit(LimitExceeded),
}

impl Deref for Draft {
    type Target = Account;

    fn deref(&self) -> &Account {
        &self.account
    }
}

impl Draft {
    /// A draft of this tree.
    pub fn of(account: &Account) -> Self {
        Self { account: account.clone(), touched: BTreeMap::new() }
    }

    /// Adds a new entity.
    ///
    /// # Errors
    /// The name is taken (ignoring case), or the quota of its kind is used up. Existence is told first.
    pub fn insert<E: Entity>(&mut self, entity: E) -> Result<(), InsertError> {
        if E::table(&self.account).named(entity.name()).is_some() {
            return Err(InsertError::Exists(entity.exists_already()));
        }
        let limit = self.account.quota(E::QUOTA);
        if E::table(&self.account).len() >= limit as usize {
            return Err(InsertError::Limit(LimitExceeded::quota(E::QUOTA.name(), limit)));
        }
        self.touched.insert((E::KIND, entity.id().to_string()), Touch::Created);
        self.account.put(entity);
        Ok(())
    }

    /// Replaces an entity by its changed form.
    ///
    /// # Errors
    /// It was renamed to a name that another entity has.
    pub fn update<E: Entity>(&mut self, entity: E) -> Result<(), EntityAlreadyExists> {
        if let Some(other) = E::table(&self.account).named(entity.name())
            && other.id() != entity.id()
        {
            return Err(entity.exists_already());
        }
        self.put(entity);
        Ok(())
    }

    /// Changes an entity in place; its id and name stay as they are.
    ///
    /// # Errors
    /// Whatever `change` returns; then nothing has changed.
    pub fn change<E: Entity, T, F>(
        &mut self,
        entity: &Arc<E>,
        change: impl FnOnce(&mut E) -> Result<T, F>,
    ) -> Result<T, F> {
        // The draft may know the entity newer than the caller does: two changes in one operation add up.
        let newest = E::table(&self.account).get(entity.id()).unwrap_or(entity);
        let mut copy = E::clone(newest);
        let result = change(&mut copy)?;
        debug_assert!(copy.id() == entity.id() && fold(copy.name()) == fold(entity.name()));
        self.put(copy);
        Ok(result)
    }

    /// Removes an entity.
    ///
    /// # Errors
    /// There is none with this id.
    pub fn remove<E: Entity>(&mut self, id: &UniqueId) -> Result<(), NoSuchEntity> {
        match self.account.remove::<E>(id) {
            Some(_) => {
                self.touch(E::KIND, id.to_string());
                Ok(())
            }
            None => Err(NoSuchEntity::named(E::KIND.name(), id.as_str())),
        }
    }

    /// Changes the account's own record.
    pub fn change_settings(&mut self, change: impl FnOnce(&mut Settings)) {
        change(Arc::make_mut(&mut self.account.settings));
        self.touch(Kind::Settings, stored::SETTINGS_ID.to_owned());
    }

    /// Puts a new credential report in the place of the old one.
    pub fn set_credential_report(&mut self, report: CredentialReport) {
        self.account.credential_report = Some(Arc::new(report));
        self.touch(Kind::CredentialReport, stored::CREDENTIAL_REPORT_ID.to_owned());
    }

    /// Whether anything was changed.
    pub fn is_unchanged(&self) -> bool {
        self.touched.is_empty()
    }

    /// The new tree, one revision later (also if nothing was changed), and what has to be stored for it.
    ///
    /// # Errors
    /// An entity has no stored form: nothing of the draft may be committed.
    pub fn finish(mut self) -> Result<(Account, Vec<StoredChange>), LoadError> {
        let account = &self.account;
        let changes = self.touched.iter().filter_map(|((kind, id), touch)| {
            stored::change(account, *kind, id, *touch == Touch::Created).transpose()
        });
        let changes = changes.collect::<Result<_, _>>()?;
        self.account.revision += 1;
        Ok((self.account, changes))
    }

    fn put<E: Entity>(&mut self, entity: E) {
        self.touch(E::KIND, entity.id().to_string());
        self.account.put(entity);
    }

    fn touch(&mut self, kind: Kind, id: String) {
        self.touched.entry((kind, id)).or_insert(Touch::Changed);
    }
}

#[cfg(test)]
mod tests;
