//! Giving out numbers, to those who walk in and to those with an appointment.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Branch, Opening};
use crate::{
    Appointment, AppointmentCode, ClassId, ClassRule, Event, Fault, Faults, Language, PersonKey, Refusal,
    RemoteRule, Rules, Series, ServiceId, ServiceRule, TicketId, TicketNumber, TooLate, WaitRange,
    queue::Place, rules::MOST_LEGS,
};

/// What somebody at the kiosk asks for.
pub(super) struct Wish<'a> {
    pub(super) service: &'a ServiceId,
    pub(super) class: Option<&'a ClassId>,
    pub(super) language: Language,
    pub(super) announced: Option<WaitRange>,
    pub(super) legs: Option<&'a [ServiceId]>,
    pub(super) person: Option<PersonKey>,
}

/// What a ticket gets that was looked into.
struct Fresh<'a> {
    rule: &'a ServiceRule,
    class: &'a ClassRule,
    language: Language,
    announced: Option<WaitRange>,
    legs: Vec<ServiceId>,
    person: Option<PersonKey>,
    booking: Option<&'a Appointment>,
    counts_from: Option<Timestamp>,
    remote: bool,
}

impl Branch {
    pub(super) fn issue(&self, rules: &Rules, wish: &Wish<'_>, now: Timestamp) -> Result<Event, Refusal> {
        self.walk_in(rules, wish, None, now)
    }

    pub(super) fn issue_remotely(
        &self,
        rules: &Rules,
        wish: &Wish<'_>,
        now: Timestamp,
    ) -> Result<Event, Refusal> {
        let offered = rules.remote.as_ref().ok_or(Refusal::RemoteNotOffered)?;
        self.walk_in(rules, wish, Some(offered), now)
    }

    fn walk_in(
        &self,
        rules: &Rules,
        wish: &Wish<'_>,
        by_phone: Option<&RemoteRule>,
        now: Timestamp,
    ) -> Result<Event, Refusal> {
        let rule = known_service(rules, wish.service)?;
        let class = match wish.class {
            None => ordinary(rules)?,
            Some(id) => rules.class(id).ok_or_else(|| Refusal::UnknownClass(id.clone()))?,
        };
        let legs = match wish.legs {
            None => rule.then.clone(),
            Some(legs) if legs.len() > MOST_LEGS => return Err(Refusal::TooManyLegs),
            Some(legs) => {
                legs.iter().try_for_each(|leg| known_service(rules, leg).map(drop))?;
                // A service that follows itself is one visit to it.
                let mut plan: Vec<_> = std::iter::once(&rule.id).chain(legs).collect();
                plan.dedup();
                plan.into_iter().skip(1).cloned().collect()
            }
        };
        self.doors_open(rules, now)?;
        if !self.today.gives_out(&rule.id, now) {
            return Err(Refusal::AfterLastTicket(rule.id.clone()));
        }
        if self.numbers_left(&rule.id) == Some(0) {
            return Err(Refusal::QuotaUsed(rule.id.clone()));
        }
        let person = match by_phone {
            None => self.known_person(rule, wish.person)?,
            Some(offered) => Some(self.known_phone(offered, wish.person)?),
        };
        let fresh = Fresh {
            rule,
            class,
            language: wish.language,
            announced: wish.announced,
            legs,
            person,
            booking: None,
            counts_from: None,
            remote: by_phone.is_some(),
        };
        self.give_out(rules, fresh, now)
    }

    pub(super) fn check_in(
        &self,
        rules: &Rules,
        code: &AppointmentCode,
        language: Language,
        announced: Option<WaitRange>,
        now: Timestamp,
    ) -> Result<Event, Refusal> {
        let received = rules.appointments.as_ref().ok_or(Refusal::NoAppointments)?;
        let booking = self.bookings.get(code).ok_or(Refusal::UnknownAppointment)?;
        if booking.ticket.is_some() {
            return Err(Refusal::AppointmentUsed);
        }
        let appointment = &booking.appointment;
        let rule = known_service(rules, &appointment.service)?;
        self.doors_open(rules, now)?;
        let from = appointment.at.saturating_sub(received.early).unwrap_or(Timestamp::MIN);
        if now < from {
            return Err(Refusal::TooEarly { from });
        }
        let until = appointment.at.saturating_add(received.late).unwrap_or(Timestamp::MAX);
        let (class, counts_from) = match received.too_late {
            TooLate::Refused if now > until => return Err(Refusal::TooLate),
            TooLate::WalkIn if now > until => (ordinary(rules)?, None),
            TooLate::Refused | TooLate::WalkIn => {
                let class = rules.class(&received.class);
                (class.ok_or_else(|| Refusal::UnknownClass(received.class.clone()))?, Some(appointment.at))
            }
        };
        let person = self.known_person(rule, appointment.person)?;
        let booking = Some(appointment);
        let legs = rule.then.clone();
        self.give_out(
            rules,
            Fresh { rule, class, language, announced, legs, person, booking, counts_from, remote: false },
            now,
        )
    }

