//! What a daemon must not forget: the event log of its branches, the snapshots beside it, and who may do
//! what and who did.
//!
//! - [`Store`] is what the daemon needs kept; it says nothing about how.
//! - [`SqliteStore`] keeps it in one SQLite file, with nothing to install.
//! - [`Copier`], [`Survey`] and [`Restoring`] keep a copy of it elsewhere, look it over and bring it back.
//! - [`Inspection`] looks over a database that may be at work.
//!
//! The log is the truth; a snapshot only shortens the way back to it and may be lost. What entries
//! mean, who numbers them and what a snapshot holds is the business of others; so is what records, sessions
//! and audit rows say, which are text to the store.
//!
//! Invariants: an entry that was answered with `Ok` is on disk and stays as it is; a branch's entries
//! are numbered from 1 without a hole; a command stands in a branch's log once at most; an entry that
//! is given back is the one that was put in, or the call fails. Audit rows are numbered without a hole, but
//! that those at the front may have been let go.

mod copy;
mod error;
mod row;
mod sqlite;

use std::pin::Pin;

use giliran_core::{BranchId, CommandId, Entry, Known};
use jiff::Timestamp;
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

    /// Makes changes beside the log and adds rows to the end of the audit record, all or none. They are on
    /// disk, synced, when the answer is `Ok`; none is there after an error that is not
    /// [final](StoreError::is_final).
    ///
    /// Changes are made in their order; removing what is not there is no error. Audit rows go on where the
    /// record ends, each numbered one more than the one before, the first of all 1; where they do not, that
    /// is [`StoreError::UnfitAudit`]. Their times never go back, which the caller sees to. What is handed in
    /// is done in the order of calls, as with [`Store::append`]; between the two there is no order but by
    /// waiting for the answer.
    fn keep(&self, changes: Vec<Change>, audit: Vec<AuditRow>) -> BoxFuture<'static, Result<(), StoreError>>;

    /// All records, in the order of their kinds and keys.
    fn records(&self) -> BoxFuture<'_, Result<Vec<Record>, StoreError>>;

    /// All sessions, key and body, in the order of their keys.
    fn sessions(&self) -> BoxFuture<'_, Result<Vec<(String, String)>, StoreError>>;

    /// The first `limit` audit rows after number `after`, in order. The first may be a later one than the
    /// next: those before were let go. That no other is missing and none was changed is in their hashes, which
    /// are the caller's to check.
    fn audit(&self, after: u64, limit: u32) -> BoxFuture<'_, Result<Vec<AuditRow>, StoreError>>;

    /// The last audit row, to go on from.
    fn last_audit(&self) -> BoxFuture<'_, Result<Option<AuditRow>, StoreError>>;

    /// Lets go of the audit rows up to number `up_to`, and keeps `anchor`, which says where the rest begins; both
    /// or neither, on disk when the answer is `Ok`. The last row can't be let go of, because the record goes
    /// on from it: that is [`StoreError::UnfitAudit`].
    fn prune_audit(&self, up_to: u64, anchor: Record) -> BoxFuture<'static, Result<(), StoreError>>;

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

/// Something small that is kept whole beside the log; what it means is its maker's business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What it is, such as `person`.
    pub kind: String,
    /// Which of its kind.
    pub key: String,
    /// The maker's own; the store gives back the same text or none.
    pub body: String,
}

/// A row of the audit record: something that somebody did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number, from 1.
    pub seq: u64,
    /// When it was done; not before the one before.
    pub at: Timestamp,
    /// The maker's own.
    pub body: String,
    /// Made by who made the row, over it and the row before, so that none can be changed or taken out
    /// unseen. The store keeps it and does not look into it.
    pub hash: [u8; 32],
}

/// A change of what is kept beside the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Keeps a record, in place of one of the same kind and key if there is one.
    PutRecord(Record),
    /// Lets go of a record.
    RemoveRecord {
        /// What it is.
        kind: String,
        /// Which of its kind.
        key: String,
    },
    /// Keeps a session, in place of one of the same key if there is one. No copy carries it.
    PutSession {
        /// Which it is.
        key: String,
        /// The maker's own.
        body: String,
    },
    /// Lets go of a session.
    RemoveSession {
        /// Which it is.
        key: String,
    },
}
