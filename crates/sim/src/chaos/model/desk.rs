//! Counters: calling, and who works there.

use giliran_core::{
    CounterId, Event, OfficerId, Pause, PauseReason, Remark, Rules, ServiceId, TicketId, TicketState, Turn,
};
use jiff::Timestamp;

use super::{
    Expected, Model,
    queue::{place, takes},
    service,
};

impl Model {
    pub(super) fn call_next(&mut self, rules: &Rules, counter: &CounterId, now: Timestamp) -> Expected {
        self.may_call(counter)?;
        let id = self.next(rules, counter, now).ok_or("queue_empty")?;
        self.called(id, counter, Turn::Due, now)
    }

    pub(super) fn call_next_of(
        &mut self,
        rules: &Rules,
        counter: &CounterId,
        service: &ServiceId,
        now: Timestamp,
    ) -> Expected {
        self.may_call(counter)?;
        if !takes(self.known(counter)?).any(|taken| taken == service) {
            return Err("service_not_taken");
        }
        let id = self.first_of(service).ok_or("queue_empty")?;
        let in_turn = self.next(rules, counter, now) == Some(id);
        self.called(id, counter, if in_turn { Turn::Due } else { Turn::OfService }, now)
    }

    pub(super) fn call_ticket(
        &mut self,
        counter: &CounterId,
        id: TicketId,
        reason: &Remark,
        now: Timestamp,
    ) -> Expected {
        self.may_call(counter)?;
        let ticket = self.living(id)?;
        let may_be_called = match &ticket.state {
            TicketState::Waiting { .. } | TicketState::Parked { .. } => true,
            TicketState::Ahead { counter: near, .. } => near == counter,
            TicketState::Called { .. } | TicketState::Serving { .. } => false,
        };
        if !may_be_called {
            return Err("not_waiting");
        }
        let desk = self.known(counter)?;
        if ticket.bound.as_ref() != Some(counter) && !takes(desk).any(|taken| *taken == ticket.service) {
            return Err("service_not_taken");
        }
        let passed = takes(desk).map(|service| self.before(service, place(id, ticket))).sum();
        self.called(id, counter, Turn::Picked { reason: reason.clone(), passed }, now)
    }

    pub(super) fn call_ahead(&mut self, rules: &Rules, counter: &CounterId, now: Timestamp) -> Expected {
        if self.known_open(counter)?.pause.is_some() {
            return Err("counter_paused");
        }
        if rules.counter(counter).is_none_or(|rule| rule.ahead.is_none()) {
            return Err("no_place_ahead");
        }
        if self.ahead_of(counter).is_some() {
            return Err("ahead_taken");
        }
        let id = self.next(rules, counter, now).ok_or("queue_empty")?;
        let ticket = self.ticket_mut(id).ok_or("queue_empty")?;
        ticket.state = TicketState::Ahead { counter: counter.clone(), since: now };
        Ok(Event::TicketCalledAhead {
            ticket: id,
            counter: counter.clone(),
            number: ticket.number.clone(),
            service: ticket.service.clone(),
            language: ticket.language,
            arrived: ticket.arrived,
        })
    }

    fn may_call(&self, counter: &CounterId) -> Result<(), &'static str> {
        if self.known_free(counter)?.pause.is_some() { Err("counter_paused") } else { Ok(()) }
    }

    fn called(&mut self, id: TicketId, counter: &CounterId, turn: Turn, now: Timestamp) -> Expected {
        self.count_first_call(id, now);
        let ticket = self.ticket_mut(id).ok_or("queue_empty")?;
        ticket.note_goes_on = false;
        ticket.state = TicketState::Called { counter: counter.clone(), since: now, last: now, attempts: 1 };
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

    pub(super) fn open_counter(&mut self, id: &CounterId) -> Expected {
        if self.known(id)?.open {
            return Err("counter_open");
        }
        if let Some(counter) = self.counter_mut(id) {
            counter.open = true;
        }
        Ok(Event::CounterOpened { counter: id.clone() })
    }

    pub(super) fn close_counter(&mut self, id: &CounterId) -> Expected {
        self.known_free(id)?;
        self.lets_go(id);
        if let Some(counter) = self.counter_mut(id) {
            (counter.open, counter.pause, counter.officer) = (false, None, None);
        }
        Ok(Event::CounterClosed { counter: id.clone() })
    }

    pub(super) fn pause_counter(&mut self, id: &CounterId, reason: PauseReason, now: Timestamp) -> Expected {
        if self.known_free(id)?.pause.is_some() {
            return Err("counter_paused");
        }
        self.lets_go(id);
        if let Some(counter) = self.counter_mut(id) {
            counter.pause = Some(Pause { reason, since: now });
        }
        Ok(Event::CounterPaused { counter: id.clone(), reason })
    }

    pub(super) fn resume_counter(&mut self, id: &CounterId) -> Expected {
        if self.known_open(id)?.pause.is_none() {
            return Err("counter_not_paused");
        }
        if let Some(counter) = self.counter_mut(id) {
            counter.pause = None;
        }
        Ok(Event::CounterResumed { counter: id.clone() })
    }

    pub(super) fn seat(&mut self, id: &CounterId, officer: Option<&OfficerId>) -> Expected {
        if self.known(id)?.officer.as_ref() == officer {
            return Err("officer_there");
        }
        if let Some(officer) = officer {
            self.stands_up(officer);
        }
        if let Some(counter) = self.counter_mut(id) {
            counter.officer = officer.cloned();
        }
        Ok(Event::OfficerSeated { counter: id.clone(), officer: officer.cloned() })
    }

    pub(super) fn choose_services(
        &mut self,
        rules: &Rules,
        id: &CounterId,
        services: &[ServiceId],
        helps: Option<&[Vec<ServiceId>]>,
    ) -> Expected {
        let counter = self.known(id)?;
        for named in services.iter().chain(helps.into_iter().flatten().flatten()) {
            service(rules, named)?;
        }
        if services.is_empty() {
            return Err("no_services");
        }
        let mut own = services.to_vec();
        own.sort();
        own.dedup();
        // Each service once, in the highest tier that names it; a tier that is left with nothing goes.
        let mut named = own.clone();
        let mut tiers: Vec<Vec<ServiceId>> = Vec::new();
        for tier in helps.unwrap_or(&counter.helps) {
            let mut rest: Vec<ServiceId> = Vec::new();
            for service in tier {
                if !named.contains(service) {
                    named.push(service.clone());
                    rest.push(service.clone());
                }
            }
            if !rest.is_empty() {
                tiers.push(rest);
            }
        }
        if let Some(counter) = self.counter_mut(id) {
            counter.services.clone_from(&own);
            counter.helps.clone_from(&tiers);
        }
        Ok(Event::CounterServicesChosen { counter: id.clone(), services: own, helps: tiers })
    }
}
