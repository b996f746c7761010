//! The loudspeaker of a branch (siar raya): says each call once, in order and never two at once.
//!
//! - [`announcer`] decides which call is said next and how; pure.
//! - [`player`] is the one thread that makes sound, on an [`output`]: a sound card (feature
//!   `playback`), a WAV file, or nowhere.
//! - [`Speaker`] puts them on a [`Link`](giliran_client::Link) to the daemon.
//! - [`hall`] finds and loads voices and chime.
//!
//! What is said and how it sounds is `giliran-voice`'s.

pub mod announcer;
pub mod hall;
pub mod output;
pub mod player;
mod speaker;

pub use speaker::{Report, Speaker};
