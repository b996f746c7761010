//! What a copy holds, read from its first line to its last and checked.
//!
//! A copy may have lost something anywhere. Rows of a numbering are taken as long as none is missing before
//! them; what comes after a hole is counted and left.

use std::{
    collections::BTreeMap,
    fmt, fs,
    path::{Path, PathBuf},
};

use giliran_core::{BranchId, Entry};
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    CopyError,
    folder::KEY,
    line::{Columns, Line, Note, Place, State, Value},
    segment::{self, End, Name, Segment},
};
use crate::{
    AuditRow, Record,
    row::{AuditLine, LogRow, RecordRow},
};

/// The copies in a folder, the one that was written last at the end. A folder that is a copy itself is the
/// only one.
///
/// # Errors
///
/// If the folder can't be read, or there is none.
pub fn copies(folder: &Path) -> Result<Vec<PathBuf>, CopyError> {
    if !folder.is_dir() {
        return Err(CopyError::Away { path: folder.into() });
    }
    let refuse = |error: std::io::Error| CopyError::io(folder, &error);
    let written = |path: &Path| {
        let names = segment::names(path).ok()?;
        names.iter().filter_map(|name| fs::metadata(&name.path).ok()?.modified().ok()).max()
    };
    if written(folder).is_some() {
        return Ok(vec![folder.into()]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(refuse)? {
        let path = entry.map_err(refuse)?.path();
        if path.is_dir()
            && let Some(written) = written(&path)
        {
            found.push((written, path));
        }
    }
    found.sort();
    if found.is_empty() {
        return Err(CopyError::NoCopy { path: folder.into() });
    }
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// What a copy holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// The log that it is of.
    pub log: Uuid,
    /// For each branch the last entry that can be restored, and its time.
    pub branches: BTreeMap<BranchId, (u64, Timestamp)>,
    /// How many records there are in the last image of them.
    pub records: usize,
    /// The last audit row that can be restored, and its time.
    pub audit: Option<(u64, Timestamp)>,
    /// The time of the first entry.
    pub begins: Option<Timestamp>,
    /// Whether the last line was being written when the power went: the copy is as sound as it can be.
    pub torn: bool,
    /// What is not as it was written, or missing, in words.
    pub faults: Vec<String>,
    /// What can't be restored because of it.
    pub lost: Vec<Lost>,
}

/// Rows that stand in a copy after a hole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// The table, and whose numbering of it.
    pub of: String,
    /// The last number before the hole.
    pub last_sound: i64,
    /// The last number that the copy is known to have held.
    pub last_known: i64,
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { of, last_sound, last_known } = self;
        write!(f, "{of}: rows {} to {last_known} are lost", last_sound + 1)
    }
}

impl Survey {
    /// Reads a whole copy. `each` is given every entry that can be restored, in the order of its branch.
    /// Blocks for as long as reading takes.
    ///
    /// # Errors
    ///
    /// If the folder can't be read, holds no copy or one of a newer program. Damage is no error.
    pub fn read(path: &Path, mut each: impl FnMut(&BranchId, Entry)) -> Result<Self, CopyError> {
        let mut walk = Walk::new(path)?;
        let mut branches = BTreeMap::new();
        let mut begins: Option<Timestamp> = None;
        let (mut records, mut audit) = (0, None);
        while let Some(step) = walk.next()? {
            for (line, _) in step.lines {
                match line {
                    Line::Row { table, values } if table == "log" => match entry(&step.columns, &values) {
                        Ok((branch, entry)) => {
                            begins = Some(begins.map_or(entry.at, |begins| begins.min(entry.at)));
                            branches.insert(branch.clone(), (entry.seq, entry.at));
                            each(&branch, entry);
                        }
                        Err(what) => walk.faults.push(what),
                    },
                    Line::Row { table, values } if table == "audit" => {
                        match audit_row(&step.columns, &values) {
                            Ok(row) => audit = Some((row.seq, row.at)),
                            Err(what) => walk.faults.push(what),
                        }
                    }
                    Line::Note(Note::Image { table, rows, .. }) if table == "record" => {
                        records = rows.len();
                        let checked = rows.iter().map(|values| check_record(&step.columns, values));
                        walk.faults.extend(checked.filter_map(Result::err));
                    }
                    Line::Row { .. } | Line::Note(_) => {}
                }
            }
        }
        let log = walk.log.ok_or_else(|| CopyError::NoCopy { path: path.into() })?;
        let lost = walk.lost();
        Ok(Self { log, branches, records, audit, begins, torn: walk.torn, faults: walk.faults, lost })
    }

    /// Whether all of it is as it was written.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty() && self.lost.is_empty()
    }
}

