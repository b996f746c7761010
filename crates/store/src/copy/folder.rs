//! Where a copy is written: a folder named after the log, with its segments and the key file.
//!
//! All of it blocks, on a disk that may be slow or gone; callers are on a thread of their own.
//!
//! Invariants: [`Folder::state`] counts nothing that is not synced; the folder that holds the copies is
//! never made, so that a disk that is not mounted is noticed and not written beside.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    CopyError,
    line::{self, Columns, FORMAT, Header, Note, State},
    segment::{self, End, SEGMENT_BYTES, Segment},
};

/// The copy of the secret key, beside the segments.
pub(super) const KEY: &str = "key";

/// What each segment says of where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    pub log: Uuid,
    pub schema: i64,
    pub columns: Columns,
}

/// A copy that is written to.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    origin: Origin,
    /// The segment that is written to; begun with the first line for it.
    open: Option<Open>,
    /// The number of the next segment.
    next: u64,
    state: State,
    _lock: Option<File>,
}

#[derive(Debug)]
struct Open {
    file: File,
    path: PathBuf,
    number: u64,
    bytes: u64,
    lines: u64,
    crc: u32,
}

/// Lines that are to be written together, and what the copy holds with them.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub bytes: Vec<u8>,
    pub lines: u64,
    pub state: State,
}

impl Folder {
    /// The copy of that name within `copies`, to go on with, or a new one.
    pub(super) fn open(copies: &Path, name: &str, origin: Origin) -> Result<Self, CopyError> {
        if !copies.is_dir() {
            return Err(CopyError::Away { path: copies.into() });
        }
        let path = copies.join(name);
        let refuse = |error: &io::Error| CopyError::io(&path, error);
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => sync(copies).map_err(|error| refuse(&error))?,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(refuse(&error)),
        }
        let lock = lock(&path)?;
        let mut folder =
            Self { path: path.clone(), origin, open: None, next: 1, state: State::default(), _lock: lock };
        folder.find_end().map_err(|error| refuse(&error))?;
        Ok(folder)
    }

    /// What the copy holds.
    pub(super) fn state(&self) -> &State {
        &self.state
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Goes on where the last sound line ends. What comes after it was cut off by a crash or is damaged, and
    /// the database has it still.
    fn find_end(&mut self) -> io::Result<()> {
        let names = segment::names(&self.path)?;
        let gapless = (1..).zip(&names).all(|(number, name)| name.number == number);
        if !gapless {
            tracing::warn!(copy = %self.path.display(), "segments of the copy are missing; it is set aside and begun anew");
            return self.set_aside();
        }
        for name in names.iter().rev() {
            let segment = Segment::read(&name.path)?;
            let own = |header: &&Header| {
                header.giliran_copy == FORMAT
                    && header.log == self.origin.log
                    && header.segment == name.number
            };
            let header = segment.header.as_ref().filter(own);
            match header {
                Some(header) if segment.is_sound() || !name.closed => {
                    if !segment.is_sound() {
                        tracing::info!(segment = %name.path.display(), "cutting off what was not written whole");
                    }
                    self.state = header.state.clone();
                    for (_, line, crc) in &segment.lines[..sound_count(&segment)] {
                        self.state.take(&header.columns, line, *crc);
                    }
                    self.next = name.number + 1;
                    return self.go_on(name, &segment);
                }
                Some(_) | None => {
                    let aside = name.path.with_extension("damaged");
                    tracing::warn!(segment = %name.path.display(), "a segment of the copy is damaged; it is set aside and copied again");
                    fs::rename(&name.path, aside)?;
                }
            }
        }
        Ok(())
    }

    /// Opens the last segment to write on, or closes it if it only missed its new name.
    fn go_on(&mut self, name: &segment::Name, segment: &Segment) -> io::Result<()> {
        if name.closed {
            return Ok(());
        }
        if segment.end == End::Closed {
            fs::rename(&name.path, segment::path(&self.path, name.number, true))?;
            return sync(&self.path);
        }
        let file = OpenOptions::new().append(true).open(&name.path)?;
        file.set_len(segment.sound_bytes)?;
        file.sync_all()?;
        self.open = Some(Open {
            file,
            path: name.path.clone(),
            number: name.number,
            bytes: segment.sound_bytes,
            lines: segment.sound_lines,
            crc: segment.sound_crc,
        });
        // Its first line says of which schema it is.
        let same = segment.header.as_ref().is_some_and(|header| {
            header.schema == self.origin.schema && header.columns == self.origin.columns
        });
        if same { Ok(()) } else { self.close() }
    }

    /// Puts the whole copy under another name and begins a new one: what it holds is not what the database
    /// holds, but it may be all that is left of something.
    pub(super) fn set_aside(&mut self) -> io::Result<()> {
        self.open = None;
        let names = segment::names(&self.path)?;
        let aside = (1..)
            .map(|n| self.path.join(format!("aside-{n}")))
            .find(|aside| !aside.exists())
            .ok_or(ErrorKind::AlreadyExists)?;
        DirBuilder::new().mode(0o700).create(&aside)?;
        for path in names.into_iter().map(|name| name.path).chain([self.path.join(KEY)]) {
            match path.file_name() {
                Some(name) if path.exists() => fs::rename(&path, aside.join(name))?,
                _ => {}
            }
        }
        sync(&aside)?;
        sync(&self.path)?;
        (self.next, self.state) = (1, State::default());
        Ok(())
    }

    /// Whether what is written to is still what was opened: a disk may have been taken out and another one
    /// put in.
    pub(super) fn is_there(&self) -> bool {
        match &self.open {
            Some(open) => fs::metadata(&open.path).is_ok_and(|found| found.len() == open.bytes),
            None => self.path.is_dir(),
        }
    }

    /// Writes lines, synced when this returns.
    pub(super) fn append(&mut self, batch: Batch, now: Timestamp) -> io::Result<()> {
        let Batch { bytes, lines, state } = batch;
        if self.open.is_none() {
            self.begin(now)?;
        }
        let Some(open) = &mut self.open else { return Err(ErrorKind::NotFound.into()) };
        open.file.write_all(&bytes)?;
        open.file.sync_data()?;
        open.add(&bytes, lines);
        self.state = state;
        if open.bytes >= SEGMENT_BYTES { self.close() } else { Ok(()) }
    }

    /// Keeps the secret key; it is whole or not there.
    pub(super) fn keep_key(&self, key: &[u8]) -> io::Result<()> {
        let new = self.path.join("key.new");
        let mut file = private().create(true).truncate(true).write(true).open(&new)?;
        file.write_all(key)?;
        file.sync_all()?;
        fs::rename(new, self.path.join(KEY))?;
        sync(&self.path)
    }

    fn begin(&mut self, now: Timestamp) -> io::Result<()> {
        let number = self.next;
        let Origin { log, schema, columns } = self.origin.clone();
        let header = Header {
            giliran_copy: FORMAT,
            log,
            segment: number,
            schema,
            begun: now,
            columns,
            state: self.state.clone(),
        };
        let mut bytes = Vec::new();
        line::write_note(&mut bytes, &Note::Header(header));
        let path = segment::path(&self.path, number, false);
        if path.exists() {
            // It stood beside a closed one of the same number, which was set aside as well.
            fs::rename(&path, path.with_extension("damaged"))?;
        }
        let mut file = private().create_new(true).append(true).open(&path)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        sync(&self.path)?;
        let mut open = Open { file, path, number, bytes: 0, lines: 0, crc: 0 };
        open.add(&bytes, 1);
        self.open = Some(open);
        self.next = number + 1;
        Ok(())
    }

    /// Closes the segment that is written to; nothing is written to it again.
    pub(super) fn close(&mut self) -> io::Result<()> {
        let Some(mut open) = self.open.take() else { return Ok(()) };
        let mut end = Vec::new();
        line::write_note(&mut end, &Note::End { lines: open.lines, crc: open.crc });
        open.file.write_all(&end)?;
        open.file.sync_all()?;
        fs::rename(&open.path, segment::path(&self.path, open.number, true))?;
        sync(&self.path)
    }
}

