//! How a branch looks to each audience: the whole picture, and what an entry changes in it.

mod announcing;

use std::{borrow::Cow, sync::Arc};

use giliran_core::{
    Announcement, AnnouncementId, Branch, ClassRule, Command, CommandId, Counter, CounterId, Decision, Entry,
    Event, Ledger, Missed, OutcomeRule, Rules, ServiceId, ServiceRule, Ticket, TicketId, TicketState,
    WaitRange,
};
use giliran_forecast::ServiceWaits;
use giliran_protocol::{
    live::Change,
    phone::{PhoneCall, PhonePlace, PhoneTicket},
    view::{
        self, AheadView, AnnouncementView, AtCounter, Audience, BranchView, CallView, CharterView, ClassView,
        CounterView, GroupView, HealthView, MissedView, NoticeView, OutcomeView, PauseView, ReportView,
        ServiceView, TicketView, UrgentView,
    },
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::{announced::Announced, calls::Calls, health, wire};

/// So many of the last calls a phone is told of.
const PHONE_CALLS: usize = 3;

/// Waiting times for who takes a number now, by service.
pub type Waits = Vec<ServiceWaits>;

/// A branch, and what else there is to see in its hall.
#[derive(Debug)]
pub struct Hall<'a> {
    /// The branch.
    pub branch: &'a Branch,
    /// Its last calls.
    pub calls: &'a Calls,
    /// Its last announcements beside them.
    pub announced: &'a Announced,
    /// Waiting times.
    pub waits: Waits,
    /// How it fares.
    pub health: HealthView,
    /// What became of its last calls.
    pub reports: Vec<ReportView>,
}

/// A branch as an audience sees it; none before it has rules.
pub fn whole(audience: Audience, hall: &Hall<'_>, now: Timestamp) -> Option<BranchView> {
    let Hall { branch, calls, announced, waits, health, reports } = hall;
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
        languages: rules.languages.iter().copied().map(wire::language).collect(),
        viewing_m: rules.screens.viewing_m,
        notices: notices(branch, rules),
        outcomes: rules.outcomes.iter().filter(|_| is_staff(audience)).map(outcome).collect(),
        greeting: rules.screens.greeting && is_staff(audience),
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
                icon: group.icon.map(wire::icon),
            })
            .collect(),
        services: services.collect(),
        counters: counters.collect(),
        calls: sees_calls(audience).then(|| calls.iter().cloned().collect()),
        announcements: is_told_aloud(audience).then(|| announced.iter().cloned().collect()),
        urgent: urgent(branch),
        announcing: is_told_aloud(audience).then(|| Box::new(announcing::view(rules, branch.day()))),
        reports: is_staff(audience).then(|| {
            let told =
                |report: &&ReportView| is_told_aloud(audience) || calls.of_entry(report.call).is_some();
            reports.iter().filter(told).cloned().collect()
        }),
        tickets: is_staff(audience).then(|| tickets.collect()),
        missed: is_staff(audience).then(|| missed.collect()),
        tally: (audience == Audience::Supervisor).then(|| wire::tally(branch.tally())),
    })
}

