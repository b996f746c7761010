//! Which counters to open or close, by when, and what it would bring.
//!
//! The next hours are played with counters as they are. Where too many would wait longer than the charter promises,
//! counters are added one by one, the best first, until they do not; where nobody would, one is taken away if that stays
//! so. What was advised is kept as long as it helps: nobody runs for an advice that has changed its mind.

use giliran_core::{Branch, CounterId, Rules, ServiceId, TicketState};
use jiff::{SignedDuration, Timestamp};

use crate::{
    floor::{Open, Outcome, Staffing, Tiers},
    outlook::{RestOfDay, TOLERATED},
    staffing::is_for_all,
};

/// So far ahead is looked: an officer called from other work stays for as long.
const AHEAD_S: f64 = 3.0 * 3600.0;

/// So far ahead is near.
const NEAR_S: f64 = 1800.0;

/// At least so many people, or half of one, have to be expected too late: a share of few people is chance.
const LEAST_LATE: f64 = 0.5;

/// An advice, and an alarm, stands until less than this part of what raised it is left.
const STANDS: f64 = 0.6;

/// What is advised has to bring the late ones under this part of what is tolerated, so that it lasts.
const ENOUGH: f64 = 0.8;

/// A counter may close if the late ones stay under this part, or where that can't be had, if it makes no more than this
/// part of what is tolerated late.
const SPARE: f64 = 0.4;
const NO_USE: f64 = 0.1;

/// So far ahead is looked before one closes: it can open again.
const CLOSES_FOR_S: f64 = 7200.0;

/// A further counter has to spare at least this part of those who are late, and this part of what is tolerated; where very
/// many are late, one person is enough.
const WORTH: f64 = 0.1;
const WORTH_TOLERATED: f64 = 0.1;

/// No more counters are opened by one advice.
const AT_ONCE: usize = 6;

/// How long an advice must have been right before it is given: to open, and to close.
const SURE_TO_OPEN: SignedDuration = SignedDuration::from_secs(60);
const SURE_TO_CLOSE: SignedDuration = SignedDuration::from_mins(5);

/// How long after a counter opened none is advised to close, and after one closed the next, and how long before the doors
/// do.
const SETTLES: SignedDuration = SignedDuration::from_mins(30);
const CLOSES_AGAIN: SignedDuration = SignedDuration::from_mins(10);
const LAST_S: f64 = 2700.0;

/// Whether it is enough to open later, so many seconds from now.
const LATER_S: [f64; 6] = [7200.0, 5400.0, 3600.0, 2700.0, 1800.0, 900.0];

/// What to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Advice {
    /// What is to be done.
    pub step: Step,
    /// With which counters, in this order; at least one.
    pub counters: Vec<AdvisedCounter>,
    /// By when; now or later.
    pub by: Timestamp,
    /// The service that gains most, or that can spare the counter.
    pub service: ServiceId,
    /// Until when the figures look.
    pub until: Timestamp,
    /// How many are expected to wait longer than promised until then if nothing is done,
    pub late_without: f64,
    /// and if this is.
    pub late_with: f64,
    /// How many come or wait until then, of services whose charter promises something.
    pub people: f64,
}

impl Advice {
    /// Names the advice, the same as long as it asks for the same.
    pub fn id(&self) -> String {
        let step = match self.step {
            Step::Open => "open",
            Step::Close => "close",
        };
        self.counters.iter().fold(step.to_owned(), |id, advised| format!("{id}.{}", advised.counter))
    }
}

/// What is to be done with counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Open them, or end their pause.
    Open,
    /// Close them.
    Close,
}

/// A counter of an advice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdvisedCounter {
    /// Which.
    pub counter: CounterId,
    /// Whether it is open and paused.
    pub paused: bool,
    /// The services that it takes, its own and those that it helps with.
    pub services: Vec<ServiceId>,
}

/// How near the charter is to being missed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarm {
    /// It is kept as things stand.
    #[default]
    None,
    /// More than one in twenty of those of the next hours are expected to wait too long.
    Watch,
    /// The same of the next half hour.
    Soon,
    /// The same, and somebody who waits is past the promise already.
    Missed,
}

