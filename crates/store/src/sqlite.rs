//! The store in one SQLite file.
//!
//! One connection writes, owned by one task that commits for many callers at once and writes the log
//! back into the file; a few others read. What a caller was answered, a read that comes after sees.
//!
//! - `open`: from a path to a database that is ours and nobody else's.
//! - `writer`: the task that writes.
//! - `read_only`: the same where nothing can be written now.
//! - `read`: entries and snapshots, checked.
//! - `kept`: what is kept beside them, checked.
//! - `inspect`: a database that is only looked at, by whoever likes, while it is at work.
//! - `aside`: a database that takes the place of another, or of none.
//! - `schema`: its versions, and the way from an older one to ours.
//! - `failure`: SQLite's result codes, by what follows from them.

mod aside;
mod failure;
mod inspect;
mod kept;
mod open;
mod read;
mod read_only;
mod schema;
mod writer;

use std::{
    fs::File,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use giliran_core::{BranchId, CommandId, Entry};
use sqlx::{Sqlite, SqlitePool, pool::PoolConnection};
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    task::JoinHandle,
};
use uuid::Uuid;

pub(crate) use self::{
    aside::Aside,
    inspect::{Onlooker, onlook},
};
use self::{
    failure::{while_reading, while_reading_kept},
    writer::{Append, Job, Keep, Step},
};
pub use self::{inspect::Inspection, open::OpenError};
use crate::{
    AuditRow, BoxFuture, Change, Record, Recovered, Snapshot, Store, StoreError,
    row::{AuditLine, LogRow, RecordRow, SnapshotRow},
};

/// A [`Store`] in one file.
///
/// Close it before the process ends. One that is dropped instead finishes what it was handed in the
/// background, as long as the runtime lives; nothing that was answered depends on either.
#[derive(Debug)]
pub struct SqliteStore {
    log_id: Uuid,
    readers: SqlitePool,
    /// The writer's, or why nothing can be written.
    jobs: Result<mpsc::UnboundedSender<Job>, StoreError>,
    /// The lock of a store that can't write; a writer holds its own.
    lock: Mutex<Option<File>>,
    /// Taken by whoever closes first; others wait for the same.
    writer: Mutex<Option<JoinHandle<()>>>,
    closing: Arc<AtomicBool>,
}

impl SqliteStore {
    /// Opens the database at `path`, or makes it, its directory too. Runs on a tokio runtime.
    ///
    /// A file `<path>.lock` beside it, which stays, keeps a second process out.
    ///
    /// # Errors
    ///
    /// Anything that is not a database of ours that this process may write alone; nothing of a file
    /// that is not ours is changed.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        let open::Opened { log_id, writer, readers, lock } = open::open(path).await?;
        let (jobs, writer) = writer::start(writer, lock);
        Ok(Self {
            log_id,
            readers,
            jobs: Ok(jobs),
            lock: Mutex::new(None),
            writer: Mutex::new(Some(writer)),
            closing: Arc::default(),
        })
    }

    /// Opens a database that can't be written, as [`open`](Self::open) has said by [`OpenError::ReadOnly`]
    /// or [`OpenError::Full`], for reading what is there. Whatever is to be written is refused with `why`.
    /// Nothing on the disk is changed.
    ///
    /// # Errors
    ///
    /// There is no database of ours, of this schema, that could be read.
    pub async fn open_read_only(path: &Path, why: StoreError) -> Result<Self, OpenError> {
        let read_only::Readable { log_id, readers, lock } = read_only::open(path).await?;
        Ok(Self {
            log_id,
            readers,
            jobs: Err(why),
            lock: Mutex::new(lock),
            writer: Mutex::new(None),
            closing: Arc::default(),
        })
    }

    /// Tries whether a database that could not be written can be now, by writing something beside it.
    /// Blocks on the disk.
    ///
    /// # Errors
    ///
    /// What still stands in the way.
    pub fn try_to_write(path: &Path) -> Result<(), OpenError> {
        read_only::try_to_write(path)
    }

    /// Writes the whole file anew, so that nothing that was removed is left in it: SQLite only marks room as free.
    /// Takes as long as copying it, and as much room on the disk meanwhile; nothing else is written until then.
    ///
    /// # Errors
    ///
    /// The disk refuses, or another program reads at that moment; nothing is lost, and it can be tried again.
    pub async fn compact(&self) -> Result<(), StoreError> {
        self.write(|answer| Job::Compact { answer }).await
    }

    async fn reader(&self, branch: &BranchId) -> Result<PoolConnection<Sqlite>, StoreError> {
        self.readers.acquire().await.map_err(|error| while_reading(&error, "log", branch, "any seq"))
    }

    /// A reader for a table that is not of branches.
    async fn reader_of(&self, table: &'static str) -> Result<PoolConnection<Sqlite>, StoreError> {
        self.readers.acquire().await.map_err(|error| while_reading_kept(&error, table, "any key"))
    }

    /// Hands the writer a job, at once; what comes of it is waited for by whoever polls the answer.
    fn write(
        &self,
        job: impl FnOnce(oneshot::Sender<Result<(), StoreError>>) -> Job,
    ) -> BoxFuture<'static, Result<(), StoreError>> {
        let (answer, answered) = oneshot::channel();
        let handed_in = match &self.jobs {
            // A writer that is gone drops the answer.
            Ok(jobs) => jobs.send(job(answer)).or(Ok(())),
            Err(unwritable) => Err(unwritable.clone()),
        };
        let closing = self.closing.clone();
        Box::pin(async move {
            handed_in?;
            answered.await.unwrap_or_else(|_| {
                Err(if closing.load(Ordering::Acquire) {
                    StoreError::Closed
                } else {
                    StoreError::Failed { what: "the writing task is gone".into() }
                })
            })
        })
    }
}

