//! The pulse of a queue: how its last waits went, how fast it is called, and how fast it usually is at
//! that time of the day.
//!
//! Times are seconds since the beginning of the business day's date; whoever keeps a pulse tells it when
//! people begin and cease to wait. Rates are by a clock that only runs while people wait: an empty queue
//! says nothing of how fast it could be called.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::number::clamp;

/// Half hours of a day and the night after.
const SLOTS: usize = 56;
const SLOT_S: f64 = 1800.0;

/// What yesterday's figures count for today.
const A_DAY_LATER: f64 = 0.85;

/// The usual rate counts for so much time of its own in each half hour.
const PSEUDO_S: f64 = 10_800.0;

/// The window of the recent rate.
const RECENT_S: f64 = 600.0;

/// How many calls, leavers and arrivals are kept. Where more come within the time of a rate, it is taken over less.
const CALLS: usize = 96;

/// So many calls have to be more or less than usual before the day is taken for another.
const TODAY: f64 = 6.0;

/// Of so many visits the length counts as that of late.
const VISITS: usize = 20;

/// A queue, as its callers and leavers show it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Pulse {
    /// The last calls of the day of those who had waited.
    calls: VecDeque<Call>,
    /// When the last left without being called.
    leavers: VecDeque<f64>,
    /// Since when people have been waiting.
    waited_for_since: Option<f64>,
    /// How long people have waited today before that.
    waited_for: f64,
    /// Weights of those who left and of the seconds waited by everybody, for the chance to leave.
    left: f64,
    waited: f64,
    usual: Vec<Usual>,
    /// How many were called today, and how many usually would have been, the last the weightiest.
    called_today: f64,
    usual_today: f64,
    arrivals: VecDeque<(f64, f64)>,
    /// How long the last visits took.
    visits: VecDeque<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Call {
    at: f64,
    wait: f64,
    /// The clock that runs while people wait.
    clock: f64,
    /// How many were called at once.
    count: f64,
}

/// How fast the queue usually is, by the kind of day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Usual {
    kind: u32,
    calls: Vec<f64>,
    seconds: Vec<f64>,
}

impl Pulse {
    /// A new day of that kind: what was said of the last waits is void, and the usual fades.
    pub(crate) fn day_began(&mut self, kind: u32) {
        self.calls.clear();
        self.leavers.clear();
        self.waited_for_since = None;
        self.waited_for = 0.0;
        self.called_today = 0.0;
        self.usual_today = 0.0;
        self.arrivals.clear();
        let usual = self.usual(kind);
        for figure in usual.calls.iter_mut().chain(&mut usual.seconds) {
            *figure *= A_DAY_LATER;
        }
    }

    fn usual(&mut self, kind: u32) -> &mut Usual {
        let place = self.usual.iter().position(|usual| usual.kind == kind).unwrap_or_else(|| {
            self.usual.push(Usual { kind, calls: vec![0.0; SLOTS], seconds: vec![0.0; SLOTS] });
            self.usual.len() - 1
        });
        &mut self.usual[place]
    }

    /// Whether people wait from now on.
    pub(crate) fn waited_for(&mut self, waits: bool, at: f64, kind: u32) {
        match (self.waited_for_since, waits) {
            (None, true) => self.waited_for_since = Some(at),
            (Some(since), false) => {
                self.tick(since, at, kind);
                self.waited_for_since = None;
            }
            // A clock that goes on is read now and then, so that the usual is no older than that.
            (Some(since), true) if at - since >= 60.0 => {
                self.tick(since, at, kind);
                self.waited_for_since = Some(at);
            }
            (None, false) | (Some(_), true) => {}
        }
    }

    fn tick(&mut self, since: f64, at: f64, kind: u32) {
        let span = at - since;
        if !(0.0..=86_400.0).contains(&span) {
            return;
        }
        self.waited_for += span;
        let rate = self.rates(kind).map_or(0.0, |rates| rates(slot_of(since)));
        let fades = 1.0 - (span / 3600.0).min(1.0) * 0.3;
        self.called_today *= fades;
        self.usual_today *= fades;
        self.usual_today += span * rate;
        let usual = self.usual(kind);
        let mut from = since;
        while from < at {
            let slot = slot_of(from);
            let to = if slot + 1 < SLOTS { at.min((slot + 1) as f64 * SLOT_S) } else { at };
            usual.seconds[slot] += to - from;
            from = if to > from { to } else { at };
        }
    }

    fn clock(&self, at: f64) -> f64 {
        self.waited_for + self.waited_for_since.map_or(0.0, |since| (at - since).max(0.0))
    }

    /// So many were called, each after such a wait.
    pub(crate) fn called(&mut self, at: f64, wait: f64, count: f64, kind: u32) {
        if !(wait >= 0.0 && count > 0.0 && wait.is_finite() && count.is_finite()) {
            return;
        }
        let clock = self.clock(at);
        if self.calls.len() >= CALLS {
            self.calls.pop_front();
        }
        self.calls.push_back(Call { at, wait, clock, count });
        self.called_today += count;
        self.usual(kind).calls[slot_of(at)] += count;
        self.forget();
        self.waited += wait;
    }

    /// Somebody left who had waited for so long.
    pub(crate) fn left(&mut self, at: f64, wait: f64) {
        if self.leavers.len() >= CALLS {
            self.leavers.pop_front();
        }
        self.leavers.push_back(at);
        self.forget();
        self.left += 1.0;
        self.waited += wait.max(0.0);
    }

    fn forget(&mut self) {
        self.left *= 0.999;
        self.waited *= 0.999;
    }

