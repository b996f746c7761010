//! A day at the counters as it was recorded.
//!
//! The table is CSV with the columns `day,ticket_id,class,arrival_s,start_s,end_s,server_id,priority,outcome`
//! and any others, which are passed over; a name that ends in `.gz` is unpacked. A row that makes no
//! sense is an error that names its line: a replay of half a record would prove nothing.
//!
//! Beside it may stand a table of services (`service_id`, and of `office,service_name,name_ms,name_en,queue,
//! open_counters` what is known), and one of readings (`service_id,day,open_counters`).

use std::{
    collections::BTreeMap,
    fmt,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;
use jiff::civil::Date;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Seconds since local midnight; can pass 86,400 shortly after the next one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DaySecond(pub u32);

/// The last second that a record of a day may speak of: the end of the next day.
const LAST_SECOND: u32 = 2 * 86_400;

impl fmt::Display for DaySecond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}:{:02}", self.0 / 3600, self.0 / 60 % 60, self.0 % 60)
    }
}

impl DaySecond {
    /// Seconds from `earlier` to here; 0 if that is later.
    pub fn since(self, earlier: Self) -> u32 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Who came on one day, in the order of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The day.
    pub day: Date,
    /// All who came; never empty.
    pub visits: Vec<Visit>,
    /// What is known of the services, by class.
    pub services: BTreeMap<String, ServiceFacts>,
}

/// One person at one queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// What for: the record's own name of the service.
    pub class: String,
    /// When the person took a number.
    pub arrival: DaySecond,
    /// Whether the person goes before others.
    pub priority: bool,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The person was served.
    Served {
        /// From when.
        start: DaySecond,
        /// Until when, where that was recorded.
        end: Option<DaySecond>,
        /// By whom, where that was recorded.
        server: Option<String>,
    },
    /// The person was called and did not come.
    Missed {
        /// When.
        called: DaySecond,
    },
    /// The person gave up waiting.
    Abandoned {
        /// When.
        left: DaySecond,
    },
}

/// What is known of a service beside the record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceFacts {
    /// Its name in Malay, or the one it has in its own country.
    pub name: Option<String>,
    /// Its name in English.
    pub name_en: Option<String>,
    /// The queue that it shares with all services that name the same.
    pub queue: Option<String>,
    /// The most counters that were open for it on that day.
    pub open_counters: Option<u32>,
}

/// Where a record is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The table of visits.
    pub record: PathBuf,
    /// The day.
    pub day: Date,
    /// Only that office; needs `services`.
    pub office: Option<String>,
    /// The table of services.
    pub services: Option<PathBuf>,
    /// The table of readings of open counters.
    pub readings: Option<PathBuf>,
}

