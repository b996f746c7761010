//! A database that can't be written now, opened for reading: a disk that was mounted read-only, a right
//! that is missing, a disk without room.
//!
//! Nothing on the disk is changed or made. What was committed but is still in the write-ahead log is read
//! too, as after a kill; a database that was closed cleanly has no such log and is read as it lies there.

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use sqlx::{SqlitePool, sqlite::SqlitePoolOptions};
use uuid::Uuid;

use super::{
    open::{Found, OpenError, PATIENCE, Place, READERS},
    schema::newest,
};

/// What has to be written before a disk is taken for one that can be written: SQLite wants 32 KiB for its
/// index and a few pages for the first commit, and a disk with just that would be full again at once.
const TRIAL_BYTES: usize = 256 * 1024;

/// A database that is open for reading. The lock is to be held as long as it is.
pub(super) struct Readable {
    pub log_id: Uuid,
    pub readers: SqlitePool,
    /// None where there is no lock file: it can't be made, and nobody writes who would have made it.
    pub lock: Option<File>,
}

/// Opens what is there.
pub(super) async fn open(path: &Path) -> Result<Readable, OpenError> {
    let place = Place::new(path)?;
    let opened = tokio::task::spawn_blocking(move || {
        let lock = lock(&place)?;
        match place.look_with(OpenOptions::new().read(true))? {
            Found::Ours => Ok((place, lock)),
            Found::Nothing => Err(place.refused(ErrorKind::NotFound.into())),
        }
    });
    let io = |source| OpenError::Io { path: path.into(), source };
    let (place, lock) = opened.await.map_err(|error| io(error.into()))??;
    // Without a write-ahead log nothing has to be read but the file; SQLite would make the log's index.
    let logged = fs::metadata(place.beside("-wal")).is_ok_and(|wal| wal.len() > 0);
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_with(place.options().read_only(true).immutable(!logged))
        .await
        .map_err(|error| place.refusal(error))?;
    let mut reader = readers.acquire().await.map_err(|error| place.refusal(error))?;
    let found: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success")
        .fetch_one(&mut *reader)
        .await
        .map_err(|error| place.refusal(error))?;
    let known = newest();
    let path = place.path.clone();
    match found.unwrap_or(0) {
        found if found > known => return Err(OpenError::Newer { path, found, known }),
        found if found < known => {
            let source = "its schema is older and has to be upgraded before it can be read".into();
            return Err(OpenError::ReadOnly { path, source });
        }
        _ => {}
    }
    let log_id = place.log_id(&mut reader).await?;
    drop(reader);
    Ok(Readable { log_id, readers, lock })
}

/// Takes the lock if there is a file to take it on. It lies in the system's memory, so it can be taken
/// where nothing can be written.
fn lock(place: &Place) -> Result<Option<File>, OpenError> {
    match File::open(place.beside(".lock")) {
        Ok(mut lock) => place.hold(&mut lock).map(|()| Some(lock)),
        // Whoever may not even look at it may still read the database.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => Ok(None),
        Err(error) => Err(place.refused(error)),
    }
}

/// Tries whether the database could be written now, by writing a file beside it that is removed again.
pub(super) fn try_to_write(path: &Path) -> Result<(), OpenError> {
    let place = Place::new(path)?;
    let trial = place.beside(".trial");
    let written = write_trial(&trial);
    let removed = match fs::remove_file(&trial) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    };
    let writable = || OpenOptions::new().write(true).open(&place.path).map(drop);
    written.and(removed).and_then(|()| writable()).map_err(|error| place.refused(error))
}

fn write_trial(trial: &PathBuf) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(trial)?;
    file.write_all(&vec![0xa5; TRIAL_BYTES])?;
    file.sync_all()
}
