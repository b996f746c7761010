//! Whether a database or a copy is what it should be: every entry, every snapshot, and what they make together; and of a
//! database who may take part and what they did.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

use giliran_core::{BranchId, Entry};
use giliran_store::{CopyError, Inspection, OpenError, StoreError, Survey, copies};

use super::{audit, contradiction::Suspicious};
use crate::keep;

/// How many faults of a branch are told one by one: one broken page has hundreds.
const TOLD: usize = 10;

/// What was found, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What was looked at.
    pub of: PathBuf,
    /// What it holds, line by line.
    pub found: Vec<String>,
    /// What is wrong with it; nothing if it is sound.
    pub faults: Vec<String>,
}

impl Verdict {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.of.display())?;
        self.found.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        self.faults.iter().try_for_each(|line| writeln!(f, "  DAMAGED: {line}"))?;
        write!(f, "  {}", if self.is_sound() { "sound" } else { "NOT SOUND: restore the last good backup" })
    }
}

/// What is wrong with one branch.
#[derive(Debug, Default)]
struct Faults {
    told: Vec<String>,
    more: usize,
}

impl Faults {
    fn add(&mut self, fault: String) {
        if self.told.len() < TOLD { self.told.push(fault) } else { self.more += 1 }
    }

    fn into_lines(self, of: &str) -> impl Iterator<Item = String> {
        let more = (self.more > 0).then(|| format!("{of}: and {} more", self.more));
        self.told.into_iter().chain(more)
    }
}

/// Looks over a database. It is only read, and may be at work.
///
/// # Errors
///
/// If it can't be opened for another reason than damage.
pub async fn verify_database(database: &Path) -> Result<Verdict, OpenError> {
    let mut verdict = Verdict { of: database.into(), found: Vec::new(), faults: Vec::new() };
    let mut inspection = match Inspection::open(database).await {
        Ok(inspection) => inspection,
        Err(damaged @ OpenError::Damaged { .. }) => {
            verdict.faults.push(damaged.to_string());
            return Ok(verdict);
        }
        Err(error) => return Err(error),
    };
    verdict.found.push(format!("log {}, schema {}", inspection.log_id(), inspection.schema()));
    match inspection.structure().await {
        Ok(faults) => verdict.faults.extend(faults.into_iter().map(|fault| format!("structure: {fault}"))),
        Err(error) => verdict.faults.push(error.to_string()),
    }
    match inspection.branches().await {
        Ok(branches) => {
            for branch in branches {
                verify_branch(&mut inspection, &branch, &mut verdict).await;
            }
        }
        Err(error) => verdict.faults.push(error.to_string()),
    }
    let records = inspection.records().await;
    let records = each_sound("records", records, &mut verdict);
    let sessions = inspection.sessions().await;
    let sessions = each_sound("sessions", sessions, &mut verdict);
    verdict.found.push(format!("{records} sound records, {sessions} sound sessions"));
    let record = audit::look_over(&mut inspection, None).await;
    let until = record.span.map(|(_, (last, at))| format!(" up to {last} of {at}")).unwrap_or_default();
    verdict.found.push(format!("audit record: {} lines{until}, head {}", record.lines, record.head));
    verdict.faults.extend(record.fault.map(|fault| format!("audit record: {fault}")));
    inspection.close().await;
    Ok(verdict)
}

/// How many of what is kept beside the log are sound; what is wrong with the others goes into the verdict.
fn each_sound<T>(
    of: &str,
    found: Result<Vec<Result<T, StoreError>>, StoreError>,
    verdict: &mut Verdict,
) -> usize {
    let mut faults = Faults::default();
    let mut sound = 0;
    for each in found.unwrap_or_else(|error| vec![Err(error)]) {
        match each {
            Ok(_) => sound += 1,
            Err(error) => faults.add(error.to_string()),
        }
    }
    verdict.faults.extend(faults.into_lines(of));
    sound
}

