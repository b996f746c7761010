//! What an operator does with the data: copy it, look it over, bring it back.
//!
//! - `backup`: a full copy, now.
//! - `verify`: whether a database or a copy is what it should be.
//! - `restore`: a database from a copy.
//! - `contradiction`: whether entries can have followed each other.

mod backup;
mod contradiction;
mod restore;
mod verify;

pub use backup::backup;
pub use restore::{Restore, last_copy, restore};
pub use verify::{Verdict, verify_copies, verify_database};
