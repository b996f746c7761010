//! The office's clock on the wall, in zones without summer time: plain arithmetic.

use giliran_core::{Rules, Span};
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, Time, Weekday},
};

use crate::chaos::office::offset_minutes;

fn offset(rules: &Rules) -> SignedDuration {
    SignedDuration::from_mins(offset_minutes(&rules.time_zone))
}

fn since_midnight(time: Time) -> SignedDuration {
    Time::midnight().duration_until(time)
}

/// Midnight of a date by the clock on the wall.
fn midnight(rules: &Rules, date: Date) -> Timestamp {
    let days = Date::constant(1970, 1, 1).duration_until(date);
    Timestamp::UNIX_EPOCH + days - offset(rules)
}

/// When a business day begins.
pub fn begins(rules: &Rules, day: Date) -> Timestamp {
    midnight(rules, day) + since_midnight(rules.day_begins)
}

/// When a business day ends: when the next begins.
pub fn ends(rules: &Rules, day: Date) -> Timestamp {
    begins(rules, day) + SignedDuration::from_hours(24)
}

/// The business day that a moment falls in.
pub fn day_of(rules: &Rules, now: Timestamp) -> Date {
    let since = Timestamp::UNIX_EPOCH.duration_until(now) + offset(rules) - since_midnight(rules.day_begins);
    let days = since.as_secs().div_euclid(86_400);
    Date::constant(1970, 1, 1) + SignedDuration::from_hours(24 * days)
}

/// A time of a business day; one before the hour at which the day begins is after midnight. As an end, that hour
/// itself is the day's end.
pub fn moment(rules: &Rules, day: Date, time: Time, is_end: bool) -> Timestamp {
    let after_midnight = time < rules.day_begins || (is_end && time == rules.day_begins);
    let late = SignedDuration::from_hours(if after_midnight { 24 } else { 0 });
    midnight(rules, day) + since_midnight(time) + late
}

/// The office's hours on a day; none if it has no hours at all.
pub fn hours(rules: &Rules, day: Date) -> Option<Vec<(Timestamp, Timestamp)>> {
    let hours = rules.hours.as_ref()?;
    let mut spans: &[Span] = &[];
    for week in &hours.week {
        if week.days.iter().any(|named| weekday(*named) == day.weekday()) {
            spans = &week.open;
        }
    }
    for special in &hours.special {
        if special.date == day {
            spans = &special.open;
        }
    }
    let span = |span: &Span| (moment(rules, day, span.from, false), moment(rules, day, span.until, true));
    Some(spans.iter().map(span).collect())
}

/// The weekday of that name.
pub fn weekday(day: giliran_core::Day) -> Weekday {
    use giliran_core::Day;
    match day {
        Day::Mon => Weekday::Monday,
        Day::Tue => Weekday::Tuesday,
        Day::Wed => Weekday::Wednesday,
        Day::Thu => Weekday::Thursday,
        Day::Fri => Weekday::Friday,
        Day::Sat => Weekday::Saturday,
        Day::Sun => Weekday::Sunday,
    }
}
