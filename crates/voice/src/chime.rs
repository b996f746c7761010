//! The two tones before a call.

use std::{fs, io, path::Path};

use crate::{
    level::{PEAK_LIMIT_DBTP, level},
    sound::{self, LONGEST_CLIP_S, SoundError},
};

/// A chime, ready to be joined. It begins and ends in silence.
#[derive(Debug, Clone)]
pub struct Chime {
    samples: Vec<f32>,
}

/// Why a file is no chime.
#[derive(Debug, thiserror::Error)]
pub enum ChimeError {
    /// It can't be read.
    #[error("chime can't be read: {0}")]
    Io(#[from] io::Error),
    /// It is not sound of the right form.
    #[error("chime {0}")]
    Sound(#[from] SoundError),
    /// It would be distorted.
    #[error("chime peaks at {0:.1} dBTP, over the limit of {PEAK_LIMIT_DBTP} dBTP")]
    Peak(f64),
}

impl Chime {
    /// Reads a FLAC file, mono at [`RATE_HZ`](crate::RATE_HZ).
    pub fn load(file: &Path) -> Result<Self, ChimeError> {
        let samples = sound::prepare(sound::decode_flac(fs::read(file)?, LONGEST_CLIP_S)?, 20, 100)?;
        let peak = level(&samples).true_peak_dbtp;
        if peak > PEAK_LIMIT_DBTP {
            return Err(ChimeError::Peak(peak));
        }
        Ok(Self { samples })
    }

    /// Mono, at [`RATE_HZ`](crate::RATE_HZ).
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }
}
