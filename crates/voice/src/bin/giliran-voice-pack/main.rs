//! Makes voice packs: the synthetic ones that are shipped, with their chime, and an office's own from what
//! somebody there has read aloud. Checks packs of anybody's.
//!
//! The same espeak-ng gives the same clips: everything after it is done here, in double precision and
//! without anything that depends on the processor.

mod chime;
mod espeak;
mod flac;
mod recording;
mod script;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail, ensure};
use clap::Parser;
use giliran_core::Place;
use giliran_voice::{
    Call, ClipId, Form, Pack, Part,
    compress::compress,
    level::level_of_clip,
    pack::{Audio, ClipEntry, Codec, FORMAT, MANIFEST, Manifest, sha256},
    resample, sound, wav,
};

use recording::{PAUSE_IN_SENTENCE_MS, PAUSE_INSIDE_MS, Recording};
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
    /// Prints what somebody has to read aloud for a pack, in order: a line for each clip, words before sentences.
    Lines {
        /// The script, such as assets/voices/scripts/ms-MY.espeak.toml.
        script: PathBuf,
    },
    /// Cuts what somebody has read aloud into the clips of a pack, and writes the pack.
    Cut {
        /// The script; its lines are what was read, each once and in order.
        #[arg(long)]
        script: PathBuf,
        /// The pack's name, such as ms-MY.pejabat.
        #[arg(long)]
        id: String,
        /// Who read it, when, and with which consent: it stands in the pack.
        #[arg(long)]
        origin: String,
        /// The terms of the recording, an SPDX expression.
        #[arg(long)]
        licence: String,
        /// The folder to write; a pack that is there already is replaced.
        #[arg(long)]
        out: PathBuf,
        /// Recordings of the prepared sentences, in order, with a pause of two seconds or more after each. Without
        /// any, the pack has none.
        #[arg(long, num_args = 1..)]
        sentences: Vec<PathBuf>,
        /// The recordings of the words, in order: WAV files, with a pause of a second or more after each line.
        #[arg(required = true)]
        recordings: Vec<PathBuf>,
    },
    /// Loads packs as the speaker does and says what is wrong with them.
    Check {
        /// Folders with a pack.toml.
        #[arg(required = true)]
        packs: Vec<PathBuf>,
    },
    /// Says calls and prepared sentences as the loudspeaker does, without the chime, and writes each to a WAV file.
    Say {
        /// The folder with the pack.toml.
        pack: PathBuf,
        /// The folder to write into; a file is called as what is said, such as A047-counter-3.wav.
        #[arg(long)]
        out: PathBuf,
        /// Calls such as A047-counter-3 or R08-room-1, several in one such as A047-counter-3,A048-counter-5, and
        /// names of sentences such as closing-15.
        #[arg(required = true)]
        said: Vec<String>,
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
    lead_ms: 10,
    tail_ms: 15,
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
        Args::Lines { script } => print_lines(&script::read(&script)?),
        Args::Cut { script, id, origin, licence, out, sentences, recordings } => {
            let mut script = script::read(&script)?;
            (script.id, script.licence) = (id, licence);
            let mut clips = cut(script.words(), &recordings, PAUSE_INSIDE_MS)?;
            if !sentences.is_empty() {
                clips.extend(cut(script.sentences(), &sentences, PAUSE_IN_SENTENCE_MS)?);
            }
            write(&script, format!("recorded: {origin}"), clips, &out)?;
            check(&out)
        }
        Args::Check { packs } => packs.iter().try_for_each(|pack| check(pack)),
        Args::Say { pack, out, said } => {
            let pack = Pack::load(&pack)?;
            said.iter().try_for_each(|said| say(&pack, said, &out).with_context(|| said.clone()))
        }
        Args::Chime { file } => Ok(fs::write(file, flac::encode(&chime::two_tones())?)?),
    }
}

/// Says every clip of `script` and writes the pack.
fn build(script: &Script, espeak: &str, dir: &Path) -> anyhow::Result<()> {
    let speech = script.speech.as_ref().context("the script does not say by which voice ([speech])")?;
    let clips = script.words().into_iter().chain(script.sentences()).map(|(id, text)| {
        let said = compress(&espeak::say(speech, &id, text)?, espeak::RATE_HZ, speech.compress);
        let samples = settled(&resample::to_pack_rate(&said, espeak::RATE_HZ));
        let samples = samples.with_context(|| format!("clip `{id}`"))?;
        Ok((id, text, samples))
    });
    write(
        script,
        format!("synthetic: {espeak} voice {}", speech.voice),
        clips.collect::<anyhow::Result<_>>()?,
        dir,
    )
}

/// A clip's name, words and sound.
type Clip<'a> = (ClipId, &'a str, Vec<f32>);