/// How a branch would look to an audience on a day that has just begun under these rules; none where they are not sound.
pub fn empty(audience: Audience, rules: &Arc<Rules>, now: Timestamp) -> Option<BranchView> {
    let mut ledger = Ledger::default();
    let command = Command::SetRules { rules: rules.clone() };
    if let Decision::Taken(entry) = ledger.decide(None, CommandId(Uuid::nil()), &command, now) {
        ledger.replay(&entry);
    }
    while let Some(entry) = ledger.due(now) {
        ledger.replay(&entry);
    }
    let hall = Hall {
        branch: ledger.branch(),
        calls: &Calls::default(),
        announced: &Announced::default(),
        waits: Waits::new(),
        health: HealthView::default(),
        reports: Vec::new(),
    };
    whole(audience, &hall, now)
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
                // The first call of a ticket is held against the charter.
                changes.extend(matches!(event, Event::TicketCalled { .. }).then(tally));
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
            Event::TicketServed { ticket: id, counter, .. } => {
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
            Event::TicketResumed { ticket: id }
            | Event::ClassChanged { ticket: id, .. }
            | Event::NoteAdded { ticket: id, .. }
            | Event::TicketGaveWay { ticket: id, .. } => {
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
            Event::NoticePosted { .. } | Event::NoticeWithdrawn { .. } => {
                changes.push(Change::Notices { notices: notices(branch, rules) });
            }
            Event::Announced { urgent: is_urgent, .. } => {
                changes.extend(announcement(entry).map(|announcement| Change::Announcement { announcement }));
                changes.extend(is_urgent.then(|| Change::Urgent { urgent: urgent(branch) }));
            }
            Event::AnnouncementEnded { .. } => changes.push(Change::Urgent { urgent: urgent(branch) }),
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
        Change::Announcement { .. } => is_told_aloud(audience),
        Change::Tally { .. } => audience == Audience::Supervisor,
        Change::Counter { counter } if counter.officer.is_some() && !is_staff(audience) => {
            return Some(Cow::Owned(Change::Counter { counter: as_seen_by(audience, counter.clone()) }));
        }
        Change::Counter { .. }
        | Change::Queue { .. }
        | Change::Notices { .. }
        | Change::Urgent { .. }
        | Change::Reset { .. } => true,
        Change::Unknown => false,
    };
    concerned.then_some(Cow::Borrowed(change))
}

/// Who works at a counter is the staff's business.
fn as_seen_by(audience: Audience, counter: CounterView) -> CounterView {
    CounterView { officer: counter.officer.filter(|_| is_staff(audience)), ..counter }
}

/// Whether an audience is of the staff.
pub fn is_staff(audience: Audience) -> bool {
    matches!(audience, Audience::Counter | Audience::Supervisor)
}

/// Whether an audience says announcements, or sees to it that they are said.
pub fn is_told_aloud(audience: Audience) -> bool {
    matches!(audience, Audience::Display | Audience::Supervisor)
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

/// What everybody is told: what stands in the rules, then what was posted.
fn notices(branch: &Branch, rules: &Rules) -> Vec<NoticeView> {
    let standing = rules.notices.iter();
    let standing = standing.map(|rule| NoticeView { id: None, text: wire::texts(&rule.text), until: None });
    let posted = branch.notices().map(|(id, notice)| NoticeView {
        id: Some(id.0),
        text: wire::texts(&notice.text),
        until: notice.until,
    });
    standing.chain(posted).collect()
}

/// What is urgent and was not called off.
fn urgent(branch: &Branch) -> Vec<UrgentView> {
    let view = |(id, made): (AnnouncementId, &Announcement)| UrgentView {
        id: id.0,
        at: made.at,
        sound: wire::sound(&made.sound),
        text: made.text.as_ref().map(wire::texts),
        zones: made.zones.iter().map(ToString::to_string).collect(),
    };
    branch.urgent().map(view).collect()
}

/// The announcement that an entry made, if it made one.
pub fn announcement(entry: &Entry) -> Option<AnnouncementView> {
    entry.events.iter().find_map(|event| {
        let Event::Announced { announcement, sound, text, zones, urgent, planned: _, due } = event else {
            return None;
        };
        Some(AnnouncementView {
            seq: entry.seq,
            at: entry.at,
            due: *due,
            sound: wire::sound(sound),
            text: text.as_ref().map(wire::texts),
            zones: zones.iter().map(ToString::to_string).collect(),
            urgent: urgent.then_some(announcement.0),
        })
    })
}

fn outcome(rule: &OutcomeRule) -> OutcomeView {
    OutcomeView { id: rule.id.to_string(), name: wire::texts(&rule.name) }
}

fn service(branch: &Branch, rule: &ServiceRule, waits: &Waits) -> ServiceView {
    let wait = waits.iter().find(|waits| waits.service == rule.id).and_then(ServiceWaits::ordinary);
    ServiceView {
        id: rule.id.to_string(),
        name: wire::texts(&rule.name),
        letters: rule.series.letters.clone(),
        icon: rule.icon.map(wire::icon),
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
        state: ticket_state(&ticket.state),
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

/// A living ticket as its holder sees it, with how long it still waits where that is known. Of others it says what the
/// walls say too.
pub fn held(
    (branch, calls): (&Branch, &Calls),
    id: TicketId,
    wait: Option<WaitRange>,
    now: Timestamp,
) -> Option<PhoneTicket> {
    let rules = branch.rules()?;
    let ticket = branch.ticket(id)?;
    let called_to = match &ticket.state {
        TicketState::Ahead { counter, .. }
        | TicketState::Called { counter, .. }
        | TicketState::Serving { counter, .. } => rules.counter(counter),
        TicketState::Waiting { .. } | TicketState::Parked { .. } => None,
    };
    Some(PhoneTicket {
        number: ticket.number.to_string(),
        office: wire::texts(&rules.name),
        service: wire::texts(&rules.service(&ticket.service)?.name),
        time_zone: rules.time_zone.clone(),
        state: ticket_state(&ticket.state),
        ahead: branch.due_before(id),
        wait: wait.map(wire::wait),
        calls: of_service(calls, &ticket.service),
        may_let_past: branch.may_let_past(id),
        to: called_to.map(|rule| PhonePlace { place: wire::place(rule.place), number: rule.number }),
        urgent: urgent(branch),
        now,
    })
}

/// The last numbers that were called for a service, newest first: how far the hall is.
fn of_service(calls: &Calls, service: &ServiceId) -> Vec<PhoneCall> {
    let mut last: Vec<PhoneCall> = Vec::new();
    for call in calls.newest_first().filter(|call| call.service == service.as_str()) {
        // One that is called again is one.
        if last.iter().all(|known| known.number != call.number) {
            let to = PhonePlace { place: call.place, number: call.counter_number };
            last.push(PhoneCall { number: call.number.clone(), to });
        }
        if last.len() == PHONE_CALLS {
            break;
        }
    }
    last
}

fn ticket_state(state: &TicketState) -> view::TicketState {
    match state {
        TicketState::Waiting { .. } => view::TicketState::Waiting,
        TicketState::Ahead { .. } => view::TicketState::Ahead,
        TicketState::Called { .. } => view::TicketState::Called,
        TicketState::Serving { .. } => view::TicketState::Serving,
        TicketState::Parked { .. } => view::TicketState::Parked,
    }
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
        zones: announcing::zones_of_call(rules, rule, service),
        counter: counter.to_string(),
        place: wire::place(rule.place),
        counter_number: rule.number,
        attempt,
    })
}
