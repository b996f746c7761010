//! How long something takes, learned from single lengths: a histogram with log-spaced bins that
//! forgets, and the distribution drawn from it. A length whose end was not seen counts for as long as
//! it was looked at (Kaplan and Meier's estimate, by bins).
//!
//! Kept in whole numbers and computed without logarithms, so that every machine learns and draws the
//! same. What is measured, and when, is for others to say.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// Longer is not a visit but a clock that jumped or an officer who went home.
const LONGEST_S: f64 = 8.0 * 3600.0;

/// As many as serde keeps as an array.
const BINS: usize = 32;

/// Where the bins begin and the last one ends, in seconds: 0, 5, then a third more each time.
const EDGES: [f64; BINS + 1] = {
    let mut edges = [0.0; BINS + 1];
    let mut edge = 5.0;
    let mut n = 1;
    while n < BINS {
        edges[n] = edge;
        edge *= 1.33;
        n += 1;
    }
    edges[BINS] = LONGEST_S;
    edges
};

/// One observation, as a fixed-point weight.
const ONE: u32 = 1 << 16;

/// An observation keeps all but one part in so many at the next: about the last 1,000 count, which at one
/// service of an office is a week or a few.
const MEMORY: u32 = 1000;

/// How many observations the figure from outside is worth at first; it is forgotten like the others.
const PRIOR: u32 = 6 * ONE;

/// The shape before anything was observed: twelve equally likely multiples of the mean, the middles of
/// the twelfths of a log-normal with a coefficient of variation of two thirds.
const SHAPE: [f64; 12] = [0.302, 0.428, 0.524, 0.614, 0.704, 0.801, 0.908, 1.033, 1.186, 1.388, 1.701, 2.411];

/// Below so many observations the histogram says nothing of what lies beyond an age.
const TOO_FEW: f64 = 0.02;

/// Lengths that were observed, the later the weightier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Durations {
    bins: [u32; BINS],
    /// Lengths of which only the beginning was seen, by how much of them was.
    #[serde(default)]
    cut: [u32; BINS],
    prior: u32,
}

impl Default for Durations {
    fn default() -> Self {
        Self { bins: [0; BINS], cut: [0; BINS], prior: PRIOR }
    }
}

impl Durations {
    /// Takes in one length. What is negative or longer than eight hours is left out.
    pub(crate) fn add(&mut self, length: SignedDuration) {
        self.add_seconds(length.as_secs_f64());
    }

    /// The same in seconds.
    pub(crate) fn add_seconds(&mut self, seconds: f64) {
        if let Some(bin) = self.take(seconds) {
            self.bins[bin] = self.bins[bin].saturating_add(ONE);
        }
    }

    /// Takes in that something lasted longer than that; what became of it is not known.
    pub(crate) fn add_cut(&mut self, seconds: f64) {
        if let Some(bin) = self.take(seconds) {
            self.cut[bin] = self.cut[bin].saturating_add(ONE);
        }
    }

    /// Forgets a little; the bin of the length, if it makes sense.
    fn take(&mut self, seconds: f64) -> Option<usize> {
        if !(0.0..LONGEST_S).contains(&seconds) {
            return None;
        }
        for weight in self.bins.iter_mut().chain(&mut self.cut).chain([&mut self.prior]) {
            *weight -= *weight / MEMORY;
        }
        Some(bin_of(seconds))
    }

    /// The distribution, where `expected` is the mean that the office or experience gives in advance.
    pub(crate) fn law(&self, expected: SignedDuration) -> Law {
        let mut weights = self.bins.map(|weight| f64::from(weight) / f64::from(ONE));
        let share = f64::from(self.prior) / f64::from(ONE) / 12.0;
        for multiple in SHAPE {
            let seconds = multiple * expected.as_secs_f64();
            weights[bin_of(seconds.clamp(0.0, LONGEST_S - 1.0))] += share;
        }
        if self.cut.iter().all(|weight| *weight == 0) {
            let mut beyond = [0.0; BINS + 1];
            for n in (0..BINS).rev() {
                beyond[n] = beyond[n + 1] + weights[n];
            }
            return Law { beyond };
        }
        self.uncut(&weights)
    }

