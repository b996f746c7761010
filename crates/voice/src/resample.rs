//! From a recording's rate to the pack's.
//!
//! Written out plainly in double precision: the resamplers that one would use choose their
//! instructions by the processor, and then the clips would differ from machine to machine.

use std::f64::consts::PI;

use crate::RATE_HZ;

/// Samples of the lower rate on either side that count for one.
const REACH: f64 = 32.0;

/// Where the filter begins to cut, as a part of the band of the lower rate.
const PASS: f64 = 0.95;

/// A windowed sinc at every output sample's place in the input. `from_hz` is 8,000 to 192,000; for rates that have
/// little in common with [`RATE_HZ`], a table of up to 25 MB is made meanwhile.
pub fn to_pack_rate(input: &[f64], from_hz: u32) -> Vec<f64> {
    let (from, to) = (u64::from(from_hz), u64::from(RATE_HZ));
    // What the pack's rate can't hold is cut away.
    let band = (to as f64 / from as f64).min(1.0);
    let reach = (REACH / band).ceil() as i64;
    // The places of the output between those of the input come again and again: so many different ones.
    let length = input.len() as u64 * to / from;
    let phases: Vec<Vec<f64>> = (0..(to / gcd(from, to)).min(length))
        .map(|n| {
            let fraction = (n * from % to) as f64 / to as f64;
            let tap = |offset: i64| band * weight((offset as f64 - fraction) * band);
            (1 - reach..=reach).map(tap).collect()
        })
        .collect();
    (0..length)
        .zip(phases.iter().cycle())
        .map(|(n, weights)| {
            let first = (n * from / to) as i64 + 1 - reach;
            let sample = |at: i64| usize::try_from(at).ok().and_then(|at| input.get(at)).unwrap_or(&0.0);
            (first..).zip(weights).map(|(at, weight)| sample(at) * weight).sum()
        })
        .collect()
}

/// The greatest number that divides both.
fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// A sinc under a Hann window; nothing beyond its reach.
fn weight(distance: f64) -> f64 {
    if distance.abs() >= REACH {
        return 0.0;
    }
    let x = PI * PASS * distance;
    let sinc = if x == 0.0 { 1.0 } else { x.sin() / x };
    let window = (0.5 * PI * distance / REACH).cos().powi(2);
    PASS * sinc * window
}
