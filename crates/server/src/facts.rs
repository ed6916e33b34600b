//! When keys and roles were last used, and what users and roles tried to do: kept in memory, saved now and then, read
//! by IAM's operations.
//!
//! A request whose like came moments ago costs one atomic read: [`Recent`], which stands beside its principal, knows
//! that there is nothing new. The memory is bounded by the credentials and principals that acted in the last 400 days
//! and by the actions of the catalogue: what is older is neither loaded nor kept. Stores do not forget facts.

mod codes;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use keygate_catalog::catalog;
use keygate_ident::{Timestamp, UniqueId};
use keygate_seal::TotpStep;
use keygate_state::{ActionUse, Activity, Caller, CallerKind, CodeUse, Facts, KeyUse, RoleUse};
use keygate_store::{CommitError, Store};

use codes::UsedCodes;

/// Uses that are closer together than this count as one: AWS itself reports coarsely.
const GRAIN_SECONDS: i64 = 60;
/// The same for actions; AWS tells fifteen minutes of its reports.
const ACTION_GRAIN_SECONDS: i64 = 15 * 60;
/// Older uses are in no report.
const KEPT_SECONDS: i64 = 400 * 24 * 60 * 60;
/// Letters of a region's name; clients write into it what they like.
const MAX_REGION: usize = 32;

/// Facts of use of this server.
#[derive(Default)]
pub(crate) struct UseFacts {
    state: Mutex<State>,
    codes: UsedCodes,
}

#[derive(Default)]
struct State {
    keys: HashMap<UniqueId, KeyUse>,
    roles: HashMap<UniqueId, RoleUse>,
    principals: HashMap<UniqueId, Actions>,
    /// Principals whose actions are not saved yet.
    changed: HashSet<UniqueId>,
    /// Other facts that are not saved yet.
    unsaved: HashMap<String, Vec<u8>>,
}

/// The last attempt at each action, by the catalogue's name for it.
type Actions = BTreeMap<&'static str, (Timestamp, Arc<str>)>;

/// What a principal did in the last minute, as far as it fits: so that only news go into the facts.
#[derive(Default)]
pub(crate) struct Recent([AtomicU64; 8]);

impl Recent {
    /// Whether this was not done before in this minute. `what` is any text that tells kinds of requests apart.
    pub(crate) fn is_news<'a>(&self, what: impl IntoIterator<Item = &'a str>, now: Timestamp) -> bool {
        // FNV-1a: a doublet costs a report one minute, no more.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in what.into_iter().flat_map(str::bytes) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        let minute = u64::from(u32::try_from(now.seconds() / GRAIN_SECONDS).unwrap_or_default());
        let entry = (hash << 32) | minute;
        let slot = (hash >> 32) as usize % self.0.len();
        self.0.get(slot).is_none_or(|slot| slot.swap(entry, Ordering::Relaxed) != entry)
    }
}

impl UseFacts {
    /// What was saved before.
    ///
    /// # Errors
    /// The store could not be read.
    pub(crate) fn load(store: &dyn Store, now: Timestamp) -> Result<Self, keygate_store::StoreError> {
        let mut state = State::default();
        let since = now.plus_seconds(-KEPT_SECONDS);
        for (name, body) in store.facts("use/")? {
            // A fact that can not be read is worth less than a start.
            let Some((kind, id)) = name.strip_prefix("use/").and_then(|rest| rest.split_once('/')) else {
                continue;
            };
            let Ok(id) = id.parse() else { continue };
            match kind {
                "key" => {
                    let fact = serde_json::from_slice(&body).ok().filter(|fact: &KeyUse| fact.time >= since);
                    state.keys.extend(fact.map(|fact| (id, fact)));
                }
                "role" => {
                    let fact = serde_json::from_slice(&body).ok().filter(|fact: &RoleUse| fact.time >= since);
                    state.roles.extend(fact.map(|fact| (id, fact)));
                }
                "principal" => {
                    let activity = serde_json::from_slice(&body).map(|fact: Activity| fact.since(since));
                    let actions = activity.map(read).unwrap_or_default();
                    if !actions.is_empty() {
                        state.principals.insert(id, actions);
                    }
                }
                _ => {}
            }
        }
        Ok(Self { state: Mutex::new(state), codes: UsedCodes::load(store, now)? })
    }

