//! The rules of a branch, through the public interface.

#![expect(clippy::wildcard_enum_match_arm, reason = "a test looks at the events that it is about")]

mod counters;
mod days;
mod forms;
mod ledger;
mod numbers;
mod properties;
mod rules;
mod support;
mod tickets;
