//! Chance, all of it from one seed and the same on every machine.

use rand_pcg::{
    Pcg64Mcg,
    rand_core::{Rng as _, SeedableRng},
};

/// A seeded generator with the few questions that a simulation asks.
#[derive(Debug, Clone)]
pub struct Chance(Pcg64Mcg);

impl Chance {
    /// The generator of a seed.
    pub fn of(seed: u64) -> Self {
        Self(Pcg64Mcg::seed_from_u64(seed))
    }

    /// A number from 0 to below `n`; 0 if `n` is 0. How little it favours small ones does not matter here.
    pub fn below(&mut self, n: usize) -> usize {
        let n = u64::try_from(n).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.0.next_u64() % n).unwrap_or(0)
    }

    /// A number from `from` to `to`, both included.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        let span = to.saturating_sub(from).saturating_add(1).max(1).unsigned_abs();
        from.saturating_add_unsigned(self.0.next_u64() % span)
    }

    /// Whether something of so many in a hundred happens.
    pub fn percent(&mut self, hundredths: usize) -> bool {
        self.below(100) < hundredths
    }

    /// One of those, if there are any.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }

    /// Some of those, in their order, each with the same chance.
    pub fn some<T: Clone>(&mut self, from: &[T], hundredths: usize) -> Vec<T> {
        from.iter().filter(|_| self.percent(hundredths)).cloned().collect()
    }

    /// A number of 128 bits.
    pub fn wide(&mut self) -> u128 {
        u128::from(self.0.next_u64()) << 64 | u128::from(self.0.next_u64())
    }
}
