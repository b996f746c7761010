//! Chaos: offices, visitors and faults out of one seed, against the core's ledger, in simulated time.
//!
//! - [`office`](self::office): random rules. [`compose`]: what people press. [`rng`]: the seed.
//! - [`system`]: what is tested: the ledger in the hands of a clerk that dies and starts again, over a log.
//! - [`model`]: the same office as plain as can be, which says beforehand what must come of each command.
//! - [`audit`]: what must hold whatever the rules are. [`watcher`]: what displays see.
//! - [`world`]: all of it together, step by step. [`counts`]: which paths were taken. [`planted`]: faults on
//!   purpose, which show that the checks find some.
//!
//! First there are faults, when nothing wrong may happen; then calm, when everybody who waits must be served. It
//! reads no clock, opens no socket and starts no thread, so a seed does the same on every machine.

mod audit;
mod compose;
mod counts;
mod model;
mod office;
mod planted;
pub(crate) mod rng;
mod system;
mod watcher;
mod world;

use std::fmt;

pub use counts::Counts;
pub use planted::Planted;
use world::World;

/// How many steps of faults a seed has before the calm.
pub const STEPS: u32 = 250;

/// What a seed came to that failed nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Played {
    /// The log, one entry of JSON each.
    pub log: Vec<String>,
    /// How often each path was taken.
    pub counts: Counts,
}

/// What a seed has found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Failed {
    /// The seed.
    pub seed: u64,
    /// In which step; the calm is the one after the last.
    pub step: u32,
    /// What is wrong.
    pub what: String,
    /// What was done last.
    pub before: String,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, step, what, before } = self;
        writeln!(f, "seed {seed}, step {step}: {what}")?;
        writeln!(f, "what was done last:\n{before}")?;
        write!(f, "once more: giliran-sim chaos --seed {seed}")
    }
}

/// Plays one seed, with a fault planted or none.
///
/// # Errors
/// What it has found.
pub fn play(seed: u64, planted: Option<Planted>) -> Result<Played, Box<Failed>> {
    let failed = |step, what, before| Box::new(Failed { seed, step, what, before });
    let mut world = World::new(seed, planted).map_err(|what| failed(0, what, String::new()))?;
    for step in 1..=STEPS {
        world.step().map_err(|what| failed(step, what, world.told()))?;
    }
    world.calm().map_err(|what| failed(STEPS + 1, what, world.told()))?;
    Ok(Played { log: world.log().to_vec(), counts: world.counts })
}

/// Plays one seed twice: the same comes of it, to the byte.
///
/// # Errors
/// What it has found.
pub fn play_twice(seed: u64) -> Result<Played, Box<Failed>> {
    let (first, second) = (play(seed, None)?, play(seed, None)?);
    if first == second {
        return Ok(first);
    }
    let at = first.log.iter().zip(&second.log).take_while(|(one, other)| one == other).count();
    let what = format!("played twice, another log came of it from entry {} on", at + 1);
    Err(Box::new(Failed { seed, step: 0, what, before: String::new() }))
}
