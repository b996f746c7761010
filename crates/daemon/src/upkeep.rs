//! What an operator does with the data: copy it, look it over, bring it back.
//!
//! - `backup`: a full copy, now.
//! - `verify`: whether a database or a copy is what it should be.
//! - `restore`: a database from a copy.
//! - `audit`: the audit record, looked over and carried away.
//! - `privacy`: what is kept of a person, shown and let go of.
//! - `contradiction`: whether entries can have followed each other.

pub(crate) mod audit;
mod backup;
mod contradiction;
mod privacy;
mod restore;
mod verify;

pub use audit::{AuditVerdict, ExportError, as_csv, as_json_line, csv_head, export_audit, verify_audit};
pub use backup::backup;
pub use privacy::{Copies, forget_visitors, remove_person, show_person, show_visitor};
pub use restore::{Restore, last_copy, restore};
pub use verify::{Verdict, verify_copies, verify_database};
