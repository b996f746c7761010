//! The answer: a range for each service and class, for whoever takes a number now.

use std::collections::BTreeMap;

use giliran_core::{Branch, ClassId, ServiceId, ServiceRule, WaitRange};
use jiff::{SignedDuration, Timestamp};

use crate::{Learned, Situation, learned::can_call_at_once, moment::Moment};

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
    let moment = Moment::new(rules, branch, learned, now);
    let answer = |index: usize, rule: &ServiceRule| {
        // Whoever can be called at once is not part of what was learned from.
        let at_once = can_call_at_once(branch, &rule.id);
        // Classes that fall due at the same time wait alike and are played once.
        let mut played = BTreeMap::<SignedDuration, Option<WaitRange>>::new();
        for class in &rules.classes {
            let allowance = rules.allowance(rule, class);
            played.entry(allowance).or_insert_with(|| {
                let situation = moment.newcomer(index, allowance)?;
                if at_once {
                    return situation.played.map(|(p50, p90)| range(p50, p90));
                }
                let told = told(learned, &situation);
                // Who comes later and has no right to go before is not told an earlier turn.
                let before =
                    moment.last_before(index, allowance).and_then(|place| moment.waiting(index, place));
                Some(before.map_or(told, |before| later(told, self::told(learned, &before))))
            });
        }
        let mut sooner = None;
        for wait in played.values_mut().flatten() {
            *wait = sooner.map_or(*wait, |sooner| later(*wait, sooner));
            sooner = Some(*wait);
        }
        let by_class = rules.classes.iter().map(|class| {
            let wait = played.get(&rules.allowance(rule, class)).copied().flatten();
            (class.id.clone(), wait)
        });
        ServiceWaits { service: rule.id.clone(), by_class: by_class.collect() }
    };
    rules.services.iter().enumerate().map(|(index, rule)| answer(index, rule)).collect()
}

/// What follows from what was learned.
fn told(learned: &Learned, situation: &Situation) -> WaitRange {
    let told = learned.estimator.tell(situation, 0);
    range(told.p50_s, told.p90_s)
}

/// In whole seconds, the second figure never below the first.
fn range(p50: f64, p90: f64) -> WaitRange {
    let whole = |seconds: f64| seconds.clamp(0.0, LONGEST_S).ceil() as u32;
    WaitRange { p50_s: whole(p50), p90_s: whole(p90.max(p50)) }
}

/// Neither figure sooner than the other's.
fn later(wait: WaitRange, other: WaitRange) -> WaitRange {
    WaitRange { p50_s: wait.p50_s.max(other.p50_s), p90_s: wait.p90_s.max(other.p90_s) }
}

/// How long those who wait for a service still wait, by their places in its queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueWaits {
    /// The service.
    pub service: ServiceId,
    /// At some places, the first and the last among them, in order.
    places: Vec<(u32, WaitRange)>,
}

impl QueueWaits {
    /// The wait of whoever has so many before in the queue; none where the queue was shorter. Between two places that
    /// were played it is what lies between.
    pub fn at(&self, before: u32) -> Option<WaitRange> {
        let next = self.places.partition_point(|(place, _)| *place < before);
        let (above, wait_above) = *self.places.get(next)?;
        let Some((below, wait_below)) = next.checked_sub(1).and_then(|n| self.places.get(n)).copied() else {
            return Some(wait_above);
        };
        let part = f64::from(before - below) / f64::from(above - below);
        let between =
            |from: u32, to: u32| (f64::from(from) + part * (f64::from(to) - f64::from(from))) as u32;
        let p50_s = between(wait_below.p50_s, wait_above.p50_s);
        Some(WaitRange { p50_s, p90_s: between(wait_below.p90_s, wait_above.p90_s).max(p50_s) })
    }
}

/// Waits until the first call of those who wait for a service at `now`, as [`waits`] tells newcomers; none where no
/// open counter takes it. The first few places are played each, and then ever fewer: who is far behind does not
/// count the seconds. To be called beside the branch's clerk, not in it.
pub fn queue_waits(
    branch: &Branch,
    learned: &Learned,
    now: Timestamp,
    wanted: impl Fn(&ServiceId) -> bool,
) -> Vec<QueueWaits> {
    let Some(rules) = branch.rules() else { return Vec::new() };
    let moment = Moment::new(rules, branch, learned, now);
    let answer = |(index, rule): (usize, &ServiceRule)| {
        let played = played_places(branch.waiting(&rule.id)).into_iter().filter_map(|place| {
            let situation = moment.waiting(index, usize::try_from(place).ok()?)?;
            Some((place, told(learned, &situation)))
        });
        let mut places: Vec<_> = played.collect();
        // Chance is another at each place; who comes before is not told a longer wait for that.
        for n in 1..places.len() {
            let (_, before) = places[n - 1];
            let (_, wait) = &mut places[n];
            *wait = later(*wait, before);
        }
        QueueWaits { service: rule.id.clone(), places }
    };
    rules.services.iter().enumerate().filter(|(_, rule)| wanted(&rule.id)).map(answer).collect()
}

/// The places that are played of a queue with so many: 0 to 4, then each a quarter further, and the last.
fn played_places(count: u32) -> Vec<u32> {
    let Some(last) = count.checked_sub(1) else { return Vec::new() };
    let further = |place: &u32| Some(place + (place / 4).max(1));
    std::iter::successors(Some(0), further).take_while(|place| *place < last).chain([last]).collect()
}
