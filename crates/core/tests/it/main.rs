//! The rules of a branch, through the public interface.

#![expect(clippy::wildcard_enum_match_arm, reason = "a test looks at the events that it is about")]

mod announcing;
mod appointments;
mod calling;
mod counters;
mod days;
mod forms;
mod hours;
mod ledger;
mod letters;
mod numbers;
mod order;
mod properties;
mod remote;
mod rules;
mod screens;
mod support;
mod tickets;
mod tiers;
mod undo;
mod visits;
mod way;
