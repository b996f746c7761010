//! A copy of the log beside it: on a second disk, on a mounted share, kept up while the daemon works.
//!
//! A copy is a folder of segments: files of lines, each line a row with a checksum of its own, in the
//! order in which rows came about. What is copied only ever grows at the end, so a copy of any age is the
//! log up to some moment, and any moment before can be restored from it.
//!
//! - `table`: which tables a copy carries; a table that is added is registered there.
//! - `line`: rows as lines, and back.
//! - `segment`: one file, read whole and checked.
//! - `folder`: where a copy is written.
//! - `source`: the rows of a database that a copy has not yet.
//! - [`Copier`]: from the one to the other.
//! - [`Survey`]: what a copy holds, checked.
//! - [`Restoring`]: a new database from a copy.
//!
//! Invariants: a closed segment is never written again; a row that the heads of a copy count is on that
//! disk, synced; reading for a copy takes nothing from those who write the database but processor time.

mod copier;
mod folder;
mod line;
mod restore;
mod segment;
mod source;
mod survey;
mod table;

use std::path::PathBuf;

pub use copier::{Copier, Progress};
pub(crate) use restore::write_key;
pub use restore::{Restoring, Until};
pub use survey::{Lost, Survey, copies};

use crate::{OpenError, StoreError};

/// Why a copy could not be made, read or restored.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The folder is not there: the disk or the share is not mounted, or nobody made it yet.
    #[error("the folder {path} is not there; mount its disk, or make the folder")]
    Away {
        /// The folder.
        path: PathBuf,
    },
    /// Another program writes this copy.
    #[error("{path} is being written by another program")]
    InUse {
        /// The copy.
        path: PathBuf,
    },
    /// The folder has no room.
    #[error("there is no room for the copy in {path}")]
    Full {
        /// The folder or file.
        path: PathBuf,
    },
    /// The system refused something else.
    #[error("{path}: {why}")]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// What it said.
        why: String,
    },
    /// The database could not be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database could not be read, in one place.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// SQLite refused something.
    #[error("the database can't be read or written: {0}")]
    Database(String),
    /// The folder holds no copy.
    #[error("{path} holds no copy of a log")]
    NoCopy {
        /// The folder.
        path: PathBuf,
    },
    /// The copy is of a newer program.
    #[error("{path} was written by a newer Giliran ({what}); restore it with that one")]
    Newer {
        /// The copy.
        path: PathBuf,
        /// How it was told.
        what: String,
    },
    /// There is a database already.
    #[error("{path} is there already; to set it aside and put the restored one in its place, say --replace")]
    Exists {
        /// The database.
        path: PathBuf,
    },
    /// What was asked for is not in the copy.
    #[error("{0}")]
    NotInCopy(String),
}

impl CopyError {
    fn io(path: impl Into<PathBuf>, error: &std::io::Error) -> Self {
        let path = path.into();
        if matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded) {
            Self::Full { path }
        } else {
            Self::Io { path, why: error.to_string() }
        }
    }
}

impl From<sqlx::Error> for CopyError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.to_string())
    }
}
