//! Judges a history: what clients were told, beside the log that is there afterwards.
//!
//! An office must be able to trust three things: what was answered is kept, nobody sees two truths, and a
//! refusal changes nothing. This crate says whether they held in a run, and shares no code with the daemon so
//! that no fault is in both: the clients' side is a recording of the wire's JSON, the log is read by plain SQL
//! and replayed by rules that are written here once more, in the few words that the promises need.
//!
//! - [`recording`]: what clients saw, line by line, and who writes it down.
//! - [`log`]: the entries, as they stand in the file.
//! - [`truth`]: the log replayed: who stood where after each entry, and whether the log makes sense at all.
//! - [`commands`]: every answer has its entry, and every entry its question.
//! - [`screens`]: every screen showed a prefix of the log, without a hole.
//! - [`verdict`]: what was found.
//!
//! Invariant: whatever is wrong becomes a [`Violation`] that names the line of the recording or the entry of the
//! log; nothing is judged by a clock, only by the order of lines.

pub mod commands;
pub mod event;
pub mod log;
pub mod recording;
pub mod screens;
pub mod truth;
pub mod verdict;

use std::{fs::File, io::BufRead, io::BufReader, path::Path};

pub use log::{Entry, Log, LogError};
pub use recording::{Line, Recorder};
pub use verdict::{Figures, Rule, Verdict, Violation};

use commands::Commands;
use screens::Screens;
use truth::Truth;

/// Judges a recording, line by line, by a log.
///
/// # Errors
/// The recording can't be read; a line that makes no sense is a violation.
pub fn judge(log: &Log, recording: impl BufRead) -> std::io::Result<Verdict> {
    let mut verdict = Verdict::default();
    let truth = Truth::of(log, &mut verdict);
    let mut commands = Commands::new(log);
    let mut screens = Screens::new(&truth);
    let mut number = 0;
    for line in recording.lines() {
        let line = line?;
        number += 1;
        match serde_json::from_str(&line) {
            Ok(line) => {
                commands.take(number, &line, &mut verdict);
                screens.take(number, &line, &mut verdict);
            }
            Err(why) => verdict.find(Rule::Recording, number, None, why.to_string()),
        }
    }
    commands.end(&mut verdict);
    Ok(verdict)
}

/// Judges the recording in a file by the log in a database. The daemon must have ended.
///
/// # Errors
/// One of the two can't be read.
pub async fn judge_files(database: &Path, branch: &str, recording: &Path) -> Result<Verdict, LogError> {
    let log = log::read(database, branch).await?;
    let unreadable = |source| LogError::Recording { path: recording.to_owned(), source };
    judge(&log, BufReader::new(File::open(recording).map_err(unreadable)?)).map_err(unreadable)
}
