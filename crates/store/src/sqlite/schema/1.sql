-- Values and the revision each of them has.
CREATE TABLE value (
    row      INTEGER PRIMARY KEY,
    name     TEXT    NOT NULL UNIQUE,
    revision INTEGER NOT NULL
) STRICT;

-- The records of the latest revisions, each with the revision that put it.
CREATE TABLE record (
    row      INTEGER PRIMARY KEY,
    value    INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    revision INTEGER NOT NULL,
    format   INTEGER NOT NULL,
    body     BLOB    NOT NULL,
    UNIQUE (value, kind, id)
) STRICT;

-- Records as they were from one revision until, exclusively, another.
CREATE TABLE history (
    row           INTEGER PRIMARY KEY,
    value         INTEGER NOT NULL,
    kind          TEXT    NOT NULL,
    id            TEXT    NOT NULL,
    from_revision INTEGER NOT NULL,
    to_revision   INTEGER NOT NULL,
    format        INTEGER NOT NULL,
    body          BLOB    NOT NULL,
    UNIQUE (value, kind, id, from_revision)
) STRICT;

-- The feed: one row per value and commit. Rows are never deleted, so places only rise.
CREATE TABLE change (
    place    INTEGER PRIMARY KEY,
    value    INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    keys     BLOB    NOT NULL
) STRICT;

-- Audit records on their way to the trail. Numbers are never used again.
CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    body   BLOB    NOT NULL
) STRICT;

CREATE TABLE fact (
    name TEXT PRIMARY KEY NOT NULL,
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- One row: the newest format of any record that was ever put.
CREATE TABLE newest (
    format INTEGER NOT NULL
) STRICT;
INSERT INTO newest (format) VALUES (0);
