//! What an office decided about itself: its services, classes of visitor, counters and business day.
//!
//! Rules are checked as a whole before they are taken; a [`Fault`] names the place and the reason.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, Time},
    tz::{TimeZone, TimeZoneDatabase},
};
use serde::{Deserialize, Serialize};

use crate::{BranchId, ClassId, CounterId, ServiceId, Texts};

/// The rules of one branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// The branch's short name, in addresses and logs.
    pub id: BranchId,
    /// The branch's name as people read it.
    pub name: Texts,
    /// The IANA name of the branch's time zone.
    #[serde(default = "default_time_zone")]
    pub time_zone: String,
    /// When a business day begins, in local time.
    #[serde(default = "default_day_begins")]
    pub day_begins: Time,
    /// Classes of visitor. The first is the ordinary one, which has no allowance of its own.
    #[serde(rename = "class")]
    pub classes: Vec<ClassRule>,
    /// What people come for.
    #[serde(rename = "service")]
    pub services: Vec<ServiceRule>,
    /// Where people are served.
    #[serde(rename = "counter")]
    pub counters: Vec<CounterRule>,
}

fn default_time_zone() -> String {
    "Asia/Kuala_Lumpur".into()
}

fn default_day_begins() -> Time {
    Time::midnight()
}

/// A class of visitor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassRule {
    /// The short name.
    pub id: ClassId,
    /// The name as people read it.
    pub name: Texts,
    /// How long after arrival a ticket of this class falls due, in place of the service's allowance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowance: Option<SignedDuration>,
}

/// What people come for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceRule {
    /// The short name.
    pub id: ServiceId,
    /// The name as people read it.
    pub name: Texts,
    /// The numbers it gives out.
    pub series: Series,
    /// How long after arrival an ordinary ticket falls due. The charter's promise is a good choice.
    #[serde(default = "default_allowance")]
    pub allowance: SignedDuration,
    /// Allowances of single classes for this service, before those of the classes themselves.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub class_allowance: BTreeMap<ClassId, SignedDuration>,
    /// How long one visitor is expected to take, until the office's own day has taught better.
    #[serde(default = "default_serving")]
    pub serving: SignedDuration,
}

fn default_allowance() -> SignedDuration {
    SignedDuration::from_mins(15) // "served within 15 minutes", the common promise of a Piagam Pelanggan
}

fn default_serving() -> SignedDuration {
    SignedDuration::from_mins(5)
}

/// A series of numbers, such as A001 to A999.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// One or two letters, `A` to `Z`.
    pub letters: String,
    /// The first number of the day.
    #[serde(default = "default_first")]
    pub first: u16,
    /// The last; after it comes the first again.
    #[serde(default = "default_last")]
    pub last: u16,
    /// How many digits are written, 1 to 4.
    #[serde(default = "default_width")]
    pub width: u8,
}

fn default_first() -> u16 {
    1
}

fn default_last() -> u16 {
    999
}

fn default_width() -> u8 {
    3
}

/// Where people are served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CounterRule {
    /// The short name.
    pub id: CounterId,
    /// What it is called on the sign and in the loudspeaker.
    #[serde(default)]
    pub place: Place,
    /// Its number on the sign, 1 to 99.
    pub number: u8,
    /// The services it takes when it opens for the first time.
    pub services: Vec<ServiceId>,
}

/// What a counter is called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// A counter (kaunter).
    #[default]
    Counter,
    /// A room (bilik).
    Room,
}

/// Something wrong with rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where, as a path such as `service.pasport.series`.
    pub at: String,
    /// What is wrong, in English.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

/// All that is wrong with rules; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, fault) in self.0.iter().enumerate() {
            let separator = if n == 0 { "" } else { "; " };
            write!(f, "{separator}{fault}")?;
        }
        Ok(())
    }
}

/// Longest allowance or serving time that makes sense within a business day.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

