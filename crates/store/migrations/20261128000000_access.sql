-- What is kept beside the log: who takes part, who is signed in, and what was done. What the bodies say
-- is their maker's business.

-- Small things that are kept whole and changed in place: people, devices.
CREATE TABLE record (
    kind     TEXT    NOT NULL, -- what it is, such as `person`
    key      TEXT    NOT NULL, -- which of its kind
    body     TEXT    NOT NULL,
    checksum INTEGER NOT NULL, -- CRC-32C over all of the above
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

-- What passes: who is signed in. No copy carries it: one that is restored must not bring back what was ended.
CREATE TABLE session (
    key      TEXT    NOT NULL PRIMARY KEY,
    body     TEXT    NOT NULL,
    checksum INTEGER NOT NULL -- CRC-32C over all of the above
) STRICT, WITHOUT ROWID;

-- One row is one thing that somebody did. Rows are added at the end and stay as they are; only old ones at
-- the front are let go.
CREATE TABLE audit (
    seq   INTEGER NOT NULL PRIMARY KEY, -- grows by one
    at_ns INTEGER NOT NULL,             -- nanoseconds since 1970-01-01T00:00:00Z; never goes back
    body  TEXT    NOT NULL,
    hash  BLOB    NOT NULL              -- 32 bytes, made by who made the row: over it and the row before
) STRICT;
