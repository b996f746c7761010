//! Whether what people were told came true, and by how much to correct what is told next.
//!
//! Split conformal prediction on a rolling window: the figure that is told is the model's times the
//! quantile of what past waits were in multiples of the model's figure. Whatever the model gets wrong,
//! nine in ten of a steady office's visitors then wait no longer than the second figure.

use std::collections::VecDeque;

use giliran_core::WaitRange;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// How many outcomes count: about a day of a small office.
const WINDOW: usize = 200;

/// Fewer outcomes correct nothing; the correction is then faded in.
const FROM: usize = 20;
const FULL_AT: usize = 100;

/// Added to both sides of a ratio, in seconds: a wait of ten seconds instead of five is no mistake of
/// 100 %.
const OFFSET_S: f64 = 60.0;

/// Ratios are kept as whole thousandths.
const UNIT: f64 = 1000.0;

/// No correction is stronger, either way.
const STRONGEST: f64 = 5.0;

/// What became of the ranges that were told.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Calibration {
    /// The last outcomes, oldest first.
    outcomes: VecDeque<Outcome>,
}

/// What somebody waited, in thousandths of the model's two figures.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Outcome {
    of_p50: u32,
    of_p90: u32,
}

/// The factors for the two figures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Correction {
    p50: f64,
    p90: f64,
}

impl Calibration {
    /// Takes in how long somebody waited for whom the model had said `raw`.
    pub(crate) fn outcome(&mut self, raw: WaitRange, waited: SignedDuration) {
        let waited = waited.as_secs_f64();
        if waited < 0.0 {
            return;
        }
        let of = |figure: u32| in_thousandths((waited + OFFSET_S) / (f64::from(figure) + OFFSET_S));
        if self.outcomes.len() >= WINDOW {
            self.outcomes.pop_front();
        }
        self.outcomes.push_back(Outcome { of_p50: of(raw.p50_s), of_p90: of(raw.p90_s) });
    }

    /// What to multiply the model's figures by now.
    pub(crate) fn correction(&self) -> Correction {
        Correction { p50: self.factor(0.5, |o| o.of_p50), p90: self.factor(0.9, |o| o.of_p90) }
    }

    fn factor(&self, share: f64, ratio: impl Fn(&Outcome) -> u32) -> f64 {
        let count = self.outcomes.len();
        if count < FROM {
            return 1.0;
        }
        let mut ratios: Vec<u32> = self.outcomes.iter().map(ratio).collect();
        // One more than was seen: the next outcome is as likely to fall into any of the gaps.
        let rank = (share * (count + 1) as f64).ceil() as usize;
        let (_, quantile, _) = ratios.select_nth_unstable(rank.clamp(1, count) - 1);
        let quantile = (f64::from(*quantile) / UNIT).clamp(1.0 / STRONGEST, STRONGEST);
        let faded_in = ((count - FROM) as f64 / (FULL_AT - FROM) as f64).min(1.0);
        1.0 + faded_in * (quantile - 1.0)
    }
}

impl Correction {
    /// The model's range, corrected.
    pub(crate) fn apply(self, raw: WaitRange) -> WaitRange {
        let p50_s = scale(raw.p50_s, self.p50);
        WaitRange { p50_s, p90_s: scale(raw.p90_s, self.p90).max(p50_s) }
    }

    /// What the model had said where this was told.
    pub(crate) fn undo(self, told: WaitRange) -> WaitRange {
        WaitRange { p50_s: scale(told.p50_s, 1.0 / self.p50), p90_s: scale(told.p90_s, 1.0 / self.p90) }
    }
}

fn scale(figure: u32, factor: f64) -> u32 {
    to_whole((f64::from(figure) + OFFSET_S) * factor - OFFSET_S)
}

fn in_thousandths(ratio: f64) -> u32 {
    to_whole(ratio * UNIT)
}

/// The nearest whole number that fits.
fn to_whole(figure: f64) -> u32 {
    figure.round() as u32 // saturates at both ends
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLD: WaitRange = WaitRange { p50_s: 300, p90_s: 600 };

    fn after(waits: impl IntoIterator<Item = i64>) -> WaitRange {
        let mut calibration = Calibration::default();
        for wait in waits {
            calibration.outcome(TOLD, SignedDuration::from_secs(wait));
        }
        calibration.correction().apply(TOLD)
    }

    #[test]
    fn few_outcomes_correct_nothing() {
        assert_eq!(after([]), TOLD);
        assert_eq!(after([6000; 19]), TOLD);
    }

    #[test]
    fn after_a_hundred_outcomes_the_figures_are_those_that_came_true() {
        let corrected = after((1..=100).map(|n| 10 * n));
        assert_eq!(corrected, WaitRange { p50_s: 510, p90_s: 910 });
    }

    #[test]
    fn between_twenty_and_a_hundred_outcomes_the_correction_is_partial() {
        let p90 = |outcomes| after([1200; 100].into_iter().take(outcomes)).p90_s;
        assert_eq!(p90(20), 600);
        assert!((800..1000).contains(&p90(60)), "{}", p90(60));
        assert_eq!(p90(100), 1200);
    }

    #[test]
    fn the_second_figure_is_never_below_the_first() {
        let mut calibration = Calibration::default();
        for _ in 0..200 {
            calibration.outcome(WaitRange { p50_s: 0, p90_s: 9000 }, SignedDuration::from_secs(900));
        }
        let corrected = calibration.correction().apply(WaitRange { p50_s: 600, p90_s: 700 });
        assert!(corrected.p90_s >= corrected.p50_s, "{corrected:?}");
    }

    #[test]
    fn what_the_model_said_is_found_again_under_what_was_told() {
        let mut calibration = Calibration::default();
        for wait in 0..150 {
            calibration.outcome(TOLD, SignedDuration::from_secs(7 * wait));
        }
        let correction = calibration.correction();
        let found = correction.undo(correction.apply(TOLD));
        assert!(found.p50_s.abs_diff(300) <= 1 && found.p90_s.abs_diff(600) <= 1, "{found:?}");
    }

    #[test]
    fn old_outcomes_are_forgotten() {
        let forgotten = after([6000; 500].into_iter().chain([600; 200]));
        assert_eq!(forgotten.p90_s, 600);
    }

    #[test]
    fn a_negative_wait_is_left_out() {
        assert_eq!(after([-5; 200]), TOLD);
    }
}
