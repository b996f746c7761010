//! What a replay must do, tried without a daemon.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod config;
mod counts;
mod ledger;
mod record;
mod report;
mod timetable;
