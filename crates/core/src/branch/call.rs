//! Calling: whoever is next, somebody in particular, again, or ahead.

use jiff::Timestamp;

use super::{Branch, Counter, tickets::place};
use crate::{CounterId, Event, Refusal, Remark, Rules, ServiceId, Ticket, TicketId, TicketState, Turn};

impl Branch {
    pub(super) fn call_next(
        &self,
        rules: &Rules,
        counter: &CounterId,
        now: Timestamp,
    ) -> Result<Event, Refusal> {
        self.calling_counter(counter)?;
        let id = self.next_for(rules, counter, now).ok_or(Refusal::QueueEmpty)?;
        self.called(id, counter, Turn::Due)
    }

    pub(super) fn call_next_of(
        &self,
        rules: &Rules,
        counter: &CounterId,
        service: &ServiceId,
        now: Timestamp,
    ) -> Result<Event, Refusal> {
        taken(self.calling_counter(counter)?, service)?;
        let id = self.queues.first(service, None).ok_or(Refusal::QueueEmpty)?.id;
        let in_turn = self.next_for(rules, counter, now) == Some(id);
        self.called(id, counter, if in_turn { Turn::Due } else { Turn::OfService })
    }

    pub(super) fn call_ticket(
        &self,
        counter: &CounterId,
        id: TicketId,
        reason: &Remark,
    ) -> Result<Event, Refusal> {
        let takes = self.calling_counter(counter)?;
        let ticket = self.living(id)?;
        match &ticket.state {
            TicketState::Waiting { .. } | TicketState::Parked { .. } => {}
            TicketState::Ahead { counter: near, .. } if near == counter => {}
            TicketState::Ahead { .. } | TicketState::Called { .. } | TicketState::Serving { .. } => {
                return Err(Refusal::NotWaiting(ticket.number.clone()));
            }
        }
        if ticket.bound.as_ref() != Some(counter) {
            taken(takes, &ticket.service)?;
        }
        let place = place(id, ticket);
        let passed: usize = takes.takes().map(|service| self.queues.before(service, place)).sum();
        let passed = u32::try_from(passed).unwrap_or(u32::MAX);
        self.called(id, counter, Turn::Picked { reason: reason.clone(), passed })
    }

    pub(super) fn call_ahead(
        &self,
        rules: &Rules,
        counter: &CounterId,
        now: Timestamp,
    ) -> Result<Event, Refusal> {
        let calling = self.open_counter(counter)?;
        not_paused(calling)?;
        if rules.counter(counter).is_none_or(|rule| rule.ahead.is_none()) {
            return Err(Refusal::NoPlaceAhead);
        }
        if let Some(id) = calling.ahead {
            return Err(Refusal::AheadTaken(self.living(id)?.number.clone()));
        }
        let id = self.next_for(rules, counter, now).ok_or(Refusal::QueueEmpty)?;
        let ticket = self.living(id)?;
        Ok(Event::TicketCalledAhead {
            ticket: id,
            counter: counter.clone(),
            number: ticket.number.clone(),
            service: ticket.service.clone(),
            language: ticket.language,
            arrived: ticket.arrived,
        })
    }

    pub(super) fn recall(
        &self,
        rules: &Rules,
        counter: &CounterId,
        id: TicketId,
        now: Timestamp,
    ) -> Result<Event, Refusal> {
        let ticket = self.at_counter(counter, id)?;
        let (attempts, last) = calls(ticket)?;
        if rules.calling.calls_most.is_some_and(|most| attempts >= most) {
            return Err(Refusal::CalledEnough(ticket.number.clone()));
        }
        if now < last.saturating_add(rules.calling.interval).unwrap_or(Timestamp::MAX) {
            return Err(Refusal::TooSoon(ticket.number.clone()));
        }
        Ok(Event::TicketRecalled {
            ticket: id,
            counter: counter.clone(),
            number: ticket.number.clone(),
            service: ticket.service.clone(),
            language: ticket.language,
            attempt: attempts.saturating_add(1),
        })
    }

    fn called(&self, id: TicketId, counter: &CounterId, turn: Turn) -> Result<Event, Refusal> {
        let ticket = self.living(id)?;
        Ok(Event::TicketCalled {
            ticket: id,
            counter: counter.clone(),
            number: ticket.number.clone(),
            service: ticket.service.clone(),
            language: ticket.language,
            arrived: ticket.arrived,
            turn,
        })
    }

    /// The counter, if it may call somebody now.
    fn calling_counter(&self, id: &CounterId) -> Result<&Counter, Refusal> {
        let counter = self.free_counter(id)?;
        not_paused(counter)?;
        Ok(counter)
    }
}

fn not_paused(counter: &Counter) -> Result<(), Refusal> {
    if counter.pause.is_some() { Err(Refusal::CounterPaused) } else { Ok(()) }
}

fn taken(counter: &Counter, service: &ServiceId) -> Result<(), Refusal> {
    if counter.takes().any(|taken| taken == service) {
        Ok(())
    } else {
        Err(Refusal::ServiceNotTaken(service.clone()))
    }
}

/// How often the ticket was called and when for the last time; refused once it is served.
pub(super) fn calls(ticket: &Ticket) -> Result<(u16, Timestamp), Refusal> {
    match &ticket.state {
        TicketState::Called { attempts, last, .. } => Ok((*attempts, *last)),
        TicketState::Serving { .. }
        | TicketState::Waiting { .. }
        | TicketState::Ahead { .. }
        | TicketState::Parked { .. } => Err(Refusal::AlreadyServing(ticket.number.clone())),
    }
}
