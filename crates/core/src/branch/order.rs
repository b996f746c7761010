//! What the staff may change about a ticket's place. Each of these stands in the fair-order record.

use super::{Branch, issue::due};
use crate::{ClassId, Event, Refusal, Remark, Rules, TicketId, TicketState};

impl Branch {
    pub(super) fn requeue(&self, id: TicketId, reason: &Remark) -> Result<Event, Refusal> {
        let ticket = self.living(id)?;
        match &ticket.state {
            TicketState::Called { counter, .. } | TicketState::Ahead { counter, .. } => {
                Ok(Event::TicketRequeued { ticket: id, counter: counter.clone(), reason: reason.clone() })
            }
            TicketState::Serving { .. } => Err(Refusal::AlreadyServing(ticket.number.clone())),
            TicketState::Waiting { .. } | TicketState::Parked { .. } => {
                Err(Refusal::NotCalled(ticket.number.clone()))
            }
        }
    }

    pub(super) fn change_class(
        &self,
        rules: &Rules,
        id: TicketId,
        class: &ClassId,
        reason: &Remark,
    ) -> Result<Event, Refusal> {
        let ticket = self.living(id)?;
        let rule = rules.class(class).ok_or_else(|| Refusal::UnknownClass(class.clone()))?;
        if ticket.class == *class {
            return Err(Refusal::SameClass(ticket.number.clone()));
        }
        let service = rules.service(&ticket.service);
        Ok(Event::ClassChanged {
            ticket: id,
            from: ticket.class.clone(),
            class: class.clone(),
            due: service.map_or(ticket.due, |service| due(rules, service, class, ticket.counts_from)),
            goes_next: rule.goes_next,
            reason: reason.clone(),
        })
    }

    pub(super) fn cancel(&self, id: TicketId, reason: Option<&Remark>) -> Result<Event, Refusal> {
        let ticket = self.living(id)?;
        if ticket.state.counter().is_some() {
            return Err(Refusal::TicketAtCounter(ticket.number.clone()));
        }
        Ok(Event::TicketCancelled { ticket: id, reason: reason.cloned() })
    }
}