impl Open {
    fn add(&mut self, bytes: &[u8], lines: u64) {
        self.bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.lines += lines;
        self.crc = crc32c::crc32c_append(self.crc, bytes);
    }
}

/// How many of its lines stand before the first that is damaged.
fn sound_count(segment: &Segment) -> usize {
    let first = segment.damaged.first().copied().unwrap_or(u64::MAX);
    segment.lines.iter().take_while(|(number, ..)| *number < first).count()
}

/// Removes what was not written to for so many days: other copies in the folder, and parts of this one that
/// were set aside. Only folders that hold segments and nothing strange are touched.
pub(super) fn tidy(copies: &Path, own: &Path, days: u32) -> Result<(), CopyError> {
    let age = Duration::from_secs(u64::from(days) * 86_400);
    let folders = |of: &Path| -> io::Result<Vec<PathBuf>> {
        let found = fs::read_dir(of)?.filter_map(|entry| Some(entry.ok()?.path()));
        Ok(found.filter(|path| path.is_dir() && path != own).collect())
    };
    let refuse = |error: io::Error| CopyError::io(copies, &error);
    for folder in folders(copies).map_err(refuse)?.into_iter().chain(folders(own).map_err(refuse)?) {
        let names = segment::names(&folder).map_err(refuse)?;
        let written = names.iter().filter_map(|name| fs::metadata(&name.path).ok()?.modified().ok()).max();
        if written.and_then(|written| written.elapsed().ok()).is_none_or(|since| since <= age) {
            continue;
        }
        tracing::info!(copy = %folder.display(), "removing an old copy");
        for path in names.into_iter().map(|name| name.path).chain([folder.join(KEY), folder.join("lock")]) {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(refuse(error)),
                _ => {}
            }
        }
        // One that holds anything else stays; somebody put it there.
        let _holds_more = fs::remove_dir(&folder);
    }
    Ok(())
}

/// Keeps a second program out of the copy, on file systems that can.
fn lock(path: &Path) -> Result<Option<File>, CopyError> {
    let lock = path.join("lock");
    let file = private()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&lock)
        .map_err(|error| CopyError::io(&lock, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(CopyError::InUse { path: path.into() }),
        Err(TryLockError::Error(error)) => {
            tracing::debug!(copy = %path.display(), %error, "the copy can't be locked");
            Ok(None)
        }
    }
}

/// What is copied is for this user alone.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}
