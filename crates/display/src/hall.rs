//! The voices and the chime of this hall, from the disk.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, ensure};
use giliran_voice::{Chime, Pack, Voices, pack::MANIFEST};

/// Where voices are when nobody says: beside the program, where a package installs them, and in a
/// checkout.
pub fn default_voices() -> anyhow::Result<PathBuf> {
    let program = env::current_exe().unwrap_or_default();
    let beside = program.parent().unwrap_or(Path::new("."));
    let places = [
        beside.join("voices"),
        beside.join("../share/giliran/voices"),
        PathBuf::from("assets/voices"),
        beside.join("../../assets/voices"),
    ];
    let list = || places.iter().map(|place| place.display().to_string()).collect::<Vec<_>>().join(", ");
    places
        .iter()
        .find(|place| place.is_dir())
        .cloned()
        .with_context(|| format!("no voices found (looked in {}); say where with --voices", list()))
}

/// Loads every voice in `dir`, and the chime: `chime`, or the one that is shipped beside the voices.
///
/// A voice that is not in order is reported and left out, for a hall that hears half is better off than
/// one that hears nothing.
///
/// # Errors
/// There is no voice that is in order.
pub fn load(dir: &Path, chime: Option<&Path>) -> anyhow::Result<Voices> {
    let list = || {
        let entries = fs::read_dir(dir)?.map(|entry| Ok(entry?.path()));
        entries.collect::<std::io::Result<Vec<_>>>()
    };
    let mut packs = list().with_context(|| format!("voices in {}", dir.display()))?;
    packs.retain(|pack| pack.join(MANIFEST).exists());
    packs.sort();

    let chime = chime.map_or_else(|| dir.join("../chimes/two-tones.flac"), Path::to_owned);
    let mut voices = match Chime::load(&chime) {
        Ok(chime) => Voices::new().with_chime(chime),
        Err(error) => {
            tracing::error!("calls are said without a chime: {}: {error}", chime.display());
            Voices::new()
        }
    };
    for dir in packs {
        match Pack::load(&dir) {
            Ok(pack) => {
                let (id, language) = (pack.manifest().id.clone(), pack.language());
                match voices.add(pack) {
                    Ok(()) => tracing::info!(voice = id, %language, "voice loaded"),
                    Err(_) => tracing::error!(
                        "{} is left out: there is already a voice for `{language}`; take one of them out",
                        dir.display()
                    ),
                }
            }
            Err(error) => tracing::error!("left out: {error}"),
        }
    }
    ensure!(voices.languages().next().is_some(), "no voice in {} is in order", dir.display());
    Ok(voices)
}