/// An entry of the log from its row.
fn entry(columns: &Columns, values: &[Value]) -> Result<(BranchId, Entry), String> {
    let (branch, row) = log_row(columns, values)?;
    let entry = row.decode(&branch).map_err(|error| error.to_string())?;
    Ok((branch, entry))
}

/// Whether a row of the log is what was put into it.
pub(super) fn check_log_row(columns: &Columns, values: &[Value]) -> Result<(), String> {
    let (branch, row) = log_row(columns, values)?;
    row.command(&branch).map(drop).map_err(|error| error.to_string())
}

/// Whether a record is what was put in.
pub(super) fn check_record(columns: &Columns, values: &[Value]) -> Result<(), String> {
    record(columns, values).map(drop)
}

fn record(columns: &Columns, values: &[Value]) -> Result<Record, String> {
    let column = |wanted| value(columns, "record", values, wanted);
    let (
        Some(Value::Text(kind)),
        Some(Value::Text(key)),
        Some(Value::Text(body)),
        Some(Value::Integer(checksum)),
    ) = (column("kind"), column("key"), column("body"), column("checksum"))
    else {
        return Err("a record has not the columns that it should".into());
    };
    let row = RecordRow { kind: kind.clone(), key: key.clone(), body: body.clone(), checksum: *checksum };
    row.decode().map_err(|error| error.to_string())
}

/// As far as a row can be told from another: what its hash says is for whoever made it.
fn audit_row(columns: &Columns, values: &[Value]) -> Result<AuditRow, String> {
    let column = |wanted| value(columns, "audit", values, wanted);
    let (
        Some(Value::Integer(seq)),
        Some(Value::Integer(at_ns)),
        Some(Value::Text(body)),
        Some(Value::Blob(hash)),
    ) = (column("seq"), column("at_ns"), column("body"), column("hash"))
    else {
        return Err("an audit row has not the columns that it should".into());
    };
    let line = AuditLine { seq: *seq, at_ns: *at_ns, body: body.clone(), hash: hash.clone() };
    line.decode().map_err(|error| error.to_string())
}

/// The value of a row in the column of that name.
fn value<'a>(columns: &Columns, table: &str, values: &'a [Value], wanted: &str) -> Option<&'a Value> {
    let names = columns.get(table)?;
    names.iter().zip(values).find(|(name, _)| *name == wanted).map(|(_, value)| value)
}

fn log_row(columns: &Columns, values: &[Value]) -> Result<(BranchId, LogRow), String> {
    let column = |wanted| value(columns, "log", values, wanted);
    let (
        Some(Value::Text(branch)),
        Some(Value::Integer(seq)),
        Some(command),
        Some(Value::Integer(at_ns)),
        Some(Value::Text(body)),
        Some(Value::Integer(checksum)),
    ) = (
        column("branch"),
        column("seq"),
        column("command"),
        column("at_ns"),
        column("body"),
        column("checksum"),
    )
    else {
        return Err("a row of the log has not the columns that it should".into());
    };
    let command = match command {
        Value::Null => None,
        Value::Blob(bytes) => Some(bytes.clone()),
        Value::Integer(_) | Value::Text(_) => {
            return Err(format!("entry {seq} of branch {branch}: its command is no blob"));
        }
    };
    let branch: BranchId = branch.parse().map_err(|_| format!("`{branch}` is no branch's name"))?;
    Ok((branch, LogRow { seq: *seq, command, at_ns: *at_ns, body: body.clone(), checksum: *checksum }))
}

/// A way through a copy, a segment at a time.
pub(super) struct Walk {
    names: std::vec::IntoIter<Name>,
    path: PathBuf,
    last: u64,
    /// What was found so far.
    state: State,
    /// What the copy is known to have held.
    known: State,
    pub log: Option<Uuid>,
    pub torn: bool,
    pub faults: Vec<String>,
}

/// What a segment gives.
pub(super) struct Step {
    pub schema: i64,
    pub columns: Columns,
    /// In order, without those that stand after a hole; each with its checksum.
    pub lines: Vec<(Line, u32)>,
}

impl Walk {
    pub(super) fn new(path: &Path) -> Result<Self, CopyError> {
        let names = segment::names(path).map_err(|error| CopyError::io(path, &error))?;
        let Some(last) = names.last().map(|name| name.number) else {
            return Err(CopyError::NoCopy { path: path.into() });
        };
        let mut faults = Vec::new();
        let mut next = 1;
        for name in &names {
            if name.number > next {
                faults.push(match name.number - 1 {
                    only if only == next => format!("segment {only} is missing"),
                    until => format!("segments {next} to {until} are missing"),
                });
            }
            next = name.number + 1;
        }
        Ok(Self {
            names: names.into_iter(),
            path: path.into(),
            last,
            state: State::default(),
            known: State::default(),
            log: None,
            torn: false,
            faults,
        })
    }

