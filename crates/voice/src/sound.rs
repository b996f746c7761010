//! From a FLAC file to a clip that can be joined to others.
//!
//! A prepared clip begins and ends with a known, short piece of quiet and with an edge of [`EDGE_MS`], so
//! pauses are what the template says and joins do not click. Where clips touch, their edges lie over each
//! other: a cross-fade of equal power.

use std::{f32::consts::FRAC_PI_2, io::Cursor};

use symphonia::core::{
    audio::SampleBuffer, codecs::DecoderOptions, errors::Error, formats::FormatOptions,
    io::MediaSourceStream, meta::MetadataOptions, probe::Hint,
};

use crate::RATE_HZ;

/// Longer than any word; a longer file is in the wrong place.
pub const LONGEST_CLIP_S: u32 = 10;

/// Longer than any prepared sentence that people listen to until its end.
pub const LONGEST_SENTENCE_S: u32 = 30;

/// Below this, sound counts as quiet when a clip is trimmed: 50 dB under full scale.
const QUIET: f32 = 0.003_162_3;

/// How long a clip takes to rise from nothing and to fall back: too short to be heard as a fade, too long for a
/// click.
pub const EDGE_MS: u32 = 8;

/// What is louder than this at its edge does not lie over another: two of them could be too loud together.
const SOFT_EDGE: f32 = 0.25;

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
    /// Longer than what it is for may be.
    #[error("is longer than {0} s")]
    TooLong(u32),
    /// Nothing to hear.
    #[error("is silent")]
    Silent,
}

/// The number of samples in `ms` milliseconds.
pub fn samples_in_ms(ms: u32) -> usize {
    ms as usize * RATE_HZ as usize / 1000
}

/// Decodes FLAC, mono at [`RATE_HZ`], of `longest_s` seconds at most.
pub fn decode_flac(bytes: Vec<u8>, longest_s: u32) -> Result<Vec<f32>, SoundError> {
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
        if samples.len() > samples_in_ms(longest_s * 1000) {
            return Err(SoundError::TooLong(longest_s));
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

/// Fades in and out along a quarter of a sine: of two edges that lie over each other, the powers add up to one.
fn round_edges(samples: &mut [f32]) {
    let edge = edge_of(samples);
    let length = samples.len();
    for at in 0..edge {
        let gain = (FRAC_PI_2 * at as f32 / edge as f32).sin();
        samples[at] *= gain;
        samples[length - 1 - at] *= gain;
    }
}

fn edge_of(samples: &[f32]) -> usize {
    samples_in_ms(EDGE_MS).min(samples.len() / 2)
}

/// By how many samples two prepared clips lie over each other where they touch: by their edges, if those are soft.
pub(crate) fn overlap(before: &[f32], behind: &[f32]) -> usize {
    let overlap = edge_of(before).min(edge_of(behind));
    let soft = |edge: &[f32]| edge.iter().all(|sample| sample.abs() <= SOFT_EDGE);
    let edges = before.get(before.len() - overlap..).zip(behind.get(..overlap));
    if edges.is_some_and(|(before, behind)| soft(before) && soft(behind)) { overlap } else { 0 }
}
