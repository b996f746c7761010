//! What an officer does with the ticket at the counter.

use jiff::Timestamp;

use super::{
    Branch,
    call::calls,
    issue::{due, known_service},
};
use crate::{CounterId, Event, OutcomeId, Refusal, Remark, Rules, ServiceId, TicketId, TicketState};

impl Branch {
    pub(super) fn start(&self, counter: &CounterId, id: TicketId) -> Result<Event, Refusal> {
        calls(self.at_counter(counter, id)?)?;
        Ok(Event::ServingStarted { ticket: id, counter: counter.clone() })
    }

    pub(super) fn finish(
        &self,
        rules: &Rules,
        counter: &CounterId,
        id: TicketId,
        outcome: Option<&OutcomeId>,
    ) -> Result<Event, Refusal> {
        let ticket = self.at_counter(counter, id)?;
        if let Some(unknown) = outcome.filter(|outcome| rules.outcome(outcome).is_none()) {
            return Err(Refusal::UnknownOutcome(unknown.clone()));
        }
        let outcome = outcome.cloned();
        Ok(match ticket.legs.iter().find_map(|leg| rules.service(leg)) {
            None => Event::TicketServed { ticket: id, counter: counter.clone(), outcome },
            Some(next) => Event::LegServed {
                ticket: id,
                counter: counter.clone(),
                service: next.id.clone(),
                due: due(rules, next, &ticket.class, ticket.counts_from),
                outcome,
            },
        })
    }

    pub(super) fn add_note(
        &self,
        counter: &CounterId,
        id: TicketId,
        note: Option<&Remark>,
    ) -> Result<Event, Refusal> {
        self.at_counter(counter, id)?;
        Ok(Event::NoteAdded { ticket: id, counter: counter.clone(), note: note.cloned() })
    }

    pub(super) fn no_show(&self, rules: &Rules, counter: &CounterId, id: TicketId) -> Result<Event, Refusal> {
        let ticket = self.at_counter(counter, id)?;
        let (attempts, _) = calls(ticket)?;
        if rules.calling.calls_least.is_some_and(|least| attempts < least) {
            return Err(Refusal::CallAgainFirst(ticket.number.clone()));
        }
        Ok(Event::TicketMissed { ticket: id, counter: counter.clone() })
    }

    pub(super) fn come_back(&self, rules: &Rules, id: TicketId, now: Timestamp) -> Result<Event, Refusal> {
        let Some(missed) = self.missed.get(&id).filter(|missed| now <= missed.until) else {
            return Err(Refusal::NotMissed(self.living(id)?.number.clone()));
        };
        known_service(rules, &missed.ticket.service)?;
        self.without_ticket(missed.ticket.person)?;
        Ok(Event::TicketReturned { ticket: id })
    }

    pub(super) fn transfer(
        &self,
        rules: &Rules,
        counter: &CounterId,
        id: TicketId,
        service: Option<&ServiceId>,
        to: Option<&CounterId>,
        note: Option<&Remark>,
    ) -> Result<Event, Refusal> {
        let ticket = self.at_counter(counter, id)?;
        let due = match service {
            Some(service) => {
                let rule = known_service(rules, service)?;
                if ticket.service == *service && to.is_none() {
                    return Err(Refusal::SameService(ticket.number.clone()));
                }
                due(rules, rule, &ticket.class, ticket.counts_from)
            }
            None if to.is_none() => return Err(Refusal::NoDestination),
            None => ticket.due,
        };
        if let Some(to) = to {
            if to == counter {
                return Err(Refusal::SameCounter);
            }
            self.open_counter(to)?;
        }
        Ok(Event::TicketTransferred {
            ticket: id,
            counter: counter.clone(),
            service: service.unwrap_or(&ticket.service).clone(),
            due,
            to: to.cloned(),
            note: note.or(ticket.note.as_ref().filter(|_| ticket.note_goes_on)).cloned(),
        })
    }

    pub(super) fn park(
        &self,
        counter: &CounterId,
        id: TicketId,
        until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Event, Refusal> {
        self.at_counter(counter, id)?;
        if let Some(until) = until {
            self.later_today(until, now)?;
        }
        Ok(Event::TicketParked { ticket: id, counter: counter.clone(), until })
    }

    pub(super) fn resume(&self, id: TicketId) -> Result<Event, Refusal> {
        let ticket = self.living(id)?;
        match ticket.state {
            TicketState::Parked { .. } => Ok(Event::TicketResumed { ticket: id }),
            TicketState::Waiting { .. }
            | TicketState::Ahead { .. }
            | TicketState::Called { .. }
            | TicketState::Serving { .. } => Err(Refusal::NotParked(ticket.number.clone())),
        }
    }

    pub(super) fn later_today(&self, until: Timestamp, now: Timestamp) -> Result<(), Refusal> {
        if now < until && until < self.today.ends { Ok(()) } else { Err(Refusal::NotLaterToday) }
    }
}
