//! What a voice has to say: one file per pack.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, bail, ensure};
use giliran_core::Language;
use giliran_voice::{
    ClipId,
    pack::{Numbers, Templates},
};
use serde::Deserialize;

/// A pack before it is spoken.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    pub id: String,
    pub lang: Language,
    pub version: String,
    pub licence: String,
    /// How a machine says it; left out where a person does.
    pub speech: Option<Speech>,
    pub numbers: Numbers,
    pub templates: Templates,
    /// The words of each clip.
    pub clips: BTreeMap<String, String>,
    /// The words of each prepared sentence.
    #[serde(default)]
    pub sentences: BTreeMap<String, String>,
}

impl Script {
    /// Its clips but the sentences, in the order in which they are read aloud: numbers as one counts, letters, words.
    pub fn words(&self) -> Vec<(ClipId, &str)> {
        let mut order: Vec<_> = self.clips.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
        order.sort_by_key(|(id, _)| {
            let (kind, name) = id.split_once('.').unwrap_or((id, ""));
            let number = name.trim_end_matches('+').parse::<u32>().unwrap_or(u32::MAX);
            (["d", "n", "l", "w"].iter().position(|known| *known == kind), number, name)
        });
        order.into_iter().map(|(id, text)| (ClipId::new(id.to_owned()), text)).collect()
    }

    /// The prepared sentences, by their names.
    pub fn sentences(&self) -> Vec<(ClipId, &str)> {
        self.sentences.iter().map(|(name, text)| (ClipId::sentence(name), text.as_str())).collect()
    }
}

/// How it is spoken.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Speech {
    /// The name of an espeak-ng voice.
    pub voice: String,
    pub words_per_minute: u16,
    /// The same for single clips that are understood better at another pace.
    #[serde(default)]
    pub paces: BTreeMap<String, u16>,
    /// What espeak-ng is given in place of a clip's words, such as its phonemes in `[[` and `]]`.
    #[serde(default)]
    pub sounds: BTreeMap<String, String>,
    /// What share of the differences in level within a clip is taken away, 0 to 1, so that consonants stand out of the
    /// echo of vowels ([`giliran_voice::compress`]).
    #[serde(default)]
    pub compress: f64,
}

/// The script in a file.
pub fn read(file: &Path) -> anyhow::Result<Script> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let script: Script = toml::from_str(&text).with_context(|| file.display().to_string())?;
    if let Some(speech) = &script.speech {
        let known = |id: &&String| script.clips.contains_key(*id);
        if let Some(id) = speech.paces.keys().chain(speech.sounds.keys()).find(|id| !known(id)) {
            bail!("{}: there is no clip `{id}`", file.display());
        }
        ensure!((0.0..=1.0).contains(&speech.compress), "{}: compress is not 0 to 1", file.display());
    }
    Ok(script)
}

/// The scripts in `dir`, in the order of their names.
pub fn read_all(dir: &Path) -> anyhow::Result<Vec<Script>> {
    let list = || fs::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>();
    let mut files = list().with_context(|| format!("scripts in {}", dir.display()))?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    files.iter().map(|file| read(file)).collect()
}
