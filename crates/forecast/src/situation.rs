//! What is known at the moment of an estimate, in plain figures, whatever it was taken from.

use crate::{
    number::{clamp, ln},
    regression::{INPUTS, Inputs},
};

/// What is known at the moment of an estimate. Times are in seconds; none where there is nothing to tell from.
#[derive(Debug, Clone, PartialEq)]
pub struct Situation {
    /// The median and the 90th percentile of the hall played forward, where its counters are known.
    pub played: Option<(f64, f64)>,
    /// As long as those ahead take at the counters, some of them leaving before (QLm).
    pub by_queue: f64,
    /// The same by the calls of the last ten minutes.
    pub by_rate: Option<f64>,
    /// The same by how fast the queue usually is at that time.
    pub by_usual: Option<f64>,
    /// The same by the calls of the last forty minutes.
    pub by_long_rate: Option<f64>,
    /// The same by how fast the queue usually is, and how much faster or slower it is today.
    pub by_today: Option<f64>,
    /// The wait of the last of the same service, and the mean of its last ten.
    pub own_waits: Option<(f64, f64)>,
    /// Since when nobody has been called.
    pub since_call: Option<f64>,
    /// How many came within ten minutes.
    pub arrivals: f64,
    /// How much faster or slower than usual all queues here were lately, in logarithms.
    pub pace: f64,
    /// The wait of the last who was called (LES).
    pub last_wait: Option<f64>,
    /// How long the first in the queue has waited (HOL).
    pub head_wait: Option<f64>,
    /// The mean wait of the last ten.
    pub mean_of_ten: Option<f64>,
    /// The mean wait of those called within half an hour.
    pub mean_half_hour: Option<f64>,
    /// How many go before.
    pub ahead: f64,
    /// How many wait in all.
    pub waiting: f64,
    /// Counters open for the service.
    pub counters: f64,
    /// How many of those serve somebody, as a share.
    pub busy: f64,
    /// Since when those are served, on average.
    pub busy_for: f64,
    /// How long one takes, on average, of this service.
    pub service: f64,
    /// The mean of the last visits of all services at these counters.
    pub last_services: f64,
    /// The time of the day, since midnight.
    pub time: f64,
    /// How many left within ten minutes.
    pub leavers: f64,
    /// Whether the visitor goes before others.
    pub priority: bool,
    /// The service, as a number of the office's own.
    pub group: u32,
}

impl Situation {
    /// The first guess: what the hall played forward says, or the usual, or the formula.
    pub fn guess(&self) -> f64 {
        let guess = self.played.map(|(median, _)| median).or(self.by_usual).unwrap_or(self.by_queue);
        clamp(guess, 0.0, 86_400.0)
    }

    /// What queue signs commonly say: so many before, shared between the counters, at the usual length of a visit.
    pub fn naive(&self) -> f64 {
        self.ahead * self.service / self.counters.max(1.0)
    }

    /// The textbook formula with the lengths of the last visits (QL).
    pub fn by_formula(&self) -> f64 {
        (self.ahead + 1.0) * self.last_services / self.counters.max(1.0)
    }

    /// What the regression is given, where a wait of `offset` seconds is a short one.
    pub(crate) fn inputs(&self, offset: f64) -> Inputs {
        let level = ln(self.guess() + offset);
        let against =
            |estimate: Option<f64>| estimate.map_or(0.0, |seconds| ln(seconds.max(0.0) + offset) - level);
        let hours = (self.time - 43_200.0) / 14_400.0;
        let played = self.played.map_or(0.0, |(p50, p90)| ln((p90 + offset) / (p50 + offset)) - 1.0);
        let count = |x: f64| ln(x.max(0.0) + 1.0);
        let mut inputs = [
            1.0,
            against(Some(self.by_queue)),
            against(self.by_rate),
            against(self.by_usual),
            against(self.last_wait),
            against(self.head_wait),
            against(self.mean_of_ten),
            against(self.mean_half_hour),
            played,
            0.5 * (level - ln(8.0 * offset)),
            count(self.counters) - 1.5,
            count(self.ahead) - 1.0,
            hours,
            hours * hours - 0.5,
            ln((self.service + 1.0) / 300.0),
            if self.busy > 0.0 { ln((self.busy_for + 30.0) / (self.service + 30.0)) } else { 0.0 },
            self.busy - 0.8,
            count(self.leavers) - 0.5,
            f64::from(u8::from(self.priority)),
            f64::from(u8::from(self.last_wait.is_none())),
            count(self.waiting) - count(self.ahead),
            against(self.by_long_rate),
            against(self.by_today),
            against(self.own_waits.map(|(last, _)| last)),
            against(self.own_waits.map(|(_, mean)| mean)),
            self.since_call.map_or(0.0, |since| ln((since + offset) / (8.0 * offset))),
            count(self.arrivals) - 1.5,
            self.pace,
            0.0,
            0.0,
            0.0,
            0.0,
        ];
        const { assert!(INPUTS == 32) };
        for input in &mut inputs {
            *input = clamp(*input, -3.0, 3.0);
        }
        inputs
    }

    /// What the corrections are kept apart by.
    pub(crate) fn key(&self, pool: u32) -> u32 {
        let ahead = match self.ahead {
            n if n < 1.0 => 0,
            n if n < 3.0 => 1,
            n if n < 7.0 => 2,
            _ => 3,
        };
        let counters = match self.counters {
            n if n < 2.0 => 0,
            n if n < 4.0 => 1,
            n if n < 8.0 => 2,
            n if n < 16.0 => 3,
            _ => 4,
        };
        (pool * 8 + counters) * 4 + ahead
    }
}
