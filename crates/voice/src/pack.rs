//! A voice: recorded pieces in a folder, with a manifest.
//!
//! A pack is checked as a whole when it is loaded. Of a loaded pack holds: every ticket number and
//! every counter or room can be said, all clips and prepared sentences are equally loud, and none peaks over
//! [`PEAK_LIMIT_DBTP`].

mod fault;
mod manifest;

use std::{
    collections::BTreeMap,
    fs,
    path::{Component, Path, PathBuf},
};

use giliran_core::Language;
use sha2::{Digest, Sha256};

pub use fault::{Fault, PackError};
pub use manifest::{
    Audio, ClipEntry, Codec, Element, FORMAT, Manifest, Numbers, PlaceStyle, Templates, TicketStyle,
};

use crate::{
    Call, ClipId, Part, RATE_HZ,
    grammar::{Grammar, Template},
    level::{PEAK_LIMIT_DBTP, level_of_clip},
    programme::Programme,
    sound::{self, LONGEST_CLIP_S, LONGEST_SENTENCE_S},
};

/// The name of the manifest in the folder of a pack.
pub const MANIFEST: &str = "pack.toml";

/// Measuring again may give slightly another figure than the maker of the pack had.
const MEASURING_ERROR_DB: f64 = 0.05;

/// From the end of one of several calls that are said in one to the beginning of the next.
const BETWEEN_CALLS_MS: u16 = 350;

/// How much is said of a call that is said by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The whole sentence.
    Full,
    /// The same in few words, for when many calls wait.
    Short,
}

/// A voice that was found to be complete and sound.
#[derive(Debug, Clone)]
pub struct Pack {
    manifest: Manifest,
    grammar: Grammar,
    call: Template,
    short: Template,
    /// Before the first of several calls.
    lead: Vec<Part>,
    /// For each of several calls.
    each: Template,
    clips: BTreeMap<ClipId, Vec<f32>>,
}

impl Pack {
    /// Reads and checks the pack in the folder `dir`.
    pub fn load(dir: &Path) -> Result<Self, PackError> {
        let mut faults = Vec::new();
        let loaded = Self::read(dir, &mut faults);
        match loaded {
            Some(pack) if faults.is_empty() => Ok(pack),
            _ => Err(PackError { dir: dir.to_owned(), faults }),
        }
    }

    /// Puts what is wrong into `faults`; without a pack there is at least one.
    fn read(dir: &Path, faults: &mut Vec<Fault>) -> Option<Self> {
        let manifest = read_manifest(dir).map_err(|fault| faults.push(fault)).ok()?;
        check_audio(&manifest.audio, faults);
        let mut template = |name, written| {
            Template::read(written)
                .map_err(|element| faults.push(Fault::Template { template: name, element }))
                .ok()
        };
        let call = template("call", &manifest.templates.call);
        let short = template("short", &manifest.templates.short);
        let lead = template("lead", &manifest.templates.lead);
        let each = match manifest.templates.each.as_slice() {
            [] => short.clone(),
            each => template("each", each),
        };
        let plain = lead.as_ref().and_then(Template::plain);
        if lead.is_some() && plain.is_none() {
            faults.push(Fault::Lead);
        }
        let is_name = |name: &str| {
            (1..=32).contains(&name.len())
                && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        };
        let unnamed = manifest.sentences.keys().filter(|name| !is_name(name));
        faults.extend(unnamed.map(|name| Fault::Name(name.clone())));

        let mut clips = BTreeMap::new();
        let words = manifest.clips.iter().map(|(id, entry)| (ClipId::new(id.clone()), entry, LONGEST_CLIP_S));
        let sentences =
            manifest.sentences.iter().map(|(id, entry)| (ClipId::sentence(id), entry, LONGEST_SENTENCE_S));
        for (id, entry, longest_s) in words.chain(sentences) {
            match read_clip(dir, &id, entry, &manifest.audio, longest_s) {
                Ok(samples) => drop(clips.insert(id, samples)),
                Err(fault) => faults.push(fault),
            }
        }
        let grammar = Grammar {
            language: manifest.numbers.compose,
            ticket: manifest.numbers.ticket,
            leading_zeros: manifest.numbers.leading_zeros,
            digit_gap_ms: manifest.numbers.digit_gap_ms,
            word_gap_ms: manifest.numbers.word_gap_ms,
        };
        for id in grammar.needs([&call, &short, &lead, &each].into_iter().flatten()) {
            if !manifest.clips.contains_key(id.as_str()) {
                faults.push(Fault::Missing(id));
            }
        }
        Some(Self { grammar, call: call?, short: short?, lead: plain?, each: each?, clips, manifest })
    }

    /// What the pack says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What it speaks.
    pub fn language(&self) -> Language {
        self.manifest.lang
    }

    /// The clips and silences of a call.
    pub fn sentence(&self, call: &Call, form: Form) -> Vec<Part> {
        let template = match form {
            Form::Full => &self.call,
            Form::Short => &self.short,
        };
        template.fill(self.grammar, call)
    }

    /// The clips and silences of several calls in one: what leads them in once, and of each little more than its
    /// numbers.
    pub fn joined(&self, calls: &[Call]) -> Vec<Part> {
        let mut parts = Vec::new();
        for call in calls {
            if parts.is_empty() {
                parts.extend_from_slice(&self.lead);
            } else {
                parts.push(Part::Silence(BETWEEN_CALLS_MS));
            }
            parts.extend(self.each.fill(self.grammar, call));
        }
        parts
    }

