//! Who waits, who is called and who is served, in one branch.
//!
//! [`Branch::decide`] holds the rules and changes nothing; [`Branch::apply`] follows what was decided
//! and can't fail, so replaying a log can't either.
//!
//! Invariants: a ticket is in one state and at one counter at most; a counter has one ticket at most;
//! a waiting ticket stands in exactly the queue of its service; no number stands twice among the living.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    Command, CounterId, Event, Fault, Faults, Refusal, Rules, Series, ServiceId, ServiceRule, Ticket,
    TicketId, TicketNumber, TicketState, numbers::Numbers, queue::Queues,
};

/// The state of one branch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    rules: Option<Arc<Rules>>,
    day: Option<Date>,
    /// How many tickets were ever issued; the last one's id.
    issued: u64,
    /// The last sequence given out today, by service.
    sequences: BTreeMap<ServiceId, u16>,
    /// The living.
    tickets: BTreeMap<TicketId, Ticket>,
    /// The numbers of the living.
    numbers: Numbers,
    queues: Queues,
    counters: BTreeMap<CounterId, Counter>,
    tally: Tally,
}

/// A counter, as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// Whether it calls.
    pub open: bool,
    /// What it takes.
    pub services: Vec<ServiceId>,
    /// The ticket that it has called or serves.
    pub ticket: Option<TicketId>,
}

/// What became of today's tickets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Numbers given out.
    pub issued: u32,
    /// Visits that were done.
    pub served: u32,
    /// People who did not come when they were called.
    pub missed: u32,
    /// Tickets made void.
    pub cancelled: u32,
}

