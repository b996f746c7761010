//! The forecast through its public interface: small claims, any branch, whole days of an office.

#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "in a test, what can't be has to stop it"
)]
#![expect(clippy::print_stdout, reason = "measured figures are printed for the reader of a test run")]

mod any_branch;
mod claims;
mod days;
mod desk_book;
mod estimates;
mod planning;
