//! Who is where, as one event after another says.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{Counter, Place, Ticket};
use crate::{
    Rule,
    event::{Event, Rules, Series},
};

/// Says what is wrong.
type Find<'a> = &'a mut dyn FnMut(Rule, String);

/// The people of a branch.
#[derive(Debug, Default)]
pub(super) struct Hall {
    /// The living.
    pub tickets: BTreeMap<u64, Ticket>,
    /// Tickets that are different since this was looked at last.
    pub changed: HashSet<u64>,
    /// How many wait, by service.
    pub waiting: BTreeMap<String, u32>,
    /// The counters.
    pub counters: BTreeMap<String, Counter>,
    /// Who missed a call today, and may come back while the number is still free.
    missed: BTreeMap<u64, Ticket>,
    /// Numbers of the living: letters and place in the series, without the leading zeros.
    numbers: BTreeMap<(String, u16), u64>,
    series: BTreeMap<String, Series>,
    /// The last number given out today, by service.
    given: BTreeMap<String, u16>,
    /// The last ticket.
    issued: u64,
    /// The last press about each ticket: at which counter, and how the ticket was before.
    presses: BTreeMap<u64, (String, Ticket)>,
}

impl Hall {
    pub(super) fn take(&mut self, event: &Event, find: Find<'_>) {
        match event {
            Event::RulesSet { rules } => self.take_rules(rules, find),
            Event::DayBegan { carry, .. } => self.begin_day(*carry),
            Event::DayClosed { end: true } => self.end_all(|place| place.counter().is_none()),
            Event::TicketIssued { ticket, number, service, .. } => {
                self.issue(*ticket, number, service, find);
            }
            Event::TicketCalledAhead { ticket, counter, number } => {
                self.stands(*ticket, find, |place| *place == Place::Waiting);
                self.named(*ticket, number, find);
                self.go(*ticket, Place::Ahead(counter.clone()), find);
            }
            Event::TicketCalled { ticket, counter, number, .. } => {
                self.called(*ticket, counter, find);
                self.named(*ticket, number, find);
                self.remember(*ticket, counter);
                self.go(*ticket, Place::Called(counter.clone()), find);
            }
            Event::TicketRecalled { ticket, counter, number, .. } => {
                self.press(*ticket, counter, find, |place| matches!(place, Place::Called(_)));
                self.named(*ticket, number, find);
            }
            Event::ServingStarted { ticket, counter } => {
                self.press(*ticket, counter, find, |place| matches!(place, Place::Called(_)));
                self.remember(*ticket, counter);
                self.go(*ticket, Place::Serving(counter.clone()), find);
            }
            Event::TicketServed { ticket, counter } => {
                self.press(*ticket, counter, find, |_| true);
                self.remember(*ticket, counter);
                self.take_out(*ticket);
            }
            Event::LegServed { ticket, counter, service }
            | Event::TicketTransferred { ticket, counter, service } => {
                self.press(*ticket, counter, find, |_| true);
                self.remember(*ticket, counter);
                self.go_on(*ticket, service, find);
            }
            Event::TicketMissed { ticket, counter } => {
                self.press(*ticket, counter, find, |place| matches!(place, Place::Called(_)));
                self.remember(*ticket, counter);
                if let Some(missed) = self.take_out(*ticket) {
                    self.missed.insert(*ticket, missed);
                }
            }
            Event::TicketParked { ticket, counter } => {
                self.press(*ticket, counter, find, |_| true);
                self.remember(*ticket, counter);
                self.go(*ticket, Place::Parked, find);
            }
            Event::TicketResumed { ticket } => {
                self.stands(*ticket, find, |place| *place == Place::Parked);
                self.go(*ticket, Place::Waiting, find);
            }
            Event::TicketReturned { ticket } => match self.missed.remove(ticket) {
                Some(back) => {
                    self.presses.remove(ticket);
                    self.put(*ticket, Ticket { place: Place::Waiting, ..back }, find);
                }
                None => find(Rule::TicketElsewhere, format!("ticket {ticket} comes back and was not missed")),
            },
            Event::TicketRequeued { ticket, counter } => {
                let near = |place: &Place| match place {
                    Place::Ahead(at) | Place::Called(at) => at == counter,
                    Place::Waiting | Place::Serving(_) | Place::Parked => false,
                };
                self.stands(*ticket, find, near);
                self.go(*ticket, Place::Waiting, find);
            }
            Event::TicketCancelled { ticket } => {
                self.stands(*ticket, find, |place| place.counter().is_none());
                self.take_out(*ticket);
            }
            Event::ClassChanged { ticket } => self.stands(*ticket, find, |_| true),
            Event::PressUndone { counter, ticket } => self.undo(counter, *ticket, find),
            Event::CounterOpened { counter } => self.open(counter, true),
            Event::CounterClosed { counter } => {
                self.release(counter, find);
                self.open(counter, false);
            }
            Event::CounterPaused { counter } => self.release(counter, find),
            Event::DayClosed { end: false }
            | Event::CounterResumed { .. }
            | Event::CounterServicesChosen { .. }
            | Event::OfficerSeated { .. }
            | Event::ExtraOpened
            | Event::AppointmentsSet
            | Event::AppointmentCancelled => {}
            Event::Unknown => {
                find(Rule::NotUnderstood, "an event of which this program knows nothing".into())
            }
        }
    }

