//! The day: when it begins and closes, what happens by itself, rules and appointments.

use std::sync::Arc;

use giliran_core::{
    Appointment, AppointmentCode, AtClose, Booking, Command, Counter, Event, Remark, Rules, ServiceId, Tally,
    TicketState,
};
use jiff::Timestamp;

use super::{Expected, Model, clock, service};

impl Model {
    /// What happens by itself next, and when.
    pub(super) fn next_by_itself(&self) -> Option<(Timestamp, Command)> {
        let rules = self.rules.as_deref()?;
        let Some(day) = self.day else { return Some((Timestamp::MIN, Command::BeginDay)) };
        let mut all = vec![(clock::ends(rules, day), Command::BeginDay)];
        all.extend(self.closes(rules).map(|at| (at, Command::CloseDay)));
        for (id, ticket) in &self.tickets {
            match &ticket.state {
                TicketState::Called { counter, last, attempts, .. } => {
                    if let Some(rule) = rules.calling.no_show
                        && *attempts >= rule.calls
                    {
                        all.push((
                            *last + rule.after,
                            Command::NoShow { counter: counter.clone(), ticket: *id },
                        ));
                    }
                }
                TicketState::Parked { until: Some(until), .. } => {
                    all.push((*until, Command::Resume { ticket: *id }));
                }
                TicketState::Waiting { .. }
                | TicketState::Ahead { .. }
                | TicketState::Serving { .. }
                | TicketState::Parked { until: None, .. } => {}
            }
        }
        for (id, notice) in &self.notices {
            all.extend(notice.until.map(|until| (until, Command::WithdrawNotice { notice: *id })));
        }
        all.extend(self.planned_by_itself(rules));
        // The first of those at the same moment: the day's end, then its close, then tickets and then notices by
        // their ids, then what is planned.
        let first = all.iter().map(|(at, _)| *at).min()?;
        all.into_iter().find(|(at, _)| *at == first)
    }

    /// When the office closes for the day, if it has not and will.
    pub(super) fn closes(&self, rules: &Rules) -> Option<Timestamp> {
        let hours = clock::hours(rules, self.day?)?;
        let last = hours.last().map(|(_, until)| *until);
        if self.closed { None } else { last.max(self.extra) }
    }

    /// Whether the doors are open.
    pub(super) fn doors_open(&self, rules: &Rules, now: Timestamp) -> bool {
        let hours = self.day.and_then(|day| clock::hours(rules, day));
        !self.closed
            && (self.extra.is_some_and(|until| now < until)
                || hours.is_none_or(|hours| hours.iter().any(|(from, until)| *from <= now && now < *until)))
    }

    /// Until when the doors that are open stay so; none if for good.
    fn open_until(&self, rules: &Rules, now: Timestamp) -> Option<Timestamp> {
        if let Some(extra) = self.extra.filter(|until| now < *until) {
            return Some(extra);
        }
        let hours = clock::hours(rules, self.day?)?;
        hours.iter().find(|(from, until)| *from <= now && now < *until).map(|(_, until)| *until)
    }

    /// Whether numbers of a service are still given out, the doors being open.
    pub(super) fn before_last_ticket(&self, rules: &Rules, id: &ServiceId, now: Timestamp) -> bool {
        if self.extra.is_some_and(|until| now < until) {
            return true;
        }
        let Some(day) = self.day else { return true };
        let before = rules.hours.as_ref().map(|hours| hours.last_ticket).unwrap_or_default();
        let closes = clock::hours(rules, day).and_then(|hours| hours.last().map(|(_, until)| *until));
        let own = service(rules, id).ok().and_then(|service| service.last_ticket);
        closes.is_none_or(|closes| now < closes - before)
            && own.is_none_or(|own| now < clock::moment(rules, day, own, true))
    }

    pub(super) fn numbers_left(&self, rules: &Rules, id: &ServiceId) -> Option<u32> {
        let quota = service(rules, id).ok()?.quota?;
        let given = self.given.iter().find(|(service, _)| service == id).map_or(0, |(_, given)| *given);
        Some(quota.saturating_sub(given))
    }

    pub(super) fn begin_day(&mut self, rules: &Rules, now: Timestamp) -> Expected {
        let day = clock::day_of(rules, now);
        if self.day >= Some(day) {
            return Err("day_has_begun");
        }
        let carry = at_close(rules) == AtClose::Carried;
        let left = self.tickets.len() as u32;
        self.day = Some(day);
        (self.closed, self.extra) = (false, None);
        self.last_numbers.clear();
        self.given.clear();
        self.phones.clear();
        self.presses.clear();
        self.notices.clear();
        self.urgent.clear();
        self.planned = Some((now, None));
        self.missed.clear();
        self.tally = Tally { carried: if carry { left } else { 0 }, ..Tally::default() };
        if !carry {
            self.tickets.clear();
        }
        for (_, ticket) in &mut self.tickets {
            if !matches!(ticket.state, TicketState::Waiting { .. }) {
                ticket.state = TicketState::Waiting { since: now };
            }
        }
        let begun = clock::begins(rules, day);
        self.bookings.retain(|booking| booking.appointment.at >= begun);
        Ok(Event::DayBegan { day, carry, left })
    }

