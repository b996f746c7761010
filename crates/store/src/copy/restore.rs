//! A new database from a copy, as of its end or of any moment before.
//!
//! It is built under another name and moved into place when it is whole. It is a log of its own, with a name
//! of its own: what clients saw of the old one may reach further than the copy.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use giliran_core::{BranchId, Entry};
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, QueryBuilder, Sqlite, SqliteConnection};

use super::{
    CopyError,
    line::{Columns, Line, Note, Place, Value},
    survey::{Survey, Walk},
    table::table,
};
use crate::{Snapshot, StoreError, sqlite::Aside};

/// Rows in a statement: SQLite takes 32,766 values, and no table of ours has fifty columns.
const ROWS: usize = 500;

/// Up to which moment a copy is restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Until {
    /// All that it holds.
    End,
    /// Whatever had happened by then.
    Time(Timestamp),
    /// An entry of a branch, and what had happened elsewhere by its time.
    Entry {
        /// The branch.
        branch: BranchId,
        /// The entry's number.
        seq: u64,
    },
}

/// Where each numbering is cut.
struct Cut {
    at_ns: i64,
    branch: Option<(BranchId, i64)>,
}

/// A database that is being restored. Dropped, it leaves nothing in the place of the database.
#[derive(Debug)]
pub struct Restoring {
    aside: Aside,
    key: Option<Vec<u8>>,
    /// For each branch the last entry that was restored, and its time.
    pub branches: BTreeMap<BranchId, (u64, Timestamp)>,
}

impl Restoring {
    /// Builds a database beside `database` from the copy `from`, which `survey` has looked over. Takes hold of
    /// the database, so that no daemon runs on it meanwhile.
    ///
    /// # Errors
    ///
    /// If the database is there already and not to be replaced or is in use, the copy can't be read or the
    /// disk not be written, or the copy does not reach `until`. The database is as it was before.
    pub async fn build(
        from: &Path,
        survey: &Survey,
        database: &Path,
        until: &Until,
        replace: bool,
    ) -> Result<Self, CopyError> {
        let mut aside = Aside::begin(database).await?;
        if aside.is_taken() && !replace {
            return Err(CopyError::Exists { path: database.into() });
        }
        let (path, wanted) = (from.to_owned(), until.clone());
        let begins = survey.begins;
        let (mut walk, cut) = blocking(move || Ok((Walk::new(&path)?, cut(&path, &wanted, begins)?))).await?;
        let mut branches = BTreeMap::new();
        let mut schema = None;
        loop {
            let (back, step) = blocking(move || {
                let step = walk.next()?;
                Ok((walk, step))
            })
            .await?;
            walk = back;
            let Some(step) = step else { break };
            if schema != Some(step.schema) {
                aside.schema(step.schema).await?;
                schema = Some(step.schema);
            }
            let connection = aside.connection()?;
            sqlx::raw_sql("BEGIN").execute(&mut *connection).await?;
            let mut rows: BTreeMap<String, Vec<Vec<Value>>> = BTreeMap::new();
            for (line, _) in step.lines {
                match line {
                    Line::Row { table, values } => {
                        let Some(place) = Place::of(&step.columns, &table, &values) else { continue };
                        if !cut.keeps(&table, &place) {
                            continue;
                        }
                        if table == "log" {
                            note(&mut branches, &place)?;
                        }
                        rows.entry(table).or_default().push(values);
                    }
                    Line::Note(Note::Image { table, at, rows, .. }) => {
                        if at_ns(at) <= cut.at_ns {
                            replace_rows(connection, &step.columns, &table, &rows).await?;
                        }
                    }
                    Line::Note(Note::Header(_) | Note::Key { .. } | Note::End { .. }) => {}
                }
            }
            for (table, rows) in &rows {
                insert(connection, &step.columns, table, rows).await?;
            }
            sqlx::raw_sql("COMMIT").execute(connection).await?;
        }
        aside.finish_schema().await?;
        let key = blocking(move || walk.key()).await?;
        Ok(Self { aside, key, branches })
    }

    /// The first `limit` entries after `after` of what was restored, checked.
    ///
    /// # Errors
    ///
    /// If they can't be read back.
    pub async fn entries(
        &mut self,
        branch: &BranchId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Entry>, CopyError> {
        Ok(self.aside.entries(branch, after, limit).await?)
    }

    /// Keeps a snapshot, so that the daemon's start need not read the whole log.
    ///
    /// # Errors
    ///
    /// If it can't be written.
    pub async fn save_snapshot(&mut self, branch: &BranchId, snapshot: Snapshot) -> Result<(), CopyError> {
        Ok(self.aside.save_snapshot(branch, snapshot).await?)
    }

    /// Whether the copy had the secret key under which phone and card numbers are hidden.
    pub fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// Moves what was restored into place. What was there before is put beside it, its name with `mark`
    /// added, and that name is given back.
    ///
    /// A process that is killed meanwhile leaves the database as it was, or none; then nothing is served
    /// until the restore was run again.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub async fn put_in_place(self, mark: &str) -> Result<Option<PathBuf>, CopyError> {
        let Self { aside, key, .. } = self;
        Ok(aside.put_in_place(mark, key.as_deref()).await?)
    }
}

