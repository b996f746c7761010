//! The log replayed: who stood where after each entry, and whether the log makes sense by itself.
//!
//! What follows from an entry is written here once more, in the few words that the promises need: where a ticket
//! is, whose number it has, how many wait. After a violation the replay goes on with what the log says, so that
//! one fault is not told as a hundred.

mod hall;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use crate::{Entry, Log, Rule, Verdict, event::Event};
use hall::Hall;

/// Where a living ticket stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In the queue.
    Waiting,
    /// Called to the place near a counter.
    Ahead(String),
    /// Called to a counter.
    Called(String),
    /// Served at a counter.
    Serving(String),
    /// Sent to see to something.
    Parked,
}

impl Place {
    /// The counter that has the ticket.
    pub fn counter(&self) -> Option<&str> {
        match self {
            Self::Called(counter) | Self::Serving(counter) => Some(counter),
            Self::Waiting | Self::Ahead(_) | Self::Parked => None,
        }
    }

    /// The word on the wire.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Ahead(_) => "ahead",
            Self::Called(_) => "called",
            Self::Serving(_) => "serving",
            Self::Parked => "parked",
        }
    }
}

/// A living ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// What is called.
    pub number: String,
    /// What is waited for or being done.
    pub service: String,
    /// Where it stands.
    pub place: Place,
}

/// A counter, as screens show it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counter {
    /// Whether it calls.
    pub open: bool,
    /// The ticket at it.
    pub ticket: Option<u64>,
    /// The ticket that it has called ahead.
    pub ahead: Option<u64>,
}

/// A call, as it is shown and spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Its entry.
    pub seq: u64,
    /// The number.
    pub number: String,
    /// The service.
    pub service: String,
    /// The visitor's language.
    pub language: String,
    /// The counter.
    pub counter: String,
    /// The how-manieth.
    pub attempt: u16,
}

/// What something was after each entry that changed it.
#[derive(Debug)]
pub struct Timeline<K, V>(HashMap<K, Vec<(u64, V)>>);

impl<K, V> Default for Timeline<K, V> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: std::hash::Hash + Eq, V: PartialEq> Timeline<K, V> {
    /// Whether it is different from before.
    fn set(&mut self, seq: u64, key: K, value: V) -> bool {
        let values = self.0.entry(key).or_default();
        match values.last_mut() {
            Some((_, last)) if *last == value => return false,
            Some((at, last)) if *at == seq => *last = value,
            _ => values.push((seq, value)),
        }
        true
    }

    /// What it was after an entry; none before the first.
    pub fn at<Q: std::hash::Hash + Eq + ?Sized>(&self, seq: u64, key: &Q) -> Option<&V>
    where
        K: std::borrow::Borrow<Q>,
    {
        let values = self.0.get(key)?;
        let after = values.partition_point(|(at, _)| *at <= seq);
        after.checked_sub(1).map(|last| &values[last].1)
    }
}

/// The log, replayed.
#[derive(Debug, Default)]
pub struct Truth {
    /// Which log it is.
    pub log: Uuid,
    /// The last entry.
    pub last: u64,
    /// When each entry happened, in nanoseconds since 1970.
    pub at_ns: BTreeMap<u64, i64>,
    /// All calls, in order.
    pub calls: Vec<Call>,
    /// Entries that every screen is told of: a call, or another length of a queue or state of a counter.
    pub public: Vec<u64>,
    /// Entries with which a day began.
    pub days: Vec<u64>,
    /// How many wait, by service.
    pub waiting: Timeline<String, u32>,
    /// The counters.
    pub counters: Timeline<String, Counter>,
    /// The tickets; none once they have ended.
    pub tickets: Timeline<u64, Option<Ticket>>,
    /// How many tickets live.
    pub living: Timeline<(), usize>,
}

