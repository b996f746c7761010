//! What an office recorded itself, to be said in the hall as it is: from a WAV file to samples.
//!
//! The file may be anybody's: whatever is in it, no more memory is taken than its longest sound needs, and what can't
//! be used is refused by name.

use std::io::Read;

use hound::{SampleFormat, WavReader};

use crate::{
    RATE_HZ,
    level::{PEAK_LIMIT_DBTP, level, level_of_clip},
    resample,
    sound::{self, SoundError},
};

/// No recording is longer: nobody listens for more than a minute.
pub const LONGEST_S: u32 = 60;

/// Nothing that is shorter says anything.
pub const SHORTEST_MS: u32 = 300;

/// How many samples a second the file may have.
pub const RATES_HZ: std::ops::RangeInclusive<u32> = 8_000..=48_000;

/// How loud a recording is made: as loud as the shipped voices' clips.
pub const LOUDNESS_LUFS: f64 = -20.0;

/// As high as it may peak then: a little under the limit, for what is measured again gives slightly another figure.
const PEAK_DBTP: f64 = PEAK_LIMIT_DBTP - 0.1;

/// What would have to be made louder than this is the hum of a room.
const GREATEST_GAIN_DB: f64 = 30.0;

/// A sample from here on is at the end of what the recorder could write.
const FULL: f32 = 0.999;

/// So many of them in a row are a peak that was cut off: one that only touches the end has fewer.
const CUT_OFF: usize = 4;

/// How much quiet is left before and after the sound.
const AROUND_MS: u32 = 50;

/// Why a file can't be said in the hall.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// Damaged, cut short, or of another form than PCM in a WAV file.
    #[error("is not readable as WAV: {0}")]
    Wav(#[from] hound::Error),
    /// Another sampling rate.
    #[error("has {0} samples a second; 8,000 to 48,000 can be used")]
    Rate(u32),
    /// Neither mono nor stereo.
    #[error("has {0} channels; 1 or 2 can be used")]
    Channels(u16),
    /// It says of a sample that it is no number.
    #[error("has samples that are no numbers")]
    NoNumber,
    /// Nobody would listen to its end.
    #[error("is longer than {LONGEST_S} s")]
    TooLong,
    /// A click, or a slip of the finger.
    #[error("has less than 0.3 s of sound")]
    TooShort,
    /// Nothing to hear, or so soft that the room's hum would be what is heard.
    #[error("is silent")]
    Silent,
    /// The recorder cut peaks off; that can't be mended.
    #[error("was recorded too loud: peaks are cut off at {at_s:.1} s")]
    Clipped {
        /// Where the first one is, in seconds.
        at_s: f64,
    },
}

/// Reads a WAV file: whole numbers of 8 to 32 bit or floating point, mono or stereo, at any of [`RATES_HZ`].
///
/// What comes out is mono at [`RATE_HZ`], cut to its sound, at [`LOUDNESS_LUFS`] or a little under it where the true
/// peak would come over [`PEAK_LIMIT_DBTP`], with edges that don't click.
///
/// # Errors
/// What is in it can't be said in a hall; the text goes behind the name of the file.
pub fn read(wav: impl Read) -> Result<Vec<f32>, RecordingError> {
    let (mono, rate_hz) = decode(wav)?;
    let raw = resample::to_pack_rate(&mono, rate_hz);
    drop(mono);
    let loudest = raw.iter().fold(0.0_f64, |most, sample| most.max(sample.abs()));
    let greatest = decibels(GREATEST_GAIN_DB);
    let mut gain = 1.0_f64;
    // What counts as quiet depends on the gain, and the loudness on what is cut: a few rounds settle it.
    for round in 0..4 {
        // Resampling may go a little over what was in the file, and the first round is only a measurement.
        let safe = gain.min(1.0 / loudest.max(f64::MIN_POSITIVE)).min(greatest);
        let louder: Vec<f32> = raw.iter().map(|sample| (sample * safe) as f32).collect();
        let samples = match sound::prepare(louder, AROUND_MS, AROUND_MS) {
            Ok(samples) => samples,
            // Soft as a whole: once more, as loud as it may get.
            Err(SoundError::Silent) if round == 0 => {
                gain = greatest;
                continue;
            }
            Err(_) => return Err(RecordingError::Silent),
        };
        let measured =
            if samples.len() < 3 * RATE_HZ as usize { level_of_clip(&samples) } else { level(&samples) };
        let off = (LOUDNESS_LUFS - measured.loudness_lufs).min(PEAK_DBTP - measured.true_peak_dbtp);
        if !off.is_finite() || decibels(off) * safe > greatest {
            return Err(RecordingError::Silent);
        }
        if round > 0 && off.abs() < 0.05 {
            return finish(samples);
        }
        gain = safe * decibels(off);
    }
    // It turns around in what counts as quiet: within a little of where it should be.
    let louder = raw.iter().map(|sample| (sample * gain) as f32).collect();
    finish(sound::prepare(louder, AROUND_MS, AROUND_MS).map_err(|_| RecordingError::Silent)?)
}

