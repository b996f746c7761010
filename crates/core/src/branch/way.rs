//! Letting others go first, which a visitor does who needs more time.
//!
//! The ticket falls due right after the last of those whom it lets past and before whoever comes then, so its place
//! moves back and nobody else's forward past anybody: for whoever else waits, there are as many before as there were,
//! or one fewer.

use jiff::SignedDuration;

use super::{Branch, tickets::place};
use crate::{Event, Refusal, Ticket, TicketId, TicketState, queue::Place};

/// The most others that one press lets past.
pub const MOST_PAST: u8 = 20;

/// How often the holder of a ticket lets others go first at most: two who let each other past again and again would
/// fill the log, and everybody's screen, with nothing.
pub const MOST_WAYS: u8 = 5;

/// How long after the last whom it lets past a ticket falls due, where there is room for it: short, so that nobody who
/// comes later slips in between.
const AFTER: SignedDuration = SignedDuration::from_millis(1);

/// The smallest time between two moments: where two fall due at the same one, there is no room between them.
const MOMENT: SignedDuration = SignedDuration::from_nanos(1);

impl Branch {
    pub(super) fn give_way(&self, id: TicketId, past: u8) -> Result<Event, Refusal> {
        if !(1..=MOST_PAST).contains(&past) {
            return Err(Refusal::PastOutOfRange);
        }
        let ticket = self.living(id)?;
        let TicketState::Waiting { .. } = ticket.state else {
            return Err(Refusal::NotWaiting(ticket.number.clone()));
        };
        if ticket.gave_way >= MOST_WAYS {
            return Err(Refusal::GaveWayEnough(ticket.number.clone()));
        }
        let mut behind = self.behind(id, ticket);
        let last = behind.by_ref().take(past.into()).last();
        let last = last.ok_or_else(|| Refusal::NobodyBehind(ticket.number.clone()))?;
        let room = behind.next().map(|next| next.due.duration_since(last.due) / 2);
        let after = room.map_or(AFTER, |room| room.min(AFTER)).max(MOMENT);
        let due = last.due.saturating_add(after).unwrap_or(last.due);
        let back = Place { due, ..place(id, ticket) };
        let passed = self.behind(id, ticket).take_while(|other| *other < back).count();
        let passed = u32::try_from(passed).unwrap_or(u32::MAX);
        Ok(Event::TicketGaveWay { ticket: id, due, passed })
    }

    /// Whom a waiting ticket could let past, the first first: those of its service whom any counter may call, and
    /// who come after it. One that goes next comes before all that do not, which is not its holder's to give up.
    fn behind(&self, id: TicketId, ticket: &Ticket) -> impl Iterator<Item = Place> {
        let own = place(id, ticket);
        let after = self.queues.open_after(&ticket.service, own);
        after.take_while(move |other| other.waits_its_turn == own.waits_its_turn)
    }

    /// How many wait behind a ticket whom it could let past; none where it does not wait, or has done so often enough.
    pub fn may_let_past(&self, id: TicketId) -> u32 {
        let waits = |ticket: &&Ticket| {
            matches!(ticket.state, TicketState::Waiting { .. }) && ticket.gave_way < MOST_WAYS
        };
        let behind = self.tickets.get(&id).filter(waits).map_or(0, |ticket| self.behind(id, ticket).count());
        u32::try_from(behind).unwrap_or(u32::MAX)
    }
}
