//! Who waits, in which order, and who is next.

use giliran_core::{ClassId, Counter, CounterId, Rules, ServiceId, Ticket, TicketId, TicketState};
use jiff::Timestamp;

use super::Model;

/// The order of every queue: whoever goes next, then by due time, then by order of arrival.
pub type Place = (bool, Timestamp, TicketId);

pub fn place(id: TicketId, ticket: &Ticket) -> Place {
    (!ticket.goes_next, ticket.due, id)
}

pub fn takes(counter: &Counter) -> impl Iterator<Item = &ServiceId> {
    counter.services.iter().chain(counter.helps.iter().flatten())
}

impl Model {
    pub(super) fn waiting(&self) -> impl Iterator<Item = (TicketId, &Ticket)> {
        let waits = |(_, ticket): &&(TicketId, Ticket)| matches!(ticket.state, TicketState::Waiting { .. });
        self.tickets.iter().filter(waits).map(|(id, ticket)| (*id, ticket))
    }

    /// Whoever is first of those that any counter may call, for some services and of some classes.
    fn first(&self, services: &[ServiceId], classes: Option<&[ClassId]>) -> Option<Place> {
        self.waiting()
            .filter(|(_, ticket)| ticket.bound.is_none() && services.contains(&ticket.service))
            .filter(|(_, ticket)| classes.is_none_or(|classes| classes.contains(&ticket.class)))
            .map(|(id, ticket)| place(id, ticket))
            .min()
    }

    pub(super) fn first_of(&self, service: &ServiceId) -> Option<TicketId> {
        self.first(std::slice::from_ref(service), None).map(|(_, _, id)| id)
    }

    fn first_bound(&self, counter: &CounterId) -> Option<Place> {
        let bound = self.waiting().filter(|(_, ticket)| ticket.bound.as_ref() == Some(counter));
        bound.map(|(id, ticket)| place(id, ticket)).min()
    }

    /// How many that any counter may call stand before a place in the queue of a service.
    pub(super) fn before(&self, service: &ServiceId, before: Place) -> u32 {
        let open = self.waiting().filter(|(_, ticket)| ticket.bound.is_none() && ticket.service == *service);
        open.filter(|(id, ticket)| place(*id, ticket) < before).count() as u32
    }

    /// Whom a counter has called ahead.
    pub(super) fn ahead_of(&self, counter: &CounterId) -> Option<TicketId> {
        let ahead = self.tickets.iter().find(
            |(_, ticket)| matches!(&ticket.state, TicketState::Ahead { counter: near, .. } if near == counter),
        );
        ahead.map(|(id, _)| *id)
    }

    /// Who is next for a counter.
    pub(super) fn next(&self, rules: &Rules, id: &CounterId, now: Timestamp) -> Option<TicketId> {
        let counter = self.known(id).ok()?;
        // An emergency that the counter takes, in any tier.
        let all: Vec<ServiceId> = takes(counter).cloned().collect();
        let first = self.first(&all, None).into_iter().chain(self.first_bound(id)).min();
        if let Some((false, _, urgent)) = first {
            return Some(urgent);
        }
        if let Some(ahead) = self.ahead_of(id) {
            return Some(ahead);
        }
        let rule = rules.counter(id);
        let kept_for = rule.map(|rule| rule.reserved.as_slice()).filter(|classes| !classes.is_empty());
        let Some(kept_for) = kept_for else { return self.by_tiers(rules, id, counter, None, now) };
        let theirs = self.by_tiers(rules, id, counter, Some(kept_for), now);
        let others_too = rule.is_none_or(|rule| rule.others_when_idle);
        if theirs.is_none() && others_too { self.by_tiers(rules, id, counter, None, now) } else { theirs }
    }

    /// Own services first. A tier that is helped comes when nobody waits for those before it, or when its first
    /// is due within the time to help before and stands before theirs.
    fn by_tiers(
        &self,
        rules: &Rules,
        id: &CounterId,
        counter: &Counter,
        classes: Option<&[ClassId]>,
        now: Timestamp,
    ) -> Option<TicketId> {
        let mut best = self.first(&counter.services, classes).into_iter().chain(self.first_bound(id)).min();
        for tier in &counter.helps {
            if let Some(help) = self.first(tier, classes) {
                let soon_due = help.1 <= now + rules.calling.help_before;
                if best.is_none_or(|best| soon_due && help < best) {
                    best = Some(help);
                }
            }
        }
        best.map(|(_, _, id)| id)
    }

    /// A counter that calls no more lets go of whom it has called ahead, and of everybody that only it may call.
    pub(super) fn lets_go(&mut self, counter: &CounterId) {
        for (_, ticket) in &mut self.tickets {
            if let TicketState::Ahead { counter: near, since } = &ticket.state
                && near == counter
            {
                ticket.state = TicketState::Waiting { since: *since };
            }
            if ticket.bound.as_ref() == Some(counter) {
                ticket.bound = None;
            }
        }
    }
}
