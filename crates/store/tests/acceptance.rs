//! Both engines pass the acceptance suite.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Mutex;

use keygate_store::acceptance::{self, Failure};
use keygate_store::{MemoryDisk, MemoryStore, SqliteOptions, SqliteStore};

fn none(failures: &[Failure]) {
    let list: Vec<String> = failures.iter().map(Failure::to_string).collect();
    assert!(failures.is_empty(), "{}", list.join("\n"));
}

#[test]
fn sqlite() {
    let scratch = tempfile::tempdir().unwrap();
    none(&acceptance::run(scratch.path(), |folder, format| {
        SqliteStore::open(&folder.join("keygate.db"), &SqliteOptions::new(format))
    }));
}

#[test]
fn memory() {
    let scratch = tempfile::tempdir().unwrap();
    let disks: Mutex<HashMap<PathBuf, MemoryDisk>> = Mutex::default();
    none(&acceptance::run(scratch.path(), |folder, format| {
        let disk = disks.lock().unwrap().entry(folder.to_owned()).or_default().clone();
        MemoryStore::open(&disk, format)
    }));
}

#[test]
fn the_suite_notices_a_store_that_forgets() {
    let scratch = tempfile::tempdir().unwrap();
    let failures =
        acceptance::run(scratch.path(), |_, format| MemoryStore::open(&MemoryDisk::default(), format));
    let cases: Vec<&str> = failures.iter().map(|failure| failure.case).collect();
    assert!(cases.contains(&"what was answered is there after reopening"), "{cases:?}");
    assert!(cases.contains(&"a second opener is refused until the first has closed"), "{cases:?}");
    assert!(cases.len() < acceptance::names().len());
}
