//! The one connection that writes, and the task that owns it.
//!
//! Whatever waits is written together: one transaction, one sync, then all are answered. One caller's
//! conflict is its own: the others are stored all the same. Entries are one transaction, what is kept beside
//! the log another.
//!
//! Invariants: nobody is told `Ok` before the sync; after a final failure nothing is written any more.

use std::{
    collections::{HashMap, HashSet},
    fs::File,
};

use giliran_core::{BranchId, CommandId};
use sqlx::{Connection, QueryBuilder, Sqlite, SqliteConnection};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::failure::{Failure, failure, while_writing};
use crate::{
    Change, StoreError,
    row::{AuditLine, LogRow, RecordRow, SessionRow, SnapshotRow},
};

/// A group takes in no more callers beyond so many rows. Half a thousand already makes the sync cheap;
/// the bound keeps the first of them from waiting for too many others.
const ROWS_PER_GROUP: usize = 4096;

/// SQLite takes 32,766 values in a statement; a row has six.
const ROWS_PER_STATEMENT: usize = 5_000;

/// Groups of up to so many rows are kept prepared, a statement for each size; the connection keeps 100.
const ROWS_PREPARED: usize = 80;

pub(super) type Answer = oneshot::Sender<Result<(), StoreError>>;

#[derive(Debug)]
pub(super) enum Job {
    Append(Append),
    Keep(Keep),
    Snapshot { branch: BranchId, row: SnapshotRow, answer: Answer },
    Compact { answer: Answer },
    Close,
}

#[derive(Debug)]
pub(super) struct Append {
    pub branch: BranchId,
    pub rows: Vec<LogRow>,
    pub answer: Answer,
}

/// What one caller wants kept beside the log, all or none.
#[derive(Debug)]
pub(super) struct Keep {
    pub steps: Vec<Step>,
    pub answer: Answer,
}

/// One change of what is kept beside the log.
#[derive(Debug)]
pub(super) enum Step {
    PutRecord(RecordRow),
    RemoveRecord { kind: String, key: String },
    PutSession(SessionRow),
    RemoveSession { key: String },
    Audit(AuditLine),
    Prune { up_to: u64 },
}

impl Step {
    pub(super) fn of(change: Change) -> Self {
        match change {
            Change::PutRecord(record) => Self::PutRecord(RecordRow::encode(record)),
            Change::RemoveRecord { kind, key } => Self::RemoveRecord { kind, key },
            Change::PutSession { key, body } => Self::PutSession(SessionRow::encode(key, body)),
            Change::RemoveSession { key } => Self::RemoveSession { key },
        }
    }

    fn push_onto(&self, sql: &mut QueryBuilder<Sqlite>) {
        match self {
            Self::PutRecord(RecordRow { kind, key, body, checksum }) => {
                sql.push("INSERT OR REPLACE INTO record (kind, key, body, checksum) ");
                sql.push_values([()], |mut values, ()| {
                    values.push_bind(kind.as_str()).push_bind(key.as_str()).push_bind(body.as_str());
                    values.push_bind(*checksum);
                });
            }
            Self::RemoveRecord { kind, key } => {
                sql.push("DELETE FROM record WHERE kind = ").push_bind(kind.as_str());
                sql.push(" AND key = ").push_bind(key.as_str());
            }
            Self::PutSession(SessionRow { key, body, checksum }) => {
                sql.push("INSERT OR REPLACE INTO session (key, body, checksum) ");
                sql.push_values([()], |mut values, ()| {
                    values.push_bind(key.as_str()).push_bind(body.as_str()).push_bind(*checksum);
                });
            }
            Self::RemoveSession { key } => {
                sql.push("DELETE FROM session WHERE key = ").push_bind(key.as_str());
            }
            Self::Audit(AuditLine { seq, at_ns, body, hash }) => {
                sql.push("INSERT INTO audit (seq, at_ns, body, hash) ");
                sql.push_values([()], |mut values, ()| {
                    values.push_bind(*seq).push_bind(*at_ns).push_bind(body.as_str());
                    values.push_bind(hash.as_slice());
                });
            }
            Self::Prune { up_to } => {
                // It is less than a number that a row has.
                let up_to = i64::try_from(*up_to).unwrap_or(i64::MAX);
                sql.push("DELETE FROM audit WHERE seq <= ").push_bind(up_to);
            }
        }
        sql.push(";");
    }
}

