//! What becomes of soft and loud parts of a word when its levels are brought together.

use std::f64::consts::TAU;

use giliran_voice::{RATE_HZ, compress::compress};

/// A tone that is loud, then so many dB softer, then loud again, 200 ms each.
fn loud_soft_loud(softer_db: f64) -> Vec<f64> {
    let part = RATE_HZ as usize / 5;
    (0..3 * part)
        .map(|n| {
            let amplitude = if n / part == 1 { 0.5 * 10_f64.powf(-softer_db / 20.0) } else { 0.5 };
            amplitude * (TAU * 200.0 * n as f64 / f64::from(RATE_HZ)).sin()
        })
        .collect()
}

/// How much softer the middle of the second part is than that of the first, in dB.
fn softer(samples: &[f64]) -> f64 {
    let part = samples.len() / 3;
    let power =
        |from: usize| samples[from + part / 4..from + 3 * part / 4].iter().map(|s| s * s).sum::<f64>();
    10.0 * (power(0) / power(part)).log10()
}

#[test]
fn a_share_of_what_is_softer_is_taken_away() {
    for (share, left) in [(0.0, 20.0), (0.25, 15.0), (0.4, 12.0), (1.0, 0.0)] {
        let is = softer(&compress(&loud_soft_loud(20.0), RATE_HZ, share));
        assert!((is - left).abs() < 0.1, "{share}: {is} dB softer");
    }
}

#[test]
fn what_is_next_to_nothing_is_not_drawn_up_to_speech() {
    let is = softer(&compress(&loud_soft_loud(60.0), RATE_HZ, 0.4));
    assert!((is - 48.0).abs() < 0.1, "by 12 dB, as what is 30 dB softer: {is} dB softer");
}

#[test]
fn the_loudest_part_keeps_its_form() {
    let before = loud_soft_loud(20.0);
    let after = compress(&before, RATE_HZ, 0.4);
    let middle = RATE_HZ as usize / 20..3 * RATE_HZ as usize / 20;
    let off = before[middle.clone()].iter().zip(&after[middle]).map(|(one, other)| (one - other).abs());
    // The power of a tone goes up and down a little within a window.
    assert!(off.fold(0.0, f64::max) < 0.01);
}

#[test]
fn silence_and_nothing_stay_what_they_are() {
    assert_eq!(compress(&[0.0; 1000], RATE_HZ, 0.4), [0.0; 1000]);
    assert!(compress(&[], RATE_HZ, 0.4).is_empty());
    let mut ends = loud_soft_loud(0.0);
    ends.resize(ends.len() + 24_000, 0.0);
    let quiet = compress(&ends, RATE_HZ, 0.4).split_off(ends.len() - 24_000);
    assert!(quiet.iter().all(|sample| *sample == 0.0));
}
