//! The rules of a branch in which a recorded day can take place, and the daemon's configuration with them.

use std::collections::BTreeMap;

use giliran_core::{
    AnnouncingRule, CallingRule, ClassRule, CounterRule, Language, Place, Rules, ScreensRule, Series,
    ServiceId, ServiceRule, Texts,
};
use jiff::{
    SignedDuration, Timestamp, civil,
    civil::Date,
    tz::{TimeZone, TimeZoneDatabase},
};
use serde::Serialize;

use crate::{
    record::{DaySecond, Outcome, Record},
    timetable::Timetable,
};

/// The class of those who go before others.
pub const PRIORITY_CLASS: &str = "utama";

/// The head start of a priority visitor in the order of the queue, as the bank gave it.
const HEAD_START: SignedDuration = SignedDuration::from_secs(90);

/// How a branch is called, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The branch's short name.
    pub id: String,
    /// The IANA name of its time zone: the record's seconds count in it.
    pub time_zone: String,
}

/// Why no branch fits the record.
#[derive(Debug, thiserror::Error)]
pub enum OfficeError {
    /// More than a branch can have, or a name that is none.
    #[error("the record does not fit a branch: {0}")]
    DoesNotFit(String),
    /// Nobody could be waiting and be of the same business day.
    #[error("the record goes from {first} to {last}: a business day has 24 hours at most")]
    TooLong {
        /// The first that happens.
        first: DaySecond,
        /// The last that happens.
        last: DaySecond,
    },
    /// There is no such zone.
    #[error("`{0}` is not an IANA time zone")]
    UnknownTimeZone(String),
}

/// The rules of a branch in which that day can take place. Services and counters stand in the order of
/// the timetable's.
///
/// # Errors
/// See [`OfficeError`].
pub fn rules(record: &Record, timetable: &Timetable, identity: &Identity) -> Result<Rules, OfficeError> {
    let does_not_fit = |what: String| OfficeError::DoesNotFit(what);
    let name = |error: giliran_core::SlugError| does_not_fit(error.to_string());
    let with_priority = record.visits.iter().any(|visit| visit.priority);

    let mut services = Vec::new();
    for (n, service) in timetable.services.iter().enumerate() {
        let facts = record.services.get(&service.class).cloned().unwrap_or_default();
        services.push(ServiceRule {
            id: service_id(&service.class, n)?,
            name: Texts {
                ms: facts.name.unwrap_or_else(|| service.class.clone()),
                en: facts.name_en,
                zh: None,
                ta: None,
            },
            icon: None,
            series: Series {
                letters: letters(n).ok_or_else(|| does_not_fit("too many services".into()))?,
                first: 1,
                last: 999,
                width: 3,
                skip: Vec::new(),
            },
            // Whoever has the head start falls due on arrival, all others that much later: the order that
            // the record's own queue had. Without such visitors it is the order of arrival.
            allowance: if with_priority { HEAD_START } else { SignedDuration::from_mins(15) },
            class_allowance: BTreeMap::new(),
            serving: usual_serving(record, &service.class),
            charter: None,
            documents: Vec::new(),
            quota: None,
            last_ticket: None,
            group: None,
            then: Vec::new(),
            zones: Vec::new(),
            one_per_person: false,
        });
    }
    let mut counters = Vec::new();
    for (n, counter) in timetable.counters.iter().enumerate() {
        let number = u8::try_from(n + 1).ok().filter(|number| *number <= 99);
        let number = number.ok_or_else(|| {
            does_not_fit(format!("it needs {} counters, of 99 at most", timetable.counters.len()))
        })?;
        let taken =
            timetable.services.iter().zip(&services).filter(|(service, _)| service.queue == counter.queue);
        counters.push(CounterRule {
            id: format!("k{number}").parse().map_err(name)?,
            place: Place::Counter,
            number,
            services: taken.map(|(_, rule)| rule.id.clone()).collect(),
            helps: Vec::new(),
            reserved: Vec::new(),
            others_when_idle: true,
            zone: None,
            ahead: None,
        });
    }
    let class = |id: &str, ms: &str, en: &str, allowance| {
        let texts = Texts { ms: ms.into(), en: Some(en.into()), zh: None, ta: None };
        Ok(ClassRule { id: id.parse().map_err(name)?, name: texts, allowance, goes_next: false })
    };
    let rules = Rules {
        id: identity.id.parse().map_err(name)?,
        name: Texts { ms: identity.id.clone(), en: None, zh: None, ta: None },
        time_zone: identity.time_zone.clone(),
        day_begins: day_begins(timetable)?,
        // A recorded day has no rules but those that its order shows.
        hours: None,
        calling: CallingRule::default(),
        appointments: None,
        remote: None,
        languages: Language::ALL.into(),
        screens: ScreensRule::default(),
        outcomes: Vec::new(),
        notices: Vec::new(),
        announcing: AnnouncingRule::default(),
        zones: Vec::new(),
        quiet: Vec::new(),
        planned: Vec::new(),
        groups: Vec::new(),
        classes: vec![
            class("biasa", "Biasa", "Ordinary", None)?,
            class(PRIORITY_CLASS, "Keutamaan", "Priority", Some(SignedDuration::ZERO))?,
        ],
        services,
        counters,
    };
    rules.check().map_err(|faults| does_not_fit(faults.to_string()))?;
    Ok(rules)
}