    /// The next segment; one of which nothing can be read is passed over.
    pub(super) fn next(&mut self) -> Result<Option<Step>, CopyError> {
        for name in self.names.by_ref() {
            let read = Segment::read(&name.path).map_err(|error| CopyError::io(&name.path, &error))?;
            if read.is_newer() {
                return Err(CopyError::Newer { path: name.path, what: "its format is unknown".into() });
            }
            let number = name.number;
            let Segment { header, lines, damaged, end, .. } = read;
            if number == self.last && !name.closed && end == End::Torn && damaged.len() <= 1 {
                self.torn = true;
            } else if !damaged.is_empty() {
                let first = damaged.iter().min().copied().unwrap_or_default();
                let more = match damaged.len() - 1 {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                self.faults.push(format!("segment {number}: line {first}{more} is not as it was written"));
            } else if name.closed && end != End::Closed {
                self.faults.push(format!("segment {number}: its end is missing"));
            }
            let Some(header) = header else {
                if number != self.last || name.closed {
                    self.faults.push(format!("segment {number}: nothing can be read of it"));
                }
                continue;
            };
            if *self.log.get_or_insert(header.log) != header.log || header.segment != number {
                self.faults.push(format!(
                    "segment {number} is segment {} of log {}: it does not belong here",
                    header.segment, header.log
                ));
                continue;
            }
            self.expect(&header.state);
            let lines = lines.into_iter().map(|(_, line, crc)| (line, crc));
            let lines = lines.filter(|(line, crc)| self.takes(&header.columns, line, *crc)).collect();
            return Ok(Some(Step { schema: header.schema, columns: header.columns, lines }));
        }
        Ok(None)
    }

    /// What a segment says that stands before it.
    fn expect(&mut self, before: &State) {
        for (table, heads) in &before.heads {
            let known = self.known.heads.entry(table.clone()).or_default();
            for (by, head) in heads {
                let known = known.entry(by.clone()).or_insert(*head);
                if known.number < head.number {
                    *known = *head;
                }
            }
        }
        for (table, crc) in &before.images {
            if self.state.images.get(table) != Some(crc) {
                self.faults.push(format!("the last state of table {table} before a segment is missing"));
                self.state.images.insert(table.clone(), *crc);
            }
        }
        if let Some(crc) = before.key {
            self.state.key = Some(crc);
        }
    }

    /// Whether a line joins on to those before it.
    fn takes(&mut self, columns: &Columns, line: &Line, crc: u32) -> bool {
        self.known.take(columns, line, crc);
        match line {
            Line::Row { table, values } => {
                let Some(place) = Place::of(columns, table, values) else {
                    self.faults.push(format!("a row of table {table} has not the columns that it should"));
                    return false;
                };
                let head = self.state.heads.get(table).and_then(|heads| heads.get(&place.by));
                let before = head.map_or(0, |head| head.number);
                let joins = if place.gapless { place.number == before + 1 } else { place.number > before };
                if joins {
                    self.state.take(columns, line, crc);
                }
                joins
            }
            Line::Note(Note::Image { .. } | Note::Key { .. }) => {
                self.state.take(columns, line, crc);
                true
            }
            Line::Note(Note::Header(_) | Note::End { .. }) => false,
        }
    }

    /// What the copy is known to have held and can't give any more.
    pub(super) fn lost(&self) -> Vec<Lost> {
        let mut lost = Vec::new();
        for (table, heads) in &self.known.heads {
            for (by, known) in heads {
                let sound = self.state.heads.get(table).and_then(|heads| heads.get(by));
                let last_sound = sound.map_or(0, |head| head.number);
                if last_sound < known.number {
                    let of =
                        if by.is_empty() { format!("table {table}") } else { format!("{table} of {by}") };
                    lost.push(Lost { of, last_sound, last_known: known.number });
                }
            }
        }
        lost
    }

    /// The secret key, if the copy has it as it was.
    pub(super) fn key(&mut self) -> Result<Option<Vec<u8>>, CopyError> {
        let Some(crc) = self.state.key else { return Ok(None) };
        let path = self.path.join(KEY);
        match fs::read(&path) {
            Ok(key) if crc32c::crc32c(&key) == crc => Ok(Some(key)),
            Ok(_) => {
                self.faults.push("the key file is not as it was written".into());
                Ok(None)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                self.faults.push("the key file is missing".into());
                Ok(None)
            }
            Err(error) => Err(CopyError::io(path, &error)),
        }
    }
}
