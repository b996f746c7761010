//! A recording of many lines, read one after the other, and where each of them stands in it.

use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use hound::{SampleFormat, WavReader};

/// A recording, its channels taken together.
pub struct Recording {
    /// −1 to 1.
    pub samples: Vec<f64>,
    /// Samples in a second.
    pub rate_hz: u32,
}

/// How the sound is looked at: in pieces of so many milliseconds.
const FRAME_MS: usize = 10;

/// What is this much louder than the room is speech.
const OVER_ROOM_DB: f64 = 12.0;

/// Nothing under this is speech, however quiet the room.
const QUIETEST_SPEECH_DBFS: f64 = -50.0;

/// A room that is louder than this spoils the voice.
const LOUDEST_ROOM_DBFS: f64 = -45.0;

/// The longest pause inside a line of a few words: before a stop, between two of them. Between lines it is longer.
pub const PAUSE_INSIDE_MS: usize = 500;

/// The same where a line is a sentence, or two or three: whoever reads takes a breath at each full stop.
pub const PAUSE_IN_SENTENCE_MS: usize = 1500;

/// What is shorter than this is a click of the tongue or of the chair.
const SHORTEST_MS: usize = 80;

/// How much before and after a line is kept with it, for soft beginnings and endings.
const AROUND_MS: usize = 60;

/// A sample from here on was cut off by the recorder.
const CLIPPED: f64 = 0.999;

impl Recording {
    /// Reads a WAV file of any rate.
    pub fn read(file: &Path) -> anyhow::Result<Self> {
        let mut reader = WavReader::open(file)?;
        let spec = reader.spec();
        let samples: Vec<f64> = match spec.sample_format {
            SampleFormat::Float => {
                reader.samples::<f32>().map(|s| s.map(f64::from)).collect::<Result<_, _>>()?
            }
            SampleFormat::Int => {
                let full = f64::from(1_u32 << (spec.bits_per_sample - 1));
                reader.samples::<i32>().map(|s| s.map(|s| f64::from(s) / full)).collect::<Result<_, _>>()?
            }
        };
        let channels = usize::from(spec.channels);
        ensure!(
            spec.sample_rate >= 16_000,
            "has {} samples a second; 16,000 are the least",
            spec.sample_rate
        );
        let mono = samples.chunks_exact(channels).map(|frame| frame.iter().sum::<f64>() / channels as f64);
        Ok(Self { samples: mono.collect(), rate_hz: spec.sample_rate })
    }

    /// The lines, in order, each with a little of what is around it. A pause of more than `pause_ms` ends a line.
    ///
    /// # Errors
    /// The room is too loud, the recorder cut peaks off, or nobody speaks.
    pub fn lines(&self, pause_ms: usize) -> anyhow::Result<Vec<Line<'_>>> {
        let frame = self.samples_in(FRAME_MS);
        let levels: Vec<f64> = self.samples.chunks(frame).map(level_dbfs).collect();
        let room = {
            let mut sorted = levels.clone();
            sorted.sort_by(f64::total_cmp);
            *sorted.get(sorted.len() / 10).context("is empty")?
        };
        if room > LOUDEST_ROOM_DBFS {
            bail!("the room is too loud: {room:.0} dBFS, {LOUDEST_ROOM_DBFS:.0} at most");
        }
        let threshold = (room + OVER_ROOM_DB).max(QUIETEST_SPEECH_DBFS);
        let mut spans: Vec<(usize, usize)> = Vec::new();
        for (n, _) in levels.iter().enumerate().filter(|(_, level)| **level > threshold) {
            match spans.last_mut() {
                Some((_, end)) if n - *end <= pause_ms / FRAME_MS => *end = n + 1,
                _ => spans.push((n, n + 1)),
            }
        }
        spans.retain(|(from, until)| (until - from) * FRAME_MS >= SHORTEST_MS);
        let around = self.samples_in(AROUND_MS);
        let lines = spans.into_iter().map(|(from, until)| {
            let (from, until) = (from * frame, (until * frame).min(self.samples.len()));
            let samples =
                &self.samples[from.saturating_sub(around)..(until + around).min(self.samples.len())];
            Line { at_s: from as f64 / f64::from(self.rate_hz), samples }
        });
        let lines: Vec<_> = lines.collect();
        ensure!(!lines.is_empty(), "nobody speaks in it");
        if let Some(line) = lines.iter().find(|line| line.samples.iter().any(|s| s.abs() >= CLIPPED)) {
            bail!("it is too loud at {:.1} s: the recorder cut the peaks off", line.at_s);
        }
        Ok(lines)
    }

    fn samples_in(&self, ms: usize) -> usize {
        ms * self.rate_hz as usize / 1000
    }
}

/// A line that somebody read.
pub struct Line<'a> {
    /// Where it begins in the recording, in seconds.
    pub at_s: f64,
    /// Its sound.
    pub samples: &'a [f64],
}

fn level_dbfs(frame: &[f64]) -> f64 {
    let power = frame.iter().map(|sample| sample * sample).sum::<f64>() / frame.len() as f64;
    10.0 * power.max(1e-12).log10()
}
