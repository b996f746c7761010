//! A ticket's way: given out, called again, served, sent on, parked, missed, void.

use giliran_core::{
    Appointment, AppointmentCode, ClassId, ClassRule, Command, CounterId, Event, Language, Missed, OutcomeId,
    PersonKey, Remark, Rules, ServiceId, ServiceRule, Ticket, TicketId, TicketState, TooLate, WaitRange,
};
use jiff::Timestamp;

use super::{Expected, Model, number, queue::place, service};

struct Fresh<'a> {
    service: &'a ServiceRule,
    class: &'a ClassRule,
    language: Language,
    announced: Option<WaitRange>,
    legs: Vec<ServiceId>,
    person: Option<PersonKey>,
    code: Option<AppointmentCode>,
    counts_from: Option<Timestamp>,
    remote: bool,
}

impl Model {
    pub(super) fn issue(&mut self, rules: &Rules, command: &Command, now: Timestamp) -> Expected {
        let Command::IssueTicket { service: id, class, language, announced, legs, person } = command else {
            return Err("no_such_command");
        };
        let rule = service(rules, id)?;
        let class = match class {
            None => rules.classes.first().ok_or("not_configured")?,
            Some(class) => rules.class(class).ok_or("unknown_class")?,
        };
        let wanted_legs = legs.is_some();
        let legs: Vec<ServiceId> = match legs {
            None => rule.then.clone(),
            Some(legs) if legs.len() > 16 => return Err("too_many_legs"),
            Some(legs) => legs.clone(),
        };
        for leg in &legs {
            service(rules, leg)?;
        }
        // Whoever names a service twice running means one visit to it.
        let mut legs = legs;
        if wanted_legs {
            legs.insert(0, id.clone());
            legs.dedup();
            legs.remove(0);
        }
        if !self.doors_open(rules, now) {
            return Err("office_closed");
        }
        if !self.before_last_ticket(rules, id, now) {
            return Err("after_last_ticket");
        }
        if self.numbers_left(rules, id) == Some(0) {
            return Err("quota_used");
        }
        let person = self.who(rule, *person)?;
        let (language, announced) = (*language, *announced);
        self.give_out(
            rules,
            Fresh {
                service: rule,
                class,
                language,
                announced,
                legs,
                person,
                code: None,
                counts_from: None,
                remote: false,
            },
            now,
        )
    }

    pub(super) fn issue_remotely(&mut self, rules: &Rules, command: &Command, now: Timestamp) -> Expected {
        let Command::IssueRemotely { service: id, language, announced, person } = command else {
            return Err("no_such_command");
        };
        let offered = rules.remote.ok_or("remote_not_offered")?;
        let rule = service(rules, id)?;
        let class = rules.classes.first().ok_or("not_configured")?;
        if !self.doors_open(rules, now) {
            return Err("office_closed");
        }
        if !self.before_last_ticket(rules, id, now) {
            return Err("after_last_ticket");
        }
        if self.numbers_left(rules, id) == Some(0) {
            return Err("quota_used");
        }
        if self.person_has_ticket(Some(*person)) {
            return Err("has_ticket");
        }
        let had = self.phones.iter().filter(|phone| *phone == person).count();
        if had >= offered.most_per_day as usize {
            return Err("remote_used_up");
        }
        let fresh = Fresh {
            service: rule,
            class,
            language: *language,
            announced: *announced,
            legs: rule.then.clone(),
            person: Some(*person),
            code: None,
            counts_from: None,
            remote: true,
        };
        let issued = self.give_out(rules, fresh, now)?;
        self.phones.push(*person);
        Ok(issued)
    }

    pub(super) fn check_in(&mut self, rules: &Rules, command: &Command, now: Timestamp) -> Expected {
        let Command::CheckIn { code, language, announced } = command else { return Err("no_such_command") };
        let rule = rules.appointments.as_ref().ok_or("no_appointments")?;
        let booking = self.bookings.iter().find(|booking| booking.appointment.code == *code);
        let booking = booking.ok_or("unknown_appointment")?;
        if booking.ticket.is_some() {
            return Err("appointment_used");
        }
        let Appointment { service: id, at, person, .. } = booking.appointment.clone();
        let wanted = service(rules, &id)?;
        if !self.doors_open(rules, now) {
            return Err("office_closed");
        }
        if now < at - rule.early {
            return Err("too_early");
        }
        let late = now > at + rule.late;
        if late && rule.too_late == TooLate::Refused {
            return Err("too_late");
        }
        let class = if late { rules.classes.first() } else { rules.class(&rule.class) };
        let class = class.ok_or("unknown_class")?;
        let person = self.who(wanted, person)?;
        self.give_out(
            rules,
            Fresh {
                service: wanted,
                class,
                language: *language,
                announced: *announced,
                legs: wanted.then.clone(),
                person,
                code: Some(code.clone()),
                counts_from: if late { None } else { Some(at) },
                remote: false,
            },
            now,
        )
    }

