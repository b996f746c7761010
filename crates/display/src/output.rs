//! Where sound goes: a sound card, a file, or nowhere.

#[cfg(feature = "playback")]
mod device;
mod wav;

use std::sync::atomic::AtomicBool;

#[cfg(feature = "playback")]
pub use device::{SoundCard, names};
pub use wav::WavFile;

/// The silence after each announcement, in milliseconds: the next one is another.
pub const PAUSE_MS: u32 = 400;

/// So many samples of silence.
fn silence(ms: u32) -> usize {
    (ms * giliran_voice::RATE_HZ / 1000) as usize
}

/// Where sound goes.
pub trait SoundOutput: Send {
    /// Makes ready what can be made ready beforehand, and says what is missing.
    fn prepare(&mut self) {}

    /// Plays `samples`, mono at [`RATE_HZ`](giliran_voice::RATE_HZ), and returns when they have been
    /// heard or written. Ends early when `stop` becomes true.
    ///
    /// # Errors
    /// What was in working order before is not now.
    fn play(&mut self, samples: &[f32], stop: &AtomicBool) -> anyhow::Result<Played>;

    /// Whether playing takes as long as the sound does.
    fn paced(&self) -> bool;

    /// For the log: `device`, `file` or `none`.
    fn name(&self) -> &'static str;
}

/// What became of a sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Played {
    /// It was heard, or written, to its end.
    Whole,
    /// It was cut off, because the program ends.
    Stopped,
    /// There is nothing to hear it from.
    Unheard,
}

/// Takes every sound and makes none.
#[derive(Debug)]
pub struct Nowhere;

impl SoundOutput for Nowhere {
    fn play(&mut self, _: &[f32], _: &AtomicBool) -> anyhow::Result<Played> {
        Ok(Played::Unheard)
    }

    fn paced(&self) -> bool {
        false
    }

    fn name(&self) -> &'static str {
        "none"
    }
}
