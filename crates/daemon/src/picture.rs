//! How a branch looks to each audience: the whole picture, and what an entry changes in it.

use std::borrow::Cow;

use giliran_core::{
    Branch, ClassRule, Counter, CounterId, Entry, Event, Missed, Rules, ServiceId, ServiceRule, Ticket,
    TicketId, TicketState,
};
use giliran_forecast::ServiceWaits;
use giliran_protocol::{
    live::Change,
    view::{
        self, AheadView, AtCounter, Audience, BranchView, CallView, CharterView, ClassView, CounterView,
        GroupView, HealthView, MissedView, PauseView, ServiceView, TicketView,
    },
};
use jiff::{SignedDuration, Timestamp};

use crate::{calls::Calls, health, wire};

/// Waiting times for who takes a number now, by service.
pub type Waits = Vec<ServiceWaits>;

/// A branch as an audience sees it; none before it has rules.
pub fn whole(
    audience: Audience,
    branch: &Branch,
    calls: &Calls,
    waits: &Waits,
    health: &HealthView,
    now: Timestamp,
) -> Option<BranchView> {
    let rules = branch.rules()?;
    let services = rules.services.iter().map(|rule| service(branch, rule, waits));
    let counters = rules.counters.iter().filter_map(|rule| counter(branch, rules, &rule.id));
    let counters = counters.map(|counter| as_seen_by(audience, counter));
    let tickets = branch.tickets().filter_map(|(id, _)| ticket(branch, id));
    let missed = branch.missed().map(|(id, known)| missed_view(id, known));
    Some(BranchView {
        id: rules.id.to_string(),
        name: wire::texts(&rules.name),
        time_zone: rules.time_zone.clone(),
        day: branch.day(),
        opening: wire::opening(branch.opening(now)),
        health: health::seen_by(audience, health),
        appointments: rules.appointments.is_some(),
        undo_s: seconds(rules.calling.undo),
        classes: rules
            .classes
            .iter()
            .filter(|class| audience != Audience::Kiosk || is_chosen(rules, class))
            .map(|class| ClassView { id: class.id.to_string(), name: wire::texts(&class.name) })
            .collect(),
        groups: rules
            .groups
            .iter()
            .map(|group| GroupView {
                id: group.id.to_string(),
                name: wire::texts(&group.name),
                within: group.within.as_ref().map(ToString::to_string),
            })
            .collect(),
        services: services.collect(),
        counters: counters.collect(),
        calls: sees_calls(audience).then(|| calls.iter().cloned().collect()),
        tickets: is_staff(audience).then(|| tickets.collect()),
        missed: is_staff(audience).then(|| missed.collect()),
        tally: (audience == Audience::Supervisor).then(|| wire::tally(branch.tally())),
    })
}

/// What an entry changes though its events do not name it.
#[derive(Debug, Default)]
pub struct Touched {
    counters: Vec<CounterId>,
    tickets: Vec<TicketId>,
    /// Who missed a call and may no longer come back.
    too_late: Vec<TicketId>,
}

impl Touched {
    /// By an entry that the branch is about to take in.
    #[expect(clippy::wildcard_enum_match_arm, reason = "whatever else happens names what it changes")]
    pub fn by(entry: &Entry, before: &Branch) -> Self {
        let too_late = before.missed().filter(|(_, known)| known.until < entry.at);
        let mut touched = Self { too_late: too_late.map(|(id, _)| id).collect(), ..Self::default() };
        for event in &entry.events {
            match event {
                // A ticket that was called ahead frees the place near the counter.
                Event::TicketCancelled { ticket, .. } | Event::TicketCalled { ticket, .. } => {
                    touched.counters.extend(before.ticket(*ticket).and_then(ahead_at).cloned());
                }
                // Whoever sits down here gets up elsewhere.
                Event::OfficerSeated { officer: Some(officer), .. } => {
                    let sits = |known: &Counter| known.officer.as_ref() == Some(officer);
                    let seated = before.counters().filter(|(_, known)| sits(known));
                    touched.counters.extend(seated.map(|(id, _)| id.clone()));
                }
                // Whom the counter has called ahead, and whom it alone may call, is let go.
                Event::CounterClosed { counter } | Event::CounterPaused { counter, .. } => {
                    let waits = |ticket: &Ticket| {
                        ticket.bound.as_ref() == Some(counter) || ahead_at(ticket) == Some(counter)
                    };
                    let let_go = before.tickets().filter(|(_, ticket)| waits(ticket));
                    touched.tickets.extend(let_go.map(|(id, _)| id));
                }
                _ => {}
            }
        }
        touched
    }
}

