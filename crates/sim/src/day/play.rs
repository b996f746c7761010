//! Plays a planned day at a desk: counters open by the hours, call, wait for whoever does not come, serve, make
//! their pauses, and close when nobody is left.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, VecDeque},
};

use giliran_core::{Rules, ServiceId};
use giliran_protocol::{
    command::{Appointment, Command, CommandAnswer, Outcome, PauseReason},
    view::Language,
};
use jiff::SignedDuration;

use super::plan::{Plan, Visitor};
use crate::{
    chaos::rng::Chance,
    play::{Desk, DeskError, PlayError},
    record::DaySecond,
    report::{Call, Waits},
};

/// The visitors' languages, in turn.
const LANGUAGES: [Language; 4] = [Language::Ms, Language::En, Language::Zh, Language::Ta];

/// How many of a hundred do not come when they are called.
const NO_SHOWS: usize = 4;

/// How long a counter is patient with somebody who was called as often as the office asks.
const PATIENCE_S: u32 = 60;

/// How long a pause is, at each counter once.
const PAUSE_S: u32 = 600;

/// After the last hour everybody is served; a day that takes longer than that does not end.
const LATEST: u32 = 6 * 3600;

/// What came of the day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Books {
    /// Who asked for a number.
    pub arrivals: u32,
    /// Numbers given out.
    pub issued: u32,
    /// Who was turned away because the day's numbers were used up.
    pub turned_away: u32,
    /// Visits that were done.
    pub served: u32,
    /// Who was called and did not come.
    pub missed: u32,
    /// Legs of visits that were done, the last ones too.
    pub legs: u32,
    /// Calls, in order; without those of the same ticket again.
    pub calls: Vec<Call>,
    /// Calls of the same ticket again.
    pub recalls: u32,
    /// How long people waited for their first call.
    pub waits: Waits,
    /// Of those whose service has a promise: how many there were, and how many waited no longer.
    pub promised: u32,
    /// See `promised`.
    pub kept: u32,
    /// The last entry.
    pub seq: u64,
    /// Commands that were sent.
    pub commands: u64,
    /// What must not be and was.
    pub faults: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    Stretch(usize),
    Closing,
    Arrives(usize),
    /// Somebody who was called stands at the counter.
    Comes(usize),
    Done(usize),
    /// Nobody has come so far.
    CallsAgain(usize),
    BackFromPause(usize),
}

struct Here {
    visitor: usize,
    number: String,
    service: ServiceId,
    since: DaySecond,
    legs: VecDeque<ServiceId>,
    called_before: bool,
}

#[derive(Default)]
struct Counter {
    open: bool,
    wanted: bool,
    paused: bool,
    had_pause: bool,
    ticket: Option<(u64, u32)>,
}

/// Plays the day.
///
/// # Errors
/// A command was not taken that must be, or the answer does not belong to it.
pub async fn play<D: Desk>(rules: &Rules, plan: &Plan, seed: u64, desk: &mut D) -> Result<Books, PlayError> {
    let mut day = Day {
        rules,
        plan,
        desk,
        chance: Chance::of(seed ^ 0x6861_7269),
        at: DaySecond(0),
        next: BinaryHeap::new(),
        order: 0,
        counters: rules.counters.iter().map(|_| Counter::default()).collect(),
        here: BTreeMap::new(),
        given: BTreeMap::new(),
        books: Books::default(),
    };
    day.run().await?;
    Ok(day.books)
}

struct Day<'a, D> {
    rules: &'a Rules,
    plan: &'a Plan,
    desk: &'a mut D,
    chance: Chance,
    at: DaySecond,
    next: BinaryHeap<Reverse<(DaySecond, u64, Happening)>>,
    order: u64,
    counters: Vec<Counter>,
    /// Who is in the hall, by ticket.
    here: BTreeMap<u64, Here>,
    given: BTreeMap<ServiceId, u32>,
    books: Books,
}

