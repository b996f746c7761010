//! Taking in what was decided. Nothing is judged here, and nothing can fail.

use std::sync::Arc;

use jiff::{Timestamp, civil::Date};

use super::{Announcement, Branch, Counter, Notice, Pause, Tally, Today, day::ends};
use crate::{Booking, Event, FirstCall, OfficerId, Rules, Ticket, TicketId, TicketState};

impl Branch {
    /// Takes in an event that was decided on this state, at the time it was decided.
    pub fn apply(&mut self, event: &Event, at: Timestamp) {
        self.forget_long_missed(at);
        let press = self.press_of(event, at);
        self.take_in(event, at);
        if let Some((counter, press)) = press {
            self.remember(counter, press);
        }
    }

    fn take_in(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::RulesSet { rules } => self.take_rules(rules, at),
            Event::DayBegan { day, carry, left } => self.take_day(*day, *carry, *left, at),
            Event::DayClosed { end, ended } => {
                self.today.closed = true;
                self.today.extra = None;
                if *end {
                    self.end_all(|ticket| ends(&ticket.state));
                    self.tally.expired = self.tally.expired.saturating_add(*ended);
                }
            }
            Event::ExtraOpened { until, .. } => {
                self.today.extra = Some(*until);
                self.today.closed = false;
            }
            Event::AppointmentsSet { appointments } => {
                for appointment in appointments {
                    let booking = Booking { appointment: appointment.clone(), ticket: None };
                    self.bookings.insert(appointment.code.clone(), booking);
                }
            }
            Event::AppointmentCancelled { code } => {
                self.bookings.remove(code);
            }
            Event::TicketIssued {
                ticket,
                number,
                service,
                class,
                language,
                due,
                goes_next,
                legs,
                person,
                appointment,
                counts_from,
                remote,
                ahead: _,
                announced: _,
            } => {
                self.issued = self.issued.max(ticket.0);
                self.sequences.insert(service.clone(), number.sequence());
                self.tally.issued = self.tally.issued.saturating_add(1);
                match appointment {
                    Some(code) => {
                        if let Some(booking) = self.bookings.get_mut(code) {
                            booking.ticket = Some(*ticket);
                        }
                    }
                    None => {
                        let given = self.given.entry(service.clone()).or_default();
                        *given = given.saturating_add(1);
                    }
                }
                if let Some(phone) = person.filter(|_| *remote) {
                    let given = self.remote.entry(phone).or_default();
                    *given = given.saturating_add(1);
                }
                let fresh = Ticket {
                    number: number.clone(),
                    service: service.clone(),
                    class: class.clone(),
                    language: *language,
                    arrived: at,
                    counts_from: counts_from.unwrap_or(at),
                    due: *due,
                    goes_next: *goes_next,
                    legs: legs.clone(),
                    bound: None,
                    note: None,
                    note_goes_on: false,
                    gave_way: 0,
                    first_call: None,
                    person: *person,
                    state: TicketState::Waiting { since: at },
                };
                self.put(*ticket, fresh);
            }
            Event::TicketCalled { ticket, counter, .. } => {
                let first_call = self.count_first_call(*ticket, at);
                self.change(*ticket, |ticket| {
                    let counter = counter.clone();
                    ticket.note_goes_on = false;
                    ticket.first_call = ticket.first_call.or(first_call);
                    ticket.state = TicketState::Called { counter, since: at, last: at, attempts: 1 };
                });
            }
            Event::TicketCalledAhead { ticket, counter, .. } => self.change(*ticket, |ticket| {
                ticket.state = TicketState::Ahead { counter: counter.clone(), since: at };
            }),
            Event::TicketRecalled { ticket, attempt, .. } => self.change(*ticket, |ticket| {
                if let TicketState::Called { attempts, last, .. } = &mut ticket.state {
                    (*attempts, *last) = (*attempt, at);
                }
            }),
            Event::ServingStarted { ticket, counter } => self.change(*ticket, |ticket| {
                ticket.state = TicketState::Serving { counter: counter.clone(), since: at };
            }),
            Event::TicketServed { ticket, .. } => {
                self.tally.served = self.tally.served.saturating_add(1);
                self.take(*ticket);
            }
            Event::LegServed { ticket, service, due, .. } => self.change(*ticket, |ticket| {
                go_on(ticket, service);
                ticket.due = *due;
                ticket.bound = None;
                ticket.note = ticket.note.take().filter(|_| ticket.note_goes_on);
                ticket.note_goes_on = false;
                ticket.state = TicketState::Waiting { since: at };
            }),
            Event::NoteAdded { ticket, note, .. } => self.change(*ticket, |ticket| {
                ticket.note.clone_from(note);
                ticket.note_goes_on = note.is_some();
            }),
            Event::TicketMissed { ticket, .. } => {
                self.tally.missed = self.tally.missed.saturating_add(1);
                let grace = self.rules.as_deref().map(|rules| rules.calling.come_back).unwrap_or_default();
                if let Some(missed) = self.take(*ticket)
                    && !grace.is_zero()
                {
                    self.keep_missed(*ticket, missed, at.saturating_add(grace).unwrap_or(Timestamp::MAX));
                }
            }
            Event::TicketReturned { ticket } => {
                self.forget_presses(*ticket);
                if let Some(mut back) = self.forget_missed(*ticket) {
                    self.tally.missed = self.tally.missed.saturating_sub(1);
                    back.bound = back.bound.filter(|id| self.counters.get(id).is_some_and(|c| c.open));
                    back.state = TicketState::Waiting { since: at };
                    self.put(*ticket, back);
                }
            }
            Event::TicketTransferred { ticket, service, due, to, note, .. } => {
                self.change(*ticket, |ticket| {
                    // Sent to another counter for the same service, the visit is where it was.
                    if ticket.service != *service {
                        go_on(ticket, service);
                    }
                    ticket.due = *due;
                    ticket.bound.clone_from(to);
                    ticket.note.clone_from(note);
                    ticket.note_goes_on = false;
                    ticket.state = TicketState::Waiting { since: at };
                });
            }
            Event::TicketParked { ticket, until, .. } => self.change(*ticket, |ticket| {
                // Whoever comes back is called by any counter that is free.
                ticket.bound = None;
                ticket.state = TicketState::Parked { since: at, until: *until };
            }),
            Event::TicketResumed { ticket } | Event::TicketRequeued { ticket, .. } => self.wait(*ticket, at),
            Event::ClassChanged { ticket, class, due, goes_next, .. } => self.change(*ticket, |ticket| {
                ticket.class = class.clone();
                ticket.due = *due;
                ticket.goes_next = *goes_next;
            }),
            Event::TicketGaveWay { ticket, due, .. } => self.change(*ticket, |ticket| {
                ticket.due = *due;
                ticket.gave_way = ticket.gave_way.saturating_add(1);
            }),
            Event::TicketCancelled { ticket, .. } => {
                self.tally.cancelled = self.tally.cancelled.saturating_add(1);
                self.take(*ticket);
            }
            Event::PressUndone { counter, .. } => self.take_back(counter, at),
            Event::CounterOpened { counter } => {
                if let Some(counter) = self.counters.get_mut(counter) {
                    counter.open = true;
                }
            }
            Event::CounterClosed { counter } => {
                self.release(counter);
                if let Some(counter) = self.counters.get_mut(counter) {
                    counter.open = false;
                    counter.pause = None;
                    counter.officer = None;
                }
            }
            Event::CounterPaused { counter, reason } => {
                self.release(counter);
                if let Some(counter) = self.counters.get_mut(counter) {
                    counter.pause = Some(Pause { reason: *reason, since: at });
                }
            }
            Event::CounterResumed { counter } => {
                if let Some(counter) = self.counters.get_mut(counter) {
                    counter.pause = None;
                }
            }
            Event::OfficerSeated { counter, officer } => {
                if let Some(officer) = officer {
                    self.stand_up(officer);
                }
                if let Some(counter) = self.counters.get_mut(counter) {
                    counter.officer.clone_from(officer);
                }
            }
            Event::NoticePosted { notice, text, until } => {
                self.posted = self.posted.max(notice.0);
                self.notices.insert(*notice, Notice { text: text.clone(), until: *until });
            }
            Event::NoticeWithdrawn { notice } => {
                self.notices.remove(notice);
            }
            Event::Announced { announcement, sound, text, zones, urgent, planned, due } => {
                self.announced = self.announced.max(announcement.0);
                if *urgent {
                    let (sound, text, zones) = (sound.clone(), text.clone(), zones.clone());
                    self.urgent.insert(*announcement, Announcement { at, sound, text, zones });
                }
                if let Some(due) = due {
                    self.planned = (*due, planned.clone());
                }
            }
            Event::AnnouncementEnded { announcement } => {
                self.urgent.remove(announcement);
            }
            Event::CounterServicesChosen { counter, services, helps } => {
                if let Some(counter) = self.counters.get_mut(counter) {
                    counter.services.clone_from(services);
                    counter.helps.clone_from(helps);
                }
            }
        }
    }

    /// Counts the first call of a ticket, and says how it stood to the charter; none if it was called before.
    fn count_first_call(&mut self, id: TicketId, at: Timestamp) -> Option<FirstCall> {
        let ticket = self.tickets.get(&id).filter(|ticket| ticket.first_call.is_none())?;
        let service = self.rules.as_deref().and_then(|rules| rules.service(&ticket.service));
        let promise = service.and_then(|service| service.charter).and_then(|charter| charter.waiting);
        let call = ticket.held_against(promise, at);
        if let Some(count) = self.tally.of_first_call(call) {
            *count = count.saturating_add(1);
        }
        Some(call)
    }

    fn take_day(&mut self, day: Date, carry: bool, left: u32, at: Timestamp) {
        self.day = Some(day);
        self.sequences.clear();
        self.given.clear();
        self.remote.clear();
        self.presses.clear();
        self.notices.clear();
        self.urgent.clear();
        self.planned = (at, None);
        self.tally = Tally { carried: if carry { left } else { 0 }, ..Tally::default() };
        let missed: Vec<TicketId> = self.missed.keys().copied().collect();
        for id in missed {
            self.forget_missed(id);
        }
        if carry {
            let here: Vec<TicketId> = self.tickets.keys().copied().collect();
            for id in here {
                self.change(id, |ticket| {
                    if !matches!(ticket.state, TicketState::Waiting { .. }) {
                        ticket.state = TicketState::Waiting { since: at };
                    }
                });
            }
        } else {
            self.end_all(|_| true);
        }
        if let Some(rules) = self.rules.clone() {
            self.today = Today::of(&rules, day);
            let begun = rules.day_starts_at(day);
            self.bookings.retain(|_, booking| booking.appointment.at >= begun);
        }
    }

    /// Counters come and go with the rules. One that stays keeps what it does now; what it takes changes
    /// if the rules say something else about it than before.
    fn take_rules(&mut self, rules: &Arc<Rules>, at: Timestamp) {
        // Rules that take away a counter with somebody at it are refused; should a log hold such, the
        // visitor waits again, in the old place.
        let gone = |id: &crate::CounterId| rules.counter(id).is_none();
        let stranded: Vec<(TicketId, Timestamp)> = self
            .tickets
            .iter()
            .filter(|(_, ticket)| ticket.state.counter().is_some_and(gone))
            .map(|(id, ticket)| (*id, ticket.state.since()))
            .collect();
        for (id, since) in stranded {
            self.wait(id, since);
        }
        let without: Vec<_> = self.counters.keys().filter(|id| gone(id)).cloned().collect();
        for id in without {
            self.release(&id);
            self.counters.remove(&id);
            self.presses.remove(&id);
        }
        let old = self.rules.replace(rules.clone());
        for rule in &rules.counters {
            let counter = self.counters.entry(rule.id.clone()).or_default();
            let before = old.as_deref().and_then(|old| old.counter(&rule.id));
            let as_before =
                before.is_some_and(|before| before.services == rule.services && before.helps == rule.helps);
            let known = |service: &crate::ServiceId| rules.service(service).is_some();
            counter.services.retain(known);
            counter.helps.iter_mut().for_each(|tier| tier.retain(known));
            counter.helps.retain(|tier| !tier.is_empty());
            if !as_before || counter.services.is_empty() {
                counter.services.clone_from(&rule.services);
                counter.helps.clone_from(&rule.helps);
            }
        }
        if let Some(day) = self.day {
            let new_hours = old.is_none_or(|old| old.hours != rules.hours);
            let before = std::mem::replace(&mut self.today, Today::of(rules, day));
            self.today.extra = before.extra;
            self.today.closed = before.closed && !new_hours;
            // What new rules plan for hours that are over is not made up for.
            self.planned = self.planned.clone().max((at, None));
        }
        self.set_timers();
    }

    fn stand_up(&mut self, officer: &OfficerId) {
        let sits = |counter: &&mut Counter| counter.officer.as_ref() == Some(officer);
        for counter in self.counters.values_mut().filter(sits) {
            counter.officer = None;
        }
    }

    fn end_all(&mut self, ends: impl Fn(&Ticket) -> bool) {
        let over: Vec<_> =
            self.tickets.iter().filter(|(_, ticket)| ends(ticket)).map(|(id, _)| *id).collect();
        for id in over {
            self.take(id);
        }
    }
}

/// The visit goes on to a service; if that was planned, what was planned before it is left out.
fn go_on(ticket: &mut Ticket, service: &crate::ServiceId) {
    if let Some(leg) = ticket.legs.iter().position(|leg| leg == service) {
        ticket.legs.drain(..=leg);
    }
    ticket.service = service.clone();
}
