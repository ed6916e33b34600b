//! One-time codes that sessions were made with: remembered in memory, and in the store before the session is handed
//! out. So a code is good once, a crash in between included, and a session still costs no write of its account.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use keygate_ident::{Timestamp, UniqueId};
use keygate_seal::TotpStep;
use keygate_state::{CodeBook, CodeUse};
use keygate_store::{CommitError, Store, StoreError};

const PREFIX: &str = "code/";

/// The used codes of this server.
#[derive(Default)]
pub(crate) struct UsedCodes {
    state: Mutex<State>,
    /// Codes that were used, counted under the lock of `state`, and how many of them the store has. Equal almost
    /// always: whoever asks then needs no lock.
    claimed: AtomicU64,
    saved: AtomicU64,
    /// Who waits for it finds its own code saved by the one before.
    saving: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    book: CodeBook,
    /// Devices whose newest code is not saved yet.
    unsaved: BTreeSet<UniqueId>,
}

impl UsedCodes {
    /// What was saved before. A record that can not be read might be that of a code that must not be used again.
    ///
    /// # Errors
    /// The store could not be read, or not be understood.
    pub(crate) fn load(store: &dyn Store) -> Result<Self, StoreError> {
        let mut book = CodeBook::default();
        for (name, body) in store.facts(PREFIX)? {
            let device = name.strip_prefix(PREFIX).and_then(|id| id.parse().ok());
            let code_use = serde_json::from_slice::<CodeUse>(&body).ok();
            let (Some(device), Some(code_use)) = (device, code_use) else {
                return Err(StoreError::Unavailable(format!("the fact {name} can not be read")));
            };
            book.insert(device, code_use);
        }
        let state = State { book, unsaved: BTreeSet::new() };
        Ok(Self { state: Mutex::new(state), ..Self::default() })
    }

    pub(crate) fn get(&self, device: &UniqueId) -> CodeUse {
        self.lock().book.get(device)
    }

    pub(crate) fn claim(&self, device: &UniqueId, step: TotpStep, now: Timestamp) -> bool {
        let mut state = self.lock();
        let accepted = state.book.claim(device, step, now);
        if accepted {
            state.unsaved.insert(device.clone());
            self.claimed.fetch_add(1, Ordering::AcqRel);
        }
        accepted
    }

    pub(crate) fn failed(&self, device: &UniqueId, now: Timestamp) {
        self.lock().book.failed(device, now);
    }

    pub(crate) fn forgive(&self, device: &UniqueId) {
        self.lock().book.forgive(device);
    }

    /// Returns when every code that was used before the call is stored.
    ///
    /// # Errors
    /// The store did not take it; the codes are tried again with the next one, and stay used in this process.
    pub(crate) async fn save(&self, store: &dyn Store) -> Result<(), CommitError> {
        let is_saved = || self.claimed.load(Ordering::Acquire) == self.saved.load(Ordering::Acquire);
        if is_saved() {
            return Ok(());
        }
        let _one_at_a_time = self.saving.lock().await;
        if is_saved() {
            return Ok(());
        }
        let (claimed, devices) = self.take_unsaved();
        if let Err(error) = store.put_facts(self.facts_of(&devices)).await {
            self.lock().unsaved.extend(devices);
            return Err(error);
        }
        self.saved.store(claimed, Ordering::Release);
        Ok(())
    }

    /// How many codes were used, and the devices of those among them that are not saved.
    fn take_unsaved(&self) -> (u64, BTreeSet<UniqueId>) {
        let mut state = self.lock();
        (self.claimed.load(Ordering::Acquire), std::mem::take(&mut state.unsaved))
    }

    fn facts_of(&self, devices: &BTreeSet<UniqueId>) -> Vec<(String, Vec<u8>)> {
        let state = self.lock();
        let fact = |device| {
            // Plain data to memory; an empty text would keep the server from starting.
            let body = serde_json::to_vec(&state.book.get(device)).unwrap_or_default();
            (format!("{PREFIX}{device}"), body)
        };
        devices.iter().map(fact).collect()
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

    #[tokio::test]
    async fn a_used_code_survives_a_crash_once_it_is_saved() {
        let (first, second) = (device(), device());
        let store = MemoryStore::new();
        let codes = UsedCodes::load(&store).unwrap();
        assert!(codes.claim(&first, TotpStep::new(7), NOW));
        assert!(codes.claim(&second, TotpStep::new(9), NOW));
        assert!(!codes.claim(&first, TotpStep::new(7), NOW));
        codes.save(&store).await.unwrap();
        codes.save(&store).await.unwrap();
        assert!(codes.claim(&first, TotpStep::new(8), NOW));
        // This one was not saved: nobody has got a session for it.
        let codes = UsedCodes::load(&store).unwrap();
        assert_eq!(codes.get(&first).last_step, Some(7));
        assert!(!codes.claim(&second, TotpStep::new(9), NOW));
        assert!(codes.claim(&second, TotpStep::new(10), NOW));
        codes.save(&store).await.unwrap();
        assert_eq!(UsedCodes::load(&store).unwrap().get(&second).last_step, Some(10));
    }

    #[tokio::test]
    async fn what_the_store_refuses_is_tried_again() {
        let disk = MemoryDisk::default();
        let closed = MemoryStore::open(&disk, 1).unwrap();
        closed.close().unwrap();
        let (device, codes) = (device(), UsedCodes::default());
        assert!(codes.claim(&device, TotpStep::new(7), NOW));
        codes.save(&closed).await.unwrap_err();
        let store = MemoryStore::open(&disk, 1).unwrap();
        codes.save(&store).await.unwrap();
        assert_eq!(UsedCodes::load(&store).unwrap().get(&device).last_step, Some(7));
    }

    #[test]
    fn a_record_that_can_not_be_read_is_no_code_to_use_again() {
        let store = MemoryStore::new();
        store.put_facts(vec![(format!("{PREFIX}{}", device()), b"?".to_vec())]).wait().unwrap();
        assert!(UsedCodes::load(&store).is_err());
    }
}
