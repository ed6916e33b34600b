//! How many small durable commits per second the embedded store makes: one after the other, and from many
//! threads at once. `cargo run --release -p keygate-store --example group_commit [FOLDER]`
#![expect(clippy::print_stdout, reason = "it prints what it measured")]
#![expect(clippy::disallowed_methods, reason = "it measures time")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use keygate_store::{
    Batch, Change, CommitError, Novelty, Part, Record, RecordKey, Revision, SqliteOptions, SqliteStore,
    Store, ValueId,
};

const TIME: Duration = Duration::from_secs(4);

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = folder.join(format!("keygate-group-commit-{}", std::process::id()));
    std::fs::create_dir(&folder)?;
    let measured = measure_all(&folder);
    std::fs::remove_dir_all(&folder)?;
    measured
}

fn measure_all(folder: &Path) -> Result<(), Box<dyn Error>> {
    let bare = bare_transactions(&folder.join("bare.db"))?;
    println!("bare SQLite, one insert per transaction {bare:>9.0} /s");
    let mut alone = 0.0;
    for submitters in [1, 4, 16, 32, 64] {
        let store = SqliteStore::open(&folder.join(format!("{submitters}.db")), &SqliteOptions::new(1))?;
        let rate = commits(&store, submitters)?;
        if submitters == 1 {
            alone = rate;
        }
        println!(
            "{submitters:>3} submitters, a record and an audit record {rate:>9.0} /s  {:>5.1} x alone",
            rate / alone
        );
        store.close()?;
    }
    Ok(())
}

/// What the disk allows without any grouping.
fn bare_transactions(path: &Path) -> Result<f64, rusqlite::Error> {
    let connection = rusqlite::Connection::open(path)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (row INTEGER PRIMARY KEY, body BLOB)",
    )?;
    let begin = Instant::now();
    let mut done = 0.0;
    while begin.elapsed() < TIME {
        connection.prepare_cached("INSERT INTO t (body) VALUES (?)")?.execute([[7u8; 400].as_slice()])?;
        done += 1.0;
    }
    Ok(done / begin.elapsed().as_secs_f64())
}

/// Each submitter waits for its answer before it submits again, and writes a value of its own.
fn commits(store: &SqliteStore, submitters: u64) -> Result<f64, CommitError> {
    let begin = Instant::now();
    let counts: Vec<Result<u64, CommitError>> = std::thread::scope(|scope| {
        let submit = |submitter: u64| {
            let mut done = 0;
            while begin.elapsed() < TIME {
                store.commit(small(submitter, done)).wait()?;
                done += 1;
            }
            Ok(done)
        };
        let threads: Vec<_> = (0..submitters).map(|number| scope.spawn(move || submit(number))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(Err(CommitError::Closed))).collect()
    });
    let elapsed = begin.elapsed().as_secs_f64();
    let total: u64 = counts.into_iter().sum::<Result<u64, _>>()?;
    Ok(total as f64 / elapsed)
}

/// What creating a user costs: one record and one audit record.
fn small(submitter: u64, done: u64) -> Batch {
    let key = RecordKey::new("user", format!("AIDA{done:017}"));
    let record = Record { key, format: 1, body: vec![b'r'; 300] };
    let part = Part {
        value: ValueId::new(format!("account/{submitter:012}")),
        expected: Revision::new(done),
        changes: vec![Change::Put { record, novelty: Novelty::Fresh }],
    };
    Batch { parts: vec![part], audit: vec![vec![b'a'; 500]] }
}
