//! How a branch looks to each audience: the whole picture, and what an entry changes in it.

use giliran_core::{Branch, CounterId, Entry, Event, Rules, ServiceId, TicketId, TicketState};
use giliran_forecast::ServiceWaits;
use giliran_protocol::{
    live::Change,
    view::{
        self, AtCounter, Audience, BranchView, CallView, ClassView, CounterView, ServiceView, TicketView,
    },
};

use crate::{calls::Calls, wire};

/// Waiting times for who takes a number now, by service.
pub type Waits = Vec<ServiceWaits>;

/// A branch as an audience sees it; none before it has rules.
pub fn whole(audience: Audience, branch: &Branch, calls: &Calls, waits: &Waits) -> Option<BranchView> {
    let rules = branch.rules()?;
    let services = rules.services.iter().map(|service| ServiceView {
        id: service.id.to_string(),
        name: wire::texts(&service.name),
        letters: service.series.letters.clone(),
        waiting: branch.waiting(&service.id),
        wait: waits
            .iter()
            .find(|waits| waits.service == service.id)
            .and_then(|waits| waits.ordinary())
            .map(wire::wait),
    });
    let counters = rules.counters.iter().filter_map(|rule| counter(branch, rules, &rule.id));
    let tickets = branch.tickets().filter_map(|(id, _)| ticket(branch, id));
    Some(BranchView {
        id: rules.id.to_string(),
        name: wire::texts(&rules.name),
        time_zone: rules.time_zone.clone(),
        day: branch.day(),
        classes: rules
            .classes
            .iter()
            .map(|class| ClassView { id: class.id.to_string(), name: wire::texts(&class.name) })
            .collect(),
        services: services.collect(),
        counters: counters.collect(),
        calls: sees_calls(audience).then(|| calls.iter().cloned().collect()),
        tickets: is_staff(audience).then(|| tickets.collect()),
        tally: (audience == Audience::Supervisor).then(|| wire::tally(branch.tally())),
    })
}

/// What an entry changed, in order; `branch` stands right after it. Lengths of queues are not among it:
/// [`QueueLengths`] finds those.
pub fn changes(entry: &Entry, branch: &Branch, calls: &Calls) -> Vec<Change> {
    let Some(rules) = branch.rules() else { return Vec::new() };
    let mut changes = Vec::new();
    let counter_changed =
        |id: &CounterId| counter(branch, rules, id).map(|counter| Change::Counter { counter });
    for event in &entry.events {
        match event {
            // The whole picture is new, which is said in its own way.
            Event::RulesSet { .. } | Event::DayBegan { .. } => {}
            Event::TicketIssued { ticket: id, .. } => {
                changes.extend(ticket_changed(branch, *id));
                changes.push(Change::Tally { tally: wire::tally(branch.tally()) });
            }
            Event::TicketCalled { ticket: id, counter, .. }
            | Event::TicketRecalled { ticket: id, counter, .. } => {
                changes.extend(ticket_changed(branch, *id));
                changes.extend(counter_changed(counter));
                changes.extend(calls.of_entry(entry.seq).map(|call| Change::Call { call: call.clone() }));
            }
            Event::ServingStarted { ticket: id, counter }
            | Event::TicketTransferred { ticket: id, counter, .. }
            | Event::TicketParked { ticket: id, counter } => {
                changes.extend(ticket_changed(branch, *id));
                changes.extend(counter_changed(counter));
            }
            Event::TicketServed { ticket: id, counter } | Event::TicketMissed { ticket: id, counter } => {
                changes.push(Change::TicketEnded { ticket: id.0 });
                changes.extend(counter_changed(counter));
                changes.push(Change::Tally { tally: wire::tally(branch.tally()) });
            }
            Event::TicketResumed { ticket: id } => changes.extend(ticket_changed(branch, *id)),
            Event::TicketCancelled { ticket: id } => {
                changes.push(Change::TicketEnded { ticket: id.0 });
                changes.push(Change::Tally { tally: wire::tally(branch.tally()) });
            }
            Event::CounterOpened { counter }
            | Event::CounterClosed { counter }
            | Event::CounterServicesChosen { counter, .. } => changes.extend(counter_changed(counter)),
        }
    }
    changes
}

/// Whether an entry makes the whole picture new.
pub fn resets(entry: &Entry) -> bool {
    entry.events.iter().any(|event| matches!(event, Event::RulesSet { .. } | Event::DayBegan { .. }))
}

/// Whether an audience is told of a change.
pub fn concerns(audience: Audience, change: &Change) -> bool {
    match change {
        Change::Ticket { .. } | Change::TicketEnded { .. } => is_staff(audience),
        Change::Call { .. } => sees_calls(audience),
        Change::Tally { .. } => audience == Audience::Supervisor,
        Change::Counter { .. } | Change::Queue { .. } | Change::Reset { .. } => true,
        Change::Unknown => false,
    }
}

