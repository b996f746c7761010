//! Soft sounds of a word nearer to its loud ones.
//!
//! In a hall the echo of a vowel lies over the consonant behind it, which is some 20 dB softer. When vowels are made
//! less loud beside the rest, more of the rest stands out of their echo.
//!
//! Written out plainly in double precision, so that the clips are the same on every machine.

/// Over how long the level is taken, in milliseconds: more than a period of the deepest voice, less than a consonant.
const WINDOW_MS: usize = 20;

/// What is softer than this, in dB under the loudest part, is raised no further: breath and hiss.
const FLOOR_DB: f64 = 30.0;

/// Takes away `share` of what each part is softer than the loudest one, in dB. `share` is 0 (nothing changes) to 1 (all
/// parts down to [`FLOOR_DB`] become as loud as the loudest). The loudest part stays as it is.
pub fn compress(samples: &[f64], rate_hz: u32, share: f64) -> Vec<f64> {
    let powers = powers(samples, rate_hz);
    let loudest = powers.iter().copied().fold(0.0, f64::max);
    if loudest <= 0.0 {
        return samples.to_vec();
    }
    let floor = 10_f64.powf(-FLOOR_DB / 10.0);
    let gain = |power: &f64| (power / loudest).max(floor).powf(-share / 2.0);
    samples.iter().zip(&powers).map(|(sample, power)| sample * gain(power)).collect()
}

/// The power around each sample, under a triangle of [`WINDOW_MS`].
fn powers(samples: &[f64], rate_hz: u32) -> Vec<f64> {
    let half = (WINDOW_MS * rate_hz as usize / 2000).max(1);
    let squares: Vec<f64> = samples.iter().map(|sample| sample * sample).collect();
    // Two even windows make a triangle. The first looks back as far as the second looks ahead.
    let mut back = means(squares.iter(), half);
    back.reverse();
    let mut both = means(back.iter(), half);
    both.reverse();
    both
}

/// The mean of each value and of those before it, `width` in all; before the first there is silence.
fn means<'a>(values: impl ExactSizeIterator<Item = &'a f64> + Clone, width: usize) -> Vec<f64> {
    let mut sum = 0.0_f64;
    let leaving = std::iter::repeat_n(&0.0, width).chain(values.clone());
    let step = |(entering, leaving): (&f64, &f64)| {
        // Rounding must not make a power of silence that is under nothing.
        sum = (sum + entering - leaving).max(0.0);
        sum / width as f64
    };
    values.zip(leaving).map(step).collect()
}