    fn give_out(&mut self, rules: &Rules, fresh: Fresh<'_>, now: Timestamp) -> Expected {
        let Fresh { service, class, language, announced, legs, person, code, counts_from, remote } = fresh;
        let series = &service.series;
        let last_given = self.last_numbers.iter().find(|(id, _)| *id == service.id).map(|(_, n)| *n);
        let next = match last_given {
            Some(last) if last >= series.first && last < series.last => last + 1,
            _ => series.first,
        };
        // On from the last one, and round to the first.
        let round = (next..=series.last).chain(series.first..=series.last);
        let free = |n: &u16| !series.skip.contains(n) && !self.in_use(&series.letters, *n);
        let sequence = round.into_iter().find(free).ok_or("numbers_exhausted")?;
        let number = number(&series.letters, sequence, series.width)?;

        let id = TicketId(self.issued + 1);
        let from = counts_from.unwrap_or(now);
        let ticket = Ticket {
            number: number.clone(),
            service: service.id.clone(),
            class: class.id.clone(),
            language,
            arrived: now,
            counts_from: from,
            due: from + rules.allowance(service, class),
            goes_next: class.goes_next,
            legs: legs.clone(),
            bound: None,
            note: None,
            note_goes_on: false,
            gave_way: 0,
            first_call: None,
            person,
            state: TicketState::Waiting { since: now },
        };
        let ahead = self.before(&service.id, place(id, &ticket));
        let (due, goes_next) = (ticket.due, ticket.goes_next);
        self.issued = id.0;
        self.tally.issued += 1;
        self.last_numbers.retain(|(other, _)| *other != service.id);
        self.last_numbers.push((service.id.clone(), sequence));
        match &code {
            Some(code) => {
                for booking in self.bookings.iter_mut().filter(|b| b.appointment.code == *code) {
                    booking.ticket = Some(id);
                }
            }
            None => match self.given.iter_mut().find(|(other, _)| *other == service.id) {
                Some((_, given)) => *given += 1,
                None => self.given.push((service.id.clone(), 1)),
            },
        }
        self.add(id, ticket);
        Ok(Event::TicketIssued {
            ticket: id,
            number,
            service: service.id.clone(),
            class: class.id.clone(),
            language,
            due,
            ahead,
            announced,
            goes_next,
            legs,
            person,
            appointment: code,
            counts_from,
            remote,
        })
    }

