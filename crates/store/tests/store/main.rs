//! What every store promises ([`suite`]), and what the SQLite file promises beyond that.

#![expect(clippy::unwrap_used, reason = "a test fails by it, and most of these are helpers of tests")]

mod copies;
mod faults;
mod opening;
mod place;
mod suite;

shared_suite!(sqlite, crate::place::SqlitePlace);
