//! A database that is only looked at: for copies and for verifying, also while a daemon writes it.
//!
//! Everything is read through SQLite: in the daemon's own process, opening and closing the file by any other
//! way would take SQLite's locks away.

use std::path::Path;

use giliran_core::{BranchId, Entry};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use uuid::Uuid;

use super::{
    kept,
    open::{APPLICATION_ID, OpenError, Place},
    read,
    schema::{ACCESS, steps_up_to},
};
use crate::{AuditRow, Record, Snapshot, StoreError};

/// A connection that only reads, to a database of ours whose schema this program knows.
#[derive(Debug)]
pub(crate) struct Onlooker {
    pub log_id: Uuid,
    /// The schema's version.
    pub schema: i64,
    pub connection: SqliteConnection,
}

pub(crate) async fn onlook(path: &Path) -> Result<Onlooker, OpenError> {
    let place = Place::new(path)?;
    let refuse = |error| place.refusal(error);
    let mut connection = place.options().read_only(true).connect().await.map_err(refuse)?;
    let id: i32 =
        sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut connection).await.map_err(refuse)?;
    if id != APPLICATION_ID {
        return Err(place.not_ours(id));
    }
    let schema = place.known_schema(&mut connection).await?;
    let log_id = place.log_id(&mut connection).await?;
    Ok(Onlooker { log_id, schema, connection })
}

/// A look at a whole database, row by row.
#[derive(Debug)]
pub struct Inspection(Onlooker);

impl Inspection {
    /// Opens a database to be looked at. It may be at work; what is seen is of the moment of each look.
    ///
    /// # Errors
    ///
    /// If it is not a database of ours that can be read.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        onlook(path).await.map(Self)
    }

    /// The name of the log.
    pub fn log_id(&self) -> Uuid {
        self.0.log_id
    }

    /// The schema's version.
    pub fn schema(&self) -> i64 {
        self.0.schema
    }

    /// What is wrong with the file's structure: pages, indexes, and tables other than this schema's. Reads
    /// the whole file.
    ///
    /// # Errors
    ///
    /// If the database can't be read for another reason than damage.
    pub async fn structure(&mut self) -> Result<Vec<String>, StoreError> {
        let connection = &mut self.0.connection;
        let said: Result<Vec<String>, _> =
            sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&mut *connection).await;
        let mut faults = match said {
            Ok(said) => said.into_iter().filter(|line| line != "ok").collect::<Vec<_>>(),
            Err(error) => vec![error.to_string()],
        };
        match (schema(connection).await, expected_schema(self.0.schema).await) {
            (Ok(found), Ok(expected)) => {
                faults.extend(
                    expected
                        .iter()
                        .filter(|what| !found.contains(what))
                        .map(|(name, _)| format!("the schema's `{name}` is missing or different")),
                );
                faults.extend(
                    found
                        .iter()
                        .filter(|(name, _)| !expected.iter().any(|(known, _)| known == name))
                        .map(|(name, _)| format!("`{name}` is not of this schema")),
                );
            }
            (Err(error), _) | (_, Err(error)) => faults.push(error.to_string()),
        }
        Ok(faults)
    }

    /// The branches of the log, in the order of their names, as far as the file can be read.
    ///
    /// # Errors
    ///
    /// If it can't; or a name is none.
    pub async fn branches(&mut self) -> Result<Vec<BranchId>, StoreError> {
        const SQL: &str = "WITH RECURSIVE each(one) AS (
               SELECT min(branch) FROM log
               UNION ALL
               SELECT (SELECT min(branch) FROM log WHERE branch > each.one) FROM each WHERE each.one IS NOT NULL
             )
             SELECT one FROM each WHERE one IS NOT NULL";
        let whole = |what: String| StoreError::Damaged { table: "log", key: "any branch".into(), what };
        let names: Vec<String> = sqlx::query_scalar(SQL)
            .fetch_all(&mut self.0.connection)
            .await
            .map_err(|error| whole(error.to_string()))?;
        let branch = |name: String| name.parse().map_err(|_| whole(format!("`{name}` is no branch's name")));
        names.into_iter().map(branch).collect()
    }

    /// The entries after `after` that can be reached, up to `limit`, each sound or with what is wrong with
    /// it. A hole is the caller's to see.
    ///
    /// # Errors
    ///
    /// Damage after which nothing more of this branch can be reached.
    pub async fn entries(
        &mut self,
        branch: &BranchId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Result<Entry, StoreError>>, StoreError> {
        read::each_entry(&mut self.0.connection, branch, after, limit).await
    }

    /// The branch's snapshots, oldest first, each sound or with what is wrong with it.
    ///
    /// # Errors
    ///
    /// Damage after which nothing more of them can be reached.
    pub async fn snapshots(
        &mut self,
        branch: &BranchId,
    ) -> Result<Vec<Result<Snapshot, StoreError>>, StoreError> {
        read::each_snapshot(&mut self.0.connection, branch).await
    }

    /// All records, in the order of their kinds and keys, each sound or with what is wrong with it. A database
    /// of a schema before there were any has none.
    ///
    /// # Errors
    ///
    /// Damage after which nothing more of them can be reached.
    pub async fn records(&mut self) -> Result<Vec<Result<Record, StoreError>>, StoreError> {
        if self.0.schema < ACCESS {
            return Ok(Vec::new());
        }
        kept::records(&mut self.0.connection).await
    }

    /// All sessions, key and body, in the order of their keys; as [`records`](Self::records).
    ///
    /// # Errors
    ///
    /// Damage after which nothing more of them can be reached.
    pub async fn sessions(&mut self) -> Result<Vec<Result<(String, String), StoreError>>, StoreError> {
        if self.0.schema < ACCESS {
            return Ok(Vec::new());
        }
        kept::sessions(&mut self.0.connection).await
    }

    /// The audit rows after `after` that can be reached, up to `limit`, each one that can be read or with what
    /// is wrong with it. Whether they are what was put in, and none is missing but at the front, is in their
    /// hashes, which are the caller's to check.
    ///
    /// # Errors
    ///
    /// Damage after which nothing more of them can be reached.
    pub async fn audit(
        &mut self,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Result<AuditRow, StoreError>>, StoreError> {
        if self.0.schema < ACCESS {
            return Ok(Vec::new());
        }
        kept::audit(&mut self.0.connection, after, limit).await
    }

    /// Lets go of the database.
    pub async fn close(self) {
        if let Err(error) = self.0.connection.close().await {
            tracing::debug!(%error, "a connection that only read was not closed well");
        }
    }
}

type Schema = Vec<(String, String)>;

async fn schema(connection: &mut SqliteConnection) -> Result<Schema, sqlx::Error> {
    sqlx::query_as(
        "SELECT type || ' ' || name || ' of ' || tbl_name, coalesce(sql, '') FROM sqlite_schema ORDER BY 1",
    )
    .fetch_all(connection)
    .await
}

/// What the steps of this program up to that version make.
async fn expected_schema(version: i64) -> Result<Schema, sqlx::Error> {
    let mut memory = sqlx::sqlite::SqliteConnectOptions::new().in_memory(true).connect().await?;
    steps_up_to(version)
        .run_direct(None, &mut memory, false)
        .await
        .map_err(|error| sqlx::Error::Protocol(error.to_string()))?;
    schema(&mut memory).await
}
