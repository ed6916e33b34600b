//! What only this engine has: files, a schema, groups that fail.

use std::os::unix::fs::PermissionsExt as _;

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::batch::{Change, Committed, Novelty, Part};
use crate::pending::Pending;

struct Bench {
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("keygate.db")
    }

    fn open(&self) -> Result<SqliteStore, OpenError> {
        SqliteStore::open(&self.path(), &SqliteOptions::new(1))
    }

    fn sql(&self, sql: &str) {
        Connection::open(self.path()).unwrap().execute_batch(sql).unwrap();
    }

    fn writer(&self) -> Writer {
        let options = SqliteOptions::new(1);
        let (connection, newest_format) = schema::open(&self.path(), &options).unwrap();
        Writer::new(self.path(), options, connection, newest_format)
    }
}

fn batch(name: &str, expected: u64, bytes: usize) -> Batch {
    let record = Record { key: RecordKey::new("thing", "x"), format: 1, body: vec![7; bytes] };
    let changes = vec![Change::Put { record, novelty: Novelty::Any }];
    let audit = vec![b"audit".to_vec()];
    Batch {
        parts: vec![Part { value: ValueId::new(name), expected: Revision::new(expected), changes }],
        audit,
    }
}

fn revision(store: &SqliteStore, name: &str) -> Option<u64> {
    store.load(&ValueId::new(name), At::Latest).unwrap().map(|loaded| loaded.revision.number())
}

fn is_unavailable<T>(answer: &Result<T, CommitError>) -> bool {
    matches!(answer, Err(CommitError::Unavailable(_)))
}

#[test]
fn all_files_are_private() {
    let bench = Bench::new();
    // A file that somebody else made readable becomes private, too.
    std::fs::write(bench.path(), []).unwrap();
    std::fs::set_permissions(bench.path(), std::fs::Permissions::from_mode(0o644)).unwrap();
    let store = bench.open().unwrap();
    store.commit(batch("v", 0, 1)).wait().unwrap();
    let mut names = Vec::new();
    for file in std::fs::read_dir(bench.folder.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
        names.push(file.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["keygate.db", "keygate.db-shm", "keygate.db-wal", "keygate.db.lock"]);
    store.close().unwrap();
    assert!(!bench.folder.path().join("keygate.db-wal").exists(), "closing empties the WAL");
}

#[test]
fn commits_are_synced() {
    let bench = Bench::new();
    schema::open(&bench.path(), &SqliteOptions::new(1)).unwrap();
    let connection = schema::writing(&bench.path(), &SqliteOptions::new(1)).unwrap();
    let pragma = |name: &str| {
        connection
            .query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, rusqlite::types::Value>(0))
            .unwrap()
    };
    assert_eq!(pragma("journal_mode"), rusqlite::types::Value::Text("wal".to_owned()));
    assert_eq!(pragma("synchronous"), rusqlite::types::Value::Integer(2));
}

#[test]
fn a_newer_schema_is_refused_by_both_versions() {
    let bench = Bench::new();
    bench.open().unwrap().close().unwrap();
    bench.sql("PRAGMA user_version = 9");
    let error = bench.open().unwrap_err();
    assert_eq!(error, OpenError::NewerSchema { found: 9, supported: 1 });
    assert_eq!(
        error.to_string(),
        "the store has schema version 9, but this program knows versions up to 1; \
         use the newer program that wrote it"
    );
    bench.sql("PRAGMA user_version = 1");
    bench.open().unwrap();
}

#[test]
fn foreign_files_are_refused_and_left_alone() {
    let check = |make: &dyn Fn(&Bench)| {
        let bench = Bench::new();
        make(&bench);
        std::fs::set_permissions(bench.path(), std::fs::Permissions::from_mode(0o640)).unwrap();
        let before = std::fs::read(bench.path()).unwrap();
        assert_eq!(bench.open().unwrap_err(), OpenError::Foreign { path: bench.path() });
        assert_eq!(std::fs::read(bench.path()).unwrap(), before);
        assert_eq!(bench.path().metadata().unwrap().permissions().mode() & 0o777, 0o640);
    };
    check(&|bench| std::fs::write(bench.path(), vec![b'x'; 8192]).unwrap());
    check(&|bench| bench.sql("CREATE TABLE other (x)"));
    check(&|bench| bench.sql("PRAGMA application_id = 7"));
    check(&|bench| bench.sql("PRAGMA user_version = 1"));
}

#[test]
fn a_missing_folder_is_named() {
    let path = Bench::new().folder.path().join("absent").join("keygate.db");
    let error = SqliteStore::open(&path, &SqliteOptions::new(1)).unwrap_err();
    assert!(error.to_string().contains("absent/keygate.db"), "{error}");
}

