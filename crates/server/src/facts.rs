//! When keys and roles were last used: kept in memory, saved now and then, read by IAM's operations.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use keygate_ident::{Timestamp, UniqueId};
use keygate_state::{Caller, CallerKind, Facts, KeyUse, RoleUse};
use keygate_store::Store;

/// Uses that are closer together than this count as one: AWS itself reports coarsely.
const GRAIN_SECONDS: i64 = 60;

/// Facts of use of this server.
#[derive(Default)]
pub(crate) struct UseFacts {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    keys: HashMap<UniqueId, KeyUse>,
    roles: HashMap<UniqueId, RoleUse>,
    unsaved: HashMap<String, Vec<u8>>,
}

impl UseFacts {
    /// What was saved before.
    ///
    /// # Errors
    /// The store could not be read.
    pub(crate) fn load(store: &dyn Store) -> Result<Self, keygate_store::StoreError> {
        let mut state = State::default();
        for (name, body) in store.facts("use/")? {
            // A fact that can not be read is worth less than a start.
            if let Some(id) = name.strip_prefix("use/key/").and_then(|id| id.parse().ok())
                && let Ok(fact) = serde_json::from_slice(&body)
            {
                state.keys.insert(id, fact);
            } else if let Some(id) = name.strip_prefix("use/role/").and_then(|id| id.parse().ok())
                && let Ok(fact) = serde_json::from_slice(&body)
            {
                state.roles.insert(id, fact);
            }
        }
        Ok(Self { state: Mutex::new(state) })
    }

    /// A request by this caller was authenticated.
    pub(crate) fn record(&self, caller: &Caller, now: Timestamp, region: &str, service: &str) {
        let now = now.to_whole_seconds();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = &mut *state;
        if caller.session.is_none() {
            let last = state.keys.get(&caller.access_key);
            let fresh =
                |last: &KeyUse| last.service == service && last.region == region && is_recent(last.time, now);
            if !last.is_some_and(fresh) {
                let fact = KeyUse { time: now, region: region.to_owned(), service: service.to_owned() };
                save(&mut state.unsaved, format!("use/key/{}", caller.access_key), &fact);
                state.keys.insert(caller.access_key.clone(), fact);
            }
        }
        if let CallerKind::Role { role, .. } = &caller.kind {
            let last = state.roles.get(&role.id);
            if !last.is_some_and(|last| last.region == region && is_recent(last.time, now)) {
                let fact = RoleUse { time: now, region: region.to_owned() };
                save(&mut state.unsaved, format!("use/role/{}", role.id), &fact);
                state.roles.insert(role.id.clone(), fact);
            }
        }
    }

    /// What was not saved yet, to be handed to the store.
    pub(crate) fn take_unsaved(&self) -> Vec<(String, Vec<u8>)> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut state.unsaved).into_iter().collect()
    }
}

impl UseFacts {
    /// Saving failed: these are unsaved again, unless newer ones came meanwhile.
    pub(crate) fn put_back(&self, facts: Vec<(String, Vec<u8>)>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, body) in facts {
            state.unsaved.entry(name).or_insert(body);
        }
    }
}

fn is_recent(last: Timestamp, now: Timestamp) -> bool {
    now.seconds() - last.seconds() < GRAIN_SECONDS
}

fn save<T: serde::Serialize>(unsaved: &mut HashMap<String, Vec<u8>>, name: String, fact: &T) {
    if let Ok(body) = serde_json::to_vec(fact) {
        unsaved.insert(name, body);
    }
}

impl Facts for UseFacts {
    fn key_use(&self, key: &UniqueId) -> Option<KeyUse> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).keys.get(key).cloned()
    }

    fn role_use(&self, role: &UniqueId) -> Option<RoleUse> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).roles.get(role).cloned()
    }
}
