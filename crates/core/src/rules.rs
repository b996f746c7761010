//! What an office decided about itself: its services, classes of visitor, counters and business day.
//!
//! Rules are checked as a whole before they are taken ([`Rules::check`]); a [`Fault`] names the place and
//! the reason. What is allowed but unwise is a warning ([`Rules::warnings`]).

mod announcing;
mod calling;
mod check;
mod class;
mod counter;
mod hours;
mod letters;
mod remote;
mod screens;
mod service;

use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, Time},
    tz::{TimeZone, TimeZoneDatabase},
};
use serde::{Deserialize, Serialize};

pub use announcing::{AnnouncingRule, PlannedRule, Quiet, QuietRule, Sound, VolumeRule, ZoneRule};
pub use calling::{CallingRule, NoShowRule};
pub(crate) use check::MOST_LEGS;
pub use check::{Fault, Faults};
pub use class::{AppointmentRule, ClassRule, TooLate};
pub use counter::{CounterRule, Place};
pub use hours::{AtClose, Dates, Day, HoursRule, Span, SpecialDay, Stretch, WeekRule};
pub use letters::propose_letters;
pub use remote::RemoteRule;
pub use screens::{Icon, NoticeRule, OutcomeRule, ScreensRule};
pub use service::{Charter, GroupRule, Series, ServiceRule};

use crate::{BranchId, ClassId, CounterId, GroupId, Language, OutcomeId, ServiceId, Texts};

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
    /// The languages of its screens, the first of them before anybody has chosen; at least one.
    #[serde(default = "default_languages", skip_serializing_if = "all_languages")]
    pub languages: Vec<Language>,
    /// How its screens are made out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub screens: ScreensRule,
    /// When the office is open; without, it never closes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<HoursRule>,
    /// How people are called.
    #[serde(default, skip_serializing_if = "is_default")]
    pub calling: CallingRule,
    /// How people with an appointment are received; without, there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointments: Option<AppointmentRule>,
    /// How numbers are given out by phone; without, they are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<RemoteRule>,
    /// Classes of visitor. The first is the ordinary one, which has no allowance of its own.
    #[serde(rename = "class")]
    pub classes: Vec<ClassRule>,
    /// Pages of the kiosk.
    #[serde(rename = "group", default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupRule>,
    /// What people come for.
    #[serde(rename = "service")]
    pub services: Vec<ServiceRule>,
    /// Where people are served.
    #[serde(rename = "counter")]
    pub counters: Vec<CounterRule>,
    /// How a visit may end; without any, nobody asks.
    #[serde(rename = "outcome", default, skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<OutcomeRule>,
    /// What it tells everybody, day after day.
    #[serde(rename = "notice", default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<NoticeRule>,
    /// How calls are said.
    #[serde(default, skip_serializing_if = "is_default")]
    pub announcing: AnnouncingRule,
    /// Parts of the office with loudspeakers of their own.
    #[serde(rename = "zone", default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<ZoneRule>,
    /// Hours in which nothing is said but what is urgent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quiet: Vec<QuietRule>,
    /// Announcements that are made by the clock, or by hand.
    #[serde(rename = "announcement", default, skip_serializing_if = "Vec::is_empty")]
    pub planned: Vec<PlannedRule>,
}

fn default_time_zone() -> String {
    "Asia/Kuala_Lumpur".into()
}

fn default_day_begins() -> Time {
    Time::midnight()
}

fn default_languages() -> Vec<Language> {
    Language::ALL.into()
}

fn all_languages(languages: &[Language]) -> bool {
    languages == Language::ALL
}

fn is_default<T: Default + PartialEq>(rule: &T) -> bool {
    *rule == T::default()
}

impl Rules {
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

    /// The group of that name.
    pub fn group(&self, id: &GroupId) -> Option<&GroupRule> {
        self.groups.iter().find(|group| group.id == *id)
    }

    /// The outcome of that name.
    pub fn outcome(&self, id: &OutcomeId) -> Option<&OutcomeRule> {
        self.outcomes.iter().find(|outcome| outcome.id == *id)
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
        self.local(day, self.day_begins)
    }

    /// A local time of a date. Where summer time skips the hour, it is as much later; where it repeats the
    /// hour, it is the first.
    fn local(&self, date: Date, time: Time) -> Timestamp {
        // A local time that does not fit a timestamp lies thousands of years away.
        date.to_datetime(time).to_zoned(self.zone()).map_or(Timestamp::MAX, |zoned| zoned.timestamp())
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