/// Starts the writer. It ends when it is told to close or nobody can reach it any more, after all that
/// waits; then it closes the connection and, last, lets go of the lock.
pub(super) fn start(
    connection: SqliteConnection,
    lock: File,
) -> (mpsc::UnboundedSender<Job>, tokio::task::JoinHandle<()>) {
    let (sender, jobs) = mpsc::unbounded_channel();
    let writer = Writer { connection, heads: HashMap::new(), audit_head: None, failed: None };
    (sender, tokio::spawn(writer.run(jobs, lock)))
}

struct Writer {
    connection: SqliteConnection,
    /// The last number of each branch that was written to. Nobody else writes while the lock is held;
    /// the table's key holds even if somebody does.
    heads: HashMap<BranchId, u64>,
    /// The last number of the audit record, once it was asked for.
    audit_head: Option<u64>,
    failed: Option<StoreError>,
}

impl Writer {
    async fn run(mut self, mut jobs: mpsc::UnboundedReceiver<Job>, lock: File) {
        while let Some(first) = jobs.recv().await {
            // Whoever is about to hand something in does so first: a sync for one alone keeps all others
            // waiting.
            tokio::task::yield_now().await;
            let Group { appends, keeps, other } = gather(first, &mut jobs);
            if !appends.is_empty() {
                self.append(appends).await;
            }
            if !keeps.is_empty() {
                self.keep(keeps).await;
            }
            match other {
                Some(Job::Snapshot { branch, row, answer }) => {
                    let result = self.save_snapshot(&branch, &row).await;
                    self.answer(answer, result);
                }
                Some(Job::Compact { answer }) => {
                    let result = self.compact().await;
                    self.answer(answer, result);
                }
                Some(Job::Close) => jobs.close(), // what waits already is still handed out
                Some(Job::Append(_) | Job::Keep(_)) | None => {}
            }
        }
        if self.failed.is_some() {
            // Closing the last connection would write to the file, and after a failed sync that must
            // not be. The process ends soon and takes both with it.
            std::mem::forget((self.connection, lock));
            return;
        }
        // The last connection to close writes the log back into the file and removes it.
        if let Err(error) = self.connection.close().await {
            tracing::warn!(%error, "the database was not closed cleanly; nothing is lost");
        }
        drop(lock);
    }

    /// Writes a group; each caller gets its answer.
    async fn append(&mut self, group: Vec<Append>) {
        let mut heads = HashMap::new();
        let mut fit = Vec::with_capacity(group.len());
        for append in group {
            match self.joins_on(&append, &mut heads).await {
                Ok(()) => fit.push(append),
                Err(error) => self.answer(append.answer, Err(error)),
            }
        }
        let result = match self.insert(&fit).await {
            Ok(()) => {
                self.heads.extend(heads);
                Ok(())
            }
            Err(StopOr::Taken) => match <[Append; 1]>::try_from(fit) {
                Ok([append]) => {
                    let error = self.what_is_taken(&append).await;
                    self.answer(append.answer, Err(error));
                    return;
                }
                Err(group) => {
                    for append in group {
                        Box::pin(self.append(vec![append])).await;
                    }
                    return;
                }
            },
            Err(StopOr::Stop(error)) => Err(error),
        };
        for append in fit {
            self.answer(append.answer, result.clone());
        }
    }

