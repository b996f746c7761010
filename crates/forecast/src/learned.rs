//! What the office's own days have taught, taken from the log entry by entry.
//!
//! Learns how long visits take, how often and for how long an absent visitor is waited for, how long a
//! counter takes from one visitor to the next, who leaves the queue, how many urgent visitors came
//! lately, and whether the waits that were announced came true. What follows from it for the next
//! visitor is said in [`waits`](crate::waits).
//!
//! Invariants: the same log teaches the same on every machine; figures that make no sense (negative,
//! over eight hours, of a ticket or counter that is not known) teach nothing and harm nothing; besides
//! the counters and services of the rules, only living tickets that were not yet called are kept.

use std::collections::{BTreeMap, VecDeque};

use giliran_core::{Branch, CounterId, Entry, Event, Rules, ServiceId, TicketId, TicketState};
use jiff::{
    SignedDuration, Timestamp,
    civil::Date,
    tz::{TimeZone, TimeZoneDatabase},
};
use serde::{Deserialize, Serialize};

use crate::{
    durations::Durations,
    estimator::{Estimator, Manner, Told},
    moment::{Moment, kind_of_day},
    pulse::Pulse,
};

/// How many of the last arrivals are remembered, to tell how many urgent ones to expect.
const ARRIVALS_KEPT: usize = 128;

/// Rates are taken over so many of the last events or so.
const MEMORY: u32 = 200;

/// A business day lasts no longer, from the midnight before it.
const LONGEST_DAY_S: f64 = 172_800.0;

/// Longer is no visit.
const LONGEST_VISIT_S: f64 = 8.0 * 3600.0;

/// One event, as a fixed-point weight.
const ONE: u32 = 1 << 16;

/// What the office's own days have taught.
///
/// Kept with the branch's snapshot; can be built again from the log at any time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    pub(crate) services: BTreeMap<ServiceId, Service>,
    /// Time from a visitor's departure to the next call, while people wait.
    pub(crate) handover: Durations,
    /// Time until somebody is called who came while a counter stood idle.
    pub(crate) reaction: Durations,
    /// Time from the call until the officer gives up.
    pub(crate) absence: Durations,
    /// Counters since they last did something.
    pub(crate) desks: BTreeMap<CounterId, Desk>,
    /// The last arrivals of the day, oldest first.
    pub(crate) arrivals: VecDeque<Arrival>,
    pub(crate) estimator: Estimator,
    /// Those who came today and were not called yet.
    newcomers: BTreeMap<TicketId, Newcomer>,
    /// The midnight with which the day's date began, and the kind of day.
    midnight: Option<Timestamp>,
    pub(crate) kind: u32,
    /// When an estimate was last made to learn from.
    tried: Option<Timestamp>,
    /// The number that the next service gets.
    groups: u32,
}

/// What is known of a service.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Service {
    /// From the call to the end of the visit, however it is called at this counter.
    pub(crate) visits: Durations,
    came: u32,
    missed: u32,
    /// A number of its own.
    pub(crate) group: u32,
    /// How its queue goes, with all that share counters with it.
    pub(crate) pulse: Pulse,
    /// The mean of its visits, and of how many.
    mean: (f64, f64),
    /// The wait of the last who was called today, and about the mean of the last ten.
    pub(crate) last_waits: Option<(f64, f64)>,
    /// How long people wait until they leave; cut short where they are called.
    #[serde(default)]
    pub(crate) leaving: Durations,
}

/// A counter since it last did something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Desk {
    /// Since when it has had no ticket.
    pub(crate) free_since: Timestamp,
    /// The ticket that it has.
    pub(crate) called: Option<Called>,
}

/// The ticket at a counter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Called {
    pub(crate) ticket: TicketId,
    service: ServiceId,
    pub(crate) at: Timestamp,
}

/// Somebody who took a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Arrival {
    pub(crate) at: Timestamp,
    pub(crate) service: ServiceId,
    pub(crate) allowance_s: u32,
}

/// What is remembered of a ticket until it is called.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Newcomer {
    /// A counter stood idle and could have called at once.
    at_once: bool,
    /// What whoever came then was told, where it is learned from.
    told: Option<Told>,
}

/// How estimates are learned at counters.
const AT_COUNTERS: Manner =
    Manner { offset_s: 60.0, step: 0.035, spread: 1.0, by_played: 1.0, trees: 0, window: 600 };

