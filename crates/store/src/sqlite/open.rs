//! From a path to a database that is ours, whole, of our schema and held by nobody else.
//!
//! A new database is made under another name and moved into place, so that the file is either not
//! there or whole, whenever the power goes.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, ErrorKind, Read, Seek, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    ConnectOptions, Connection, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use uuid::Uuid;

use super::{
    failure::{Failure, failure},
    schema::MIGRATIONS,
};

/// "GILR", in the file's header: tells our databases from other programs'.
pub(super) const APPLICATION_ID: i32 = i32::from_be_bytes(*b"GILR");

/// Up to 3.51.2 two connections that checkpoint at once could damage a database.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// Reads are short; more connections than this only wait for the same two cores.
pub(super) const READERS: u32 = 4;

/// How long to wait for another program that holds the file for a moment, such as a backup.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Why a database could not be opened. Each says what the operator can do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file belongs to another program, or is no database.
    #[error("{path} is not a Giliran database ({what}); name another file, or move this one away")]
    NotOurs {
        /// The file.
        path: PathBuf,
        /// How it was told.
        what: String,
    },
    /// A newer program has been here.
    #[error(
        "{path} has the schema {found} of a newer Giliran, this one knows schemas up to {known}; \
         run the newer program, or restore the backup from before the upgrade"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version in the file.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// Another process has the database.
    #[error("{path} is in use by another Giliran{}; stop that one first, or name another file", holder(.process))]
    InUse {
        /// The file.
        path: PathBuf,
        /// The id of the process, as far as it left one.
        process: Option<u32>,
    },
    /// The file, its directory or the whole disk can't be written.
    #[error(
        "{path} can't be written; give this user the right to write the file and its directory, \
         and see that the disk is not mounted read-only"
    )]
    ReadOnly {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The disk has no room for a database.
    #[error("there is no room on the disk for {path}; make room and start again")]
    Full {
        /// The file.
        path: PathBuf,
    },
    /// The file is ours, but not as we left it.
    #[error("{path} is damaged ({what}); restore the last good backup")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The part of the database that holds the last changes is there, and the rest is not.
    #[error(
        "{path} is missing but {path}-wal, which belongs to it, is there; put the database back beside it, \
         or move the -wal file away to begin a new log"
    )]
    Orphaned {
        /// The file.
        path: PathBuf,
    },
    /// A restore was cut off before it was whole; what was to be replaced may be set aside already.
    #[error(
        "a restore of {path} was cut off; run it again, or move {path}.restoring away to begin a new log"
    )]
    Unfinished {
        /// The file.
        path: PathBuf,
    },
    /// The SQLite library in this program has a fault that can damage databases.
    #[error(
        "this program was built with SQLite {found}, which can damage databases; build it with 3.51.3 or newer"
    )]
    OldSqlite {
        /// The library's version.
        found: String,
    },
    /// Anything else that the system or SQLite refused.
    #[error("{path} can't be opened; see that its directory is a local disk that this user can write")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

fn holder(process: &Option<u32>) -> String {
    process.map(|id| format!(" (process {id})")).unwrap_or_default()
}

/// A database that is open. The lock is to be held until the writer is closed.
#[derive(Debug)]
pub(super) struct Opened {
    pub log_id: Uuid,
    pub writer: SqliteConnection,
    pub readers: SqlitePool,
    pub lock: File,
}

pub(super) async fn open(path: &Path) -> Result<Opened, OpenError> {
    let place = Place::new(path)?;
    let (place, lock, found) = tokio::task::spawn_blocking(move || {
        let lock = place.lock()?;
        let found = place.look()?;
        Ok((place, lock, found))
    })
    .await
    .map_err(|error| OpenError::Io { path: path.into(), source: error.into() })??;

    match found {
        Found::Ours => {}
        Found::Nothing => place.create().await?,
    }
    let options = place.options();
    let mut writer = options
        .clone()
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        // 16 MiB: a commit for many branches changes a page of each, so a shorter log would be written
        // back after every few commits; a longer one would only take longer to read at the start.
        .pragma("wal_autocheckpoint", "4000")
        .pragma("journal_size_limit", (64 << 20).to_string()) // what a burst left is given back
        // What is removed is overwritten where its page is written anyway, which costs nothing; the rest of it
        // goes when the file is compacted.
        .pragma("secure_delete", "FAST")
        .connect()
        .await
        .map_err(|error| place.refusal(error))?;
    place.check_library(&mut writer).await?;
    place.upgrade(&mut writer).await?;
    let log_id = place.log_id(&mut writer).await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_with(options.read_only(true))
        .await
        .map_err(|error| place.refusal(error))?;
    Ok(Opened { log_id, writer, readers, lock })
}

pub(super) enum Found {
    Nothing,
    Ours,
}

/// Where a database is, or is to be. Absolute: SQLite takes a name like `file:x` for an address.
#[derive(Debug)]
pub(super) struct Place {
    pub path: PathBuf,
    pub directory: PathBuf,
}

