//! Who should be at the counters in a week, from what its days usually bring.
//!
//! Each day is played as a whole. It begins with the fewest counters that take every service; where too many would wait
//! longer than the charter promises, one is added in the hour that suffers most; what is not needed at the ends of a
//! counter's hours is taken away again. Counters that are there an hour before or after are preferred, so that nobody
//! comes for an hour here and there.

use giliran_core::{CounterId, Rules};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};

use crate::{
    Arrivals, Learned,
    floor::{Cell, Floor, Open, Outcome, Shift, Staffing, Tiers},
    outlook::TOLERATED,
    staffing::{is_for_all, takes},
};

/// An hour.
const HOUR_S: f64 = 3600.0;

/// After the doors close counters go on until everybody is served, so long at most.
const OVERTIME_S: f64 = 3.0 * 3600.0;

/// A day of a roster.
#[derive(Debug, Clone, PartialEq)]
pub struct RosterDay {
    /// The day.
    pub day: Date,
    /// By hour of opening.
    pub hours: Vec<RosterHour>,
    /// How many people are expected.
    pub arrivals: f64,
    /// How many of them are expected to wait longer than promised.
    pub late: f64,
}

/// An hour of it.
#[derive(Debug, Clone, PartialEq)]
pub struct RosterHour {
    /// When it begins.
    pub from: Timestamp,
    /// How many people are expected.
    pub arrivals: f64,
    /// Who should be there, in the office's order.
    pub counters: Vec<CounterId>,
}

/// The roster of the seven days from `monday` on; days on which the office is closed are left out, and so are all where it
/// has no hours. Seconds of work: not for a place where anybody waits.
pub fn roster(rules: &Rules, learned: &Learned, arrivals: &Arrivals, monday: Date) -> Vec<RosterDay> {
    let days = (0..7).filter_map(|n| monday.checked_add(i64::from(n).days()).ok());
    days.filter_map(|day| roster_day(rules, learned, arrivals, day)).collect()
}

fn roster_day(rules: &Rules, learned: &Learned, arrivals: &Arrivals, day: Date) -> Option<RosterDay> {
    let stretches = rules.open_on(day)?;
    let (first, last) = (stretches.first()?.from, stretches.last()?.until);
    let before = rules.hours.as_ref().map(|hours| hours.last_ticket).unwrap_or_default();
    let gives_out =
        |at: Timestamp| at < last - before && stretches.iter().any(|open| open.from <= at && at < open.until);
    let expected = arrivals.of_day(rules, day, |_, at| gives_out(at));
    let floor = Floor::of_day(rules, learned, &expected);
    let seconds = |at: Timestamp| at.duration_since(expected.begins).as_secs_f64();
    // Hours from the first opening on, as far as the doors are open in them.
    let mut slots: Vec<(f64, f64)> = Vec::new();
    let mut from = seconds(first);
    while from < seconds(last) {
        let until = (from + HOUR_S).min(seconds(last));
        let open = |open: &giliran_core::Stretch| seconds(open.from) < until && from < seconds(open.until);
        if stretches.iter().any(open) {
            slots.push((from, until));
        }
        from = until;
    }
    let sum: f64 = expected.services.iter().flatten().sum();
    let mut table = Table::new(rules, &floor, slots);
    let late = table.fill(sum);
    let hours = table.slots.iter().enumerate().map(|(slot, (from, until))| {
        let quarter = |at: f64| (at / 900.0).round().max(0.0) as usize;
        let in_it =
            |services: &Vec<f64>| services.iter().take(quarter(*until)).skip(quarter(*from)).sum::<f64>();
        let there = |(rule, on): (&giliran_core::CounterRule, &Vec<bool>)| on[slot].then(|| rule.id.clone());
        RosterHour {
            from: expected.begins + SignedDuration::from_secs_f64(*from),
            arrivals: expected.services.iter().map(in_it).sum(),
            counters: rules.counters.iter().zip(&table.on).filter_map(there).collect(),
        }
    });
    Some(RosterDay { day, hours: hours.collect(), arrivals: sum, late })
}

/// Who is there when.
struct Table<'a> {
    floor: &'a Floor,
    slots: Vec<(f64, f64)>,
    takes: Vec<Tiers>,
    /// Whether a counter is one for everybody.
    usable: Vec<bool>,
    /// By counter and slot.
    on: Vec<Vec<bool>>,
}

impl<'a> Table<'a> {
    fn new(rules: &Rules, floor: &'a Floor, slots: Vec<(f64, f64)>) -> Self {
        let takes: Vec<_> = rules.counters.iter().map(|rule| takes(rules, rule, None)).collect();
        let usable: Vec<bool> = rules.counters.iter().map(is_for_all).collect();
        let mut covered = vec![false; rules.services.len()];
        let mut first = vec![false; takes.len()];
        // The fewest that take everything, by the usual greedy choice.
        loop {
            let gains = |n: usize| takes[n].iter().flatten().filter(|service| !covered[**service]).count();
            let best =
                (0..takes.len()).filter(|n| usable[*n]).max_by_key(|n| (gains(*n), std::cmp::Reverse(*n)));
            let Some(best) = best.filter(|n| gains(*n) > 0) else { break };
            first[best] = true;
            takes[best].iter().flatten().for_each(|service| covered[*service] = true);
        }
        let on = first.into_iter().map(|on| vec![on; slots.len()]).collect();
        Self { floor, slots, takes, usable, on }
    }