/// Gives advice, and remembers what it gave so that it does not change its mind without need.
#[derive(Debug, Clone, Default)]
pub struct Adviser {
    given: Option<Advice>,
    /// What is about to be advised, and since when.
    proposed: Option<(Step, Vec<CounterId>, Timestamp)>,
    alarm: Alarm,
    /// Which counters were open, and when last one more and one less was.
    open: Vec<bool>,
    opened: Option<Timestamp>,
    closed: Option<Timestamp>,
}

impl Adviser {
    /// How near the charter is to being missed, as of the last look.
    pub fn alarm(&self) -> Alarm {
        self.alarm
    }

    /// Looks at the rest of the day, and says what to do if anything. To be asked every minute or so.
    pub fn look(&mut self, day: &RestOfDay<'_>) -> Option<&Advice> {
        let open: Vec<bool> = day.as_is.iter().map(|shift| !shift.open.is_empty()).collect();
        let more = open.iter().enumerate().any(|(n, open)| *open && self.open.get(n) != Some(&true));
        let less = self.open.iter().enumerate().any(|(n, was)| *was && open.get(n) != Some(&true));
        self.opened = if more { Some(day.now) } else { self.opened };
        self.closed = if less { Some(day.now) } else { self.closed };
        self.open = open;
        let scene = Scene::of(day);
        self.alarm = scene.alarm(self.alarm);
        let found = self.stands(&scene).or_else(|| scene.open(1.0)).or_else(|| self.close(&scene));
        let Some(found) = found else {
            (self.given, self.proposed) = (None, None);
            return None;
        };
        let counters: Vec<CounterId> = found.counters.iter().map(|advised| advised.counter.clone()).collect();
        let same = |given: &Advice| given.step == found.step && given.id() == found.id();
        if self.given.as_ref().is_some_and(same) {
            self.given = Some(found);
            return self.given.as_ref();
        }
        let since = match &self.proposed {
            Some((step, before, since)) if *step == found.step && shares(before, &counters) => *since,
            _ => day.now,
        };
        self.proposed = Some((found.step, counters, since));
        let sure = match found.step {
            Step::Open if self.alarm >= Alarm::Soon => SignedDuration::ZERO,
            Step::Open => SURE_TO_OPEN,
            Step::Close => SURE_TO_CLOSE,
        };
        self.given = (day.now.duration_since(since) >= sure).then_some(found);
        self.given.as_ref()
    }

    /// What was given, with its figures anew, if it still is of use.
    fn stands(&self, scene: &Scene<'_>) -> Option<Advice> {
        let given = self.given.as_ref().filter(|given| given.step == Step::Open)?;
        if scene.late < STANDS * scene.tolerated {
            return None;
        }
        let place = |advised: &AdvisedCounter| {
            scene.day.rules.counters.iter().position(|rule| rule.id == advised.counter)
        };
        let counters: Vec<usize> = given.counters.iter().filter_map(place).collect();
        // One that was opened meanwhile is done; what is left of the advice is another.
        let all = counters.iter().all(|n| scene.can_open(*n)) && counters.len() == given.counters.len();
        let late = scene.late_with(&counters, 0.0);
        (all && (late <= scene.tolerated || late <= scene.late * (1.0 - WORTH)))
            .then(|| scene.advise_opening(&counters))
            .flatten()
            .filter(|advice| {
                scene.open(1.0).is_none_or(|other| advice.late_with <= other.late_with + scene.tolerated)
            })
    }

    fn close(&self, scene: &Scene<'_>) -> Option<Advice> {
        let rests = |since: Option<Timestamp>, long: SignedDuration| {
            since.is_none_or(|since| scene.day.now.duration_since(since) >= long)
        };
        (rests(self.opened, SETTLES) && rests(self.closed, CLOSES_AGAIN)).then(|| scene.close()).flatten()
    }
}

fn shares(before: &[CounterId], now: &[CounterId]) -> bool {
    before.iter().any(|counter| now.contains(counter))
}

