//! A day of the office by the core, as its people and officers live it, with the forecast's learning beside it.

use std::{cmp::Reverse, collections::BTreeMap, collections::BinaryHeap, sync::Arc};

use anyhow::Context;
use giliran_core::{
    Command, CommandId, CounterId, Decision, Entry, Event, Language, Ledger, PersonKey, Rules, Stretch,
    TicketId, TicketState,
};
use giliran_forecast::{Arrivals, Learned};
use jiff::{SignedDuration, Timestamp, civil::Date};
use uuid::Uuid;

use super::{
    ways::{Look, Way, zone},
    world::{Person, World},
};

/// How often whoever decides looks.
const LOOKS: SignedDuration = SignedDuration::from_mins(5);

/// How long an officer takes to come to a counter that is to open.
const COMES_AFTER: SignedDuration = SignedDuration::from_mins(3);

/// From one visitor to the next call, and from a call until the visitor stands there.
const HANDOVER: SignedDuration = SignedDuration::from_secs(15);
const WALK: SignedDuration = SignedDuration::from_secs(12);

/// Whoever does not come is called again and then given up.
const RECALL: SignedDuration = SignedDuration::from_secs(40);
const GIVES_UP: SignedDuration = SignedDuration::from_secs(95);

/// So long after the doors close everybody goes home.
const LATEST: SignedDuration = SignedDuration::from_hours(4);

/// What came of a day.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Numbers given out.
    pub issued: u32,
    /// First calls within what the charter promises, and later.
    pub within: u32,
    /// See above.
    pub late: u32,
    /// Seconds that counters were open before the doors closed, all together.
    pub open_s: f64,
    /// How often a counter opened or closed between the first hour's opening and the doors' closing.
    pub changes: u32,
    /// Seconds waited to first calls, all together, of services that promise something.
    pub waited_s: f64,
}

/// The office between days.
#[derive(Clone)]
pub struct Hall {
    ledger: Ledger,
    rules: Arc<Rules>,
    commands: u128,
    /// What an office that counts by hand knows.
    pub book: Book,
    /// What its days have taught.
    pub learned: Learned,
    /// Who comes when.
    pub arrivals: Arrivals,
}

/// People and the time they took, by weekday and hour.
#[derive(Debug, Clone)]
pub struct Book {
    services: usize,
    days: [f64; 7],
    issued: BTreeMap<(i8, i8), Vec<f64>>,
    /// By service: seconds at counters, and how many visits.
    visits: Vec<(f64, f64)>,
}

impl Book {
    fn new(rules: &Rules) -> Self {
        let services = rules.services.len();
        Self { services, days: [0.0; 7], issued: BTreeMap::new(), visits: vec![(0.0, 0.0); services] }
    }

    /// People a second for a service in an hour of a weekday.
    pub fn rate(&self, hour: (i8, i8), service: usize) -> f64 {
        let days = usize::try_from(hour.0).ok().and_then(|weekday| self.days.get(weekday)).copied();
        let people = self.issued.get(&hour).and_then(|people| people.get(service)).copied().unwrap_or(0.0);
        people / days.unwrap_or(0.0).max(1.0) / 3600.0
    }

    /// Counters' work by service: in an hour of a weekday, or in the mean of all hours.
    pub fn loads(&self, hour: Option<(i8, i8)>) -> Vec<f64> {
        let visit = |service: usize| {
            let (seconds, visits) = self.visits[service];
            seconds / visits.max(1.0) + HANDOVER.as_secs_f64()
        };
        let rate = |service: usize| match hour {
            Some(hour) => self.rate(hour, service),
            None => {
                let hours = self.issued.len().max(1) as f64;
                self.issued.keys().map(|hour| self.rate(*hour, service)).sum::<f64>() / hours
            }
        };
        (0..self.services).map(|service| rate(service) * visit(service)).collect()
    }
}

/// Something that is due.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Arrives(usize),
    Done(CounterId, TicketId),
    Recall(CounterId, TicketId),
    GivesUp(CounterId, TicketId),
    Free(CounterId),
    Leaves(TicketId),
    Opens(CounterId),
    Look,
}

