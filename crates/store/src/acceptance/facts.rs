//! Facts of use.

use super::support::same;
use super::{Bench, Outcome};
use crate::store::Store;

pub(super) fn facts<S: Store>(bench: &Bench<'_, S>) -> Outcome {
    let facts = |list: &[(&str, &str)]| {
        let facts = list.iter().map(|(name, body)| ((*name).to_owned(), body.as_bytes().to_vec()));
        facts.collect::<Vec<_>>()
    };
    let store = bench.open()?;
    same(store.facts("")?, vec![])?;
    store.put_facts(facts(&[("key/b", "1"), ("key/a", "1"), ("role/a", "1"), ("key/a", "2")])).wait()?;
    store.put_facts(facts(&[("key/b", "2"), ("key", "")])).wait()?;
    store.put_facts(Vec::new()).wait()?;
    store.close()?;
    let store = bench.open()?;
    same(store.facts("key/")?, facts(&[("key/a", "2"), ("key/b", "2")]))?;
    same(store.facts("")?, facts(&[("key", ""), ("key/a", "2"), ("key/b", "2"), ("role/a", "1")]))?;
    same(store.facts("zzz")?, vec![])
}
