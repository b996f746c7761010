//! `pack.toml` as it is written. Meaning is checked by [`Pack::load`](super::Pack::load).

use std::collections::BTreeMap;

use giliran_core::Language;
use serde::{Deserialize, Serialize};

pub use crate::grammar::Element;

/// The version of the form of packs that this code reads.
pub const FORMAT: u32 = 1;

/// What a pack says about itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of the form.
    pub format: u32,
    /// A name for people and logs, such as `ms-MY.espeak`.
    pub id: String,
    /// What it speaks.
    pub lang: Language,
    /// The version of the recordings.
    pub version: String,
    /// The terms of the recordings: an SPDX expression.
    pub licence: String,
    /// Where the voice comes from: synthetic and by what, or recorded, by whom and with which consent.
    pub origin: String,
    /// What the clips are like.
    pub audio: Audio,
    /// How numbers are said.
    pub numbers: Numbers,
    /// The sentences.
    pub templates: Templates,
    /// The recorded pieces by name.
    pub clips: BTreeMap<String, ClipEntry>,
    /// Whole sentences that an office says now and then, by name, such as `closing-15`. A pack may have none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sentences: BTreeMap<String, ClipEntry>,
}

/// What the clips are like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audio {
    /// `flac`.
    pub codec: Codec,
    /// Samples a second; 24000.
    pub rate: u32,
    /// 1.
    pub channels: u32,
    /// How loud each clip is.
    pub loudness_lufs: f64,
    /// How far a clip may be from that.
    pub tolerance_lu: f64,
    /// No clip peaks higher; at most −1.
    pub true_peak_dbtp: f64,
    /// The quiet that is left before the sound of a clip, in milliseconds.
    pub lead_ms: u16,
    /// The quiet that is left after it, in milliseconds.
    pub tail_ms: u16,
}

/// How a clip is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Codec {
    /// FLAC: lossless, and exact at both ends.
    Flac,
}

/// How numbers are said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbers {
    /// Ticket numbers: `digits`, one by one, or `number`.
    pub ticket: TicketStyle,
    /// Whether the zeros are said with which a ticket number is filled up on the slip: A047 as "A zero four
    /// seven" or as "A four seven". A `number` has none.
    #[serde(default)]
    pub leading_zeros: bool,
    /// Numbers of counters and rooms: `cardinal`.
    pub place: PlaceStyle,
    /// Whose rule joins the words of a cardinal.
    pub compose: Language,
    /// The silence between letters and digits of a ticket number.
    pub digit_gap_ms: u16,
    /// The silence between the words of a cardinal.
    pub word_gap_ms: u16,
}

/// How ticket numbers are said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TicketStyle {
    /// Digit by digit: people compare them with a slip.
    Digits,
    /// As a number: forty seven.
    Number,
}

/// How numbers of counters and rooms are said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlaceStyle {
    /// As a number: eleven, twenty one.
    Cardinal,
}

/// The sentences. A number is a silence in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Templates {
    /// The whole sentence.
    pub call: Vec<Element>,
    /// The same in few words, for when many calls wait.
    pub short: Vec<Element>,
    /// What comes first when several calls are said in one; nothing if it is left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lead: Vec<Element>,
    /// What is then said of each of them; `short` if it is left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub each: Vec<Element>,
}

/// A recorded piece.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClipEntry {
    /// The file, inside the folder of the pack.
    pub file: String,
    /// The SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// The words that are spoken.
    pub text: String,
}