/// So long after one estimate the next is made to learn from: a crowd that comes at once teaches as one of them does.
const APART: SignedDuration = SignedDuration::from_secs(2);

impl Default for Learned {
    fn default() -> Self {
        Self {
            services: BTreeMap::new(),
            handover: Durations::default(),
            reaction: Durations::default(),
            absence: Durations::default(),
            desks: BTreeMap::new(),
            arrivals: VecDeque::new(),
            estimator: Estimator::new(AT_COUNTERS),
            newcomers: BTreeMap::new(),
            midnight: None,
            kind: 0,
            tried: None,
            groups: 0,
        }
    }
}

impl Learned {
    pub(crate) const ARRIVALS_KEPT: usize = ARRIVALS_KEPT;

    /// Takes in an entry, given the branch as it stood before it.
    ///
    /// To be called once for each entry of the log, in order. A new number plays the hall forward, at most once in two
    /// seconds of the log, which takes a fraction of a millisecond; everything else is `O(counters)`.
    pub fn observe(&mut self, before: &Branch, entry: &Entry) {
        for event in &entry.events {
            self.observe_event(before, event, entry.at);
        }
    }

    fn observe_event(&mut self, before: &Branch, event: &Event, at: Timestamp) {
        match event {
            Event::RulesSet { rules } => self.keep_only(rules),
            Event::DayBegan { day, carry, .. } => {
                self.day_began(before, *day);
                if !carry {
                    self.newcomers.clear();
                }
                self.arrivals.clear();
                for desk in self.desks.values_mut() {
                    *desk = Desk { free_since: at, called: None };
                }
            }
            Event::TicketIssued { ticket, service, due, .. } => {
                let at_once = can_call_at_once(before, service);
                let told =
                    if at_once { None } else { self.told(before, service, due.duration_since(at), at) };
                self.newcomers.insert(*ticket, Newcomer { at_once, told });
                for linked in linked(before, service) {
                    let (clock, kind) = (self.clock(at), self.kind);
                    let pulse = &mut self.service(linked).pulse;
                    if let Some(time) = clock {
                        pulse.came(time, 1.0);
                        pulse.waited_for(true, time, kind);
                    }
                }
                let allowance_s = u32::try_from(due.duration_since(at).as_secs()).unwrap_or(0);
                if self.arrivals.len() >= ARRIVALS_KEPT {
                    self.arrivals.pop_front();
                }
                self.arrivals.push_back(Arrival { at, service: service.clone(), allowance_s });
            }
            Event::TicketCalled { ticket, counter, service, arrived, .. } => {
                let newcomer = self.newcomers.remove(ticket);
                if let Some(told) = newcomer.as_ref().and_then(|newcomer| newcomer.told.as_ref()) {
                    self.estimator.learn(told, at.duration_since(*arrived).as_secs_f64());
                }
                let desk = self.desk(counter, at);
                let free_since = desk.free_since;
                desk.called = Some(Called { ticket: *ticket, service: service.clone(), at });
                if let Some(since) = waiting_since(before, *ticket) {
                    self.service(service).leaving.add_cut(at.duration_since(since).as_secs_f64());
                    let at_once = newcomer.is_some_and(|newcomer| newcomer.at_once);
                    self.gone(before, *ticket, service, at, at.duration_since(since), !at_once);
                    if at_once {
                        self.reaction.add(at.duration_since(since));
                    } else {
                        self.handover.add(at.duration_since(since.max(free_since)));
                    }
                }
            }
            Event::TicketRecalled { .. }
            | Event::TicketCalledAhead { .. }
            | Event::ServingStarted { .. }
            | Event::TicketResumed { .. }
            | Event::TicketReturned { .. }
            | Event::ClassChanged { .. }
            | Event::DayClosed { .. }
            | Event::ExtraOpened { .. }
            | Event::AppointmentsSet { .. }
            | Event::AppointmentCancelled { .. }
            | Event::NoteAdded { .. }
            | Event::TicketGaveWay { .. }
            | Event::NoticePosted { .. }
            | Event::NoticeWithdrawn { .. }
            | Event::Announced { .. }
            | Event::AnnouncementEnded { .. }
            | Event::OfficerSeated { .. } => {}
            Event::TicketServed { ticket, counter, .. }
            | Event::LegServed { ticket, counter, .. }
            | Event::TicketParked { ticket, counter, .. }
            | Event::TicketTransferred { ticket, counter, .. } => {
                if let Some(called) = self.free(counter, *ticket, at) {
                    let length = at.duration_since(called.at);
                    let service = self.service(&called.service);
                    service.visits.add(length);
                    service.came(true);
                    let seconds = length.as_secs_f64();
                    if (0.0..LONGEST_VISIT_S).contains(&seconds) {
                        service.took(seconds);
                        for linked in linked(before, &called.service) {
                            self.service(linked).pulse.visit_took(seconds);
                        }
                    }
                }
            }
            Event::TicketMissed { ticket, counter } => {
                if let Some(called) = self.free(counter, *ticket, at) {
                    self.absence.add(at.duration_since(called.at));
                    self.service(&called.service).came(false);
                }
            }
            // A call that was put back or taken back was no visit, and says nothing of how long one takes.
            Event::TicketRequeued { ticket, counter, .. } | Event::PressUndone { ticket, counter, .. } => {
                let _ = self.free(counter, *ticket, at);
            }
            Event::TicketCancelled { ticket, .. } => {
                self.newcomers.remove(ticket);
                if let Some(since) = waiting_since(before, *ticket)
                    && let Some(known) = before.ticket(*ticket)
                {
                    self.service(&known.service).leaving.add(at.duration_since(since));
                    self.left(before, *ticket, &known.service, at, at.duration_since(since));
                }
            }
            // Free from now on: the time of a pause is not that between two visitors.
            Event::CounterOpened { counter } | Event::CounterResumed { counter } => {
                self.desks.insert(counter.clone(), Desk { free_since: at, called: None });
            }
            Event::CounterClosed { counter } | Event::CounterPaused { counter, .. } => {
                self.desks.remove(counter);
            }
            Event::CounterServicesChosen { .. } => {}
        }
    }

