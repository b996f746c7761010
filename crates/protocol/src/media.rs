//! Pictures and films that an office shows on its walls.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What there is to show, in the order of the files' names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MediaView {
    /// For how many seconds a picture stays; a film to its end.
    pub seconds: u32,
    /// The files.
    pub files: Vec<MediumView>,
}

/// A picture or a film.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MediumView {
    /// The file's name.
    pub name: String,
    /// Where it is, on this daemon. It changes when the file does.
    pub address: String,
    /// What it is.
    pub kind: MediumKind,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MediumKind {
    /// JPEG, PNG, WebP, AVIF or GIF.
    Picture,
    /// MP4 or WebM; it is shown without its sound.
    Film,
}