impl Place {
    pub(super) fn new(path: &Path) -> Result<Self, OpenError> {
        let refuse = |source: io::Error| OpenError::Io { path: path.into(), source: source.into() };
        let absolute = std::path::absolute(path).map_err(refuse)?;
        // The lock goes by the file's own name: through a link two programs would not see each other.
        let absolute = match fs::canonicalize(&absolute) {
            Ok(own) => own,
            Err(error) if error.kind() == ErrorKind::NotFound && !absolute.is_symlink() => absolute,
            Err(error) => return Err(refuse(error)),
        };
        match fs::metadata(&absolute) {
            Ok(found) if !found.is_file() && !found.is_dir() => {
                let what = "it is a device, a pipe or a socket".into();
                return Err(OpenError::NotOurs { path: absolute, what });
            }
            Ok(found) if found.is_file() && found.nlink() > 1 => {
                let what = "the file has a second name (a hard link), which another program may use".into();
                return Err(OpenError::NotOurs { path: absolute, what });
            }
            _ => {}
        }
        match (absolute.parent(), absolute.file_name()) {
            (Some(directory), Some(_)) => Ok(Self { directory: directory.into(), path: absolute }),
            _ => Err(refuse(ErrorKind::IsADirectory.into())),
        }
    }

    pub(super) fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = OsString::from(&self.path);
        name.push(suffix);
        name.into()
    }

    pub(super) fn options(&self) -> SqliteConnectOptions {
        SqliteConnectOptions::new()
            .filename(&self.path)
            .busy_timeout(PATIENCE)
            .pragma("cell_size_check", "ON") // a damaged page is found before it does more damage
            .row_buffer_size(1024) // rows that SQLite's thread reads ahead
            .disable_statement_logging() // a statement of many rows would fill the log of the daemon
    }

    /// Takes the lock beside the file. First of all: whoever opens and closes a database's file takes
    /// SQLite's own locks away from a store in the same process.
    pub(super) fn lock(&self) -> Result<File, OpenError> {
        let refuse = |error| self.refused(error);
        create_directory(&self.directory).map_err(refuse)?;
        let mut lock = OpenOptions::new()
            .create(true)
            .truncate(false) // it may say who holds it
            .read(true)
            .write(true)
            .open(self.beside(".lock"))
            .map_err(refuse)?;
        self.hold(&mut lock)?;
        let note = |mut lock: &File| -> io::Result<()> {
            lock.set_len(0)?;
            lock.rewind()?;
            writeln!(lock, "{}", std::process::id())
        };
        if let Err(error) = note(&lock) {
            // A full disk must not keep the displays dark: the lock holds without the note.
            tracing::debug!(%error, "could not note the process in the lock file");
        }
        Ok(lock)
    }

    /// Takes the lock, or says who has it.
    pub(super) fn hold(&self, lock: &mut File) -> Result<(), OpenError> {
        match lock.try_lock() {
            Ok(()) => Ok(()),
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                // Whoever holds it may be about to write its id; the refusal is the same without.
                let process = lock.read_to_string(&mut text).ok().and_then(|_| text.trim().parse().ok());
                Err(OpenError::InUse { path: self.path.clone(), process })
            }
            Err(TryLockError::Error(error)) => Err(self.refused(error)),
        }
    }

    /// Looks at the file's header without SQLite, which would already begin to put another program's
    /// database in order.
    fn look(&self) -> Result<Found, OpenError> {
        self.look_with(OpenOptions::new().read(true).write(true))
    }

    pub(super) fn look_with(&self, options: &OpenOptions) -> Result<Found, OpenError> {
        let not_ours = |what: String| OpenError::NotOurs { path: self.path.clone(), what };
        let mut header = Vec::new();
        match options.open(&self.path) {
            Ok(file) => file.take(100).read_to_end(&mut header).map_err(|error| self.refused(error))?,
            Err(error) if error.kind() == ErrorKind::NotFound => 0,
            Err(error) => return Err(self.refused(error)),
        };
        if header.is_empty() {
            return match fs::metadata(self.beside("-wal")) {
                _ if self.restoring().exists() => Err(OpenError::Unfinished { path: self.path.clone() }),
                Ok(wal) if wal.len() > 0 => Err(OpenError::Orphaned { path: self.path.clone() }),
                _ => Ok(Found::Nothing),
            };
        }
        let id = match (header.starts_with(b"SQLite format 3\0"), header.get(68..72)) {
            (true, Some(&[a, b, c, d])) => i32::from_be_bytes([a, b, c, d]),
            _ => return Err(not_ours("it is no SQLite file".into())),
        };
        if id == APPLICATION_ID { Ok(Found::Ours) } else { Err(self.not_ours(id)) }
    }

    pub(super) fn not_ours(&self, id: i32) -> OpenError {
        let what = format!("its application id is {id:#x}, ours is {APPLICATION_ID:#x}");
        OpenError::NotOurs { path: self.path.clone(), what }
    }

    /// Where a database is built that is to take this one's place.
    pub(super) fn restoring(&self) -> PathBuf {
        self.beside(".restoring")
    }

    /// Makes the database aside and moves it into place.
    async fn create(&self) -> Result<(), OpenError> {
        let refuse = |error| self.refused(error);
        let aside = Self { path: self.beside(".new"), directory: self.directory.clone() };
        for left_over in [aside.path.clone(), aside.beside("-journal")] {
            match fs::remove_file(left_over) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(refuse(error)),
                _ => {}
            }
        }
        let mut connection = aside
            .options()
            .create_if_missing(true)
            .synchronous(SqliteSynchronous::Full)
            .pragma("application_id", APPLICATION_ID.to_string())
            .connect()
            .await
            .map_err(|error| self.refusal(error))?;
        self.migrate(&mut connection, &MIGRATIONS).await?;
        self.name_log(&mut connection, Uuid::new_v4()).await?;
        connection.close().await.map_err(|error| self.refusal(error))?;
        fs::rename(&aside.path, &self.path).map_err(refuse)?;
        sync_directory(&self.directory).map_err(refuse)?;
        tracing::info!(path = %self.path.display(), "made a new database");
        Ok(())
    }

    async fn check_library(&self, connection: &mut SqliteConnection) -> Result<(), OpenError> {
        let found: String = sqlx::query_scalar("SELECT sqlite_version()")
            .fetch_one(&mut *connection)
            .await
            .map_err(|error| self.refusal(error))?;
        if version(&found) < OLDEST_SQLITE {
            return Err(OpenError::OldSqlite { found });
        }
        let mode: String = sqlx::query_scalar("PRAGMA journal_mode")
            .fetch_one(connection)
            .await
            .map_err(|error| self.refusal(error))?;
        if mode != "wal" {
            let what = format!("the file system does not allow a write-ahead log; SQLite chose `{mode}`");
            return Err(OpenError::Io { path: self.path.clone(), source: what.into() });
        }
        Ok(())
    }

    /// Gives a new database the name of its log.
    pub(super) async fn name_log(
        &self,
        connection: &mut SqliteConnection,
        log_id: Uuid,
    ) -> Result<(), OpenError> {
        sqlx::query("INSERT INTO meta (id, log_id) VALUES (1, ?)")
            .bind(log_id.as_bytes().as_slice())
            .execute(connection)
            .await
            .map(drop)
            .map_err(|error| self.refusal(error))
    }

    pub(super) async fn log_id(&self, connection: &mut SqliteConnection) -> Result<Uuid, OpenError> {
        let id: Option<Vec<u8>> = sqlx::query_scalar("SELECT log_id FROM meta")
            .fetch_optional(connection)
            .await
            .map_err(|error| self.refusal(error))?;
        id.and_then(|bytes| Uuid::from_slice(&bytes).ok()).ok_or_else(|| OpenError::Damaged {
            path: self.path.clone(),
            what: "table meta does not name the log".into(),
        })
    }

    /// What the operating system refused.
    pub(super) fn refused(&self, error: io::Error) -> OpenError {
        let path = self.path.clone();
        let kind = error.kind();
        if matches!(kind, ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) {
            OpenError::ReadOnly { path, source: error.into() }
        } else if matches!(kind, ErrorKind::StorageFull | ErrorKind::QuotaExceeded) {
            OpenError::Full { path }
        } else {
            OpenError::Io { path, source: error.into() }
        }
    }

    /// What SQLite refused.
    pub(super) fn refusal(&self, error: sqlx::Error) -> OpenError {
        let path = self.path.clone();
        match failure(&error) {
            Failure::ReadOnly => OpenError::ReadOnly { path, source: error.into() },
            Failure::Full => OpenError::Full { path },
            Failure::Damaged => OpenError::Damaged { path, what: error.to_string() },
            Failure::Taken | Failure::Busy | Failure::Closed | Failure::Other => {
                OpenError::Io { path, source: error.into() }
            }
        }
    }
}

/// Of `3.51.3`; what is no number counts as 0.
fn version(text: &str) -> (u32, u32, u32) {
    let mut parts = text.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next())
}

/// Makes a directory and those above it, each of them on disk: a database in a directory that a power
/// cut takes away is lost.
fn create_directory(directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    let above = directory.parent().ok_or(ErrorKind::NotFound)?;
    create_directory(above)?;
    match fs::create_dir(directory) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => sync_directory(above),
    }
}

pub(super) fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::{OLDEST_SQLITE, version};

    #[test]
    fn a_library_with_the_checkpoint_fault_is_too_old() {
        for (text, old) in [
            ("3.40.1", true),
            ("3.51.2", true),
            ("3.51.3", false),
            ("3.51.10", false),
            ("3.52.0", false),
            ("4.0", false),
            ("rubbish", true),
        ] {
            assert_eq!(version(text) < OLDEST_SQLITE, old, "{text}");
        }
    }
}