async fn verify_branch(inspection: &mut Inspection, branch: &BranchId, verdict: &mut Verdict) {
    let mut faults = Faults::default();
    // The oldest first, and each looked at when the replay has come so far.
    let mut snapshots = Vec::new();
    match inspection.snapshots(branch).await {
        Ok(found) => {
            for snapshot in found {
                match snapshot {
                    Ok(snapshot) => snapshots.push(snapshot),
                    Err(error) => faults.add(error.to_string()),
                }
            }
        }
        Err(error) => faults.add(error.to_string()),
    }
    let mut snapshots = snapshots.into_iter().peekable();
    let mut good = 0;
    let (mut next, mut last) = (1, None);
    // From the first entry that is lost nothing can be replayed any more.
    let mut replay = Some(Suspicious::default());
    loop {
        let entries = match inspection.entries(branch, next - 1, keep::PAGE).await {
            Ok(entries) => entries,
            Err(error) => {
                faults.add(error.to_string());
                break;
            }
        };
        if entries.is_empty() {
            break;
        }
        for entry in entries {
            let entry: Entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    faults.add(error.to_string());
                    replay = None;
                    next += 1;
                    continue;
                }
            };
            if entry.seq != next {
                faults.add(format!("branch {branch}: entries {next} to {} are missing", entry.seq - 1));
                replay = None;
            }
            next = entry.seq + 1;
            last = Some(entry.at);
            good += 1;
            let Some(state) = &mut replay else { continue };
            if let Err(what) = state.take(&entry) {
                faults.add(format!("branch {branch}, entry {}: {what}", entry.seq));
            }
            while let Some(snapshot) = snapshots.next_if(|snapshot| snapshot.seq <= entry.seq) {
                // One of another version is not used either; the next takes its place.
                if snapshot.seq == entry.seq
                    && keep::branch_in(&snapshot).is_some_and(|kept| !same(&kept, state.branch()))
                {
                    faults.add(format!(
                        "branch {branch}: the snapshot at entry {} says otherwise than the log",
                        entry.seq
                    ));
                }
            }
        }
    }
    if let Some(beyond) = snapshots.find(|snapshot| snapshot.seq >= next) {
        faults.add(format!(
            "branch {branch}: the log ends at entry {}, and a snapshot is of entry {}",
            next - 1,
            beyond.seq
        ));
    }
    let until = last.map(|at| format!(", to {at}")).unwrap_or_default();
    verdict.found.push(format!("branch {branch}: {good} sound entries{until}"));
    verdict.faults.extend(faults.into_lines(&format!("branch {branch}")));
}

/// Whether two states are the same, as far as they are kept.
fn same(one: &giliran_core::Branch, other: &giliran_core::Branch) -> bool {
    // A state has a JSON form; were there none, then no snapshot could have been kept.
    match (serde_json::to_value(one), serde_json::to_value(other)) {
        (Ok(one), Ok(other)) => one == other,
        (Err(_), _) | (_, Err(_)) => false,
    }
}

/// Looks over a copy, or all copies in a folder. They are only read, and may be written to meanwhile.
///
/// # Errors
///
/// If the folder can't be read, or holds none.
pub fn verify_copies(folder: &Path) -> Result<Vec<Verdict>, CopyError> {
    copies(folder)?.into_iter().map(|path| verify_copy(&path)).collect()
}

fn verify_copy(path: &Path) -> Result<Verdict, CopyError> {
    let mut states: BTreeMap<BranchId, Suspicious> = BTreeMap::new();
    let mut faults = Faults::default();
    let survey = Survey::read(path, |branch, entry| {
        let state = states.entry(branch.clone()).or_default();
        if let Err(what) = state.take(&entry) {
            faults.add(format!("branch {branch}, entry {}: {what}", entry.seq));
        }
    })?;
    let mut verdict = Verdict {
        of: path.into(),
        found: vec![format!("copy of log {}", survey.log)],
        faults: survey.faults.clone(),
    };
    for (branch, (seq, at)) in &survey.branches {
        verdict.found.push(format!("branch {branch}: {seq} sound entries, to {at}"));
    }
    if survey.torn {
        verdict.found.push("the last line was cut off while it was written, as by a power cut".into());
    }
    verdict.faults.extend(survey.lost.iter().map(ToString::to_string));
    verdict.faults.extend(faults.told);
    Ok(verdict)
}
