-- The log, the snapshots beside it, and the name of the whole.

CREATE TABLE meta (
    id     INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), -- one row
    log_id BLOB    NOT NULL                             -- 16 bytes, made with the file
) STRICT;

-- One row is one entry: what a command, or time alone, brought about.
CREATE TABLE log (
    branch   TEXT    NOT NULL,
    seq      INTEGER NOT NULL, -- from 1 without a hole
    command  BLOB,             -- 16 bytes; none for what time alone brought about
    at_ns    INTEGER NOT NULL, -- nanoseconds since 1970-01-01T00:00:00Z
    body     TEXT    NOT NULL, -- the events, as JSON
    checksum INTEGER NOT NULL, -- CRC-32C over all of the above: SQLite has none of its own
    PRIMARY KEY (branch, seq)
) STRICT, WITHOUT ROWID;

-- The command first: ids that are made in the order of time then stand together, so that a commit for
-- many branches changes one page of the index and not one for each branch.
CREATE UNIQUE INDEX log_command ON log (command, branch) WHERE command IS NOT NULL;

CREATE TABLE snapshot (
    branch   TEXT    NOT NULL,
    seq      INTEGER NOT NULL, -- the last entry that is in it
    format   INTEGER NOT NULL, -- of this row; the body is its maker's own
    body     BLOB    NOT NULL,
    checksum INTEGER NOT NULL, -- CRC-32C over all of the above
    PRIMARY KEY (branch, seq)
) STRICT;
