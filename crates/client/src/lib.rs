//! What every client of the daemon needs, and nothing about what it does with it.
//!
//! - [`Link`]: the live events of a branch. It connects again by itself, resumes where it stopped, and
//!   never leaves out an event without saying so.
//! - [`Api`]: commands and questions by HTTP.
//! - [`Key`]: what lets a device take part, and [`Pairing`]: how it comes to one.
//! - [`Picture`]: a branch as an audience sees it, kept up to date from the events.

mod address;
mod api;
mod key;
mod link;
mod pairing;
mod picture;
mod trust;

pub use address::{Address, BadAddress};
pub use api::{Api, ApiError, Paired, State, http};
pub use key::{Key, NotAKey};
pub use link::{Broken, Link, News};
pub use pairing::{Pairing, Progress};
pub use picture::{CALLS_KEPT, Picture};
