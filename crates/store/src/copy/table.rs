//! Which tables a copy carries, and how each of them grows.
//!
//! Left out on purpose: snapshots, which are made anew from the log, and the name of the log, which is
//! the name of the copy. A table that is added to the schema and must survive is added to [`TABLES`].

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
        /// Whether numbers begin at 1 and leave none out.
        gapless: bool,
    },
    /// Small, and rows change: copied whole whenever it differs from the copy before.
    Whole,
}

/// In the order in which they are restored.
pub(super) const TABLES: &[Table] = &[Table {
    name: "log",
    growth: Growth::Appended { by: Some("branch"), number: "seq", at_ns: "at_ns", gapless: true },
}];

/// The table of that name.
pub(super) fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}
