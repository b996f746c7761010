//! Whether what people were told came true, and by how much to correct what is told next.
//!
//! Split conformal prediction on a rolling window: a figure is multiplied by the quantile of what past
//! waits were in multiples of such figures. Whatever the model gets wrong, nine in ten of a steady
//! office's visitors then wait no longer than the second figure. Kept apart by how many are ahead and
//! how many counters are open.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::{number::clamp, regression::QUANTILES};

/// Fewer outcomes correct nothing; the correction is then faded in.
const FROM: usize = 20;
const FULL_AT: usize = 100;

/// Ratios are kept as whole thousandths.
const UNIT: f64 = 1000.0;

/// No correction is stronger, either way.
const STRONGEST: f64 = 5.0;

/// What became of the figures, by situation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Conformal {
    keys: BTreeMap<u32, VecDeque<[u32; 2]>>,
}

impl Conformal {
    /// Takes in what a wait was, in multiples of the two figures.
    pub(crate) fn outcome(&mut self, key: u32, ratios: [f64; 2], window: usize) {
        if ratios.iter().any(|ratio| !ratio.is_finite() || *ratio < 0.0) {
            return;
        }
        let outcomes = self.keys.entry(key).or_default();
        while outcomes.len() >= window.max(1) {
            outcomes.pop_front();
        }
        outcomes.push_back(ratios.map(|ratio| (ratio * UNIT).round() as u32));
    }

    /// What to multiply the two figures by now.
    pub(crate) fn factors(&self, key: u32) -> [f64; 2] {
        let Some(outcomes) = self.keys.get(&key) else { return [1.0; 2] };
        let count = outcomes.len();
        if count < FROM {
            return [1.0; 2];
        }
        let factor = |n: usize| {
            let mut ratios: Vec<u32> = outcomes.iter().map(|ratios| ratios[n]).collect();
            // One more than was seen: the next outcome is as likely to fall into any of the gaps.
            let rank = (QUANTILES[n] * (count + 1) as f64).ceil() as usize;
            let (_, quantile, _) = ratios.select_nth_unstable(rank.clamp(1, count) - 1);
            let quantile = clamp(f64::from(*quantile) / UNIT, 1.0 / STRONGEST, STRONGEST);
            let faded_in = ((count - FROM) as f64 / (FULL_AT - FROM) as f64).min(1.0);
            1.0 + faded_in * (quantile - 1.0)
        };
        [factor(0), factor(1)]
    }
}