    fn take_rules(&mut self, rules: &Rules, find: Find<'_>) {
        let known: BTreeSet<&str> = rules.counters.iter().map(|counter| counter.id.as_str()).collect();
        let gone: Vec<String> =
            self.counters.keys().filter(|id| !known.contains(id.as_str())).cloned().collect();
        for counter in gone {
            let at = |place: &Place| place.counter() == Some(&*counter);
            let stranded: Vec<u64> =
                self.tickets.iter().filter(|(_, ticket)| at(&ticket.place)).map(|(id, _)| *id).collect();
            for id in stranded {
                self.go(id, Place::Waiting, find);
            }
            self.release(&counter, find);
            self.counters.remove(&counter);
        }
        for counter in &rules.counters {
            self.counters.entry(counter.id.clone()).or_default();
        }
        let series = rules.services.iter().map(|service| (service.id.clone(), service.series.clone()));
        self.series = series.collect();
        for service in &rules.services {
            self.waiting.entry(service.id.clone()).or_default();
        }
    }

    fn begin_day(&mut self, carry: bool) {
        self.given.clear();
        self.presses.clear();
        self.missed.clear();
        if !carry {
            self.end_all(|_| true);
            return;
        }
        let here: Vec<u64> = self.tickets.keys().copied().collect();
        for id in here {
            self.go(id, Place::Waiting, &mut |_, _| {});
        }
    }

    fn end_all(&mut self, ends: impl Fn(&Place) -> bool) {
        let over: Vec<u64> =
            self.tickets.iter().filter(|(_, ticket)| ends(&ticket.place)).map(|(id, _)| *id).collect();
        for id in over {
            self.take_out(id);
        }
    }

    fn issue(&mut self, id: u64, number: &str, service: &str, find: Find<'_>) {
        if id != self.issued + 1 {
            find(Rule::TicketTwice, format!("ticket {id} comes after ticket {}", self.issued));
        }
        self.issued = self.issued.max(id);
        match (split(number), self.series.get(service)) {
            (Some((letters, sequence)), Some(series)) if letters == series.letters => {
                let last = self.given.get(service).copied();
                if let Err(what) = self.follows(series, last, sequence) {
                    find(Rule::NumberOrder, format!("{number} of {service} {what}"));
                }
                self.given.insert(service.into(), sequence);
            }
            _ => find(Rule::NumberOrder, format!("{number} is no number of {service}")),
        }
        let fresh = Ticket { number: number.into(), service: service.into(), place: Place::Waiting };
        self.put(id, fresh, find);
    }

    /// Whether a number is the next that is free after the last of the day; after the last of the series comes
    /// the first. A number of somebody who may come back may be passed over, and need not be.
    fn follows(&self, series: &Series, last: Option<u16>, sequence: u16) -> Result<(), String> {
        let Series { letters, first, last: most, skip } = series;
        if !(*first..=*most).contains(&sequence) || skip.contains(&sequence) {
            return Err("is not of its series".into());
        }
        let passable = |at: u16| {
            let number = (letters.clone(), at);
            let is_missed = || {
                let of = |missed: &Ticket| split(&missed.number) == Some((letters.as_str(), at));
                self.missed.values().any(of)
            };
            skip.contains(&at) || self.numbers.contains_key(&number) || is_missed()
        };
        let mut next = match last {
            Some(given) if (*first..*most).contains(&given) => given + 1,
            _ => *first,
        };
        while next != sequence {
            if !passable(next) {
                return Err(format!("leaves out {letters}{next}"));
            }
            next = if next == *most { *first } else { next + 1 };
        }
        Ok(())
    }

    /// A call finds the ticket in no counter's hands.
    fn called(&self, id: u64, counter: &str, find: Find<'_>) {
        match self.tickets.get(&id).map(|ticket| &ticket.place) {
            None => {
                find(Rule::TicketElsewhere, format!("ticket {id} is called to {counter} and is not here"))
            }
            Some(Place::Called(at) | Place::Serving(at)) => {
                find(Rule::TicketElsewhere, format!("ticket {id} is called to {counter} and is at {at}"));
            }
            Some(Place::Waiting | Place::Ahead(_) | Place::Parked) => {}
        }
    }

