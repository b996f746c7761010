//! How the branch stands, for those who show it.

use std::sync::Arc;

use jiff::{Timestamp, civil::Date};

use super::{Announcement, Branch, Counter, Missed, Notice, Opening, Tally, tickets::place};
use crate::{
    AnnouncementId, AppointmentCode, Booking, CounterId, NoticeId, PersonKey, Rules, ServiceId, Stretch,
    Ticket, TicketId, TicketState,
};

impl Branch {
    /// The office's rules, once it has any.
    pub fn rules(&self) -> Option<&Arc<Rules>> {
        self.rules.as_ref()
    }

    /// The business day.
    pub fn day(&self) -> Option<Date> {
        self.day
    }

    /// Whether the office is open.
    pub fn opening(&self, now: Timestamp) -> Opening {
        self.rules.as_deref().map_or(Opening::Closed { next: None }, |rules| self.today.opening(rules, now))
    }

    /// When the doors are open today; none where the office has no hours.
    pub fn open_today(&self) -> Option<&[Stretch]> {
        self.today.open.as_deref()
    }

    /// A living ticket.
    pub fn ticket(&self, id: TicketId) -> Option<&Ticket> {
        self.tickets.get(&id)
    }

    /// All living tickets, in the order of their ids.
    pub fn tickets(&self) -> impl Iterator<Item = (TicketId, &Ticket)> {
        self.tickets.iter().map(|(id, ticket)| (*id, ticket))
    }

    /// The living ticket of a person.
    pub fn ticket_of(&self, person: PersonKey) -> Option<TicketId> {
        self.persons.get(&person).copied()
    }

    /// Those who missed their call and may come back, in the order of their ids. Some of them may be a
    /// little over their time.
    pub fn missed(&self) -> impl Iterator<Item = (TicketId, &Missed)> {
        self.missed.iter().map(|(id, missed)| (*id, missed))
    }

    /// Somebody who missed the call and may come back.
    pub fn missed_ticket(&self, id: TicketId) -> Option<&Missed> {
        self.missed.get(&id)
    }

    /// A counter.
    pub fn counter(&self, id: &CounterId) -> Option<&Counter> {
        self.counters.get(id)
    }

    /// All counters, in the order of their names.
    pub fn counters(&self) -> impl Iterator<Item = (&CounterId, &Counter)> {
        self.counters.iter()
    }

    /// Whom a counter would call now.
    pub fn next_at(&self, counter: &CounterId, now: Timestamp) -> Option<TicketId> {
        self.next_for(self.rules.as_deref()?, counter, now)
    }

    /// Who waits for a service, in the order in which they are due.
    pub fn queue(&self, service: &ServiceId) -> impl Iterator<Item = TicketId> {
        self.queues.iter(service).map(|place| place.id)
    }

    /// How many wait for the same service as somebody who waits, and are due before.
    pub fn due_before(&self, id: TicketId) -> Option<u32> {
        let ticket = self.tickets.get(&id)?;
        let TicketState::Waiting { .. } = ticket.state else { return None };
        let before = self.queues.before(&ticket.service, place(id, ticket));
        Some(u32::try_from(before).unwrap_or(u32::MAX))
    }

    /// How many wait for a service.
    pub fn waiting(&self, service: &ServiceId) -> u32 {
        u32::try_from(self.queues.len(service)).unwrap_or(u32::MAX)
    }

    /// How many numbers of a service are left today, where it has a quota.
    pub fn numbers_left(&self, service: &ServiceId) -> Option<u32> {
        let quota = self.rules.as_deref()?.service(service)?.quota?;
        Some(quota.saturating_sub(self.given.get(service).copied().unwrap_or(0)))
    }

    /// Whether a number of a service would be given out now, but for what is asked of the visitor.
    pub fn gives_out(&self, service: &ServiceId, now: Timestamp) -> bool {
        let open = !matches!(self.opening(now), Opening::Closed { .. });
        open && self.today.gives_out(service, now) && self.numbers_left(service) != Some(0)
    }

    /// An appointment of today or later.
    pub fn appointment(&self, code: &AppointmentCode) -> Option<&Booking> {
        self.bookings.get(code)
    }

    /// All appointments of today and later, in the order of their codes.
    pub fn appointments(&self) -> impl Iterator<Item = &Booking> {
        self.bookings.values()
    }

    /// What everybody is told for a while, in the order in which it was posted.
    pub fn notices(&self) -> impl Iterator<Item = (NoticeId, &Notice)> {
        self.notices.iter().map(|(id, notice)| (*id, notice))
    }

    /// What is urgent and was not called off, in the order in which it was announced.
    pub fn urgent(&self) -> impl Iterator<Item = (AnnouncementId, &Announcement)> {
        self.urgent.iter().map(|(id, announcement)| (*id, announcement))
    }

    /// What became of today's tickets.
    pub fn tally(&self) -> Tally {
        self.tally
    }
}
