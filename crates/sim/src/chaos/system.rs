//! What is tested: the core's ledger in the hands of a clerk, over a log in memory.
//!
//! The clerk decides, takes in, stores and only then answers, in batches, as the daemon's does; the log keeps
//! text, as a file would, and refuses a second entry for the same command. Everything that a daemon forgets when
//! it dies is forgotten here when it [starts again](System::start_again).

use giliran_core::{Actor, Branch, Command, CommandId, Decision, Entry, Known, Ledger, Refusal};
use jiff::Timestamp;

use super::planted::Planted;

/// The log has an entry for that command already; nothing of the batch was stored.
#[derive(Debug, Clone, Copy)]
pub struct AlreadyThere(pub Known);

/// The state of the branch as it was kept.
#[derive(Debug, Clone)]
struct Kept {
    seq: u64,
    at: Option<Timestamp>,
    branch: String,
}

/// The daemon with its disk.
#[derive(Debug)]
pub struct System {
    /// The disk: one line for each entry, from entry 1 on.
    log: Vec<String>,
    commands: Vec<Option<CommandId>>,
    kept: Option<Kept>,
    /// What the process has in memory.
    ledger: Ledger,
    to_store: Vec<Entry>,
    starts: u32,
    planted: Option<Planted>,
}

impl System {
    /// An empty disk and a daemon that was just started.
    pub fn new(planted: Option<Planted>) -> Self {
        Self {
            log: Vec::new(),
            commands: Vec::new(),
            kept: None,
            ledger: Ledger::default(),
            to_store: Vec::new(),
            starts: 0,
            planted,
        }
    }

    /// The branch as the clerk knows it, ahead of the log by what was not stored yet.
    pub fn branch(&self) -> &Branch {
        self.ledger.branch()
    }

    /// The log.
    pub fn log(&self) -> &[String] {
        &self.log
    }

    /// By entry, the command that made it.
    pub fn commands(&self) -> &[Option<CommandId>] {
        &self.commands
    }

    /// Decides and takes in what time alone has brought about.
    pub fn due(&mut self, now: Timestamp) -> Option<Entry> {
        let entry = self.ledger.due(now)?;
        Some(self.take_in(entry, now))
    }

    /// Decides a command, and takes in what comes of it.
    pub fn decide(
        &mut self,
        by: Option<Actor>,
        id: CommandId,
        command: &Command,
        now: Timestamp,
    ) -> Decision {
        let mut decision = self.ledger.decide(by.clone(), id, command, now);
        match (self.planted, &decision) {
            (Some(Planted::DoesRepeats), Decision::Repeated { .. }) => {
                let fresh =
                    CommandId(uuid::Uuid::from_u128(id.0.as_u128() ^ u128::from(self.ledger.seq()) << 1));
                decision = self.ledger.decide(by, fresh, command, now);
            }
            (Some(Planted::AnswersRepeatsWrongly), Decision::Repeated { .. }) => {
                decision = Decision::Repeated { seq: self.ledger.seq() };
            }
            (Some(Planted::TwoAtCounter), Decision::Refused(Refusal::CounterBusy(_))) => {
                if let Command::CallNext { counter } = command
                    && let Some(event) = Planted::second_at(self.branch(), counter)
                {
                    let (seq, at) =
                        (self.ledger.seq() + 1, self.ledger.at().map_or(now, |last| last.max(now)));
                    decision = Decision::Taken(Entry { seq, at, command: Some(id), by, events: vec![event] });
                }
            }
            _ => {}
        }
        match decision {
            Decision::Taken(entry) => Decision::Taken(self.take_in(entry, now)),
            other @ (Decision::Repeated { .. } | Decision::Refused(_)) => other,
        }
    }

    fn take_in(&mut self, mut entry: Entry, now: Timestamp) -> Entry {
        if let Some(planted) = self.planted {
            planted.bend(&mut entry, self.ledger.branch(), self.starts > 0);
            if planted == Planted::TimeGoesBack {
                entry.at = now;
            }
        }
        self.ledger.replay(&entry);
        self.to_store.push(entry.clone());
        entry
    }

