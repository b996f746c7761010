//! Measures the forecast on recorded days: every customer who had to wait is told something when they come,
//! from what was known then, and it is compared with what became of it.

mod figures;
mod report;
mod set;
mod sieve;
mod tables;

use std::{collections::BTreeMap, path::PathBuf};

pub use figures::{Figures, Measured};
pub use report::Report;
pub use set::{Options, Prediction, Scored, run};
pub use tables::{Form, Left, ReadingRow, Table, TableError, VisitRow, read};

/// A table, and the data set that it belongs to, where that was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The data set.
    pub set: Option<String>,
    /// Where the table is.
    pub path: PathBuf,
}

impl std::str::FromStr for Named {
    type Err = std::convert::Infallible;

    /// `NAME=FILE`, or `FILE` alone.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text.split_once('=') {
            Some((set, path)) if !set.contains('/') => Self { set: Some(set.to_owned()), path: path.into() },
            _ => Self { set: None, path: text.into() },
        })
    }
}

/// Scores each data set: those tables that have the same name, or none.
///
/// # Errors
/// When a table can't be read; rows that make no sense are left out and counted.
pub fn score(train: &[Named], score: &[Named], options: Options) -> Result<Vec<Report>, TableError> {
    let mut sets = BTreeMap::<&Option<String>, (Vec<&Named>, Vec<&Named>)>::new();
    for table in train {
        sets.entry(&table.set).or_default().0.push(table);
    }
    for table in score {
        sets.entry(&table.set).or_default().1.push(table);
    }
    let mut reports = Vec::new();
    for (name, (train, score)) in sets {
        let Some(first) = score.first() else { continue };
        let mut left = Left::new();
        let mut all = |tables: &[&Named]| -> Result<Vec<Table>, TableError> {
            tables.iter().map(|table| read(&table.path, &mut left)).collect()
        };
        let (train, score) = (all(&train)?, all(&score)?);
        let name = name.clone().unwrap_or_else(|| stem(first));
        for scored in run(train, score, options, &mut left) {
            reports.push(Report { name: name.clone(), scored, left: left.clone() });
        }
    }
    Ok(reports)
}

/// A file's name without what it ends in.
fn stem(table: &Named) -> String {
    let name = table.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.strip_suffix(".csv").unwrap_or(name).to_owned()
}
