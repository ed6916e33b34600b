//! The bounded queue between those who append and the writer thread.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::{Event, TrailError, TryAppendError};

/// An event on its way.
pub(crate) struct Item {
    pub(crate) event: Event,
    /// Leave it out if the trail has it already.
    pub(crate) once: bool,
    weight: usize,
}

/// What the writer gets to do.
pub(crate) struct Batch {
    pub(crate) items: Vec<Item>,
    /// Everything up to this ticket is in it or was written before.
    pub(crate) ticket: u64,
    /// Nothing comes after it.
    pub(crate) last: bool,
}

/// Events wait here for the writer.
pub(crate) struct Queue {
    state: Mutex<State>,
    /// The writer has something to do.
    work: Condvar,
    /// There is room again, or there never will be.
    room: Condvar,
    /// A flush ended.
    done: Condvar,
    bound: usize,
}

#[derive(Default)]
struct State {
    items: Vec<Item>,
    weight: usize,
    /// How many events were ever put in; also the ticket of the last one.
    enqueued: u64,
    /// The ticket up to which everything is on disk.
    flushed: u64,
    /// Somebody waits for this ticket.
    wanted: u64,
    /// How many attempts to write failed.
    failures: u64,
    /// Why the last attempt failed; none after one that did not.
    error: Option<TrailError>,
    /// No more events are taken.
    closed: bool,
    /// The writer ended.
    gone: bool,
}

impl Queue {
    /// Bounded by the weight of the events in bytes.
    pub(crate) fn new(bound: usize) -> Self {
        Self {
            state: Mutex::default(),
            work: Condvar::new(),
            room: Condvar::new(),
            done: Condvar::new(),
            bound: bound.max(1),
        }
    }

    /// Puts an event in; waits while there is no room. Returns its ticket.
    ///
    /// # Errors
    /// If there is no room because the disk refuses, or the queue is closed.
    pub(crate) fn push(&self, event: Event, once: bool) -> Result<u64, TrailError> {
        let item = Item { weight: event.weight(), event, once };
        let mut state = self.lock();
        loop {
            if state.closed || state.gone {
                return Err(TrailError::Closed);
            }
            if self.has_room(&state, item.weight) {
                return Ok(self.put(&mut state, item));
            }
            if let Some(error) = &state.error {
                return Err(error.clone());
            }
            state = wait(&self.room, state);
        }
    }

    /// Puts an event in if there is room.
    pub(crate) fn try_push(&self, event: Event) -> Result<(), TryAppendError> {
        let item = Item { weight: event.weight(), event, once: false };
        let mut state = self.lock();
        if state.closed || state.gone {
            return Err(TryAppendError::Failed(TrailError::Closed));
        }
        // While the disk refuses, nothing more is taken: what is only in memory is not recorded.
        if let Some(error) = &state.error {
            return Err(TryAppendError::Failed(error.clone()));
        }
        if self.has_room(&state, item.weight) {
            self.put(&mut state, item);
            return Ok(());
        }
        Err(TryAppendError::Full(Box::new(item.event)))
    }

    /// The ticket of the last event put in.
    pub(crate) fn last_ticket(&self) -> u64 {
        self.lock().enqueued
    }

    /// Waits until everything up to this ticket is on disk.
    ///
    /// # Errors
    /// If the next attempt to write fails. The events stay in the queue and are tried again.
    pub(crate) fn wait_flushed(&self, ticket: u64) -> Result<(), TrailError> {
        let mut state = self.lock();
        let failures = state.failures;
        state.wanted = state.wanted.max(ticket);
        self.work.notify_one();
        while state.flushed < ticket && state.failures == failures && !state.gone {
            state = wait(&self.done, state);
        }
        if state.flushed >= ticket {
            return Ok(());
        }
        Err(state.error.clone().unwrap_or(TrailError::Closed))
    }

    /// Takes no more events. The writer ends after what is in the queue.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.work.notify_one();
        self.room.notify_all();
    }

    /// Waits for work, then up to `interval` for more of it, unless there is enough or somebody is waiting.
    /// `spare` is an emptied list whose memory is used again.
    pub(crate) fn next_batch(&self, interval: Duration, spare: Vec<Item>) -> Batch {
        let mut state = self.lock();
        while state.items.is_empty() && state.wanted <= state.flushed && !state.closed {
            state = wait(&self.work, state);
        }
        let more =
            |state: &mut State| !(self.is_pressing(state) || state.wanted > state.flushed || state.closed);
        let (mut state, _) =
            self.work.wait_timeout_while(state, interval, more).unwrap_or_else(PoisonError::into_inner);
        state.weight = 0;
        let batch = Batch {
            items: std::mem::replace(&mut state.items, spare),
            ticket: state.enqueued,
            last: state.closed,
        };
        self.room.notify_all();
        batch
    }

    /// Everything up to this ticket is on disk.
    pub(crate) fn flushed(&self, ticket: u64) {
        let mut state = self.lock();
        state.flushed = ticket;
        state.error = None;
        self.done.notify_all();
    }

    /// The attempt to write failed; waits a while before the next one.
    pub(crate) fn failed(&self, error: TrailError, pause: Duration) {
        let mut state = self.lock();
        state.failures += 1;
        state.error = Some(error);
        self.done.notify_all();
        self.room.notify_all();
        if !state.closed {
            // Waking early, for whatever reason, only means trying early.
            drop(self.work.wait_timeout(state, pause));
        }
    }

    /// Whether the writer failed at its last attempt and nothing more is coming.
    pub(crate) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// The writer ends: nobody may wait for it any more.
    pub(crate) fn writer_gone(&self) {
        self.lock().gone = true;
        self.room.notify_all();
        self.done.notify_all();
    }

    /// An event that is larger than the whole queue still fits into an empty one.
    fn has_room(&self, state: &State, weight: usize) -> bool {
        state.items.is_empty() || state.weight.saturating_add(weight) <= self.bound
    }

    /// The writer should not wait any longer.
    fn is_pressing(&self, state: &State) -> bool {
        state.weight >= self.bound / 2
    }

    fn put(&self, state: &mut State, item: Item) -> u64 {
        let was_pressing = self.is_pressing(state);
        state.weight = state.weight.saturating_add(item.weight);
        state.items.push(item);
        state.enqueued += 1;
        // The writer is woken by the first event and by the one that fills half of the queue, not by each.
        if state.items.len() == 1 || (!was_pressing && self.is_pressing(state)) {
            self.work.notify_one();
        }
        state.enqueued
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wait<'a, T>(condition: &Condvar, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
    condition.wait(guard).unwrap_or_else(PoisonError::into_inner)
}