impl<D: Desk> Day<'_, D> {
    async fn run(&mut self) -> Result<(), PlayError> {
        let (first, last) = match (self.plan.stretches.first(), self.plan.stretches.last()) {
            (Some(first), Some(last)) => (first.from, last.until),
            (None, _) | (_, None) => return Ok(()),
        };
        self.at = first;
        self.book_appointments().await?;
        for (n, stretch) in self.plan.stretches.iter().enumerate() {
            self.plan_for(stretch.from, Happening::Stretch(n));
        }
        for (n, visitor) in self.plan.visitors.iter().enumerate() {
            self.plan_for(visitor.at, Happening::Arrives(n));
        }
        self.plan_for(last, Happening::Closing);
        while let Some(Reverse((at, _, happening))) = self.next.pop() {
            if at.0 > last.0 + LATEST {
                self.books.faults.push(format!("at {at} the day has not ended"));
                break;
            }
            self.at = at;
            self.happens(happening).await?;
            self.idle_counters_call().await?;
        }
        for (ticket, here) in &self.here {
            self.books.faults.push(format!("{} (ticket {ticket}) was never served", here.number));
        }
        Ok(())
    }

    async fn happens(&mut self, happening: Happening) -> Result<(), PlayError> {
        match happening {
            Happening::Stretch(n) => {
                for (counter, wanted) in self.plan.stretches[n].open.iter().enumerate() {
                    self.counters[counter].wanted = *wanted;
                    if *wanted && !self.counters[counter].open {
                        self.done(Command::OpenCounter { counter: self.name(counter) }).await?;
                        self.counters[counter].open = true;
                    }
                }
                Ok(())
            }
            Happening::Closing => {
                // Whoever is still here is served, by all who are there.
                let open: Vec<usize> = (0..self.counters.len()).collect();
                for counter in open {
                    self.counters[counter].wanted = false;
                    self.counters[counter].had_pause = true;
                }
                Ok(())
            }
            Happening::Arrives(n) => self.arrives(n).await,
            Happening::Comes(counter) => {
                let Some((ticket, _)) = self.counters[counter].ticket else { return Ok(()) };
                self.done(Command::StartServing { counter: self.name(counter), ticket }).await?;
                let service = self.here.get(&ticket).and_then(|here| self.rules.service(&here.service));
                let usual = service.map_or(300, |rule| rule.serving.as_secs());
                // Most take less than usual, some much longer.
                let takes = match self.chance.below(10) {
                    0 => self.chance.between(usual * 3 / 2, usual * 5 / 2),
                    _ => self.chance.between(usual / 3, usual * 4 / 3),
                };
                self.in_seconds(u32::try_from(takes.max(5)).unwrap_or(300), Happening::Done(counter));
                Ok(())
            }
            Happening::Done(counter) => self.finishes(counter).await,
            Happening::CallsAgain(counter) => self.calls_again(counter).await,
            Happening::BackFromPause(counter) => {
                self.counters[counter].paused = false;
                self.done(Command::ResumeCounter { counter: self.name(counter) }).await
            }
        }
    }

    async fn book_appointments(&mut self) -> Result<(), PlayError> {
        let appointment = |visitor: &Visitor| {
            let (code, hour) = visitor.appointment.clone()?;
            let at = self.plan.midnight + SignedDuration::from_secs(hour.0.into());
            Some(Appointment {
                code,
                service: visitor.service.to_string(),
                at,
                person: visitor.person.clone(),
            })
        };
        let appointments: Vec<_> = self.plan.visitors.iter().filter_map(appointment).collect();
        if appointments.is_empty() {
            return Ok(());
        }
        self.done(Command::ImportAppointments { appointments }).await
    }

    async fn arrives(&mut self, n: usize) -> Result<(), PlayError> {
        let Visitor { service, class, person, appointment, .. } = self.plan.visitors[n].clone();
        self.books.arrivals += 1;
        let command = match &appointment {
            Some((code, _)) => Command::CheckIn { code: code.clone(), language: Language::Ms },
            None => Command::IssueTicket {
                service: service.to_string(),
                class,
                language: LANGUAGES[n % LANGUAGES.len()],
                legs: None,
                person,
            },
        };
        let quota = self.rules.service(&service).and_then(|rule| rule.quota);
        let given = self.given.entry(service.clone()).or_default();
        let used_up = appointment.is_none() && quota.is_some_and(|quota| *given >= quota);
        let answer = match self.try_send(command).await {
            Err(error) if used_up && has_code(&error, "quota_used") => {
                self.books.turned_away += 1;
                return Ok(());
            }
            Err(why) => {
                return Err(PlayError::NotTaken { at: self.at, what: "a number was asked for".into(), why });
            }
            Ok(answer) => answer,
        };
        let Outcome::Issued { ticket, number, service: got, .. } = answer.outcome else {
            return Err(self.odd("a number was asked for", &answer.outcome));
        };
        if used_up {
            self.books.faults.push(format!("{number} was given out beyond the day's numbers"));
        }
        if appointment.is_none() {
            *self.given.entry(service.clone()).or_default() += 1;
        }
        if got != service.as_str() {
            self.books.faults.push(format!("{number} was asked for {service} and is for {got}"));
        }
        if let Some((other, _)) = self.here.iter().find(|(_, here)| here.number == number) {
            self.books
                .faults
                .push(format!("{number} was given to ticket {ticket} while ticket {other} had it"));
        }
        self.books.issued += 1;
        let legs = self.rules.service(&service).map(|rule| rule.then.iter().cloned().collect());
        let here = Here {
            visitor: n,
            number,
            service,
            since: self.at,
            legs: legs.unwrap_or_default(),
            called_before: false,
        };
        if self.here.insert(ticket, here).is_some() {
            self.books.faults.push(format!("ticket {ticket} was given out twice"));
        }
        Ok(())
    }

    /// Counters that have nobody call, make their pause, or close.
    async fn idle_counters_call(&mut self) -> Result<(), PlayError> {
        for counter in 0..self.counters.len() {
            let Counter { open, paused, ticket, .. } = self.counters[counter];
            let rule = &self.rules.counters[counter];
            let at_counters =
                |ticket: &u64| self.counters.iter().any(|c| c.ticket.is_some_and(|(t, _)| t == *ticket));
            let waits = |service: &ServiceId| {
                self.here.iter().any(|(ticket, here)| here.service == *service && !at_counters(ticket))
            };
            let somebody = rule.services.iter().chain(rule.helps.iter().flatten()).any(waits);
            let for_its_own = rule.services.iter().any(waits);
            let over = self.plan.stretches.last().is_some_and(|last| self.at >= last.until);
            if !open && over && for_its_own {
                // After the last hour whoever can help comes back until nobody is left.
                self.done(Command::OpenCounter { counter: self.name(counter) }).await?;
                self.counters[counter].open = true;
            } else if !open || paused || ticket.is_some() {
                continue;
            }
            let going_home = !self.counters[counter].wanted && (!over || self.here.is_empty());
            if going_home {
                self.done(Command::CloseCounter { counter: self.name(counter) }).await?;
                self.counters[counter].open = false;
            } else if !self.counters[counter].had_pause && self.chance.percent(1) {
                self.counters[counter].had_pause = true;
                self.counters[counter].paused = true;
                let reason = if counter % 2 == 0 { PauseReason::Rest } else { PauseReason::Prayer };
                self.done(Command::PauseCounter { counter: self.name(counter), reason }).await?;
                self.in_seconds(PAUSE_S, Happening::BackFromPause(counter));
            } else if somebody {
                self.calls(counter).await?;
            }
        }
        Ok(())
    }

    async fn calls(&mut self, counter: usize) -> Result<(), PlayError> {
        let answer = match self.try_send(Command::CallNext { counter: self.name(counter) }).await {
            // Whoever waits is of a class that the counter does not take.
            Err(error) if has_code(&error, "queue_empty") => return Ok(()),
            Err(why) => {
                return Err(PlayError::NotTaken { at: self.at, what: "a counter called".into(), why });
            }
            Ok(answer) => answer,
        };
        let Outcome::Called { ticket, number, service, .. } = answer.outcome else {
            return Err(self.odd("a counter called", &answer.outcome));
        };
        let taken = self.counters.iter().any(|c| c.ticket.is_some_and(|(other, _)| other == ticket));
        let Some(here) = self.here.get_mut(&ticket).filter(|_| !taken) else {
            return Err(self.odd("a counter called", &format!("{number}, who does not wait")));
        };
        if here.number != number || here.service.as_str() != service {
            self.books
                .faults
                .push(format!("{} for {} was called as {number} for {service}", here.number, here.service));
        }
        let wait_s = self.at.since(here.since);
        let comes = !self.chance.percent(NO_SHOWS);
        if !here.called_before {
            here.called_before = true;
            self.books.waits.add(wait_s);
            let rule = self.rules.service(&self.plan.visitors[here.visitor].service);
            if let Some(promise) = rule.and_then(|rule| rule.charter).and_then(|charter| charter.waiting) {
                self.books.promised += 1;
                self.books.kept += u32::from(i64::from(wait_s) <= promise.as_secs());
            }
        }
        self.books.calls.push(Call {
            seq: answer.seq,
            at: self.at,
            number,
            service,
            counter: self.name(counter),
            counter_number: self.rules.counters[counter].number,
            wait_s,
            comes,
        });
        self.counters[counter].ticket = Some((ticket, 1));
        if comes {
            let walk = u32::try_from(self.chance.between(5, 20)).unwrap_or(5);
            self.in_seconds(walk, Happening::Comes(counter));
        } else {
            self.in_seconds(self.patience(), Happening::CallsAgain(counter));
        }
        Ok(())
    }

    async fn finishes(&mut self, counter: usize) -> Result<(), PlayError> {
        let Some((ticket, _)) = self.counters[counter].ticket.take() else { return Ok(()) };
        self.books.legs += 1;
        let at = self.at;
        let goes_on = self.here.get_mut(&ticket).is_some_and(|here| match here.legs.pop_front() {
            Some(next) => {
                (here.service, here.since) = (next, at);
                true
            }
            None => false,
        });
        if !goes_on {
            self.here.remove(&ticket);
            self.books.served += 1;
        }
        self.done(Command::Finish { counter: self.name(counter), ticket, outcome: None }).await
    }

    /// Calls again as often as the office asks before it lets somebody be a no-show.
    async fn calls_again(&mut self, counter: usize) -> Result<(), PlayError> {
        let Some((ticket, calls)) = self.counters[counter].ticket else { return Ok(()) };
        let least = self.rules.calling.calls_least.unwrap_or(2);
        if calls < u32::from(least) {
            self.done_as(Command::Recall { counter: self.name(counter), ticket }).await?;
            self.books.recalls += 1;
            self.counters[counter].ticket = Some((ticket, calls + 1));
            self.in_seconds(self.patience(), Happening::CallsAgain(counter));
            return Ok(());
        }
        self.counters[counter].ticket = None;
        self.here.remove(&ticket);
        self.books.missed += 1;
        self.done(Command::NoShow { counter: self.name(counter), ticket }).await
    }

    /// Longer than the least time between calls, shorter than the time after which the office gives up by itself.
    fn patience(&self) -> u32 {
        let least = u32::try_from(self.rules.calling.interval.as_secs()).unwrap_or(0);
        let most = self.rules.calling.no_show.map_or(PATIENCE_S, |rule| {
            u32::try_from(rule.after.as_secs()).unwrap_or(PATIENCE_S).saturating_sub(1)
        });
        PATIENCE_S.min(most).max(least)
    }

    fn plan_for(&mut self, at: DaySecond, happening: Happening) {
        self.order += 1;
        self.next.push(Reverse((at, self.order, happening)));
    }

    fn in_seconds(&mut self, seconds: u32, happening: Happening) {
        self.plan_for(DaySecond(self.at.0 + seconds), happening);
    }

    fn name(&self, counter: usize) -> String {
        self.rules.counters[counter].id.to_string()
    }

    async fn done(&mut self, command: Command) -> Result<(), PlayError> {
        let what = format!("{command:?}");
        let outcome = self.done_as(command).await?;
        if outcome == Outcome::Done { Ok(()) } else { Err(self.odd(&what, &outcome)) }
    }

    async fn done_as(&mut self, command: Command) -> Result<Outcome, PlayError> {
        let what = format!("{command:?}");
        let answer = self.try_send(command).await;
        Ok(answer.map_err(|why| PlayError::NotTaken { at: self.at, what, why })?.outcome)
    }

    async fn try_send(&mut self, command: Command) -> Result<CommandAnswer, DeskError> {
        self.books.commands += 1;
        let answer = self.desk.submit(self.at, command).await?;
        if answer.seq <= self.books.seq {
            self.books
                .faults
                .push(format!("entry {} was answered after entry {}", answer.seq, self.books.seq));
        }
        self.books.seq = answer.seq;
        Ok(answer)
    }

    fn odd(&self, what: &str, answer: &impl std::fmt::Debug) -> PlayError {
        PlayError::Odd { at: self.at, what: what.into(), answer: format!("{answer:?}") }
    }
}

/// A refusal's code stands in brackets at the end of what is said about it.
fn has_code(error: &DeskError, code: &str) -> bool {
    error.0.ends_with(&format!("({code})"))
}
