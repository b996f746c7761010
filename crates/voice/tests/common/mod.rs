//! The packs that are shipped.

use std::{
    fs,
    path::{Path, PathBuf},
};

use giliran_voice::{Chime, Pack, Voices};

/// One for each language, in the order of [`Language`](giliran_core::Language).
#[allow(dead_code, reason = "not every test file needs all of them")]
pub const SHIPPED: [&str; 4] = ["ms-MY.espeak", "en-MY.espeak", "zh-MY.espeak", "ta-MY.espeak"];

pub fn assets() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets"))
}

pub fn shipped(id: &str) -> Pack {
    Pack::load(&assets().join("voices").join(id)).expect("a shipped pack is in order")
}

#[allow(dead_code, reason = "not every test file says whole announcements")]
pub fn voices() -> Voices {
    let chime = Chime::load(&assets().join("chimes/two-tones.flac")).expect("the shipped chime is in order");
    let mut voices = Voices::new().with_chime(chime);
    for id in SHIPPED {
        voices.add(shipped(id)).expect("no two shipped packs speak the same language");
    }
    voices
}

/// Copies a pack, folders and all.
#[allow(dead_code, reason = "not every test file spoils packs")]
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a test's own folder");
    for entry in fs::read_dir(from).expect("a pack is there").map(|entry| entry.expect("it can be listed")) {
        let to = to.join(entry.file_name());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("a test's own folder");
        }
    }
}
