//! From a database to its copy: whatever the copy has not yet.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{
    CopyError,
    folder::{self, Batch, Folder, Origin},
    line::{self, Head, Note, State},
    source::Source,
    survey::{check_log_row, check_record},
    table::{Growth, Table},
};

/// How many rows are read at a time: a few milliseconds of reading, and a sync for each.
const ROWS: usize = 4096;

/// Keeps a copy of a database up.
///
/// Each [`round`](Copier::round) brings the copy up to what the database holds then. After an error the
/// next round looks at the folder anew and goes on from what it finds there.
#[derive(Debug)]
pub struct Copier {
    source: Source,
    copies: PathBuf,
    name: String,
    key_file: PathBuf,
    /// `None` until the first round, and after an error.
    folder: Option<Folder>,
}

/// What a round did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Rows that were copied.
    pub rows: u64,
    /// Whether there is more, for another round at once.
    pub more: bool,
}

impl Copier {
    /// A copy of `database` in the folder `copies`, which must be there, under the log's name. The file
    /// `<database>.key` is copied too.
    ///
    /// # Errors
    ///
    /// If the database can't be read. Whatever is wrong with the folder the rounds say.
    pub async fn open(database: &Path, copies: &Path) -> Result<Self, CopyError> {
        let source = Source::open(database).await?;
        let name = source.origin().log.to_string();
        Ok(Self::new(source, database, copies, name))
    }

    /// The same under another name, for a copy that is made once.
    ///
    /// # Errors
    ///
    /// If the database can't be read.
    pub async fn open_named(database: &Path, copies: &Path, name: &str) -> Result<Self, CopyError> {
        let source = Source::open(database).await?;
        Ok(Self::new(source, database, copies, name.to_owned()))
    }

    fn new(source: Source, database: &Path, copies: &Path, name: String) -> Self {
        let mut key_file = database.as_os_str().to_owned();
        key_file.push(".key");
        Self { source, copies: copies.into(), name, key_file: key_file.into(), folder: None }
    }

    /// Where the copy is, or will be.
    pub fn path(&self) -> PathBuf {
        self.copies.join(&self.name)
    }

    /// Copies what is new, some thousand rows at most. `now` is noted beside what has no time of its own.
    ///
    /// # Errors
    ///
    /// If the database can't be read, or the folder not be written; nothing of it hurts the database, and
    /// the next round tries again.
    pub async fn round(&mut self, now: Timestamp) -> Result<Progress, CopyError> {
        let progress = self.try_round(now).await;
        if progress.is_err() {
            self.folder = None;
            self.source.forget();
        }
        progress
    }

    async fn try_round(&mut self, now: Timestamp) -> Result<Progress, CopyError> {
        let there = match self.folder.take() {
            Some(folder) => blocking(move || Ok(Some(folder).filter(Folder::is_there))).await?,
            None => None,
        };
        let folder = match there {
            Some(folder) => self.folder.insert(folder),
            None => {
                self.source.forget();
                let folder = self.find_folder().await?;
                self.folder.insert(folder)
            }
        };
        if !self.source.has_changed().await? {
            return Ok(Progress::default());
        }
        let mut batch = Batch { state: folder.state().clone(), ..Batch::default() };
        self.source.begin().await?;
        let read = read_new(&mut self.source, &mut batch, now).await;
        self.source.end().await?;
        let (mut progress, damage) = read?;
        let key = self.key(&mut batch, now).await?;
        if progress.more {
            self.source.forget();
        }
        progress.rows = batch.lines;
        if batch.lines == 0 {
            return damage.map_or(Ok(progress), Err);
        }
        let Some(mut folder) = self.folder.take() else { return Ok(progress) };
        self.folder = Some(
            blocking(move || {
                let refuse = |folder: &Folder, error: &std::io::Error| CopyError::io(folder.path(), error);
                if let Some(key) = key {
                    folder.keep_key(&key).map_err(|error| refuse(&folder, &error))?;
                }
                folder.append(batch, now).map_err(|error| refuse(&folder, &error))?;
                Ok(folder)
            })
            .await?,
        );
        damage.map_or(Ok(progress), Err)
    }

    /// Closes the segment that is written to, so that all that the copy holds is summed, and lets go.
    ///
    /// # Errors
    ///
    /// If the folder can't be written.
    pub async fn finish(mut self) -> Result<(), CopyError> {
        if let Some(mut folder) = self.folder.take() {
            blocking(move || folder.close().map_err(|error| CopyError::io(folder.path(), &error))).await?;
        }
        self.source.close().await;
        Ok(())
    }

    /// Removes the copies beside this one that were not written to for so many days, and what was set aside.
    ///
    /// # Errors
    ///
    /// If one can't be removed.
    pub async fn tidy(&self, days: u32) -> Result<(), CopyError> {
        let (copies, own) = (self.copies.clone(), self.path());
        blocking(move || folder::tidy(&copies, &own, days)).await
    }

