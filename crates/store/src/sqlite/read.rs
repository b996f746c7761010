//! Reading: rows of our tables, checked, and what a branch starts from.
//!
//! Invariant: what is returned as a run of entries has no hole; where the log has one, that is damage.

use futures_util::TryStreamExt;
use giliran_core::{BranchId, CommandId, Entry, Known};
use sqlx::{Row, Sqlite, SqliteConnection, sqlite::SqliteArguments, sqlite::SqliteRow};

use super::failure::{Failure, failure, while_reading};
use crate::{
    Recovered, Snapshot, StoreError,
    row::{LogRow, SnapshotRow, damaged},
};

/// How many entries are given back at once when a branch starts: more than its daemon leaves after a
/// snapshot, and few enough to be held while the whole log is gone through.
const TAIL: i64 = 20_000;

type Query = sqlx::query::Query<'static, Sqlite, SqliteArguments>;

/// A query for whole entries; the text is what follows the table's name, its first value the branch.
macro_rules! log_query {
    ($branch:expr, $rest:literal) => {
        sqlx::query(concat!("SELECT seq, command, at_ns, body, checksum FROM log ", $rest))
            .bind($branch.as_str().to_owned())
    };
}

pub(super) async fn entry_of(
    connection: &mut SqliteConnection,
    branch: &BranchId,
    seq: u64,
) -> Result<Option<Entry>, StoreError> {
    // A number that no log reaches is one that this log has not reached.
    let Ok(seq) = i64::try_from(seq) else { return Ok(None) };
    let query = log_query!(branch, "WHERE branch = ? AND seq = ?").bind(seq);
    one_entry(connection, branch, query, format!("seq {seq}")).await
}

pub(super) async fn entry_of_command(
    connection: &mut SqliteConnection,
    branch: &BranchId,
    command: CommandId,
) -> Result<Option<Entry>, StoreError> {
    let query = log_query!(branch, "WHERE branch = ? AND command = ?").bind(command.0.as_bytes().to_vec());
    one_entry(connection, branch, query, format!("command {command}")).await
}

async fn one_entry(
    connection: &mut SqliteConnection,
    branch: &BranchId,
    query: Query,
    key: String,
) -> Result<Option<Entry>, StoreError> {
    let row =
        query.fetch_optional(connection).await.map_err(|error| while_reading(&error, "log", branch, &key))?;
    row.map(|row| log_row(branch, &row, &key)?.decode(branch)).transpose()
}

/// The first `limit` entries after `after`.
pub(super) async fn entries(
    connection: &mut SqliteConnection,
    branch: &BranchId,
    after: u64,
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    let Ok(first) = i64::try_from(after) else { return Ok(Vec::new()) };
    let mut rows = log_query!(branch, "WHERE branch = ? AND seq > ? ORDER BY seq LIMIT ?")
        .bind(first)
        .bind(limit)
        .fetch(connection);
    let mut entries = Vec::new();
    let mut next = after + 1;
    loop {
        let key = format!("seq {next}");
        let row = rows.try_next().await.map_err(|error| while_reading(&error, "log", branch, &key))?;
        let Some(row) = row else { return Ok(entries) };
        let entry = log_row(branch, &row, &key)?.decode(branch)?;
        if entry.seq != next {
            let what = format!("the entry is missing; the next is {}", entry.seq);
            return Err(damaged("log", branch, &key, what));
        }
        entries.push(entry);
        next += 1;
    }
}

/// The entries after `after` that can be reached, each sound or with what is wrong with it.
pub(super) async fn each_entry(
    connection: &mut SqliteConnection,
    branch: &BranchId,
    after: u64,
    limit: u32,
) -> Result<Vec<Result<Entry, StoreError>>, StoreError> {
    let Ok(first) = i64::try_from(after) else { return Ok(Vec::new()) };
    let mut rows = log_query!(branch, "WHERE branch = ? AND seq > ? ORDER BY seq LIMIT ?")
        .bind(first)
        .bind(i64::from(limit))
        .fetch(connection);
    let mut entries = Vec::new();
    loop {
        let key = format!("after seq {after}");
        let row = rows.try_next().await.map_err(|error| while_reading(&error, "log", branch, &key))?;
        let Some(row) = row else { return Ok(entries) };
        entries.push(log_row(branch, &row, &key).and_then(|row| row.decode(branch)));
    }
}