/// The next hours with counters as they are.
struct Scene<'a> {
    day: &'a RestOfDay<'a>,
    /// In seconds from now.
    until: f64,
    people: f64,
    tolerated: f64,
    late: f64,
    outcome: Outcome,
}

impl<'a> Scene<'a> {
    fn of(day: &'a RestOfDay<'a>) -> Self {
        let until = day.doors.close().clamp(0.0, AHEAD_S);
        let people = day.floor.promised(until);
        let outcome = day.floor.play(&day.as_is, until);
        let late = outcome.late();
        Self { day, until, people, tolerated: (people * TOLERATED).max(LEAST_LATE), late, outcome }
    }

    /// The alarm, where it was another before: it rises at once and falls late.
    fn alarm(&self, before: Alarm) -> Alarm {
        let near = self.until.min(NEAR_S);
        let soon = self.day.floor.play(&self.day.as_is, near).late();
        let tolerated = (self.day.floor.promised(near) * TOLERATED).max(LEAST_LATE);
        let level = |part: f64| {
            if soon > part * tolerated {
                if past_promise(self.day.branch, self.day.rules, self.day.now) {
                    Alarm::Missed
                } else {
                    Alarm::Soon
                }
            } else if self.late > part * self.tolerated {
                Alarm::Watch
            } else {
                Alarm::None
            }
        };
        level(1.0).max(level(STANDS).min(before))
    }

    /// Whether a counter could be opened, or go on.
    fn can_open(&self, n: usize) -> bool {
        let closed =
            self.day.as_is.get(n).is_some_and(|shift| {
                shift.open.is_empty() && shift.takes.iter().any(|tier| !tier.is_empty())
            });
        closed && self.day.rules.counters.get(n).is_some_and(is_for_all)
    }

    fn with(&self, counters: &[usize], from: f64) -> Staffing {
        let mut staffing = self.day.as_is.clone();
        for n in counters {
            staffing[*n].open = self.day.doors.from(&self.day.rules.counters[*n].id, from);
        }
        staffing
    }

    fn late_with(&self, counters: &[usize], from: f64) -> f64 {
        self.day.floor.play(&self.with(counters, from), self.until).late()
    }

    /// Counters to open, where more than `part` of what is tolerated would be late.
    fn open(&self, part: f64) -> Option<Advice> {
        if self.late <= part * self.tolerated || self.until <= 0.0 {
            return None;
        }
        let mut chosen: Vec<usize> = Vec::new();
        let (mut late, mut harm) = (self.late, self.outcome.harm());
        let can: Vec<usize> = (0..self.day.as_is.len()).filter(|n| self.can_open(*n)).collect();
        while late > ENOUGH * self.tolerated && chosen.len() < AT_ONCE {
            let mut best: Option<(f64, f64, usize)> = None;
            // Counters that take the same are the same to everybody: one of them is tried.
            let mut tried: Vec<(&Tiers, Open)> = Vec::new();
            for n in can.iter().copied() {
                if chosen.contains(&n) {
                    continue;
                }
                let opens = self.day.doors.from(&self.day.rules.counters[n].id, 0.0);
                let kind = (&self.day.as_is[n].takes, opens);
                if tried.contains(&kind) {
                    continue;
                }
                tried.push(kind);
                chosen.push(n);
                let with = self.day.floor.play(&self.with(&chosen, 0.0), self.until);
                chosen.pop();
                if best.is_none_or(|(least, ..)| with.harm() < least) {
                    best = Some((with.harm(), with.late(), n));
                }
            }
            let Some((with, then, n)) = best.filter(|(with, ..)| {
                harm - with >= (WORTH * harm).max(WORTH_TOLERATED * self.tolerated).min(1.0)
            }) else {
                break;
            };
            chosen.push(n);
            (late, harm) = (then, with);
        }
        self.advise_opening(&chosen)
    }