/// The counter to whose place the ticket was called ahead.
fn ahead_at(ticket: &Ticket) -> Option<&CounterId> {
    match &ticket.state {
        TicketState::Ahead { counter, .. } => Some(counter),
        TicketState::Waiting { .. }
        | TicketState::Called { .. }
        | TicketState::Serving { .. }
        | TicketState::Parked { .. } => None,
    }
}

/// What an entry changed, in order; `branch` stands right after it. Lengths of queues are not among it:
/// [`QueueLengths`] finds those.
pub fn changes(entry: &Entry, branch: &Branch, touched: &Touched, calls: &Calls) -> Vec<Change> {
    let Some(rules) = branch.rules() else { return Vec::new() };
    let mut changes = Vec::new();
    let counter_changed =
        |id: &CounterId| counter(branch, rules, id).map(|counter| Change::Counter { counter });
    let tally = || Change::Tally { tally: wire::tally(branch.tally()) };
    changes.extend(touched.too_late.iter().map(|id| Change::MissedEnded { ticket: id.0 }));
    for event in &entry.events {
        match event {
            // The whole picture is new, which is said in its own way.
            Event::RulesSet { .. } | Event::DayBegan { .. } | Event::DayClosed { .. } => {}
            // Time and the hours say whether the office is open; an appointment is nobody's business
            // until its holder is here.
            Event::ExtraOpened { .. }
            | Event::AppointmentsSet { .. }
            | Event::AppointmentCancelled { .. } => {}
            Event::TicketIssued { ticket: id, .. } => {
                changes.extend(ticket_changed(branch, *id));
                changes.push(tally());
            }
            Event::TicketCalled { ticket: id, counter, .. }
            | Event::TicketRecalled { ticket: id, counter, .. } => {
                changes.extend(ticket_changed(branch, *id));
                changes.extend(counter_changed(counter));
                changes.extend(calls.of_entry(entry.seq).map(|call| Change::Call { call: call.clone() }));
            }
            Event::TicketCalledAhead { ticket: id, counter, .. }
            | Event::ServingStarted { ticket: id, counter }
            | Event::LegServed { ticket: id, counter, .. }
            | Event::TicketTransferred { ticket: id, counter, .. }
            | Event::TicketParked { ticket: id, counter, .. }
            | Event::TicketRequeued { ticket: id, counter, .. } => {
                changes.extend(ticket_changed(branch, *id));
                changes.extend(counter_changed(counter));
            }
            Event::TicketServed { ticket: id, counter } => {
                changes.push(Change::TicketEnded { ticket: id.0 });
                changes.extend(counter_changed(counter));
                changes.push(tally());
            }
            Event::TicketMissed { ticket: id, counter } => {
                changes.push(Change::TicketEnded { ticket: id.0 });
                let missed = branch.missed_ticket(*id).map(|known| missed_view(*id, known));
                changes.extend(missed.map(|missed| Change::Missed { missed }));
                changes.extend(counter_changed(counter));
                changes.push(tally());
            }
            Event::TicketReturned { ticket: id } => {
                changes.push(Change::MissedEnded { ticket: id.0 });
                changes.extend(ticket_changed(branch, *id));
                changes.push(tally());
            }
            Event::TicketResumed { ticket: id } | Event::ClassChanged { ticket: id, .. } => {
                changes.extend(ticket_changed(branch, *id));
            }
            Event::TicketCancelled { ticket: id, .. } => {
                changes.push(Change::TicketEnded { ticket: id.0 });
                changes.push(tally());
            }
            Event::PressUndone { counter, ticket: id, .. } => {
                changes.push(Change::MissedEnded { ticket: id.0 });
                changes.extend(ticket_changed(branch, *id));
                changes.extend(counter_changed(counter));
                // A ticket that another counter had called ahead is near that one again.
                changes.extend(branch.ticket(*id).and_then(ahead_at).and_then(counter_changed));
                changes.push(tally());
            }
            Event::CounterOpened { counter }
            | Event::CounterClosed { counter }
            | Event::CounterServicesChosen { counter, .. }
            | Event::CounterPaused { counter, .. }
            | Event::CounterResumed { counter }
            | Event::OfficerSeated { counter, .. } => changes.extend(counter_changed(counter)),
        }
    }
    changes.extend(touched.tickets.iter().filter_map(|id| ticket_changed(branch, *id)));
    changes.extend(touched.counters.iter().filter_map(counter_changed));
    changes
}