    /// A request by this caller was authenticated; it tries this action, if it is one of the catalogue.
    pub(crate) fn record(
        &self,
        caller: &Caller,
        now: Timestamp,
        region: &str,
        service: &str,
        action: Option<&'static str>,
    ) {
        let now = now.to_whole_seconds();
        let region = known_region(region);
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
        if let (Some(principal), Some(action)) = (principal(caller), action) {
            state.record_action(principal, action, now, region);
        }
    }

    /// Forgets what is in no report any more.
    pub(crate) fn prune(&self, now: Timestamp) {
        let since = now.plus_seconds(-KEPT_SECONDS);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.keys.retain(|_, fact| fact.time >= since);
        state.roles.retain(|_, fact| fact.time >= since);
        state.principals.retain(|_, actions| {
            actions.retain(|_, (time, _)| *time >= since);
            !actions.is_empty()
        });
    }

    /// What was not saved yet, to be handed to the store.
    pub(crate) fn take_unsaved(&self) -> Vec<(String, Vec<u8>)> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = &mut *state;
        for id in std::mem::take(&mut state.changed) {
            if let Some(actions) = state.principals.get(&id) {
                save(&mut state.unsaved, format!("use/principal/{id}"), &shown(actions));
            }
        }
        std::mem::take(&mut state.unsaved).into_iter().collect()
    }

    /// How many one-time codes were used since the start.
    pub(crate) fn claimed_codes(&self) -> u64 {
        self.codes.claimed()
    }

    /// Returns when every one-time code that was used is stored. Whoever got a session for one waits for it.
    ///
    /// # Errors
    /// The store did not take it.
    pub(crate) async fn save_codes(&self, store: &dyn Store) -> Result<(), CommitError> {
        self.codes.save(store).await
    }

    /// Saving failed: these are unsaved again, unless newer ones came meanwhile.
    pub(crate) fn put_back(&self, facts: Vec<(String, Vec<u8>)>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, body) in facts {
            state.unsaved.entry(name).or_insert(body);
        }
    }
}

impl State {
    fn record_action(&mut self, principal: &UniqueId, action: &'static str, now: Timestamp, region: &str) {
        let fresh = |last: &(Timestamp, Arc<str>)| {
            *last.1 == *region && now.seconds() - last.0.seconds() < ACTION_GRAIN_SECONDS
        };
        if self.principals.get(principal).and_then(|actions| actions.get(action)).is_some_and(fresh) {
            return;
        }
        self.principals.entry(principal.clone()).or_default().insert(action, (now, region.into()));
        self.changed.insert(principal.clone());
    }
}

/// Whose doing it is: the user's or role's behind whatever session. Root is in no report on users and roles.
fn principal(caller: &Caller) -> Option<&UniqueId> {
    match &caller.kind {
        CallerKind::User(user) | CallerKind::Federated { user: Some(user), .. } => Some(&user.id),
        CallerKind::Role { role, .. } => Some(&role.id),
        CallerKind::Root | CallerKind::Federated { user: None, .. } => None,
    }
}

fn known_region(region: &str) -> &str {
    let letters = region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if letters && region.len() <= MAX_REGION { region } else { "unknown" }
}

/// Actions that the catalogue does not know any more are forgotten.
fn read(activity: Activity) -> Actions {
    let actions = activity.actions.into_iter();
    let known = actions.filter_map(|(name, used)| {
        let action = catalog().action(&name)?;
        Some((action.qualified_name, (used.time, used.region.into())))
    });
    known.collect()
}

fn shown(actions: &Actions) -> Activity {
    let actions = actions.iter().map(|(name, (time, region))| {
        ((*name).to_owned(), ActionUse { time: *time, region: region.to_string() })
    });
    Activity { actions: actions.collect() }
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

    fn code_use(&self, device: &UniqueId) -> CodeUse {
        self.codes.get(device)
    }

    fn claim_code(&self, device: &UniqueId, step: TotpStep, now: Timestamp) -> bool {
        self.codes.claim(device, step, now)
    }

    fn code_failed(&self, device: &UniqueId, now: Timestamp) {
        self.codes.failed(device, now);
    }

    fn guesses_forgiven(&self, device: &UniqueId) {
        self.codes.forgive(device);
    }

    fn activity(&self, principal: &UniqueId) -> Activity {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.principals.get(principal).map(shown).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
