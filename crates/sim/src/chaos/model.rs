//! The reference: the same office, written so that one can see that it is right. Vectors and linear scans, one
//! fact in one place, nothing remembered that can be looked up.
//!
//! It borrows the core's types for what is so (a ticket, a counter, an event), and none of its rules but two:
//! [`Rules::check`](giliran_core::Rules::check) says whether rules are sound, and an allowance is looked up as
//! rules write it down. For each command it says what event is to follow, or the code of the refusal; after each
//! step [`Model::differs`] compares everything that can be seen of a branch.

mod announce;
mod clock;
mod compare;
mod day;
mod desk;
mod notices;
mod presses;
mod queue;
mod visit;
mod way;

use std::sync::Arc;

use giliran_core::{
    Announcement, AnnouncementId, Booking, Command, Counter, CounterId, Event, Missed, Notice, NoticeId,
    OfficerId, PersonKey, PlannedId, Rules, ServiceId, ServiceRule, Tally, Ticket, TicketId, TicketNumber,
};
use jiff::{Timestamp, civil::Date};

use presses::Pressed;

/// What is to follow: an event, or the code of a refusal.
pub type Expected = Result<Event, &'static str>;

/// The reference office.
#[derive(Debug, Clone, Default)]
pub struct Model {
    rules: Option<Arc<Rules>>,
    /// When the last thing happened. Time never goes back behind it.
    at: Option<Timestamp>,
    day: Option<Date>,
    closed: bool,
    extra: Option<Timestamp>,
    issued: u64,
    last_numbers: Vec<(ServiceId, u16)>,
    given: Vec<(ServiceId, u32)>,
    /// In the order of their ids.
    tickets: Vec<(TicketId, Ticket)>,
    missed: Vec<(TicketId, Missed)>,
    /// In the order of their names; who is at them is looked up among the tickets.
    counters: Vec<(CounterId, Counter)>,
    presses: Vec<(CounterId, Pressed)>,
    bookings: Vec<Booking>,
    /// The phones that were given numbers today, once for each.
    phones: Vec<PersonKey>,
    /// How many notices were ever posted.
    posted: u64,
    /// In the order of their ids.
    notices: Vec<(NoticeId, Notice)>,
    /// How many announcements were ever made.
    announced: u64,
    /// In the order of their ids.
    urgent: Vec<(AnnouncementId, Announcement)>,
    /// The planned announcement that was made last, or the moment from which they count.
    planned: Option<(Timestamp, Option<PlannedId>)>,
    tally: Tally,
}

impl Model {
    /// What time brings about next by `now`, if anything.
    pub fn time_passes(&mut self, now: Timestamp) -> Option<Event> {
        let now = self.not_back(now);
        let (at, command) = self.next_by_itself()?;
        if at > now { None } else { self.happens(&command, now).ok() }
    }

    /// What comes of a command.
    pub fn submit(&mut self, command: &Command, now: Timestamp) -> Expected {
        let now = self.not_back(now);
        self.happens(command, now)
    }

    fn not_back(&self, now: Timestamp) -> Timestamp {
        self.at.map_or(now, |last| last.max(now))
    }

    fn happens(&mut self, command: &Command, now: Timestamp) -> Expected {
        let before = self.tickets.clone();
        let undo = self.rules.as_ref().map(|rules| rules.calling.undo).unwrap_or_default();
        let event = self.obey(command, now)?;
        self.at = Some(now);
        // Whoever may no longer come back has gone as soon as something happens after that.
        self.missed.retain(|(_, missed)| missed.until >= now);
        if !undo.is_zero() {
            self.remember_press(&event, &before, now);
        }
        Ok(event)
    }

    fn obey(&mut self, command: &Command, now: Timestamp) -> Expected {
        if let Command::SetRules { rules } = command {
            return self.set_rules(rules, now);
        }
        let rules = self.rules.clone().ok_or("not_configured")?;
        let rules = &*rules;
        match command {
            Command::SetRules { rules } => self.set_rules(rules, now),
            Command::BeginDay => self.begin_day(rules, now),
            Command::CloseDay => self.close_day(rules),
            Command::OpenExtra { until, reason } => self.open_extra(rules, *until, reason, now),
            Command::IssueTicket { .. } => self.issue(rules, command, now),
            Command::IssueRemotely { .. } => self.issue_remotely(rules, command, now),
            Command::ImportAppointments { appointments } => self.import(rules, appointments),
            Command::CancelAppointment { code } => self.cancel_appointment(code),
            Command::CheckIn { .. } => self.check_in(rules, command, now),
            Command::CallNext { counter } => self.call_next(rules, counter, now),
            Command::CallNextOf { counter, service } => self.call_next_of(rules, counter, service, now),
            Command::CallTicket { counter, ticket, reason } => {
                self.call_ticket(counter, *ticket, reason, now)
            }
            Command::CallAhead { counter } => self.call_ahead(rules, counter, now),
            Command::Recall { counter, ticket } => self.recall(rules, counter, *ticket, now),
            Command::StartServing { counter, ticket } => self.start(counter, *ticket, now),
            Command::Finish { counter, ticket, outcome } => {
                self.finish(rules, counter, *ticket, outcome.as_ref(), now)
            }
            Command::AddNote { counter, ticket, note } => self.add_note(counter, *ticket, note.as_ref()),
            Command::NoShow { counter, ticket } => self.no_show(rules, counter, *ticket, now),
            Command::ComeBack { ticket } => self.come_back(rules, *ticket, now),
            Command::Transfer { counter, ticket, service, to, note } => {
                self.transfer(rules, (counter, *ticket), service.as_ref(), to.as_ref(), note.as_ref(), now)
            }
            Command::Park { counter, ticket, until } => self.park(rules, counter, *ticket, *until, now),
            Command::Resume { ticket } => self.resume(*ticket, now),
            Command::Requeue { ticket, reason } => self.requeue(*ticket, reason, now),
            Command::ChangeClass { ticket, class, reason } => {
                self.change_class(rules, *ticket, class, reason)
            }
            Command::GiveWay { ticket, past } => self.give_way(*ticket, *past),
            Command::CancelTicket { ticket, reason } => self.cancel(*ticket, reason.as_ref()),
            Command::Undo { counter } => self.undo(rules, counter, now),
            Command::OpenCounter { counter } => self.open_counter(counter),
            Command::CloseCounter { counter } => self.close_counter(counter),
            Command::PauseCounter { counter, reason } => self.pause_counter(counter, *reason, now),
            Command::ResumeCounter { counter } => self.resume_counter(counter),
            Command::SeatOfficer { counter, officer } => self.seat(counter, officer.as_ref()),
            Command::PostNotice { text, until } => self.post_notice(text, *until, now),
            Command::WithdrawNotice { notice } => self.withdraw_notice(*notice),
            Command::Announce { sound, text, zones, urgent } => {
                self.announce(rules, (sound, text.as_ref()), zones, *urgent, now)
            }
            Command::AnnouncePlanned { planned, due } => self.announce_planned(rules, planned, *due, now),
            Command::EndAnnouncement { announcement } => self.end_announcement(*announcement),
            Command::ChooseServices { counter, services, helps } => {
                self.choose_services(rules, counter, services, helps.as_deref())
            }
        }
    }

