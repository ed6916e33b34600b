//! Reading older states and lists.

use std::collections::BTreeMap;

use super::support::{batch, delete, key, put, record, revision, same, show, value};
use super::{Bench, Outcome};
use crate::batch::Change;
use crate::names::Cursor;
use crate::store::{At, Store};

pub(super) fn every_revision<S: Store>(bench: &Bench<'_, S>) -> Outcome {
    let store = bench.open()?;
    let mut model: BTreeMap<String, String> = BTreeMap::new();
    let mut expected = Vec::new();
    let mut dice = Dice(5);
    for number in 0..120 {
        let mut changes: BTreeMap<String, Change> = BTreeMap::new();
        for _ in 0..dice.below(4) {
            let id = dice.below(12).to_string();
            if dice.below(3) == 0 {
                model.remove(&id);
                changes.insert(id.clone(), delete(&id));
            } else {
                let body = format!("{number}.{}", dice.below(2));
                model.insert(id.clone(), body.clone());
                changes.insert(id.clone(), put(&id, &body));
            }
        }
        store.commit(batch("v", number, changes.into_values().collect())).wait()?;
        // A neighbour with the same ids must not shine through.
        store.commit(batch("w", number, vec![put(&dice.below(12).to_string(), "w")])).wait()?;
        let shown = model.iter().map(|(id, body)| format!(" {id}={body}")).collect::<String>();
        expected.push(format!("{}{shown}", number + 1));
    }
    store.close()?;
    let store = bench.open()?;
    for (number, shown) in (1..).zip(&expected) {
        same(show(&store, "v", At::Revision(revision(number)))?, shown.clone())?;
    }
    same(Some(show(&store, "v", At::Latest)?), expected.last().cloned())?;
    for absent in [0, 121, 1000] {
        same(show(&store, "v", At::Revision(revision(absent)))?, String::new())?;
    }
    same(show(&store, "absent", At::Revision(revision(1)))?, String::new())
}

pub(super) fn history<S: Store>(bench: &Bench<'_, S>) -> Outcome {
    let store = bench.open()?;
    let steps = [
        vec![],
        vec![put("x", "1")],
        vec![put("y", "1")],
        vec![put("x", "2")],
        vec![delete("x")],
        vec![],
        vec![delete("x"), put("z", "1")],
        vec![put("x", "3"), delete("z")],
        vec![put("x", "3")],
    ];
    for (expected, changes) in (0..).zip(steps) {
        store.commit(batch("v", expected, changes)).wait()?;
    }
    let states = |id: &str, list: &[(u64, Option<&str>)]| {
        let states = list.iter().map(|(at, body)| (revision(*at), body.map(|body| record(id, body))));
        same(store.history(&value("v"), &key(id))?, states.collect())
    };
    states("x", &[(2, Some("1")), (4, Some("2")), (5, None), (8, Some("3")), (9, Some("3"))])?;
    states("y", &[(3, Some("1"))])?;
    states("z", &[(7, Some("1")), (8, None)])?;
    states("never", &[])?;
    same(store.history(&value("absent"), &key("x"))?, vec![])
}

pub(super) fn values<S: Store>(bench: &Bench<'_, S>) -> Outcome {
    let store = bench.open()?;
    for name in ["account/2", "b", "account/1", "account", "account/10", "accounts", "account0", "%"] {
        store.commit(batch(name, 0, vec![])).wait()?;
    }
    store.commit(batch("account/1", 1, vec![])).wait()?;
    let list = |prefix: &str, after: Option<&str>, limit: usize| {
        let after = after.map(value);
        let found = store.values(prefix, after.as_ref(), limit)?;
        let shown = found.into_iter().map(|(name, revision)| format!("{name}@{revision}"));
        Ok::<_, super::Fault>(shown.collect::<Vec<_>>().join(" "))
    };
    let all = "%@1 account@1 account/1@2 account/10@1 account/2@1 account0@1 accounts@1 b@1";
    same(list("", None, 100)?, all.to_owned())?;
    same(list("account/", None, 100)?, "account/1@2 account/10@1 account/2@1".to_owned())?;
    same(list("account/", None, 2)?, "account/1@2 account/10@1".to_owned())?;
    same(list("account/", Some("account/10"), 2)?, "account/2@1".to_owned())?;
    same(list("account/", Some("account/11"), 2)?, "account/2@1".to_owned())?;
    same(list("account/", Some("account/2"), 2)?, String::new())?;
    same(list("account/", Some("a"), 1)?, "account/1@2".to_owned())?;
    same(list("account/", Some("z"), 1)?, String::new())?;
    same(list("%", None, 100)?, "%@1".to_owned())?;
    same(list("", None, 0)?, String::new())?;
    same(list("nothing", None, 10)?, String::new())?;
    same(store.changes(Cursor::START, 100)?.len(), 9)
}

/// A small generator of repeatable numbers.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}