impl Rules {
    /// Whether the rules make sense as a whole; every fault is named, not only the first.
    pub fn check(&self) -> Result<(), Faults> {
        let mut faults = Vec::new();
        let mut fault = |at: String, what: String| faults.push(Fault { at, what });

        if time_zone(&self.time_zone).is_none() {
            fault("time_zone".into(), format!("`{}` is not an IANA time zone", self.time_zone));
        }
        for (kind, empty) in [
            ("class", self.classes.is_empty()),
            ("service", self.services.is_empty()),
            ("counter", self.counters.is_empty()),
        ] {
            if empty {
                fault(kind.into(), "there must be at least one".into());
            }
        }
        let names = [("name".into(), &self.name)]
            .into_iter()
            .chain(self.classes.iter().map(|c| (format!("class.{}.name", c.id), &c.name)))
            .chain(self.services.iter().map(|s| (format!("service.{}.name", s.id), &s.name)));
        for (at, name) in names {
            for (language, _) in name.iter().filter(|(_, text)| text.trim().is_empty()) {
                fault(format!("{at}.{language}"), "is empty".into());
            }
        }
        for id in twice(self.classes.iter().map(|c| &c.id)) {
            fault(format!("class.{id}"), "stands twice".into());
        }
        for id in twice(self.services.iter().map(|s| &s.id)) {
            fault(format!("service.{id}"), "stands twice".into());
        }
        for id in twice(self.counters.iter().map(|c| &c.id)) {
            fault(format!("counter.{id}"), "stands twice".into());
        }
        if let Some(ordinary) = self.classes.first()
            && ordinary.allowance.is_some()
        {
            fault(
                format!("class.{}.allowance", ordinary.id),
                "the first class is the ordinary one and goes by the service's allowance".into(),
            );
        }
        let mut span = |at: String, length: SignedDuration| {
            if length.is_negative() || length > LONGEST {
                fault(at, format!("{length:#} is not between 0 and 24 hours"));
            }
        };
        for class in &self.classes {
            if let Some(allowance) = class.allowance {
                span(format!("class.{}.allowance", class.id), allowance);
            }
        }
        for service in &self.services {
            span(format!("service.{}.allowance", service.id), service.allowance);
            span(format!("service.{}.serving", service.id), service.serving);
            for (class, allowance) in &service.class_allowance {
                span(format!("service.{}.class_allowance.{class}", service.id), *allowance);
            }
        }
        for service in &self.services {
            let at = |key: &str| format!("service.{}.{key}", service.id);
            if service.serving.is_zero() {
                fault(at("serving"), "must be longer than nothing".into());
            }
            for what in service.series.faults() {
                fault(at("series"), what);
            }
            for class in service.class_allowance.keys() {
                if self.class(class).is_none() {
                    fault(at("class_allowance"), format!("there is no class `{class}`"));
                }
            }
            if !self.counters.iter().any(|counter| counter.services.contains(&service.id)) {
                fault(format!("service.{}", service.id), "no counter takes it".into());
            }
        }
        for (n, service) in self.services.iter().enumerate() {
            for earlier in &self.services[..n] {
                if service.series.overlaps(&earlier.series) {
                    fault(
                        format!("service.{}.series", service.id),
                        format!("has numbers in common with `{}`", earlier.id),
                    );
                }
            }
        }
        for counter in &self.counters {
            let at = |key: &str| format!("counter.{}.{key}", counter.id);
            if !(1..=99).contains(&counter.number) {
                fault(at("number"), format!("{} is not between 1 and 99", counter.number));
            }
            if counter.services.is_empty() {
                fault(at("services"), "must name at least one service".into());
            }
            for id in twice(counter.services.iter()) {
                fault(at("services"), format!("names `{id}` twice"));
            }
            for id in &counter.services {
                if self.service(id).is_none() {
                    fault(at("services"), format!("there is no service `{id}`"));
                }
            }
        }
        for (place, number) in twice(self.counters.iter().map(|c| (c.place, c.number))) {
            let sign = match place {
                Place::Counter => "counter",
                Place::Room => "room",
            };
            fault("counter".into(), format!("two have the sign `{sign} {number}`"));
        }
        if faults.is_empty() { Ok(()) } else { Err(Faults(faults)) }
    }

    /// The service of that name.
    pub fn service(&self, id: &ServiceId) -> Option<&ServiceRule> {
        self.services.iter().find(|service| service.id == *id)
    }

    /// The class of that name.
    pub fn class(&self, id: &ClassId) -> Option<&ClassRule> {
        self.classes.iter().find(|class| class.id == *id)
    }

    /// The counter of that name.
    pub fn counter(&self, id: &CounterId) -> Option<&CounterRule> {
        self.counters.iter().find(|counter| counter.id == *id)
    }

    /// How long after arrival a ticket falls due.
    pub fn allowance(&self, service: &ServiceRule, class: &ClassRule) -> SignedDuration {
        let own = service.class_allowance.get(&class.id).copied();
        own.or(class.allowance).unwrap_or(service.allowance)
    }

    /// The business day that a time falls in, by the branch's own clock: the last that has begun.
    pub fn day_of(&self, at: Timestamp) -> Date {
        let date = at.to_zoned(self.zone()).date();
        // Near a change to or from summer time a wall clock alone does not say whether the day has begun.
        [date.tomorrow(), Ok(date)]
            .into_iter()
            .flatten()
            .find(|day| self.day_starts_at(*day) <= at)
            .unwrap_or_else(|| date.saturating_sub(1.day()))
    }

    /// When a business day begins.
    pub fn day_starts_at(&self, day: Date) -> Timestamp {
        // Where summer time skips the hour, the day begins as much later; where it repeats the hour, at
        // the first. A date whose local time does not fit a timestamp lies thousands of years away.
        let begins = day.to_datetime(self.day_begins);
        begins.to_zoned(self.zone()).map_or(Timestamp::MAX, |zoned| zoned.timestamp())
    }

    fn zone(&self) -> TimeZone {
        // Rules are checked before they are taken; unchecked ones count in UTC.
        time_zone(&self.time_zone).unwrap_or(TimeZone::UTC)
    }
}

/// The zone of that name, from the table inside the program: the core reads no files.
fn time_zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

/// Whatever stands in `items` more than once, each named once.
fn twice<T: Ord + Clone>(items: impl Iterator<Item = T>) -> BTreeSet<T> {
    let mut seen = BTreeSet::new();
    items.filter(|item| !seen.insert(item.clone())).collect()
}

impl Series {
    /// How many numbers it has.
    pub fn size(&self) -> u32 {
        u32::from(self.last.saturating_sub(self.first)) + 1
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let lettered = (1..=2).contains(&self.letters.len())
            && self.letters.bytes().all(|letter| letter.is_ascii_uppercase());
        if !lettered {
            faults.push(format!("`{}` is not one or two letters A to Z", self.letters));
        }
        if !(1..=4).contains(&self.width) {
            faults.push(format!("a width of {} is not between 1 and 4", self.width));
        } else if u32::from(self.last) >= 10_u32.pow(u32::from(self.width)) {
            faults.push(format!("{} has more than {} digits", self.last, self.width));
        }
        if self.first == 0 {
            faults.push("begins at 0, and people count from 1".into());
        }
        if self.first > self.last {
            faults.push(format!("begins at {} and ends before it, at {}", self.first, self.last));
        }
        faults
    }

    /// Series of the same letters overlap when they share a number, however it is written: `A07` and
    /// `A007` sound the same.
    fn overlaps(&self, other: &Self) -> bool {
        self.letters == other.letters && self.first <= other.last && other.first <= self.last
    }
}
