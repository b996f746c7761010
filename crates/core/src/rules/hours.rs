//! When the office is open: by weekday, on single dates, and what remains when it closes.
//!
//! Hours are times of the business day, so that a day that begins at 05:00 may be open until 02:00.

use jiff::{
    SignedDuration, Timestamp, Unit,
    civil::{Date, Time, Weekday},
};
use serde::{Deserialize, Serialize};

use crate::{CounterId, Rules, Texts};

/// When the office is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoursRule {
    /// The usual hours; a weekday that is not named is a day off.
    pub week: Vec<WeekRule>,
    /// Dates with other hours or none: public holidays, shortened days.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub special: Vec<SpecialDay>,
    /// When schools have no lessons, so that others come; tells the forecast what kind of day it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub school_breaks: Vec<Dates>,
    /// How long before it closes for the day the office gives out its last number.
    #[serde(default, skip_serializing_if = "SignedDuration::is_zero")]
    pub last_ticket: SignedDuration,
    /// What becomes of people who still wait when the office closes.
    #[serde(default)]
    pub at_close: AtClose,
}

/// The hours of some weekdays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeekRule {
    /// Which.
    pub days: Vec<Day>,
    /// Open from when to when, in order.
    pub open: Vec<Span>,
}

/// A weekday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    /// Isnin.
    Mon,
    /// Selasa.
    Tue,
    /// Rabu.
    Wed,
    /// Khamis.
    Thu,
    /// Jumaat.
    Fri,
    /// Sabtu.
    Sat,
    /// Ahad.
    Sun,
}

impl Day {
    pub(super) fn of(date: Date) -> Self {
        match date.weekday() {
            Weekday::Monday => Self::Mon,
            Weekday::Tuesday => Self::Tue,
            Weekday::Wednesday => Self::Wed,
            Weekday::Thursday => Self::Thu,
            Weekday::Friday => Self::Fri,
            Weekday::Saturday => Self::Sat,
            Weekday::Sunday => Self::Sun,
        }
    }
}

/// A stretch of opening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// When the doors open.
    pub from: Time,
    /// When they close; the hour at which the business day begins means its end.
    pub until: Time,
    /// The counters that are planned to be open, as at lunch; empty means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counters: Vec<CounterId>,
}

/// A date with other hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpecialDay {
    /// Which.
    pub date: Date,
    /// What it is, such as a holiday's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Texts>,
    /// Open from when to when; empty means closed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<Span>,
}

/// Some days in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dates {
    /// The first.
    pub from: Date,
    /// The last.
    pub until: Date,
}

/// What becomes of people who still wait when the office closes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtClose {
    /// They are still served; whoever is left when the next day begins has expired.
    #[default]
    Served,
    /// They are still served; whoever is left goes on into the next day, with number and place.
    Carried,
    /// Their tickets expire when the office closes, but for those at a counter.
    Ended,
}

/// A stretch of opening of one day, as moments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// When the doors open.
    pub from: Timestamp,
    /// When they close.
    pub until: Timestamp,
    /// The counters that are planned to be open; empty means all.
    pub counters: Vec<CounterId>,
}

impl HoursRule {
    /// Whether schools have no lessons.
    pub fn is_school_break(&self, day: Date) -> bool {
        self.school_breaks.iter().any(|dates| (dates.from..=dates.until).contains(&day))
    }

    /// Whether the office is closed on a date on whose weekday it is usually open: a holiday.
    pub fn is_holiday(&self, day: Date) -> bool {
        let weekday = Day::of(day);
        let usually = self.week.iter().any(|week| week.days.contains(&weekday) && !week.open.is_empty());
        usually && self.on(day).is_empty()
    }

    /// The hours of a business day.
    fn on(&self, day: Date) -> &[Span] {
        if let Some(special) = self.special.iter().find(|special| special.date == day) {
            return &special.open;
        }
        let weekday = Day::of(day);
        self.week.iter().find(|week| week.days.contains(&weekday)).map_or(&[], |week| &week.open)
    }
}

impl Rules {
    /// When the office is open on a business day, in order; none where it has no hours and never closes.
    pub fn open_on(&self, day: Date) -> Option<Vec<Stretch>> {
        let spans = self.hours.as_ref()?.on(day);
        let stretch = |span: &Span| Stretch {
            from: self.moment(day, span.from, false),
            until: self.moment(day, span.until, true),
            counters: span.counters.clone(),
        };
        Some(spans.iter().map(stretch).collect())
    }

    /// The next time that the doors open after `at`, within a year.
    pub fn next_opening(&self, at: Timestamp) -> Option<Timestamp> {
        let first = self.day_of(at);
        let days = std::iter::successors(Some(first), |day| day.tomorrow().ok()).take(367);
        days.filter_map(|day| self.open_on(day)).flatten().map(|open| open.from).find(|from| *from > at)
    }

    /// A time of a business day as a moment; as an end, the hour at which the day begins is its end.
    pub(crate) fn moment(&self, day: Date, time: Time, end: bool) -> Timestamp {
        let next = time < self.day_begins || (end && time == self.day_begins);
        let date = if next { day.tomorrow().unwrap_or(day) } else { day };
        self.local(date, time)
    }

    /// How long after the day's beginning a time is by the clock on the wall, for putting hours in order.
    pub(super) fn since_day_began(&self, time: Time, end: bool) -> SignedDuration {
        let since = self.day_begins.duration_until(time);
        let day = SignedDuration::from_hours(24);
        if since.is_negative() || (end && since.is_zero()) { since + day } else { since }
    }
}

impl Span {
    /// How the span is named in a fault, such as `08:00-17:00`.
    pub(super) fn label(&self) -> String {
        let short = |time: Time| time.round(Unit::Minute).unwrap_or(time).strftime("%H:%M").to_string();
        format!("{}-{}", short(self.from), short(self.until))
    }
}