    // What is looked up, with the refusal where it is not there.

    fn living(&self, id: TicketId) -> Result<&Ticket, &'static str> {
        let found = self.tickets.iter().find(|(ticket, _)| *ticket == id);
        let gone = if id.0 >= 1 && id.0 <= self.issued { "ticket_ended" } else { "unknown_ticket" };
        found.map(|(_, ticket)| ticket).ok_or(gone)
    }

    fn ticket_mut(&mut self, id: TicketId) -> Option<&mut Ticket> {
        self.tickets.iter_mut().find(|(ticket, _)| *ticket == id).map(|(_, ticket)| ticket)
    }

    fn remove(&mut self, id: TicketId) -> Option<Ticket> {
        let at = self.tickets.iter().position(|(ticket, _)| *ticket == id)?;
        Some(self.tickets.remove(at).1)
    }

    fn add(&mut self, id: TicketId, ticket: Ticket) {
        self.tickets.push((id, ticket));
        self.tickets.sort_by_key(|(id, _)| *id);
    }

    fn known(&self, id: &CounterId) -> Result<&Counter, &'static str> {
        let found = self.counters.iter().find(|(counter, _)| counter == id);
        found.map(|(_, counter)| counter).ok_or("unknown_counter")
    }

    fn counter_mut(&mut self, id: &CounterId) -> Option<&mut Counter> {
        self.counters.iter_mut().find(|(counter, _)| counter == id).map(|(_, counter)| counter)
    }

    fn is_open(&self, id: &CounterId) -> bool {
        self.known(id).is_ok_and(|counter| counter.open)
    }

    fn known_open(&self, id: &CounterId) -> Result<&Counter, &'static str> {
        let counter = self.known(id)?;
        if counter.open { Ok(counter) } else { Err("counter_closed") }
    }

    fn known_free(&self, id: &CounterId) -> Result<&Counter, &'static str> {
        let counter = self.known_open(id)?;
        if self.at_counter(id).is_some() { Err("counter_busy") } else { Ok(counter) }
    }

    /// Who is called to a counter or served there.
    fn at_counter(&self, counter: &CounterId) -> Option<TicketId> {
        self.tickets.iter().find(|(_, ticket)| ticket.state.counter() == Some(counter)).map(|(id, _)| *id)
    }

    /// The ticket, if that counter has it.
    fn has(&self, counter: &CounterId, id: TicketId) -> Result<&Ticket, &'static str> {
        self.known(counter)?;
        let ticket = self.living(id)?;
        if ticket.state.counter() == Some(counter) { Ok(ticket) } else { Err("not_at_counter") }
    }

    /// Whether somebody has that number, or may come back with it.
    fn in_use(&self, letters: &str, sequence: u16) -> bool {
        let living = self.tickets.iter().map(|(_, ticket)| &ticket.number);
        let missed = self.missed.iter().map(|(_, missed)| &missed.ticket.number);
        living.chain(missed).any(|number| number.letters() == letters && number.sequence() == sequence)
    }

    fn person_has_ticket(&self, person: Option<PersonKey>) -> bool {
        person.is_some() && self.tickets.iter().any(|(_, ticket)| ticket.person == person)
    }

    fn stands_up(&mut self, officer: &OfficerId) {
        for (_, counter) in &mut self.counters {
            if counter.officer.as_ref() == Some(officer) {
                counter.officer = None;
            }
        }
    }
}

fn service<'a>(rules: &'a Rules, id: &ServiceId) -> Result<&'a ServiceRule, &'static str> {
    rules.services.iter().find(|service| service.id == *id).ok_or("unknown_service")
}

fn number(letters: &str, sequence: u16, width: u8) -> Result<TicketNumber, &'static str> {
    let width = usize::from(width);
    format!("{letters}{sequence:0width$}").parse().map_err(|_| "a series without numbers")
}
