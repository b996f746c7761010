//! Public holidays from an iCalendar file, as governments publish them.
//!
//! Each whole-day event closes the office on its dates. Holidays that repeat by a rule are refused: the
//! dates of most Malaysian ones are announced year by year, and a guess would close the wrong day.

use std::collections::BTreeMap;

use giliran_core::{SpecialDay, Texts};
use icalendar::{Calendar, CalendarComponent, Component, DatePerhapsTime};
use jiff::{ToSpan, civil::Date};

/// The longest event that is taken for a holiday, in days.
const LONGEST: usize = 31;

/// The most days of a file: ten years of every day.
const MOST: usize = 3660;

/// How deep parts may lie in one another: a calendar has three levels.
const DEEPEST: usize = 8;

/// The closed days of a calendar, by date; of two on a date the first counts.
pub fn read(text: &str) -> Result<Vec<SpecialDay>, String> {
    if is_deep(text) {
        return Err("not iCalendar: its parts lie too deep in one another".into());
    }
    let calendar: Calendar = text.parse().map_err(|why| format!("not iCalendar: {why}"))?;
    let mut days: BTreeMap<Date, SpecialDay> = BTreeMap::new();
    for component in &calendar.components {
        let CalendarComponent::Event(event) = component else { continue };
        let name = event.get_summary().unwrap_or("Cuti umum").trim().to_owned();
        if event.property_value("RRULE").is_some() {
            return Err(format!("`{name}` repeats by a rule: write out its dates"));
        }
        let start = event.get_start().ok_or_else(|| format!("`{name}` has no DTSTART"))?;
        let first = whole_day(&start).ok_or_else(|| format!("`{name}` is not a whole day"))?;
        // The end of a whole-day event is the day after its last (RFC 5545, 3.6.1).
        let end = event.get_end().as_ref().and_then(whole_day);
        let after = end.filter(|end| *end > first).unwrap_or_else(|| first.saturating_add(1.day()));
        let dates = std::iter::successors(Some(first), |day| day.tomorrow().ok());
        let dates: Vec<Date> = dates.take_while(|day| *day < after).take(LONGEST + 1).collect();
        if dates.len() > LONGEST {
            return Err(format!("`{name}` is longer than {LONGEST} days"));
        }
        for date in dates {
            days.entry(date).or_insert_with(|| {
                let name = Texts { ms: name.clone(), en: None, zh: None, ta: None };
                SpecialDay { date, name: Some(name), open: Vec::new() }
            });
            if days.len() > MOST {
                return Err(format!("there are more than {MOST} days in it"));
            }
        }
    }
    Ok(days.into_values().collect())
}

/// Whether parts lie so deep in one another that reading them, one within the other, could end the program.
fn is_deep(text: &str) -> bool {
    // A line may be broken anywhere; what goes on begins with a space or a tab (RFC 5545, 3.1).
    let whole = text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "").to_ascii_uppercase();
    let mut open = Vec::new();
    for line in whole.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("BEGIN:") {
            open.push(name);
        } else if let Some(name) = line.strip_prefix("END:")
            && open.last() == Some(&name)
        {
            open.pop();
        }
        if open.len() > DEEPEST {
            return true;
        }
    }
    false
}

fn whole_day(when: &DatePerhapsTime) -> Option<Date> {
    match when {
        DatePerhapsTime::Date(date) => date.to_string().parse().ok(),
        DatePerhapsTime::DateTime(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(events: &str) -> String {
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n{events}END:VCALENDAR\r\n")
    }

    fn event(lines: &str) -> String {
        format!("BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\n{lines}\r\nEND:VEVENT\r\n")
    }

    #[test]
    fn each_date_of_a_holiday_is_closed() {
        let raya =
            event("DTSTART;VALUE=DATE:20260320\r\nDTEND;VALUE=DATE:20260322\r\nSUMMARY:Hari Raya Aidilfitri");
        let merdeka = event("DTSTART;VALUE=DATE:20260831\r\nSUMMARY:Hari Kebangsaan");
        let days = read(&calendar(&(merdeka + &raya))).unwrap();
        let dates: Vec<String> = days.iter().map(|day| day.date.to_string()).collect();
        assert_eq!(dates, ["2026-03-20", "2026-03-21", "2026-08-31"]);
        assert!(days.iter().all(|day| day.open.is_empty()));
        assert_eq!(days[0].name.as_ref().unwrap().ms, "Hari Raya Aidilfitri");
    }

    #[test]
    fn parts_within_parts_without_end_are_refused() {
        for (begin, end) in [
            ("BEGIN:VTODO\r\n", "END:VTODO\r\n"),
            ("BEG\r\n IN:V\r\n\tTODO\n", "END:VTODO\n"),
            ("begin:vtodo\r\n", "end:vtodo\r\n"),
            ("BEGIN:A\r\nEND:B\r\n", "END:A\r\n"),
        ] {
            let deep = begin.repeat(50_000) + &end.repeat(50_000);
            assert!(read(&calendar(&deep)).unwrap_err().contains("too deep"), "{begin:?}");
        }
    }

    #[test]
    fn what_is_no_whole_day_is_refused_by_name() {
        let check = |lines: &str, expected: &str| {
            let refused = read(&calendar(&event(lines))).unwrap_err();
            assert!(refused.contains(expected), "{refused}");
        };
        check("DTSTART:20260320T080000Z\r\nSUMMARY:Mesyuarat", "`Mesyuarat` is not a whole day");
        check("DTSTART;VALUE=DATE:20260320\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Hari X", "`Hari X` repeats");
        check("DTSTART;VALUE=DATE:20260101\r\nDTEND;VALUE=DATE:20270101\r\nSUMMARY:Tahun", "longer than 31");
        check("SUMMARY:Kosong", "`Kosong` has no DTSTART");
    }
}