impl Cut {
    fn keeps(&self, table: &str, place: &Place) -> bool {
        let by_number = match &self.branch {
            Some((branch, seq)) if table == "log" && place.by == branch.as_str() => place.number <= *seq,
            Some(_) | None => true,
        };
        by_number && place.at_ns <= self.at_ns
    }
}

/// From a wish to the moment.
fn cut(path: &Path, until: &Until, begins: Option<Timestamp>) -> Result<Cut, CopyError> {
    match until {
        Until::End => Ok(Cut { at_ns: i64::MAX, branch: None }),
        Until::Time(at) => match begins {
            Some(begins) if begins <= *at => Ok(Cut { at_ns: at_ns(*at), branch: None }),
            Some(begins) => Err(CopyError::NotInCopy(format!(
                "at {at} the log had not begun; its first entry is of {begins}"
            ))),
            None => Err(CopyError::NotInCopy("the copy holds no entry".into())),
        },
        Until::Entry { branch, seq } => {
            let mut at = None;
            let mut last = 0;
            Survey::read(path, |of, entry| {
                if of == branch {
                    last = entry.seq;
                    if entry.seq == *seq {
                        at = Some(entry.at);
                    }
                }
            })?;
            let at = at.ok_or_else(|| {
                CopyError::NotInCopy(format!("the copy holds branch {branch} up to entry {last}, not {seq}"))
            })?;
            let seq = i64::try_from(*seq).unwrap_or(i64::MAX);
            Ok(Cut { at_ns: at_ns(at), branch: Some((branch.clone(), seq)) })
        }
    }
}

fn at_ns(at: Timestamp) -> i64 {
    i64::try_from(at.as_nanosecond()).unwrap_or(if at > Timestamp::UNIX_EPOCH { i64::MAX } else { i64::MIN })
}

fn note(branches: &mut BTreeMap<BranchId, (u64, Timestamp)>, place: &Place) -> Result<(), CopyError> {
    let strange = |what: &str| StoreError::Damaged {
        table: "log",
        key: format!("branch {}, seq {}", place.by, place.number),
        what: what.into(),
    };
    let branch: BranchId = place.by.parse().map_err(|_| strange("that is no branch's name"))?;
    let at = Timestamp::from_nanosecond(i128::from(place.at_ns)).map_err(|_| strange("that is no time"))?;
    branches.insert(branch, (place.number.unsigned_abs(), at));
    Ok(())
}

async fn replace_rows(
    connection: &mut SqliteConnection,
    columns: &Columns,
    name: &str,
    rows: &[Vec<Value>],
) -> Result<(), CopyError> {
    if table(name).is_none() {
        return Ok(());
    }
    sqlx::query(AssertSqlSafe(format!("DELETE FROM {name}"))).execute(&mut *connection).await?;
    insert(connection, columns, name, rows).await
}

/// Rows of a table that is registered; its columns are those of the segment.
async fn insert(
    connection: &mut SqliteConnection,
    columns: &Columns,
    name: &str,
    rows: &[Vec<Value>],
) -> Result<(), CopyError> {
    let (Some(_), Some(columns)) = (table(name), columns.get(name)) else {
        return Err(CopyError::Newer { path: PathBuf::new(), what: format!("table {name} is unknown") });
    };
    let columns: Vec<_> = columns.iter().map(|column| format!("\"{}\"", column.replace('"', ""))).collect();
    for rows in rows.chunks(ROWS) {
        let mut sql = QueryBuilder::<Sqlite>::new(format!("INSERT INTO {name} ({}) ", columns.join(", ")));
        sql.push_values(rows, |mut row, values| {
            for value in values {
                match value {
                    Value::Null => row.push_bind(None::<i64>),
                    Value::Integer(number) => row.push_bind(*number),
                    Value::Text(text) => row.push_bind(text.as_str()),
                    Value::Blob(bytes) => row.push_bind(bytes.as_slice()),
                };
            }
        });
        // All full statements have the same text.
        sql.build().persistent(rows.len() == ROWS).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Reads a copy on a thread of its own.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CopyError> + Send + 'static,
) -> Result<T, CopyError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(CopyError::Database(format!("reading the copy broke off: {error}"))))
}

/// Puts a key file in its place, whole.
pub(crate) fn write_key(path: &Path, key: &[u8]) -> std::io::Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let new = PathBuf::from(new);
    let mut file = fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&new)?;
    file.write_all(key)?;
    file.sync_all()?;
    fs::rename(new, path)
}