    /// Whether the rows go on where the branch's log will end, with those in `heads` before them.
    async fn joins_on(
        &mut self,
        append: &Append,
        heads: &mut HashMap<BranchId, u64>,
    ) -> Result<(), StoreError> {
        let branch = &append.branch;
        let mut head = match heads.get(branch) {
            Some(head) => *head,
            None => self.head(branch).await?,
        };
        for row in &append.rows {
            let (seq, next) = (row.seq.unsigned_abs(), head + 1);
            if seq < next {
                return Err(StoreError::SeqTaken { branch: branch.clone(), seq });
            }
            if seq > next {
                return Err(StoreError::Hole { branch: branch.clone(), seq, next });
            }
            head = seq;
        }
        heads.insert(branch.clone(), head);
        Ok(())
    }

    /// The last number of a branch's log; 0 where it has none.
    async fn head(&mut self, branch: &BranchId) -> Result<u64, StoreError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        if let Some(head) = self.heads.get(branch) {
            return Ok(*head);
        }
        let head: Option<i64> = sqlx::query_scalar("SELECT max(seq) FROM log WHERE branch = ?")
            .bind(branch.as_str())
            .fetch_one(&mut self.connection)
            .await
            .map_err(|error| while_writing(&error))?;
        let head = head.unwrap_or(0).unsigned_abs();
        self.heads.insert(branch.clone(), head);
        Ok(head)
    }

    /// All rows of a group in one transaction.
    async fn insert(&mut self, group: &[Append]) -> Result<(), StopOr> {
        let rows: Vec<_> =
            group.iter().flat_map(|append| append.rows.iter().map(|row| (&append.branch, row))).collect();
        if rows.is_empty() {
            return Ok(());
        }
        // One text for the whole transaction: each trip to SQLite's thread costs as much as many rows. A
        // single statement is a transaction by itself.
        let alone = rows.len() <= ROWS_PER_STATEMENT;
        let mut sql = QueryBuilder::<Sqlite>::new(if alone { "" } else { "BEGIN IMMEDIATE;" });
        for rows in rows.chunks(ROWS_PER_STATEMENT) {
            sql.push("INSERT INTO log (branch, seq, command, at_ns, body, checksum) ");
            sql.push_values(rows, |mut values, (branch, row)| {
                values
                    .push_bind(branch.as_str())
                    .push_bind(row.seq)
                    .push_bind(row.command.as_deref())
                    .push_bind(row.at_ns)
                    .push_bind(row.body.as_str())
                    .push_bind(row.checksum);
            });
            sql.push(if alone { "" } else { ";" });
        }
        sql.push(if alone { "" } else { "COMMIT" });
        // Texts differ by the number of rows alone, and small groups are the rule.
        self.transaction(sql, rows.len() <= ROWS_PREPARED).await
    }

    /// Keeps what a group of callers wants kept beside the log; each caller gets its answer.
    async fn keep(&mut self, group: Vec<Keep>) {
        let mut head = None;
        let mut fit = Vec::with_capacity(group.len());
        for keep in group {
            match self.goes_on(&keep, &mut head).await {
                Ok(()) => fit.push(keep),
                Err(error) => self.answer(keep.answer, Err(error)),
            }
        }
        if fit.is_empty() {
            return;
        }
        let mut sql = QueryBuilder::<Sqlite>::new("BEGIN IMMEDIATE;");
        for step in fit.iter().flat_map(|keep| &keep.steps) {
            step.push_onto(&mut sql);
        }
        sql.push("COMMIT");
        let result = match self.transaction(sql, false).await {
            Ok(()) => {
                self.audit_head = head.or(self.audit_head);
                Ok(())
            }
            Err(StopOr::Taken) => {
                // Somebody else wrote and we know too little.
                self.audit_head = None;
                match <[Keep; 1]>::try_from(fit) {
                    Ok([keep]) => {
                        let error = self.goes_on(&keep, &mut None).await.err();
                        let strange = || "an audit row was said to be there and is not".into();
                        let error = error.unwrap_or_else(|| StoreError::Failed { what: strange() });
                        self.answer(keep.answer, Err(error));
                    }
                    Err(group) => {
                        for keep in group {
                            Box::pin(self.keep(vec![keep])).await;
                        }
                    }
                }
                return;
            }
            Err(StopOr::Stop(error)) => Err(error),
        };
        for keep in fit {
            self.answer(keep.answer, result.clone());
        }
    }

    /// Whether the audit rows go on where the record will end, with those up to `ahead` before them, and those
    /// that are let go of are not the last.
    async fn goes_on(&mut self, keep: &Keep, ahead: &mut Option<u64>) -> Result<(), StoreError> {
        if !keep.steps.iter().any(|step| matches!(step, Step::Audit(_) | Step::Prune { .. })) {
            return Ok(());
        }
        let mut head = match *ahead {
            Some(head) => head,
            None => self.audit_head().await?,
        };
        for step in &keep.steps {
            match step {
                Step::Audit(row) => {
                    let (seq, next) = (row.seq.unsigned_abs(), head + 1);
                    if seq != next {
                        let what = format!("it does not join on to the record, which goes on at {next}");
                        return Err(StoreError::UnfitAudit { seq, what });
                    }
                    head = next;
                }
                Step::Prune { up_to } if *up_to > 0 && *up_to >= head => {
                    let what = format!("it is not let go of, the record goes on from its last row, {head}");
                    return Err(StoreError::UnfitAudit { seq: *up_to, what });
                }
                Step::Prune { .. }
                | Step::PutRecord(_)
                | Step::RemoveRecord { .. }
                | Step::PutSession(_)
                | Step::RemoveSession { .. } => {}
            }
        }
        *ahead = Some(head);
        Ok(())
    }

    /// The last number of the audit record; 0 where it has none.
    async fn audit_head(&mut self) -> Result<u64, StoreError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        if let Some(head) = self.audit_head {
            return Ok(head);
        }
        let head: Option<i64> = sqlx::query_scalar("SELECT max(seq) FROM audit")
            .fetch_one(&mut self.connection)
            .await
            .map_err(|error| while_writing(&error))?;
        let head = head.unwrap_or(0).unsigned_abs();
        self.audit_head = Some(head);
        Ok(head)
    }

    async fn save_snapshot(&mut self, branch: &BranchId, row: &SnapshotRow) -> Result<(), StoreError> {
        let (seq, head) = (row.seq.unsigned_abs(), self.head(branch).await?);
        if seq > head {
            return Err(StoreError::Hole { branch: branch.clone(), seq, next: head + 1 });
        }
        let mut sql = QueryBuilder::<Sqlite>::new(
            "BEGIN IMMEDIATE;
             INSERT OR REPLACE INTO snapshot (branch, seq, format, body, checksum) ",
        );
        sql.push_values([row], |mut values, row| {
            values
                .push_bind(branch.as_str())
                .push_bind(row.seq)
                .push_bind(row.format)
                .push_bind(row.body.as_slice())
                .push_bind(row.checksum);
        });
        sql.push(";DELETE FROM snapshot WHERE branch = ").push_bind(branch.as_str());
        sql.push(" AND seq NOT IN (SELECT seq FROM snapshot WHERE branch = ").push_bind(branch.as_str());
        sql.push(" ORDER BY seq DESC LIMIT 2);COMMIT");
        self.transaction(sql, false).await.map_err(|trouble| match trouble {
            StopOr::Stop(error) => error,
            StopOr::Taken => StoreError::Failed { what: "a snapshot that was to be replaced was not".into() },
        })
    }

    /// Writes the whole file anew and its log back into it, so that nothing that was removed is left in either.
    async fn compact(&mut self) -> Result<(), StoreError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let compacted = sqlx::raw_sql("VACUUM").execute(&mut self.connection).await;
        compacted.map_err(|error| while_writing(&error))?;
        let (busy, ..): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(&mut self.connection)
            .await
            .map_err(|error| while_writing(&error))?;
        if busy == 0 { Ok(()) } else { Err(StoreError::Busy) }
    }

    /// Runs a transaction to its commit, or takes it back.
    async fn transaction(&mut self, mut sql: QueryBuilder<Sqlite>, prepared: bool) -> Result<(), StopOr> {
        if let Some(error) = &self.failed {
            return Err(StopOr::Stop(error.clone()));
        }
        let Err(error) = sql.build().persistent(prepared).execute(&mut self.connection).await else {
            return Ok(());
        };
        let trouble = if failure(&error) == Failure::Taken {
            StopOr::Taken
        } else {
            StopOr::Stop(while_writing(&error))
        };
        if !matches!(&trouble, StopOr::Stop(error) if error.is_final()) {
            self.take_back().await?;
        }
        Err(trouble)
    }

    async fn take_back(&mut self) -> Result<(), StopOr> {
        match sqlx::raw_sql("ROLLBACK").execute(&mut self.connection).await {
            Ok(_) => Ok(()),
            // After some failures, such as a full disk, SQLite has taken it back already.
            Err(error) if error.to_string().contains("no transaction is active") => Ok(()),
            Err(error) => Err(StopOr::Stop(StoreError::Failed { what: error.to_string() })),
        }
    }

    /// Why a single caller's rows met a taken key.
    async fn what_is_taken(&mut self, append: &Append) -> StoreError {
        // If it is a number, then somebody else wrote and we know too little.
        self.heads.clear();
        if let Err(error) = self.joins_on(append, &mut HashMap::new()).await {
            return error;
        }
        let mut seen = HashSet::new();
        for command in append.rows.iter().filter_map(|row| row.command.as_deref()) {
            let found = sqlx::query("SELECT 1 FROM log WHERE branch = ? AND command = ?")
                .bind(append.branch.as_str())
                .bind(command)
                .fetch_optional(&mut self.connection)
                .await;
            match found {
                Ok(None) if seen.insert(command) => {}
                Ok(_) => {
                    let command = CommandId(Uuid::from_slice(command).unwrap_or_default());
                    return StoreError::CommandTaken { branch: append.branch.clone(), command };
                }
                Err(error) => return while_writing(&error),
            }
        }
        StoreError::Failed { what: "a key was said to be taken and is not".into() }
    }

    /// Answers, and remembers what is final.
    fn answer(&mut self, answer: Answer, result: Result<(), StoreError>) {
        if let Err(error) = &result
            && error.is_final()
            && self.failed.is_none()
        {
            tracing::error!(%error, "the database takes no more");
            self.failed = Some(error.clone());
        }
        // Whoever asked may be gone; what is stored is stored.
        let _gone = answer.send(result);
    }
}

/// Why a transaction was not committed.
enum StopOr {
    /// A key was taken: some caller's own mistake.
    Taken,
    /// Anything else.
    Stop(StoreError),
}

/// What is written together.
struct Group {
    appends: Vec<Append>,
    keeps: Vec<Keep>,
    /// The job that comes after.
    other: Option<Job>,
}

/// All that waits, up to the first job that is done alone.
fn gather(first: Job, jobs: &mut mpsc::UnboundedReceiver<Job>) -> Group {
    let mut group = Group { appends: Vec::new(), keeps: Vec::new(), other: None };
    let mut rows = 0;
    let mut next = Some(first);
    while let Some(job) = next {
        match job {
            Job::Append(append) => {
                rows += append.rows.len();
                group.appends.push(append);
            }
            Job::Keep(keep) => {
                rows += keep.steps.len();
                group.keeps.push(keep);
            }
            other @ (Job::Snapshot { .. } | Job::Compact { .. } | Job::Close) => {
                group.other = Some(other);
                return group;
            }
        }
        next = if rows < ROWS_PER_GROUP { jobs.try_recv().ok() } else { None };
    }
    group
}
