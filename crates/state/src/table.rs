//! A persistent table of entities: by unique id, and by name ignoring case (rule 233).

use std::sync::Arc;

use imbl::OrdMap;
use keygate_ident::UniqueId;

use crate::entity::Entity;

/// Entities of one kind. Cloning is O(1).
#[derive(Debug)]
pub struct Table<E> {
    by_id: OrdMap<UniqueId, Arc<E>>,
    by_name: OrdMap<String, Arc<E>>,
}

impl<E> Clone for Table<E> {
    fn clone(&self) -> Self {
        Self { by_id: self.by_id.clone(), by_name: self.by_name.clone() }
    }
}

impl<E> Default for Table<E> {
    fn default() -> Self {
        Self { by_id: OrdMap::new(), by_name: OrdMap::new() }
    }
}

impl<E: Entity> Table<E> {
    /// The entity of this name, whatever the case.
    pub fn named(&self, name: &str) -> Option<&Arc<E>> {
        self.by_name.get(&fold(name))
    }

    /// The entity with this id.
    pub fn get(&self, id: &UniqueId) -> Option<&Arc<E>> {
        self.by_id.get(id)
    }

    /// All entities in order of their folded names.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<E>> {
        self.by_name.values()
    }

    /// Entities whose folded name is greater than this one's: where a listing goes on.
    pub fn after<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Arc<E>> {
        let start = std::ops::Bound::Excluded(fold(name));
        self.by_name.range((start, std::ops::Bound::Unbounded)).map(|(_, entity)| entity)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// None.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    pub(crate) fn put(&mut self, entity: Arc<E>) {
        if let Some(old) = self.by_id.insert(entity.id().clone(), Arc::clone(&entity)) {
            self.by_name.remove(&fold(old.name()));
        }
        self.by_name.insert(fold(entity.name()), entity);
    }

    pub(crate) fn remove(&mut self, id: &UniqueId) -> Option<Arc<E>> {
        let old = self.by_id.remove(id)?;
        self.by_name.remove(&fold(old.name()));
        Some(old)
    }
}

/// Names are ASCII by their pattern, so ASCII folding is exact.
pub(crate) fn fold(name: &str) -> String {
    name.to_ascii_lowercase()
}
