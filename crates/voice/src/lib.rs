//! What is said in the hall, and how: from a call to samples.
//!
//! A [`Pack`] holds one voice, recorded piece by piece; its grammar turns a [`Call`] into clips and
//! silences, and joining those gives the announcement. [`Voices`] puts a chime and several languages
//! together into a [`Programme`], and [`folder`] finds and loads them. [`recording`] reads what an office has
//! recorded to be said as it is. Files are read when a pack is loaded and never later; there are no devices,
//! no sockets and no clock here. When something is said, and where to, is the caller's.
//!
//! All sound is mono `f32` at [`RATE_HZ`].

mod call;
mod cardinal;
mod chime;
mod clip;
pub mod compress;
pub mod folder;
mod grammar;
pub mod level;
pub mod pack;
mod programme;
pub mod recording;
pub mod resample;
pub mod sound;
mod voices;
pub mod wav;

pub use call::{Call, CallError};
pub use cardinal::parts as cardinal;
pub use chime::{Chime, ChimeError};
pub use clip::{ClipId, Part};
pub use folder::NoVoices;
pub use pack::{Form, Pack, PackError};
pub use programme::Programme;
pub use voices::{Manner, REPEATS, Voices, languages_of_call};

/// Samples a second of all sound here: enough for speech, and half of what sound cards run at.
pub const RATE_HZ: u32 = 24_000;
