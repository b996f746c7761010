//! From a situation to the two figures that are told, and what their outcomes teach.

use serde::{Deserialize, Serialize};

use crate::{
    Situation,
    conformal::Conformal,
    number::{clamp, exp, ln},
    regression::{Inputs, Regression},
    trees::Trees,
};

/// No wait is told as longer; the business day is over by then.
const LONGEST_S: f64 = 86_400.0;

/// Whoever waited for longer was forgotten, or a clock jumped: nothing is learned from it.
const LONGEST_LEARNED_S: f64 = 8.0 * 3600.0;

/// What differs between kinds of offices.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Manner {
    /// Added to both sides of a ratio, in seconds: what is a short wait here.
    pub offset_s: f64,
    /// How far one outcome moves a weight at first.
    pub step: f64,
    /// How far the 90th percentile is above the median before anything was learned, in logarithms.
    pub spread: f64,
    /// How far that is the spread of the hall played forward in the beginning, in place of one: `spread` is 1 where this
    /// is 1.
    pub by_played: f64,
    /// From how many outcomes trees are grown; none for no trees.
    pub trees: usize,
    /// How many outcomes the corrections are taken from.
    pub window: usize,
}

/// Learns what became of situations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Estimator {
    manner: Manner,
    regression: Regression,
    trees: Trees,
    conformal: Conformal,
}

/// What somebody is told, and what is needed to learn from what becomes of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// Half wait no longer, in seconds.
    pub p50_s: f64,
    /// Nine in ten wait no longer, in seconds.
    pub p90_s: f64,
    guess: f64,
    inputs: Inputs,
    lines: [f64; 2],
    said: [f64; 2],
    group: u32,
    key: u32,
}

impl Estimator {
    /// One that has learned nothing yet.
    pub fn new(manner: Manner) -> Self {
        Self {
            manner,
            regression: Regression::new(manner.spread, manner.by_played),
            trees: Trees::default(),
            conformal: Conformal::default(),
        }
    }

    /// What to tell; corrections are kept apart by `pool`.
    pub fn tell(&self, situation: &Situation, pool: u32) -> Told {
        let offset = self.manner.offset_s;
        let guess = ln(situation.guess() + offset);
        let inputs = situation.inputs(offset);
        let lines = self.regression.says(&inputs, situation.group);
        let more = self.trees.say(&inputs);
        let [median, upper] = [lines[0] + more[0], lines[1] + more[1]];
        let said = [median, upper.max(median)].map(|more| exp(guess + more));
        let key = situation.key(pool);
        let factors = self.conformal.factors(key);
        let p50_s = clamp(said[0] * factors[0] - offset, 0.0, LONGEST_S);
        let p90_s = clamp(said[1] * factors[1] - offset, p50_s, LONGEST_S);
        Told { p50_s, p90_s, guess, inputs, lines, said, group: situation.group, key }
    }

    /// A day is over: what takes longer to learn is learned now.
    pub fn day_ended(&mut self) {
        self.trees.grow();
    }

    /// Takes in how long somebody waited who was told that.
    pub fn learn(&mut self, told: &Told, waited_s: f64) {
        if !(0.0..LONGEST_LEARNED_S).contains(&waited_s) {
            return;
        }
        let was = waited_s + self.manner.offset_s;
        self.regression.learn(&told.inputs, told.group, ln(was) - told.guess, self.manner.step);
        if self.manner.trees > 0 {
            self.trees.outcome(
                &told.inputs,
                told.lines.map(|line| ln(was) - told.guess - line),
                exp(0.5 * (told.guess + told.lines[0] - ln(self.manner.offset_s))),
                self.manner.trees,
            );
        }
        self.conformal.outcome(told.key, told.said.map(|said| was / said), self.manner.window);
    }
}
