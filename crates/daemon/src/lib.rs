//! The central daemon: it puts the parts together and owns their lives.
//!
//! - [`config`] reads the file, [`serve`] runs the daemon from start to end.
//! - `access` says who may take part and do what; `http` holds the addresses; `clerk` the one writer of a branch, `office` who replaces it;
//!   `admission` who is let in when too much is asked; `health` what ails a branch; `reports` what became of its calls in the hall; `feed` what an audience is
//!   told, `frame` how it goes over the line, `listeners` who writes it to all who listen, `socket` one who does;
//!   `copying` keeps the copy up, [`upkeep`] is what an operator does with the data; `web` takes connections and
//!   says who may ask; `picture` how a branch looks to an audience; `keep` what makes a start quick; `estimates`
//!   the waiting times; `planning` the rest of the day, advice and alarm, `webhook` who else is told of it; `taught` what the days have taught;
//!   `days` how the day goes, hour by hour; `announce` what calls sound like, `media` what walls show beside them;
//!   `phone` what visitors' own phones may ask.
//!
//! It knows no rules of the counter hall: those are in `giliran-core`.

mod access;
mod admission;
mod announce;
mod announced;
mod calls;
mod clerk;
mod clock;
pub mod config;
mod copying;
mod days;
#[doc(hidden)]
pub mod decode;
mod estimates;
mod failure;
mod feed;
mod frame;
mod health;
mod http;
mod keep;
mod listeners;
mod media;
mod office;
mod persons;
mod phone;
mod picture;
mod planning;
mod recordings;
mod reports;
mod serve;
mod socket;
mod taught;
pub mod upkeep;
mod web;
mod webhook;
mod wire;

pub use clock::system_time;
pub use http::openapi;
pub use serve::{Options, ServeError, serve};
pub use web::{Rate, Room};
