//! What can be said aloud beside the calls.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::view::Texts;

/// The sentences that the voices on the daemon's machine have prepared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SentencesView {
    /// By name.
    pub sentences: Vec<SentenceView>,
}

/// A sentence that voices have prepared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SentenceView {
    /// The name, such as `closing-15`.
    pub id: String,
    /// The words.
    pub text: Texts,
}

/// A WAV file as it is sent; only the description of the interface names it so.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct WavFile(pub Vec<u8>);

/// What became of something recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordingKept {
    /// The name by which it is announced.
    pub recording: String,
    /// How long it is, in milliseconds.
    pub length_ms: u32,
}