    /// Stores what was taken in: all of it or nothing.
    pub fn store(&mut self) -> Result<Vec<Entry>, AlreadyThere> {
        for entry in &self.to_store {
            if let Some(command) = entry.command
                && let Some(seq) = self.entry_of(command)
            {
                return Err(AlreadyThere(Known { command, seq }));
            }
        }
        let stored = std::mem::take(&mut self.to_store);
        for entry in &stored {
            self.log.push(written(entry));
            self.commands.push(entry.command);
        }
        Ok(stored)
    }

    /// Keeps the state, so that a start reads less. Only what is in the log may be kept.
    pub fn keep(&mut self) {
        if self.to_store.is_empty() {
            let branch = in_words(self.ledger.branch());
            self.kept = Some(Kept { seq: self.ledger.seq(), at: self.ledger.at(), branch });
        }
    }

    /// Throws away what the process has in memory, and rebuilds it from the disk. The ledger is told of the last
    /// `known` commands of the log. Says which it knows then: those, and all of what was read after the snapshot.
    pub fn start_again(&mut self, known: usize) -> Result<Vec<Known>, String> {
        self.starts += 1;
        self.to_store.clear();
        if self.planted == Some(Planted::RestartLosesEntry) {
            self.log.pop();
            self.commands.pop();
        }
        let last = |from: usize| {
            let known = self.commands.iter().enumerate().skip(from);
            known.filter_map(|(n, id)| Some(Known { command: (*id)?, seq: n as u64 + 1 })).collect::<Vec<_>>()
        };
        let from = self.log.len().saturating_sub(known);
        // A log that lost its end behind the snapshot can only be read from its beginning.
        let kept = self.kept.clone().filter(|kept| kept.seq <= self.log.len() as u64);
        let (branch, seq, at) = match kept {
            Some(kept) => (read(&kept.branch)?, kept.seq, kept.at),
            None => (Branch::default(), 0, None),
        };
        let read_from = usize::try_from(seq).unwrap_or(usize::MAX).min(self.log.len());
        self.ledger = Ledger::restore(branch, seq, at, last(from));
        let known = last(from.min(read_from));
        let mut tail = &self.log[read_from..];
        if self.planted == Some(Planted::RestartSkipsEntry) && seq > 0 && tail.len() > 1 {
            tail = &tail[1..];
        }
        for line in tail {
            self.ledger.replay(&read(line)?);
        }
        Ok(known)
    }

    /// The entry that a command has made, by the log.
    pub fn entry_of(&self, command: CommandId) -> Option<u64> {
        self.commands.iter().position(|known| *known == Some(command)).map(|at| at as u64 + 1)
    }

    /// Learns of a command that the log knows.
    pub fn remember(&mut self, known: Known) {
        self.ledger.remember(known);
    }

    /// The entries after one, as they are told to somebody who comes back.
    pub fn after(&self, seq: u64) -> &[String] {
        let skipped = usize::from(self.planted == Some(Planted::ResumeSkipsEntry));
        let from = usize::try_from(seq).unwrap_or(usize::MAX).saturating_add(skipped);
        self.log.get(from..).unwrap_or_default()
    }

    /// The branch after replaying the whole log from nothing.
    pub fn replayed(&self) -> Result<Branch, String> {
        let mut ledger = Ledger::default();
        for line in &self.log {
            ledger.replay(&read(line)?);
        }
        Ok(ledger.branch().clone())
    }
}

/// An entry or a branch as text.
pub fn in_words<T: serde::Serialize>(value: &T) -> String {
    // Their keys are strings and numbers, so there is a form; an empty text differs from any other.
    serde_json::to_string(value).unwrap_or_default()
}

fn written(entry: &Entry) -> String {
    in_words(entry)
}

/// Reads what was written.
pub fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|why| format!("what was written can't be read: {why}: {text}"))
}
