//! The rest of the day as it is expected: arrivals, waits, how many counters each service needs, and what another plan
//! would make of it.

use giliran_core::{Branch, CounterId, Rules, ServiceId};
use jiff::{SignedDuration, Timestamp};

use crate::{
    Arrivals, Learned,
    arrivals::{Expected, QUARTER_S},
    erlang,
    floor::{Cell, Floor, Outcome, Staffing, quantile},
    staffing::{self, Doors},
};

/// The share of people who may wait longer than the charter promises: charters of this kind are held to be kept at 95 %.
pub(crate) const TOLERATED: f64 = 0.05;

/// One in ten days brings less than the lower figure and one in ten more than the upper: 1.2816 standard deviations.
const ONE_IN_TEN: f64 = 1.281_551_565_544_600_4;

/// The rest of a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlook {
    /// When it was worked out.
    pub at: Timestamp,
    /// When the doors close; the same as `at` where they are closed already.
    pub until: Timestamp,
    /// From how many days arrivals are known.
    pub days_known: u32,
    /// By service, in the office's order.
    pub services: Vec<(ServiceId, Vec<Quarter>)>,
}

/// A quarter of an hour of a service.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quarter {
    /// When it begins.
    pub from: Timestamp,
    /// How many people are expected.
    pub arrivals: f32,
    /// In nine of ten days there are at least so many,
    pub arrivals_low: f32,
    /// and in nine of ten at most so many.
    pub arrivals_high: f32,
    /// How many counters keep the charter; none where it promises nothing.
    pub needed: Option<u32>,
    /// How many that take the service are expected to be open.
    pub open: u32,
    /// How many of those who come are expected to wait longer than promised.
    pub late: f32,
    /// Half of those who come wait no longer, in seconds; none where nobody is expected to be called.
    pub p50_s: Option<u32>,
    /// Nine in ten wait no longer.
    pub p90_s: Option<u32>,
}

/// What comes of a way to staff the rest of the day.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// By hour from now on.
    pub hours: Vec<Hour>,
    /// How many are expected to wait longer than promised.
    pub late: f32,
    /// How many people come or wait, of services whose charter promises something.
    pub promised: f32,
    /// For how long counters are open before the doors close, all together, in hours.
    pub counter_hours: f32,
}

/// An hour of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hour {
    /// When it begins.
    pub from: Timestamp,
    /// How many people come; in the first, those who wait already too.
    pub arrivals: f32,
    /// How many counters are open at its beginning.
    pub open: u32,
    /// How many of them wait longer than promised.
    pub late: f32,
    /// Half of them wait no longer, in seconds.
    pub p50_s: Option<u32>,
    /// Nine in ten wait no longer.
    pub p90_s: Option<u32>,
}

/// When a counter would be open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CounterPlan {
    /// Which.
    pub counter: CounterId,
    /// In order and apart; none keeps it closed.
    pub open: Vec<(Timestamp, Timestamp)>,
    /// The services that it would take; none means those that it takes now.
    pub services: Option<Vec<ServiceId>>,
}

/// The rest of a day, prepared once for all questions of one moment.
pub struct RestOfDay<'a> {
    pub(crate) branch: &'a Branch,
    pub(crate) rules: &'a Rules,
    pub(crate) doors: Doors<'a>,
    pub(crate) expected: Expected,
    pub(crate) floor: Floor,
    pub(crate) as_is: Staffing,
    pub(crate) days_known: u32,
    pub(crate) now: Timestamp,
    /// Mean seconds that a visit keeps a counter busy, by service.
    visits: Vec<f64>,
}

impl<'a> RestOfDay<'a> {
    /// The hall at a moment; none where the branch has no rules yet.
    pub fn of_now(
        branch: &'a Branch,
        learned: &Learned,
        arrivals: &Arrivals,
        now: Timestamp,
    ) -> Option<Self> {
        let rules = branch.rules()?;
        let doors = Doors::of_now(branch, now);
        let until = now + SignedDuration::from_secs_f64(doors.close());
        let expected = arrivals.rest_of_today(branch, now, until);
        let floor = Floor::of_now(branch, rules, learned, &expected, now);
        let as_is = staffing::as_is(branch, rules, &doors, now);
        let visits = visits(rules, learned);
        let days_known = arrivals.days_known();
        Some(Self { branch, rules, doors, expected, floor, as_is, days_known, now, visits })
    }

    /// The rest of the day with counters as they are.
    pub fn outlook(&self) -> Outlook {
        let close = self.doors.close();
        let mut outcome = self.floor.play(&self.as_is, f64::INFINITY);
        let services = self.rules.services.iter().enumerate().map(|(service, rule)| {
            let quarters = self.expected.services.get(service).map_or(0, Vec::len);
            let mut list: Vec<Quarter> =
                (0..quarters).map(|n| self.quarter(service, n, &mut outcome)).collect();
            list.truncate(if close > 0.0 { usize::MAX } else { 0 });
            (rule.id.clone(), list)
        });
        Outlook {
            at: self.now,
            until: self.now + SignedDuration::from_secs_f64(close),
            days_known: self.days_known,
            services: services.collect(),
        }
    }