    pub(super) fn import(&self, rules: &Rules, appointments: &[Appointment]) -> Result<Event, Refusal> {
        let received = rules.appointments.as_ref().ok_or(Refusal::NoAppointments)?;
        let most = Appointment::MOST_AT_ONCE;
        if !(1..=most).contains(&appointments.len()) {
            let what = format!("there must be between 1 and {most} at once");
            return Err(Refusal::UnsoundAppointments(Faults(vec![Fault { at: "appointment".into(), what }])));
        }
        let mut faults = Vec::new();
        let mut fault = |n: usize, what| faults.push(Fault { at: format!("appointment.{}", n + 1), what });
        let mut codes = BTreeSet::new();
        for (n, appointment) in appointments.iter().enumerate() {
            let Appointment { code, service, at, person } = appointment;
            if !codes.insert(code) {
                fault(n, format!("`{code}` stands twice"));
            }
            match rules.service(service) {
                None => fault(n, format!("there is no service `{service}`")),
                Some(rule) if rule.one_per_person && person.is_none() => {
                    fault(n, format!("`{service}` asks who comes, and nobody is named"));
                }
                Some(_) => {}
            }
            if at.saturating_add(received.late).unwrap_or(Timestamp::MAX) < self.begun(rules) {
                fault(n, "lies before today".into());
            }
            if self.bookings.get(code).is_some_and(|booking| booking.ticket.is_some()) {
                fault(n, format!("`{code}` has been checked in for already"));
            }
        }
        if faults.is_empty() {
            Ok(Event::AppointmentsSet { appointments: appointments.to_vec() })
        } else {
            Err(Refusal::UnsoundAppointments(Faults(faults)))
        }
    }

    pub(super) fn cancel_appointment(&self, code: &AppointmentCode) -> Result<Event, Refusal> {
        match self.bookings.get(code) {
            None => Err(Refusal::UnknownAppointment),
            Some(booking) if booking.ticket.is_some() => Err(Refusal::AppointmentUsed),
            Some(_) => Ok(Event::AppointmentCancelled { code: code.clone() }),
        }
    }

    fn give_out(&self, rules: &Rules, fresh: Fresh<'_>, now: Timestamp) -> Result<Event, Refusal> {
        let Fresh { rule, class, language, announced, legs, person, booking, counts_from, remote } = fresh;
        let ticket = TicketId(self.issued + 1);
        let due = due(rules, rule, &class.id, counts_from.unwrap_or(now));
        let place = Place { waits_its_turn: !class.goes_next, due, id: ticket };
        Ok(Event::TicketIssued {
            ticket,
            number: self.next_number(rule)?,
            service: rule.id.clone(),
            class: class.id.clone(),
            language,
            due,
            ahead: u32::try_from(self.queues.before(&rule.id, place)).unwrap_or(u32::MAX),
            announced,
            goes_next: class.goes_next,
            legs,
            person,
            appointment: booking.map(|appointment| appointment.code.clone()),
            counts_from,
            remote,
        })
    }

    fn doors_open(&self, rules: &Rules, now: Timestamp) -> Result<(), Refusal> {
        match self.today.opening(rules, now) {
            Opening::Always | Opening::Open { .. } => Ok(()),
            Opening::Closed { next } => Err(Refusal::OfficeClosed { next }),
        }
    }

    /// The person, if the service asks for one: known, and without a living ticket.
    fn known_person(
        &self,
        rule: &ServiceRule,
        person: Option<PersonKey>,
    ) -> Result<Option<PersonKey>, Refusal> {
        if !rule.one_per_person {
            return Ok(None);
        }
        let person = person.ok_or(Refusal::PersonNeeded)?;
        self.without_ticket(Some(person))?;
        Ok(Some(person))
    }

    /// The phone that asks for a number: without a living ticket, and with numbers left today.
    fn known_phone(&self, offered: &RemoteRule, phone: Option<PersonKey>) -> Result<PersonKey, Refusal> {
        let phone = phone.ok_or(Refusal::PersonNeeded)?;
        self.without_ticket(Some(phone))?;
        if self.remote.get(&phone).is_some_and(|given| *given >= offered.most_per_day) {
            return Err(Refusal::RemoteUsedUp);
        }
        Ok(phone)
    }

    /// Refuses a person who has a living ticket.
    pub(super) fn without_ticket(&self, person: Option<PersonKey>) -> Result<(), Refusal> {
        match person.and_then(|person| self.persons.get(&person)) {
            Some(id) => Err(Refusal::HasTicket(self.living(*id)?.number.clone())),
            None => Ok(()),
        }
    }

    /// The next number of a service that nobody has; after the last of the series comes the first.
    fn next_number(&self, rule: &ServiceRule) -> Result<TicketNumber, Refusal> {
        let Series { letters, first, last, width, skip } = &rule.series;
        let next = match self.sequences.get(&rule.id) {
            Some(given) if (*first..*last).contains(given) => given + 1,
            _ => *first,
        };
        let free = |from: u16| {
            let mut free = self.numbers.first_free(letters, from..=*last);
            while let Some(skipped) = free.filter(|free| skip.contains(free)) {
                free = skipped.checked_add(1).and_then(|from| self.numbers.first_free(letters, from..=*last));
            }
            free
        };
        let sequence = free(next).or_else(|| free(*first));
        let sequence = sequence.ok_or_else(|| Refusal::NumbersExhausted(rule.id.clone()))?;
        Ok(TicketNumber::new(letters, sequence, *width))
    }
}

pub(super) fn known_service<'a>(rules: &'a Rules, id: &ServiceId) -> Result<&'a ServiceRule, Refusal> {
    rules.service(id).ok_or_else(|| Refusal::UnknownService(id.clone()))
}

fn ordinary(rules: &Rules) -> Result<&ClassRule, Refusal> {
    rules.classes.first().ok_or(Refusal::NotConfigured)
}

/// When a ticket falls due. A class that the office no longer has waits as an ordinary one.
pub(super) fn due(rules: &Rules, rule: &ServiceRule, class: &ClassId, counts_from: Timestamp) -> Timestamp {
    let allowance = rules.class(class).map_or(rule.allowance, |class| rules.allowance(rule, class));
    counts_from.saturating_add(allowance).unwrap_or(Timestamp::MAX)
}
