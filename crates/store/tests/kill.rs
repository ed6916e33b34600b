//! A process that writes from several threads is killed at random points, again and again: whatever it was
//! told is durable is there, nothing is half-written, and ids stay used.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use keygate_store::{
    At, Batch, Change, CommitError, Cursor, Novelty, Part, Record, RecordKey, Revision, SqliteOptions,
    SqliteStore, Store, ValueId,
};

const CHILD: &str = "KEYGATE_STORE_KILL_TEST_FILE";
const THREADS: usize = 6;

/// How often the child is killed; a longer run is a matter of this variable.
fn rounds() -> u64 {
    std::env::var("KEYGATE_KILL_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(12)
}

#[test]
fn every_acknowledged_commit_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keygate.db");
    let mut acknowledged = [0u64; THREADS];
    for round in 0..rounds() {
        // From right after the start to some hundred commits later.
        let patience = round * 7919 % 230;
        write_and_kill(&file, patience, &mut acknowledged);
        verify(&file, &acknowledged);
    }
    assert!(acknowledged.iter().sum::<u64>() > 0);
}

fn write_and_kill(file: &Path, patience: u64, acknowledged: &mut [u64; THREADS]) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_writes_until_it_is_killed", "--nocapture"])
        .env(CHILD, file)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let mut seen = 0;
    for line in output.lines() {
        let line = line.unwrap_or_default();
        let words: Vec<&str> = line.split(' ').collect();
        // The last line may be cut off: only whole ones count.
        if let ["acknowledged", thread, revision, "."] = words.as_slice() {
            let (thread, revision): (usize, u64) = (thread.parse().unwrap(), revision.parse().unwrap());
            acknowledged[thread] = acknowledged[thread].max(revision);
            seen += 1;
        }
        if seen == patience + 1 {
            child.kill().unwrap();
        }
    }
    assert!(!child.wait().unwrap().success(), "the child was killed, it did not end by itself");
}

fn verify(file: &Path, acknowledged: &[u64; THREADS]) {
    let store = SqliteStore::open(file, &SqliteOptions::new(1)).unwrap();
    let mut commits = 0;
    for (thread, acknowledged) in acknowledged.iter().enumerate() {
        let value = value(thread);
        let loaded = store.load(&value, At::Latest).unwrap();
        let (revision, records) = loaded.map(|l| (l.revision.number(), l.records)).unwrap_or_default();
        assert!(revision >= *acknowledged, "{value}: {revision}, but {acknowledged} was acknowledged");
        let expected: Vec<Record> = expected_records(revision);
        assert_eq!(records, expected, "{value} at {revision}");
        commits += revision;
        if revision >= 1 {
            let again = Batch::of(part(thread, revision, vec![fresh(0)]));
            assert!(matches!(store.commit(again).wait(), Err(CommitError::Reused { .. })), "ids stay used");
        }
    }
    let audit = store.audit_pending(usize::MAX).unwrap().len() as u64;
    let feed = store.changes(Cursor::START, usize::MAX).unwrap().len() as u64;
    assert_eq!((audit, feed), (commits, commits));
}

/// Not a test of its own: the process that is killed. Without the variable it has nothing to do.
#[test]
fn child_writes_until_it_is_killed() {
    let Some(file) = std::env::var_os(CHILD) else { return };
    let store = SqliteStore::open(Path::new(&file), &SqliteOptions::new(1)).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let store = &store;
            scope.spawn(move || {
                let loaded = store.load(&value(thread), At::Latest).unwrap();
                let mut revision = loaded.map_or(0, |loaded| loaded.revision.number());
                loop {
                    let mut batch = Batch::of(part(thread, revision, changes(revision)));
                    batch.audit.push(b"audit".to_vec());
                    store.commit(batch).wait().unwrap();
                    revision += 1;
                    println!("acknowledged {thread} {revision} .");
                }
            });
        }
    });
}

fn value(thread: usize) -> ValueId {
    ValueId::new(format!("account/{thread}"))
}

fn part(thread: usize, expected: u64, changes: Vec<Change>) -> Part {
    Part { value: value(thread), expected: Revision::new(expected), changes }
}

/// Each commit makes a record, replaces the one called "last", and deletes every other one made before.
fn changes(revision: u64) -> Vec<Change> {
    let mut changes = vec![fresh(revision), Change::Put { record: last(revision), novelty: Novelty::Any }];
    if revision % 2 == 1 {
        changes.push(Change::Delete { key: made(revision - 1).key });
    }
    changes
}

fn expected_records(revision: u64) -> Vec<Record> {
    let kept = (0..revision).filter(|number| number % 2 == 1 || number + 1 == revision);
    let mut records: Vec<Record> = kept.map(made).chain(revision.checked_sub(1).map(last)).collect();
    records.sort_by(|left, right| left.key.cmp(&right.key));
    records
}

fn fresh(number: u64) -> Change {
    Change::Put { record: made(number), novelty: Novelty::Fresh }
}

fn made(number: u64) -> Record {
    let key = RecordKey::new("made", number.to_string());
    Record { key, format: 1, body: number.to_string().repeat(200).into_bytes() }
}

fn last(number: u64) -> Record {
    Record { key: RecordKey::new("last", ""), format: 1, body: number.to_string().into_bytes() }
}
