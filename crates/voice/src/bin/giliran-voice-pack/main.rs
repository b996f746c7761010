//! Makes the synthetic voice packs and the chime that are shipped, and checks packs of anybody's.
//!
//! The same espeak-ng gives the same clips: everything after it is done here, in double precision and
//! without anything that depends on the processor.

mod chime;
mod espeak;
mod flac;
mod resample;
mod script;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail, ensure};
use clap::Parser;
use giliran_voice::{
    Pack,
    level::level_of_clip,
    pack::{Audio, ClipEntry, Codec, FORMAT, MANIFEST, Manifest, sha256},
    sound,
};

use script::Script;

/// Makes and checks voice packs.
#[derive(Parser)]
#[command(version)]
enum Args {
    /// Makes a pack of each script in DIR/scripts, by espeak-ng, and writes it into DIR.
    Build {
        /// The folder of packs, such as assets/voices.
        dir: PathBuf,
    },
    /// Loads packs as the speaker does and says what is wrong with them.
    Check {
        /// Folders with a pack.toml.
        #[arg(required = true)]
        packs: Vec<PathBuf>,
    },
    /// Makes the chime.
    Chime {
        /// The FLAC file to write.
        file: PathBuf,
    },
}

/// What every pack that is made here is like.
const AUDIO: Audio = Audio {
    codec: Codec::Flac,
    rate: giliran_voice::RATE_HZ,
    channels: 1,
    loudness_lufs: -20.0,
    tolerance_lu: 1.0,
    true_peak_dbtp: -1.5,
    lead_ms: 20,
    tail_ms: 30,
};

/// As near as the level of a clip comes to what is wanted.
const SETTLED_DB: f64 = 0.04;

fn main() -> anyhow::Result<()> {
    match Args::parse() {
        Args::Build { dir } => {
            let espeak = espeak::version()?;
            for script in script::read_all(&dir.join("scripts"))? {
                let pack = dir.join(&script.id);
                build(&script, &espeak, &pack).with_context(|| format!("making {}", script.id))?;
                check(&pack)?;
            }
            Ok(())
        }
        Args::Check { packs } => packs.iter().try_for_each(|pack| check(pack)),
        Args::Chime { file } => Ok(fs::write(file, flac::encode(&chime::two_tones())?)?),
    }
}

/// Says every clip of `script` and writes the pack, in place of the one that is there.
fn build(script: &Script, espeak: &str, dir: &Path) -> anyhow::Result<()> {
    let mut clips = BTreeMap::new();
    let mut files = Vec::new();
    for (id, text) in &script.clips {
        let (kind, name) = id.split_once('.').with_context(|| format!("clip `{id}` has no kind"))?;
        let file = format!("{kind}/{name}.flac");
        let samples = clip(script, text).with_context(|| format!("clip `{id}`"))?;
        let bytes = flac::encode(&samples)?;
        clips
            .insert(id.clone(), ClipEntry { file: file.clone(), sha256: sha256(&bytes), text: text.clone() });
        files.push((dir.join(kind), dir.join(file), bytes));
    }
    let manifest = Manifest {
        format: FORMAT,
        id: script.id.clone(),
        lang: script.lang,
        version: script.version.clone(),
        licence: script.licence.clone(),
        origin: format!("synthetic: {espeak} voice {}", script.speech.voice),
        audio: AUDIO,
        numbers: script.numbers.clone(),
        templates: script.templates.clone(),
        clips,
    };
    if dir.exists() {
        // Only what was made as a pack is thrown away, and a pack begins with its manifest.
        ensure!(dir.join(MANIFEST).exists(), "{} is there already and is no voice pack", dir.display());
        fs::remove_dir_all(dir)?;
    }
    fs::create_dir(dir)?;
    fs::write(dir.join(MANIFEST), toml::to_string(&manifest)?)?;
    for (kind, file, bytes) in files {
        fs::create_dir_all(kind)?;
        fs::write(file, bytes)?;
    }
    Ok(())
}

/// Says `text` at the loudness of the pack, or a little under it where the peak would be too high.
fn clip(script: &Script, text: &str) -> anyhow::Result<Vec<f32>> {
    let raw = resample::to_pack_rate(&espeak::say(&script.speech, text)?);
    let mut gain = 1.0;
    // What counts as quiet depends on the gain, and the loudness on what is cut: a few rounds settle it.
    for _ in 0..8 {
        let louder = raw.iter().map(|sample| (sample * gain) as f32).collect();
        let samples = sound::prepare(louder, AUDIO.lead_ms.into(), AUDIO.tail_ms.into())?;
        let level = level_of_clip(&samples);
        let too_soft = AUDIO.loudness_lufs - level.loudness_lufs;
        let headroom = AUDIO.true_peak_dbtp - level.true_peak_dbtp;
        let off = too_soft.min(headroom);
        if off.abs() < SETTLED_DB {
            if too_soft > AUDIO.tolerance_lu {
                bail!("is {too_soft:.1} LU too soft when it peaks at {} dBTP", AUDIO.true_peak_dbtp);
            }
            return Ok(samples);
        }
        gain *= 10_f64.powf((off - SETTLED_DB / 2.0) / 20.0);
    }
    bail!("does not come to {} LUFS", AUDIO.loudness_lufs)
}

#[expect(clippy::print_stdout, reason = "the answer to the person who asked")]
fn check(dir: &Path) -> anyhow::Result<()> {
    let pack = Pack::load(dir)?;
    let manifest = pack.manifest();
    println!("{}: {}, {} clips, {}", dir.display(), manifest.id, manifest.clips.len(), manifest.origin);
    Ok(())
}
