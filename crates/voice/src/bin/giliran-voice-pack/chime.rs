//! Two soft tones, the second lower: e″ and c″, like a bell that is touched, not struck.

use std::f64::consts::TAU;

use giliran_voice::RATE_HZ;

/// When a tone begins, in seconds, and its pitch in hertz.
const TONES: [(f64, f64); 2] = [(0.02, 659.26), (0.48, 523.25)];

/// Overtones: by how many times the pitch, how strong, and the time in seconds in which they fade to 37 %.
const PARTIALS: [(f64, f64, f64); 3] = [(1.0, 1.0, 0.42), (2.0, 0.18, 0.22), (3.0, 0.06, 0.12)];

const LENGTH_S: f64 = 1.8;
const ATTACK_S: f64 = 0.012;
const RELEASE_S: f64 = 0.25;
const GAIN: f64 = 0.22;

/// The samples, at the rate of the packs.
pub fn two_tones() -> Vec<f32> {
    let rate = f64::from(RATE_HZ);
    let sample = |n: usize| {
        let t = n as f64 / rate;
        let release = ((LENGTH_S - t) / RELEASE_S).clamp(0.0, 1.0);
        let sound: f64 = TONES.iter().map(|(begins, pitch)| tone(t - begins, *pitch)).sum();
        (GAIN * release * sound) as f32
    };
    (0..(LENGTH_S * rate) as usize).map(sample).collect()
}

fn tone(t: f64, pitch: f64) -> f64 {
    if t <= 0.0 {
        return 0.0;
    }
    let attack = 0.5 - 0.5 * (0.5 * TAU * (t / ATTACK_S).min(1.0)).cos();
    let partial = |(times, strength, fades): &(f64, f64, f64)| {
        strength * (-t / fades).exp() * (TAU * pitch * times * t).sin()
    };
    attack * PARTIALS.iter().map(partial).sum::<f64>()
}
