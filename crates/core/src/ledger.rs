//! The branch's book: what was decided, numbered, each command once.
//!
//! The ledger is ahead of the log by what was not stored yet: whoever holds it stores an [`Entry`]
//! before anybody hears of it, and throws the ledger away if that fails.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Actor, Branch, Command, CommandId, Event, Refusal};

/// One command's worth of events: they happen together or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place in the log, from 1 without holes.
    pub seq: u64,
    /// When it was decided; never before the entry before it.
    pub at: Timestamp,
    /// The command's own id; none for what time alone brought about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandId>,
    /// Who asked, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Actor>,
    /// What happened; never empty.
    pub events: Vec<Event>,
}

/// An id that was seen before, with the entry that it made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The command.
    pub command: CommandId,
    /// The place of its entry in the log.
    pub seq: u64,
}

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submission {
    /// It was taken: these are to be stored, in order. The last is the command's own; before it may
    /// stand what time had brought about by then.
    Taken(Vec<Entry>),
    /// It was taken before, as the entry of that number; the same answer is due.
    Repeated {
        /// The place of the entry in the log.
        seq: u64,
    },
    /// It was turned down. `advanced` is what time had brought about by then, to be stored all the same.
    Refused {
        /// Why.
        refusal: Refusal,
        /// Entries to be stored.
        advanced: Vec<Entry>,
    },
}

/// What a command means now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It is to be: this entry follows, to be [taken in](Ledger::replay) and stored.
    Taken(Entry),
    /// It was taken before, as the entry of that number; the same answer is due.
    Repeated {
        /// The place of the entry in the log.
        seq: u64,
    },
    /// It is turned down.
    Refused(Refusal),
}

/// How many refused commands are remembered, so that one that is sent again gets the same answer. A
/// client gives up on a command after some seconds; this is minutes at a thousand refusals a second.
const REFUSALS_KEPT: usize = 65_536;

/// How many taken commands are known at once. The log itself knows all; see [`Ledger::restore`].
const COMMANDS_KEPT: usize = 65_536;

/// A branch with its book-keeping.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    branch: Branch,
    seq: u64,
    at: Option<Timestamp>,
    taken: Remembered<u64, COMMANDS_KEPT>,
    refused: Remembered<Refusal, REFUSALS_KEPT>,
}

impl Ledger {
    /// How many of the last commands [`Ledger::restore`] wants to know.
    pub const COMMANDS_KEPT: usize = COMMANDS_KEPT;

    /// A ledger that stands where the branch stood after entry `seq` at `at`, and knows those commands,
    /// oldest first.
    pub fn restore(
        branch: Branch,
        seq: u64,
        at: Option<Timestamp>,
        known: impl IntoIterator<Item = Known>,
    ) -> Self {
        let mut ledger = Self { branch, seq, at, ..Self::default() };
        for Known { command, seq } in known {
            ledger.taken.insert(command, seq);
        }
        ledger
    }

    /// Learns of a command whose entry is in the log, though it is no longer among the last.
    pub fn remember(&mut self, known: Known) {
        self.taken.insert(known.command, known.seq);
    }

    /// Whether a command was answered before, as far as is remembered.
    pub fn knows(&self, id: CommandId) -> bool {
        self.known(id).is_some()
    }

    /// Takes in the entry that follows: one from the log, or one that was just decided.
    pub fn replay(&mut self, entry: &Entry) {
        for event in &entry.events {
            self.branch.apply(event, entry.at);
        }
        self.seq = entry.seq;
        self.at = Some(entry.at);
        if let Some(command) = entry.command {
            self.taken.insert(command, entry.seq);
        }
    }

    /// The next thing that time alone has brought about by `now`; not taken in yet.
    pub fn due(&self, now: Timestamp) -> Option<Entry> {
        let now = self.not_before_last(now);
        let (due, command) = self.branch.next_deadline()?;
        if due > now {
            return None;
        }
        // However late somebody looks, it happens when it is seen to: a log that says otherwise would
        // claim that the branch was awake. A deadline that can't be met now is looked at again next time.
        self.branch.decide(&command, now).ok().map(|events| self.next(None, None, now, events))
    }