    fn advise_opening(&self, chosen: &[usize]) -> Option<Advice> {
        if chosen.is_empty() {
            return None;
        }
        let played = self.day.floor.play(&self.with(chosen, 0.0), self.until);
        let late = played.late();
        // As good as at once, or nearly.
        let good = (ENOUGH * self.tolerated).max(late + WORTH * (self.late - late));
        let later =
            LATER_S.into_iter().find(|from| *from < self.until && self.late_with(chosen, *from) <= good);
        let gains = |service: usize| self.outcome.late_of(service) - played.late_of(service);
        let counters = chosen.iter().map(|n| self.advised(*n)).collect();
        self.advice(Step::Open, counters, later.unwrap_or(0.0), late, gains)
    }

    /// One counter that the others do not need.
    fn close(&self) -> Option<Advice> {
        if self.until < LAST_S {
            return None;
        }
        let until = self.until.min(CLOSES_FOR_S);
        let tolerated = (self.day.floor.promised(until) * TOLERATED).max(LEAST_LATE);
        let late = self.day.floor.play(&self.day.as_is, until).late();
        let bearable = (SPARE * tolerated).max(late + NO_USE * tolerated);
        let open: Vec<usize> =
            (0..self.day.as_is.len()).filter(|n| !self.day.as_is[*n].open.is_empty()).collect();
        let mut best: Option<(f64, usize)> = None;
        for n in open.iter().copied() {
            let others = |service: &usize| {
                open.iter().any(|m| {
                    *m != n && self.day.as_is[*m].takes.iter().flatten().any(|taken| taken == service)
                })
            };
            if !self.day.as_is[n].takes.iter().flatten().all(others) {
                continue;
            }
            let mut staffing = self.day.as_is.clone();
            staffing[n].open.clear();
            let late = self.day.floor.play(&staffing, until).late();
            // Of equal ones the last of the list goes: the first are those that people look for.
            if late <= bearable && best.is_none_or(|(least, _)| late <= least) {
                best = Some((late, n));
            }
        }
        let (_, n) = best?;
        let mut staffing = self.day.as_is.clone();
        staffing[n].open.clear();
        let late = self.day.floor.play(&staffing, self.until).late();
        let own = |service: usize| {
            f64::from(u8::from(self.day.as_is[n].takes.first().is_some_and(|own| own.contains(&service))))
        };
        self.advice(Step::Close, vec![self.advised(n)], 0.0, late, own)
    }

    fn advice(
        &self,
        step: Step,
        counters: Vec<AdvisedCounter>,
        from: f64,
        late: f64,
        gains: impl Fn(usize) -> f64,
    ) -> Option<Advice> {
        let rules = self.day.rules;
        let most = |best: Option<usize>, n: usize| match best {
            Some(best) if gains(best) >= gains(n) => Some(best),
            _ => Some(n),
        };
        let service = (0..rules.services.len()).fold(None, most)?;
        let after = |seconds: f64| self.day.now + SignedDuration::from_secs_f64(seconds);
        Some(Advice {
            step,
            counters,
            by: after(from),
            service: rules.services.get(service)?.id.clone(),
            until: after(self.until),
            late_without: self.late,
            late_with: late,
            people: self.people,
        })
    }

    fn advised(&self, n: usize) -> AdvisedCounter {
        let rule = &self.day.rules.counters[n];
        let counter = self.day.branch.counter(&rule.id);
        let services = self.day.as_is[n].takes.iter().flatten();
        AdvisedCounter {
            counter: rule.id.clone(),
            paused: counter.is_some_and(|counter| counter.open && counter.pause.is_some()),
            services: services.map(|service| self.day.rules.services[*service].id.clone()).collect(),
        }
    }
}

/// Whether somebody who waits for a first call has done so for longer than promised.
fn past_promise(branch: &Branch, rules: &Rules, now: Timestamp) -> bool {
    branch.tickets().any(|(_, ticket)| {
        let promise = rules.service(&ticket.service).and_then(|rule| rule.charter?.waiting);
        let waits = matches!(ticket.state, TicketState::Waiting { .. }) && ticket.first_call.is_none();
        waits
            && promise
                .is_some_and(|promise| now.duration_since(ticket.counts_from.max(ticket.arrived)) > promise)
    })
}