impl Branch {
    /// Says what `command` means at `now`; changes nothing.
    pub fn decide(&self, command: &Command, now: Timestamp) -> Result<Vec<Event>, Refusal> {
        let rules = match (&self.rules, command) {
            (_, Command::SetRules { rules }) => rules,
            (Some(rules), _) => rules,
            (None, _) => return Err(Refusal::NotConfigured),
        };
        let event = match command {
            Command::SetRules { rules } => {
                rules.check().and_then(|()| self.fits(rules)).map_err(Refusal::UnsoundRules)?;
                Event::RulesSet { rules: rules.clone() }
            }
            Command::BeginDay => {
                let day = rules.day_of(now);
                if self.day.is_some_and(|begun| begun >= day) {
                    return Err(Refusal::DayHasBegun);
                }
                Event::DayBegan { day }
            }
            Command::IssueTicket { service, class, language, announced } => {
                let rule = known_service(rules, service)?;
                let class = match class {
                    None => rules.classes.first().ok_or(Refusal::NotConfigured)?,
                    Some(id) => rules.class(id).ok_or_else(|| Refusal::UnknownClass(id.clone()))?,
                };
                let ticket = TicketId(self.issued + 1);
                let due = now.saturating_add(rules.allowance(rule, class)).unwrap_or(Timestamp::MAX);
                Event::TicketIssued {
                    ticket,
                    number: self.next_number(rule)?,
                    service: service.clone(),
                    class: class.id.clone(),
                    language: *language,
                    due,
                    ahead: u32::try_from(self.queues.ahead(service, (due, ticket))).unwrap_or(u32::MAX),
                    announced: *announced,
                }
            }
            Command::CallNext { counter } => {
                let free = self.open_counter(counter)?;
                if let Some(id) = free.ticket {
                    return Err(Refusal::CounterBusy(self.living(id)?.number.clone()));
                }
                let (_, id) = free
                    .services
                    .iter()
                    .filter_map(|service| self.queues.first(service))
                    .min()
                    .ok_or(Refusal::QueueEmpty)?;
                let ticket = self.living(id)?;
                Event::TicketCalled {
                    ticket: id,
                    counter: counter.clone(),
                    number: ticket.number.clone(),
                    service: ticket.service.clone(),
                    language: ticket.language,
                    arrived: ticket.arrived,
                }
            }
            Command::Recall { counter, ticket: id } => {
                let ticket = self.at_counter(counter, *id)?;
                Event::TicketRecalled {
                    ticket: *id,
                    counter: counter.clone(),
                    number: ticket.number.clone(),
                    service: ticket.service.clone(),
                    language: ticket.language,
                    attempt: called_attempts(ticket)?.saturating_add(1),
                }
            }
            Command::StartServing { counter, ticket: id } => {
                called_attempts(self.at_counter(counter, *id)?)?;
                Event::ServingStarted { ticket: *id, counter: counter.clone() }
            }
            Command::Finish { counter, ticket: id } => {
                self.at_counter(counter, *id)?;
                Event::TicketServed { ticket: *id, counter: counter.clone() }
            }
            Command::NoShow { counter, ticket: id } => {
                called_attempts(self.at_counter(counter, *id)?)?;
                Event::TicketMissed { ticket: *id, counter: counter.clone() }
            }
            Command::Transfer { counter, ticket: id, service } => {
                let ticket = self.at_counter(counter, *id)?;
                let rule = known_service(rules, service)?;
                if ticket.service == *service {
                    return Err(Refusal::SameService(ticket.number.clone()));
                }
                // A class that the office no longer has waits as an ordinary one.
                let allowance = match rules.class(&ticket.class) {
                    Some(class) => rules.allowance(rule, class),
                    None => rule.allowance,
                };
                Event::TicketTransferred {
                    ticket: *id,
                    counter: counter.clone(),
                    service: service.clone(),
                    due: ticket.arrived.saturating_add(allowance).unwrap_or(Timestamp::MAX),
                }
            }
            Command::Park { counter, ticket: id } => {
                self.at_counter(counter, *id)?;
                Event::TicketParked { ticket: *id, counter: counter.clone() }
            }
            Command::Resume { ticket: id } => {
                let ticket = self.living(*id)?;
                match ticket.state {
                    TicketState::Parked { .. } => Event::TicketResumed { ticket: *id },
                    TicketState::Waiting { .. }
                    | TicketState::Called { .. }
                    | TicketState::Serving { .. } => return Err(Refusal::NotParked(ticket.number.clone())),
                }
            }
            Command::CancelTicket { ticket: id } => {
                let ticket = self.living(*id)?;
                if ticket.state.counter().is_some() {
                    return Err(Refusal::TicketAtCounter(ticket.number.clone()));
                }
                Event::TicketCancelled { ticket: *id }
            }
            Command::OpenCounter { counter } => {
                if self.known_counter(counter)?.open {
                    return Err(Refusal::CounterOpen);
                }
                Event::CounterOpened { counter: counter.clone() }
            }
            Command::CloseCounter { counter } => {
                if let Some(id) = self.open_counter(counter)?.ticket {
                    return Err(Refusal::CounterBusy(self.living(id)?.number.clone()));
                }
                Event::CounterClosed { counter: counter.clone() }
            }
            Command::ChooseServices { counter, services } => {
                self.known_counter(counter)?;
                for service in services {
                    known_service(rules, service)?;
                }
                let services: BTreeSet<_> = services.iter().cloned().collect();
                if services.is_empty() {
                    return Err(Refusal::NoServices);
                }
                Event::CounterServicesChosen {
                    counter: counter.clone(),
                    services: services.into_iter().collect(),
                }
            }
        };
        Ok(vec![event])
    }

