//! People of a simulated office: more in the morning, on some weekdays, around pay day and after a holiday, and on some
//! days many more or fewer than anybody could know.
//!
//! Nothing here is the forecast's own idea of a day: the hours have other peaks than its shapes, visits are log-normal where
//! it keeps histograms, and days stray log-normally where it takes gamma levels.

use giliran_core::{Rules, ServiceId, ServiceRule};
use jiff::{SignedDuration, Timestamp, civil::Date};

use crate::chaos::rng::Chance;

/// At its busiest a usual day asks for this part of what all counters can do.
const PEAK: f64 = 0.65;

/// How strong each hour is from the opening on, as a share of the busiest; after the list as its last.
const HOURS: [f64; 10] = [0.75, 1.0, 0.9, 0.7, 0.45, 0.5, 0.65, 0.55, 0.4, 0.3];

/// Weekdays from Monday.
const WEEKDAYS: [f64; 7] = [1.15, 0.98, 0.92, 0.95, 1.0, 1.05, 0.8];

/// By how much days and services stray, as the logarithm's standard deviation.
const DAY_STRAYS: f64 = 0.16;
const SERVICE_STRAYS: f64 = 0.12;

/// Of a hundred days so many have two hours in which many more come.
const CROWDS: usize = 6;

/// How long visits take beside the configured time, and how they scatter: the coefficient of variation of services in the
/// records of public offices is about so.
const TRUE_MEAN: f64 = 1.1;
const VISITS_STRAY: f64 = 0.6;

/// Of a hundred people so many do not come when called.
const MISSING: usize = 4;

/// The people of an office.
#[derive(Debug, Clone)]
pub struct World {
    seed: u64,
    /// By service of the rules: people an hour at the busiest of a usual day; 0 for what nobody comes for.
    rates: Vec<f64>,
}

/// Somebody who comes.
#[derive(Debug, Clone)]
pub struct Person {
    /// When.
    pub at: Timestamp,
    /// What for.
    pub service: ServiceId,
    /// How much longer or shorter their visits are than others', and what decides it for each leg.
    pub pace: f64,
    /// Whether they come when they are called.
    pub comes: bool,
    /// When they leave if they were not called.
    pub leaves: Timestamp,
    /// What stands for them.
    pub number: u64,
}

impl World {
    /// The people of an office's own size.
    ///
    /// # Errors
    /// Nobody could come for anything.
    pub fn new(rules: &Rules, seed: u64) -> anyhow::Result<Self> {
        let bears = |id: &ServiceId| {
            let serving = rules.service(id).map_or(300.0, |rule| rule.serving.as_secs_f64());
            let own =
                rules.counters.iter().filter(|rule| rule.reserved.is_empty() && rule.services.contains(id));
            let counters: f64 = own.map(|rule| 1.0 / rule.services.len() as f64).sum();
            let shared = entries(rules).filter(|entry| entry.id == *id || entry.then.contains(id)).count();
            counters * 3600.0 / (serving * TRUE_MEAN + 25.0) / shared.max(1) as f64
        };
        let rate = |service: &ServiceRule| {
            if !entries(rules).any(|entry| entry.id == service.id) {
                return 0.0;
            }
            let path = std::iter::once(&service.id).chain(&service.then);
            path.map(bears).fold(f64::INFINITY, f64::min) * PEAK
        };
        let rates: Vec<f64> = rules.services.iter().map(rate).collect();
        anyhow::ensure!(rates.iter().sum::<f64>() > 0.0, "nobody could come for anything");
        Ok(Self { seed, rates })
    }

    /// Who comes on a day, in order.
    pub fn people(&self, rules: &Rules, day: Date) -> Vec<Person> {
        let midnight = rules.day_starts_at(day);
        let number = u64::try_from(midnight.as_second()).unwrap_or(0);
        let mut chance = Chance::of(self.seed ^ number);
        let stretches = rules.open_on(day).unwrap_or_else(|| {
            let hour = |n| midnight + SignedDuration::from_hours(n);
            vec![giliran_core::Stretch { from: hour(8), until: hour(17), counters: Vec::new() }]
        });
        let last_ticket = rules.hours.as_ref().map(|hours| hours.last_ticket).unwrap_or_default();
        let (Some(first), Some(last)) = (stretches.first(), stretches.last()) else { return Vec::new() };
        let (opens, ends) = (first.from, last.until - last_ticket);
        let weekday = WEEKDAYS[usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0)];
        let pay = if day.day() <= 5 || day.day() > day.days_in_month() - 3 { 1.12 } else { 1.0 };
        let level = weekday * pay * (DAY_STRAYS * normal(&mut chance)).exp();
        let crowd = chance.percent(CROWDS).then(|| f64::from(u32::try_from(chance.below(6)).unwrap_or(0)));

        let mut people = Vec::new();
        for (service, rate) in rules.services.iter().zip(&self.rates) {
            let level = level * (SERVICE_STRAYS * normal(&mut chance)).exp();
            let most = rate * level * 1.7;
            let mut at = opens;
            loop {
                if most <= 0.0 {
                    break;
                }
                // Thinned from the strongest hour there can be.
                at += SignedDuration::from_secs_f64(-share(&mut chance).ln() / most * 3600.0);
                if at >= ends {
                    break;
                }
                let hour = at.duration_since(opens).as_secs_f64() / 3600.0;
                let crowded = crowd.is_some_and(|begins| (begins..begins + 2.0).contains(&hour));
                let strength = HOURS[(hour as usize).min(HOURS.len() - 1)] * if crowded { 1.7 } else { 1.0 };
                let kept = share(&mut chance) * 1.7 <= strength;
                if !kept || !stretches.iter().any(|open| open.from <= at && at < open.until) {
                    continue;
                }
                let patience = -share(&mut chance).ln() * 3.0 * 3600.0;
                people.push(Person {
                    at: whole(at),
                    service: service.id.clone(),
                    pace: (VISITS_STRAY * normal(&mut chance) - VISITS_STRAY * VISITS_STRAY / 2.0).exp()
                        * TRUE_MEAN,
                    comes: !chance.percent(MISSING),
                    leaves: whole(at + SignedDuration::from_secs_f64(patience + 600.0)),
                    number: 0,
                });
            }
        }
        people.sort_by_key(|person| person.at);
        for (n, person) in (number..).zip(&mut people) {
            person.number = n;
        }
        people
    }
}

/// The services that people come for: those that no other leads to.
fn entries(rules: &Rules) -> impl Iterator<Item = &ServiceRule> {
    let led_to = |id: &ServiceId| rules.services.iter().any(|other| other.then.contains(id));
    rules.services.iter().filter(move |service| !led_to(&service.id))
}

fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// Above 0 and up to 1.
fn share(chance: &mut Chance) -> f64 {
    (chance.below(1 << 30) as f64 + 1.0) / f64::from(1 << 30)
}

/// Normally distributed, by the way of Box and Muller.
fn normal(chance: &mut Chance) -> f64 {
    (-2.0 * share(chance).ln()).sqrt() * (std::f64::consts::TAU * share(chance)).cos()
}
