//! Signing keys by access key, day, region and service, so that a request costs one HMAC and not five.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, PoisonError, RwLock};

use crate::key::SigningKey;
use crate::presented::Presented;

const SHARDS: usize = 16;
const DEFAULT_CAPACITY: usize = 8 * 1024;

/// A bounded cache of signing keys.
///
/// Every entry remembers the `generation` under which it was made: a number of the caller's that changes
/// whenever the secret behind an access key id may have changed. An entry of another generation is never
/// served, so forgetting to invalidate cannot keep an old secret alive. Keys are not served for a request whose
/// access key the caller did not just find active: the cache says nothing about that.
pub struct SigningKeyCache {
    shards: [RwLock<Shard>; SHARDS],
    shard_capacity: usize,
    hasher: RandomState,
}

/// By `keyid/date/region/service`.
type Shard = HashMap<Box<str>, Entry>;

struct Entry {
    generation: u64,
    key: Arc<SigningKey>,
}

impl SigningKeyCache {
    /// A cache of at most about this many keys (of about one kilobyte each).
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            shards: Default::default(),
            shard_capacity: capacity.div_ceil(SHARDS).max(1),
            hasher: RandomState::new(),
        }
    }

    /// The key for the scope that a request presents, derived from `secret` if there is none of this generation.
    pub fn get_or_derive<S: AsRef<str>>(
        &self,
        presented: &Presented<'_>,
        generation: u64,
        secret: impl FnOnce() -> S,
    ) -> Arc<SigningKey> {
        match self.get_or_try_derive(presented, generation, || Ok::<_, Infallible>(secret())) {
            Ok(key) => key,
            Err(never) => match never {},
        }
    }

    /// As [`SigningKeyCache::get_or_derive`], with a secret that may turn out not to be readable.
    ///
    /// # Errors
    /// Those of `secret`; nothing is cached then.
    pub fn get_or_try_derive<S: AsRef<str>, E>(
        &self,
        presented: &Presented<'_>,
        generation: u64,
        secret: impl FnOnce() -> Result<S, E>,
    ) -> Result<Arc<SigningKey>, E> {
        let name = presented.credential.signing_key_name();
        let shard = self.shard(presented.access_key_id());
        let held = shard.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = held.get(name).filter(|entry| entry.generation == generation) {
            return Ok(Arc::clone(&entry.key));
        }
        drop(held);

        let scope = presented.scope();
        let secret = secret()?;
        let key = Arc::new(SigningKey::derive(secret.as_ref(), scope.date, scope.region, scope.service));
        let mut held = shard.write().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= self.shard_capacity && !held.contains_key(name) {
            make_room(&mut held, presented);
        }
        held.insert(name.into(), Entry { generation, key: Arc::clone(&key) });
        Ok(key)
    }

    /// Forgets all keys of an access key: it was deactivated or deleted.
    pub fn invalidate(&self, access_key_id: &str) {
        let mut held = self.shard(access_key_id).write().unwrap_or_else(PoisonError::into_inner);
        held.retain(|name, _| !belongs_to(name, access_key_id));
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.read().unwrap_or_else(PoisonError::into_inner).len()).sum()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn shard(&self, access_key_id: &str) -> &RwLock<Shard> {
        let [first, ..] = &self.shards;
        let nth = self.hasher.hash_one(access_key_id) % SHARDS as u64;
        usize::try_from(nth).ok().and_then(|nth| self.shards.get(nth)).unwrap_or(first)
    }
}

impl Default for SigningKeyCache {
    fn default() -> Self {
        Self::with_capacity(DEFAULT_CAPACITY)
    }
}

impl fmt::Debug for SigningKeyCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKeyCache").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// Drops the keys of earlier days; if there are none, another key of the same access key, so that somebody who
/// sprays regions only hurts themselves; if there is none either, any.
fn make_room(shard: &mut Shard, newcomer: &Presented<'_>) {
    let (before, today) = (shard.len(), newcomer.scope().date);
    shard.retain(|name, _| name.split('/').nth(1).is_some_and(|date| date >= today));
    if shard.len() < before {
        return;
    }
    let id = newcomer.access_key_id();
    let victim = shard.keys().find(|name| belongs_to(name, id)).or_else(|| shard.keys().next()).cloned();
    if let Some(victim) = victim {
        shard.remove(&victim);
    }
}

fn belongs_to(name: &str, access_key_id: &str) -> bool {
    name.strip_prefix(access_key_id).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests;
