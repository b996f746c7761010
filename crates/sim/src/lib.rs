//! Plays real days of real offices against a running daemon, as their visitors and officers would.
//!
//! - [`record`]: a day as it was recorded, read from a table.
//! - [`timetable`]: who does what and when in the replay, at which counters; fixed before it begins.
//! - [`office`]: the rules of a branch that such a day fits.
//! - [`play`]: keeps the timetable at a [`Desk`](play::Desk), which is a daemon or a stand-in.
//! - [`watch`]: a display and a supervisor who look on.
//! - [`replay`]: all of it together, with the checks at the end.
//! - [`report`]: what came of it, beside what was recorded.
//!
//! Measures the waiting times that are told:
//!
//! - [`score`]: the forecast on recorded days, beside simpler estimators.
//!
//! And plays what no office has recorded:
//!
//! - [`day`]: a day of any configured office, against a running daemon.
//! - [`soak`]: many such days one after another, with all the clients of the office.
//! - [`kills`]: a daemon that is killed again and again under load.
//! - [`program`], [`recorded`]: the daemon as a program, and clients whose every word is written down for
//!   [`giliran_history`] to judge.
//! - [`staff`]: ways to staff an office, tried on hundreds of days, against the rules and the forecast alone.
//! - [`chaos`]: offices, people and faults out of a seed, against the rules alone and a plain model of them.

pub mod chaos;
mod checks;
pub mod day;
pub mod kills;
pub mod office;
pub mod play;
pub mod program;
pub mod record;
pub mod recorded;
pub mod replay;
pub mod report;
pub mod score;
pub mod soak;
pub mod staff;
pub mod timetable;
pub mod watch;
