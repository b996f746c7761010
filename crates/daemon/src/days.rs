//! How the business day goes, hour by hour, and how such a day usually goes.
//!
//! Found in the entries of the log alone, so that a start from the whole log finds the same as one that goes on from
//! what was kept. Bounded: two days of hours, and of the days before only what a usual one is made of.

use std::collections::{BTreeMap, VecDeque};

use giliran_core::{Branch, Entry, Event, Press, Tally};
use giliran_protocol::day::{DayView, HourView};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time},
    tz::{TimeZone, TimeZoneDatabase},
};
use serde::{Deserialize, Serialize};

/// Of how many days of the same weekday a usual one is made.
const USUAL_OF: usize = 8;

/// A business day that goes beyond midnight ends within the next day.
const LAST_HOUR: i32 = 47;

/// The hours of this day and of those before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Days {
    today: Option<Today>,
    /// The days before on which something happened, oldest first; of each weekday the last few.
    before: VecDeque<Before>,
}

/// The hours of a day, counted from the midnight that it begins after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Today {
    day: Date,
    hours: BTreeMap<u8, Hour>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Hour {
    issued: u32,
    called: u32,
    within: u32,
    late: u32,
    longest_s: u32,
}

/// What is kept of a day before: numbers given out and first calls, by hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Before {
    day: Date,
    hours: BTreeMap<u8, (u32, u32)>,
}

/// What has to be known of a branch before it takes an entry in.
#[derive(Debug, Clone, Copy)]
pub struct Stood {
    tally: Tally,
    /// Since when somebody has waited who is called for the first time.
    first_called: Option<Timestamp>,
}

impl Stood {
    /// The branch is about to take in that entry.
    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else is a call")]
    pub fn by(entry: &Entry, before: &Branch) -> Self {
        let called = entry.events.iter().find_map(|event| match event {
            Event::TicketCalled { ticket, .. } => before.ticket(*ticket),
            _ => None,
        });
        let first = called.filter(|ticket| ticket.first_call.is_none());
        // Whoever came before the hour of an appointment waits from that hour.
        Self {
            tally: before.tally(),
            first_called: first.map(|ticket| ticket.arrived.max(ticket.counts_from)),
        }
    }
}

/// Whether a first call was taken back.
#[expect(clippy::wildcard_enum_match_arm, reason = "nothing else takes a call back")]
fn takes_back(entry: &Entry, branch: &Branch) -> bool {
    entry.events.iter().any(|event| match event {
        Event::PressUndone { ticket, press: Press::Call, .. } => {
            branch.ticket(*ticket).is_some_and(|ticket| ticket.first_call.is_none())
        }
        _ => false,
    })
}

impl Days {
    /// Takes in an entry; `branch` stands right after it, and `stood` right before.
    pub fn observe(&mut self, entry: &Entry, stood: Stood, branch: &Branch) {
        for event in &entry.events {
            if let Event::DayBegan { day, .. } = event {
                self.begin(*day);
            }
        }
        let issued = entry.events.iter().filter(|event| matches!(event, Event::TicketIssued { .. })).count();
        let back = takes_back(entry, branch);
        if issued == 0 && stood.first_called.is_none() && !back {
            return;
        }
        let (Some(today), Some(rules)) = (&mut self.today, branch.rules()) else { return };
        let hour = today.hours.entry(hour_of(entry.at, today.day, &zone(&rules.time_zone))).or_default();
        hour.issued = hour.issued.saturating_add(u32::try_from(issued).unwrap_or(u32::MAX));
        let (before, after) = (stood.tally, branch.tally());
        if let Some(since) = stood.first_called {
            hour.called = hour.called.saturating_add(1);
            hour.within = hour.within.saturating_add(after.within.saturating_sub(before.within));
            hour.late = hour.late.saturating_add(after.late.saturating_sub(before.late));
            let waited = entry.at.duration_since(since).as_secs();
            hour.longest_s = hour.longest_s.max(u32::try_from(waited).unwrap_or(0));
        }
        if back {
            // Seconds after the call, and so nearly always in the same hour.
            hour.called = hour.called.saturating_sub(1);
            hour.within = hour.within.saturating_sub(before.within.saturating_sub(after.within));
            hour.late = hour.late.saturating_sub(before.late.saturating_sub(after.late));
        }
    }

