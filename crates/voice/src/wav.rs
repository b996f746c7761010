//! Sound as it stands in a WAV file: 16 bit, mono.

use std::io::Cursor;

use hound::{SampleFormat, WavSpec, WavWriter};

use crate::RATE_HZ;

/// The form of the file.
pub const SPEC: WavSpec =
    WavSpec { channels: 1, sample_rate: RATE_HZ, bits_per_sample: 16, sample_format: SampleFormat::Int };

/// A sample in 16 bit; what is too loud is clipped.
pub fn pcm16(sample: f32) -> i16 {
    (sample * 32767.0).round() as i16 // saturates
}

/// A whole file.
///
/// # Errors
/// The sound is longer than the file can say: half a day.
pub fn file(samples: &[f32]) -> Result<Vec<u8>, hound::Error> {
    let mut bytes = Cursor::new(Vec::with_capacity(samples.len() * 2 + 64));
    let mut writer = WavWriter::new(&mut bytes, SPEC)?;
    for sample in samples {
        writer.write_sample(pcm16(*sample))?;
    }
    writer.finalize()?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_the_sound_and_says_its_form() {
        let samples = [0.0, 0.5, -1.0, 1.0, 3.0, -3.0];
        let bytes = file(&samples).unwrap();
        assert_eq!(&bytes[..4], b"RIFF");
        let mut reader = hound::WavReader::new(Cursor::new(bytes)).unwrap();
        assert_eq!(reader.spec(), SPEC);
        let read: Vec<i16> = reader.samples().map(Result::unwrap).collect();
        assert_eq!(read, [0, 16384, -32767, 32767, i16::MAX, i16::MIN]);
    }
}
