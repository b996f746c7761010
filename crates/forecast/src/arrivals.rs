//! How many people come, by service and quarter of an hour: what the office's own days have taught, and what it leads
//! one to expect of the rest of a day.
//!
//! A service has a level for each weekday and one shape over the day. The whole office shares factors for the part of
//! the month, the day after a holiday and school breaks, and how far days stray from what was expected of them. Today's
//! numbers so far move the rest of today: the level is taken as gamma distributed around what was expected, so that
//! after each person it is known a little better (the conjugate update of a Poisson rate).
//!
//! Invariants: the same log teaches the same on every machine; a day that makes no sense (a test day, a clock that
//! jumped, an office that was shut after an hour) is left out and counted; the size is bounded by the rules' services.

use std::collections::BTreeMap;

use giliran_core::{Branch, Entry, Event, Rules, ServiceId};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::day_kind::{DayKind, MonthPart};

/// A quarter of an hour.
pub(crate) const QUARTER_S: i64 = 900;

/// So many of them has a business day.
const QUARTERS: usize = 96;

/// The shape of a day keeps nine tenths at each further day: about the last ten count.
const SHAPE_KEEPS: f64 = 0.9;

/// So many people, spread evenly over the hours of opening, are added to the shape, for hours of which nothing is known.
const SHAPE_PRIOR: f64 = 6.0;

/// A weekday's level is the mean of its last days, about so many.
const LEVEL_MEMORY: f64 = 6.0;

/// A factor is held at 1 as if so many days had been as expected, and forgets a twentieth with each day.
const FACTOR_PRIOR: f64 = 4.0;
const FACTOR_KEEPS: f64 = 0.95;

/// The variance of a day's level around what was expected before anything is known: 0.2 squared, which is what days of
/// one weekday scatter by in the offices of which records are public.
const SPREAD_PRIOR: f64 = 0.04;

/// From so many days on, one with less than a fifth or more than five times of what was expected is left out, and so many
/// in a row are not chance but another office.
const KNOWN_FROM: u32 = 3;
const ODD: f64 = 5.0;
const ODD_AT_MOST: u32 = 3;

/// A service's own number of today counts from so many people on as much as the whole office's.
const OWN_LEVEL: f64 = 10.0;

/// Without history the last hour goes on.
const LAST_HOUR: usize = 4;

/// What the office's own days have taught of arrivals.
///
/// Kept with the branch's snapshot; can be built again from the log at any time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Arrivals {
    services: BTreeMap<ServiceId, Series>,
    /// Days that taught something.
    days: u32,
    /// Days that made no sense.
    left_out: u32,
    /// How many of the last days, one after another, made no sense.
    odd: u32,
    beginning: Factor,
    end: Factor,
    after_holiday: Factor,
    school_break: Factor,
    /// The mean square of how far days strayed, as a share.
    spread: Option<f64>,
    today: Option<Today>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Series {
    /// People a day, by weekday, Monday first.
    levels: [Level; 7],
    /// People by quarter of the business day, forgotten slowly; up to the last in which anybody came.
    shape: Vec<f64>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Level {
    mean: f64,
    days: f64,
}

/// By how much days of a kind differ from others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Factor {
    sum: f64,
    days: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Today {
    day: Date,
    kind: DayKind,
    begins: Timestamp,
    counts: BTreeMap<ServiceId, Vec<u32>>,
}

/// What is expected from some moment to the end of a day.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expected {
    /// The beginning of the first quarter; the others follow without a gap.
    pub(crate) begins: Timestamp,
    /// By service in the rules' order and by quarter: how many people come. What lies before now in the first is left
    /// out.
    pub(crate) services: Vec<Vec<f64>>,
    /// The variance of the level of all of it, as a share of its square.
    pub(crate) spread: f64,
}

impl Factor {
    fn value(self) -> f64 {
        (self.sum + FACTOR_PRIOR) / (self.days + FACTOR_PRIOR)
    }

    fn learn(&mut self, ratio: f64) {
        self.sum = self.sum * FACTOR_KEEPS + ratio;
        self.days = self.days * FACTOR_KEEPS + 1.0;
    }
}

