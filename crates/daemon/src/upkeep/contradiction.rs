//! Whether entries can have followed each other: the rules take in whatever the log says, so a log that says
//! what can't have been must be noticed beside them.
//!
//! Looked at from the state before each event and the state after it; it knows nothing of why an event was
//! decided.

use giliran_core::{Branch, CounterId, Entry, Event, TicketId, TicketNumber};
use jiff::Timestamp;

/// A branch that is replayed under suspicion.
#[derive(Debug, Default)]
pub struct Suspicious {
    branch: Branch,
    seq: u64,
    at: Option<Timestamp>,
    issued: u64,
}

impl Suspicious {
    /// The branch after the last entry.
    pub fn branch(&self) -> &Branch {
        &self.branch
    }

    /// Takes in the entry that follows, or says what about it can't have been; it is taken in all the same.
    pub fn take(&mut self, entry: &Entry) -> Result<(), String> {
        let mut found = Ok(());
        if entry.seq != self.seq + 1 {
            found = found.and(Err(format!("it follows entry {}", self.seq)));
        }
        if self.at.is_some_and(|last| entry.at < last) {
            found = found.and(Err("its time lies before that of the entry before it".into()));
        }
        (self.seq, self.at) = (entry.seq, Some(entry.at));
        for event in &entry.events {
            let before = self.before(event);
            self.branch.apply(event, entry.at);
            found = found.and(before).and_then(|()| self.after(event));
        }
        found
    }

    fn before(&mut self, event: &Event) -> Result<(), String> {
        if let Event::TicketIssued { ticket, number, .. } = event {
            let twice = self.branch.tickets().any(|(_, other)| same(&other.number, number))
                || self.branch.missed().any(|(_, missed)| same(&missed.ticket.number, number));
            let follows = ticket.0 == self.issued + 1;
            let last = std::mem::replace(&mut self.issued, ticket.0);
            return match (twice, follows) {
                (true, _) => Err(format!("{number} is given out, and somebody has it")),
                (_, false) => Err(format!("ticket {ticket} follows ticket {last}")),
                (false, true) => Ok(()),
            };
        }
        if let Event::TicketReturned { ticket } = event {
            let missed = self.branch.missed_ticket(*ticket).is_some();
            return if missed {
                Ok(())
            } else {
                Err(format!("ticket {ticket} comes back and did not miss a call"))
            };
        }
        match of(event) {
            Some(ticket) if self.branch.ticket(ticket).is_none() => {
                Err(format!("it is about ticket {ticket}, which is not here"))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// A counter has one ticket, and both say so.
    fn after(&self, event: &Event) -> Result<(), String> {
        let Some(id) = at(event) else { return Ok(()) };
        let Some(counter) = self.branch.counter(id) else {
            return Err(format!("it is about counter {id}, which does not exist"));
        };
        match counter.ticket {
            Some(ticket)
                if self.branch.ticket(ticket).and_then(|ticket| ticket.state.counter()) != Some(id) =>
            {
                Err(format!("counter {id} has ticket {ticket}, which is not there"))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// The ticket that must be here before.
fn of(event: &Event) -> Option<TicketId> {
    match event {
        Event::TicketCalledAhead { ticket, .. }
        | Event::TicketCalled { ticket, .. }
        | Event::TicketRecalled { ticket, .. }
        | Event::ServingStarted { ticket, .. }
        | Event::TicketServed { ticket, .. }
        | Event::LegServed { ticket, .. }
        | Event::TicketMissed { ticket, .. }
        | Event::TicketTransferred { ticket, .. }
        | Event::TicketParked { ticket, .. }
        | Event::TicketResumed { ticket }
        | Event::TicketRequeued { ticket, .. }
        | Event::NoteAdded { ticket, .. }
        | Event::TicketGaveWay { ticket, .. }
        | Event::ClassChanged { ticket, .. }
        | Event::TicketCancelled { ticket, .. } => Some(*ticket),
        Event::RulesSet { .. }
        | Event::DayBegan { .. }
        | Event::DayClosed { .. }
        | Event::ExtraOpened { .. }
        | Event::AppointmentsSet { .. }
        | Event::AppointmentCancelled { .. }
        | Event::TicketIssued { .. }
        | Event::TicketReturned { .. }
        | Event::PressUndone { .. } // brings back who may have gone
        | Event::CounterOpened { .. }
        | Event::CounterClosed { .. }
        | Event::CounterServicesChosen { .. }
        | Event::CounterPaused { .. }
        | Event::CounterResumed { .. }
        | Event::NoticePosted { .. }
        | Event::NoticeWithdrawn { .. }
        | Event::Announced { .. }
        | Event::AnnouncementEnded { .. }
        | Event::OfficerSeated { .. } => None,
    }
}

/// The ticket that an event is about, where it is about one.
#[expect(clippy::wildcard_enum_match_arm, reason = "all others are in `of`")]
pub fn ticket_of(event: &Event) -> Option<TicketId> {
    match event {
        Event::TicketIssued { ticket, .. }
        | Event::TicketReturned { ticket }
        | Event::PressUndone { ticket, .. } => Some(*ticket),
        _ => of(event),
    }
}

/// The counter that a call is to.
#[expect(clippy::wildcard_enum_match_arm, reason = "with all others nobody comes to a counter")]
fn at(event: &Event) -> Option<&CounterId> {
    match event {
        Event::TicketCalled { counter, .. } | Event::ServingStarted { counter, .. } => Some(counter),
        _ => None,
    }
}

fn same(one: &TicketNumber, other: &TicketNumber) -> bool {
    (one.letters(), one.sequence()) == (other.letters(), other.sequence())
}