/// Why there is no record.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file could not be read at all.
    #[error("can't read {}", .0.display())]
    Unreadable(PathBuf, #[source] io::Error),
    /// The file is not a table.
    #[error("{} is not a table of that kind", .0.display())]
    NotATable(PathBuf, #[source] csv::Error),
    /// A row makes no sense.
    #[error("{}, line {line}: {what}", .path.display())]
    BadRow {
        /// The table.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        what: String,
    },
    /// Nobody came on that day.
    #[error("{} has nothing of {what}; it has {days}", .path.display())]
    Empty {
        /// The table.
        path: PathBuf,
        /// What was looked for.
        what: String,
        /// The days that are there.
        days: String,
    },
    /// An office can't be picked out without knowing which services are its own.
    #[error("to pick out an office, name the table of services with its offices (--services)")]
    OfficeWithoutServices,
}

impl Source {
    /// Reads the record.
    ///
    /// # Errors
    /// See [`RecordError`].
    pub fn read(&self) -> Result<Record, RecordError> {
        if self.office.is_some() && self.services.is_none() {
            return Err(RecordError::OfficeWithoutServices);
        }
        let mut services = BTreeMap::new();
        if let Some(path) = &self.services {
            self.read_services(path, &mut services)?;
        }
        if let Some(path) = &self.readings {
            self.read_readings(path, &mut services)?;
        }

        let mut days = BTreeMap::<Date, usize>::new();
        let mut visits = Vec::new();
        for_each_row(&self.record, |row: VisitRow| {
            *days.entry(row.day).or_default() += 1;
            let own = self.office.is_none() || services.contains_key(&row.class);
            if row.day == self.day && own {
                visits.push(row.visit()?);
            }
            Ok(())
        })?;
        if visits.is_empty() {
            let what = match &self.office {
                Some(office) => format!("{office} on {}", self.day),
                None => self.day.to_string(),
            };
            let days = match (days.first_key_value(), days.last_key_value()) {
                (Some((first, _)), Some((last, _))) => format!("{} days from {first} to {last}", days.len()),
                _ => "no rows".into(),
            };
            return Err(RecordError::Empty { path: self.record.clone(), what, days });
        }
        Ok(Record { day: self.day, visits, services })
    }

    fn read_services(
        &self,
        path: &Path,
        services: &mut BTreeMap<String, ServiceFacts>,
    ) -> Result<(), RecordError> {
        for_each_row(path, |row: ServiceRow| {
            if self.office.is_none() || self.office == row.office {
                let facts = ServiceFacts {
                    name: row.name_ms.or(row.service_name),
                    name_en: row.name_en,
                    queue: row.queue,
                    open_counters: row.open_counters,
                };
                services.insert(row.service_id, facts);
            }
            Ok(())
        })
    }

    fn read_readings(
        &self,
        path: &Path,
        services: &mut BTreeMap<String, ServiceFacts>,
    ) -> Result<(), RecordError> {
        for_each_row(path, |row: ReadingRow| {
            let own = self.office.is_none() || services.contains_key(&row.service_id);
            if row.day == self.day && own {
                let facts = services.entry(row.service_id).or_default();
                facts.open_counters = facts.open_counters.max(row.open_counters);
            }
            Ok(())
        })
    }
}

#[derive(Deserialize)]
struct VisitRow {
    day: Date,
    class: String,
    arrival_s: u32,
    start_s: Option<u32>,
    end_s: Option<u32>,
    server_id: Option<String>,
    priority: u8,
    outcome: String,
}

#[derive(Deserialize)]
struct ServiceRow {
    service_id: String,
    #[serde(default)]
    office: Option<String>,
    #[serde(default)]
    service_name: Option<String>,
    #[serde(default)]
    name_ms: Option<String>,
    #[serde(default)]
    name_en: Option<String>,
    #[serde(default)]
    queue: Option<String>,
    #[serde(default)]
    open_counters: Option<u32>,
}

#[derive(Deserialize)]
struct ReadingRow {
    service_id: String,
    day: Date,
    open_counters: Option<u32>,
}

/// The value of `priority` for those who go before others.
const FIRST: u8 = 2;

impl VisitRow {
    fn visit(self) -> Result<Visit, String> {
        let needed = |what: &str, second: Option<u32>| {
            second.map(DaySecond).ok_or(format!("`{}` needs {what}", self.outcome))
        };
        let outcome = match self.outcome.as_str() {
            // `continued` is a visit that goes on in another room without waiting for it.
            "served" | "called" | "continued" => Outcome::Served {
                start: needed("start_s", self.start_s)?,
                end: self.end_s.map(DaySecond),
                server: self.server_id.filter(|server| !server.is_empty()),
            },
            // Nobody was there when the turn came; the call is the moment in which the queue was left.
            "phantom" => Outcome::Missed { called: needed("end_s", self.end_s)? },
            // `cancelled` was marked void by staff, `routed` went elsewhere uncalled: gone from this queue.
            "abandoned" | "cancelled" | "routed" => Outcome::Abandoned { left: needed("end_s", self.end_s)? },
            other => return Err(format!("`{other}` is no outcome that is known here")),
        };
        if self.class.is_empty() {
            return Err("no class".into());
        }
        if self.priority > FIRST {
            return Err(format!("a priority of {} is not between 0 and {FIRST}", self.priority));
        }
        let arrival = DaySecond(self.arrival_s);
        let (first, last) = match &outcome {
            Outcome::Served { start, end, .. } => (*start, end.unwrap_or(*start)),
            Outcome::Missed { called: at } | Outcome::Abandoned { left: at } => (*at, *at),
        };
        if first < arrival || last < first {
            return Err(format!("arrival {arrival}, start {first} and end {last} are not in that order"));
        }
        if last.0 > LAST_SECOND {
            return Err(format!("{} is not a second of that day or the next", last.0));
        }
        Ok(Visit { class: self.class, arrival, priority: self.priority == FIRST, outcome })
    }
}

fn for_each_row<T: DeserializeOwned>(
    path: &Path,
    mut take: impl FnMut(T) -> Result<(), String>,
) -> Result<(), RecordError> {
    let file = File::open(path).map_err(|error| RecordError::Unreadable(path.into(), error))?;
    let packed = path.extension().is_some_and(|extension| extension == "gz");
    let bytes: Box<dyn Read> = if packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    let mut table = csv::Reader::from_reader(io::BufReader::new(bytes));
    let unreadable = |error| RecordError::NotATable(path.into(), error);
    let header = table.headers().map_err(unreadable)?.clone();
    let mut row = csv::StringRecord::new();
    loop {
        let line = table.position().line();
        let bad = |what: String| RecordError::BadRow { path: path.into(), line, what };
        match table.read_record(&mut row) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) if error.is_io_error() => return Err(unreadable(error)),
            Err(error) => return Err(bad(error.to_string())),
        }
        let line = row.position().map_or(line, csv::Position::line);
        let bad = |what: String| RecordError::BadRow { path: path.into(), line, what };
        let taken = row.deserialize(Some(&header)).map_err(|error| bad(why(&error)))?;
        take(taken).map_err(bad)?;
    }
}

/// What is wrong with a row, without the line: that is told from outside.
fn why(error: &csv::Error) -> String {
    if let csv::ErrorKind::Deserialize { err, .. } = error.kind() {
        err.to_string()
    } else {
        error.to_string()
    }
}