    /// The chance per second that somebody who waits leaves.
    pub(crate) fn leaving(&self) -> f64 {
        // As if nobody had left in the first hour of waiting.
        self.left / (self.waited + 3600.0)
    }

    /// A visit ended that took so long.
    pub(crate) fn visit_took(&mut self, seconds: f64) {
        if self.visits.len() >= VISITS {
            self.visits.pop_front();
        }
        self.visits.push_back(seconds);
    }

    /// How long the last visits took, on average.
    pub(crate) fn last_visits(&self) -> Option<f64> {
        let count = self.visits.len() as f64;
        (count > 0.0).then(|| self.visits.iter().sum::<f64>() / count)
    }

    /// How many left within so many seconds.
    pub(crate) fn leavers(&self, at: f64, within: f64) -> f64 {
        self.leavers.iter().rev().take_while(|left| at - **left <= within).count() as f64
    }

    /// The wait of the last who was called after a wait.
    pub(crate) fn last_wait(&self) -> Option<f64> {
        self.calls.iter().rev().find(|call| call.wait > 0.0).map(|call| call.wait)
    }

    /// The mean wait of the last so many.
    pub(crate) fn mean_of_last(&self, count: usize) -> Option<f64> {
        mean(self.calls.iter().rev().take(count))
    }

    /// The mean wait of those who were called within so many seconds.
    pub(crate) fn mean_within(&self, at: f64, seconds: f64) -> Option<f64> {
        mean(self.calls.iter().rev().take_while(|call| at - call.at <= seconds))
    }

    /// How many calls per second there were lately while people waited; none where they have hardly waited today.
    pub(crate) fn recent_rate(&self, at: f64) -> Option<f64> {
        self.rate(at, RECENT_S)
    }

    /// The same over more time.
    pub(crate) fn long_rate(&self, at: f64) -> Option<f64> {
        self.rate(at, 4.0 * RECENT_S)
    }

    fn rate(&self, at: f64, within: f64) -> Option<f64> {
        let clock = self.clock(at);
        if clock < 120.0 {
            return None;
        }
        let full = self.calls.len() >= CALLS;
        let kept =
            self.calls.front().filter(|_| full).map_or(within, |oldest| (clock - oldest.clock).max(1.0));
        let within = within.min(kept);
        let calls =
            self.calls.iter().rev().take_while(|call| clock - call.clock <= within).map(|call| call.count);
        Some((calls.sum::<f64>() + 0.5) / clock.min(within))
    }

    /// How much faster than usual it is called today: above 1 for faster.
    pub(crate) fn today(&self) -> f64 {
        clamp((self.called_today + TODAY) / (self.usual_today + TODAY), 0.2, 5.0)
    }

    /// How many were called today, and how many usually would have been, the last the weightiest.
    pub(crate) fn today_counts(&self) -> (f64, f64) {
        (self.called_today, self.usual_today)
    }

    /// How long ago somebody was called, today.
    pub(crate) fn since_call(&self, at: f64) -> Option<f64> {
        self.calls.back().map(|call| (at - call.at).max(0.0))
    }

    /// Somebody came.
    pub(crate) fn came(&mut self, at: f64, count: f64) {
        if self.arrivals.len() >= CALLS {
            self.arrivals.pop_front();
        }
        self.arrivals.push_back((at, count));
    }

    /// How many came within so many seconds.
    pub(crate) fn arrivals(&self, at: f64, within: f64) -> f64 {
        self.arrivals.iter().rev().take_while(|(came, _)| at - came <= within).map(|(_, count)| count).sum()
    }

    /// How many are usually called per second, by the half hour; none before people have ever waited.
    fn rates(&self, kind: u32) -> Option<impl Fn(usize) -> f64> {
        let all = |of: fn(&Usual) -> &Vec<f64>| self.usual.iter().flat_map(of).sum::<f64>();
        let (calls, seconds) = (all(|usual| &usual.calls), all(|usual| &usual.seconds));
        if seconds < 60.0 {
            return None;
        }
        let mean_rate = (calls + 0.5) / (seconds + 60.0);
        let own = self.usual.iter().find(|usual| usual.kind == kind);
        Some(move |slot: usize| {
            let of = |figures: &Vec<f64>| figures.get(slot).copied().unwrap_or(0.0);
            let sum =
                |figures: fn(&Usual) -> &Vec<f64>| self.usual.iter().map(|u| of(figures(u))).sum::<f64>();
            let any = (sum(|u| &u.calls) + PSEUDO_S * mean_rate) / (sum(|u| &u.seconds) + PSEUDO_S);
            own.map_or(any, |own| (of(&own.calls) + PSEUDO_S * any) / (of(&own.seconds) + PSEUDO_S))
        })
    }

    /// How long it usually takes from that time on until so many are called; none before people have ever waited.
    pub(crate) fn usual_time(&self, at: f64, count: f64, kind: u32) -> Option<f64> {
        let rate = self.rates(kind)?;
        let mut left = count;
        let mut from = at.max(0.0);
        loop {
            let slot = slot_of(from);
            let rate = rate(slot);
            let ends = (slot + 1) as f64 * SLOT_S;
            let called = rate * (ends - from);
            if called >= left || slot + 1 >= SLOTS {
                return Some(clamp(from + left / rate - at, 0.0, 86_400.0));
            }
            left -= called;
            from = ends;
        }
    }
}

fn mean<'a>(calls: impl Iterator<Item = &'a Call>) -> Option<f64> {
    let (sum, count) = calls.fold((0.0, 0.0), |(sum, count), call| (sum + call.wait, count + 1.0));
    (count > 0.0).then(|| sum / count)
}

fn slot_of(at: f64) -> usize {
    clamp(at / SLOT_S, 0.0, (SLOTS - 1) as f64) as usize
}
