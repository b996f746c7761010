//! A branch at a moment, as the estimates see it.

use giliran_core::{Branch, Rules};
use jiff::{SignedDuration, Timestamp, civil::Date};

use crate::{
    Learned, Situation,
    hall::{Hall, View, Whom},
    pulse::Pulse,
};

/// Noon, before the first day has begun.
const NOON_S: f64 = 43_200.0;

/// The kind of day, for how fast queues usually are: the beginning of the week is not like the rest of it.
pub fn kind_of_day(day: Date) -> u32 {
    u32::from(day.weekday() == jiff::civil::Weekday::Monday)
}

/// The branch, what was learned, and the hall made out of both.
pub(crate) struct Moment<'a> {
    rules: &'a Rules,
    branch: &'a Branch,
    learned: &'a Learned,
    hall: Hall,
    /// By service, those that share its queue.
    linked: Vec<Vec<usize>>,
    time: f64,
    nothing: Pulse,
}

impl<'a> Moment<'a> {
    pub(crate) fn new(rules: &'a Rules, branch: &'a Branch, learned: &'a Learned, now: Timestamp) -> Self {
        let hall = Hall::new(rules, branch, learned, now);
        let linked = (0..rules.services.len()).map(|service| hall.linked(service)).collect();
        let time = learned.clock(now).unwrap_or(NOON_S);
        Self { rules, branch, learned, hall, linked, time, nothing: Pulse::default() }
    }

    /// What is known for somebody who comes for that service now; none where no open counter takes it.
    pub(crate) fn newcomer(&self, service: usize, allowance: SignedDuration) -> Option<Situation> {
        let due = allowance.as_secs_f64();
        let priority = due + 0.5 < self.ordinary(service)?;
        self.situation(service, Whom::Newcomer { due }, priority)
    }

    /// What is known for whoever waits for it at that place; none where nobody does or no open counter takes it.
    pub(crate) fn waiting(&self, service: usize, place: usize) -> Option<Situation> {
        let waiting = self.hall.services.get(service)?.queue.get(place)?;
        let priority = waiting.due + waiting.age + 0.5 < self.ordinary(service)?;
        self.situation(service, Whom::Waiting { place }, priority)
    }

    /// The last place of those who are due before somebody who comes now.
    pub(crate) fn last_before(&self, service: usize, allowance: SignedDuration) -> Option<usize> {
        let queue = &self.hall.services.get(service)?.queue;
        queue.partition_point(|waiting| waiting.due <= allowance.as_secs_f64()).checked_sub(1)
    }

    /// After how many seconds an ordinary visitor falls due.
    fn ordinary(&self, service: usize) -> Option<f64> {
        let allowance = self.rules.allowance(self.rules.services.get(service)?, self.rules.classes.first()?);
        Some(allowance.as_secs_f64())
    }

    fn situation(&self, service: usize, whom: Whom, priority: bool) -> Option<Situation> {
        let visit = |n: usize| {
            let rule = &self.rules.services[n];
            self.learned
                .services
                .get(&rule.id)
                .map_or_else(|| (rule.serving.as_secs_f64(), 1.0), |known| known.visit(rule.serving))
        };
        let linked = &self.linked[service];
        let (sum, weight) = linked
            .iter()
            .map(|n| visit(*n))
            .fold((0.0, 0.0), |(sum, all), (mean, weight)| (sum + mean * weight, all + weight));
        let known = self.learned.services.get(&self.rules.services[service].id);
        let view = View {
            pulse: known.map_or(&self.nothing, |known| &known.pulse),
            linked,
            service: visit(service).0,
            visit: if weight > 0.0 { sum / weight } else { visit(service).0 },
            own_waits: known.and_then(|known| known.last_waits),
            time: self.time,
            kind: self.learned.kind,
            priority,
            group: known.map_or(u32::MAX, |known| known.group),
            seed: seed(self.branch, service),
        };
        self.hall.situation(service, whom, &view).filter(|situation| situation.played.is_some())
    }
}

/// The same until somebody takes a number, so that a figure on a screen does not flicker.
fn seed(branch: &Branch, service: usize) -> u64 {
    let day = branch.day().unwrap_or_default();
    let day = u64::from(day.year().unsigned_abs()) * 366 + u64::from(day.day_of_year().unsigned_abs());
    (day << 40) | (u64::from(branch.tally().issued) << 12) | (service as u64 & 0xfff)
}
