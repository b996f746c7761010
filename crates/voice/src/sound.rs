//! From a FLAC file to a clip that can be joined to others.
//!
//! A prepared clip begins and ends with a known, short piece of quiet and with an edge of 5 ms, so
//! pauses are what the template says and joins do not click.

use std::{f32::consts::PI, io::Cursor};

use symphonia::core::{
    audio::SampleBuffer, codecs::DecoderOptions, errors::Error, formats::FormatOptions,
    io::MediaSourceStream, meta::MetadataOptions, probe::Hint,
};

use crate::RATE_HZ;

/// Longer than any word; a longer file is in the wrong place.
pub const LONGEST_CLIP_S: u32 = 10;

/// Below this, sound counts as quiet when a clip is trimmed: 50 dB under full scale.
const QUIET: f32 = 0.003_162_3;

const EDGE_MS: u32 = 5;

/// Why a file is no clip.
#[derive(Debug, thiserror::Error)]
pub enum SoundError {
    /// Damaged, or of another format.
    #[error("is not readable as FLAC: {0}")]
    Flac(#[from] Error),
    /// Another sampling rate.
    #[error("has {0} samples a second instead of {RATE_HZ}")]
    Rate(u32),
    /// Not mono.
    #[error("has {0} channels instead of 1")]
    Channels(usize),
    /// Not a word.
    #[error("is longer than {LONGEST_CLIP_S} s")]
    TooLong,
    /// Nothing to hear.
    #[error("is silent")]
    Silent,
}

/// The number of samples in `ms` milliseconds.
pub fn samples_in_ms(ms: u32) -> usize {
    ms as usize * RATE_HZ as usize / 1000
}

/// Decodes FLAC, mono at [`RATE_HZ`].
pub fn decode_flac(bytes: Vec<u8>) -> Result<Vec<f32>, SoundError> {
    let stream = MediaSourceStream::new(Box::new(Cursor::new(bytes)), Default::default());
    let mut hint = Hint::new();
    hint.with_extension("flac");
    let probed = symphonia::default::get_probe().format(
        &hint,
        stream,
        &FormatOptions::default(),
        &MetadataOptions::default(),
    )?;
    let mut format = probed.format;
    let track = format.default_track().ok_or(Error::DecodeError("no sound in it"))?;
    let mut decoder =
        symphonia::default::get_codecs().make(&track.codec_params, &DecoderOptions { verify: true })?;
    let mut samples = Vec::new();
    loop {
        let packet = match format.next_packet() {
            Ok(packet) => packet,
            Err(Error::IoError(e)) if e.kind() == std::io::ErrorKind::UnexpectedEof => break,
            Err(e) => return Err(e.into()),
        };
        let decoded = decoder.decode(&packet)?;
        let spec = *decoded.spec();
        if spec.rate != RATE_HZ {
            return Err(SoundError::Rate(spec.rate));
        }
        if spec.channels.count() != 1 {
            return Err(SoundError::Channels(spec.channels.count()));
        }
        let mut buffer = SampleBuffer::<f32>::new(decoded.capacity() as u64, spec);
        buffer.copy_interleaved_ref(decoded);
        samples.extend_from_slice(buffer.samples());
        if samples.len() > samples_in_ms(LONGEST_CLIP_S * 1000) {
            return Err(SoundError::TooLong);
        }
    }
    if decoder.finalize().verify_ok == Some(false) {
        return Err(Error::DecodeError("the sound is not what its checksum says").into());
    }
    Ok(samples)
}

/// Cuts the quiet before and after the sound down to `lead_ms` and `tail_ms`, and rounds both edges.
pub fn prepare(mut samples: Vec<f32>, lead_ms: u32, tail_ms: u32) -> Result<Vec<f32>, SoundError> {
    let loud = |sample: &f32| sample.abs() > QUIET;
    let first = samples.iter().position(loud).ok_or(SoundError::Silent)?;
    let last = samples.iter().rposition(loud).ok_or(SoundError::Silent)?;
    let end = (last + 1 + samples_in_ms(tail_ms)).min(samples.len());
    samples.truncate(end);
    samples.drain(..first.saturating_sub(samples_in_ms(lead_ms)));
    round_edges(&mut samples);
    Ok(samples)
}

/// Fades in and out along a raised cosine.
fn round_edges(samples: &mut [f32]) {
    let edge = samples_in_ms(EDGE_MS).min(samples.len() / 2);
    let length = samples.len();
    for at in 0..edge {
        let gain = 0.5 * (1.0 - (PI * at as f32 / edge as f32).cos());
        samples[at] *= gain;
        samples[length - 1 - at] *= gain;
    }
}
