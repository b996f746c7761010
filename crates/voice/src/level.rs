//! How loud a piece of sound is, by EBU R 128.

use ebur128::{EbuR128, Mode};

use crate::RATE_HZ;

/// No clip may come closer to full scale, in dBTP: converters and resamplers behind us clip otherwise.
pub const PEAK_LIMIT_DBTP: f64 = -1.0;

/// Loudness and peak of mono sound at [`RATE_HZ`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Integrated loudness in LUFS; −∞ for silence.
    pub loudness_lufs: f64,
    /// True peak in dBTP; −∞ for silence.
    pub true_peak_dbtp: f64,
}

/// Measures `samples` once through.
pub fn level(samples: &[f32]) -> Level {
    measure(samples, 1)
}

/// Measures a short piece repeated for three seconds: the gate of the standard works on blocks of
/// 400 ms, and a digit is often shorter than one.
pub fn level_of_clip(samples: &[f32]) -> Level {
    measure(samples, (3 * RATE_HZ as usize).div_ceil(samples.len().max(1)))
}

fn measure(samples: &[f32], times: usize) -> Level {
    let measured = || {
        let mut meter = EbuR128::new(1, RATE_HZ, Mode::I | Mode::TRUE_PEAK)?;
        for _ in 0..times {
            meter.add_frames_f32(samples)?;
        }
        Ok::<_, ebur128::Error>((meter.loudness_global()?, meter.true_peak(0)?))
    };
    let (loudness_lufs, peak) =
        measured().expect("one channel at a fixed rate is within what the meter takes");
    Level { loudness_lufs, true_peak_dbtp: 20.0 * peak.log10() }
}
