//! One-time codes that sessions were made with: remembered in memory, and in the store before the session is handed
//! out. So a code is good once, a crash in between included, and a session still costs no write of its account.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use keygate_ident::{Timestamp, UniqueId};
use keygate_seal::TotpStep;
use keygate_state::{CodeBook, CodeUse};
use keygate_store::{CommitError, Store, StoreError};

const PREFIX: &str = "code/";
/// Steps after which a used code needs not be remembered: two days. No device may be wrong by more than one.
const FORGOTTEN_AFTER: i64 = 2 * 24 * 60 * 2;

/// The used codes of this server.
#[derive(Default)]
pub(crate) struct UsedCodes {
    state: Mutex<State>,
    /// Codes that were used, counted under the lock of `state`, and up to which of them the store has all. Equal
    /// almost always: whoever asks then needs no lock.
    claimed: AtomicU64,
    saved: AtomicU64,
    /// Who waits for it finds its own code saved by the one before.
    saving: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    book: CodeBook,
    /// Devices whose newest code is not saved yet, and the number of that code among all that were used.
    unsaved: BTreeMap<UniqueId, u64>,
}

impl UsedCodes {
    /// What was saved before, without codes that no device shows any more: most of them are of devices that are
    /// gone. A record that can not be read might be that of a code that must not be used again.
    ///
    /// # Errors
    /// The store could not be read, or not be understood.
    pub(crate) fn load(store: &dyn Store, now: Timestamp) -> Result<Self, StoreError> {
        let mut book = CodeBook::default();
        let oldest = TotpStep::at(now).plus(-FORGOTTEN_AFTER).number();
        for (name, body) in store.facts(PREFIX)? {
            let device = name.strip_prefix(PREFIX).and_then(|id| id.parse().ok());
            let code_use = serde_json::from_slice::<CodeUse>(&body).ok();
            let (Some(device), Some(code_use)) = (device, code_use) else {
                return Err(StoreError::Unavailable(format!("the fact {name} can not be read")));
            };
            if code_use.last_step.is_none_or(|step| step >= oldest) {
                book.insert(device, code_use);
            }
        }
        let state = State { book, unsaved: BTreeMap::new() };
        Ok(Self { state: Mutex::new(state), ..Self::default() })
    }

    pub(crate) fn get(&self, device: &UniqueId) -> CodeUse {
        self.lock().book.get(device)
    }

    pub(crate) fn claim(&self, device: &UniqueId, step: TotpStep, now: Timestamp) -> bool {
        let mut state = self.lock();
        let accepted = state.book.claim(device, step, now);
        if accepted {
            let number = self.claimed.fetch_add(1, Ordering::AcqRel) + 1;
            state.unsaved.insert(device.clone(), number);
        }
        accepted
    }

    pub(crate) fn failed(&self, device: &UniqueId, now: Timestamp) {
        self.lock().book.failed(device, now);
    }

    pub(crate) fn forgive(&self, device: &UniqueId) {
        self.lock().book.forgive(device);
    }

    /// How many codes were used.
    pub(crate) fn claimed(&self) -> u64 {
        self.claimed.load(Ordering::Acquire)
    }

    /// Returns when every code that was used before the call is stored; it does not wait for later ones.
    ///
    /// # Errors
    /// The store did not take it; the codes are tried again with the next one, and stay used in this process.
    pub(crate) async fn save(&self, store: &dyn Store) -> Result<(), CommitError> {
        let mine = self.claimed();
        let is_saved = || self.saved.load(Ordering::Acquire) >= mine;
        if is_saved() {
            return Ok(());
        }
        let _one_at_a_time = self.saving.lock().await;
        if is_saved() {
            return Ok(());
        }
        let (claimed, facts) = self.unsaved();
        store.put_facts(facts).await?;
        self.saved_up_to(claimed);
        Ok(())
    }

    /// How many codes were used, and the facts of those among them that are not saved. They count as unsaved until
    /// the store has them: whoever saves may fail or go away.
    fn unsaved(&self) -> (u64, Vec<(String, Vec<u8>)>) {
        let state = self.lock();
        let fact = |device: &UniqueId| {
            // Plain data to memory; an empty text would keep the server from starting.
            let body = serde_json::to_vec(&state.book.get(device)).unwrap_or_default();
            (format!("{PREFIX}{device}"), body)
        };
        (self.claimed(), state.unsaved.keys().map(fact).collect())
    }

