//! The living tickets and what is kept beside them: numbers, queues, persons, timers, who is at which
//! counter. All of it follows from the tickets, and changes only here.

use jiff::Timestamp;

use super::{Branch, Missed};
use crate::{Command, CounterId, Rules, Ticket, TicketId, TicketState, queue::Place};

/// The place of a ticket in a queue.
pub(super) fn place(id: TicketId, ticket: &Ticket) -> Place {
    Place { waits_its_turn: !ticket.goes_next, due: ticket.due, id }
}

impl Branch {
    /// Takes in a ticket, with all that follows from it.
    pub(super) fn put(&mut self, id: TicketId, ticket: Ticket) {
        self.numbers.take(&ticket.number);
        if let Some(person) = ticket.person {
            self.persons.insert(person, id);
        }
        if let TicketState::Waiting { .. } = ticket.state {
            self.queues.insert(&ticket.service, &ticket.class, ticket.bound.as_ref(), place(id, &ticket));
        }
        self.set_at_counter(&ticket.state, Some(id));
        self.tickets.insert(id, ticket);
        self.set_timer(id);
    }

    /// Takes out a ticket, with all that follows from it.
    pub(super) fn take(&mut self, id: TicketId) -> Option<Ticket> {
        self.clear_timer(id);
        let ticket = self.tickets.remove(&id)?;
        self.set_at_counter(&ticket.state, None);
        if let TicketState::Waiting { .. } = ticket.state {
            self.queues.remove(&ticket.service, &ticket.class, ticket.bound.as_ref(), place(id, &ticket));
        }
        if let Some(person) = &ticket.person {
            self.persons.remove(person);
        }
        self.numbers.give_back(&ticket.number);
        Some(ticket)
    }

    /// Changes a ticket, with all that follows from it.
    pub(super) fn change(&mut self, id: TicketId, change: impl FnOnce(&mut Ticket)) {
        if let Some(mut ticket) = self.take(id) {
            change(&mut ticket);
            self.put(id, ticket);
        }
    }

    /// Puts a ticket into the queue of its service.
    pub(super) fn wait(&mut self, id: TicketId, since: Timestamp) {
        self.change(id, |ticket| ticket.state = TicketState::Waiting { since });
    }

    /// Keeps a ticket that missed its call for as long as the visitor may come back.
    pub(super) fn keep_missed(&mut self, id: TicketId, ticket: Ticket, until: Timestamp) {
        self.numbers.take(&ticket.number);
        self.missed_until.insert((until, id));
        self.missed.insert(id, Missed { ticket, until });
    }

    /// Lets go of a ticket that missed its call.
    pub(super) fn forget_missed(&mut self, id: TicketId) -> Option<Ticket> {
        let missed = self.missed.remove(&id)?;
        self.missed_until.remove(&(missed.until, id));
        self.numbers.give_back(&missed.ticket.number);
        Some(missed.ticket)
    }

    /// Lets go of those who can no longer come back.
    pub(super) fn forget_long_missed(&mut self, now: Timestamp) {
        while let Some((until, id)) = self.missed_until.first().copied()
            && until < now
        {
            self.forget_missed(id);
        }
    }

    /// Lets go of whom a counter has called ahead, and of those whom it alone may call: also of such as another
    /// counter has picked meanwhile and may put back.
    pub(super) fn release(&mut self, counter: &CounterId) {
        if let Some(id) = self.counters.get(counter).and_then(|counter| counter.ahead)
            && let Some(since) = self.tickets.get(&id).map(|ticket| ticket.state.since())
        {
            self.wait(id, since);
        }
        let elsewhere = self.counters.values().flat_map(|other| [other.ticket, other.ahead]).flatten();
        let is_bound =
            |id: &TicketId| self.tickets.get(id).is_some_and(|ticket| ticket.bound.as_ref() == Some(counter));
        let bound: Vec<_> = self.queues.bound(counter).chain(elsewhere.filter(is_bound)).collect();
        for id in bound {
            self.change(id, |ticket| ticket.bound = None);
        }
    }

    /// When something happens to a ticket by itself, and what.
    pub(super) fn timer_of(&self, rules: &Rules, id: TicketId) -> Option<(Timestamp, Command)> {
        let ticket = self.tickets.get(&id)?;
        match &ticket.state {
            TicketState::Called { counter, last, attempts, .. } => {
                let rule = rules.calling.no_show.filter(|rule| *attempts >= rule.calls)?;
                let at = last.saturating_add(rule.after).unwrap_or(Timestamp::MAX);
                Some((at, Command::NoShow { counter: counter.clone(), ticket: id }))
            }
            TicketState::Parked { until, .. } => Some(((*until)?, Command::Resume { ticket: id })),
            TicketState::Waiting { .. } | TicketState::Ahead { .. } | TicketState::Serving { .. } => None,
        }
    }

    /// Sets all timers anew, after rules that change when they run out.
    pub(super) fn set_timers(&mut self) {
        self.timers.clear();
        let Some(rules) = self.rules.clone() else { return };
        let timers = self.tickets.keys().filter_map(|id| Some((self.timer_of(&rules, *id)?.0, *id)));
        self.timers = timers.collect();
    }

    fn set_timer(&mut self, id: TicketId) {
        if let Some(at) = self.rules.as_deref().and_then(|rules| Some(self.timer_of(rules, id)?.0)) {
            self.timers.insert((at, id));
        }
    }

    fn clear_timer(&mut self, id: TicketId) {
        if let Some(at) = self.rules.as_deref().and_then(|rules| Some(self.timer_of(rules, id)?.0)) {
            self.timers.remove(&(at, id));
        }
    }

    fn set_at_counter(&mut self, state: &TicketState, id: Option<TicketId>) {
        match state {
            TicketState::Called { counter, .. } | TicketState::Serving { counter, .. } => {
                if let Some(counter) = self.counters.get_mut(counter) {
                    counter.ticket = id;
                }
            }
            TicketState::Ahead { counter, .. } => {
                if let Some(counter) = self.counters.get_mut(counter) {
                    counter.ahead = id;
                }
            }
            TicketState::Waiting { .. } | TicketState::Parked { .. } => {}
        }
    }
}
