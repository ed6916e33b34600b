//! What a commit does, and when it is refused.

use super::support::{
    audit_texts, batch, conflict as conflicts, delete, holds, key, latest, part, put, put_fresh, reused,
    revision, same, value,
};
use super::{Bench, Outcome};
use crate::batch::{Batch, Change, Committed, Novelty, Part, Record};
use crate::error::CommitError;
use crate::names::{Cursor, RecordKey, Revision, ValueId};
use crate::pending::Commit;
use crate::store::{At, Store};

pub(super) fn begins_at_one<S: Store>(bench: &Bench<'_, S>) -> Outcome {
    let store = bench.open()?;
    same(store.load(&value("a"), At::Latest)?, None)?;
    let committed = store.commit(batch("a", 0, vec![put("x", "1")])).wait()?;
    same(committed.revisions, vec![(value("a"), revision(1))])?;
    same(latest(&store, "a")?, "1 x=1".to_owned())?;
    // A part without changes counts, too.
    store.commit(batch("a", 1, vec![])).wait()?;
    same(latest(&store, "a")?, "2 x=1".to_owned())
}

pub(super) fn puts_and_deletes<S: Store>(bench: &Bench<'_, S>) -> Outcome {
    let store = bench.open()?;
    let steps: [(Vec<Change>, &str); 6] = [
        (vec![put("b", "1"), put("a", "1")], "1 a=1 b=1"),
        (vec![put("b", "2"), put_fresh("c", "1")], "2 a=1 b=2 c=1"),
        (vec![delete("a"), put("b", "2")], "3 b=2 c=1"),
        (vec![delete("nothing")], "4 b=2 c=1"),
        (vec![delete("b"), delete("c")], "5"),
        (vec![put("a", "again")], "6 a=again"),
    ];
    for (expected, (changes, shown)) in (0..).zip(steps) {
        store.commit(batch("v", expected, changes)).wait()?;
        same(latest(&store, "v")?, shown.to_owned())?;
    }
    Ok(())
}

pub(super) fn conflict<S: Store>(bench: &Bench<'_, S>) -> Outcome {
    let store = bench.open()?;
    store.commit(batch("v", 0, vec![put("x", "1")])).wait()?;
    for wrong in [0, 2, 7] {
        let mut stale = batch("v", wrong, vec![put("x", "2"), put("y", "2")]);
        stale.audit.push(b"never".to_vec());
        same(store.commit(stale).wait(), conflicts("v", 1))?;
    }
    same(store.commit(batch("absent", 3, vec![put("x", "1")])).wait(), conflicts("absent", 0))?;
    same(latest(&store, "v")?, "1 x=1".to_owned())?;
    same(latest(&store, "absent")?, String::new())?;
    same(audit_texts(&store)?, vec![])?;
    same(store.changes(Cursor::START, 10)?.len(), 1)
}

pub(super) fn all_or_nothing<S: Store>(bench: &Bench<'_, S>) -> Outcome {
    let store = bench.open()?;
    store.commit(batch("b", 0, vec![put("x", "1")])).wait()?;
    let parts = |b: u64| vec![part("a", 0, vec![put("x", "2")]), part("b", b, vec![put("x", "2")])];
    let audit = vec![b"one".to_vec(), b"two".to_vec()];
    let refused = store.commit(Batch { parts: parts(5), audit: audit.clone() }).wait();
    same(refused, conflicts("b", 1))?;
    same(latest(&store, "a")?, String::new())?;
    same(latest(&store, "b")?, "1 x=1".to_owned())?;
    same(audit_texts(&store)?, vec![])?;
    let done = store.commit(Batch { parts: parts(1), audit }).wait()?;
    let revisions = vec![(value("a"), revision(1)), (value("b"), revision(2))];
    same(done, Committed { revisions })?;
    same(latest(&store, "a")? + "; " + &latest(&store, "b")?, "1 x=2; 2 x=2".to_owned())?;
    same(audit_texts(&store)?, vec!["one".to_owned(), "two".to_owned()])
}

pub(super) fn group_order<S: Store>(bench: &Bench<'_, S>) -> Outcome {
    let store = bench.open()?;
    let submitted: Vec<Commit> = (0..200)
        .map(|number| store.commit(batch("v", number, vec![put("x", &number.to_string())])))
        .collect();
    for (number, commit) in (1..).zip(submitted) {
        same(commit.wait()?.revisions, vec![(value("v"), revision(number))])?;
    }
    same(latest(&store, "v")?, "200 x=199".to_owned())?;
    same(store.history(&value("v"), &key("x"))?.len(), 200)
}