    /// Takes in an event that was decided on this state, at the time it was decided.
    pub fn apply(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::RulesSet { rules } => self.take_rules(rules),
            Event::DayBegan { day } => {
                self.day = Some(*day);
                self.sequences.clear();
                self.tickets.clear();
                self.numbers.clear();
                self.queues.clear();
                self.tally = Tally::default();
                for counter in self.counters.values_mut() {
                    counter.ticket = None;
                }
            }
            Event::TicketIssued { ticket, number, service, class, language, due, .. } => {
                self.issued = self.issued.max(ticket.0);
                self.sequences.insert(service.clone(), number.sequence());
                self.numbers.take(number);
                self.tally.issued += 1;
                self.queues.insert(service, (*due, *ticket));
                let fresh = Ticket {
                    number: number.clone(),
                    service: service.clone(),
                    class: class.clone(),
                    language: *language,
                    arrived: at,
                    due: *due,
                    state: TicketState::Waiting { since: at },
                };
                self.tickets.insert(*ticket, fresh);
            }
            Event::TicketCalled { ticket, counter, .. } => {
                self.leave_queue(*ticket);
                self.set_state(
                    *ticket,
                    TicketState::Called { counter: counter.clone(), since: at, attempts: 1 },
                );
                if let Some(counter) = self.counters.get_mut(counter) {
                    counter.ticket = Some(*ticket);
                }
            }
            Event::TicketRecalled { ticket, attempt, .. } => {
                if let Some(Ticket { state: TicketState::Called { attempts, .. }, .. }) =
                    self.tickets.get_mut(ticket)
                {
                    *attempts = *attempt;
                }
            }
            Event::ServingStarted { ticket, counter } => {
                self.set_state(*ticket, TicketState::Serving { counter: counter.clone(), since: at });
            }
            Event::TicketServed { ticket, counter } => {
                self.tally.served += 1;
                self.free(counter);
                self.end(*ticket);
            }
            Event::TicketMissed { ticket, counter } => {
                self.tally.missed += 1;
                self.free(counter);
                self.end(*ticket);
            }
            Event::TicketTransferred { ticket, counter, service, due } => {
                self.free(counter);
                if let Some(known) = self.tickets.get_mut(ticket) {
                    known.service = service.clone();
                    known.due = *due;
                }
                self.join_queue(*ticket, at);
            }
            Event::TicketParked { ticket, counter } => {
                self.free(counter);
                self.set_state(*ticket, TicketState::Parked { since: at });
            }
            Event::TicketResumed { ticket } => self.join_queue(*ticket, at),
            Event::TicketCancelled { ticket } => {
                self.tally.cancelled += 1;
                self.leave_queue(*ticket);
                self.end(*ticket);
            }
            Event::CounterOpened { counter } => self.set_open(counter, true),
            Event::CounterClosed { counter } => self.set_open(counter, false),
            Event::CounterServicesChosen { counter, services } => {
                if let Some(counter) = self.counters.get_mut(counter) {
                    counter.services.clone_from(services);
                }
            }
        }
    }

    /// When time alone next matters, and the command that is then due.
    pub fn next_deadline(&self) -> Option<(Timestamp, Command)> {
        let rules = self.rules.as_deref()?;
        let at = match self.day {
            None => Timestamp::MIN,
            Some(day) => rules.day_starts_at(day.tomorrow().ok()?),
        };
        Some((at, Command::BeginDay))
    }

    /// The office's rules, once it has any.
    pub fn rules(&self) -> Option<&Arc<Rules>> {
        self.rules.as_ref()
    }

    /// The business day.
    pub fn day(&self) -> Option<Date> {
        self.day
    }

    /// A living ticket.
    pub fn ticket(&self, id: TicketId) -> Option<&Ticket> {
        self.tickets.get(&id)
    }

    /// All living tickets, in the order of their ids.
    pub fn tickets(&self) -> impl Iterator<Item = (TicketId, &Ticket)> {
        self.tickets.iter().map(|(id, ticket)| (*id, ticket))
    }

    /// A counter.
    pub fn counter(&self, id: &CounterId) -> Option<&Counter> {
        self.counters.get(id)
    }

    /// All counters, in the order of their names.
    pub fn counters(&self) -> impl Iterator<Item = (&CounterId, &Counter)> {
        self.counters.iter()
    }

    /// Who waits for a service, in the order in which they are due.
    pub fn queue(&self, service: &ServiceId) -> impl Iterator<Item = TicketId> {
        self.queues.iter(service).map(|(_, id)| id)
    }

    /// How many wait for a service.
    pub fn waiting(&self, service: &ServiceId) -> u32 {
        u32::try_from(self.queues.len(service)).unwrap_or(u32::MAX)
    }

    /// What became of today's tickets.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// The next number of a service that nobody has; after the last of the series comes the first.
    fn next_number(&self, rule: &ServiceRule) -> Result<TicketNumber, Refusal> {
        let Series { letters, first, last, width } = &rule.series;
        let next = match self.sequences.get(&rule.id) {
            Some(given) if (*first..*last).contains(given) => given + 1,
            _ => *first,
        };
        let free = self.numbers.first_free(letters, next..=*last);
        let sequence = free.or_else(|| self.numbers.first_free(letters, *first..=*last));
        let sequence = sequence.ok_or_else(|| Refusal::NumbersExhausted(rule.id.clone()))?;
        Ok(TicketNumber::new(letters, sequence, *width))
    }

    /// Whether nobody who is here is left without a service or a counter by new rules.
    fn fits(&self, rules: &Rules) -> Result<(), Faults> {
        let mut left: BTreeMap<String, u32> = BTreeMap::new();
        for ticket in self.tickets.values() {
            if rules.service(&ticket.service).is_none() {
                *left.entry(format!("service.{}", ticket.service)).or_default() += 1;
            }
            if let Some(counter) = ticket.state.counter()
                && rules.counter(counter).is_none()
            {
                *left.entry(format!("counter.{counter}")).or_default() += 1;
            }
        }
        if left.is_empty() {
            return Ok(());
        }
        let fault = |(at, people)| Fault { at, what: format!("can't go yet, {people} still here for it") };
        Err(Faults(left.into_iter().map(fault).collect()))
    }

    fn living(&self, id: TicketId) -> Result<&Ticket, Refusal> {
        self.tickets.get(&id).ok_or(if (1..=self.issued).contains(&id.0) {
            Refusal::TicketEnded(id)
        } else {
            Refusal::UnknownTicket(id)
        })
    }

    fn known_counter(&self, id: &CounterId) -> Result<&Counter, Refusal> {
        self.counters.get(id).ok_or_else(|| Refusal::UnknownCounter(id.clone()))
    }

    fn open_counter(&self, id: &CounterId) -> Result<&Counter, Refusal> {
        let counter = self.known_counter(id)?;
        if counter.open { Ok(counter) } else { Err(Refusal::CounterClosed) }
    }

    /// The ticket, if that counter has it.
    fn at_counter(&self, counter: &CounterId, id: TicketId) -> Result<&Ticket, Refusal> {
        self.known_counter(counter)?;
        let ticket = self.living(id)?;
        if ticket.state.counter() == Some(counter) { Ok(ticket) } else { Err(Refusal::NotAtCounter(id)) }
    }

    /// Counters come and go with the rules; one that stays keeps what it does now.
    fn take_rules(&mut self, rules: &Arc<Rules>) {
        let before = std::mem::take(&mut self.counters);
        for rule in &rules.counters {
            let known = before.get(&rule.id);
            let mut services: Vec<ServiceId> = known.map_or_else(Vec::new, |c| c.services.clone());
            services.retain(|service| rules.service(service).is_some());
            if services.is_empty() {
                services.clone_from(&rule.services);
            }
            let counter = Counter {
                open: known.is_some_and(|c| c.open),
                services,
                ticket: known.and_then(|c| c.ticket),
            };
            self.counters.insert(rule.id.clone(), counter);
        }
        // Rules that take away a counter with somebody at it are refused; should a log hold such, the
        // visitor waits again, in the old place.
        let stranded: Vec<(TicketId, Timestamp)> = self
            .tickets
            .iter()
            .filter(|(_, ticket)| ticket.state.counter().is_some_and(|c| !self.counters.contains_key(c)))
            .map(|(id, ticket)| (*id, ticket.state.since()))
            .collect();
        for (id, since) in stranded {
            self.join_queue(id, since);
        }
        self.rules = Some(rules.clone());
    }

    fn end(&mut self, id: TicketId) {
        if let Some(ticket) = self.tickets.remove(&id) {
            self.numbers.give_back(&ticket.number);
        }
    }

    fn set_state(&mut self, id: TicketId, state: TicketState) {
        if let Some(ticket) = self.tickets.get_mut(&id) {
            ticket.state = state;
        }
    }

    fn set_open(&mut self, id: &CounterId, open: bool) {
        if let Some(counter) = self.counters.get_mut(id) {
            counter.open = open;
        }
    }

    fn free(&mut self, id: &CounterId) {
        if let Some(counter) = self.counters.get_mut(id) {
            counter.ticket = None;
        }
    }

    fn leave_queue(&mut self, id: TicketId) {
        if let Some(ticket) = self.tickets.get(&id) {
            self.queues.remove(&ticket.service, (ticket.due, id));
        }
    }

    fn join_queue(&mut self, id: TicketId, at: Timestamp) {
        self.set_state(id, TicketState::Waiting { since: at });
        if let Some(ticket) = self.tickets.get(&id) {
            self.queues.insert(&ticket.service, (ticket.due, id));
        }
    }
}

fn known_service<'a>(rules: &'a Rules, id: &ServiceId) -> Result<&'a ServiceRule, Refusal> {
    rules.service(id).ok_or_else(|| Refusal::UnknownService(id.clone()))
}

/// How often the ticket was called; refused once it is served.
fn called_attempts(ticket: &Ticket) -> Result<u16, Refusal> {
    match &ticket.state {
        TicketState::Called { attempts, .. } => Ok(*attempts),
        TicketState::Serving { .. } | TicketState::Waiting { .. } | TicketState::Parked { .. } => {
            Err(Refusal::AlreadyServing(ticket.number.clone()))
        }
    }
}
