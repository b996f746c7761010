//! What a daemon must not forget: the event log of its branches and the snapshots beside it.
//!
//! - [`Store`] is what the daemon needs kept; it says nothing about how.
//! - [`SqliteStore`] keeps it in one SQLite file, with nothing to install.
//! - [`Copier`], [`Survey`] and [`Restoring`] keep a copy of it elsewhere, look it over and bring it back.
//! - [`Inspection`] looks over a database that may be at work.
//!
//! The log is the truth; a snapshot only shortens the way back to it and may be lost. What entries
//! mean, who numbers them and what a snapshot holds is the business of others.
//!
//! Invariants: an entry that was answered with `Ok` is on disk and stays as it is; a branch's entries
//! are numbered from 1 without a hole; a command stands in a branch's log once at most; an entry that
//! is given back is the one that was put in, or the call fails.

mod copy;
mod error;
mod row;
mod sqlite;

use std::pin::Pin;

use giliran_core::{BranchId, CommandId, Entry, Known};
use uuid::Uuid;

pub use copy::{Copier, CopyError, Lost, Progress, Restoring, Survey, Until, copies};
pub use error::StoreError;
#[doc(hidden)]
pub use row::decode_sound;
pub use sqlite::{Inspection, OpenError, SqliteStore};

/// What a [`Store`] answers in its own time.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What the daemon needs kept.
///
/// One store serves all branches of a daemon, from many tasks at once. A branch has one writer.
pub trait Store: Send + Sync + 'static {
    /// Names this log for ever: made with the database and kept in it. Where it differs from what a
    /// client saw before, the database was replaced and the client's sequence numbers mean nothing.
    fn log_id(&self) -> Uuid;

    /// Why nothing can be written, where the store was opened for reading only. Writing then always gets
    /// this; whether it could be written by now, only opening it again tells.
    fn unwritable(&self) -> Option<StoreError> {
        None
    }

    /// Adds entries to the end of a branch's log, all or none. They are on disk, synced, when the answer
    /// is `Ok`; none is there after an error that is not [final](StoreError::is_final).
    ///
    /// `entries` go on where the log ends, without a hole. They are handed in by the call itself, in the
    /// order of calls, so that a caller may hand in more before it has the answer: where some are
    /// refused, so is what goes on from them. All that was handed in meanwhile shares the next sync. It is
    /// the caller who bounds how much that is.
    fn append(&self, branch: &BranchId, entries: &[Entry]) -> BoxFuture<'static, Result<(), StoreError>>;

    /// What a branch starts from: its newest sound snapshot, entries after it, and the last
    /// `known_commands` commands of the log. The work is bounded by these, however long the history; whoever
    /// needs more entries than are given back goes on with [`Store::entries`].
    ///
    /// A damaged snapshot is passed over with a warning; a damaged or missing entry is an error.
    fn recover<'a>(
        &'a self,
        branch: &'a BranchId,
        known_commands: usize,
    ) -> BoxFuture<'a, Result<Recovered, StoreError>>;

    /// The entry of that number, if the log has come so far.
    fn entry_of<'a>(
        &'a self,
        branch: &'a BranchId,
        seq: u64,
    ) -> BoxFuture<'a, Result<Option<Entry>, StoreError>>;

    /// The entry that a command made, however long ago.
    fn entry_of_command<'a>(
        &'a self,
        branch: &'a BranchId,
        command: CommandId,
    ) -> BoxFuture<'a, Result<Option<Entry>, StoreError>>;

    /// The first `limit` entries after number `after`, in order and without a hole; fewer where the log ends.
    fn entries<'a>(
        &'a self,
        branch: &'a BranchId,
        after: u64,
        limit: u32,
    ) -> BoxFuture<'a, Result<Vec<Entry>, StoreError>>;

    /// Keeps a snapshot of the branch as it stood after entry `snapshot.seq`, which must be in the log.
    /// The last two of a branch are kept; one of the same number is replaced.
    fn save_snapshot<'a>(
        &'a self,
        branch: &'a BranchId,
        snapshot: Snapshot,
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Finishes what is in hand, tidies up and lets go of the database. Whoever comes after gets
    /// [`StoreError::Closed`]. Closing twice does no harm.
    fn close<'a>(&'a self) -> BoxFuture<'a, ()>;
}

/// A branch as it stood after an entry, in a form that only its maker reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The last entry that it contains; 0 for a branch that has none.
    pub seq: u64,
    /// The maker's own; the store gives back the same bytes or none.
    pub body: Vec<u8>,
}

/// What [`Store::recover`] found. All of it is empty for a branch that is not in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// The newest sound snapshot.
    pub snapshot: Option<Snapshot>,
    /// The entries after the snapshot, or from the first where there is none; in order, without a hole. All
    /// of them unless there are thousands.
    pub tail: Vec<Entry>,
    /// The last commands of the log, oldest first.
    pub known: Vec<Known>,
}
