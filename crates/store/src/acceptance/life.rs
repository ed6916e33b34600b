//! Opening, closing, opening again.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::support::{batch, conflict, holds, key, latest, put, same, value};
use super::{Bench, Outcome};
use crate::batch::{Change, Novelty, Record};
use crate::error::{CommitError, OpenError, StoreError};
use crate::names::Cursor;
use crate::pending::Commit;
use crate::store::{At, Store};

pub(super) fn reopen<S: Store>(bench: &Bench<'_, S>) -> Outcome {
    for round in 0..5 {
        let store = bench.open()?;
        for number in 0..20 {
            let expected = round * 20 + number;
            store.commit(batch("v", expected, vec![put("x", &expected.to_string())])).wait()?;
        }
        // Dropping closes as well.
        if round % 2 == 0 {
            store.close()?;
        }
    }
    let store = bench.open()?;
    same(latest(&store, "v")?, "100 x=99".to_owned())?;
    same(store.commit(batch("v", 99, vec![])).wait(), conflict("v", 100))
}

pub(super) fn newer_records<S: Store>(bench: &Bench<'_, S>) -> Outcome {
    let put = |format| {
        let record = Record { key: key("x"), format, body: Vec::new() };
        vec![Change::Put { record, novelty: Novelty::Any }]
    };
    let store = bench.open_for(7)?;
    store.commit(batch("v", 0, put(4))).wait()?;
    store.commit(batch("v", 1, put(6))).wait()?;
    // A refused batch leaves no trace.
    same(store.commit(batch("v", 0, put(7))).wait(), conflict("v", 2))?;
    // Older records later do not help: the newer one is still in the history.
    store.commit(batch("v", 2, put(1))).wait()?;
    store.close()?;
    same(bench.open_for(5).err(), Some(OpenError::NewerRecords { found: 6, supported: 5 }))?;
    let store = bench.open_for(6)?;
    same(store.load(&value("v"), At::Latest)?.map(|loaded| loaded.revision.number()), Some(3))
}

pub(super) fn second_opener<S: Store>(bench: &Bench<'_, S>) -> Outcome {
    let store = bench.open()?;
    store.commit(batch("v", 0, vec![put("x", "1")])).wait()?;
    for _ in 0..2 {
        let second = bench.open().map(|_| "opened");
        holds(matches!(second, Err(OpenError::Locked { .. })), &format!("locked, not {second:?}"))?;
    }
    store.commit(batch("v", 1, vec![put("x", "2")])).wait()?;
    store.close()?;
    let second = bench.open()?;
    same(latest(&second, "v")?, "2 x=2".to_owned())
}

pub(super) fn close<S: Store>(bench: &Bench<'_, S>) -> Outcome {
    let store = bench.open()?;
    let submitted: Vec<Commit> =
        (0..100).map(|number| store.commit(batch("v", number, vec![put("x", "1")]))).collect();
    store.close()?;
    store.close()?;
    for commit in submitted {
        commit.wait()?;
    }
    same(store.commit(batch("v", 100, vec![])).wait(), Err(CommitError::Closed))?;
    same(store.audit_done(1).wait(), Err(CommitError::Closed))?;
    same(store.put_facts(Vec::new()).wait(), Err(CommitError::Closed))?;
    same(store.load(&value("v"), At::Latest), Err(StoreError::Closed))?;
    same(store.values("", None, 1), Err(StoreError::Closed))?;
    same(store.cursor(), Err(StoreError::Closed))?;
    same(store.changes(Cursor::START, 1), Err(StoreError::Closed))?;
    same(store.history(&value("v"), &key("x")), Err(StoreError::Closed))?;
    same(store.audit_pending(1), Err(StoreError::Closed))?;
    same(store.facts(""), Err(StoreError::Closed))?;
    let store = bench.open()?;
    same(latest(&store, "v")?, "100 x=1".to_owned())
}

pub(super) fn awaited<S: Store>(bench: &Bench<'_, S>) -> Outcome {
    let store = bench.open()?;
    let mut commit = pin!(store.commit(batch("v", 0, vec![put("x", "1")])));
    let mut cx = Context::from_waker(Waker::noop());
    let mut polls = 0u64;
    let answer = loop {
        if let Poll::Ready(answer) = commit.as_mut().poll(&mut cx) {
            break answer;
        }
        polls += 1;
        holds(polls < 100_000_000, "the answer comes")?;
        std::thread::yield_now();
    };
    same(answer?.revisions.len(), 1)?;
    // Not waiting does not take a commit back, and what is submitted later is committed later.
    drop(store.commit(batch("v", 1, vec![put("x", "2")])));
    store.commit(batch("v", 2, vec![])).wait()?;
    same(latest(&store, "v")?, "3 x=2".to_owned())
}
