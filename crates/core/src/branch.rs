//! Who waits, who is called and who is served, in one branch.
//!
//! [`Branch::decide`] holds the rules and changes nothing; [`Branch::apply`] follows what was decided
//! and can't fail, so replaying a log can't either.
//!
//! Invariants: a ticket is in one state and at one counter at most; a counter has one ticket at most, and
//! one called ahead; a waiting ticket stands in exactly the queue of its service; no number stands twice
//! among the living and those who may still come back.

mod announce;
mod apply;
mod call;
mod choose;
mod counters;
mod day;
mod issue;
mod notices;
mod order;
mod query;
mod serve;
mod tickets;
mod today;
mod undo;
mod way;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    AnnouncementId, AppointmentCode, Booking, Command, CounterId, Event, FirstCall, NoticeId, OfficerId,
    PauseReason, PersonKey, Refusal, Rules, ServiceId, Ticket, TicketId, numbers::Numbers, queue::Queues,
};
pub use announce::{Announcement, MOST_URGENT};
use announce::{Planned, Wanted};
pub use notices::{MOST_NOTICES, Notice};
pub use today::Opening;
use today::Today;
use undo::Pressed;
pub use way::{MOST_PAST, MOST_WAYS};

/// The state of one branch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    rules: Option<Arc<Rules>>,
    day: Option<Date>,
    today: Today,
    /// How many tickets were ever issued; the last one's id.
    issued: u64,
    /// The last sequence given out today, by service.
    sequences: BTreeMap<ServiceId, u16>,
    /// How many numbers were given out today that count towards the quota, by service.
    given: BTreeMap<ServiceId, u32>,
    /// The living. Changed only by way of `put` and `take`, which keep the four after it.
    tickets: BTreeMap<TicketId, Ticket>,
    /// The numbers of the living and of those who may come back.
    numbers: Numbers,
    queues: Queues,
    /// The living tickets of people who are known by a hash.
    persons: BTreeMap<PersonKey, TicketId>,
    /// When something happens to a ticket by itself.
    timers: BTreeSet<(Timestamp, TicketId)>,
    /// Those who missed their call and may come back.
    missed: BTreeMap<TicketId, Missed>,
    /// The same by when they may no longer.
    missed_until: BTreeSet<(Timestamp, TicketId)>,
    counters: BTreeMap<CounterId, Counter>,
    /// The last press at each counter.
    presses: BTreeMap<CounterId, Pressed>,
    bookings: BTreeMap<AppointmentCode, Booking>,
    /// How many numbers phones were given today.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    remote: BTreeMap<PersonKey, u32>,
    /// How many notices were ever posted; the last one's id.
    #[serde(default)]
    posted: u64,
    /// What everybody is told.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    notices: BTreeMap<NoticeId, Notice>,
    /// How many announcements were ever made; the last one's id.
    #[serde(default)]
    announced: u64,
    /// What is urgent and was not called off.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    urgent: BTreeMap<AnnouncementId, Announcement>,
    /// How far the planned announcements are done with.
    #[serde(default)]
    planned: Planned,
    tally: Tally,
}

/// A counter, as it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// Whether it calls.
    pub open: bool,
    /// The pause that it makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Pause>,
    /// Who works there, where it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub officer: Option<OfficerId>,
    /// What it takes first: its own services.
    pub services: Vec<ServiceId>,
    /// What it helps with, in tiers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub helps: Vec<Vec<ServiceId>>,
    /// The ticket that it has called or serves.
    pub ticket: Option<TicketId>,
    /// The ticket that it has called ahead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ahead: Option<TicketId>,
}

impl Counter {
    /// All that it takes, its own first.
    fn takes(&self) -> impl Iterator<Item = &ServiceId> {
        self.services.iter().chain(self.helps.iter().flatten())
    }
}

/// A pause of a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// What for.
    pub reason: PauseReason,
    /// Since when.
    pub since: Timestamp,
}

/// A ticket that missed its call and may come back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// As it was when it was called.
    pub ticket: Ticket,
    /// Until when it may come back.
    pub until: Timestamp,
}

/// What became of today's tickets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Numbers given out.
    pub issued: u32,
    /// Visits that were done.
    pub served: u32,
    /// People who did not come when they were called, nor later.
    pub missed: u32,
    /// Tickets made void.
    pub cancelled: u32,
    /// Tickets that ended with the office's hours.
    #[serde(default)]
    pub expired: u32,
    /// Tickets that came over from the day before.
    #[serde(default)]
    pub carried: u32,
    /// First calls within what the charter promises of the wait, of services that promise something. A state that
    /// was kept without it is not read: the whole log says what it was.
    pub within: u32,
    /// First calls later than that.
    pub late: u32,
}