    /// The law of things that never end for most: what was never seen to end is beyond the last bin.
    pub(crate) fn rare(&self) -> Law {
        self.uncut(&self.bins.map(|weight| f64::from(weight) / f64::from(ONE)))
    }

    /// The product of the chances to get through each bin.
    fn uncut(&self, ended: &[f64; BINS]) -> Law {
        let cut = self.cut.map(|weight| f64::from(weight) / f64::from(ONE));
        let mut there: f64 = ended.iter().sum::<f64>() + cut.iter().sum::<f64>();
        let mut beyond = [0.0; BINS + 1];
        beyond[0] = there.max(1.0);
        for n in 0..BINS {
            // Those that were cut in this bin were there for half of it. One more, who did not end, keeps
            // a bin that hardly anybody reached from saying much.
            let at_risk = there - 0.5 * cut[n] + 1.0;
            beyond[n + 1] = beyond[n] * (1.0 - (ended[n] / at_risk).clamp(0.0, 1.0));
            there -= ended[n] + cut[n];
        }
        Law { beyond }
    }
}

/// How likely something is to end, by how long it has lasted, learned from glimpses: of each only the time
/// that it was looked at counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Hazard {
    ended: [f64; BINS],
    looked: [f64; BINS],
}

impl Default for Hazard {
    fn default() -> Self {
        Self { ended: [0.0; BINS], looked: [0.0; BINS] }
    }
}

impl Hazard {
    /// It was looked at between those two ages, in seconds.
    pub(crate) fn looked(&mut self, from: f64, to: f64) {
        if !(0.0..LONGEST_S).contains(&from) {
            return;
        }
        let mut from = from;
        let to = to.min(LONGEST_S);
        while from < to {
            let bin = bin_of(from);
            let until = to.min(EDGES[bin + 1]);
            self.looked[bin] += until - from;
            from = until;
        }
    }

    /// It ended at that age while it was looked at.
    pub(crate) fn ended(&mut self, age: f64) {
        if (0.0..LONGEST_S).contains(&age) {
            const KEPT: f64 = 1.0 - 1.0 / MEMORY as f64;
            for figure in self.ended.iter_mut().chain(&mut self.looked) {
                *figure *= KEPT;
            }
            self.ended[bin_of(age)] += 1.0;
        }
    }

    /// The distribution; before anything was seen it is one with that mean.
    pub(crate) fn law(&self, expected: f64) -> Law {
        let mut beyond = [0.0; BINS + 1];
        beyond[0] = self.ended.iter().sum::<f64>() + 1.0;
        for n in 0..BINS {
            let width = EDGES[n + 1] - EDGES[n];
            // As if half a one had been seen in each bin.
            let rate = (self.ended[n] + 0.5) / (self.looked[n] + 0.5 * expected);
            let half = 0.5 * rate * width;
            // (1 - x) / (1 + x) is the power of e to -2x for small x.
            beyond[n + 1] = beyond[n] * if half < 1.0 { (1.0 - half) / (1.0 + half) } else { 0.0 };
        }
        Law { beyond }
    }
}

fn bin_of(seconds: f64) -> usize {
    EDGES[1..BINS].partition_point(|edge| *edge <= seconds)
}

/// A distribution of lengths; within a bin all are equally likely.
#[derive(Debug, Clone)]
pub(crate) struct Law {
    /// The weight of all that is longer than each edge: never rising. What is left at the end never ends.
    beyond: [f64; BINS + 1],
}

impl Law {
    /// The weight of what is longer than `age` seconds, as a share of all.
    pub(crate) fn outlasts(&self, age: f64) -> f64 {
        if self.beyond[0] > 0.0 { self.weight_beyond(age) / self.beyond[0] } else { 0.0 }
    }

    /// The length in seconds that a share `u` of all outlasts; `u` is above 0 and at most 1.
    pub(crate) fn length(&self, u: f64) -> f64 {
        self.at(u * self.beyond[0])
    }