/// Whether an entry makes the whole picture new.
pub fn resets(entry: &Entry) -> bool {
    let news = |event: &Event| {
        matches!(event, Event::RulesSet { .. } | Event::DayBegan { .. } | Event::DayClosed { .. })
    };
    entry.events.iter().any(news)
}

/// A change as an audience is told of it, if it is.
pub fn told(audience: Audience, change: &Change) -> Option<Cow<'_, Change>> {
    let concerned = match change {
        Change::Ticket { .. }
        | Change::TicketEnded { .. }
        | Change::Missed { .. }
        | Change::MissedEnded { .. } => is_staff(audience),
        Change::Call { .. } => sees_calls(audience),
        Change::Tally { .. } => audience == Audience::Supervisor,
        Change::Counter { counter } if counter.officer.is_some() && !is_staff(audience) => {
            return Some(Cow::Owned(Change::Counter { counter: as_seen_by(audience, counter.clone()) }));
        }
        Change::Counter { .. } | Change::Queue { .. } | Change::Reset { .. } => true,
        Change::Unknown => false,
    };
    concerned.then_some(Cow::Borrowed(change))
}

/// Who works at a counter is the staff's business.
fn as_seen_by(audience: Audience, counter: CounterView) -> CounterView {
    CounterView { officer: counter.officer.filter(|_| is_staff(audience)), ..counter }
}

fn is_staff(audience: Audience) -> bool {
    matches!(audience, Audience::Counter | Audience::Supervisor)
}

fn sees_calls(audience: Audience) -> bool {
    audience != Audience::Kiosk
}

/// How many wait for each service and how many numbers are left, as was told last: finds what is
/// different now, whatever made it so.
#[derive(Debug, Default)]
pub struct QueueLengths(Vec<(ServiceId, u32, Option<u32>)>);

impl QueueLengths {
    /// The services of which something is different from last time.
    pub fn changed(&mut self, branch: &Branch) -> Vec<Change> {
        self.0
            .iter_mut()
            .filter_map(|(service, told_waiting, told_left)| {
                let (waiting, numbers_left) = (branch.waiting(service), branch.numbers_left(service));
                (waiting != *told_waiting || numbers_left != *told_left).then(|| {
                    (*told_waiting, *told_left) = (waiting, numbers_left);
                    Change::Queue { service: service.to_string(), waiting, numbers_left }
                })
            })
            .collect()
    }

    /// Takes the lengths as they are for told, as after a whole picture.
    pub fn reset(&mut self, branch: &Branch) {
        let services = branch.rules().map(|rules| rules.services.as_slice()).unwrap_or_default();
        let length =
            |rule: &ServiceRule| (rule.id.clone(), branch.waiting(&rule.id), branch.numbers_left(&rule.id));
        self.0 = services.iter().map(length).collect();
    }
}