    /// A press at a counter is about the ticket at it.
    fn press(&self, id: u64, counter: &str, find: Find<'_>, fits: impl Fn(&Place) -> bool) {
        self.stands(id, find, |place| place.counter() == Some(counter) && fits(place));
    }

    fn stands(&self, id: u64, find: Find<'_>, fits: impl Fn(&Place) -> bool) {
        match self.tickets.get(&id) {
            None => find(Rule::TicketElsewhere, format!("ticket {id} is not here")),
            Some(ticket) if !fits(&ticket.place) => {
                find(Rule::TicketElsewhere, format!("ticket {id} is {:?}", ticket.place));
            }
            Some(_) => {}
        }
    }

    /// A call is of the number that the ticket has.
    fn named(&self, id: u64, number: &str, find: Find<'_>) {
        if let Some(ticket) = self.tickets.get(&id).filter(|ticket| ticket.number != number) {
            find(Rule::NumberTwice, format!("ticket {id} is {} and is called as {number}", ticket.number));
        }
    }

    fn remember(&mut self, id: u64, counter: &str) {
        if let Some(ticket) = self.tickets.get(&id) {
            self.presses.insert(id, (counter.into(), ticket.clone()));
        }
    }

    fn undo(&mut self, counter: &str, id: u64, find: Find<'_>) {
        let Some((_, mut before)) = self.presses.remove(&id).filter(|(at, _)| at == counter) else {
            find(Rule::TicketElsewhere, format!("nothing about ticket {id} at {counter} can be undone"));
            return;
        };
        self.missed.remove(&id);
        self.take_out(id);
        if let Place::Ahead(near) = &before.place
            && self.counters.get(near).is_none_or(|counter| !counter.open || counter.ahead.is_some())
        {
            before.place = Place::Waiting;
        }
        self.put(id, before, find);
    }

    fn open(&mut self, counter: &str, open: bool) {
        self.counters.entry(counter.into()).or_default().open = open;
    }

    /// Whom a counter has called ahead waits again.
    fn release(&mut self, counter: &str, find: Find<'_>) {
        if let Some(id) = self.counters.get(counter).and_then(|counter| counter.ahead) {
            self.go(id, Place::Waiting, find);
        }
    }

    fn go_on(&mut self, id: u64, service: &str, find: Find<'_>) {
        if let Some(ticket) = self.take_out(id) {
            self.put(id, Ticket { service: service.into(), place: Place::Waiting, ..ticket }, find);
        }
    }

    fn go(&mut self, id: u64, place: Place, find: Find<'_>) {
        if let Some(ticket) = self.take_out(id) {
            self.put(id, Ticket { place, ..ticket }, find);
        }
    }

    fn put(&mut self, id: u64, ticket: Ticket, find: Find<'_>) {
        if let Some((letters, sequence)) = split(&ticket.number)
            && let Some(other) = self.numbers.insert((letters.into(), sequence), id)
            && other != id
        {
            find(Rule::NumberTwice, format!("{} is with ticket {other} and ticket {id}", ticket.number));
        }
        let slot = match &ticket.place {
            Place::Waiting => {
                *self.waiting.entry(ticket.service.clone()).or_default() += 1;
                None
            }
            Place::Called(counter) | Place::Serving(counter) => {
                Some(&mut self.counters.entry(counter.clone()).or_default().ticket)
            }
            Place::Ahead(counter) => Some(&mut self.counters.entry(counter.clone()).or_default().ahead),
            Place::Parked => None,
        };
        if let Some(other) = slot.and_then(|slot| slot.replace(id)) {
            find(Rule::CounterTaken, format!("tickets {other} and {id} are {:?}", ticket.place));
        }
        self.changed.insert(id);
        self.tickets.insert(id, ticket);
    }

    fn take_out(&mut self, id: u64) -> Option<Ticket> {
        let ticket = self.tickets.remove(&id)?;
        self.changed.insert(id);
        if let Some((letters, sequence)) = split(&ticket.number) {
            let number = (letters.to_owned(), sequence);
            if self.numbers.get(&number) == Some(&id) {
                self.numbers.remove(&number);
            }
        }
        let slot = match &ticket.place {
            Place::Waiting => {
                if let Some(waiting) = self.waiting.get_mut(&ticket.service) {
                    *waiting = waiting.saturating_sub(1);
                }
                None
            }
            Place::Called(counter) | Place::Serving(counter) => {
                self.counters.get_mut(counter).map(|counter| &mut counter.ticket)
            }
            Place::Ahead(counter) => self.counters.get_mut(counter).map(|counter| &mut counter.ahead),
            Place::Parked => None,
        };
        if let Some(slot) = slot.filter(|slot| **slot == Some(id)) {
            *slot = None;
        }
        Some(ticket)
    }
}

/// A number's letters and its place in the series.
fn split(number: &str) -> Option<(&str, u16)> {
    let digits = number.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = number.split_at(digits);
    Some((letters, digits.parse().ok()?))
}