fn is_staff(audience: Audience) -> bool {
    matches!(audience, Audience::Counter | Audience::Supervisor)
}

fn sees_calls(audience: Audience) -> bool {
    audience != Audience::Kiosk
}

/// How many wait for each service, as was told last: finds what is different now, whatever made it so.
#[derive(Debug, Default)]
pub struct QueueLengths(Vec<(ServiceId, u32)>);

impl QueueLengths {
    /// The services whose length is different from last time.
    pub fn changed(&mut self, branch: &Branch) -> Vec<Change> {
        self.0
            .iter_mut()
            .filter_map(|(service, told)| {
                let waiting = branch.waiting(service);
                (waiting != *told).then(|| {
                    *told = waiting;
                    Change::Queue { service: service.to_string(), waiting }
                })
            })
            .collect()
    }

    /// Takes the lengths as they are for told, as after a whole picture.
    pub fn reset(&mut self, branch: &Branch) {
        let services = branch.rules().map(|rules| rules.services.as_slice()).unwrap_or_default();
        self.0 = services.iter().map(|rule| (rule.id.clone(), branch.waiting(&rule.id))).collect();
    }
}

fn ticket_changed(branch: &Branch, id: TicketId) -> Option<Change> {
    ticket(branch, id).map(|ticket| Change::Ticket { ticket })
}

fn ticket(branch: &Branch, id: TicketId) -> Option<TicketView> {
    let ticket = branch.ticket(id)?;
    Some(TicketView {
        id: id.0,
        number: ticket.number.to_string(),
        service: ticket.service.to_string(),
        class: ticket.class.to_string(),
        language: wire::language(ticket.language),
        state: match ticket.state {
            TicketState::Waiting { .. } => view::TicketState::Waiting,
            TicketState::Called { .. } => view::TicketState::Called,
            TicketState::Serving { .. } => view::TicketState::Serving,
            TicketState::Parked { .. } => view::TicketState::Parked,
        },
        counter: ticket.state.counter().map(ToString::to_string),
        arrived_at: ticket.arrived,
        due_at: ticket.due,
        since: ticket.state.since(),
    })
}

fn counter(branch: &Branch, rules: &Rules, id: &CounterId) -> Option<CounterView> {
    let rule = rules.counter(id)?;
    let counter = branch.counter(id)?;
    let current = counter.ticket.and_then(|id| {
        let ticket = branch.ticket(id)?;
        let (serving, attempts) = match ticket.state {
            TicketState::Called { attempts, .. } => (false, attempts),
            TicketState::Serving { .. } => (true, 0),
            TicketState::Waiting { .. } | TicketState::Parked { .. } => return None,
        };
        Some(AtCounter {
            ticket: id.0,
            number: ticket.number.to_string(),
            service: ticket.service.to_string(),
            serving,
            since: ticket.state.since(),
            attempts,
        })
    });
    Some(CounterView {
        id: rule.id.to_string(),
        place: wire::place(rule.place),
        number: rule.number,
        open: counter.open,
        services: counter.services.iter().map(ToString::to_string).collect(),
        current,
    })
}

/// A call as it is shown and spoken, if the entry is one.
pub fn call(entry: &Entry, rules: &Rules) -> Option<CallView> {
    let (counter, number, service, language, attempt) =
        entry.events.iter().find_map(|event| match event {
            Event::TicketCalled { counter, number, service, language, .. } => {
                Some((counter, number, service, language, 1))
            }
            Event::TicketRecalled { counter, number, service, language, attempt, .. } => {
                Some((counter, number, service, language, *attempt))
            }
            Event::RulesSet { .. }
            | Event::DayBegan { .. }
            | Event::TicketIssued { .. }
            | Event::ServingStarted { .. }
            | Event::TicketServed { .. }
            | Event::TicketMissed { .. }
            | Event::TicketTransferred { .. }
            | Event::TicketParked { .. }
            | Event::TicketResumed { .. }
            | Event::TicketCancelled { .. }
            | Event::CounterOpened { .. }
            | Event::CounterClosed { .. }
            | Event::CounterServicesChosen { .. } => None,
        })?;
    let rule = rules.counter(counter)?;
    Some(CallView {
        seq: entry.seq,
        at: entry.at,
        number: number.to_string(),
        service: service.to_string(),
        language: wire::language(*language),
        counter: counter.to_string(),
        place: wire::place(rule.place),
        counter_number: rule.number,
        attempt,
    })
}