impl Hall {
    /// An office that goes by these rules.
    ///
    /// # Errors
    /// They contradict themselves.
    pub fn new(rules: &Rules) -> anyhow::Result<Self> {
        rules.check().map_err(|faults| anyhow::anyhow!("{faults}"))?;
        let hall = Self {
            ledger: Ledger::default(),
            rules: Arc::new(rules.clone()),
            commands: 0,
            book: Book::new(rules),
            learned: Learned::default(),
            arrivals: Arrivals::default(),
        };
        Ok(hall)
    }

    /// Lives a day.
    ///
    /// # Errors
    /// The core does not do what the day needs.
    pub fn day(&mut self, world: &World, day: Date, way: &mut Way) -> anyhow::Result<Tally> {
        let stretches = self.rules.open_on(day).unwrap_or_default();
        let people = world.people(&self.rules, day);
        let opens = stretches.first().map_or_else(|| self.rules.day_starts_at(day), |open| open.from);
        let closes = stretches.last().map_or(opens, |open| open.until);
        if self.ledger.branch().rules().is_none() {
            let rules = self.rules.clone();
            let before = self.rules.day_starts_at(day) - SignedDuration::from_mins(1);
            self.decide(&Command::SetRules { rules }, before).context("the rules")?;
        }
        if let Some(days) = usize::try_from(day.weekday().to_monday_zero_offset())
            .ok()
            .and_then(|n| self.book.days.get_mut(n))
        {
            *days += 1.0;
        }
        way.begin(day);
        let mut today = Today {
            hall: self,
            people,
            stretches,
            closes,
            agenda: BinaryHeap::new(),
            paces: BTreeMap::new(),
            resting: BTreeMap::new(),
            wanted: Vec::new(),
            open_since: BTreeMap::new(),
            tally: Tally::default(),
            settled: opens + SignedDuration::from_mins(10),
        };
        for n in 0..today.people.len() {
            today.due(today.people[n].at, Due::Arrives(n));
        }
        today.due(opens, Due::Look);
        today.play(way, closes + LATEST);
        Ok(today.tally)
    }

    fn decide(&mut self, command: &Command, now: Timestamp) -> anyhow::Result<Entry> {
        self.advance(now);
        self.commands += 1;
        match self.ledger.decide(None, CommandId(Uuid::from_u128(self.commands)), command, now) {
            Decision::Taken(entry) => {
                self.take_in(&entry);
                Ok(entry)
            }
            Decision::Repeated { seq } => anyhow::bail!("entry {seq} came of it before"),
            Decision::Refused(refusal) => anyhow::bail!("{refusal}"),
        }
    }

    fn advance(&mut self, now: Timestamp) {
        while let Some(entry) = self.ledger.due(now) {
            self.take_in(&entry);
        }
    }

    fn take_in(&mut self, entry: &Entry) {
        self.learned.observe(self.ledger.branch(), entry);
        self.arrivals.observe(self.ledger.branch(), entry);
        self.ledger.replay(entry);
    }
}

/// A day that is under way.
struct Today<'a> {
    hall: &'a mut Hall,
    people: Vec<Person>,
    stretches: Vec<Stretch>,
    closes: Timestamp,
    agenda: BinaryHeap<Reverse<(Timestamp, Due)>>,
    /// Of each living ticket: the pace of its visits, and whether its holder comes.
    paces: BTreeMap<TicketId, (f64, bool)>,
    /// Until when a counter has not called yet after a visit.
    resting: BTreeMap<CounterId, Timestamp>,
    /// By counter of the rules, whether it is to be open.
    wanted: Vec<bool>,
    open_since: BTreeMap<CounterId, Timestamp>,
    tally: Tally,
    /// From then on what opens or closes is a change.
    settled: Timestamp,
}

