//! The feed of changes and the audit records on their way.

use super::support::{audit_texts, batch, delete, holds, key, part, put, revision, same, value};
use super::{Bench, Outcome};
use crate::batch::Batch;
use crate::names::{Cursor, RecordKey, Revision, ValueId};
use crate::store::{Changed, Store};

type Told = (ValueId, Revision, Vec<RecordKey>);

fn told(changes: Vec<Changed>) -> Vec<Told> {
    changes.into_iter().map(|changed| (changed.value, changed.revision, changed.keys)).collect()
}

pub(super) fn feed<S: Store>(bench: &Bench<'_, S>) -> Outcome {
    let store = bench.open()?;
    same(store.cursor()?, Cursor::START)?;
    same(store.changes(Cursor::START, 10)?, vec![])?;
    store.commit(batch("a", 0, vec![put("y", "1"), put("x", "1")])).wait()?;
    let parts = vec![part("b", 0, vec![put("x", "1")]), part("a", 1, vec![delete("x"), delete("nothing")])];
    store.commit(Batch { parts, audit: Vec::new() }).wait()?;
    let between = store.cursor()?;
    store.commit(batch("b", 0, vec![put("x", "2")])).wait().err();
    store.commit(Batch { parts: Vec::new(), audit: vec![b"only".to_vec()] }).wait()?;
    store.commit(batch("b", 1, vec![])).wait()?;
    let all: Vec<Told> = vec![
        (value("a"), revision(1), vec![key("x"), key("y")]),
        (value("b"), revision(1), vec![key("x")]),
        (value("a"), revision(2), vec![key("nothing"), key("x")]),
        (value("b"), revision(2), vec![]),
    ];
    let changes = store.changes(Cursor::START, 100)?;
    holds(changes.is_sorted_by(|left, right| left.cursor < right.cursor), "cursors rise")?;
    same(changes.last().map(|changed| changed.cursor), Some(store.cursor()?))?;
    same(told(changes), all.clone())?;
    same(told(store.changes(between, 100)?), all.iter().skip(3).cloned().collect())?;
    let mut paged = Vec::new();
    let mut cursor = Cursor::START;
    while let Some(changed) = store.changes(cursor, 1)?.pop() {
        cursor = changed.cursor;
        paged.push(changed);
    }
    same(told(paged), all)?;
    store.close()?;
    let store = bench.open()?;
    same(store.cursor()?, cursor)?;
    store.commit(batch("b", 2, vec![])).wait()?;
    same(told(store.changes(cursor, 100)?), vec![(value("b"), revision(3), vec![])])
}

pub(super) fn audit<S: Store>(bench: &Bench<'_, S>) -> Outcome {
    let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let commit = |store: &S, expected, audit: &[&str]| {
        let audit = audit.iter().map(|text| text.as_bytes().to_vec()).collect();
        store.commit(Batch { parts: vec![part("v", expected, vec![])], audit }).wait()
    };
    let store = bench.open()?;
    commit(&store, 0, &["a", "b"])?;
    commit(&store, 1, &[])?;
    commit(&store, 2, &["c"])?;
    same(audit_texts(&store)?, texts(&["a", "b", "c"]))?;
    store.close()?;
    let store = bench.open()?;
    same(audit_texts(&store)?, texts(&["a", "b", "c"]))?;
    let pending = store.audit_pending(2)?;
    same(pending.len(), 2)?;
    holds(pending.is_sorted_by(|left, right| left.0 < right.0), "numbers rise")?;
    let up_to = pending.last().map(|(number, _)| *number).unwrap_or_default();
    store.audit_done(up_to).wait()?;
    same(audit_texts(&store)?, texts(&["c"]))?;
    // Saying it twice, as somebody does who died in between, is fine.
    store.audit_done(up_to).wait()?;
    store.close()?;
    let store = bench.open()?;
    same(audit_texts(&store)?, texts(&["c"]))
}

pub(super) fn audit_numbers<S: Store>(bench: &Bench<'_, S>) -> Outcome {
    let mut last = 0;
    for round in 0..4 {
        let store = bench.open()?;
        for _ in 0..2 {
            store
                .commit(Batch { parts: Vec::new(), audit: vec![b"one".to_vec(), b"two".to_vec()] })
                .wait()?;
            let numbers: Vec<u64> = store.audit_pending(10)?.into_iter().map(|(number, _)| number).collect();
            holds(
                numbers.iter().all(|number| *number > last),
                &format!("round {round}: {numbers:?} > {last}"),
            )?;
            last = numbers.last().copied().unwrap_or_default();
            store.audit_done(last).wait()?;
            same(store.audit_pending(10)?, vec![])?;
        }
        store.close()?;
    }
    Ok(())
}
