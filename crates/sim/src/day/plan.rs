//! Who comes on a synthetic day, when and for what: as many as the office's own counters can bear, most of them in
//! the morning.

use giliran_core::{Rules, ServiceId, ServiceRule};
use jiff::{Timestamp, civil::Date};

use crate::{chaos::rng::Chance, office, record::DaySecond};

/// Which part of what the counters could bear comes.
const LOAD: f64 = 0.7;

/// How many of a hundred are of a class of their own, and how many come by appointment where there are any.
const OWN_CLASS: usize = 20;
const BY_APPOINTMENT: usize = 12;

/// How strong each tenth of the opening hours is: a peak in the morning, little at lunch, a small one after.
const TENTHS: [usize; 10] = [13, 18, 17, 12, 7, 6, 10, 9, 6, 2];

/// Somebody who comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// When.
    pub at: DaySecond,
    /// What for.
    pub service: ServiceId,
    /// The class, where it is not the ordinary one.
    pub class: Option<String>,
    /// The card's number, where the service asks for it.
    pub person: Option<String>,
    /// The appointment's code and hour.
    pub appointment: Option<(String, DaySecond)>,
}

/// A stretch of opening, in the day's own seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// From,
    pub from: DaySecond,
    /// until.
    pub until: DaySecond,
    /// By counter of the rules, whether it is planned to be open.
    pub open: Vec<bool>,
}

/// A synthetic day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The date.
    pub day: Date,
    /// Its midnight.
    pub midnight: Timestamp,
    /// The hours.
    pub stretches: Vec<Stretch>,
    /// Who comes, in order.
    pub visitors: Vec<Visitor>,
}

/// Why there is no such day.
#[derive(Debug, thiserror::Error)]
pub enum NoPlan {
    /// The time zone is none.
    #[error(transparent)]
    Zone(#[from] office::OfficeError),
    /// The office is closed.
    #[error("the office is closed on {0}")]
    Closed(Date),
}

/// The hours of an office that has none.
const OFFICE_HOURS: (u32, u32) = (8 * 3600, 17 * 3600);

impl Plan {
    /// The day of a seed.
    ///
    /// # Errors
    /// See [`NoPlan`].
    pub fn of(rules: &Rules, day: Date, seed: u64) -> Result<Self, NoPlan> {
        let midnight = office::midnight(day, &rules.time_zone)?;
        let second = |at: Timestamp| {
            DaySecond(u32::try_from(midnight.duration_until(at).as_secs()).unwrap_or_default())
        };
        let stretches = match rules.open_on(day) {
            None => vec![Stretch {
                from: DaySecond(OFFICE_HOURS.0),
                until: DaySecond(OFFICE_HOURS.1),
                open: vec![true; rules.counters.len()],
            }],
            Some(open) => open
                .iter()
                .map(|open| Stretch {
                    from: second(open.from),
                    until: second(open.until),
                    open: rules
                        .counters
                        .iter()
                        .map(|rule| open.counters.is_empty() || open.counters.contains(&rule.id))
                        .collect(),
                })
                .collect(),
        };
        if stretches.is_empty() {
            return Err(NoPlan::Closed(day));
        }
        let mut plan = Self { day, midnight, stretches, visitors: Vec::new() };
        let mut chance = Chance::of(seed);
        for service in entries(rules) {
            for _ in 0..plan.how_many(rules, service) {
                let visitor = plan.visitor(rules, service, &mut chance);
                plan.visitors.extend(visitor);
            }
        }
        plan.visitors.sort_by_key(|visitor| visitor.at);
        for (n, visitor) in plan.visitors.iter_mut().enumerate() {
            if rules.service(&visitor.service).is_some_and(|rule| rule.one_per_person) {
                visitor.person = Some(format!("{n:032x}"));
            }
            if let Some((code, _)) = &mut visitor.appointment {
                *code = format!("T{n:05}");
            }
        }
        Ok(plan)
    }

