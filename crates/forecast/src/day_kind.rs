//! What kind of day a date is, as far as it tells how many people come.

use giliran_core::Rules;
use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

/// So many days at the beginning and at the end of a month are told apart from its middle: pay day, and what falls due
/// then.
const EDGE: i8 = 5;

/// What is known of a day before it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DayKind {
    /// 0 is Monday.
    pub(crate) weekday: u8,
    pub(crate) part: MonthPart,
    /// The office was closed on the day before, though it is usually open on such a weekday.
    pub(crate) after_holiday: bool,
    pub(crate) school_break: bool,
}

/// Where in its month a day lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MonthPart {
    Beginning,
    Middle,
    End,
}

impl DayKind {
    pub(crate) fn of(rules: &Rules, day: Date) -> Self {
        let weekday = u8::try_from(day.weekday().to_monday_zero_offset()).unwrap_or_default();
        let part = if day.day() <= EDGE {
            MonthPart::Beginning
        } else if day.day() > day.days_in_month() - EDGE {
            MonthPart::End
        } else {
            MonthPart::Middle
        };
        let after_holiday = day
            .checked_sub(1.day())
            .is_ok_and(|before| rules.hours.as_ref().is_some_and(|hours| hours.is_holiday(before)));
        let school_break = rules.hours.as_ref().is_some_and(|hours| hours.is_school_break(day));
        Self { weekday, part, after_holiday, school_break }
    }
}