    pub(super) fn close_day(&mut self, rules: &Rules) -> Expected {
        if self.closed {
            return Err("day_has_closed");
        }
        let end = at_close(rules) == AtClose::Ended;
        let before = self.tickets.len();
        if end {
            self.tickets.retain(|(_, ticket)| ticket.state.counter().is_some());
        }
        let ended = (before - self.tickets.len()) as u32;
        self.tally.expired += ended;
        (self.closed, self.extra) = (true, None);
        Ok(Event::DayClosed { end, ended })
    }

    pub(super) fn open_extra(
        &mut self,
        rules: &Rules,
        until: Timestamp,
        reason: &Remark,
        now: Timestamp,
    ) -> Expected {
        if !self.later_today(rules, until, now) {
            return Err("not_later_today");
        }
        // The office must not be open until then already.
        if self.doors_open(rules, now) && self.open_until(rules, now).is_none_or(|open| until <= open) {
            return Err("office_open");
        }
        (self.closed, self.extra) = (false, Some(until));
        Ok(Event::ExtraOpened { until, reason: reason.clone() })
    }

    pub(super) fn later_today(&self, rules: &Rules, at: Timestamp, now: Timestamp) -> bool {
        now < at && self.day.is_none_or(|day| at < clock::ends(rules, day))
    }

    pub(super) fn set_rules(&mut self, rules: &Arc<Rules>, now: Timestamp) -> Expected {
        let missing = |id: &ServiceId| service(rules, id).is_err();
        let here = self.tickets.iter().any(|(_, ticket)| {
            missing(&ticket.service)
                || ticket.legs.iter().any(missing)
                || ticket.state.counter().is_some_and(|id| rules.counter(id).is_none())
        });
        let expected = self
            .bookings
            .iter()
            .any(|booking| booking.ticket.is_none() && missing(&booking.appointment.service));
        if rules.check().is_err() || here || expected {
            return Err("unsound_rules");
        }
        let gone: Vec<_> = self.counters.iter().map(|(id, _)| id.clone()).collect();
        for id in gone.into_iter().filter(|id| rules.counter(id).is_none()) {
            self.lets_go(&id);
            self.counters.retain(|(counter, _)| *counter != id);
            self.presses.retain(|(counter, _)| *counter != id);
        }
        let old = self.rules.replace(rules.clone());
        for rule in &rules.counters {
            if self.known(&rule.id).is_err() {
                self.counters.push((rule.id.clone(), Counter::default()));
                self.counters.sort_by(|one, other| one.0.cmp(&other.0));
            }
            let before = old.as_ref().and_then(|old| old.counter(&rule.id));
            let same = before.is_some_and(|old| old.services == rule.services && old.helps == rule.helps);
            let Some(counter) = self.counter_mut(&rule.id) else { continue };
            // What was chosen last holds, as far as there is such a service, unless the rules say something new.
            counter.services.retain(|id| !missing(id));
            for tier in &mut counter.helps {
                tier.retain(|id| !missing(id));
            }
            counter.helps.retain(|tier| !tier.is_empty());
            if !same || counter.services.is_empty() {
                counter.services.clone_from(&rule.services);
                counter.helps.clone_from(&rule.helps);
            }
        }
        // New hours open an office that has closed by the old ones.
        if self.day.is_some() && old.is_none_or(|old| old.hours != rules.hours) {
            self.closed = false;
        }
        if self.day.is_some() {
            self.planned = self.planned.take().max(Some((now, None)));
        }
        Ok(Event::RulesSet { rules: rules.clone() })
    }

    pub(super) fn import(&mut self, rules: &Rules, appointments: &[Appointment]) -> Expected {
        let rule = rules.appointments.as_ref().ok_or("no_appointments")?;
        let begun = self.day.map_or(Timestamp::MIN, |day| clock::begins(rules, day));
        let sound = |appointment: &Appointment| {
            let Appointment { code, service: id, at, person } = appointment;
            let once = appointments.iter().filter(|other| other.code == *code).count() == 1;
            let person_known = service(rules, id).is_ok_and(|rule| !rule.one_per_person || person.is_some());
            let unused = !self.bookings.iter().any(|b| b.appointment.code == *code && b.ticket.is_some());
            once && person_known && unused && *at + rule.late >= begun
        };
        if appointments.is_empty() || appointments.len() > 2_000 || !appointments.iter().all(sound) {
            return Err("unsound_appointments");
        }
        for appointment in appointments {
            self.bookings.retain(|booking| booking.appointment.code != appointment.code);
            self.bookings.push(Booking { appointment: appointment.clone(), ticket: None });
        }
        self.bookings.sort_by(|one, other| one.appointment.code.cmp(&other.appointment.code));
        Ok(Event::AppointmentsSet { appointments: appointments.to_vec() })
    }

    pub(super) fn cancel_appointment(&mut self, code: &AppointmentCode) -> Expected {
        match self.bookings.iter().find(|booking| booking.appointment.code == *code) {
            None => Err("unknown_appointment"),
            Some(booking) if booking.ticket.is_some() => Err("appointment_used"),
            Some(_) => {
                self.bookings.retain(|booking| booking.appointment.code != *code);
                Ok(Event::AppointmentCancelled { code: code.clone() })
            }
        }
    }
}

fn at_close(rules: &Rules) -> AtClose {
    rules.hours.as_ref().map(|hours| hours.at_close).unwrap_or_default()
}