    /// The prepared sentences: name and words.
    pub fn sentences(&self) -> impl Iterator<Item = (&str, &str)> {
        self.manifest.sentences.iter().map(|(name, clip)| (name.as_str(), clip.text.as_str()))
    }

    /// The words of a sentence, as one would write them down.
    pub fn words(&self, sentence: &[Part]) -> String {
        let entry = |id: &ClipId| match id.as_str().strip_prefix("s.") {
            Some(name) => self.manifest.sentences.get(name),
            None => self.manifest.clips.get(id.as_str()),
        };
        let word = |part: &Part| match part {
            Part::Clip(id) => entry(id).map(|clip| clip.text.as_str()),
            Part::Silence(_) => None,
        };
        sentence.iter().filter_map(word).collect::<Vec<_>>().join(" ")
    }

    /// The samples of a clip, prepared for joining.
    pub fn clip(&self, id: &ClipId) -> Option<&[f32]> {
        self.clips.get(id).map(Vec::as_slice)
    }

    /// What `sentence` is made of, in this voice.
    pub fn programme(&self, sentence: &[Part]) -> Programme<'_> {
        let mut programme = Programme::default();
        for part in sentence {
            match part {
                Part::Clip(id) => programme.sound(self.clip(id).unwrap_or_default()),
                Part::Silence(ms) => programme.silence((*ms).into()),
            }
        }
        programme
    }

    /// Joins a sentence of this pack. Mono, at [`RATE_HZ`].
    pub fn join(&self, sentence: &[Part]) -> Vec<f32> {
        self.programme(sentence).join()
    }
}

fn read_manifest(dir: &Path) -> Result<Manifest, Fault> {
    let text = fs::read_to_string(dir.join(MANIFEST)).map_err(Fault::ManifestFile)?;
    let manifest: Manifest = toml::from_str(&text).map_err(|e| Fault::Manifest(Box::new(e)))?;
    if manifest.format == FORMAT { Ok(manifest) } else { Err(Fault::Format(manifest.format)) }
}

fn check_audio(audio: &Audio, faults: &mut Vec<Fault>) {
    let mut check = |key, found: f64, right: bool, wanted| {
        if !right {
            faults.push(Fault::Audio { key, found, wanted });
        }
    };
    check("rate", audio.rate.into(), audio.rate == RATE_HZ, "has to be 24000");
    check("channels", audio.channels.into(), audio.channels == 1, "has to be 1");
    let peak = audio.true_peak_dbtp;
    check("true_peak_dbtp", peak, peak <= PEAK_LIMIT_DBTP, "may be -1 at most");
    let tolerance = audio.tolerance_lu;
    check("tolerance_lu", tolerance, (0.0..=3.0).contains(&tolerance), "has to be 0 to 3");
    check("lead_ms", audio.lead_ms.into(), audio.lead_ms <= 200, "may be 200 at most");
    check("tail_ms", audio.tail_ms.into(), audio.tail_ms <= 200, "may be 200 at most");
}

fn read_clip(
    dir: &Path,
    id: &ClipId,
    entry: &ClipEntry,
    audio: &Audio,
    longest_s: u32,
) -> Result<Vec<f32>, Fault> {
    let (clip, file) = (|| id.clone(), || entry.file.clone());
    let failed = |source| Fault::File { clip: clip(), file: file(), source };
    let path = inside(dir, &entry.file)
        .map_err(failed)?
        .ok_or_else(|| Fault::Outside { clip: clip(), file: file() })?;
    let bytes = fs::read(path).map_err(failed)?;
    let found = sha256(&bytes);
    if !found.eq_ignore_ascii_case(&entry.sha256) {
        return Err(Fault::Hash { clip: clip(), file: file(), found });
    }
    let samples = sound::decode_flac(bytes, longest_s)
        .and_then(|samples| sound::prepare(samples, audio.lead_ms.into(), audio.tail_ms.into()))
        .map_err(|source| Fault::Sound { clip: clip(), file: file(), source })?;

    let level = level_of_clip(&samples);
    let (wanted, tolerance, limit) = (audio.loudness_lufs, audio.tolerance_lu, audio.true_peak_dbtp);
    if (level.loudness_lufs - wanted).abs() > tolerance + MEASURING_ERROR_DB {
        return Err(Fault::Loudness { clip: clip(), found: level.loudness_lufs, wanted, tolerance });
    }
    if level.true_peak_dbtp > limit.min(PEAK_LIMIT_DBTP - MEASURING_ERROR_DB) + MEASURING_ERROR_DB {
        return Err(Fault::Peak { clip: clip(), found: level.true_peak_dbtp, limit });
    }
    Ok(samples)
}

/// Where `file` is, or nothing if that is not inside `dir`.
fn inside(dir: &Path, file: &str) -> std::io::Result<Option<PathBuf>> {
    let relative = Path::new(file);
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return Ok(None);
    }
    let path = dir.join(relative).canonicalize()?;
    Ok(path.starts_with(dir.canonicalize()?).then_some(path))
}

/// The SHA-256 of `bytes`, in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