#[test]
fn the_holder_of_the_lock_is_named() {
    let bench = Bench::new();
    let _store = bench.open().unwrap();
    let error = bench.open().unwrap_err().to_string();
    assert!(error.contains(&format!("(process {};", std::process::id())), "{error}");
    assert!(error.contains("keygate.db.lock"), "{error}");
}

#[test]
fn a_full_disk_refuses_and_smaller_commits_go_on() {
    let bench = Bench::new();
    let options = SqliteOptions { newest_record_format: 1, max_bytes: Some(512 * 1024) };
    let store = SqliteStore::open(&bench.path(), &options).unwrap();
    let mut done = 0;
    let refused = loop {
        let answer = store.commit(batch("v", done, 50_000)).wait();
        if answer.is_err() {
            break answer;
        }
        done += 1;
        assert!(done < 100, "the limit is not kept");
    };
    assert!(is_unavailable(&refused), "{refused:?}");
    assert!(done > 2);
    assert_eq!(revision(&store, "v"), Some(done));
    assert_eq!(store.audit_pending(1000).unwrap().len() as u64, done);
    store.commit(batch("w", 0, 10)).wait().unwrap();
    assert_eq!(revision(&store, "w"), Some(1));
    drop(store);
    // With more room the same commit goes through.
    let store = bench.open().unwrap();
    store.commit(batch("v", done, 50_000)).wait().unwrap();
    assert_eq!(revision(&store, "v"), Some(done + 1));
}

/// Runs commits of the values a and b with a fact called "poison" between them as one group, then one of c.
fn poisoned_group(trigger: &str) -> (Vec<Result<Committed, CommitError>>, Result<(), CommitError>, Bench) {
    let bench = Bench::new();
    let mut writer = bench.writer();
    bench.sql(trigger);
    let commit = |name: &str| {
        let (answer, pending) = Pending::channel();
        (Job::Commit(batch(name, 0, 10), answer), pending)
    };
    let (answer, poison) = Pending::channel();
    let poison_job = Job::Facts(vec![("poison".to_owned(), Vec::new())], answer);
    let ((a_job, a), (b_job, b), (c_job, c)) = (commit("a"), commit("b"), commit("c"));
    writer.run_group(vec![a_job, poison_job, b_job]);
    writer.run_group(vec![c_job]);
    drop(writer);
    (vec![a.wait(), b.wait(), c.wait()], poison.wait(), bench)
}

#[test]
fn a_failing_statement_fails_its_own_job_only() {
    let (answers, poison, bench) =
        poisoned_group("CREATE TRIGGER p AFTER INSERT ON fact BEGIN SELECT raise(FAIL, 'poisoned'); END");
    assert!(is_unavailable(&poison));
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let store = bench.open().unwrap();
    assert_eq!(store.facts("").unwrap(), vec![], "what the failing job wrote is undone");
    assert_eq!(["a", "b", "c"].map(|name| revision(&store, name)), [Some(1); 3]);
}

#[test]
fn a_group_that_sqlite_gives_up_fails_whole_and_the_next_one_commits() {
    let given_up = "CREATE TRIGGER p AFTER INSERT ON fact BEGIN SELECT raise(ROLLBACK, 'poisoned'); END";
    // A constraint that is checked at COMMIT.
    let commit_fails = "CREATE TABLE parent (x INTEGER PRIMARY KEY);
        CREATE TABLE child (x REFERENCES parent (x) DEFERRABLE INITIALLY DEFERRED);
        CREATE TRIGGER p AFTER INSERT ON fact BEGIN INSERT INTO child VALUES (1); END";
    for trigger in [given_up, commit_fails] {
        let (answers, poison, bench) = poisoned_group(trigger);
        assert!(is_unavailable(&poison), "{poison:?}");
        let [a, b, c] = answers.as_slice() else { panic!("three answers") };
        assert!(is_unavailable(a) && is_unavailable(b), "{a:?} {b:?}");
        assert!(c.is_ok(), "{c:?}");
        let store = bench.open().unwrap();
        assert_eq!(["a", "b", "c"].map(|name| revision(&store, name)), [None, None, Some(1)]);
        assert_eq!(store.audit_pending(10).unwrap().len(), 1);
        assert_eq!(store.changes(Cursor::START, 10).unwrap().len(), 1);
    }
}

#[tokio::test]
async fn commits_can_be_awaited_on_a_runtime() {
    let bench = Bench::new();
    let store = bench.open().unwrap();
    let submitted: Vec<Commit> = (0..20).map(|number| store.commit(batch("v", number, 1))).collect();
    for commit in submitted {
        commit.await.unwrap();
    }
    assert_eq!(revision(&store, "v"), Some(20));
}
