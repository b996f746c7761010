//! The synthesiser, as a program of its own.

use std::process::Command;

use anyhow::{Context as _, ensure};
use giliran_voice::ClipId;

use crate::script::Speech;

/// What espeak-ng is asked for gives; another rate would need another resampler.
pub const RATE_HZ: u32 = 22_050;

/// Its name and version, such as `espeak-ng 1.51`.
pub fn version() -> anyhow::Result<String> {
    let output = Command::new("espeak-ng").arg("--version").output().context("espeak-ng is needed")?;
    let text = String::from_utf8(output.stdout)?;
    let number = text.split_once("text-to-speech: ").and_then(|(_, rest)| rest.split_whitespace().next());
    Ok(format!("espeak-ng {}", number.context("espeak-ng does not say its version")?))
}

/// Says the clip `id`, which is `text`, by itself. Samples are −1 to 1 at [`RATE_HZ`].
pub fn say(speech: &Speech, id: &ClipId, text: &str) -> anyhow::Result<Vec<f64>> {
    let pace = speech.paces.get(id.as_str()).unwrap_or(&speech.words_per_minute);
    let sound = speech.sounds.get(id.as_str()).map_or(text, String::as_str);
    let wav = tempfile::Builder::new().suffix(".wav").tempfile()?;
    let status = Command::new("espeak-ng")
        .args(["-v", &speech.voice, "-s", &pace.to_string(), "-w"])
        .arg(wav.path())
        .args(["--", sound])
        .status()
        .context("espeak-ng is needed")?;
    ensure!(status.success(), "espeak-ng: {status}");
    let mut reader = hound::WavReader::open(wav.path())?;
    let spec = reader.spec();
    ensure!((spec.sample_rate, spec.channels) == (RATE_HZ, 1), "espeak-ng gave {spec:?}");
    reader.samples::<i16>().map(|sample| Ok(f64::from(sample?) / 32768.0)).collect()
}
