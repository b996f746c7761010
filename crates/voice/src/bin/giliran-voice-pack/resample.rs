//! From the synthesiser's rate to the pack's.
//!
//! Written out plainly in double precision: the resamplers that one would use choose their
//! instructions by the processor, and then the clips would differ from machine to machine.

use std::f64::consts::PI;

use giliran_voice::RATE_HZ;

use crate::espeak;

/// Samples on either side that count for one.
const REACH: i64 = 32;

/// Where the filter begins to cut, as a part of the input's band.
const PASS: f64 = 0.95;

/// A windowed sinc at every output sample's place in the input.
pub fn to_pack_rate(input: &[f64]) -> Vec<f64> {
    let (from, to) = (u64::from(espeak::RATE_HZ), u64::from(RATE_HZ));
    let length = input.len() as u64 * to / from;
    let at = |n: u64| {
        let whole = (n * from / to) as i64;
        let fraction = (n * from % to) as f64 / to as f64;
        let tap = |offset: i64| {
            let sample = usize::try_from(whole + offset).ok().and_then(|at| input.get(at)).unwrap_or(&0.0);
            sample * weight(offset as f64 - fraction)
        };
        (1 - REACH..=REACH).map(tap).sum()
    };
    (0..length).map(at).collect()
}

/// A sinc under a Hann window.
fn weight(distance: f64) -> f64 {
    let x = PI * PASS * distance;
    let sinc = if x == 0.0 { 1.0 } else { x.sin() / x };
    let window = (0.5 * PI * distance / REACH as f64).cos().powi(2);
    PASS * sinc * window
}