    fn staffing(&self) -> Staffing {
        let last = self.slots.len().saturating_sub(1);
        let shift = |(takes, on): (&Tiers, &Vec<bool>)| {
            let open = self.slots.iter().enumerate().filter(|(slot, _)| on[*slot]);
            let mut joined: Open = Vec::new();
            for (slot, (from, until)) in open {
                let until = if slot == last { until + OVERTIME_S } else { *until };
                match joined.last_mut() {
                    Some((_, before)) if *before >= *from => *before = until,
                    _ => joined.push((*from, until)),
                }
            }
            Shift { open: joined, takes: takes.clone(), busy: None }
        };
        self.takes.iter().zip(&self.on).map(shift).collect()
    }

    fn play(&self) -> Outcome {
        self.floor.play(&self.staffing(), f64::INFINITY)
    }

    /// Adds and takes away until no more are late than is tolerated, as far as the counters go; says how many are late.
    fn fill(&mut self, people: f64) -> f64 {
        let tolerated = people * TOLERATED;
        let mut outcome = self.play();
        while outcome.late() > tolerated {
            let Some(better) = self.add(&outcome) else { break };
            outcome = better;
        }
        self.trim(tolerated.max(outcome.late()));
        self.play().late()
    }

    /// Adds the counter and hour that help those most who come in the hour in which most are late.
    fn add(&mut self, outcome: &Outcome) -> Option<Outcome> {
        let late = outcome.late();
        let mut by_slot: Vec<(usize, f64)> =
            self.slots.iter().map(|slot| self.late_in(outcome, *slot)).enumerate().collect();
        by_slot.sort_by(|a, b| b.1.total_cmp(&a.1));
        for (slot, _) in by_slot.into_iter().take_while(|(_, late)| *late > 0.0) {
            // Who waits in this hour may be helped by one more in it, or in the one before.
            for slot in [Some(slot), slot.checked_sub(1)].into_iter().flatten() {
                let mut best: Option<(f64, bool, usize, Outcome)> = None;
                let mut tried: Vec<(&Tiers, bool)> = Vec::new();
                let mut can = Vec::new();
                for n in (0..self.on.len()).filter(|n| self.usable[*n] && !self.on[*n][slot]) {
                    let beside = slot.checked_sub(1).is_some_and(|before| self.on[n][before])
                        || self.on[n].get(slot + 1).is_some_and(|on| *on);
                    let kind = (&self.takes[n], beside);
                    if !tried.contains(&kind) {
                        tried.push(kind);
                        can.push((n, beside));
                    }
                }
                for (n, beside) in can {
                    self.on[n][slot] = true;
                    let with = self.play();
                    self.on[n][slot] = false;
                    let gains = with.late();
                    let better = best.as_ref().is_none_or(|(least, near, ..)| {
                        gains < least - 0.1 || (gains <= least + 0.1 && beside && !near)
                    });
                    if better {
                        best = Some((gains, beside, n, with));
                    }
                }
                if let Some((with, _, n, outcome)) = best
                    && with < late - 0.02
                {
                    self.on[n][slot] = true;
                    return Some(outcome);
                }
            }
        }
        None
    }

    fn late_in(&self, outcome: &Outcome, (from, until): (f64, f64)) -> f64 {
        let quarter = |at: f64| (at / 900.0).round().max(0.0) as usize;
        let late = |cells: &Vec<Cell>| {
            cells.iter().take(quarter(until)).skip(quarter(from)).map(|cell| cell.late).sum::<f64>()
        };
        outcome.cells.iter().map(late).sum()
    }

    /// Takes hours away at the ends of each counter's, while no more than `tolerated` are late and every service is taken.
    fn trim(&mut self, tolerated: f64) {
        for n in (0..self.on.len()).rev() {
            for ends in [true, false] {
                loop {
                    let slots = 0..self.on[n].len();
                    let end = if ends {
                        slots.rev().find(|s| self.on[n][*s])
                    } else {
                        slots.into_iter().find(|s| self.on[n][*s])
                    };
                    let Some(slot) = end else { break };
                    self.on[n][slot] = false;
                    if !self.covers(slot) || self.play().late() > tolerated {
                        self.on[n][slot] = true;
                        break;
                    }
                }
            }
        }
    }

    /// Whether everything is taken in a slot that any counter takes at all.
    fn covers(&self, slot: usize) -> bool {
        let services = self.takes.iter().flatten().flatten();
        services.into_iter().all(|service| {
            self.takes
                .iter()
                .zip(&self.on)
                .any(|(takes, on)| on[slot] && takes.iter().flatten().any(|taken| taken == service))
        })
    }
}
