//! Audit records on their way from the store to the trail.
//!
//! A write's record is committed together with its effect and waits in the store's outbox. It is copied to the
//! trail, synced there, and only then taken out of the outbox. Dying in between copies it again; the trail knows
//! the record's id and keeps one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use keygate_store::Store;
use keygate_trail::{Event, Trail};
use tokio::sync::{Mutex, Notify};

const BATCH: usize = 1000;

/// Moves records from the store's outbox to the trail.
pub(crate) struct Outbox {
    store: Arc<dyn Store>,
    trail: Arc<Trail>,
    waiting: Notify,
    /// Records committed and not yet known to be moved; an estimate, for the metrics.
    count: AtomicUsize,
    /// One mover at a time.
    moving: Mutex<()>,
}

impl Outbox {
    pub(crate) fn new(store: Arc<dyn Store>, trail: Arc<Trail>) -> Self {
        Self { store, trail, waiting: Notify::new(), count: AtomicUsize::new(0), moving: Mutex::default() }
    }

    /// There is one more to move.
    pub(crate) fn wake(&self) {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.waiting.notify_one();
    }

    /// About how many records wait.
    pub(crate) fn waiting(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// Moves whenever there is something, for as long as the server runs. What is left of an earlier run goes
    /// first. A failure is tried again with the next record, and at the latest after a second.
    pub(crate) async fn run(self: Arc<Self>) {
        const PAUSE: std::time::Duration = std::time::Duration::from_millis(100);
        loop {
            if let Err(error) = self.drain().await {
                tracing::error!(%error, "audit records can not be moved to the trail");
                let second = std::time::Duration::from_secs(1);
                let _ = tokio::time::timeout(second, self.waiting.notified()).await;
                continue;
            }
            self.waiting.notified().await;
            // Let a burst of writes gather, so that it is moved in one go.
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Moves everything that is there now.
    pub(crate) async fn drain(self: &Arc<Self>) -> Result<(), String> {
        let _one_at_a_time = self.moving.lock().await;
        loop {
            let this = Arc::clone(self);
            let moved = tokio::task::spawn_blocking(move || this.move_some());
            if !moved.await.map_err(|error| error.to_string())?? {
                self.count.store(0, Ordering::Relaxed);
                return Ok(());
            }
        }
    }

    /// Whether there may be more.
    fn move_some(&self) -> Result<bool, String> {
        let pending = self.store.audit_pending(BATCH).map_err(|error| error.to_string())?;
        let full = pending.len() == BATCH;
        let mut events = Vec::with_capacity(pending.len());
        let mut readable = None;
        let mut problem = None;
        for (number, body) in pending {
            match Event::decode(&body) {
                Ok(event) => {
                    events.push(event);
                    readable = Some(number);
                }
                Err(error) => {
                    // It stays where it is, and all that is behind it: nothing that was committed gets lost.
                    problem = Some(format!("audit record {number} in the outbox can not be read: {error}"));
                    break;
                }
            }
        }
        if let Some(last) = readable {
            self.trail.append_durable(events).map_err(|error| error.to_string())?;
            self.store.audit_done(last).wait().map_err(|error| error.to_string())?;
        }
        if let Some(problem) = problem {
            return Err(problem);
        }
        Ok(full)
    }
}
