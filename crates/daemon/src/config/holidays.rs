//! Public holidays from an iCalendar file, as governments publish them.
//!
//! Each whole-day event closes the office on its dates. Holidays that repeat by a rule are refused: the
//! dates of most Malaysian ones are announced year by year, and a guess would close the wrong day.

use giliran_core::{SpecialDay, Texts};
use icalendar::{Calendar, CalendarComponent, Component, DatePerhapsTime};
use jiff::{ToSpan, civil::Date};

/// The longest event that is taken for a holiday, in days.
const LONGEST: usize = 31;

/// The closed days of a calendar, by date; of two on a date the first counts.
pub fn read(text: &str) -> Result<Vec<SpecialDay>, String> {
    let calendar: Calendar = text.parse().map_err(|why| format!("not iCalendar: {why}"))?;
    let mut days: Vec<SpecialDay> = Vec::new();
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
            if !days.iter().any(|known| known.date == date) {
                let name = Texts { ms: name.clone(), en: None, zh: None, ta: None };
                days.push(SpecialDay { date, name: Some(name), open: Vec::new() });
            }
        }
    }
    days.sort_by_key(|day| day.date);
    Ok(days)
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