    /// How many come for a service: what its counters, and those of the services after it, can bear.
    fn how_many(&self, rules: &Rules, service: &ServiceRule) -> u32 {
        let seconds: Vec<f64> = (0..rules.counters.len())
            .map(|n| {
                self.stretches.iter().filter(|s| s.open[n]).map(|s| f64::from(s.until.since(s.from))).sum()
            })
            .collect();
        let bears = |id: &ServiceId| {
            let serving = rules.service(id).map_or(300.0, |rule| rule.serving.as_secs_f64());
            let own = rules.counters.iter().zip(&seconds).filter(|(rule, _)| rule.services.contains(id));
            // Whatever takes several services has a part of its time for each; so has what follows several.
            let time: f64 = own.map(|(rule, seconds)| seconds / rule.services.len() as f64).sum();
            let shared = entries(rules).filter(|entry| entry.id == *id || entry.then.contains(id)).count();
            // A little more than the service itself: people walk, and are called in vain.
            time / (serving + 20.0) / shared.max(1) as f64
        };
        let path = std::iter::once(&service.id).chain(&service.then);
        let most = path.map(bears).fold(f64::INFINITY, f64::min) * LOAD;
        (most as u32).min(service.series.size() * 9 / 10)
    }

    fn visitor(&self, rules: &Rules, service: &ServiceRule, chance: &mut Chance) -> Option<Visitor> {
        let at = self.arrival(chance);
        let gives_out = |at: DaySecond| {
            let now = self.midnight + jiff::SignedDuration::from_secs(at.0.into());
            let last = rules.hours.as_ref().map(|hours| hours.last_ticket).unwrap_or_default();
            let closes = self.stretches.last()?.until.0.saturating_sub(u32::try_from(last.as_secs()).ok()?);
            let own = service.last_ticket.map(|time| {
                let at = office::midnight(self.day, &rules.time_zone).ok()?;
                Some(at + jiff::civil::Time::midnight().duration_until(time))
            });
            (at.0 < closes && own.flatten().is_none_or(|own| now < own)).then_some(())
        };
        let received = rules.appointments.as_ref().filter(|_| chance.percent(BY_APPOINTMENT));
        if let Some(received) = received {
            // A few minutes early or late, within what the office allows.
            let early = received.early.as_secs().min(600);
            let late = received.late.as_secs().min(300);
            let off = chance.between(-late, early);
            let hour = DaySecond(u32::try_from(i64::from(at.0) + off).unwrap_or(at.0));
            let appointment = Some((String::new(), hour));
            return Some(Visitor { at, service: service.id.clone(), class: None, person: None, appointment });
        }
        gives_out(at)?;
        let booked = rules.appointments.as_ref().map(|rule| &rule.class);
        let own: Vec<_> = rules.classes.iter().skip(1).filter(|class| Some(&class.id) != booked).collect();
        let class = chance.pick(&own).filter(|_| chance.percent(OWN_CLASS));
        // An emergency is rare.
        let class =
            class.filter(|class| !class.goes_next || chance.percent(5)).map(|class| class.id.to_string());
        Some(Visitor { at, service: service.id.clone(), class, person: None, appointment: None })
    }

    fn arrival(&self, chance: &mut Chance) -> DaySecond {
        let mut left = chance.below(TENTHS.iter().sum());
        let mut tenth = 0;
        while left >= TENTHS[tenth] {
            left -= TENTHS[tenth];
            tenth += 1;
        }
        // Seconds of opening, laid end to end.
        let all: u32 = self.stretches.iter().map(|stretch| stretch.until.since(stretch.from)).sum();
        let part = all / 10;
        let within = u32::try_from(chance.below(part as usize)).unwrap_or(0);
        let mut into = u32::try_from(tenth).unwrap_or(0) * part + within;
        for stretch in &self.stretches {
            let length = stretch.until.since(stretch.from);
            if into < length {
                return DaySecond(stretch.from.0 + into);
            }
            into -= length;
        }
        self.stretches.first().map_or(DaySecond(0), |stretch| stretch.from)
    }
}

/// The services that people come for: those that no other leads to.
fn entries(rules: &Rules) -> impl Iterator<Item = &ServiceRule> {
    let led_to = |id: &ServiceId| rules.services.iter().any(|other| other.then.contains(id));
    rules.services.iter().filter(move |service| !led_to(&service.id))
}
