//! Taking back the last press at a counter.
//!
//! What the press changed is remembered as it was before and after. It can be taken back for some seconds,
//! and only while nothing has happened to the ticket since.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Branch;
use crate::{CounterId, Event, Press, Refusal, Rules, Ticket, TicketId, TicketState};

/// A press at a counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pressed {
    at: Timestamp,
    press: Press,
    ticket: TicketId,
    before: Ticket,
    /// None if the ticket ended.
    after: Option<Ticket>,
}

impl Branch {
    pub(super) fn undo(&self, rules: &Rules, counter: &CounterId, now: Timestamp) -> Result<Event, Refusal> {
        let known = self.known_counter(counter)?;
        let pressed = self.presses.get(counter).ok_or(Refusal::NothingToUndo)?;
        let Pressed { at, press, ticket, before, after } = pressed;
        let in_time = now <= at.saturating_add(rules.calling.undo).unwrap_or(Timestamp::MAX);
        let untouched = self.tickets.get(ticket) == after.as_ref();
        let counter_free = known.open && known.ticket.is_none_or(|at_counter| at_counter == *ticket);
        // While the ticket had ended, its number or its person's right to one may have gone to another.
        let number_free =
            after.is_some() || self.missed.contains_key(ticket) || !self.numbers.has(&before.number);
        let person_free =
            after.is_some() || before.person.is_none_or(|person| !self.persons.contains_key(&person));
        let service_known = rules.service(&before.service).is_some();
        if rules.calling.undo.is_zero()
            || !(in_time && untouched && counter_free && number_free && person_free && service_known)
        {
            return Err(Refusal::NothingToUndo);
        }
        Ok(Event::PressUndone { counter: counter.clone(), ticket: *ticket, press: *press })
    }

    /// What an event would take back, if it is a press at a counter and presses can be taken back.
    pub(super) fn press_of(&self, event: &Event, at: Timestamp) -> Option<(CounterId, Pressed)> {
        if self.rules.as_deref().is_none_or(|rules| rules.calling.undo.is_zero()) {
            return None;
        }
        let (counter, id, press) = press(event)?;
        let before = self.tickets.get(&id)?.clone();
        Some((counter.clone(), Pressed { at, press, ticket: id, before, after: None }))
    }

    /// Remembers a press, once it has had its effect.
    pub(super) fn remember(&mut self, counter: CounterId, mut pressed: Pressed) {
        self.forget_presses(pressed.ticket);
        pressed.after = self.tickets.get(&pressed.ticket).cloned();
        self.presses.insert(counter, pressed);
    }

    /// Forgets presses about a ticket with which the visit has gone on. That what stands is as after the
    /// press does not always tell: who missed one call may have come back and been done elsewhere.
    pub(super) fn forget_presses(&mut self, id: TicketId) {
        self.presses.retain(|_, pressed| pressed.ticket != id);
    }

    /// Makes ticket and counter as they were before the last press.
    pub(super) fn take_back(&mut self, counter: &CounterId, now: Timestamp) {
        let Some(Pressed { press, ticket: id, mut before, after, .. }) = self.presses.remove(counter) else {
            return;
        };
        match press {
            Press::Finish if after.is_none() => self.tally.served = self.tally.served.saturating_sub(1),
            Press::NoShow => self.tally.missed = self.tally.missed.saturating_sub(1),
            // The call was the first of the ticket, and is none any more.
            Press::Call if before.first_call.is_none() => {
                let call = after.as_ref().and_then(|after| after.first_call);
                if let Some(count) = call.and_then(|call| self.tally.of_first_call(call)) {
                    *count = count.saturating_sub(1);
                }
            }
            Press::Finish | Press::Call | Press::Start | Press::Transfer | Press::Park => {}
        }
        self.forget_missed(id);
        self.take(id);
        match &mut before.state {
            // The visitor is waited for anew.
            TicketState::Called { last, .. } => *last = now,
            TicketState::Ahead { counter, since } => {
                // The place near the counter may be another's by now.
                if self.counters.get(counter).is_none_or(|counter| !counter.open || counter.ahead.is_some()) {
                    before.state = TicketState::Waiting { since: *since };
                }
            }
            TicketState::Waiting { .. } | TicketState::Serving { .. } | TicketState::Parked { .. } => {}
        }
        before.bound =
            before.bound.filter(|bound| self.counters.get(bound).is_some_and(|counter| counter.open));
        self.put(id, before);
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is not named here is no press that can be taken back"
)]
fn press(event: &Event) -> Option<(&CounterId, TicketId, Press)> {
    Some(match event {
        Event::TicketCalled { counter, ticket, .. } => (counter, *ticket, Press::Call),
        Event::ServingStarted { counter, ticket } => (counter, *ticket, Press::Start),
        Event::TicketServed { counter, ticket, .. } => (counter, *ticket, Press::Finish),
        Event::LegServed { counter, ticket, .. } => (counter, *ticket, Press::Finish),
        Event::TicketMissed { counter, ticket } => (counter, *ticket, Press::NoShow),
        Event::TicketTransferred { counter, ticket, .. } => (counter, *ticket, Press::Transfer),
        Event::TicketParked { counter, ticket, .. } => (counter, *ticket, Press::Park),
        _ => return None,
    })
}