    fn keep_only(&mut self, rules: &Rules) {
        self.services.retain(|service, _| rules.service(service).is_some());
        self.desks.retain(|counter, _| rules.counter(counter).is_some());
    }

    fn service(&mut self, id: &ServiceId) -> &mut Service {
        let groups = &mut self.groups;
        self.services.entry(id.clone()).or_insert_with(|| {
            *groups = groups.wrapping_add(1);
            Service { group: *groups, ..Service::default() }
        })
    }

    /// Seconds since the midnight with which the day's date began; none before the first day.
    pub(crate) fn clock(&self, at: Timestamp) -> Option<f64> {
        let seconds = at.duration_since(self.midnight?).as_secs_f64();
        (0.0..=LONGEST_DAY_S).contains(&seconds).then_some(seconds)
    }

    fn day_began(&mut self, before: &Branch, date: Date) {
        let zone = before.rules().and_then(|rules| TimeZoneDatabase::bundled().get(&rules.time_zone).ok());
        let midnight = date.to_zoned(zone.unwrap_or(TimeZone::UTC)).ok();
        self.midnight = midnight.map(|midnight| midnight.timestamp());
        self.kind = kind_of_day(date);
        let kind = self.kind;
        for service in self.services.values_mut() {
            service.pulse.day_began(kind);
            service.last_waits = None;
        }
        self.estimator.day_ended();
        self.tried = None;
    }

    /// What somebody who comes for a service is told, unless somebody just was.
    fn told(
        &mut self,
        before: &Branch,
        service: &ServiceId,
        due: SignedDuration,
        at: Timestamp,
    ) -> Option<Told> {
        if self.tried.is_some_and(|tried| at >= tried && at.duration_since(tried) < APART) {
            return None;
        }
        let rules = before.rules()?;
        let index = rules.services.iter().position(|rule| rule.id == *service)?;
        let situation = Moment::new(rules, before, self, at).newcomer(index, due)?;
        self.tried = Some(at);
        Some(self.estimator.tell(&situation, 0))
    }