    fn begin(&mut self, day: Date) {
        let ended = self.today.replace(Today { day, hours: BTreeMap::new() });
        let Some(Today { day, hours }) = ended.filter(|ended| !ended.hours.is_empty()) else { return };
        let hours = hours.into_iter().map(|(n, hour)| (n, (hour.issued, hour.called))).collect();
        self.before.push_back(Before { day, hours });
        let same = |before: &Before| before.day.weekday() == day.weekday();
        if self.before.iter().filter(|before| same(before)).count() > USUAL_OF
            && let Some(oldest) = self.before.iter().position(same)
        {
            self.before.remove(oldest);
        }
    }

    /// As supervisors see it.
    pub fn view(&self, branch: &Branch) -> DayView {
        let (Some(today), Some(rules)) = (&self.today, branch.rules()) else {
            return DayView { day: branch.day(), hours: Vec::new(), usual_of: 0 };
        };
        let same = |before: &&Before| before.day.weekday() == today.day.weekday();
        let usual: Vec<_> = self.before.iter().filter(same).collect();
        let known = today.hours.keys().chain(usual.iter().flat_map(|before| before.hours.keys()));
        let (first, last) = known.fold((u8::MAX, 0), |(first, last), n| (first.min(*n), last.max(*n)));
        let zone = zone(&rules.time_zone);
        let hours = (first..=last).map(|n| {
            let Hour { issued, called, within, late, longest_s } =
                today.hours.get(&n).copied().unwrap_or_default();
            let mean = |of: fn(&(u32, u32)) -> u32| {
                let sum: u32 = usual.iter().filter_map(|before| before.hours.get(&n)).map(of).sum();
                (!usual.is_empty()).then(|| sum as f32 / usual.len() as f32)
            };
            HourView {
                from: begins(n, today.day, &zone),
                issued,
                called,
                within,
                late,
                longest_s,
                usual_issued: mean(|(issued, _)| *issued),
                usual_called: mean(|(_, called)| *called),
            }
        });
        DayView {
            day: Some(today.day),
            hours: hours.collect(),
            usual_of: u32::try_from(usual.len()).unwrap_or(u32::MAX),
        }
    }
}

/// The zone of that name, from the table inside the program; rules are checked before they are taken.
fn zone(name: &str) -> TimeZone {
    TimeZoneDatabase::bundled().get(name).unwrap_or(TimeZone::UTC)
}

/// The hour of a time, from the midnight that `day` begins after.
fn hour_of(at: Timestamp, day: Date, zone: &TimeZone) -> u8 {
    let local = at.to_zoned(zone.clone());
    let days = (local.date() - day).get_days();
    let hour = days.saturating_mul(24).saturating_add(i32::from(local.hour())).clamp(0, LAST_HOUR);
    u8::try_from(hour).unwrap_or_default()
}

