//! The answer: a range for each service and class, for whoever takes a number now.

use giliran_core::{Branch, ClassId, ServiceId, ServiceRule, WaitRange};
use jiff::{SignedDuration, Timestamp};

use crate::{
    Learned,
    hall::Hall,
    learned::can_call_at_once,
    paths::{self, PATHS},
};

/// No wait is announced as longer; the business day is over by then.
const LONGEST_S: f64 = 86_400.0;

/// How long whoever takes a number of a service now will wait, by class of visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceWaits {
    /// The service.
    pub service: ServiceId,
    /// By class, in the office's order, the ordinary one first; none where it is not known because no
    /// open counter takes the service.
    pub by_class: Vec<(ClassId, Option<WaitRange>)>,
}

impl ServiceWaits {
    /// The wait of an ordinary visitor.
    pub fn ordinary(&self) -> Option<WaitRange> {
        self.by_class.first().and_then(|(_, wait)| *wait)
    }

    /// The wait of a visitor of that class.
    pub fn of(&self, class: &ClassId) -> Option<WaitRange> {
        self.by_class.iter().find(|(id, _)| id == class).and_then(|(_, wait)| *wait)
    }
}

/// Waits until the first call for whoever takes a number at `now`, by service in the office's order.
///
/// Half of those who are told a range wait no longer than its first figure and nine in ten no longer
/// than its second, in seconds, at most a day. The same branch, learning and time give the same
/// answer; while nobody takes a number, chance does not change it. Milliseconds, however long the
/// queue: to be called beside the branch's clerk, not in it.
pub fn waits(branch: &Branch, learned: &Learned, now: Timestamp) -> Vec<ServiceWaits> {
    let Some(rules) = branch.rules() else { return Vec::new() };
    let hall = Hall::new(rules, branch, learned, now);
    let correction = learned.calibration.correction();
    let answer = |index: usize, rule: &ServiceRule| {
        // Whoever can be called at once is not part of what the correction was learned from.
        let at_once = can_call_at_once(branch, &rule.id);
        // Classes that fall due at the same time wait alike and are played once.
        let mut played: Vec<(SignedDuration, Option<WaitRange>)> = Vec::new();
        let by_class = rules.classes.iter().map(|class| {
            let allowance = rules.allowance(rule, class);
            let known = played.iter().find(|(same, _)| *same == allowance).map(|(_, wait)| *wait);
            let wait = known.unwrap_or_else(|| {
                let raw = wait(&hall, index, allowance, seed(branch, index))?;
                let mut range = if at_once { raw } else { correction.apply(raw) };
                range.p90_s = range.p90_s.min(LONGEST_S as u32);
                range.p50_s = range.p50_s.min(range.p90_s);
                Some(range)
            });
            played.push((allowance, wait));
            (class.id.clone(), wait)
        });
        ServiceWaits { service: rule.id.clone(), by_class: by_class.collect() }
    };
    rules.services.iter().enumerate().map(|(index, rule)| answer(index, rule)).collect()
}

/// The model's range, before correction.
fn wait(hall: &Hall, service: usize, allowance: SignedDuration, seed: u64) -> Option<WaitRange> {
    let scene = hall.scene(service, allowance.as_secs_f64())?;
    let mut waits = paths::play(hall, &scene, seed);
    waits.sort_unstable_by(f64::total_cmp);
    let quantile = |share: f64| {
        let place = share * (PATHS - 1) as f64;
        let (below, part) = (place.floor(), place.fract());
        let at = |place: f64| waits[place as usize];
        let seconds = at(below) * (1.0 - part) + at(below + 1.0) * part;
        seconds.clamp(0.0, LONGEST_S).ceil() as u32
    };
    Some(WaitRange { p50_s: quantile(0.5), p90_s: quantile(0.9) })
}

/// The same until somebody takes a number, so that a figure on a screen does not flicker.
fn seed(branch: &Branch, service: usize) -> u64 {
    let day = branch.day().unwrap_or_default();
    let day = u64::from(day.year().unsigned_abs()) * 366 + u64::from(day.day_of_year().unsigned_abs());
    (day << 40) | (u64::from(branch.tally().issued) << 12) | (service as u64 & 0xfff)
}