fn decibels(db: f64) -> f64 {
    10_f64.powf(db / 20.0)
}

/// Looks at the end whether it is long enough, and once more at its peak.
fn finish(mut samples: Vec<f32>) -> Result<Vec<f32>, RecordingError> {
    if samples.len() < sound::samples_in_ms(SHORTEST_MS) {
        return Err(RecordingError::TooShort);
    }
    let over = level(&samples).true_peak_dbtp - PEAK_LIMIT_DBTP;
    if over > 0.0 {
        let gain = decibels(-over - 0.05) as f32;
        samples.iter_mut().for_each(|sample| *sample *= gain);
    }
    Ok(samples)
}

/// The sound of a WAV file, its channels taken together, −1 to 1, and how many samples it has in a second.
fn decode(wav: impl Read) -> Result<(Vec<f64>, u32), RecordingError> {
    let reader = WavReader::new(wav)?;
    let spec = reader.spec();
    if !RATES_HZ.contains(&spec.sample_rate) {
        return Err(RecordingError::Rate(spec.sample_rate));
    }
    if !(1..=2).contains(&spec.channels) {
        return Err(RecordingError::Channels(spec.channels));
    }
    match spec.sample_format {
        SampleFormat::Float => mix(reader.into_samples::<f32>(), spec),
        SampleFormat::Int => {
            let full = 2_f32.powi(i32::from(spec.bits_per_sample) - 1);
            mix(reader.into_samples::<i32>().map(|sample| Ok(sample? as f32 / full)), spec)
        }
    }
}

/// Takes the channels together. What the file says of its length is not believed: it is read until it ends.
fn mix(
    samples: impl Iterator<Item = hound::Result<f32>>,
    spec: hound::WavSpec,
) -> Result<(Vec<f64>, u32), RecordingError> {
    let channels = usize::from(spec.channels);
    let most = LONGEST_S as usize * spec.sample_rate as usize;
    let mut mono: Vec<f64> = Vec::new();
    let mut full = [0_usize; 2];
    for (n, sample) in samples.enumerate() {
        let (sample, channel) = (sample?, n % channels);
        if !sample.is_finite() {
            return Err(RecordingError::NoNumber);
        }
        full[channel] = if sample.abs() >= FULL { full[channel] + 1 } else { 0 };
        if full[channel] >= CUT_OFF {
            return Err(RecordingError::Clipped { at_s: mono.len() as f64 / f64::from(spec.sample_rate) });
        }
        let part = f64::from(sample) / channels as f64;
        if let Some(sum) = mono.last_mut().filter(|_| channel > 0) {
            *sum += part;
            continue;
        }
        if mono.len() == most {
            return Err(RecordingError::TooLong);
        }
        mono.push(part);
    }
    Ok((mono, spec.sample_rate))
}
