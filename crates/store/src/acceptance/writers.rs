//! Many at once.

use std::sync::atomic::{AtomicBool, Ordering};

use super::support::{batch, holds, key, part, put, same, value};
use super::{Bench, Fault, Outcome};
use crate::batch::Batch;
use crate::error::CommitError;
use crate::names::{Cursor, Revision};
use crate::store::{At, Store};

const THREADS: u64 = 8;
const ROUNDS: u64 = 40;

/// Each thread counts up records of shared values, and tries again after a conflict.
pub(super) fn concurrent<S: Store>(bench: &Bench<'_, S>) -> Outcome {
    let store = bench.open()?;
    let names = ["a", "b", "c"];
    let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
        let count_up = |thread: u64| {
            for (round, name) in (0..ROUNDS).zip(names.iter().cycle()) {
                while !count(&store, name, format!("{thread}/{round}"))? {}
            }
            Ok(())
        };
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || count_up(thread))).collect();
        let ended = threads.into_iter().map(|thread| thread.join());
        ended.map(|end| end.unwrap_or_else(|_| Err(Fault("a thread panicked".to_owned())))).collect()
    });
    outcomes.into_iter().collect::<Outcome>()?;
    store.close()?;
    let store = bench.open()?;
    let mut total = 0;
    for name in names {
        let loaded = store.load(&value(name), At::Latest)?;
        let revision = loaded.map_or(Revision::NONE, |loaded| loaded.revision);
        same(counter(&store, name)?.0, revision.number())?;
        total += revision.number();
    }
    same(total, THREADS * ROUNDS)?;
    let audit = store.audit_pending(10_000)?;
    let mut names: Vec<&[u8]> = audit.iter().map(|(_, body)| body.as_slice()).collect();
    names.sort_unstable();
    names.dedup();
    same(names.len() as u64, THREADS * ROUNDS)?;
    same(store.changes(Cursor::START, 10_000)?.len() as u64, THREADS * ROUNDS)
}

/// True if it was counted, false if somebody else was faster.
fn count(store: &dyn Store, name: &str, audit: String) -> Result<bool, Fault> {
    let (count, revision) = counter(store, name)?;
    let changes = vec![put("counter", &(count + 1).to_string())];
    let mut batch = batch(name, revision.number(), changes);
    batch.audit.push(audit.into_bytes());
    match store.commit(batch).wait() {
        Ok(_) => Ok(true),
        Err(CommitError::Conflict { actual, .. }) => {
            holds(actual > revision, "a conflict is with a later revision").map(|()| false)
        }
        Err(error) => Err(error.into()),
    }
}

fn counter(store: &dyn Store, name: &str) -> Result<(u64, Revision), Fault> {
    let Some(loaded) = store.load(&value(name), At::Latest)? else { return Ok((0, Revision::NONE)) };
    let record = loaded.records.iter().find(|record| record.key == key("counter"));
    let text = record.map(|record| String::from_utf8_lossy(&record.body).into_owned()).unwrap_or_default();
    let count = text.parse().map_err(|_| Fault(format!("the counter of {name} is {text:?}")))?;
    Ok((count, loaded.revision))
}

/// One thread puts the same number into two records each of two values, again and again; others look.
pub(super) fn whole_commits<S: Store>(bench: &Bench<'_, S>) -> Outcome {
    let store = bench.open()?;
    let done = AtomicBool::new(false);
    let look = || {
        let mut before = 0;
        loop {
            let last = done.load(Ordering::Acquire);
            let loaded = store.load(&value("a"), At::Latest)?;
            let (revision, records) = loaded.map(|l| (l.revision.number(), l.records)).unwrap_or_default();
            let number = revision.to_string();
            holds(records.iter().all(|record| record.body == number.as_bytes()), "records of one commit")?;
            holds(revision >= before, "time does not go back")?;
            before = revision;
            if last {
                return same(revision, 100);
            }
        }
    };
    let write = || {
        for number in 0..100 {
            let body = (number + 1).to_string();
            let changes = || vec![put("x", &body), put("y", &body)];
            let parts = vec![part("a", number, changes()), part("b", number, changes())];
            store.commit(Batch { parts, audit: Vec::new() }).wait()?;
        }
        Ok(())
    };
    let (written, looked) = std::thread::scope(|scope| {
        let lookers: Vec<_> = (0..2).map(|_| scope.spawn(look)).collect();
        let written: Outcome = write();
        done.store(true, Ordering::Release);
        let looked = lookers.into_iter().map(|looker| looker.join());
        let looked = looked.map(|end| end.unwrap_or_else(|_| Err(Fault("a thread panicked".to_owned()))));
        (written, looked.collect::<Outcome>())
    });
    written.and(looked)
}
