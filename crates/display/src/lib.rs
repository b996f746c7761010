//! The loudspeaker of a branch (siar raya): says each call once, in order and never two at once.
//!
//! - [`announcer`] decides what is said next and how; pure.
//! - [`player`] is the one thread that makes sound, on an [`output`]: a sound card (feature
//!   `playback`), a WAV file, or nowhere.
//! - [`Speaker`] puts them on a [`Link`](giliran_client::Link) to the daemon, and asks to be let in where the daemon
//!   does not know it.
//! - [`recordings`] has what somebody of the office has recorded.
//! - `reporter` tells the daemon what became of each call.
//! - [`state`] is where the speaker's key is kept, and how far it has said the log.
//!
//! What is said, how it sounds, and where voices and chime are found is `giliran-voice`'s.

pub mod announcer;
pub mod output;
pub mod player;
pub mod recordings;
mod reporter;
mod speaker;
pub mod state;

pub use speaker::{Report, Settings, Speaker};