    /// Lets go of both; the next copier goes on where this one stopped.
    pub async fn close(self) {
        self.source.close().await;
    }

    /// The folder as it is, if it is of this very database: one that was put back to an earlier state, by
    /// hand, has the same name and another story.
    async fn find_folder(&mut self) -> Result<Folder, CopyError> {
        let (copies, name, origin) = (self.copies.clone(), self.name.clone(), self.source.origin().clone());
        let Origin { log, .. } = origin;
        let folder = blocking(move || Folder::open(&copies, &name, origin)).await?;
        let heads = folder.state().heads.clone();
        for table in self.source.tables() {
            for (by, head) in heads.get(table.name).into_iter().flatten() {
                if !self.source.still_has(table, by, *head).await? {
                    tracing::warn!(
                        %log, table = table.name, of = by, number = head.number,
                        "the copy holds what the database does not: the database was replaced by an older one; \
                         the copy is set aside and begun anew"
                    );
                    let mut folder = folder;
                    return blocking(move || {
                        folder.set_aside().map_err(|error| CopyError::io(folder.path(), &error))?;
                        Ok(folder)
                    })
                    .await;
                }
            }
        }
        Ok(folder)
    }

    /// The secret key, if it is not in the copy yet, or is another than the one that is: a key that was destroyed
    /// must not live on in a copy.
    async fn key(&self, batch: &mut Batch, now: Timestamp) -> Result<Option<Vec<u8>>, CopyError> {
        let file = self.key_file.clone();
        let key = blocking(move || match std::fs::read(&file) {
            Ok(key) => Ok(Some(key)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(CopyError::io(file, &error)),
        })
        .await?;
        let Some(key) = key else { return Ok(None) };
        let crc = crc32c::crc32c(&key);
        if batch.state.key.replace(crc) == Some(crc) {
            return Ok(None);
        }
        line::write_note(&mut batch.bytes, &Note::Key { at: now, crc });
        batch.lines += 1;
        Ok(Some(key))
    }
}

/// Reads what `batch` has not yet, up to [`ROWS`] rows. A small table that is damaged is passed over, and said:
/// the log is copied all the same.
async fn read_new(
    source: &mut Source,
    batch: &mut Batch,
    now: Timestamp,
) -> Result<(Progress, Option<CopyError>), CopyError> {
    let mut room = ROWS;
    for table in source.tables() {
        if let Growth::Appended { .. } = table.growth {
            for (by, last) in source.heads(table).await? {
                let mut after = head_of(&batch.state, table, &by);
                while after < last {
                    if room == 0 {
                        return Ok((Progress { more: true, ..Progress::default() }, None));
                    }
                    let limit = i64::try_from(room).unwrap_or(i64::MAX);
                    let rows = source.rows(table, &by, after, limit).await?;
                    if rows.is_empty() {
                        break; // the row that `last` speaks of can't be reached: verifying tells
                    }
                    room = room.saturating_sub(rows.len());
                    for values in rows {
                        if table.name == "log" {
                            // Damage is not copied: the copy ends before it, and says why.
                            check_log_row(&source.origin().columns, &values).map_err(CopyError::Database)?;
                        }
                        let crc = line::write_row(&mut batch.bytes, table.name, &values);
                        let row = line::Line::Row { table: table.name.into(), values };
                        batch.state.take(&source.origin().columns, &row, crc);
                        batch.lines += 1;
                    }
                    after = head_of(&batch.state, table, &by).max(after + 1);
                }
            }
        }
    }
    let mut damage = None;
    for table in source.tables().filter(|table| table.growth == Growth::Whole) {
        let rows = source.image(table).await?;
        let columns = &source.origin().columns;
        let checked = rows.iter().try_for_each(|values| match table.name {
            "record" => check_record(columns, values),
            _ => Ok(()),
        });
        if let Err(what) = checked {
            damage = Some(CopyError::Database(what));
            continue; // the copy keeps the last sound image
        }
        if rows.is_empty() && !batch.state.images.contains_key(table.name) {
            continue; // there never was anything in it
        }
        let crc = line::image_crc(&rows);
        if batch.state.images.insert(table.name.into(), crc) != Some(crc) {
            line::write_note(&mut batch.bytes, &Note::Image { table: table.name.into(), at: now, rows, crc });
            batch.lines += 1;
        }
    }
    Ok((Progress::default(), damage))
}

fn head_of(state: &State, table: &Table, by: &str) -> i64 {
    state.heads.get(table.name).and_then(|heads| heads.get(by)).map_or(0, |Head { number, .. }| *number)
}

/// Work on a disk that may not answer.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CopyError> + Send + 'static,
) -> Result<T, CopyError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(CopyError::Database(format!("copying broke off: {error}"))))
}
