//! Letting others go first, and how a first call stands to the charter.

use giliran_core::{Event, FirstCall, Ticket, TicketId, TicketState};
use jiff::{SignedDuration, Timestamp};

use super::{Expected, Model, queue::place};

impl Model {
    pub(super) fn give_way(&mut self, id: TicketId, past: u8) -> Expected {
        if past == 0 || past > 20 {
            return Err("past_out_of_range");
        }
        let ticket = self.living(id)?;
        if !matches!(ticket.state, TicketState::Waiting { .. }) {
            return Err("not_waiting");
        }
        if ticket.gave_way == 5 {
            return Err("gave_way_enough");
        }
        let own = place(id, ticket);
        // Whoever any counter may call for the same service, is as urgent or as little, and comes after it.
        let mut behind: Vec<_> = self
            .waiting()
            .filter(|(_, other)| other.bound.is_none() && other.service == ticket.service)
            .filter(|(_, other)| other.goes_next == ticket.goes_next)
            .map(|(id, other)| place(id, other))
            .filter(|other| *other > own)
            .collect();
        behind.sort();
        let (before, after) = behind.split_at(behind.len().min(past.into()));
        let last = before.last().ok_or("nobody_behind")?;
        // A millisecond behind the last, or half way to the next where that is nearer.
        let gap = after.first().map_or(i128::MAX, |next| next.1.as_nanosecond() - last.1.as_nanosecond());
        let due = last.1 + SignedDuration::from_nanos((gap / 2).clamp(1, 1_000_000) as i64);
        let passed = behind.iter().filter(|other| **other < (own.0, due, id)).count() as u32;
        if let Some(ticket) = self.ticket_mut(id) {
            ticket.due = due;
            ticket.gave_way += 1;
        }
        Ok(Event::TicketGaveWay { ticket: id, due, passed })
    }

    /// The first call of a ticket is held against what the service promises.
    pub(super) fn count_first_call(&mut self, id: TicketId, now: Timestamp) {
        let Some(rules) = self.rules.clone() else { return };
        let Some(ticket) = self.ticket_mut(id).filter(|ticket| ticket.first_call.is_none()) else { return };
        let charter = rules.service(&ticket.service).and_then(|service| service.charter);
        let call = match charter.and_then(|charter| charter.waiting) {
            None => FirstCall::Unpromised,
            Some(promise) if now <= waits_from(ticket) + promise => FirstCall::Within,
            Some(_) => FirstCall::Late,
        };
        ticket.first_call = Some(call);
        self.tally.within += u32::from(call == FirstCall::Within);
        self.tally.late += u32::from(call == FirstCall::Late);
    }

    /// The first call of a ticket was none.
    pub(super) fn uncount_first_call(&mut self, call: Option<FirstCall>) {
        self.tally.within -= u32::from(call == Some(FirstCall::Within));
        self.tally.late -= u32::from(call == Some(FirstCall::Late));
    }
}

/// Since when the charter counts: nobody is owed a call before the hour of the appointment.
fn waits_from(ticket: &Ticket) -> Timestamp {
    ticket.arrived.max(ticket.counts_from)
}
