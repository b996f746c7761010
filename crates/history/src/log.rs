//! The log, read from the daemon's file by plain SQL.
//!
//! The file is opened for reading only, and decoded here once more: a fault in how the daemon reads its own log
//! is not to hide a fault in how it wrote it.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use sqlx::{ConnectOptions, Connection, Row, sqlite::SqliteConnectOptions};
use uuid::Uuid;

use crate::event::Event;

/// A branch's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Which log it is.
    pub id: Uuid,
    /// The branch.
    pub branch: String,
    /// In the order of the file.
    pub entries: Vec<Entry>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place.
    pub seq: u64,
    /// When, in nanoseconds since 1970.
    pub at_ns: i64,
    /// The command's id.
    pub command: Option<Uuid>,
    /// Whether the daemon made it out of its configuration file.
    pub configured: bool,
    /// What happened; none if it can't be read.
    pub events: Vec<Event>,
    /// Why the body can't be read.
    pub unreadable: Option<String>,
}

/// Why there is nothing to judge.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The database can't be read.
    #[error("{path} can't be read as a log")]
    Database {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// There is no such branch in it.
    #[error("{path} has no entry of a branch `{branch}`")]
    NoBranch {
        /// The file.
        path: PathBuf,
        /// The branch.
        branch: String,
    },
    /// The recording can't be read.
    #[error("{path} can't be read")]
    Recording {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    by: Option<By>,
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct By {
    #[serde(default)]
    id: Option<String>,
}

/// Who asks where the configuration file does.
const CONFIGURATION: &str = "configuration";

/// Reads the log of a branch.
///
/// # Errors
/// See [`LogError`].
pub async fn read(path: &Path, branch: &str) -> Result<Log, LogError> {
    let failed = |source| LogError::Database { path: path.to_owned(), source };
    let (id, entries) = rows(path, branch).await.map_err(failed)?;
    if entries.is_empty() {
        return Err(LogError::NoBranch { path: path.to_owned(), branch: branch.into() });
    }
    Ok(Log { id, branch: branch.into(), entries })
}

async fn rows(path: &Path, branch: &str) -> Result<(Uuid, Vec<Entry>), sqlx::Error> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let mut database = options.connect().await?;
    let id: Vec<u8> = sqlx::query_scalar("SELECT log_id FROM meta").fetch_one(&mut database).await?;
    let rows = sqlx::query("SELECT seq, at_ns, command, body FROM log WHERE branch = ? ORDER BY seq")
        .bind(branch)
        .fetch_all(&mut database)
        .await?;
    let entries = rows.iter().map(entry).collect::<Result<_, _>>()?;
    database.close().await?;
    Ok((Uuid::from_slice(&id).map_err(|why| sqlx::Error::Decode(why.into()))?, entries))
}

fn entry(row: &sqlx::sqlite::SqliteRow) -> Result<Entry, sqlx::Error> {
    let odd = |what: &str| sqlx::Error::Decode(what.to_owned().into());
    let command: Option<Vec<u8>> = row.try_get("command")?;
    let command = command.map(|bytes| Uuid::from_slice(&bytes)).transpose();
    let seq: i64 = row.try_get("seq")?;
    let mut entry = Entry {
        seq: seq.try_into().map_err(|_| odd("a number below zero"))?,
        at_ns: row.try_get("at_ns")?,
        command: command.map_err(|_| odd("a command's id that is none"))?,
        configured: false,
        events: Vec::new(),
        unreadable: None,
    };
    let body: String = row.try_get("body")?;
    match serde_json::from_str::<Body>(&body) {
        Ok(Body { by, events }) => {
            entry.configured = by.and_then(|by| by.id).is_some_and(|id| id == CONFIGURATION);
            entry.events = events;
        }
        Err(why) => entry.unreadable = Some(why.to_string()),
    }
    Ok(entry)
}