pub(super) fn fails_alone<S: Store>(bench: &Bench<'_, S>) -> Outcome {
    let store = bench.open()?;
    store.commit(batch("v", 0, vec![put("used", "1")])).wait()?;
    // All submitted before the first is waited for, so that an engine with group commit groups them.
    let good: Vec<Commit> = (1..60)
        .flat_map(|number| {
            let stale = store.commit(batch("v", number - 1, vec![put("stale", "1")]));
            let reuse = vec![put("half", "written"), put_fresh("used", "2")];
            let reuse = store.commit(batch("v", number, reuse));
            let good = store.commit(batch("v", number, vec![put("good", &number.to_string())]));
            [stale, reuse, good]
        })
        .collect();
    for (index, commit) in good.into_iter().enumerate() {
        let number = index as u64 / 3 + 1;
        match index % 3 {
            0 => same(commit.wait(), conflicts("v", number))?,
            1 => same(commit.wait(), reused("v", "used"))?,
            _ => same(commit.wait()?.revisions, vec![(value("v"), revision(number + 1))])?,
        }
    }
    same(latest(&store, "v")?, "60 good=59 used=1".to_owned())
}

pub(super) fn fresh_ids<S: Store>(bench: &Bench<'_, S>) -> Outcome {
    let store = bench.open()?;
    store.commit(batch("v", 0, vec![put_fresh("a", "1"), put("b", "1")])).wait()?;
    for id in ["a", "b"] {
        same(store.commit(batch("v", 1, vec![put_fresh(id, "2")])).wait(), reused("v", id))?;
    }
    store.commit(batch("v", 1, vec![delete("a"), delete("b")])).wait()?;
    store.close()?;
    let store = bench.open()?;
    for id in ["a", "b"] {
        same(store.commit(batch("v", 2, vec![put_fresh(id, "2")])).wait(), reused("v", id))?;
    }
    // Another value and another kind are other records.
    store.commit(batch("w", 0, vec![put_fresh("a", "1")])).wait()?;
    let other = Record { key: RecordKey::new("other", "a"), format: 1, body: Vec::new() };
    let other = Change::Put { record: other, novelty: Novelty::Fresh };
    store.commit(batch("v", 2, vec![other, put("a", "revived")])).wait()?;
    same(latest(&store, "v")?, "3 a= a=revived".to_owned())
}

pub(super) fn contradictions<S: Store>(bench: &Bench<'_, S>) -> Outcome {
    let store = bench.open()?;
    let check = |batch: Batch, what: &str| {
        let answer = store.commit(batch).wait();
        holds(matches!(answer, Err(CommitError::Invalid(_))), &format!("{what}: {answer:?}"))
    };
    check(batch("v", 0, vec![put("x", "1"), delete("x")]), "one key twice")?;
    let twice = vec![part("v", 0, vec![put("x", "1")]), part("v", 1, vec![put("y", "1")])];
    check(Batch { parts: twice, audit: Vec::new() }, "one value twice")?;
    let newer = Record { key: key("x"), format: Bench::<S>::FORMAT + 1, body: Vec::new() };
    let newer = Change::Put { record: newer, novelty: Novelty::Any };
    check(batch("v", 0, vec![newer]), "a record newer than the program")?;
    same(latest(&store, "v")?, String::new())
}

pub(super) fn odd_content<S: Store>(bench: &Bench<'_, S>) -> Outcome {
    let texts = ["", " ", "\0", "a\0b", "é", "\u{10ffff}", "%_'\"\\;--", "A", "a"];
    let mut bodies = texts.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>();
    bodies.push((0..=255).collect());
    bodies.push(vec![7; 3 << 20]);
    let mut records = Vec::new();
    for kind in texts {
        for (id, body) in texts.iter().zip(&bodies) {
            records.push(Record { key: RecordKey::new(kind, *id), format: 0, body: body.clone() });
        }
    }
    for (number, body) in bodies.iter().enumerate() {
        records.push(Record { key: RecordKey::new("~", number.to_string()), format: 2, body: body.clone() });
    }
    records.sort_by(|left, right| left.key.cmp(&right.key));
    let changes: Vec<Change> =
        records.iter().cloned().map(|record| Change::Put { record, novelty: Novelty::Fresh }).collect();
    let keys: Vec<RecordKey> = records.iter().map(|record| record.key.clone()).collect();
    let store = bench.open()?;
    for name in texts {
        let part = Part { value: ValueId::new(name), expected: Revision::NONE, changes: changes.clone() };
        store.commit(Batch::of(part)).wait()?;
    }
    store.close()?;
    let store = bench.open()?;
    let mut sorted = texts;
    sorted.sort_unstable();
    let names = store.values("", None, 100)?.into_iter().map(|(name, _)| name);
    same(names.collect::<Vec<_>>(), sorted.map(ValueId::new).to_vec())?;
    for name in texts {
        let loaded = store.load(&ValueId::new(name), At::Latest)?;
        holds(loaded.is_some_and(|loaded| loaded.records == records), "the records come back as they were")?;
    }
    let feed = store.changes(Cursor::START, 100)?;
    holds(feed.iter().all(|changed| changed.keys == keys), "the feed names the records")
}