impl Series {
    /// People on such a weekday; of one that is not known, what the others have.
    fn level(&self, weekday: u8) -> Option<f64> {
        let own = self.levels.get(usize::from(weekday)).filter(|level| level.days > 0.0);
        own.map(|level| level.mean).or_else(|| {
            let known: Vec<f64> =
                self.levels.iter().filter(|level| level.days > 0.0).map(|level| level.mean).collect();
            (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
        })
    }
}

impl Arrivals {
    /// Takes in an entry, given the branch as it stood before it. To be called once for each entry of the log, in order.
    pub fn observe(&mut self, before: &Branch, entry: &Entry) {
        for event in &entry.events {
            self.observe_event(before, event, entry.at);
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else tells who comes")]
    fn observe_event(&mut self, before: &Branch, event: &Event, at: Timestamp) {
        match event {
            Event::RulesSet { rules } => {
                self.services.retain(|service, _| rules.service(service).is_some());
            }
            Event::DayBegan { day, .. } => {
                self.end_day();
                if let Some(rules) = before.rules() {
                    let begins = rules.day_starts_at(*day);
                    let kind = DayKind::of(rules, *day);
                    self.today = Some(Today { day: *day, kind, begins, counts: BTreeMap::new() });
                }
            }
            Event::TicketIssued { service, .. } => {
                let Some(today) = &mut self.today else { return };
                let Some(quarter) = quarter(today.begins, at) else { return };
                let counts = today.counts.entry(service.clone()).or_default();
                if counts.len() <= quarter {
                    counts.resize(quarter + 1, 0);
                }
                counts[quarter] = counts[quarter].saturating_add(1);
            }
            _ => {}
        }
    }

    /// From how many days something was learned.
    pub fn days_known(&self) -> u32 {
        self.days
    }

    /// How many days made no sense and were left out.
    pub fn days_left_out(&self) -> u32 {
        self.left_out
    }

    fn end_day(&mut self) {
        let Some(Today { kind, counts, .. }) = self.today.take() else { return };
        let total = |counts: &Vec<u32>| counts.iter().map(|count| f64::from(*count)).sum::<f64>();
        let actual: f64 = counts.values().map(total).sum();
        if actual <= 0.0 {
            return; // a day on which nobody came is one on which the office was closed
        }
        let usual = self.services.values().filter_map(|series| series.level(kind.weekday)).sum::<f64>();
        let expected = usual * self.factor(kind);
        let known = self.days >= KNOWN_FROM && expected > 0.0;
        if known && !(expected / ODD..=expected * ODD).contains(&actual) && self.odd < ODD_AT_MOST {
            self.odd += 1;
            self.left_out = self.left_out.saturating_add(1);
            return;
        }
        if std::mem::take(&mut self.odd) >= ODD_AT_MOST {
            // So many in a row are another office: what was known of the levels is not of it.
            self.services.values_mut().for_each(|series| series.levels = Default::default());
            self.days = 0;
        }
        let known = known && self.days > 0;
        if known {
            let stray = (actual / expected - 1.0) * (actual / expected - 1.0);
            // What chance alone makes of so many is no straying of the level.
            let level = (stray - 1.0 / expected).max(0.0);
            let spread = self.spread.unwrap_or(SPREAD_PRIOR);
            self.spread = Some(spread + 0.1 * (level.min(1.0) - spread));
            self.learn_factors(kind, actual / expected);
        }
        let factor = self.factor(kind);
        // Whom nobody came for is known too.
        let mut counts = counts;
        for service in self.services.keys() {
            counts.entry(service.clone()).or_default();
        }
        for (service, counts) in counts {
            let series = self.services.entry(service).or_default();
            let mut people = total(&counts) / factor;
            if let Some(level) = series.level(kind.weekday).filter(|_| known) {
                people = people.clamp(level / ODD, level.mul_add(ODD, ODD));
            }
            let level = &mut series.levels[usize::from(kind.weekday.min(6))];
            level.days = (level.days + 1.0).min(LEVEL_MEMORY);
            level.mean += (people - level.mean) / level.days;
            if series.shape.len() < counts.len() {
                series.shape.resize(counts.len(), 0.0);
            }
            for part in &mut series.shape {
                *part *= SHAPE_KEEPS;
            }
            for (part, count) in series.shape.iter_mut().zip(counts) {
                *part += f64::from(count);
            }
        }
        self.days = self.days.saturating_add(1);
    }

    fn learn_factors(&mut self, kind: DayKind, ratio: f64) {
        // Each is learned from days that are of one kind alone: which of two it was can't be told.
        let edge = kind.part != MonthPart::Middle;
        match (edge, kind.after_holiday, kind.school_break) {
            (true, false, false) => {
                let factor =
                    if kind.part == MonthPart::Beginning { &mut self.beginning } else { &mut self.end };
                let before = factor.value();
                factor.learn(ratio * before);
            }
            (_, true, false) => {
                let before = self.after_holiday.value();
                self.after_holiday.learn(ratio * before);
            }
            (_, false, true) => {
                let before = self.school_break.value();
                self.school_break.learn(ratio * before);
            }
            (false, false, false) | (_, true, true) => {}
        }
    }

    fn factor(&self, kind: DayKind) -> f64 {
        let part = match kind.part {
            MonthPart::Beginning => self.beginning.value(),
            MonthPart::Middle => 1.0,
            MonthPart::End => self.end.value(),
        };
        let holiday = if kind.after_holiday { self.after_holiday.value() } else { 1.0 };
        let school = if kind.school_break { self.school_break.value() } else { 1.0 };
        part * holiday * school
    }

    /// What is expected of a whole day that has not begun; `gives_out` says whether the service gives out numbers then.
    pub(crate) fn of_day(
        &self,
        rules: &Rules,
        day: Date,
        gives_out: impl Fn(&ServiceId, Timestamp) -> bool,
    ) -> Expected {
        let begins = rules.day_starts_at(day);
        let factor = self.factor(DayKind::of(rules, day));
        let kind = DayKind::of(rules, day);
        let services = rules.services.iter().map(|rule| {
            let open = open_quarters(begins, 0, QUARTERS, |at| gives_out(&rule.id, at));
            let series = self.services.get(&rule.id);
            let people = series.and_then(|series| series.level(kind.weekday)).unwrap_or(0.0) * factor;
            let shares = shares(series, &open);
            shares.into_iter().map(|share| share * people).collect()
        });
        Expected {
            begins,
            services: services.collect(),
            spread: self.spread.unwrap_or(SPREAD_PRIOR).max(0.001),
        }
    }

    /// What is expected of the rest of today. `until` ends it.
    pub(crate) fn rest_of_today(&self, branch: &Branch, now: Timestamp, until: Timestamp) -> Expected {
        let nothing = Expected { begins: now, services: Vec::new(), spread: SPREAD_PRIOR };
        let (Some(rules), Some(today)) = (branch.rules(), &self.today) else { return nothing };
        let first = quarter(today.begins, now).unwrap_or(QUARTERS - 1);
        let last = quarter(today.begins, until).unwrap_or(QUARTERS - 1).max(first);
        let begins = today.begins + SignedDuration::from_secs(QUARTER_S * first as i64);
        // Of the first quarter only what is left of it is still to come.
        let gone = (now.duration_since(begins).as_secs_f64() / QUARTER_S as f64).clamp(0.0, 1.0);
        let whole = |service: &ServiceId| {
            open_quarters(today.begins, 0, QUARTERS, |at| branch_gives_out(branch, service, at))
        };
        let elapsed = |shares: &[f64]| shares[..first].iter().sum::<f64>() + gone * shares[first];
        let spread = self.spread.unwrap_or(SPREAD_PRIOR).max(0.001);
        let factor = self.factor(today.kind);

        let mut people = Vec::with_capacity(rules.services.len());
        for rule in &rules.services {
            let open = whole(&rule.id);
            let series = self.services.get(&rule.id);
            let level = series.and_then(|series| series.level(today.kind.weekday)).filter(|_| self.days > 0);
            let shares = shares(series, &open);
            let counts = today.counts.get(&rule.id);
            let so_far: f64 = counts.map_or(0.0, |counts| counts.iter().map(|n| f64::from(*n)).sum());
            people.push((open, shares, level.map(|level| level * factor), so_far));
        }
        // How the whole office stands to what was expected so far.
        let known = |(_, shares, level, so_far): &(Vec<f64>, Vec<f64>, Option<f64>, f64)| {
            level.map(|level| (level * elapsed(shares), *so_far))
        };
        let (expected, seen) =
            people.iter().filter_map(known).fold((0.0, 0.0), |(a, b), (c, d)| (a + c, b + d));
        let whole_level = (seen + 1.0 / spread) / (expected + 1.0 / spread);
        let whole_spread = 1.0 / (seen + 1.0 / spread);

        let services =
            people.into_iter().zip(&rules.services).map(|((open, shares, level, so_far), rule)| {
                let counts = today.counts.get(&rule.id);
                let mut rest: Vec<f64> = match level {
                    Some(level) => {
                        let expected = level * elapsed(&shares);
                        let own = (so_far + OWN_LEVEL * whole_level) / (expected + OWN_LEVEL);
                        shares[first..=last].iter().map(|share| share * level * own).collect()
                    }
                    None => {
                        // As in the last hour, or since the doors opened if that is less.
                        let from = first.saturating_sub(LAST_HOUR);
                        let lately: f64 = counts
                            .map_or(0.0, |counts| counts.iter().skip(from).map(|n| f64::from(*n)).sum());
                        let time = open[from..first].iter().sum::<f64>() + gone * open[first];
                        let rate = if time > 0.0 { lately / time.max(1.0) } else { 0.0 };
                        open[first..=last].iter().map(|part| part * rate).collect()
                    }
                };
                if let Some(first) = rest.first_mut() {
                    *first *= 1.0 - gone;
                }
                if let Some(left) = branch.numbers_left(&rule.id) {
                    let sum: f64 = rest.iter().sum();
                    if sum > f64::from(left) {
                        rest.iter_mut().for_each(|people| *people *= f64::from(left) / sum);
                    }
                }
                rest
            });
        let services: Vec<Vec<f64>> = services.collect();
        let spread = if expected > 0.0 { whole_spread } else { 0.1 };
        Expected { begins, services, spread: spread.clamp(0.001, 0.25) }
    }
}

/// Whether a number would be given out, quotas aside.
fn branch_gives_out(branch: &Branch, service: &ServiceId, at: Timestamp) -> bool {
    branch.numbers_left(service) == Some(0) || branch.gives_out(service, at)
}

/// The quarter of a business day in which a moment lies.
fn quarter(begins: Timestamp, at: Timestamp) -> Option<usize> {
    let seconds = at.duration_since(begins).as_secs();
    usize::try_from(seconds / QUARTER_S).ok().filter(|n| seconds >= 0 && *n < QUARTERS)
}

/// By quarter, 1 where numbers are given out in its middle and 0 where not.
fn open_quarters(
    begins: Timestamp,
    from: usize,
    until: usize,
    gives_out: impl Fn(Timestamp) -> bool,
) -> Vec<f64> {
    let middle = |n: usize| begins + SignedDuration::from_secs(QUARTER_S * n as i64 + QUARTER_S / 2);
    (from..until).map(|n| f64::from(u8::from(gives_out(middle(n))))).collect()
}

/// Which part of a day's people comes in each quarter: all of them in those that are open.
fn shares(series: Option<&Series>, open: &[f64]) -> Vec<f64> {
    let hours: f64 = open.iter().sum();
    if hours <= 0.0 {
        return vec![0.0; open.len()];
    }
    let shape = |n: usize| series.and_then(|series| series.shape.get(n)).copied().unwrap_or(0.0);
    let weight: Vec<f64> =
        open.iter().enumerate().map(|(n, open)| open * (shape(n) + SHAPE_PRIOR / hours)).collect();
    let sum: f64 = weight.iter().sum();
    weight.into_iter().map(|part| part / sum).collect()
}
