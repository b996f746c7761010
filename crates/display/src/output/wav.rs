//! Sound as a WAV file: 16 bit, mono.
//!
//! The file can be read at any moment, also after a kill: its header is brought up to date after every
//! announcement, and until then says what was there before.

use std::{fs::File, io::BufWriter, path::Path, sync::atomic::AtomicBool};

use anyhow::{Context as _, ensure};
use giliran_voice::wav;
use hound::WavWriter;

use super::{PAUSE_MS, Played, SoundOutput, silence};

/// The header counts bytes in 32 bits; this leaves it room. A day and a night fit.
const MOST_SAMPLES: usize = 2_100_000_000;

/// A WAV file that grows.
pub struct WavFile {
    writer: WavWriter<BufWriter<File>>,
}

impl WavFile {
    /// Makes the file, or empties the one that is there.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn create(file: &Path) -> anyhow::Result<Self> {
        let create = || {
            let mut writer = WavWriter::create(file, wav::SPEC)?;
            writer.flush()?;
            Ok::<_, hound::Error>(writer)
        };
        let writer = create().with_context(|| format!("{} can't be written", file.display()))?;
        Ok(Self { writer })
    }
}

impl SoundOutput for WavFile {
    /// Writes at once, so there is nothing to end early.
    fn play(&mut self, samples: &[f32], _: &AtomicBool) -> anyhow::Result<Played> {
        let pause = silence(PAUSE_MS);
        let length = samples.len() + pause;
        ensure!(self.writer.len() as usize + length <= MOST_SAMPLES, "the sound file is full");
        let mut block = self.writer.get_i16_writer(u32::try_from(length)?);
        for sample in samples {
            block.write_sample(wav::pcm16(*sample));
        }
        for _ in 0..pause {
            block.write_sample(0_i16);
        }
        block.flush().context("the sound file can't be written")?;
        self.writer.flush().context("the sound file can't be written")?;
        Ok(Played::Whole)
    }

    fn paced(&self) -> bool {
        false
    }

    fn name(&self) -> &'static str {
        "file"
    }
}