/// Whether visitors choose a class themselves. An emergency is the staff's to see, and an appointment has
/// its code.
fn is_chosen(rules: &Rules, class: &ClassRule) -> bool {
    !class.goes_next && rules.appointments.as_ref().is_none_or(|rule| rule.class != class.id)
}

/// A length of time that the rules keep to, in whole seconds.
fn seconds(span: SignedDuration) -> u32 {
    u32::try_from(span.as_secs()).unwrap_or(u32::MAX)
}

fn service(branch: &Branch, rule: &ServiceRule, waits: &Waits) -> ServiceView {
    let wait = waits.iter().find(|waits| waits.service == rule.id).and_then(ServiceWaits::ordinary);
    ServiceView {
        id: rule.id.to_string(),
        name: wire::texts(&rule.name),
        letters: rule.series.letters.clone(),
        waiting: branch.waiting(&rule.id),
        wait: wait.map(wire::wait),
        numbers_left: branch.numbers_left(&rule.id),
        last_ticket: rule.last_ticket,
        documents: rule.documents.iter().map(wire::texts).collect(),
        group: rule.group.as_ref().map(ToString::to_string),
        charter: rule.charter.map(|charter| CharterView {
            wait_s: charter.waiting.map(seconds),
            serve_s: charter.serving.map(seconds),
        }),
        then: rule.then.iter().map(ToString::to_string).collect(),
        one_per_person: rule.one_per_person,
    }
}

fn missed_view(id: TicketId, missed: &Missed) -> MissedView {
    MissedView {
        ticket: id.0,
        number: missed.ticket.number.to_string(),
        service: missed.ticket.service.to_string(),
        until: missed.until,
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
            TicketState::Ahead { .. } => view::TicketState::Ahead,
            TicketState::Called { .. } => view::TicketState::Called,
            TicketState::Serving { .. } => view::TicketState::Serving,
            TicketState::Parked { .. } => view::TicketState::Parked,
        },
        counter: ticket.state.counter().map(ToString::to_string),
        arrived_at: ticket.arrived,
        due_at: ticket.due,
        since: ticket.state.since(),
        until: match ticket.state {
            TicketState::Parked { until, .. } => until,
            TicketState::Waiting { .. }
            | TicketState::Ahead { .. }
            | TicketState::Called { .. }
            | TicketState::Serving { .. } => None,
        },
        goes_next: ticket.goes_next,
        legs: ticket.legs.iter().map(ToString::to_string).collect(),
        bound: ticket.bound.as_ref().map(ToString::to_string),
        note: ticket.note.as_ref().map(|note| note.as_str().to_owned()),
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
            TicketState::Waiting { .. } | TicketState::Ahead { .. } | TicketState::Parked { .. } => {
                return None;
            }
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
        helps: counter.helps.iter().map(|tier| tier.iter().map(ToString::to_string).collect()).collect(),
        reserved: rule.reserved.iter().map(ToString::to_string).collect(),
        zone: rule.zone.as_ref().map(ToString::to_string),
        calls_ahead: rule.ahead.is_some(),
        pause: counter.pause.map(|pause| PauseView { reason: wire::pause(pause.reason), since: pause.since }),
        officer: counter.officer.as_ref().map(ToString::to_string),
        current,
        ahead: counter.ahead.and_then(|id| {
            Some(AheadView {
                ticket: id.0,
                number: branch.ticket(id)?.number.to_string(),
                place: rule.ahead.as_ref().map(wire::texts),
            })
        }),
    })
}

/// A call as it is shown and spoken, if the entry is one.
#[expect(clippy::wildcard_enum_match_arm, reason = "whatever else happens calls nobody")]
pub fn call(entry: &Entry, rules: &Rules) -> Option<CallView> {
    let (counter, number, service, language, attempt) =
        entry.events.iter().find_map(|event| match event {
            Event::TicketCalled { counter, number, service, language, .. } => {
                Some((counter, number, service, language, 1))
            }
            Event::TicketRecalled { counter, number, service, language, attempt, .. } => {
                Some((counter, number, service, language, *attempt))
            }
            _ => None,
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
