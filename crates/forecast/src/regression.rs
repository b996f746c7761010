//! Online quantile regression: how the waits of the past differ from a first guess, by what was known
//! when the guess was made, as one line for the median and one for the 90th percentile.
//!
//! Weights follow the gradient of the pinball loss in logarithms, each with a step of its own that gets
//! shorter the more it has been moved (AdaGrad). Without any outcome the median is the guess itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::number::clamp;

/// How many things are known of a moment, the constant among them.
pub const INPUTS: usize = 32;

/// The two quantiles that are told.
pub(crate) const QUANTILES: [f64; 2] = [0.5, 0.9];

/// A miss by less than this (in logarithms, about a tenth) moves the weights by less.
const SOFT: f64 = 0.1;

/// The inputs from there on matter where much is learned and mislead where little is: they are moved slowly.
const PLAIN: usize = 21;
const SLOW: f64 = 40.0;

/// The input that says how far the 90th percentile of the hall played forward is above its median.
pub(crate) const PLAYED: usize = 8;

/// What is known of a moment, each about between -3 and 3; the first is the constant 1.
pub type Inputs = [f64; INPUTS];

/// The weights for both quantiles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Regression {
    lines: [Line; 2],
    /// What is peculiar to each service.
    groups: BTreeMap<u32, [Weight; 2]>,
}

/// The weights for one quantile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Line {
    weights: [Weight; INPUTS],
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Weight {
    is: f64,
    /// The sum of squares of all gradients so far, from 1 on.
    moved: f64,
}

impl Weight {
    const fn new(is: f64) -> Self {
        Self { is, moved: 1.0 }
    }

    fn step(&mut self, gradient: f64, length: f64) {
        self.moved += gradient * gradient;
        self.is += length * gradient / self.moved.sqrt();
    }
}

impl Regression {
    /// With the 90th percentile so far above the median in the beginning, in logarithms, and where the hall was played
    /// forward, for so much by what that says.
    pub(crate) fn new(spread: f64, by_played: f64) -> Self {
        let line = |constant, by_played| {
            let mut weights = [Weight::new(0.0); INPUTS];
            for weight in &mut weights[PLAIN..] {
                weight.moved = SLOW;
            }
            weights[0] = Weight::new(constant);
            weights[PLAYED] = Weight::new(by_played);
            Line { weights }
        };
        Self { lines: [line(0.0, 0.0), line(spread, by_played)], groups: BTreeMap::new() }
    }

    /// How much longer than the guess, in logarithms, by quantile.
    pub(crate) fn says(&self, inputs: &Inputs, group: u32) -> [f64; 2] {
        let own = self.groups.get(&group);
        let of = |n: usize| {
            let all = self.lines[n].weights.iter().zip(inputs).map(|(weight, input)| weight.is * input);
            all.sum::<f64>() + own.map_or(0.0, |own| own[n].is)
        };
        [clamp(of(0), -8.0, 8.0), clamp(of(1), -8.0, 8.0)]
    }

    /// Takes in how much longer than the guess it was, in logarithms.
    pub(crate) fn learn(&mut self, inputs: &Inputs, group: u32, was: f64, step: f64) {
        if !was.is_finite() || inputs.iter().any(|input| !input.is_finite()) {
            return;
        }
        let said = self.says(inputs, group);
        let own = self.groups.entry(group).or_insert([Weight::new(0.0); 2]);
        for (n, line) in self.lines.iter_mut().enumerate() {
            let miss = was - said[n];
            let slope = if miss > 0.0 { QUANTILES[n] } else { QUANTILES[n] - 1.0 };
            let pull = slope * (miss.abs() / SOFT).min(1.0);
            for (weight, input) in line.weights.iter_mut().zip(inputs) {
                weight.step(pull * input, step);
            }
            own[n].step(pull, step);
        }
    }
}