    /// Says what a command means, once what is [due](Self::due) was taken in; takes nothing in itself. Who
    /// asks is kept and decides nothing: rights are looked at before.
    pub fn decide(
        &mut self,
        by: Option<Actor>,
        id: CommandId,
        command: &Command,
        now: Timestamp,
    ) -> Decision {
        if let Some(known) = self.known(id) {
            return known;
        }
        let now = self.not_before_last(now);
        match self.branch.decide(command, now) {
            Ok(events) => Decision::Taken(self.next(Some(id), by, now, events)),
            Err(refusal) => {
                self.refused.insert(id, refusal.clone());
                Decision::Refused(refusal)
            }
        }
    }

    /// Does what time alone has brought about by `now`.
    pub fn advance(&mut self, now: Timestamp) -> Vec<Entry> {
        let mut entries = Vec::new();
        while let Some(entry) = self.due(now) {
            self.replay(&entry);
            entries.push(entry);
        }
        entries
    }

    /// Takes a command at a time, from nobody in particular.
    pub fn submit(&mut self, id: CommandId, command: &Command, now: Timestamp) -> Submission {
        self.submit_by(None, id, command, now)
    }

    /// Takes a command at a time, and before it what time has brought about.
    pub fn submit_by(
        &mut self,
        by: Option<Actor>,
        id: CommandId,
        command: &Command,
        now: Timestamp,
    ) -> Submission {
        // What was answered before is answered alike, and time does not move for it.
        let known = self.known(id);
        let mut entries = if known.is_none() { self.advance(now) } else { Vec::new() };
        match known.unwrap_or_else(|| self.decide(by, id, command, now)) {
            Decision::Taken(entry) => {
                self.replay(&entry);
                entries.push(entry);
                Submission::Taken(entries)
            }
            Decision::Repeated { seq } => Submission::Repeated { seq },
            Decision::Refused(refusal) => Submission::Refused { refusal, advanced: entries },
        }
    }

    /// The answer that a command was given before.
    fn known(&self, id: CommandId) -> Option<Decision> {
        let taken = self.taken.get(&id).map(|seq| Decision::Repeated { seq: *seq });
        taken.or_else(|| self.refused.get(&id).cloned().map(Decision::Refused))
    }

    /// The branch as it stands.
    pub fn branch(&self) -> &Branch {
        &self.branch
    }

    /// The place of the last entry; 0 before the first.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The time of the last entry.
    pub fn at(&self) -> Option<Timestamp> {
        self.at
    }

    /// A clock that was set back must not turn the order of things round: time stands still until it
    /// has caught up.
    fn not_before_last(&self, now: Timestamp) -> Timestamp {
        self.at.map_or(now, |last| last.max(now))
    }

    fn next(
        &self,
        command: Option<CommandId>,
        by: Option<Actor>,
        at: Timestamp,
        events: Vec<Event>,
    ) -> Entry {
        Entry { seq: self.seq + 1, at, command, by, events }
    }
}

/// The last `KEPT` of something, by command.
#[derive(Debug, Clone)]
struct Remembered<T, const KEPT: usize> {
    by_id: BTreeMap<CommandId, T>,
    oldest_first: VecDeque<CommandId>,
}

impl<T, const KEPT: usize> Default for Remembered<T, KEPT> {
    fn default() -> Self {
        Self { by_id: BTreeMap::new(), oldest_first: VecDeque::new() }
    }
}

impl<T, const KEPT: usize> Remembered<T, KEPT> {
    fn get(&self, id: &CommandId) -> Option<&T> {
        self.by_id.get(id)
    }

    fn insert(&mut self, id: CommandId, value: T) {
        if self.by_id.insert(id, value).is_none() {
            self.oldest_first.push_back(id);
        }
        if self.oldest_first.len() > KEPT
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.by_id.remove(&oldest);
        }
    }
}
