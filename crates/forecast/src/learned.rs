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

use giliran_core::{Branch, CounterId, Entry, Event, Rules, ServiceId, TicketId, TicketState, WaitRange};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{calibration::Calibration, durations::Durations};

/// How many of the last arrivals are remembered, to tell how many urgent ones to expect.
const ARRIVALS_KEPT: usize = 128;

/// Rates are taken over so many of the last events or so.
const MEMORY: u32 = 200;

/// One event, as a fixed-point weight.
const ONE: u32 = 1 << 16;

/// What the office's own days have taught.
///
/// Kept with the branch's snapshot; can be built again from the log at any time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
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
    pub(crate) calibration: Calibration,
    /// Those who came today and were not called yet.
    newcomers: BTreeMap<TicketId, Newcomer>,
}

/// What is known of a service.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Service {
    /// From the call to the end of the visit, however it is called at this counter.
    pub(crate) visits: Durations,
    came: u32,
    missed: u32,
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
    /// What the model had said, before correction, where an ordinary visitor was told something.
    raw: Option<WaitRange>,
}

impl Learned {
    pub(crate) const ARRIVALS_KEPT: usize = ARRIVALS_KEPT;

    /// Takes in an entry, given the branch as it stood before it.
    ///
    /// To be called once for each entry of the log, in order; `O(counters)` for a new number and
    /// `O(log tickets)` for everything else. What a ticket was announced has to be what
    /// [`waits`](crate::waits) gave, to the second: rounding is for the eye.
    pub fn observe(&mut self, before: &Branch, entry: &Entry) {
        for event in &entry.events {
            self.observe_event(before, event, entry.at);
        }
    }

    fn observe_event(&mut self, before: &Branch, event: &Event, at: Timestamp) {
        match event {
            Event::RulesSet { rules } => self.keep_only(rules),
            Event::DayBegan { carry, .. } => {
                if !carry {
                    self.newcomers.clear();
                }
                self.arrivals.clear();
                for desk in self.desks.values_mut() {
                    *desk = Desk { free_since: at, called: None };
                }
            }
            Event::TicketIssued { ticket, service, class, due, announced, .. } => {
                let ordinary = before.rules().and_then(|rules| rules.classes.first());
                let at_once = can_call_at_once(before, service);
                // What was announced is meant for ordinary visitors who have to wait.
                let told = announced.filter(|_| !at_once && ordinary.is_some_and(|o| o.id == *class));
                let raw = told.map(|told| self.calibration.correction().undo(told));
                self.newcomers.insert(*ticket, Newcomer { at_once, raw });
                let allowance_s = u32::try_from(due.duration_since(at).as_secs()).unwrap_or(0);
                if self.arrivals.len() >= ARRIVALS_KEPT {
                    self.arrivals.pop_front();
                }
                self.arrivals.push_back(Arrival { at, service: service.clone(), allowance_s });
            }
            Event::TicketCalled { ticket, counter, service, arrived, .. } => {
                let newcomer = self.newcomers.remove(ticket);
                if let Some(raw) = newcomer.as_ref().and_then(|newcomer| newcomer.raw) {
                    self.calibration.outcome(raw, at.duration_since(*arrived));
                }
                let desk = self.desk(counter, at);
                let free_since = desk.free_since;
                desk.called = Some(Called { ticket: *ticket, service: service.clone(), at });
                if let Some(since) = waiting_since(before, *ticket) {
                    self.service(service).leaving.add_cut(at.duration_since(since).as_secs_f64());
                    if newcomer.is_some_and(|newcomer| newcomer.at_once) {
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
                    let service = self.service(&called.service);
                    service.visits.add(at.duration_since(called.at));
                    service.came(true);
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
                    let service = self.service(&known.service);
                    service.leaving.add(at.duration_since(since));
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
        self.services.entry(id.clone()).or_default()
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