    fn quarter(&self, service: usize, n: usize, outcome: &mut Outcome) -> Quarter {
        let from = self.expected.begins + SignedDuration::from_secs(QUARTER_S * n as i64);
        let mean = self.expected.services[service][n];
        let deviation = (mean + mean * mean * self.expected.spread).sqrt() * ONE_IN_TEN;
        let begins = from.duration_since(self.now).as_secs_f64().max(0.0);
        let lasts =
            (from + SignedDuration::from_secs(QUARTER_S)).duration_since(self.now).as_secs_f64() - begins;
        let rate = if lasts > 0.0 { mean / lasts } else { 0.0 };
        let promise = self.floor.promises[service];
        let needed = promise.map(|promise| erlang::needed(rate, self.visits[service], promise, TOLERATED));
        let cell = outcome.cells[service].get_mut(n);
        let (late, p50_s, p90_s) = cell.map_or((0.0, None, None), |cell| {
            (cell.late, quantile(&mut cell.waits, 0.5), quantile(&mut cell.waits, 0.9))
        });
        Quarter {
            from,
            arrivals: mean as f32,
            arrivals_low: (mean - deviation).max(0.0).floor() as f32,
            arrivals_high: (mean + deviation).ceil() as f32,
            needed,
            open: staffing::open_at(&self.as_is, begins, Some(service)),
            late: late as f32,
            p50_s,
            p90_s,
        }
    }

    /// What comes of counters as they are.
    pub fn as_is(&self) -> Plan {
        self.plan(&self.as_is)
    }

    /// What would come of other counters; those that are not named are as they are.
    pub fn what_if(&self, counters: &[CounterPlan]) -> Plan {
        let seconds = |at: Timestamp| at.duration_since(self.now).as_secs_f64();
        let mut staffing = self.as_is.clone();
        let places = crate::floor::places(self.rules);
        for plan in counters {
            let Some(n) = self.rules.counters.iter().position(|rule| rule.id == plan.counter) else {
                continue;
            };
            let Some(shift) = staffing.get_mut(n) else { continue };
            let open = plan.open.iter().map(|(from, until)| (seconds(*from).max(0.0), seconds(*until)));
            shift.open = open.filter(|(from, until)| until > from).collect();
            if let Some(services) = &plan.services {
                shift.takes = vec![services.iter().filter_map(|id| places.get(id).copied()).collect()];
            }
        }
        self.plan(&staffing)
    }

    fn plan(&self, staffing: &Staffing) -> Plan {
        let outcome = self.floor.play(staffing, f64::INFINITY);
        let late = outcome.late() as f32;
        Plan {
            hours: self.hours(staffing, outcome),
            late,
            promised: self.floor.promised(f64::INFINITY) as f32,
            counter_hours: staffing::hours(staffing, self.doors.close()) as f32,
        }
    }

    fn hours(&self, staffing: &Staffing, outcome: Outcome) -> Vec<Hour> {
        let quarters = self.expected.services.iter().map(Vec::len).max().unwrap_or(0);
        let mut hours: Vec<(Timestamp, Cell)> = Vec::new();
        let mut by_quarter: Vec<Cell> = vec![Cell::default(); quarters];
        for cells in outcome.cells {
            for (sum, cell) in by_quarter.iter_mut().zip(cells) {
                sum.people += cell.people;
                sum.late += cell.late;
                sum.waits.extend(cell.waits);
            }
        }
        for (n, cell) in by_quarter.into_iter().enumerate() {
            let from = self.expected.begins + SignedDuration::from_secs(QUARTER_S * n as i64);
            match hours.last_mut() {
                Some((begins, sum)) if from.duration_since(*begins) < SignedDuration::from_hours(1) => {
                    sum.people += cell.people;
                    sum.late += cell.late;
                    sum.waits.extend(cell.waits);
                }
                _ => hours.push((from, cell)),
            }
        }
        let hour = |(from, mut cell): (Timestamp, Cell)| Hour {
            from,
            arrivals: cell.people as f32,
            open: staffing::open_at(staffing, from.duration_since(self.now).as_secs_f64().max(0.0), None),
            late: cell.late as f32,
            p50_s: quantile(&mut cell.waits, 0.5),
            p90_s: quantile(&mut cell.waits, 0.9),
        };
        hours.into_iter().map(hour).collect()
    }
}

/// The mean seconds that a visit of each service keeps a counter busy.
pub(crate) fn visits(rules: &Rules, learned: &Learned) -> Vec<f64> {
    const DRAWS: u32 = 64;
    let mean = |law: &crate::durations::Law| {
        (0..DRAWS).map(|n| law.length((f64::from(n) + 0.5) / f64::from(DRAWS))).sum::<f64>()
            / f64::from(DRAWS)
    };
    let fresh = Default::default();
    let handover = mean(&learned.handover.law(SignedDuration::from_secs(20)));
    let of = |rule: &giliran_core::ServiceRule| {
        let known = learned.services.get(&rule.id).unwrap_or(&fresh);
        mean(&known.visits.law(rule.serving)) + handover
    };
    rules.services.iter().map(of).collect()
}