/// Takes the lines `wanted` out of recordings in which they were read in this order.
fn cut<'a>(
    wanted: Vec<(ClipId, &'a str)>,
    recordings: &[PathBuf],
    pause_ms: usize,
) -> anyhow::Result<Vec<Clip<'a>>> {
    let mut clips = Vec::new();
    let mut found = Vec::new();
    for file in recordings {
        let recording = Recording::read(file).with_context(|| file.display().to_string())?;
        for line in recording.lines(pause_ms).with_context(|| file.display().to_string())? {
            let place = format!("{} at {:.1} s", file.display(), line.at_s);
            if let Some((id, text)) = wanted.get(found.len()) {
                let samples = settled(&resample::to_pack_rate(line.samples, recording.rate_hz));
                let samples = samples.with_context(|| format!("clip `{id}`, {place}"))?;
                clips.push((id.clone(), *text, samples));
            }
            found.push(place);
        }
    }
    if found.len() != wanted.len() {
        let heard = found.iter().zip(wanted.iter().map(Some).chain(std::iter::repeat(None)));
        let list: Vec<_> = heard
            .map(|(place, line)| match line {
                Some((id, text)) => format!("  {place}: taken for {id}, \u{201c}{text}\u{201d}"),
                None => format!("  {place}: no line is left for it"),
            })
            .collect();
        bail!(
            "{} lines were to be read, and {} were heard:\n{}\nThe first that is wrong shows where one was left out, \
             read twice or broken in two.",
            wanted.len(),
            found.len(),
            list.join("\n")
        );
    }
    Ok(clips)
}

/// Writes a pack, in place of the one that is there.
fn write(script: &Script, origin: String, sounds: Vec<Clip<'_>>, dir: &Path) -> anyhow::Result<()> {
    let (mut clips, mut sentences) = (BTreeMap::new(), BTreeMap::new());
    let mut files = Vec::new();
    for (id, text, samples) in sounds {
        let (kind, name) = id.as_str().split_once('.').with_context(|| format!("clip `{id}` has no kind"))?;
        let file = format!("{kind}/{name}.flac");
        let bytes = flac::encode(&samples)?;
        let entry = ClipEntry { file: file.clone(), sha256: sha256(&bytes), text: text.to_owned() };
        match kind {
            "s" => sentences.insert(name.to_owned(), entry),
            _ => clips.insert(id.to_string(), entry),
        };
        files.push((dir.join(kind), dir.join(file), bytes));
    }
    let manifest = Manifest {
        format: FORMAT,
        id: script.id.clone(),
        lang: script.lang,
        version: script.version.clone(),
        licence: script.licence.clone(),
        origin,
        audio: AUDIO,
        numbers: script.numbers.clone(),
        templates: script.templates.clone(),
        clips,
        sentences,
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

/// The sound at the loudness of the pack, or a little under it where the peak would be too high.
fn settled(raw: &[f64]) -> anyhow::Result<Vec<f32>> {
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

/// Writes a call as it is said in full, several in one, or a prepared sentence.
fn say(pack: &Pack, what: &str, out: &Path) -> anyhow::Result<()> {
    let sentence = if pack.sentences().any(|(name, _)| name == what) {
        vec![Part::Clip(ClipId::sentence(what))]
    } else {
        match &what.split(',').map(read_call).collect::<anyhow::Result<Vec<_>>>()?[..] {
            [call] => pack.sentence(call, Form::Full),
            calls => pack.joined(calls),
        }
    };
    Ok(fs::write(out.join(format!("{what}.wav")), wav::file(&pack.join(&sentence))?)?)
}

fn read_call(call: &str) -> anyhow::Result<Call> {
    let form = "a call is written as A047-counter-3 or R08-room-1, and the pack has no sentence of that name";
    let [number, place, place_number] = call.split('-').collect::<Vec<_>>()[..] else { bail!(form) };
    let place = match place {
        "counter" => Place::Counter,
        "room" => Place::Room,
        _ => bail!(form),
    };
    Ok(Call::new(number, place, place_number.parse().context(form)?)?)
}

#[expect(clippy::print_stdout, reason = "the answer to the person who asked")]
fn print_lines(script: &Script) -> anyhow::Result<()> {
    let print = |lines: Vec<(ClipId, &str)>| {
        for (n, (id, text)) in lines.into_iter().enumerate() {
            println!("{:3}  {text:<40} {id}", n + 1);
        }
    };
    print(script.words());
    if !script.sentences.is_empty() {
        println!("\nSentences, in recordings of their own:\n");
        print(script.sentences());
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the answer to the person who asked")]
fn check(dir: &Path) -> anyhow::Result<()> {
    let pack = Pack::load(dir)?;
    let manifest = pack.manifest();
    let (clips, sentences) = (manifest.clips.len(), manifest.sentences.len());
    println!("{}: {}, {clips} clips, {sentences} sentences, {}", dir.display(), manifest.id, manifest.origin);
    Ok(())
}
