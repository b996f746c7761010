//! Tables of days as they were recorded: visits, one a row, or readings of number boards, one a row.
//!
//! Which of the two a table is, its head line says. What makes no sense is left out and counted.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;
use jiff::civil::Date;

/// What a table has in its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// Visits.
    Visits,
    /// Readings of number boards.
    Readings,
}

/// A visit, times in seconds since midnight.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitRow {
    /// The day.
    pub day: Date,
    /// The ticket.
    pub ticket: String,
    /// What for.
    pub class: String,
    /// When the visitor came.
    pub arrival: f64,
    /// When the visit began, if it did.
    pub start: Option<f64>,
    /// When it ended, or the visitor left.
    pub end: Option<f64>,
    /// Who served, where known.
    pub server: Option<String>,
    /// Goes before others.
    pub priority: bool,
    /// What became of it.
    pub outcome: String,
}

/// A reading of a board.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadingRow {
    /// The day.
    pub day: Date,
    /// The office.
    pub office: String,
    /// The service.
    pub service: String,
    /// What the board says.
    pub reading: giliran_forecast::Reading,
}

/// The rows of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Table {
    /// Visits.
    Visits(Vec<VisitRow>),
    /// Readings.
    Readings(Vec<ReadingRow>),
}

impl Table {
    /// Which of the two.
    pub fn form(&self) -> Form {
        match self {
            Self::Visits(_) => Form::Visits,
            Self::Readings(_) => Form::Readings,
        }
    }
}

/// What was left out, by why.
pub type Left = BTreeMap<&'static str, u64>;

/// Why there is no table.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file could not be read at all.
    #[error("can't read {}", .0.display())]
    Unreadable(PathBuf, #[source] io::Error),
    /// The file is not a table.
    #[error("{} is not a table", .0.display())]
    NotATable(PathBuf, #[source] csv::Error),
    /// The head line is of neither form.
    #[error("{} has neither the columns of visits nor those of readings: `{column}` is missing", .path.display())]
    Neither {
        /// The table.
        path: PathBuf,
        /// A column of the form that comes nearer.
        column: &'static str,
    },
}

const VISITS: [&str; 9] =
    ["day", "ticket_id", "class", "arrival_s", "start_s", "end_s", "server_id", "priority", "outcome"];
const READINGS: [&str; 8] =
    ["office", "service_id", "day", "t_s", "waiting", "called_no", "open_counters", "office_service_min"];

/// The last second that a record of a day may speak of: the end of the next day.
const LAST_SECOND: f64 = 172_800.0;

/// Reads a table; a name that ends in `.gz` is unpacked. What makes no sense is left out and counted.
///
/// # Errors
/// See [`TableError`].
pub fn read(path: &Path, left: &mut Left) -> Result<Table, TableError> {
    let file = File::open(path).map_err(|error| TableError::Unreadable(path.into(), error))?;
    let packed = path.extension().is_some_and(|extension| extension == "gz");
    let bytes: Box<dyn Read> = if packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    let mut table = csv::ReaderBuilder::new().flexible(true).from_reader(io::BufReader::new(bytes));
    let broken = |error| TableError::NotATable(path.into(), error);
    let head = table.headers().map_err(broken)?.clone();
    let readings = head.iter().any(|column| column == "called_no");
    let columns: &[&'static str] = if readings { &READINGS } else { &VISITS };
    let mut places = Vec::with_capacity(columns.len());
    for column in columns {
        let place = head.iter().position(|other| other.trim() == *column);
        places.push(place.ok_or_else(|| TableError::Neither { path: path.into(), column })?);
    }
    let mut rows = if readings { Table::Readings(Vec::new()) } else { Table::Visits(Vec::new()) };
    let mut row = csv::StringRecord::new();
    loop {
        match table.read_record(&mut row) {
            Ok(true) => {}
            Ok(false) => return Ok(rows),
            Err(error) if error.is_io_error() => return Err(broken(error)),
            Err(_) => {
                *left.entry("rows that can't be read").or_default() += 1;
                continue;
            }
        }
        let field = |n: usize| places.get(n).and_then(|place| row.get(*place)).unwrap_or("").trim();
        let taken = match &mut rows {
            Table::Visits(visits) => visit(field).map(|row| visits.push(row)),
            Table::Readings(readings) => reading(field).map(|row| readings.push(row)),
        };
        if let Err(why) = taken {
            *left.entry(why).or_default() += 1;
        }
    }
}

const NO_DAY: &str = "rows without a day";
const NO_TIME: &str = "times that are no time of the day or the next";
const NO_FIGURE: &str = "figures that can't be read";

fn time(field: &str) -> Result<Option<f64>, &'static str> {
    if field.is_empty() {
        return Ok(None);
    }
    let seconds: f64 = field.parse().map_err(|_| NO_FIGURE)?;
    if (0.0..=LAST_SECOND).contains(&seconds) { Ok(Some(seconds)) } else { Err(NO_TIME) }
}

fn visit<'a>(field: impl Fn(usize) -> &'a str) -> Result<VisitRow, &'static str> {
    let day = field(0).parse().map_err(|_| NO_DAY)?;
    let arrival = time(field(3))?.ok_or("visits without an arrival")?;
    let (start, end) = (time(field(4))?, time(field(5))?);
    if start.is_some_and(|start| start < arrival) {
        return Err("visits that began before the visitor came");
    }
    if end.is_some_and(|end| end < start.unwrap_or(arrival)) {
        return Err("visits that ended before they began");
    }
    if start.is_none() && end.is_none() {
        return Err("visits of which nothing is known but the arrival");
    }
    Ok(VisitRow {
        day,
        ticket: field(1).to_owned(),
        class: field(2).to_owned(),
        arrival,
        start,
        end,
        server: Some(field(6)).filter(|server| !server.is_empty()).map(str::to_owned),
        priority: field(7).parse::<f64>().is_ok_and(|priority| priority >= 2.0),
        outcome: field(8).to_owned(),
    })
}

fn reading<'a>(field: impl Fn(usize) -> &'a str) -> Result<ReadingRow, &'static str> {
    let day = field(2).parse().map_err(|_| NO_DAY)?;
    let at = time(field(3))?.ok_or("readings without a time")?;
    let count = |text: &str| -> Result<Option<u32>, &'static str> {
        if text.is_empty() {
            return Ok(None);
        }
        let figure: f64 = text.parse().map_err(|_| NO_FIGURE)?;
        if !(0.0..100_000.0).contains(&figure) {
            return Err("counts below zero or beyond reason");
        }
        Ok(Some(figure as u32))
    };
    let minutes: f64 = if field(7).is_empty() { 0.0 } else { field(7).parse().map_err(|_| NO_FIGURE)? };
    Ok(ReadingRow {
        day,
        office: field(0).to_owned(),
        service: field(1).to_owned(),
        reading: giliran_forecast::Reading {
            at,
            waiting: count(field(4))?.ok_or("readings without how many wait")?,
            called: count(field(5))?,
            counters: count(field(6))?.unwrap_or(0),
            service_s: if minutes.is_finite() { minutes.clamp(0.0, 480.0) * 60.0 } else { 0.0 },
        },
    })
}
