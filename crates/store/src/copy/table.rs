//! Which tables a copy carries, and how each of them grows.
//!
//! Left out on purpose: snapshots, which are made anew from the log; the name of the log, which is the name
//! of the copy; and sessions, because a database that is restored must not bring back those that were ended. A
//! table that is added to the schema and must survive is added to [`TABLES`].
//!
//! What a restore as of an earlier moment gives:
//!
//! - Of a table that grows at its end, the rows whose own time is not after that moment; the moment of an
//!   entry is its time. Rows that were let go of in the database stay in its copy, and come back.
//! - Of a table that is copied whole, the last image that was taken not after that moment, all of it. An image
//!   has the time of the copying and not of the change: what was changed then is in it a second later, or as
//!   much later as the copy could not be written. Before the first image nothing is known, and the table is
//!   restored empty: of a copy that was begun today, as of yesterday.

/// A table that is carried.
#[derive(Debug)]
pub(super) struct Table {
    pub name: &'static str,
    pub growth: Growth,
}

/// How a table changes over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Growth {
    /// Rows are added at the end and stay as they are.
    Appended {
        /// The column whose values each have a numbering of their own, if there is one.
        by: Option<&'static str>,
        /// The column of the number, which grows.
        number: &'static str,
        /// The column of the time at which the row came about, in nanoseconds since 1970; it never goes
        /// back from one row to the next of the same numbering.
        at_ns: &'static str,
        /// Whether numbers begin at 1 and leave none out. Of a table where they do not, old rows may be let go
        /// of at its front, also such as were never copied.
        gapless: bool,
    },
    /// Small, and rows change: copied whole whenever it differs from the copy before.
    Whole,
}

/// In the order in which they are restored.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "log",
        growth: Growth::Appended { by: Some("branch"), number: "seq", at_ns: "at_ns", gapless: true },
    },
    Table {
        name: "audit",
        growth: Growth::Appended { by: None, number: "seq", at_ns: "at_ns", gapless: false },
    },
    Table { name: "record", growth: Growth::Whole },
];

/// The table of that name.
pub(super) fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}
