//! A database that is built beside the one whose place it takes.
//!
//! Until it is whole it has another name, `<path>.restoring`. Where that is there and the database is not,
//! a restore was cut off, and no daemon starts: it would begin an empty log.

use std::{
    fs::{self, File},
    io::ErrorKind,
    path::{Path, PathBuf},
};

use giliran_core::{BranchId, Entry};
use sqlx::{
    ConnectOptions, Connection, SqliteConnection, sqlite::SqliteJournalMode, sqlite::SqliteSynchronous,
};
use uuid::Uuid;

use super::{
    failure::while_writing,
    open::{APPLICATION_ID, OpenError, Place, sync_directory},
    read,
    schema::{newest, steps_up_to},
};
use crate::{Snapshot, StoreError, row::SnapshotRow};

/// What belongs to a database, beside the file itself.
const PARTS: [&str; 2] = ["-wal", "-shm"];

/// A database that is being built.
#[derive(Debug)]
pub(crate) struct Aside {
    place: Place,
    aside: Place,
    connection: Option<SqliteConnection>,
    /// Keeps daemons out.
    _lock: File,
}

impl Aside {
    /// Takes hold of the place of a database.
    pub(crate) async fn begin(path: &Path) -> Result<Self, OpenError> {
        let place = Place::new(path)?;
        let taken = path.to_owned();
        let (place, lock) = tokio::task::spawn_blocking(move || {
            let lock = place.lock()?;
            Ok((place, lock))
        })
        .await
        .map_err(|error| OpenError::Io { path: taken, source: error.into() })??;
        let aside = Place { path: place.restoring(), directory: place.directory.clone() };
        Ok(Self { place, aside, connection: None, _lock: lock })
    }

    /// Whether a database is there, or what one left.
    pub(crate) fn is_taken(&self) -> bool {
        let filled = |path: &Path| fs::metadata(path).is_ok_and(|found| found.len() > 0);
        filled(&self.place.path) || filled(&self.place.beside("-wal"))
    }

    /// Brings it to that version of the schema; the first time makes it, with a name of its own.
    pub(crate) async fn schema(&mut self, version: i64) -> Result<(), OpenError> {
        if version > newest() {
            return Err(OpenError::Newer { path: self.place.path.clone(), found: version, known: newest() });
        }
        let fresh = self.connection.is_none();
        if fresh {
            self.remove().map_err(|error| self.place.refused(error))?;
            let connection = self
                .aside
                .options()
                .create_if_missing(true)
                // It is thrown away if anything goes wrong, and synced as a whole at the end.
                .journal_mode(SqliteJournalMode::Off)
                .synchronous(SqliteSynchronous::Off)
                .pragma("application_id", APPLICATION_ID.to_string())
                .connect()
                .await
                .map_err(|error| self.place.refusal(error))?;
            self.connection = Some(connection);
        }
        let Some(connection) = &mut self.connection else { return Ok(()) };
        self.place.migrate(connection, &steps_up_to(version)).await?;
        if fresh {
            self.place.name_log(connection, Uuid::new_v4()).await?;
        }
        Ok(())
    }

    /// Brings it to our schema.
    pub(crate) async fn finish_schema(&mut self) -> Result<(), OpenError> {
        self.schema(newest()).await
    }

    pub(crate) fn connection(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        self.connection.as_mut().ok_or(StoreError::Closed)
    }

    pub(crate) async fn entries(
        &mut self,
        branch: &BranchId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError> {
        read::entries(self.connection()?, branch, after, limit.into()).await
    }

    pub(crate) async fn save_snapshot(
        &mut self,
        branch: &BranchId,
        snapshot: Snapshot,
    ) -> Result<(), StoreError> {
        let row = SnapshotRow::encode(branch, snapshot)?;
        sqlx::query("INSERT INTO snapshot (branch, seq, format, body, checksum) VALUES (?, ?, ?, ?, ?)")
            .bind(branch.as_str())
            .bind(row.seq)
            .bind(row.format)
            .bind(row.body)
            .bind(row.checksum)
            .execute(self.connection()?)
            .await
            .map_err(|error| while_writing(&error))?;
        Ok(())
    }

    /// Moves it into place, with the key beside it, and what is there to its own name with `mark` added.
    pub(crate) async fn put_in_place(
        mut self,
        mark: &str,
        key: Option<&[u8]>,
    ) -> Result<Option<PathBuf>, OpenError> {
        if let Some(connection) = self.connection.take() {
            connection.close().await.map_err(|error| self.place.refusal(error))?;
        }
        let before = self.is_taken().then(|| self.place.beside(mark));
        let moved = (|| {
            File::open(&self.aside.path)?.sync_all()?;
            // The file first: parts without it are refused, it without them would be an older state.
            let own = self.place.path.clone();
            move_away(&own, &self.place.beside(mark))?;
            for part in PARTS {
                move_away(&self.place.beside(part), &self.place.beside(&format!("{mark}{part}")))?;
            }
            if let Some(key) = key {
                let path = self.place.beside(".key");
                if fs::read(&path).is_ok_and(|known| known != key) {
                    move_away(&path, &self.place.beside(&format!("{mark}.key")))?;
                }
                crate::copy::write_key(&path, key)?;
            }
            sync_directory(&self.place.directory)?;
            fs::rename(&self.aside.path, &own)?;
            sync_directory(&self.place.directory)
        })();
        moved.map_err(|error| self.place.refused(error))?;
        Ok(before)
    }

    fn remove(&self) -> std::io::Result<()> {
        for part in ["", "-journal", "-wal", "-shm"] {
            match fs::remove_file(self.aside.beside(part)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // After an error; once it was moved into place there is nothing of that name.
        if self.connection.is_some() {
            let _left_over = self.remove();
        }
    }
}

fn move_away(from: &Path, to: &Path) -> std::io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        result => result,
    }
}
