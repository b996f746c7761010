//! Pieces of sound and silence in the order in which they are heard, before they are joined.
//!
//! How long it will be is known without joining it, so whoever plans what is said when does not need the sound.

use std::time::Duration;

use crate::{
    RATE_HZ,
    sound::{overlap, samples_in_ms},
};

/// What is heard, in order. Prepared clips that touch lie over each other by their edges.
#[derive(Debug, Clone, Default)]
pub struct Programme<'a>(Vec<Piece<'a>>);

#[derive(Debug, Clone, Copy)]
enum Piece<'a> {
    /// How many of its samples lie over the end of the piece before, and all of them.
    Sound(usize, &'a [f32]),
    /// So many samples.
    Silence(usize),
}

impl<'a> Programme<'a> {
    /// Adds a prepared clip.
    pub(crate) fn sound(&mut self, samples: &'a [f32]) {
        let over = match self.0.last() {
            Some(Piece::Sound(_, before)) => overlap(before, samples),
            Some(Piece::Silence(_)) | None => 0,
        };
        self.0.push(Piece::Sound(over, samples));
    }

    /// Adds nothing, for so many milliseconds.
    pub(crate) fn silence(&mut self, ms: u32) {
        self.0.push(Piece::Silence(samples_in_ms(ms)));
    }

    /// Adds all of `other`, which is not meant to touch what is there.
    pub(crate) fn append(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
    }

    /// Whether there is nothing to hear.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many samples [`Self::join`] will give.
    pub fn samples(&self) -> usize {
        let samples = |piece: &Piece<'_>| match piece {
            Piece::Sound(over, samples) => samples.len() - over,
            Piece::Silence(samples) => *samples,
        };
        self.0.iter().map(samples).sum()
    }

    /// How long it will be heard: exact to the sample, rounded to the nanosecond above.
    pub fn length(&self) -> Duration {
        let nanoseconds = (self.samples() as u64 * 1_000_000_000).div_ceil(RATE_HZ.into());
        Duration::from_nanos(nanoseconds)
    }

    /// The sound: mono, at [`RATE_HZ`]. It is nowhere louder than the loudest of its pieces, except where two soft
    /// edges lie over each other.
    pub fn join(&self) -> Vec<f32> {
        let mut joined = Vec::with_capacity(self.samples());
        for piece in &self.0 {
            match piece {
                Piece::Sound(over, samples) => {
                    let (edge, rest) = samples.split_at(*over);
                    let end = joined.len() - edge.len();
                    for (sum, sample) in joined[end..].iter_mut().zip(edge) {
                        *sum += sample;
                    }
                    joined.extend_from_slice(rest);
                }
                Piece::Silence(samples) => joined.resize(joined.len() + samples, 0.0),
            }
        }
        joined
    }
}