/// When an hour begins.
fn begins(hour: u8, day: Date, zone: &TimeZone) -> Timestamp {
    let date = day.saturating_add(i64::from(hour / 24).days());
    // Whole hours of a day are times; a local time that does not fit a timestamp lies thousands of years away.
    let time = Time::new(i8::try_from(hour % 24).unwrap_or_default(), 0, 0, 0).unwrap_or_default();
    date.to_datetime(time).to_zoned(zone.clone()).map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use giliran_core::{Command, CommandId, Decision, Ledger};
    use uuid::Uuid;

    use super::*;

    const RULES: &str = r#"
        id = "hari"
        name = { ms = "Hari" }
        class = [{ id = "biasa", name = { ms = "Biasa" } }]
        counter = [{ id = "k1", number = 1, services = ["a"] }]
        calling = { undo = "30s" }
        [[service]]
        id = "a"
        name = { ms = "A" }
        series = { letters = "A" }
        charter = { waiting = "30m" }
    "#;

    /// An office, and what is seen of its days.
    #[derive(Default)]
    struct Book {
        ledger: Ledger,
        days: Days,
    }

    impl Book {
        fn take(&mut self, entry: &Entry) {
            let stood = Stood::by(entry, self.ledger.branch());
            self.ledger.replay(entry);
            self.days.observe(entry, stood, self.ledger.branch());
        }

        /// Does a command at a time of 2026 in Kuala Lumpur.
        fn tell(&mut self, at: &str, command: &Command) {
            let at: Timestamp = format!("2026-{at}:00+08:00").parse().unwrap();
            while let Some(entry) = self.ledger.due(at) {
                self.take(&entry);
            }
            match self.ledger.decide(None, CommandId(Uuid::now_v7()), command, at) {
                Decision::Taken(entry) => self.take(&entry),
                other @ (Decision::Repeated { .. } | Decision::Refused(_)) => {
                    panic!("{command:?}: {other:?}")
                }
            }
        }

        fn open() -> Self {
            let mut book = Self::default();
            let rules = Arc::new(toml::from_str(RULES).unwrap());
            book.tell("11-23T08:00", &Command::SetRules { rules });
            book.tell("11-23T08:00", &Command::OpenCounter { counter: "k1".parse().unwrap() });
            book
        }

        fn issue(&mut self, at: &str) {
            let service = "a".parse().unwrap();
            let (class, legs, person) = (None, None, None);
            let language = giliran_core::Language::Ms;
            self.tell(at, &Command::IssueTicket { service, class, language, announced: None, legs, person });
        }

        fn call(&mut self, at: &str) {
            self.tell(at, &Command::CallNext { counter: "k1".parse().unwrap() });
        }

        fn undo(&mut self, at: &str) {
            self.tell(at, &Command::Undo { counter: "k1".parse().unwrap() });
        }

        fn hours(&self) -> Vec<(u32, u32, u32, u32, u32)> {
            let view = self.days.view(self.ledger.branch());
            let figures =
                |hour: &HourView| (hour.issued, hour.called, hour.within, hour.late, hour.longest_s);
            view.hours.iter().map(figures).collect()
        }
    }

    #[test]
    fn each_number_and_first_call_counts_in_its_hour_and_against_the_charter() {
        let mut book = Book::open();
        assert_eq!(book.hours(), [], "nothing happened yet");
        book.issue("11-23T09:50");
        book.issue("11-23T10:05");
        book.call("11-23T12:10");
        assert_eq!(book.hours(), [(1, 0, 0, 0, 0), (1, 0, 0, 0, 0), (0, 0, 0, 0, 0), (0, 1, 0, 1, 8400)]);
        let view = book.days.view(book.ledger.branch());
        assert_eq!(view.hours[0].from, "2026-11-23T01:00:00Z".parse().unwrap());
        assert_eq!((view.usual_of, view.hours[0].usual_issued), (0, None), "no such day is known");
    }

    #[test]
    fn a_call_that_is_taken_back_is_none_and_the_next_is_the_first() {
        let mut book = Book::open();
        book.issue("11-23T09:00");
        book.call("11-23T09:10");
        assert_eq!(book.hours(), [(1, 1, 1, 0, 600)]);
        book.undo("11-23T09:10");
        let (issued, called, within, late, _) = book.hours()[0];
        assert_eq!((issued, called, within, late), (1, 0, 0, 0));
        book.call("11-23T09:20");
        assert_eq!(book.hours(), [(1, 1, 1, 0, 1200)]);
    }

    #[test]
    fn of_each_weekday_the_last_few_days_make_the_usual_one() {
        let mut days = Days::default();
        let monday = Date::constant(2026, 1, 5);
        for n in 0..700 {
            days.begin(monday.saturating_add(n.days()));
            // On Sundays nothing happens, and a day without anything is none to go by.
            if n % 7 != 6 {
                let hour = Hour { issued: u32::try_from(n).unwrap(), called: 1, ..Hour::default() };
                days.today.as_mut().unwrap().hours.insert(9, hour);
            }
        }
        assert_eq!(days.before.len(), 6 * USUAL_OF);
        let mut book = Book::open();
        days.begin(monday.saturating_add(700.days()));
        book.days = days;
        let view = book.days.view(book.ledger.branch());
        assert_eq!((view.usual_of, view.hours.len()), (8, 1));
        // The Mondays 644, 651, ... 693 days after the first.
        assert_eq!((view.hours[0].usual_issued, view.hours[0].usual_called), (Some(668.5), Some(1.0)));
        let kept = serde_json::to_vec(&book.days).unwrap();
        assert!(kept.len() < 4096, "{} bytes", kept.len());
        assert_eq!(serde_json::from_slice::<Days>(&kept).unwrap(), book.days);
    }

    #[test]
    fn hours_after_midnight_are_still_of_the_day_and_none_is_beyond_its_end() {
        let zone = zone("Asia/Kuala_Lumpur");
        let day = Date::constant(2026, 11, 23);
        for (at, hour) in [
            ("2026-11-23T00:00:00+08:00", 0),
            ("2026-11-23T09:59:59+08:00", 9),
            ("2026-11-24T01:30:00+08:00", 25),
            ("2026-11-26T01:30:00+08:00", 47),
            ("2026-11-22T01:30:00+08:00", 0),
        ] {
            assert_eq!(hour_of(at.parse().unwrap(), day, &zone), hour, "{at}");
        }
        assert_eq!(begins(25, day, &zone), "2026-11-24T01:00:00+08:00".parse().unwrap());
    }
}
