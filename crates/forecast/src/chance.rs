//! Chance, all of it from one seed and the same on every machine.

use rand_pcg::{
    Pcg64Mcg,
    rand_core::{Rng, SeedableRng},
};

/// A seeded generator with the questions that the day's play asks.
pub(crate) struct Chance(Pcg64Mcg);

impl Chance {
    pub(crate) fn of(seed: u64) -> Self {
        Self(Pcg64Mcg::seed_from_u64(seed))
    }

    /// Anything above 0 and up to 1, all equally likely.
    pub(crate) fn share(&mut self) -> f64 {
        const STEPS: u64 = 1 << 53; // as many as a float tells apart
        ((self.0.next_u64() >> 11) + 1) as f64 / STEPS as f64
    }

    /// How long until something happens that happens `rate` times a second on average; never where it does not.
    pub(crate) fn until(&mut self, rate: f64) -> f64 {
        let share = self.share();
        if rate > 0.0 { -libm::log(share) / rate } else { f64::INFINITY }
    }
}
