//! The answer: a range for each service, for whoever takes an ordinary number now.

use giliran_core::{Branch, Rules, ServiceId, WaitRange};
use jiff::Timestamp;

use crate::{
    Learned,
    hall::Hall,
    learned::can_call_at_once,
    paths::{self, PATHS},
};

/// No wait is announced as longer; the business day is over by then.
const LONGEST_S: f64 = 86_400.0;

/// Waits until the first call for whoever takes an ordinary number at `now`, by service in the office's
/// order. None where it is not known because no open counter takes the service.
///
/// Half of those who are told a range wait no longer than its first figure and nine in ten no longer
/// than its second, in seconds, at most a day. The same branch, learning and time give the same
/// answer; while nobody takes a number, chance does not change it. Milliseconds, however long the
/// queue: to be called beside the branch's clerk, not in it.
pub fn waits(branch: &Branch, learned: &Learned, now: Timestamp) -> Vec<(ServiceId, Option<WaitRange>)> {
    let Some(rules) = branch.rules() else { return Vec::new() };
    let hall = Hall::new(rules, branch, learned, now);
    let correction = learned.calibration.correction();
    let answer = |(index, service): (usize, &ServiceId)| {
        let raw = wait(&hall, rules, index, seed(branch, index))?;
        // Whoever can be called at once is not part of what the correction was learned from.
        let at_once = can_call_at_once(branch, service);
        let mut range = if at_once { raw } else { correction.apply(raw) };
        range.p90_s = range.p90_s.min(LONGEST_S as u32);
        range.p50_s = range.p50_s.min(range.p90_s);
        Some(range)
    };
    let services = rules.services.iter().map(|service| &service.id).enumerate();
    services.map(|(index, service)| (service.clone(), answer((index, service)))).collect()
}

/// The model's range, before correction.
fn wait(hall: &Hall, rules: &Rules, service: usize, seed: u64) -> Option<WaitRange> {
    let rule = rules.services.get(service)?;
    let class = rules.classes.first()?;
    let scene = hall.scene(service, rules.allowance(rule, class).as_secs_f64())?;
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