impl Store for SqliteStore {
    fn log_id(&self) -> Uuid {
        self.log_id
    }

    fn unwritable(&self) -> Option<StoreError> {
        self.jobs.as_ref().err().cloned()
    }

    fn append(&self, branch: &BranchId, entries: &[Entry]) -> BoxFuture<'static, Result<(), StoreError>> {
        if entries.is_empty() {
            return Box::pin(async { Ok(()) });
        }
        // Here and not in the writer, for which all wait.
        match entries.iter().map(|entry| LogRow::encode(branch, entry)).collect() {
            Ok(rows) => self.write(|answer| Job::Append(Append { branch: branch.clone(), rows, answer })),
            Err(unfit) => Box::pin(async { Err(unfit) }),
        }
    }

    fn recover<'a>(
        &'a self,
        branch: &'a BranchId,
        known_commands: usize,
    ) -> BoxFuture<'a, Result<Recovered, StoreError>> {
        Box::pin(async move {
            // One transaction: all that is read is of one moment.
            let refuse = |error| while_reading(&error, "log", branch, "any seq");
            let mut reading = self.readers.begin().await.map_err(refuse)?;
            read::recover(&mut reading, branch, known_commands).await
        })
    }

    fn entry_of<'a>(
        &'a self,
        branch: &'a BranchId,
        seq: u64,
    ) -> BoxFuture<'a, Result<Option<Entry>, StoreError>> {
        Box::pin(async move { read::entry_of(&mut *self.reader(branch).await?, branch, seq).await })
    }

    fn entry_of_command<'a>(
        &'a self,
        branch: &'a BranchId,
        command: CommandId,
    ) -> BoxFuture<'a, Result<Option<Entry>, StoreError>> {
        Box::pin(
            async move { read::entry_of_command(&mut *self.reader(branch).await?, branch, command).await },
        )
    }

    fn entries<'a>(
        &'a self,
        branch: &'a BranchId,
        after: u64,
        limit: u32,
    ) -> BoxFuture<'a, Result<Vec<Entry>, StoreError>> {
        Box::pin(
            async move { read::entries(&mut *self.reader(branch).await?, branch, after, limit.into()).await },
        )
    }

    fn save_snapshot<'a>(
        &'a self,
        branch: &'a BranchId,
        snapshot: Snapshot,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let row = SnapshotRow::encode(branch, snapshot)?;
            self.write(|answer| Job::Snapshot { branch: branch.clone(), row, answer }).await
        })
    }

    fn keep(&self, changes: Vec<Change>, audit: Vec<AuditRow>) -> BoxFuture<'static, Result<(), StoreError>> {
        if changes.is_empty() && audit.is_empty() {
            return Box::pin(async { Ok(()) });
        }
        let rows: Result<Vec<_>, _> = audit.into_iter().map(AuditLine::encode).collect();
        match rows {
            Ok(rows) => {
                let steps =
                    changes.into_iter().map(Step::of).chain(rows.into_iter().map(Step::Audit)).collect();
                self.write(|answer| Job::Keep(Keep { steps, answer }))
            }
            Err(unfit) => Box::pin(async { Err(unfit) }),
        }
    }

    fn records(&self) -> BoxFuture<'_, Result<Vec<Record>, StoreError>> {
        Box::pin(
            async move { kept::records(&mut *self.reader_of("record").await?).await?.into_iter().collect() },
        )
    }

    fn sessions(&self) -> BoxFuture<'_, Result<Vec<(String, String)>, StoreError>> {
        Box::pin(async move {
            kept::sessions(&mut *self.reader_of("session").await?).await?.into_iter().collect()
        })
    }

    fn audit(&self, after: u64, limit: u32) -> BoxFuture<'_, Result<Vec<AuditRow>, StoreError>> {
        Box::pin(async move {
            kept::audit(&mut *self.reader_of("audit").await?, after, limit).await?.into_iter().collect()
        })
    }

    fn last_audit(&self) -> BoxFuture<'_, Result<Option<AuditRow>, StoreError>> {
        Box::pin(async move { kept::last_audit(&mut *self.reader_of("audit").await?).await })
    }

    fn prune_audit(&self, up_to: u64, anchor: Record) -> BoxFuture<'static, Result<(), StoreError>> {
        let steps = vec![Step::Prune { up_to }, Step::PutRecord(RecordRow::encode(anchor))];
        self.write(|answer| Job::Keep(Keep { steps, answer }))
    }

    fn close<'a>(&'a self) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            self.closing.store(true, Ordering::Release);
            // Readers first: the last connection to close tidies up, and a reader can't.
            self.readers.close().await;
            if let Ok(jobs) = &self.jobs {
                // Refused by a writer that is closing already.
                let _closing = jobs.send(Job::Close);
            }
            if let Some(writer) = self.writer.lock().await.take()
                && let Err(error) = writer.await
            {
                tracing::error!(%error, "the writing task did not end well");
            }
            self.lock.lock().await.take();
        })
    }
}