impl Tally {
    /// What a first call counts in, if in anything.
    fn of_first_call(&mut self, call: FirstCall) -> Option<&mut u32> {
        match call {
            FirstCall::Within => Some(&mut self.within),
            FirstCall::Late => Some(&mut self.late),
            FirstCall::Unpromised => None,
        }
    }
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
            Command::SetRules { rules } => self.set_rules(rules),
            Command::BeginDay => self.begin_day(rules, now),
            Command::CloseDay => self.close_day(rules),
            Command::OpenExtra { until, reason } => self.open_extra(*until, reason, now),
            Command::IssueTicket { service, class, language, announced, legs, person } => {
                let wish = issue::Wish {
                    service,
                    class: class.as_ref(),
                    language: *language,
                    announced: *announced,
                    legs: legs.as_deref(),
                    person: *person,
                };
                self.issue(rules, &wish, now)
            }
            Command::IssueRemotely { service, language, announced, person } => {
                let (language, announced, person) = (*language, *announced, Some(*person));
                let wish = issue::Wish { service, class: None, language, announced, legs: None, person };
                self.issue_remotely(rules, &wish, now)
            }
            Command::ImportAppointments { appointments } => self.import(rules, appointments),
            Command::CancelAppointment { code } => self.cancel_appointment(code),
            Command::CheckIn { code, language, announced } => {
                self.check_in(rules, code, *language, *announced, now)
            }
            Command::CallNext { counter } => self.call_next(rules, counter, now),
            Command::CallNextOf { counter, service } => self.call_next_of(rules, counter, service, now),
            Command::CallTicket { counter, ticket, reason } => self.call_ticket(counter, *ticket, reason),
            Command::CallAhead { counter } => self.call_ahead(rules, counter, now),
            Command::Recall { counter, ticket } => self.recall(rules, counter, *ticket, now),
            Command::StartServing { counter, ticket } => self.start(counter, *ticket),
            Command::Finish { counter, ticket, outcome } => {
                self.finish(rules, counter, *ticket, outcome.as_ref())
            }
            Command::AddNote { counter, ticket, note } => self.add_note(counter, *ticket, note.as_ref()),
            Command::NoShow { counter, ticket } => self.no_show(rules, counter, *ticket),
            Command::ComeBack { ticket } => self.come_back(rules, *ticket, now),
            Command::Transfer { counter, ticket, service, to, note } => {
                self.transfer(rules, counter, *ticket, service.as_ref(), to.as_ref(), note.as_ref())
            }
            Command::Park { counter, ticket, until } => self.park(counter, *ticket, *until, now),
            Command::Resume { ticket } => self.resume(*ticket),
            Command::Requeue { ticket, reason } => self.requeue(*ticket, reason),
            Command::ChangeClass { ticket, class, reason } => {
                self.change_class(rules, *ticket, class, reason)
            }
            Command::GiveWay { ticket, past } => self.give_way(*ticket, *past),
            Command::CancelTicket { ticket, reason } => self.cancel(*ticket, reason.as_ref()),
            Command::Undo { counter } => self.undo(rules, counter, now),
            Command::OpenCounter { counter } => self.open(counter),
            Command::CloseCounter { counter } => self.close(counter),
            Command::PauseCounter { counter, reason } => self.pause(counter, *reason),
            Command::ResumeCounter { counter } => self.end_pause(counter),
            Command::SeatOfficer { counter, officer } => self.seat(counter, officer.as_ref()),
            Command::PostNotice { text, until } => self.post_notice(text, *until, now),
            Command::WithdrawNotice { notice } => self.withdraw_notice(*notice),
            Command::Announce { sound, text, zones, urgent } => {
                self.announce(rules, Wanted { sound, text: text.as_ref(), zones, urgent: *urgent })
            }
            Command::AnnouncePlanned { planned, due } => self.announce_planned(rules, planned, *due, now),
            Command::EndAnnouncement { announcement } => self.end_announcement(*announcement),
            Command::ChooseServices { counter, services, helps } => {
                self.choose_services(rules, counter, services, helps.as_deref())
            }
        };
        Ok(vec![event?])
    }

    /// When time alone next matters, and the command that is then due.
    pub fn next_deadline(&self) -> Option<(Timestamp, Command)> {
        let rules = self.rules.as_deref()?;
        if self.day.is_none() {
            return Some((Timestamp::MIN, Command::BeginDay));
        }
        let day = (self.today.ends, Command::BeginDay);
        let close = self.today.closes().map(|at| (at, Command::CloseDay));
        let timer = self.timers.first().and_then(|(at, id)| Some((*at, self.timer_of(rules, *id)?.1)));
        // At one moment the day's end comes first: it may make the others needless.
        [Some(day), close, timer, self.notice_ends(), self.planned_due()]
            .into_iter()
            .flatten()
            .min_by_key(|(at, _)| *at)
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

    /// The counter, if it has no ticket.
    fn free_counter(&self, id: &CounterId) -> Result<&Counter, Refusal> {
        let counter = self.open_counter(id)?;
        match counter.ticket {
            Some(ticket) => Err(Refusal::CounterBusy(self.living(ticket)?.number.clone())),
            None => Ok(counter),
        }
    }

    /// The ticket, if that counter has it.
    fn at_counter(&self, counter: &CounterId, id: TicketId) -> Result<&Ticket, Refusal> {
        self.known_counter(counter)?;
        let ticket = self.living(id)?;
        if ticket.state.counter() == Some(counter) { Ok(ticket) } else { Err(Refusal::NotAtCounter(id)) }
    }
}