impl Truth {
    /// Replays a log, and says what is wrong with it.
    pub fn of(log: &Log, verdict: &mut Verdict) -> Self {
        let mut truth = Self { log: log.id, ..Self::default() };
        let mut hall = Hall::default();
        let mut commands = BTreeSet::new();
        let mut before: Option<&Entry> = None;
        for entry in &log.entries {
            let seq = entry.seq;
            let expected = before.map_or(1, |before| before.seq + 1);
            if seq != expected {
                verdict.find(Rule::LogHole, None, seq, format!("here should be entry {expected}"));
            }
            if let Some(before) = before.filter(|before| entry.at_ns < before.at_ns) {
                let back = before.at_ns - entry.at_ns;
                let what = format!("it is {back} ns before entry {}", before.seq);
                verdict.find(Rule::TimeBack, None, seq, what);
            }
            if let Some(command) = entry.command.filter(|command| !commands.insert(*command)) {
                verdict.find(
                    Rule::CommandTwice,
                    None,
                    seq,
                    format!("command {command} is in the log before"),
                );
            }
            if let Some(why) = &entry.unreadable {
                verdict.find(Rule::NotUnderstood, None, seq, why.clone());
            }
            truth.at_ns.insert(seq, entry.at_ns);
            truth.last = truth.last.max(seq);
            truth.take(entry, &mut hall, verdict);
            before = Some(entry);
        }
        verdict.figures.entries = log.entries.len() as u64;
        verdict.figures.calls = truth.calls.len() as u64;
        truth
    }

    fn take(&mut self, entry: &Entry, hall: &mut Hall, verdict: &mut Verdict) {
        let seq = entry.seq;
        let mut public = false;
        for event in &entry.events {
            public |=
                matches!(event, Event::RulesSet { .. } | Event::DayBegan { .. } | Event::DayClosed { .. });
            if let Event::DayBegan { .. } = event {
                self.days.push(seq);
            }
            if let Some(call) = call(seq, event) {
                self.calls.push(call);
                public = true;
            }
            verdict.figures.tickets += u64::from(matches!(event, Event::TicketIssued { .. }));
            hall.take(event, &mut |rule, what| verdict.find(rule, None, seq, what));
        }
        for id in hall.changed.drain() {
            self.tickets.set(seq, id, hall.tickets.get(&id).cloned());
        }
        self.living.set(seq, (), hall.tickets.len());
        for (service, waiting) in &hall.waiting {
            public |= self.waiting.set(seq, service.clone(), *waiting);
        }
        for (id, counter) in &hall.counters {
            public |= self.counters.set(seq, id.clone(), counter.clone());
        }
        if public {
            self.public.push(seq);
        }
    }

    /// The first entry after one and before another that every screen is told of.
    pub fn public_between(&self, after: u64, before: u64) -> Option<u64> {
        let next = self.public.partition_point(|seq| *seq <= after);
        self.public.get(next).copied().filter(|seq| *seq < before)
    }

    /// The call that an entry made.
    pub fn call_of(&self, seq: u64) -> Option<&Call> {
        self.calls.binary_search_by_key(&seq, |call| call.seq).ok().map(|at| &self.calls[at])
    }

    /// The calls of the day, as of an entry.
    pub fn calls_of_day(&self, seq: u64) -> &[Call] {
        let day = self.days.partition_point(|day| *day <= seq);
        let began = day.checked_sub(1).map_or(0, |day| self.days[day]);
        self.calls_between(began, seq)
    }

    /// The calls after one entry and up to another.
    pub fn calls_between(&self, after: u64, until: u64) -> &[Call] {
        let from = self.calls.partition_point(|call| call.seq <= after);
        let to = self.calls.partition_point(|call| call.seq <= until);
        &self.calls[from.min(to)..to]
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "whatever else happens calls nobody")]
fn call(seq: u64, event: &Event) -> Option<Call> {
    let (number, service, language, counter, attempt) = match event {
        Event::TicketCalled { number, service, language, counter, .. } => {
            (number, service, language, counter, 1)
        }
        Event::TicketRecalled { number, service, language, counter, attempt, .. } => {
            (number, service, language, counter, *attempt)
        }
        _ => return None,
    };
    Some(Call {
        seq,
        number: number.clone(),
        service: service.clone(),
        language: language.clone(),
        counter: counter.clone(),
        attempt,
    })
}
