//! What came of a replay, beside what was recorded.

use std::{collections::BTreeMap, fmt};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    play::Books,
    record::{DaySecond, Outcome, Record},
};

/// What came of a replay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The branch in which it took place.
    pub branch: String,
    /// The day of the record.
    pub day: Date,
    /// The replay.
    pub replay: Totals,
    /// The record itself.
    pub record: Totals,
    /// All calls of the replay, in order.
    pub calls: Vec<Call>,
    /// How many of them were never shown because the display was cut off for so long that a fresh picture did
    /// not go back to them; 0 as long as the daemon stays up.
    pub unseen: u32,
    /// How many commands were sent.
    pub commands: u64,
    /// How long it took by the wall clock, in seconds.
    pub took_s: f64,
    /// What must not be and was, in words; empty if all is well.
    pub faults: Vec<String>,
}

/// A call of the replay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Its place in the log.
    pub seq: u64,
    /// When.
    pub at: DaySecond,
    /// The number.
    pub number: String,
    /// What the visitor came for.
    pub service: String,
    /// The counter's short name.
    pub counter: String,
    /// The counter's number on the sign.
    pub counter_number: u8,
    /// How long the visitor had waited, in seconds.
    pub wait_s: u32,
    /// Whether the visitor came.
    pub comes: bool,
}

/// A day in figures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Numbers given out.
    pub tickets: u32,
    /// Who was served to the end.
    pub served: u32,
    /// Who was called and did not come.
    pub missed: u32,
    /// Who left without having been called.
    pub abandoned: u32,
    /// Who was served and had waited at all.
    pub waited: u32,
    /// The median of their waiting times, in seconds.
    pub wait_p50_s: u32,
    /// The 90th percentile.
    pub wait_p90_s: u32,
    /// The longest.
    pub wait_max_s: u32,
}

/// How long people waited who waited at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waits {
    /// How many waited how many seconds.
    by_seconds: BTreeMap<u32, u32>,
    count: u32,
}

impl Waits {
    /// Adds one; who did not wait does not count.
    pub fn add(&mut self, seconds: u32) {
        if seconds > 0 {
            *self.by_seconds.entry(seconds).or_default() += 1;
            self.count += 1;
        }
    }

    /// How many waited.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The time that so many percent waited no longer than; 0 if nobody waited.
    pub fn percentile(&self, percent: u32) -> u32 {
        let rank = (u64::from(self.count) * u64::from(percent)).div_ceil(100).max(1);
        let mut counted = 0;
        for (seconds, people) in &self.by_seconds {
            counted += u64::from(*people);
            if counted >= rank {
                return *seconds;
            }
        }
        0
    }
}

impl Totals {
    /// Of a record.
    pub fn of_record(record: &Record) -> Self {
        let mut totals =
            Self { tickets: u32::try_from(record.visits.len()).unwrap_or(u32::MAX), ..Self::default() };
        let mut waits = Waits::default();
        for visit in &record.visits {
            match visit.outcome {
                Outcome::Served { start, .. } => {
                    totals.served += 1;
                    waits.add(start.since(visit.arrival));
                }
                Outcome::Missed { .. } => totals.missed += 1,
                Outcome::Abandoned { .. } => totals.abandoned += 1,
            }
        }
        totals.with(&waits)
    }

    /// Of a replay.
    pub fn of_books(books: &Books) -> Self {
        let totals = Self {
            tickets: books.issued,
            served: books.served,
            missed: books.missed,
            abandoned: books.abandoned,
            ..Self::default()
        };
        totals.with(&books.waits)
    }

    fn with(self, waits: &Waits) -> Self {
        Self {
            waited: waits.count(),
            wait_p50_s: waits.percentile(50),
            wait_p90_s: waits.percentile(90),
            wait_max_s: waits.percentile(100),
            ..self
        }
    }

    /// The figures that a replay must share with its record, by name.
    pub(crate) fn counts(&self) -> [(&'static str, u32); 4] {
        [
            ("tickets", self.tickets),
            ("served", self.served),
            ("no-shows", self.missed),
            ("abandoned", self.abandoned),
        ]
    }
}

/// One thing that is wrong often shows a hundred times.
const FAULTS_PRINTED: usize = 20;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (replay, record) = (&self.replay, &self.record);
        writeln!(f, "{:<22}{:>10}{:>10}", format!("{}, {}", self.branch, self.day), "replay", "record")?;
        let names = ["Tickets", "Served", "No-shows", "Abandoned"];
        for ((name, (_, replay)), (_, record)) in names.into_iter().zip(replay.counts()).zip(record.counts())
        {
            writeln!(f, "{name:<22}{replay:>10}{record:>10}")?;
        }
        writeln!(f, "{:<22}{:>10}{:>10}", "Served after a wait", replay.waited, record.waited)?;
        for (name, replay, record) in [
            ("Wait, median", replay.wait_p50_s, record.wait_p50_s),
            ("Wait, 90th percentile", replay.wait_p90_s, record.wait_p90_s),
            ("Wait, longest", replay.wait_max_s, record.wait_max_s),
        ] {
            writeln!(f, "{name:<22}{:>10}{:>10}", length(replay), length(record))?;
        }
        let rate = self.commands as f64 / self.took_s.max(f64::MIN_POSITIVE);
        writeln!(f, "{} commands in {:.1} s ({rate:.0} a second)", self.commands, self.took_s)?;
        if self.unseen > 0 {
            writeln!(f, "{} calls were made while the display was cut off", self.unseen)?;
        }
        if self.faults.is_empty() {
            let calls = if self.unseen > 0 { "all other calls were" } else { "every call was" };
            return writeln!(
                f,
                "Every arrival got one number, {calls} shown once and in order, and the counts agree."
            );
        }
        for fault in self.faults.iter().take(FAULTS_PRINTED) {
            writeln!(f, "FAULT: {fault}")?;
        }
        match self.faults.len().saturating_sub(FAULTS_PRINTED) {
            0 => Ok(()),
            more => writeln!(f, "and {more} more"),
        }
    }
}

/// Minutes and seconds, with hours where there are any.
fn length(seconds: u32) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}
