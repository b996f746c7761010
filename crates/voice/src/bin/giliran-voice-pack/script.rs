//! What a synthetic voice has to say: one file per pack.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::Context as _;
use giliran_core::Language;
use giliran_voice::pack::{Numbers, Templates};
use serde::Deserialize;

/// A pack before it is spoken.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    pub id: String,
    pub lang: Language,
    pub version: String,
    pub licence: String,
    pub speech: Speech,
    pub numbers: Numbers,
    pub templates: Templates,
    /// The words of each clip.
    pub clips: BTreeMap<String, String>,
}

/// How it is spoken.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Speech {
    /// The name of an espeak-ng voice.
    pub voice: String,
    pub words_per_minute: u16,
}

/// The scripts in `dir`, in the order of their names.
pub fn read_all(dir: &Path) -> anyhow::Result<Vec<Script>> {
    let list = || fs::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>();
    let mut files = list().with_context(|| format!("scripts in {}", dir.display()))?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let read = |file: &std::path::PathBuf| {
        toml::from_str(&fs::read_to_string(file)?).with_context(|| file.display().to_string())
    };
    files.iter().map(read).collect()
}