impl Today<'_> {
    fn due(&mut self, at: Timestamp, what: Due) {
        self.agenda.push(Reverse((at, what)));
    }

    fn play(&mut self, way: &mut Way, ends: Timestamp) {
        while let Some(Reverse((now, what))) = self.agenda.pop() {
            if now > ends {
                break;
            }
            self.hall.advance(now);
            self.happens(now, what, way);
            self.serve(now);
        }
        // The last go home.
        let open: Vec<_> = self.open_since.keys().cloned().collect();
        for counter in open {
            self.close(&counter, ends, false);
        }
    }

    fn happens(&mut self, now: Timestamp, what: Due, way: &mut Way) {
        match what {
            Due::Arrives(n) => self.arrives(n, now),
            Due::Done(counter, ticket) => {
                let done = self
                    .hall
                    .decide(&Command::Finish { counter: counter.clone(), ticket, outcome: None }, now);
                if done.is_ok() {
                    self.rest(counter, now);
                }
            }
            Due::Recall(counter, ticket) => {
                // Refused where the office allows one call alone; then it is given up without.
                let _ = self.hall.decide(&Command::Recall { counter, ticket }, now);
            }
            Due::GivesUp(counter, ticket) => {
                let given_up = self.hall.decide(&Command::NoShow { counter: counter.clone(), ticket }, now);
                match given_up {
                    Ok(_) => self.rest(counter, now),
                    Err(_) if self.has(&counter, ticket) => {
                        let _ = self.hall.decide(&Command::Recall { counter: counter.clone(), ticket }, now);
                        self.due(now + RECALL, Due::GivesUp(counter, ticket));
                    }
                    Err(_) => self.rest(counter, now), // the office's own clock was quicker
                }
            }
            Due::Free(counter) => {
                self.resting.remove(&counter);
            }
            Due::Leaves(ticket) => {
                let waits = self.hall.ledger.branch().ticket(ticket).is_some_and(|ticket| {
                    matches!(ticket.state, TicketState::Waiting { .. }) && ticket.first_call.is_none()
                });
                if waits {
                    let _ = self.hall.decide(&Command::CancelTicket { ticket, reason: None }, now);
                }
            }
            Due::Opens(counter) => {
                let wanted = self.hall.rules.counters.iter().position(|rule| rule.id == counter);
                if wanted.is_some_and(|n| self.wanted.get(n) == Some(&true)) {
                    self.open(&counter, now);
                }
            }
            Due::Look => {
                self.look(now, way);
                if now < self.closes {
                    self.due(now + LOOKS, Due::Look);
                }
            }
        }
    }

    fn arrives(&mut self, n: usize, now: Timestamp) {
        let Person { service, pace, comes, leaves, number, .. } = self.people[n].clone();
        let person = self.hall.rules.service(&service).is_some_and(|rule| rule.one_per_person);
        let person = person.then(|| format!("{number:032x}").parse::<PersonKey>().ok()).flatten();
        let command = Command::IssueTicket {
            service,
            class: None,
            language: Language::Ms,
            announced: None,
            legs: None,
            person,
        };
        // Turned away by a quota or the last hour.
        let Ok(entry) = self.hall.decide(&command, now) else { return };
        let local = now.to_zoned(zone(&self.hall.rules));
        let hour = (local.weekday().to_monday_zero_offset(), local.hour());
        for event in &entry.events {
            if let Event::TicketIssued { ticket, service, .. } = event {
                self.tally.issued += 1;
                let place = self.hall.rules.services.iter().position(|rule| rule.id == *service);
                let services = self.hall.book.services;
                let people = self.hall.book.issued.entry(hour).or_insert_with(|| vec![0.0; services]);
                if let Some(people) = place.and_then(|n| people.get_mut(n)) {
                    *people += 1.0;
                }
                self.paces.insert(*ticket, (pace, comes));
                self.due(leaves, Due::Leaves(*ticket));
            }
        }
    }

    /// Every counter that can calls.
    fn serve(&mut self, now: Timestamp) {
        let free: Vec<CounterId> = self.open_since.keys().cloned().collect();
        for counter in free {
            let branch = self.hall.ledger.branch();
            let idle =
                branch.counter(&counter).is_some_and(|counter| counter.open && counter.ticket.is_none());
            if !idle || self.resting.get(&counter).is_some_and(|until| *until > now) {
                continue;
            }
            let place = self.hall.rules.counters.iter().position(|rule| rule.id == counter);
            let wanted = place.is_none_or(|n| self.wanted.get(n) == Some(&true)) || now >= self.closes;
            if !wanted {
                self.close(&counter, now, true);
                continue;
            }
            if branch.next_at(&counter, now).is_none() {
                continue;
            }
            let Ok(entry) = self.hall.decide(&Command::CallNext { counter: counter.clone() }, now) else {
                continue;
            };
            for event in &entry.events {
                if let Event::TicketCalled { ticket, service, arrived, .. } = event {
                    self.called(&counter, *ticket, service, *arrived, now);
                }
            }
        }
    }

    fn called(
        &mut self,
        counter: &CounterId,
        ticket: TicketId,
        service: &giliran_core::ServiceId,
        arrived: Timestamp,
        now: Timestamp,
    ) {
        let rule = self.hall.rules.service(service);
        let serving = rule.map_or(300.0, |rule| rule.serving.as_secs_f64());
        let promise = rule.and_then(|rule| rule.charter?.waiting);
        let first = self.hall.ledger.branch().ticket(ticket).is_some_and(|ticket| {
            matches!(ticket.state, TicketState::Called { .. }) && ticket.service == *service
        });
        let (pace, comes) = self.paces.get(&ticket).copied().unwrap_or((1.0, true));
        if let (Some(promise), true) = (promise, first && self.is_first(ticket)) {
            let waited = now.duration_since(arrived);
            self.tally.waited_s += waited.as_secs_f64();
            if waited > promise { self.tally.late += 1 } else { self.tally.within += 1 }
        }
        self.paces.insert(ticket, (-pace.abs(), comes));
        if comes {
            let visit = SignedDuration::from_secs((serving * pace.abs()).max(20.0) as i64);
            let place = self.hall.rules.services.iter().position(|rule| rule.id == *service);
            if let Some((seconds, visits)) = place.and_then(|n| self.hall.book.visits.get_mut(n)) {
                *seconds += (WALK + visit).as_secs_f64();
                *visits += 1.0;
            }
            self.due(now + WALK + visit, Due::Done(counter.clone(), ticket));
        } else {
            self.due(now + RECALL, Due::Recall(counter.clone(), ticket));
            self.due(now + GIVES_UP, Due::GivesUp(counter.clone(), ticket));
        }
    }

    /// Whether a ticket was not called before: its pace is turned round when it is.
    fn is_first(&self, ticket: TicketId) -> bool {
        self.paces.get(&ticket).is_some_and(|(pace, _)| *pace > 0.0)
    }

    fn has(&self, counter: &CounterId, ticket: TicketId) -> bool {
        self.hall.ledger.branch().counter(counter).is_some_and(|counter| counter.ticket == Some(ticket))
    }

    fn rest(&mut self, counter: CounterId, now: Timestamp) {
        let until = now + HANDOVER;
        self.resting.insert(counter.clone(), until);
        self.due(until, Due::Free(counter));
    }

    fn look(&mut self, now: Timestamp, way: &mut Way) {
        if now >= self.closes {
            return;
        }
        // At lunch only those that are planned for it are there.
        let planned = self.stretches.iter().find(|open| open.from <= now && now < open.until);
        let may: Vec<bool> = match planned {
            None => vec![false; self.hall.rules.counters.len()],
            Some(open) => {
                let there = |rule: &giliran_core::CounterRule| {
                    rule.reserved.is_empty() && (open.counters.is_empty() || open.counters.contains(&rule.id))
                };
                self.hall.rules.counters.iter().map(there).collect()
            }
        };
        let look = Look {
            branch: self.hall.ledger.branch(),
            learned: &self.hall.learned,
            arrivals: &self.hall.arrivals,
            may: &may,
            now,
        };
        let wanted = way.look(&look);
        let first = self.wanted.is_empty();
        for (n, wants) in wanted.iter().enumerate() {
            let counter = self.hall.rules.counters[n].id.clone();
            let open = self.open_since.contains_key(&counter);
            if *wants && !open {
                let comes = if first { now } else { now + COMES_AFTER };
                self.due(comes, Due::Opens(counter));
            }
        }
        self.wanted = wanted;
    }

    fn open(&mut self, counter: &CounterId, now: Timestamp) {
        if self.open_since.contains_key(counter) {
            return;
        }
        if self.hall.decide(&Command::OpenCounter { counter: counter.clone() }, now).is_ok() {
            self.open_since.insert(counter.clone(), now);
            self.tally.changes += u32::from(now > self.settled);
        }
    }

    fn close(&mut self, counter: &CounterId, now: Timestamp, change: bool) {
        if let Some(since) = self.open_since.remove(counter) {
            self.tally.open_s += now.min(self.closes).duration_since(since).as_secs_f64().max(0.0);
            self.tally.changes += u32::from(change && now < self.closes);
        }
        let _ = self.hall.decide(&Command::CloseCounter { counter: counter.clone() }, now);
    }
}
