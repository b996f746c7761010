//! Reading what is kept beside the log: records, sessions and the audit record, checked.
//!
//! Each is given row by row, sound or with what is wrong with it, so that one flipped bit does not hide the
//! rest from whoever looks a database over; a store takes the first fault for the answer.

use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

use super::failure::while_reading_kept;
use crate::{
    AuditRow, Record, StoreError,
    row::{AuditLine, RecordRow, SessionRow},
};

/// Rows, each sound or with what is wrong with it.
pub(super) type Each<T> = Vec<Result<T, StoreError>>;

/// All records, in the order of their kinds and keys.
pub(super) async fn records(connection: &mut SqliteConnection) -> Result<Each<Record>, StoreError> {
    let rows = sqlx::query("SELECT kind, key, body, checksum FROM record ORDER BY kind, key")
        .fetch_all(connection)
        .await
        .map_err(|error| while_reading_kept(&error, "record", "any key"))?;
    Ok(rows.iter().map(|row| record_row(row).and_then(RecordRow::decode)).collect())
}

/// All sessions, in the order of their keys.
pub(super) async fn sessions(
    connection: &mut SqliteConnection,
) -> Result<Each<(String, String)>, StoreError> {
    let rows = sqlx::query("SELECT key, body, checksum FROM session ORDER BY key")
        .fetch_all(connection)
        .await
        .map_err(|error| while_reading_kept(&error, "session", "any key"))?;
    Ok(rows.iter().map(|row| session_row(row).and_then(SessionRow::decode)).collect())
}

/// The first `limit` audit rows after `after`.
pub(super) async fn audit(
    connection: &mut SqliteConnection,
    after: u64,
    limit: u32,
) -> Result<Each<AuditRow>, StoreError> {
    // After a number that no row reaches there is none.
    let Ok(first) = i64::try_from(after) else { return Ok(Vec::new()) };
    let rows = sqlx::query("SELECT seq, at_ns, body, hash FROM audit WHERE seq > ? ORDER BY seq LIMIT ?")
        .bind(first)
        .bind(i64::from(limit))
        .fetch_all(connection)
        .await
        .map_err(|error| while_reading_kept(&error, "audit", &format!("after seq {after}")))?;
    Ok(rows.iter().map(|row| audit_line(row).and_then(AuditLine::decode)).collect())
}

/// The last audit row.
pub(super) async fn last_audit(connection: &mut SqliteConnection) -> Result<Option<AuditRow>, StoreError> {
    let row = sqlx::query("SELECT seq, at_ns, body, hash FROM audit ORDER BY seq DESC LIMIT 1")
        .fetch_optional(connection)
        .await
        .map_err(|error| while_reading_kept(&error, "audit", "the last"))?;
    row.map(|row| audit_line(&row).and_then(AuditLine::decode)).transpose()
}

fn record_row(row: &SqliteRow) -> Result<RecordRow, StoreError> {
    let read = || {
        Ok(RecordRow {
            kind: row.try_get("kind")?,
            key: row.try_get("key")?,
            body: row.try_get("body")?,
            checksum: row.try_get("checksum")?,
        })
    };
    read().map_err(|error| unreadable("record", row, "key", &error))
}

fn session_row(row: &SqliteRow) -> Result<SessionRow, StoreError> {
    let read = || {
        Ok(SessionRow {
            key: row.try_get("key")?,
            body: row.try_get("body")?,
            checksum: row.try_get("checksum")?,
        })
    };
    read().map_err(|error| unreadable("session", row, "key", &error))
}

fn audit_line(row: &SqliteRow) -> Result<AuditLine, StoreError> {
    let read = || {
        Ok(AuditLine {
            seq: row.try_get("seq")?,
            at_ns: row.try_get("at_ns")?,
            body: row.try_get("body")?,
            hash: row.try_get("hash")?,
        })
    };
    read().map_err(|error| unreadable("audit", row, "seq", &error))
}

/// Of a row that does not hold what its table says; it may not even say which it is.
fn unreadable(table: &'static str, row: &SqliteRow, column: &str, error: &sqlx::Error) -> StoreError {
    let number = || row.try_get::<i64, _>(column).map(|seq| seq.to_string());
    let key = row.try_get::<String, _>(column).or_else(|_| number());
    let key = key.map_or_else(|_| "a row".into(), |key| format!("{column} {key}"));
    StoreError::Damaged { table, key, what: error.to_string() }
}