    /// The person, where the service asks for one.
    fn who(&self, rule: &ServiceRule, person: Option<PersonKey>) -> Result<Option<PersonKey>, &'static str> {
        if !rule.one_per_person {
            return Ok(None);
        }
        let person = person.ok_or("person_needed")?;
        if self.person_has_ticket(Some(person)) { Err("has_ticket") } else { Ok(Some(person)) }
    }

    pub(super) fn recall(
        &mut self,
        rules: &Rules,
        counter: &CounterId,
        id: TicketId,
        now: Timestamp,
    ) -> Expected {
        let (calls, before) = called(self.has(counter, id)?)?;
        if rules.calling.calls_most.is_some_and(|most| calls >= most) {
            return Err("called_enough");
        }
        if now < before + rules.calling.interval {
            return Err("too_soon");
        }
        let attempt = calls + 1;
        let ticket = self.ticket_mut(id).ok_or("ticket_ended")?;
        if let TicketState::Called { last, attempts, .. } = &mut ticket.state {
            (*last, *attempts) = (now, attempt);
        }
        Ok(Event::TicketRecalled {
            ticket: id,
            counter: counter.clone(),
            number: ticket.number.clone(),
            service: ticket.service.clone(),
            language: ticket.language,
            attempt,
        })
    }

    pub(super) fn start(&mut self, counter: &CounterId, id: TicketId, now: Timestamp) -> Expected {
        called(self.has(counter, id)?)?;
        if let Some(ticket) = self.ticket_mut(id) {
            ticket.state = TicketState::Serving { counter: counter.clone(), since: now };
        }
        Ok(Event::ServingStarted { ticket: id, counter: counter.clone() })
    }

    pub(super) fn finish(
        &mut self,
        rules: &Rules,
        counter: &CounterId,
        id: TicketId,
        outcome: Option<&OutcomeId>,
        now: Timestamp,
    ) -> Expected {
        let ticket = self.has(counter, id)?;
        if outcome.is_some_and(|outcome| !rules.outcomes.iter().any(|known| known.id == *outcome)) {
            return Err("unknown_outcome");
        }
        let outcome = outcome.cloned();
        let Some(next) = ticket.legs.first().cloned() else {
            self.tally.served += 1;
            self.remove(id);
            return Ok(Event::TicketServed { ticket: id, counter: counter.clone(), outcome });
        };
        let due = due(rules, &next, ticket)?;
        if let Some(ticket) = self.ticket_mut(id) {
            ticket.legs.remove(0);
            ticket.service.clone_from(&next);
            ticket.due = due;
            ticket.bound = None;
            // What was written down here goes on; what came with the ticket has been read.
            if !ticket.note_goes_on {
                ticket.note = None;
            }
            ticket.note_goes_on = false;
            ticket.state = TicketState::Waiting { since: now };
        }
        Ok(Event::LegServed { ticket: id, counter: counter.clone(), service: next, due, outcome })
    }

    pub(super) fn add_note(&mut self, counter: &CounterId, id: TicketId, note: Option<&Remark>) -> Expected {
        self.has(counter, id)?;
        if let Some(ticket) = self.ticket_mut(id) {
            ticket.note = note.cloned();
            ticket.note_goes_on = note.is_some();
        }
        Ok(Event::NoteAdded { ticket: id, counter: counter.clone(), note: note.cloned() })
    }

    pub(super) fn no_show(
        &mut self,
        rules: &Rules,
        counter: &CounterId,
        id: TicketId,
        now: Timestamp,
    ) -> Expected {
        let (calls, _) = called(self.has(counter, id)?)?;
        if rules.calling.calls_least.is_some_and(|least| calls < least) {
            return Err("call_again_first");
        }
        self.tally.missed += 1;
        if let Some(ticket) = self.remove(id)
            && !rules.calling.come_back.is_zero()
        {
            self.missed.push((id, Missed { ticket, until: now + rules.calling.come_back }));
            self.missed.sort_by_key(|(id, _)| *id);
        }
        Ok(Event::TicketMissed { ticket: id, counter: counter.clone() })
    }

    pub(super) fn come_back(&mut self, rules: &Rules, id: TicketId, now: Timestamp) -> Expected {
        let missed = self.missed.iter().find(|(missed, missing)| *missed == id && now <= missing.until);
        let Some(mut ticket) = missed.map(|(_, missed)| missed.ticket.clone()) else {
            return Err(self.living(id).map_or_else(|gone| gone, |_| "not_missed"));
        };
        service(rules, &ticket.service)?;
        if self.person_has_ticket(ticket.person) {
            return Err("has_ticket");
        }
        if ticket.bound.as_ref().is_some_and(|bound| !self.is_open(bound)) {
            ticket.bound = None;
        }
        ticket.state = TicketState::Waiting { since: now };
        self.tally.missed -= 1;
        self.missed.retain(|(missed, _)| *missed != id);
        self.add(id, ticket);
        // Something has happened to the ticket since it was missed: that can't be taken back any more.
        self.forget_presses_about(id);
        Ok(Event::TicketReturned { ticket: id })
    }

    pub(super) fn transfer(
        &mut self,
        rules: &Rules,
        (counter, id): (&CounterId, TicketId),
        wanted: Option<&ServiceId>,
        to: Option<&CounterId>,
        note: Option<&Remark>,
        now: Timestamp,
    ) -> Expected {
        let ticket = self.has(counter, id)?;
        let due = match wanted {
            None if to.is_none() => return Err("no_destination"),
            None => ticket.due,
            Some(wanted) => {
                service(rules, wanted)?;
                if ticket.service == *wanted && to.is_none() {
                    return Err("same_service");
                }
                due(rules, wanted, ticket)?
            }
        };
        if let Some(to) = to {
            if to == counter {
                return Err("same_counter");
            }
            self.known_open(to)?;
        }
        let goes_to = wanted.unwrap_or(&ticket.service).clone();
        let written_here = if ticket.note_goes_on { ticket.note.clone() } else { None };
        let note = note.cloned().or(written_here);
        if let Some(ticket) = self.ticket_mut(id) {
            // If that was planned, what was planned before it is left out. Who stays with the service keeps all.
            if goes_to != ticket.service
                && let Some(planned) = ticket.legs.iter().position(|leg| *leg == goes_to)
            {
                ticket.legs = ticket.legs.split_off(planned + 1);
            }
            ticket.service.clone_from(&goes_to);
            ticket.due = due;
            ticket.bound = to.cloned();
            ticket.note.clone_from(&note);
            ticket.note_goes_on = false;
            ticket.state = TicketState::Waiting { since: now };
        }
        Ok(Event::TicketTransferred {
            ticket: id,
            counter: counter.clone(),
            service: goes_to,
            due,
            to: to.cloned(),
            note,
        })
    }

    pub(super) fn park(
        &mut self,
        rules: &Rules,
        counter: &CounterId,
        id: TicketId,
        until: Option<Timestamp>,
        now: Timestamp,
    ) -> Expected {
        self.has(counter, id)?;
        if until.is_some_and(|until| !self.later_today(rules, until, now)) {
            return Err("not_later_today");
        }
        if let Some(ticket) = self.ticket_mut(id) {
            ticket.bound = None;
            ticket.state = TicketState::Parked { since: now, until };
        }
        Ok(Event::TicketParked { ticket: id, counter: counter.clone(), until })
    }

    pub(super) fn resume(&mut self, id: TicketId, now: Timestamp) -> Expected {
        if !matches!(self.living(id)?.state, TicketState::Parked { .. }) {
            return Err("not_parked");
        }
        self.waits_again(id, now);
        Ok(Event::TicketResumed { ticket: id })
    }

    pub(super) fn requeue(&mut self, id: TicketId, reason: &Remark, now: Timestamp) -> Expected {
        let counter = match &self.living(id)?.state {
            TicketState::Called { counter, .. } | TicketState::Ahead { counter, .. } => counter.clone(),
            TicketState::Serving { .. } => return Err("already_serving"),
            TicketState::Waiting { .. } | TicketState::Parked { .. } => return Err("not_called"),
        };
        self.waits_again(id, now);
        Ok(Event::TicketRequeued { ticket: id, counter, reason: reason.clone() })
    }

    fn waits_again(&mut self, id: TicketId, now: Timestamp) {
        if let Some(ticket) = self.ticket_mut(id) {
            ticket.state = TicketState::Waiting { since: now };
        }
    }

    pub(super) fn change_class(
        &mut self,
        rules: &Rules,
        id: TicketId,
        class: &ClassId,
        reason: &Remark,
    ) -> Expected {
        let ticket = self.living(id)?;
        let rule = rules.class(class).ok_or("unknown_class")?;
        if ticket.class == *class {
            return Err("same_class");
        }
        let from = ticket.class.clone();
        let due = ticket.counts_from + rules.allowance(service(rules, &ticket.service)?, rule);
        let goes_next = rule.goes_next;
        if let Some(ticket) = self.ticket_mut(id) {
            ticket.class.clone_from(class);
            (ticket.due, ticket.goes_next) = (due, goes_next);
        }
        Ok(Event::ClassChanged {
            ticket: id,
            from,
            class: class.clone(),
            due,
            goes_next,
            reason: reason.clone(),
        })
    }

    pub(super) fn cancel(&mut self, id: TicketId, reason: Option<&Remark>) -> Expected {
        if self.living(id)?.state.counter().is_some() {
            return Err("ticket_at_counter");
        }
        self.remove(id);
        self.tally.cancelled += 1;
        Ok(Event::TicketCancelled { ticket: id, reason: reason.cloned() })
    }
}

/// How often a ticket was called, and when for the last time; refused once it is served.
fn called(ticket: &Ticket) -> Result<(u16, Timestamp), &'static str> {
    match &ticket.state {
        TicketState::Called { attempts, last, .. } => Ok((*attempts, *last)),
        TicketState::Serving { .. }
        | TicketState::Waiting { .. }
        | TicketState::Ahead { .. }
        | TicketState::Parked { .. } => Err("already_serving"),
    }
}

/// When a ticket falls due for a service. A class that the office no longer has waits as the ordinary one.
fn due(rules: &Rules, id: &ServiceId, ticket: &Ticket) -> Result<Timestamp, &'static str> {
    let rule = service(rules, id)?;
    let allowance = rules.class(&ticket.class).map_or(rule.allowance, |class| rules.allowance(rule, class));
    Ok(ticket.counts_from + allowance)
}
