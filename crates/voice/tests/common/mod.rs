//! The packs that are shipped.

use std::path::PathBuf;

use giliran_voice::{Chime, Pack, Voices};

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
    for id in ["ms-MY.espeak", "en-MY.espeak"] {
        voices.add(shipped(id)).expect("no two shipped packs speak the same language");
    }
    voices
}
