//! The business day and the rules: beginning, closing, opening longer, and changing how it all works.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use super::{Branch, Opening};
use crate::{AtClose, Event, Fault, Faults, Refusal, Remark, Rules, TicketState};

impl Branch {
    pub(super) fn set_rules(&self, rules: &Arc<Rules>) -> Result<Event, Refusal> {
        rules.check().and_then(|()| self.fits(rules)).map_err(Refusal::UnsoundRules)?;
        Ok(Event::RulesSet { rules: rules.clone() })
    }

    pub(super) fn begin_day(&self, rules: &Rules, now: Timestamp) -> Result<Event, Refusal> {
        let day = rules.day_of(now);
        if self.day.is_some_and(|begun| begun >= day) {
            return Err(Refusal::DayHasBegun);
        }
        let left = u32::try_from(self.tickets.len()).unwrap_or(u32::MAX);
        Ok(Event::DayBegan { day, carry: at_close(rules) == AtClose::Carried, left })
    }

    pub(super) fn close_day(&self, rules: &Rules) -> Result<Event, Refusal> {
        if self.today.closed {
            return Err(Refusal::DayHasClosed);
        }
        let end = at_close(rules) == AtClose::Ended;
        let ended = if end { self.tickets.values().filter(|ticket| ends(&ticket.state)).count() } else { 0 };
        Ok(Event::DayClosed { end, ended: u32::try_from(ended).unwrap_or(u32::MAX) })
    }

    pub(super) fn open_extra(
        &self,
        until: Timestamp,
        reason: &Remark,
        now: Timestamp,
    ) -> Result<Event, Refusal> {
        let Some(rules) = &self.rules else { return Err(Refusal::NotConfigured) };
        self.later_today(until, now)?;
        match self.today.opening(rules, now) {
            Opening::Always => Err(Refusal::OfficeOpen),
            Opening::Open { until: open_until, .. } if until <= open_until => Err(Refusal::OfficeOpen),
            Opening::Open { .. } | Opening::Closed { .. } => {
                Ok(Event::ExtraOpened { until, reason: reason.clone() })
            }
        }
    }

    /// When the present day began.
    pub(super) fn begun(&self, rules: &Rules) -> Timestamp {
        self.day.map_or(Timestamp::MIN, |day| rules.day_starts_at(day))
    }

    /// Whether nobody who is here, or is expected, is left without a service or a counter by new rules.
    fn fits(&self, rules: &Rules) -> Result<(), Faults> {
        let mut left: BTreeMap<String, u32> = BTreeMap::new();
        for ticket in self.tickets.values() {
            let planned = std::iter::once(&ticket.service).chain(&ticket.legs);
            for service in planned.filter(|service| rules.service(service).is_none()) {
                *left.entry(format!("service.{service}")).or_default() += 1;
            }
            if let Some(counter) = ticket.state.counter()
                && rules.counter(counter).is_none()
            {
                *left.entry(format!("counter.{counter}")).or_default() += 1;
            }
        }
        for booking in self.bookings.values().filter(|booking| booking.ticket.is_none()) {
            let service = &booking.appointment.service;
            if rules.service(service).is_none() {
                *left.entry(format!("service.{service}")).or_default() += 1;
            }
        }
        if left.is_empty() {
            return Ok(());
        }
        let fault = |(at, people)| Fault { at, what: format!("can't go yet, {people} still here for it") };
        Err(Faults(left.into_iter().map(fault).collect()))
    }
}

fn at_close(rules: &Rules) -> AtClose {
    rules.hours.as_ref().map(|hours| hours.at_close).unwrap_or_default()
}

/// Whether a ticket that stands there ends with the office's hours: not if a counter has it.
pub(super) fn ends(state: &TicketState) -> bool {
    state.counter().is_none()
}