    fn saved_up_to(&self, claimed: u64) {
        self.lock().unsaved.retain(|_, number| *number > claimed);
        self.saved.fetch_max(claimed, Ordering::AcqRel);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use keygate_ident::{AccountId, IdKind};
    use keygate_store::{MemoryDisk, MemoryStore};

    use super::*;
    use crate::clock::SystemEntropy;

    const NOW: Timestamp = Timestamp::from_seconds(1_767_225_600);

    fn device() -> UniqueId {
        let account = AccountId::from_number(123_456_789_012).unwrap();
        UniqueId::generate(IdKind::MfaDevice, account, &mut SystemEntropy)
    }

    fn step(ahead: i64) -> TotpStep {
        TotpStep::at(NOW).plus(ahead)
    }

    fn last_saved(store: &MemoryStore, device: &UniqueId) -> Option<i64> {
        let saved = UsedCodes::load(store, NOW).unwrap().get(device).last_step;
        saved.map(|last| last - step(0).number())
    }

    #[tokio::test]
    async fn a_used_code_survives_a_crash_once_it_is_saved() {
        let (first, second) = (device(), device());
        let store = MemoryStore::new();
        let codes = UsedCodes::load(&store, NOW).unwrap();
        assert!(codes.claim(&first, step(7), NOW));
        assert!(codes.claim(&second, step(9), NOW));
        assert!(!codes.claim(&first, step(7), NOW));
        codes.save(&store).await.unwrap();
        codes.save(&store).await.unwrap();
        assert!(codes.claim(&first, step(8), NOW));
        // This one was not saved: nobody has got a session for it.
        assert_eq!(last_saved(&store, &first), Some(7));
        let codes = UsedCodes::load(&store, NOW).unwrap();
        assert!(!codes.claim(&second, step(9), NOW));
        assert!(codes.claim(&second, step(10), NOW));
        codes.save(&store).await.unwrap();
        assert_eq!(last_saved(&store, &second), Some(10));
    }

    #[tokio::test]
    async fn what_the_store_refuses_is_tried_again() {
        let disk = MemoryDisk::default();
        let closed = MemoryStore::open(&disk, 1).unwrap();
        closed.close().unwrap();
        let (device, codes) = (device(), UsedCodes::default());
        assert!(codes.claim(&device, step(7), NOW));
        codes.save(&closed).await.unwrap_err();
        let store = MemoryStore::open(&disk, 1).unwrap();
        codes.save(&store).await.unwrap();
        assert_eq!(last_saved(&store, &device), Some(7));
    }

    #[tokio::test]
    async fn what_is_used_while_another_saves_is_saved_by_the_next() {
        let (first, second, store) = (device(), device(), MemoryStore::new());
        let codes = UsedCodes::load(&store, NOW).unwrap();
        assert!(codes.claim(&first, step(7), NOW));
        // Somebody began to save it, and two more codes were used meanwhile.
        let (claimed, facts) = codes.unsaved();
        assert_eq!((claimed, facts.len()), (1, 1));
        assert!(codes.claim(&first, step(8), NOW));
        assert!(codes.claim(&second, step(9), NOW));
        store.put_facts(facts).await.unwrap();
        codes.saved_up_to(claimed);
        assert_eq!(codes.unsaved().1.len(), 2);
        // The next one began, and went away before the store answered: nothing is lost.
        drop(codes.unsaved());
        codes.save(&store).await.unwrap();
        assert_eq!((last_saved(&store, &first), last_saved(&store, &second)), (Some(8), Some(9)));
        assert!(codes.unsaved().1.is_empty());
        // Who comes late has nothing to undo.
        codes.saved_up_to(claimed);
        assert_eq!(codes.saved.load(Ordering::Acquire), codes.claimed());
    }

    #[tokio::test]
    async fn codes_that_no_device_shows_any_more_are_forgotten() {
        let (device, store) = (device(), MemoryStore::new());
        let codes = UsedCodes::load(&store, NOW).unwrap();
        assert!(codes.claim(&device, step(0), NOW));
        codes.save(&store).await.unwrap();
        let after = |days: i64| UsedCodes::load(&store, NOW.plus_seconds(days * 24 * 60 * 60)).unwrap();
        assert_eq!(after(2).get(&device).last_step, Some(step(0).number()));
        assert_eq!(after(3).get(&device), CodeUse::default());
    }

    #[test]
    fn a_record_that_can_not_be_read_is_no_code_to_use_again() {
        let store = MemoryStore::new();
        store.put_facts(vec![(format!("{PREFIX}{}", device()), b"?".to_vec())]).wait().unwrap();
        assert!(UsedCodes::load(&store, NOW).is_err());
    }
}