/// All snapshots of a branch, oldest first, each sound or with what is wrong with it.
pub(super) async fn each_snapshot(
    connection: &mut SqliteConnection,
    branch: &BranchId,
) -> Result<Vec<Result<Snapshot, StoreError>>, StoreError> {
    let rows = sqlx::query("SELECT seq, format, body, checksum FROM snapshot WHERE branch = ? ORDER BY seq")
        .bind(branch.as_str())
        .fetch_all(connection)
        .await
        .map_err(|error| while_reading(&error, "snapshot", branch, "any seq"))?;
    Ok(rows.iter().map(|row| snapshot_row(branch, row).and_then(|row| row.decode(branch))).collect())
}

/// What a branch starts from. All of it is of one moment if the connection is in a transaction.
pub(super) async fn recover(
    connection: &mut SqliteConnection,
    branch: &BranchId,
    known_commands: usize,
) -> Result<Recovered, StoreError> {
    let snapshot = newest_sound_snapshot(connection, branch).await?;
    let after = snapshot.as_ref().map_or(0, |snapshot| snapshot.seq);
    let tail = entries(connection, branch, after, TAIL).await?;
    if after > 0 && tail.is_empty() && entry_of(connection, branch, after).await?.is_none() {
        let what = "the entry is missing, though a snapshot contains it".into();
        return Err(damaged("log", branch, &format!("seq {after}"), what));
    }
    let mut known = last_commands(connection, branch, known_commands).await?;
    known.reverse();
    Ok(Recovered { snapshot, tail, known })
}

async fn newest_sound_snapshot(
    connection: &mut SqliteConnection,
    branch: &BranchId,
) -> Result<Option<Snapshot>, StoreError> {
    let mut rows =
        sqlx::query("SELECT seq, format, body, checksum FROM snapshot WHERE branch = ? ORDER BY seq DESC")
            .bind(branch.as_str())
            .fetch(connection);
    loop {
        let row = match rows.try_next().await {
            Ok(Some(row)) => row,
            Ok(None) => return Ok(None),
            Err(error) if failure(&error) == Failure::Damaged => {
                // What is behind a damaged page can't be reached; the log can do without.
                tracing::warn!(%branch, %error, "passed over damaged snapshots");
                return Ok(None);
            }
            Err(error) => return Err(while_reading(&error, "snapshot", branch, "any seq")),
        };
        match snapshot_row(branch, &row).and_then(|row| row.decode(branch)) {
            Ok(snapshot) => return Ok(Some(snapshot)),
            Err(error) => tracing::warn!(%branch, %error, "passed over a damaged snapshot"),
        }
    }
}

/// The last `limit` commands of the log, newest first.
async fn last_commands(
    connection: &mut SqliteConnection,
    branch: &BranchId,
    limit: usize,
) -> Result<Vec<Known>, StoreError> {
    let mut rows = log_query!(branch, "WHERE branch = ? AND command IS NOT NULL ORDER BY seq DESC LIMIT ?")
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch(connection);
    let mut known = Vec::new();
    let mut key = "the last".to_owned();
    loop {
        let row = rows.try_next().await.map_err(|error| while_reading(&error, "log", branch, &key))?;
        let Some(row) = row else { return Ok(known) };
        let (seq, command) = log_row(branch, &row, &key)?.command(branch)?;
        known.extend(command.map(|command| Known { command, seq }));
        key = format!("before seq {seq}");
    }
}

/// `key` is what was looked for, in case that the row does not even say which it is.
fn log_row(branch: &BranchId, row: &SqliteRow, key: &str) -> Result<LogRow, StoreError> {
    let read = || {
        Ok(LogRow {
            seq: row.try_get("seq")?,
            command: row.try_get("command")?,
            at_ns: row.try_get("at_ns")?,
            body: row.try_get("body")?,
            checksum: row.try_get("checksum")?,
        })
    };
    read().map_err(|error: sqlx::Error| damaged("log", branch, key, error.to_string()))
}

fn snapshot_row(branch: &BranchId, row: &SqliteRow) -> Result<SnapshotRow, StoreError> {
    let read = || {
        Ok(SnapshotRow {
            seq: row.try_get("seq")?,
            format: row.try_get("format")?,
            body: row.try_get("body")?,
            checksum: row.try_get("checksum")?,
        })
    };
    read().map_err(|error: sqlx::Error| damaged("snapshot", branch, "a row", error.to_string()))
}
