//! The voices and the chime of a hall, from the disk: for whoever says calls aloud.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use crate::{Chime, Pack, Voices, pack::MANIFEST};

/// Why there is no voice.
#[derive(Debug, thiserror::Error)]
pub enum NoVoices {
    /// None of the usual folders is there.
    #[error("no voices found (looked in {looked}); say where with --voices")]
    NoFolder {
        /// Where they were looked for.
        looked: String,
    },
    /// The folder can't be read.
    #[error("voices in {}", .folder.display())]
    Unreadable {
        /// Which.
        folder: PathBuf,
        /// Why.
        #[source]
        why: io::Error,
    },
    /// There is none in it that can be used.
    #[error("no voice in {} is in order", .folder.display())]
    NoneInOrder {
        /// In which folder.
        folder: PathBuf,
    },
}

/// Where voices are when nobody says: beside the program, where a package installs them, and in a
/// checkout.
pub fn default_folder() -> Result<PathBuf, NoVoices> {
    let program = env::current_exe().unwrap_or_default();
    let beside = program.parent().unwrap_or(Path::new("."));
    let places = [
        beside.join("voices"),
        beside.join("../share/giliran/voices"),
        PathBuf::from("assets/voices"),
        beside.join("../../assets/voices"),
    ];
    let list = || places.iter().map(|place| place.display().to_string()).collect::<Vec<_>>().join(", ");
    places.iter().find(|place| place.is_dir()).cloned().ok_or_else(|| NoVoices::NoFolder { looked: list() })
}

/// Loads every voice in `dir`, and the chime: `chime`, or the one that is shipped beside the voices.
///
/// A voice that is not in order is reported and left out, for a hall that hears half is better off than
/// one that hears nothing.
///
/// # Errors
/// There is no voice that is in order.
pub fn load(dir: &Path, chime: Option<&Path>) -> Result<Voices, NoVoices> {
    let list = || {
        let entries = fs::read_dir(dir)?.map(|entry| Ok(entry?.path()));
        entries.collect::<io::Result<Vec<_>>>()
    };
    let mut packs = list().map_err(|why| NoVoices::Unreadable { folder: dir.to_owned(), why })?;
    packs.retain(|pack| pack.join(MANIFEST).exists());
    packs.sort();
    let none = || NoVoices::NoneInOrder { folder: dir.to_owned() };
    if packs.is_empty() {
        return Err(none());
    }

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
    if voices.languages().next().is_none() {
        return Err(none());
    }
    Ok(voices)
}
