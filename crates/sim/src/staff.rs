//! Ways to staff an office, tried on many simulated days: the advice of the forecast beside what offices do without it.
//!
//! The hall is the core itself, and what is learned is learned from its entries by the forecast's own code; only people are
//! invented. All ways see the same people, who know nothing of them and of whom nothing is known before they come.
//!
//! - [`world`]: who comes, for how long they stay and when they leave.
//! - [`hall`]: a day of the office, by the core.
//! - [`ways`]: who decides how many counters are open.

pub mod hall;
pub mod ways;
pub mod world;

use std::fmt;

use giliran_core::Rules;
use jiff::{ToSpan, civil::Date};
use serde::Serialize;

use hall::{Hall, Tally};
use ways::Way;
use world::World;

/// What to try, and for how long.
#[derive(Debug, Clone)]
pub struct Options {
    /// The days that are counted.
    pub days: u32,
    /// Days before them, from which only is learned.
    pub history: u32,
    /// What decides the people.
    pub seed: u64,
    /// The first day, if the office is open on it.
    pub first: Date,
}

/// How a way did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// Which.
    pub way: String,
    /// The share of first calls within what the charter promises, 0 to 1.
    pub charter: f64,
    /// Days on which at least 95 in a hundred were.
    pub days_kept: u32,
    /// Hours of open counters a day.
    pub hours: f64,
    /// How often a counter opened or closed, a day, beside the first opening and the last closing.
    pub changes: f64,
    /// The mean wait to the first call, in seconds.
    pub wait_s: f64,
}

/// How all of them did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The branch.
    pub branch: String,
    /// The days that were counted.
    pub days: u32,
    /// People a day who got a number.
    pub people: f64,
    /// How each way did.
    pub lines: Vec<Line>,
}

/// Tries all ways on the same days.
///
/// # Errors
/// The rules are not ones that an office can work by.
pub fn run(rules: &Rules, options: &Options, progress: impl Fn(&str)) -> anyhow::Result<Report> {
    let world = World::new(rules, options.seed)?;
    let days = open_days(rules, options.first, options.history + options.days);
    let (before, counted) = days.split_at(options.history as usize);
    // What the office has seen before anybody advises it: days with all counters open.
    let mut past = Hall::new(rules)?;
    let mut all = Way::all(rules);
    for day in before {
        past.day(&world, *day, &mut all)?;
    }
    let mut lines = Vec::new();
    let mut people = 0.0;
    let mut try_one = |way: Way| -> anyhow::Result<Line> {
        let name = way.to_string();
        progress(&name);
        let (mut hall, mut way) = (past.clone(), way);
        let mut sum = Sum::default();
        for day in counted {
            sum.add(&hall.day(&world, *day, &mut way)?);
        }
        people = f64::from(sum.issued) / counted.len().max(1) as f64;
        Ok(sum.line(name))
    };
    let advised = try_one(Way::advised(rules))?;
    let hours = advised.hours;
    lines.push(advised);
    lines.push(try_one(Way::fixed(rules, hours, &past, counted))?);
    lines.push(try_one(Way::erlang(rules, &past))?);
    for n in [4, 8, 16] {
        lines.push(try_one(Way::longer_than(rules, n))?);
    }
    lines.push(try_one(Way::all(rules))?);
    let days = u32::try_from(counted.len()).unwrap_or(u32::MAX);
    Ok(Report { branch: rules.id.to_string(), days, people, lines })
}

/// So many days on which the office is open.
fn open_days(rules: &Rules, first: Date, count: u32) -> Vec<Date> {
    let days = (0..i64::from(count) * 4 + 14).filter_map(|n| first.checked_add(n.days()).ok());
    let open = days.filter(|day| rules.open_on(*day).is_none_or(|open| !open.is_empty()));
    open.take(count as usize).collect()
}

#[derive(Default)]
struct Sum {
    days: u32,
    issued: u32,
    within: u32,
    late: u32,
    kept: u32,
    open_s: f64,
    changes: u32,
    waited_s: f64,
}

impl Sum {
    fn add(&mut self, day: &Tally) {
        self.days += 1;
        self.issued += day.issued;
        self.within += day.within;
        self.late += day.late;
        self.kept += u32::from(day.late * 19 <= day.within);
        self.open_s += day.open_s;
        self.changes += day.changes;
        self.waited_s += day.waited_s;
    }

    fn line(&self, way: String) -> Line {
        let days = f64::from(self.days.max(1));
        let called = f64::from((self.within + self.late).max(1));
        Line {
            way,
            charter: f64::from(self.within) / called,
            days_kept: self.kept,
            hours: self.open_s / 3600.0 / days,
            changes: f64::from(self.changes) / days,
            wait_s: self.waited_s / called,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { branch, days, people, lines } = self;
        writeln!(f, "{branch}: {days} days, {people:.0} people a day\n")?;
        writeln!(
            f,
            "{:<34} {:>8} {:>10} {:>13} {:>8} {:>9}",
            "", "charter", "days kept", "counter hours", "changes", "mean wait"
        )?;
        for Line { way, charter, days_kept, hours, changes, wait_s } in lines {
            let minutes = wait_s / 60.0;
            writeln!(
                f,
                "{way:<34} {:>6.1} % {days_kept:>10} {hours:>13.1} {changes:>8.1} {minutes:>5.1} min",
                100.0 * charter
            )?;
        }
        Ok(())
    }
}
