//! What can be wrong with a pack, by name.

use std::{fmt, io, path::PathBuf};

use crate::{ClipId, level::PEAK_LIMIT_DBTP, sound::SoundError};

/// Why a folder is no usable pack: everything that is wrong with it, not only the first thing.
#[derive(Debug, thiserror::Error)]
pub struct PackError {
    /// The folder.
    pub dir: PathBuf,
    /// What is wrong; never empty.
    pub faults: Vec<Fault>,
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "voice pack {}: ", self.dir.display())?;
        for (place, fault) in self.faults.iter().enumerate() {
            let separator = if place > 0 { "; " } else { "" };
            write!(f, "{separator}{fault}")?;
        }
        Ok(())
    }
}

/// One thing that is wrong.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// There is no manifest to read.
    #[error("pack.toml can't be read: {0}")]
    ManifestFile(io::Error),
    /// An unknown or missing key, or a value of the wrong kind. The text names line and key.
    #[error("pack.toml: {0}")]
    Manifest(Box<toml::de::Error>),
    /// From a newer version.
    #[error("format {0} is unknown; this program reads format {known}", known = super::manifest::FORMAT)]
    Format(u32),
    /// A value that can't be.
    #[error("audio.{key} is {found}, but {wanted}")]
    Audio {
        /// Which.
        key: &'static str,
        /// What is there.
        found: f64,
        /// What it has to be.
        wanted: &'static str,
    },
    /// A template has an element in braces that means nothing.
    #[error(
        "templates.{template} has `{element}`, which is none of {{letters}}, {{digits}}, {{place_no}} and {{place}}"
    )]
    Template {
        /// `call`, `short`, `lead` or `each`.
        template: &'static str,
        /// What has no meaning.
        element: String,
    },
    /// It comes before the first of several calls, so it can't be about one of them.
    #[error("templates.lead fills in something of a call; it may have clips and silences only")]
    Lead,
    /// A sentence is asked for by its name, in addresses too.
    #[error("sentence `{0}`: a name has 1 to 32 of a to z, 0 to 9 and -")]
    Name(String),
    /// Some call would need it.
    #[error("clip {0} is missing")]
    Missing(ClipId),
    /// The path is absolute, has `..`, or is a link that leads away.
    #[error("clip {clip}: {file} is outside the folder of the pack")]
    Outside {
        /// Which.
        clip: ClipId,
        /// The path as written.
        file: String,
    },
    /// The file can't be read.
    #[error("clip {clip}: {file} can't be read: {source}")]
    File {
        /// Which.
        clip: ClipId,
        /// The path as written.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// Another file than the one that the manifest was made for.
    #[error("clip {clip}: {file} has SHA-256 {found}")]
    Hash {
        /// Which.
        clip: ClipId,
        /// The path as written.
        file: String,
        /// Of the file.
        found: String,
    },
    /// Not the right kind of sound.
    #[error("clip {clip}: {file} {source}")]
    Sound {
        /// Which.
        clip: ClipId,
        /// The path as written.
        file: String,
        /// Why.
        source: SoundError,
    },
    /// Louder or softer than the others.
    #[error("clip {clip}: {found:.1} LUFS instead of {wanted} ± {tolerance}")]
    Loudness {
        /// Which.
        clip: ClipId,
        /// Measured, looped.
        found: f64,
        /// By the manifest.
        wanted: f64,
        /// By the manifest.
        tolerance: f64,
    },
    /// It would be distorted.
    #[error("clip {clip}: peaks at {found:.1} dBTP, over the pack's {limit} (at most {PEAK_LIMIT_DBTP})")]
    Peak {
        /// Which.
        clip: ClipId,
        /// Measured.
        found: f64,
        /// By the manifest.
        limit: f64,
    },
}
