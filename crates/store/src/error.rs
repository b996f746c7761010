//! What can go wrong with a store, by what the caller can do about it.

use giliran_core::{BranchId, CommandId};

/// Why the store did not do what was asked.
///
/// Unless [`StoreError::is_final`] says so, nothing was changed and the store works on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The log has this entry already: somebody else writes this branch. Recover before going on.
    #[error("entry {seq} of branch {branch} is in the log already: somebody else writes this branch")]
    SeqTaken {
        /// The branch.
        branch: BranchId,
        /// The first number that is taken.
        seq: u64,
    },
    /// The entry or snapshot does not join on to the log, which would leave a hole in it.
    #[error("entry {seq} of branch {branch} does not join on to the log, which goes on at {next}")]
    Hole {
        /// The branch.
        branch: BranchId,
        /// The number that was given.
        seq: u64,
        /// The number that the log goes on with.
        next: u64,
    },
    /// The log has this command already; its entry holds the answer.
    #[error("command {command} is in the log of branch {branch} already")]
    CommandTaken {
        /// The branch.
        branch: BranchId,
        /// The first command that is taken.
        command: CommandId,
    },
    /// The entry or snapshot is one that no ledger makes and the log can't hold.
    #[error("entry {seq} of branch {branch} can't be stored: {what}")]
    Unfit {
        /// The branch.
        branch: BranchId,
        /// The entry's number.
        seq: u64,
        /// What is wrong with it.
        what: String,
    },
    /// An audit row does not go on where the record ends, is one that the record can't hold, or can't be let
    /// go of. Where it does not go on, somebody else writes the record: read its last row before going on.
    #[error("audit row {seq}: {what}")]
    UnfitAudit {
        /// The row's number.
        seq: u64,
        /// What is wrong with it.
        what: String,
    },
    /// What is stored is not what was put in. Restore a backup: nothing here repairs it.
    #[error("the database is damaged: table {table}, {key}: {what}; restore the last good backup")]
    Damaged {
        /// The table that holds it.
        table: &'static str,
        /// The row, as a person would look for it.
        key: String,
        /// What is wrong with it.
        what: String,
    },
    /// The disk is full. Nothing was written; the same can be tried again when there is room.
    #[error("the disk is full: nothing was written; make room and try again")]
    Full,
    /// Another program holds the database, or too many wait for it. Nothing was written or read; the
    /// same can be tried again.
    #[error("the database is busy: another program holds it, or too many wait for it")]
    Busy,
    /// The database can't be written any more. Final.
    #[error("the database can't be written any more: {what}")]
    ReadOnly {
        /// What the database said.
        what: String,
    },
    /// Writing, syncing or reading failed. What was being written may be on disk or not, and trying
    /// again on the same handle would not tell: only a new start, which reads the disk, does. Final.
    #[error("the database failed: {what}; the program must start again and read what is on disk")]
    Failed {
        /// What the database said.
        what: String,
    },
    /// The store was closed.
    #[error("the database is closed")]
    Closed,
}

impl StoreError {
    /// Whether the process must stop and start again from what is on disk: after a failed sync the
    /// operating system may call lost pages written, so nothing that this process does can be trusted.
    pub fn is_final(&self) -> bool {
        match self {
            Self::ReadOnly { .. } | Self::Failed { .. } => true,
            Self::SeqTaken { .. }
            | Self::Hole { .. }
            | Self::CommandTaken { .. }
            | Self::Unfit { .. }
            | Self::UnfitAudit { .. }
            | Self::Damaged { .. }
            | Self::Full
            | Self::Busy
            | Self::Closed => false,
        }
    }
}
