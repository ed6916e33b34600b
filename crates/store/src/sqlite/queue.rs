//! What waits for the writer, and how it is grouped.
//!
//! Writers that wait for their answers come back all at once after each commit. If the writer thread took the
//! first of them and went into the next fsync, the others would wait for it to no purpose, and groups would
//! stay half as large as they can be. So it lingers, for a fraction of an fsync, until as many are there as
//! were in the last group. A writer who is alone is never made to wait: the last group had one.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::batch::{Batch, Committed};
use crate::error::CommitError;
use crate::pending::Answer;

/// One thing to do, and who wants to know.
pub(super) enum Job {
    Commit(Batch, Answer<Committed>),
    AuditDone(u64, Answer<()>),
    Facts(Vec<(String, Vec<u8>)>, Answer<()>),
}

#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<(Job, usize)>,
    weight: usize,
    /// How many jobs the writer lingers for.
    wanted: usize,
    closed: bool,
}

/// Bounds of what waits.
const MAX_JOBS: usize = 8192;
const MAX_WEIGHT: usize = 64 << 20;

/// Bounds of a group. A single job may weigh more.
const MAX_GROUP_JOBS: usize = 512;
const MAX_GROUP_WEIGHT: usize = 8 << 20;

const LINGER: Duration = Duration::from_micros(500);

impl Queue {
    /// Adds a job at the end.
    pub(super) fn push(&self, job: Job) -> Result<(), CommitError> {
        let weight = job.weight();
        let mut state = self.lock();
        if state.closed {
            return Err(CommitError::Closed);
        }
        // A job that is larger than the bound may go in when nothing else waits.
        if !state.jobs.is_empty() && (state.jobs.len() >= MAX_JOBS || state.weight + weight > MAX_WEIGHT) {
            return Err(CommitError::Busy);
        }
        state.jobs.push_back((job, weight));
        state.weight += weight;
        // The writer sleeps on an empty queue, or lingers for a number: nothing in between concerns it.
        let due = state.jobs.len() == 1 || state.jobs.len() == state.wanted;
        drop(state);
        if due {
            self.wake.notify_one();
        }
        Ok(())
    }

    /// The next group, not empty; waits for it. `None` once the queue is closed and empty.
    pub(super) fn next_group(&self, last_group: usize) -> Option<Vec<Job>> {
        let idle = |state: &mut State| state.jobs.is_empty() && !state.closed;
        let mut state = self.wake.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner);
        if state.jobs.len() < last_group && !state.closed {
            state.wanted = last_group;
            let few = |state: &mut State| state.jobs.len() < state.wanted && !state.closed;
            let waited = self.wake.wait_timeout_while(state, LINGER, few);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            state.wanted = 0;
        }
        let group = state.take_group();
        (!group.is_empty()).then_some(group)
    }

    /// Nothing more is accepted; what waits is still done.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.wake.notify_all();
    }

    /// Closes and forgets what waits: everybody who waits is told that the store is closed.
    pub(super) fn abandon(&self) {
        let mut state = self.lock();
        state.closed = true;
        let jobs = std::mem::take(&mut state.jobs);
        drop(state);
        drop(jobs);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take_group(&mut self) -> Vec<Job> {
        let mut group = Vec::with_capacity(self.jobs.len().min(MAX_GROUP_JOBS));
        let mut total = 0;
        while let Some((job, weight)) = self.jobs.pop_front() {
            let full = group.len() >= MAX_GROUP_JOBS || total + weight > MAX_GROUP_WEIGHT;
            if full && !group.is_empty() {
                self.jobs.push_front((job, weight));
                break;
            }
            total += weight;
            group.push(job);
        }
        self.weight -= total;
        group
    }
}

impl Job {
    fn weight(&self) -> usize {
        match self {
            Self::Commit(batch, _) => batch.weight(),
            Self::AuditDone(..) => 64,
            Self::Facts(facts, _) => {
                facts.iter().map(|(name, body)| name.len() + body.len() + 64).sum::<usize>() + 64
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pending::Pending;

    fn fact(bytes: usize) -> (Job, Pending<()>) {
        let (answer, pending) = Pending::channel();
        (Job::Facts(vec![(String::new(), vec![0; bytes])], answer), pending)
    }

    #[test]
    fn refuses_when_full_and_after_closing() {
        let queue = Queue::default();
        let mut waiting = Vec::new();
        for _ in 0..MAX_JOBS {
            let (job, pending) = fact(0);
            queue.push(job).unwrap();
            waiting.push(pending);
        }
        assert_eq!(queue.push(fact(0).0), Err(CommitError::Busy));
        assert_eq!(queue.next_group(1).unwrap().len(), MAX_GROUP_JOBS);
        assert_eq!(queue.push(fact(0).0), Ok(()));
        queue.close();
        assert_eq!(queue.push(fact(0).0), Err(CommitError::Closed));
        let mut rest = 0;
        while let Some(group) = queue.next_group(1) {
            rest += group.len();
        }
        assert_eq!(rest, MAX_JOBS + 1 - MAX_GROUP_JOBS);
    }

    #[test]
    fn bounds_by_weight_but_lets_one_large_job_through() {
        let queue = Queue::default();
        queue.push(fact(MAX_WEIGHT + 1).0).unwrap();
        assert_eq!(queue.push(fact(0).0), Err(CommitError::Busy));
        assert_eq!(queue.next_group(1).unwrap().len(), 1);
        queue.push(fact(MAX_GROUP_WEIGHT / 2).0).unwrap();
        queue.push(fact(MAX_GROUP_WEIGHT).0).unwrap();
        queue.push(fact(0).0).unwrap();
        let sizes: Vec<usize> = (0..3).map(|_| queue.next_group(1).unwrap().len()).collect();
        assert_eq!(sizes, [1, 1, 1]);
        assert_eq!(queue.lock().weight, 0);
    }

    #[test]
    fn an_abandoned_queue_answers_closed() {
        let queue = Queue::default();
        let (job, pending) = fact(0);
        queue.push(job).unwrap();
        queue.abandon();
        assert_eq!(pending.wait(), Err(CommitError::Closed));
        assert!(queue.next_group(1).is_none());
    }

    #[test]
    fn lingering_ends_when_as_many_as_last_time_are_there() {
        let queue = Queue::default();
        std::thread::scope(|scope| {
            let group = scope.spawn(|| queue.next_group(3).map(|group| group.len()));
            let more = scope.spawn(|| (0..3).map(|_| queue.push(fact(0).0)).collect::<Vec<_>>());
            assert_eq!(more.join().unwrap(), vec![Ok(()); 3]);
            assert!(group.join().unwrap().unwrap() >= 1);
        });
    }
}
