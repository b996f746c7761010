//! The last press at each counter, and taking it back.

use giliran_core::{CounterId, Event, Press, Rules, Ticket, TicketId, TicketState};
use jiff::Timestamp;

use super::{Expected, Model};

#[derive(Debug, Clone)]
pub struct Pressed {
    at: Timestamp,
    press: Press,
    ticket: TicketId,
    before: Ticket,
    /// None if the ticket ended with it.
    after: Option<Ticket>,
}

impl Model {
    pub(super) fn remember_press(&mut self, event: &Event, before: &[(TicketId, Ticket)], at: Timestamp) {
        let Some((counter, ticket, press)) = press(event) else { return };
        let Some((_, before)) = before.iter().find(|(id, _)| *id == ticket) else { return };
        let after = self.living(ticket).ok().cloned();
        // The visit has gone on: what was pressed about it before can't be taken back any more.
        self.presses.retain(|(other, pressed)| other != counter && pressed.ticket != ticket);
        self.presses.push((counter.clone(), Pressed { at, press, ticket, before: before.clone(), after }));
    }

    pub(super) fn forget_presses_about(&mut self, id: TicketId) {
        self.presses.retain(|(_, pressed)| pressed.ticket != id);
    }

    pub(super) fn undo(&mut self, rules: &Rules, counter: &CounterId, now: Timestamp) -> Expected {
        let open = self.known(counter)?.open;
        let pressed = self.presses.iter().find(|(at, _)| at == counter).map(|(_, pressed)| pressed.clone());
        let Pressed { at, press, ticket: id, mut before, after } = pressed.ok_or("nothing_to_undo")?;
        let soon = !rules.calling.undo.is_zero() && now <= at + rules.calling.undo;
        let unchanged = self.living(id).ok() == after.as_ref();
        let free = open && self.at_counter(counter).is_none_or(|here| here == id);
        let may_come_back = self.missed.iter().any(|(missed, _)| *missed == id);
        let number_free = after.is_some()
            || may_come_back
            || !self.in_use(before.number.letters(), before.number.sequence());
        let person_free = after.is_some() || !self.person_has_ticket(before.person);
        let service_there = rules.service(&before.service).is_some();
        if !(soon && unchanged && free && number_free && person_free && service_there) {
            return Err("nothing_to_undo");
        }
        if press == Press::Finish && after.is_none() {
            self.tally.served -= 1;
        }
        if press == Press::NoShow {
            self.tally.missed -= 1;
        }
        if press == Press::Call && before.first_call.is_none() {
            self.uncount_first_call(after.as_ref().and_then(|after| after.first_call));
        }
        self.presses.retain(|(other, _)| other != counter);
        self.missed.retain(|(missed, _)| *missed != id);
        self.remove(id);
        before.state = match before.state {
            // The visitor is waited for anew.
            TicketState::Called { counter, since, attempts, .. } => {
                TicketState::Called { counter, since, last: now, attempts }
            }
            // The place near the counter may be another's by now, or nobody's.
            TicketState::Ahead { counter, since }
                if !self.is_open(&counter) || self.ahead_of(&counter).is_some() =>
            {
                TicketState::Waiting { since }
            }
            state @ (TicketState::Ahead { .. }
            | TicketState::Waiting { .. }
            | TicketState::Serving { .. }
            | TicketState::Parked { .. }) => state,
        };
        if before.bound.as_ref().is_some_and(|bound| !self.is_open(bound)) {
            before.bound = None;
        }
        self.add(id, before);
        Ok(Event::PressUndone { counter: counter.clone(), ticket: id, press })
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "nothing else is a press that can be taken back")]
fn press(event: &Event) -> Option<(&CounterId, TicketId, Press)> {
    match event {
        Event::TicketCalled { counter, ticket, .. } => Some((counter, *ticket, Press::Call)),
        Event::ServingStarted { counter, ticket } => Some((counter, *ticket, Press::Start)),
        Event::TicketServed { counter, ticket, .. } | Event::LegServed { counter, ticket, .. } => {
            Some((counter, *ticket, Press::Finish))
        }
        Event::TicketMissed { counter, ticket } => Some((counter, *ticket, Press::NoShow)),
        Event::TicketTransferred { counter, ticket, .. } => Some((counter, *ticket, Press::Transfer)),
        Event::TicketParked { counter, ticket, .. } => Some((counter, *ticket, Press::Park)),
        _ => None,
    }
}
