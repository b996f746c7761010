//! What is said in the hall, and how: from a call to samples.
//!
//! A [`Pack`] holds one voice, recorded piece by piece; its grammar turns a [`Call`] into clips and
//! silences, and joining those gives the announcement. [`Voices`] puts a chime and several languages
//! together. Files are read when a pack is loaded and never later; there are no devices, no sockets
//! and no clock here. When something is said, and where to, is the caller's.
//!
//! All sound is mono `f32` at [`RATE_HZ`].

mod call;
mod cardinal;
mod chime;
mod clip;
mod grammar;
pub mod level;
pub mod pack;
pub mod sound;
mod voices;

pub use call::{Call, CallError};
pub use cardinal::parts as cardinal;
pub use chime::{Chime, ChimeError};
pub use clip::{ClipId, Part};
pub use pack::{Form, Pack, PackError};
pub use voices::{Manner, Voices};

/// Samples a second of all sound here: enough for speech, and half of what sound cards run at.
pub const RATE_HZ: u32 = 24_000;