/// A short name for a service: the record's own as far as its letters go, else its place in the list.
fn service_id(class: &str, n: usize) -> Result<ServiceId, OfficeError> {
    let own = class.to_ascii_lowercase();
    own.parse()
        .or_else(|_| format!("perkhidmatan-{}", n + 1).parse())
        .map_err(|error: giliran_core::SlugError| OfficeError::DoesNotFit(error.to_string()))
}

/// `A` to `Z`, then `AA` to `ZZ`.
fn letters(n: usize) -> Option<String> {
    let letter = |n: usize| u8::try_from(n).ok().map(|n| char::from(b'A' + n));
    match n {
        0..26 => Some(letter(n)?.into()),
        26..702 => Some([letter(n / 26 - 1)?, letter(n % 26)?].iter().collect()),
        _ => None,
    }
}

/// The median of the services of that class, where their ends were recorded.
fn usual_serving(record: &Record, class: &str) -> SignedDuration {
    let mut seconds: Vec<u32> = record
        .visits
        .iter()
        .filter(|visit| visit.class == class)
        .filter_map(|visit| match visit.outcome {
            Outcome::Served { start, end: Some(end), .. } => Some(end.since(start)),
            Outcome::Served { .. } | Outcome::Missed { .. } | Outcome::Abandoned { .. } => None,
        })
        .collect();
    seconds.sort_unstable();
    let median = seconds.get(seconds.len() / 2).copied().unwrap_or(300);
    SignedDuration::from_secs(median.max(1).into())
}

/// A time at which the business day can begin so that the whole record falls into one: the full hour
/// before the first, if the last is less than a day after it.
fn day_begins(timetable: &Timetable) -> Result<civil::Time, OfficeError> {
    const DAY: u32 = 86_400;
    let (first, last) = (timetable.first(), timetable.last());
    let begins = [first.0 - first.0 % 3600, first.0]
        .into_iter()
        .find(|begins| *begins < DAY && last.0 < begins + DAY)
        .ok_or(OfficeError::TooLong { first, last })?;
    let part = |n: u32| i8::try_from(n).unwrap_or_default(); // hours, minutes and seconds are below 60
    Ok(civil::time(part(begins / 3600), part(begins / 60 % 60), part(begins % 60), 0))
}

/// When midnight was, by the clock of a zone: the record's seconds count from it.
///
/// # Errors
/// There is no such zone.
pub fn midnight(day: Date, time_zone: &str) -> Result<Timestamp, OfficeError> {
    let unknown = || OfficeError::UnknownTimeZone(time_zone.into());
    let zone: TimeZone = TimeZoneDatabase::bundled().get(time_zone).map_err(|_| unknown())?;
    Ok(day.to_zoned(zone).map_err(|_| unknown())?.timestamp())
}

/// A whole configuration for the daemon.
#[derive(Debug, Serialize)]
pub struct Config<'a> {
    /// How it is reached.
    pub server: Server<'a>,
    /// Where it keeps its log.
    pub store: Store<'a>,
    /// The one branch.
    #[serde(rename = "branch")]
    pub branches: [&'a Rules; 1],
}

/// How the daemon is reached.
#[derive(Debug, Serialize)]
pub struct Server<'a> {
    /// Address and port.
    pub listen: &'a str,
}

/// Where the daemon keeps its log.
#[derive(Debug, Serialize)]
pub struct Store<'a> {
    /// The file.
    pub path: &'a str,
}
