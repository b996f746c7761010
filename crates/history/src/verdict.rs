//! What was found: figures, and violations that name the line or the entry.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

/// What must hold. The name in `snake_case` is the rule's stable word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Entries are numbered from 1 without holes or repeats.
    LogHole,
    /// An entry is never before the one before it.
    TimeBack,
    /// A command is in the log once.
    CommandTwice,
    /// An entry says what this program knows.
    NotUnderstood,
    /// A ticket's id is given out once, in order.
    TicketTwice,
    /// A number does not stand twice among the living.
    NumberTwice,
    /// Numbers of a service go up through the day: none is left out, none is given again before the series is
    /// through.
    NumberOrder,
    /// A ticket is in one place, at one counter at most.
    TicketElsewhere,
    /// A counter has one ticket at most.
    CounterTaken,
    /// What was answered is in the log.
    AnswerLost,
    /// An answer is what its entry says.
    AnswerDiffers,
    /// An entry is what its command asked for.
    AskedOtherwise,
    /// A refused command left nothing.
    RefusedDone,
    /// What is in the log was asked for.
    NobodyAsked,
    /// What was answered before something else was asked is before it in the log.
    RealTime,
    /// A screen is told of every entry that it has to show.
    ScreenHole,
    /// A screen does not go back, and is told of an entry once.
    ScreenBack,
    /// What a screen is told is what the log says.
    ScreenDiffers,
    /// A screen shows nothing that is not in the log.
    ScreenAhead,
    /// A screen that has settled shows all that there is.
    ScreenBehind,
    /// All is of one log.
    OtherLog,
    /// The recording makes sense.
    Recording,
}

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// What it is against.
    pub rule: Rule,
    /// The line of the recording, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The entry of the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// What exactly.
    pub what: String,
}

/// How much was looked at, so that an empty run is not taken for a good one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Entries in the log.
    pub entries: u64,
    /// Tickets given out in it.
    pub tickets: u64,
    /// Calls in it, recalls too.
    pub calls: u64,
    /// Commands, each counted once however often it was sent.
    pub commands: u64,
    /// How often one was sent.
    pub sends: u64,
    /// Sends that were answered.
    pub answered: u64,
    /// Sends that were refused.
    pub refused: u64,
    /// Sends that nobody answered.
    pub unanswered: u64,
    /// Commands that nobody answered at first and that were in the log all the same when asked again.
    pub found_again: u64,
    /// Connections of screens.
    pub sockets: u64,
    /// Frames that they were sent.
    pub frames: u64,
    /// Whole pictures among them.
    pub snapshots: u64,
    /// How often a screen went on where it had stopped.
    pub resumed: u64,
    /// Calls that screens were told of as they happened.
    pub calls_seen: u64,
    /// Calls that passed while a screen was cut off for so long that the next picture did not tell them.
    pub calls_missed_while_away: u64,
}

/// How many violations of one rule are kept; one fault often brings thousands, and the first tell most.
const KEPT: u64 = 20;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Verdict {
    /// How much was looked at.
    pub figures: Figures,
    /// The first twenty violations of each rule.
    pub violations: Vec<Violation>,
    /// How many there are in all, by rule.
    pub counts: BTreeMap<Rule, u64>,
}

impl Verdict {
    /// Whether nothing is wrong.
    pub fn is_content(&self) -> bool {
        self.violations.is_empty()
    }

    /// How many violations there are.
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }

    pub(crate) fn find(
        &mut self,
        rule: Rule,
        line: impl Into<Option<u64>>,
        seq: impl Into<Option<u64>>,
        what: String,
    ) {
        let count = self.counts.entry(rule).or_default();
        *count += 1;
        if *count <= KEPT {
            self.violations.push(Violation { rule, line: line.into(), seq: seq.into(), what });
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The word of the JSON form.
        self.serialize(f)
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.rule)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(seq) = self.seq {
            write!(f, ", entry {seq}")?;
        }
        write!(f, ": {}", self.what)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Figures {
            entries,
            tickets,
            calls,
            commands,
            sends,
            answered,
            refused,
            unanswered,
            found_again,
            sockets,
            frames,
            snapshots,
            resumed,
            calls_seen,
            calls_missed_while_away,
        } = self.figures;
        writeln!(f, "log: {entries} entries, {tickets} tickets, {calls} calls")?;
        writeln!(
            f,
            "commands: {commands}, sent {sends} times: {answered} answered, {refused} refused, {unanswered} \
             unanswered; {found_again} had been done unanswered"
        )?;
        writeln!(
            f,
            "screens: {sockets} connections, {frames} frames, {snapshots} pictures, {resumed} resumed, \
             {calls_seen} calls seen, {calls_missed_while_away} missed while away"
        )?;
        for violation in &self.violations {
            writeln!(f, "VIOLATION {violation}")?;
        }
        match self.total() {
            0 => writeln!(f, "nothing is wrong"),
            total => writeln!(f, "{total} violations"),
        }
    }
}