    /// Somebody who waited was called.
    fn gone(
        &mut self,
        before: &Branch,
        ticket: TicketId,
        service: &ServiceId,
        at: Timestamp,
        wait: SignedDuration,
        waited: bool,
    ) {
        let wait = wait.as_secs_f64();
        let Some(time) = self.clock(at).filter(|_| wait >= 0.0) else { return };
        let kind = self.kind;
        if waited {
            let own = self.service(service);
            let mean = own.last_waits.map_or(wait, |(_, mean)| mean + (wait - mean) / 5.0);
            own.last_waits = Some((wait, mean));
        }
        for linked in linked(before, service) {
            let pulse = &mut self.service(linked).pulse;
            if waited {
                pulse.called(time, wait, 1.0, kind);
            }
        }
        self.fewer_wait(before, ticket, service, time);
    }

    /// Somebody who waited left.
    fn left(
        &mut self,
        before: &Branch,
        ticket: TicketId,
        service: &ServiceId,
        at: Timestamp,
        wait: SignedDuration,
    ) {
        let Some(time) = self.clock(at) else { return };
        for linked in linked(before, service) {
            self.service(linked).pulse.left(time, wait.as_secs_f64());
        }
        self.fewer_wait(before, ticket, service, time);
    }

    /// Takes note of which queues are empty without that ticket.
    fn fewer_wait(&mut self, before: &Branch, ticket: TicketId, service: &ServiceId, time: f64) {
        let kind = self.kind;
        let own = before.ticket(ticket).map(|ticket| &ticket.service);
        let waits = |of: &&ServiceId| before.waiting(of) > u32::from(own == Some(*of));
        let linked = linked(before, service);
        let waited = linked.iter().any(waits);
        for of in linked {
            self.service(of).pulse.waited_for(waited, time, kind);
        }
    }

    fn desk(&mut self, counter: &CounterId, at: Timestamp) -> &mut Desk {
        self.desks.entry(counter.clone()).or_insert(Desk { free_since: at, called: None })
    }

    /// The counter has no ticket any more; gives the one that it had.
    fn free(&mut self, counter: &CounterId, ticket: TicketId, at: Timestamp) -> Option<Called> {
        let desk = self.desk(counter, at);
        desk.free_since = at;
        desk.called.take().filter(|called| called.ticket == ticket)
    }
}

impl Service {
    /// The mean of a visit in seconds, where the office says that it takes so long, and its weight.
    pub(crate) fn visit(&self, serving: SignedDuration) -> (f64, f64) {
        let (mean, count) = self.mean;
        let weight = count + 6.0;
        ((mean * count + serving.as_secs_f64() * 6.0) / weight, weight)
    }

    fn took(&mut self, seconds: f64) {
        let (mean, count) = self.mean;
        let count = count * 0.999 + 1.0;
        self.mean = (mean + (seconds - mean) / count, count);
    }

    /// The share of those called who do not come.
    pub(crate) fn missing(&self) -> f64 {
        // As if six had been called, of whom one in twenty did not come.
        let (missed, all) = (f64::from(self.missed), f64::from(self.came) + f64::from(self.missed));
        (missed + 0.3 * f64::from(ONE)) / (all + 6.0 * f64::from(ONE))
    }

    fn came(&mut self, came: bool) {
        self.came -= self.came / MEMORY;
        self.missed -= self.missed / MEMORY;
        let weight = if came { &mut self.came } else { &mut self.missed };
        *weight = weight.saturating_add(ONE);
    }
}

/// The services that open counters take beside that one; itself first.
fn linked<'a>(branch: &'a Branch, service: &'a ServiceId) -> Vec<&'a ServiceId> {
    let mut linked = vec![service];
    for (_, counter) in branch.counters() {
        if counter.open && counter.pause.is_none() && counter.services.contains(service) {
            for other in &counter.services {
                if !linked.contains(&other) {
                    linked.push(other);
                }
            }
        }
    }
    linked
}

/// Whether an open counter that takes the service stands idle with nobody to call.
pub(crate) fn can_call_at_once(branch: &Branch, service: &ServiceId) -> bool {
    branch.counters().any(|(_, counter)| {
        counter.open
            && counter.pause.is_none()
            && counter.ticket.is_none()
            && counter.services.contains(service)
            && counter.services.iter().all(|service| branch.waiting(service) == 0)
    })
}

fn waiting_since(branch: &Branch, ticket: TicketId) -> Option<Timestamp> {
    match branch.ticket(ticket)?.state {
        TicketState::Waiting { since } => Some(since),
        TicketState::Ahead { .. }
        | TicketState::Called { .. }
        | TicketState::Serving { .. }
        | TicketState::Parked { .. } => None,
    }
}