    /// What remains, in seconds, of something that has lasted `age` seconds already.
    pub(crate) fn rest(&self, age: f64, u: f64) -> f64 {
        if age <= 0.0 {
            return self.length(u);
        }
        let weight = self.weight_beyond(age);
        if weight < TOO_FEW {
            // Longer than anything known: as likely as not it takes another 0.4 of what it took.
            return age / u.sqrt() - age;
        }
        (self.at(u * weight) - age).max(0.0)
    }

    fn weight_beyond(&self, age: f64) -> f64 {
        if age >= LONGEST_S {
            return self.beyond[BINS];
        }
        let bin = bin_of(age);
        let part = (EDGES[bin + 1] - age) / (EDGES[bin + 1] - EDGES[bin]);
        self.beyond[bin + 1] + part * (self.beyond[bin] - self.beyond[bin + 1])
    }

    /// The length beyond which `weight` lies.
    fn at(&self, weight: f64) -> f64 {
        if weight < self.beyond[BINS] {
            return LONGEST_S;
        }
        let bin = self.beyond[1..BINS].partition_point(|beyond| *beyond >= weight);
        let inside = self.beyond[bin] - self.beyond[bin + 1];
        if inside <= 0.0 {
            return EDGES[bin];
        }
        let part = ((weight - self.beyond[bin + 1]) / inside).clamp(0.0, 1.0);
        EDGES[bin + 1] - part * (EDGES[bin + 1] - EDGES[bin])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: SignedDuration = SignedDuration::from_mins(1);

    fn mean(law: &Law) -> f64 {
        (0..1000).map(|n| law.length((f64::from(n) + 0.5) / 1000.0)).sum::<f64>() / 1000.0
    }

    fn observed(minutes: i64, times: usize) -> Durations {
        let mut durations = Durations::default();
        for _ in 0..times {
            durations.add(MINUTE * i32::try_from(minutes).unwrap());
        }
        durations
    }

    #[test]
    fn before_anything_was_observed_the_expected_length_is_the_mean() {
        for minutes in [1, 5, 20, 90] {
            let expected = MINUTE * minutes;
            let ratio = mean(&Durations::default().law(expected)) / expected.as_secs_f64();
            assert!((0.9..1.1).contains(&ratio), "{minutes} min: {ratio}");
        }
    }

    #[test]
    fn a_wrong_figure_is_unlearned() {
        let law = observed(10, 40).law(MINUTE);
        assert!((450.0..700.0).contains(&mean(&law)), "{}", mean(&law));
        let law = observed(10, 2000).law(MINUTE);
        assert!((540.0..700.0).contains(&mean(&law)), "{}", mean(&law));
    }

    #[test]
    fn nonsense_is_left_out() {
        let mut durations = Durations::default();
        for hours in [-1, 8, 9, 100_000] {
            durations.add(SignedDuration::from_hours(hours));
        }
        durations.add(SignedDuration::MIN);
        durations.add(SignedDuration::MAX);
        assert_eq!(durations, Durations::default());
    }

    #[test]
    fn draws_are_never_negative_and_fall_as_the_share_that_outlasts_them_rises() {
        let law = observed(7, 30).law(MINUTE * 3);
        for age in [0.0, 1.0, 4.9, 5.0, 100.0, 419.0, 421.0, 5000.0, 28_799.0, 28_800.0, 1e9] {
            let mut last = f64::INFINITY;
            for n in 1..=200 {
                let rest = law.rest(age, f64::from(n) / 200.0);
                assert!(rest >= 0.0 && rest <= last, "{age}: {rest} after {last}");
                last = rest;
            }
        }
    }

    #[test]
    fn what_outlasted_all_that_is_known_is_not_expected_to_end_at_once() {
        let rest = observed(5, 200).law(MINUTE * 5).rest(7200.0, 0.5);
        assert!((1200.0..7200.0).contains(&rest), "{rest}");
    }

    #[test]
    fn half_of_the_lengths_outlast_the_median() {
        let law = observed(5, 50).law(MINUTE * 5);
        for u in [0.1, 0.5, 0.9] {
            let length = law.length(u);
            assert!((law.outlasts(length) - u).abs() < 1e-9, "{u}: {length}");
        }
    }
}
