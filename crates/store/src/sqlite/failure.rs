//! SQLite's result codes, by what follows from them.

use giliran_core::BranchId;

use crate::{StoreError, row::damaged};

/// What kind of failure SQLite reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// A unique key is there already.
    Taken,
    Full,
    Busy,
    ReadOnly,
    /// The file is not what SQLite left.
    Damaged,
    Closed,
    /// The disk failed, or something happened that never should.
    Other,
}

/// Looks at an error's code; see <https://www.sqlite.org/rescode.html>.
pub(super) fn failure(error: &sqlx::Error) -> Failure {
    if matches!(error, sqlx::Error::PoolTimedOut) {
        return Failure::Busy;
    }
    if matches!(error, sqlx::Error::PoolClosed) {
        return Failure::Closed;
    }
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<i32>().ok());
    match code {
        Some(1555 | 2067) => Failure::Taken, // SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE
        Some(4874) => Failure::Full, // SQLITE_IOERR_SHMSIZE: no room for the index of the write-ahead log
        // The low byte is the primary code; the rest tells where it happened.
        Some(code) => match code & 0xff {
            5 | 6 => Failure::Busy, // SQLITE_BUSY, SQLITE_LOCKED
            8 => Failure::ReadOnly,
            11 | 26 => Failure::Damaged, // SQLITE_CORRUPT, SQLITE_NOTADB
            13 => Failure::Full,
            _ => Failure::Other,
        },
        None => Failure::Other,
    }
}

/// What a caller hears of a failure while writing. A taken key is not expected here.
pub(super) fn while_writing(error: &sqlx::Error) -> StoreError {
    match failure(error) {
        Failure::Full => StoreError::Full,
        Failure::Busy => StoreError::Busy,
        Failure::Closed => StoreError::Closed,
        Failure::ReadOnly => StoreError::ReadOnly { what: error.to_string() },
        Failure::Taken | Failure::Damaged | Failure::Other => StoreError::Failed { what: error.to_string() },
    }
}

/// What a caller hears of a failure while reading `key` of a branch in `table`.
pub(super) fn while_reading(
    error: &sqlx::Error,
    table: &'static str,
    branch: &BranchId,
    key: &str,
) -> StoreError {
    match failure(error) {
        Failure::Damaged => damaged(table, branch, key, error.to_string()),
        Failure::Taken
        | Failure::Full
        | Failure::Busy
        | Failure::ReadOnly
        | Failure::Closed
        | Failure::Other => while_writing(error),
    }
}

/// The same of a table that is not of branches.
pub(super) fn while_reading_kept(error: &sqlx::Error, table: &'static str, key: &str) -> StoreError {
    match failure(error) {
        Failure::Damaged => StoreError::Damaged { table, key: key.into(), what: error.to_string() },
        Failure::Taken
        | Failure::Full
        | Failure::Busy
        | Failure::ReadOnly
        | Failure::Closed
        | Failure::Other => while_writing(error),
    }
}
