//! Where the voices are with which screens speak by themselves.

use std::path::{Path, PathBuf};

use giliran_core::Language;
use serde::Deserialize;

/// The voices and what they say. The loudspeaker program has options of the same names.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Voice {
    /// The folder of voice packs; where the loudspeaker program looks when absent. Relative to the folder of the
    /// configuration file.
    pub folder: Option<PathBuf>,
    /// The chime, a FLAC file; `chimes/two-tones.flac` beside the voices when absent.
    pub chime: Option<PathBuf>,
    /// The languages of every call, in order; Malay, then the ticket's own, when absent.
    pub languages: Option<Vec<Language>>,
}

impl Voice {
    /// Finds the files beside the configuration file.
    pub(super) fn settle(&mut self, beside: &Path) {
        for path in [&mut self.folder, &mut self.chime].into_iter().flatten() {
            *path = beside.join(&path);
        }
    }
}
