//! What is to come: arrivals by the office's own days, advice that keeps the charter, plans, rosters, honesty.

use std::sync::Arc;

use giliran_core::{
    Branch, Command, CommandId, CounterId, Decision, Entry, Event, Language, Ledger, Rules, TicketId,
    WaitRange,
};
use giliran_forecast::{Adviser, Alarm, Arrivals, CounterPlan, Honesty, Learned, RestOfDay, Step, roster};
use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, date},
    tz::TimeZone,
};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

/// A Monday.
const FIRST: Date = date(2026, 3, 2);

/// Three counters; a promise of 15 minutes and visits of 10 by the office's figure; open from 8 to 12 on weekdays.
fn rules() -> Rules {
    let counter = |n: u32| json!({ "id": format!("k{n}"), "number": n, "services": ["a"] });
    let rules: Rules = serde_json::from_value(json!({
        "id": "contoh", "name": { "ms": "Contoh" }, "time_zone": "UTC",
        "hours": { "week": [{ "days": ["mon", "tue", "wed", "thu", "fri"], "open": [{ "from": "08:00", "until": "12:00" }] }] },
        "class": [{ "id": "biasa", "name": { "ms": "Biasa" } }],
        "service": [{ "id": "a", "name": { "ms": "A" }, "series": { "letters": "A", "last": 999 },
            "serving": "PT10M", "charter": { "waiting": "PT15M" } }],
        "counter": [counter(1), counter(2), counter(3), counter(4)],
    }))
    .unwrap();
    rules.check().unwrap();
    rules
}

fn at(day: Date, hour: i8, minute: i8) -> Timestamp {
    day.at(hour, minute, 0, 0).to_zoned(TimeZone::UTC).unwrap().timestamp()
}

/// Open days from `FIRST` on.
fn weekdays() -> impl Iterator<Item = Date> {
    let days = (0..).map(|n: i64| FIRST.checked_add(n.days()).unwrap());
    days.filter(|day| day.weekday().to_monday_zero_offset() < 5)
}

struct Book {
    ledger: Ledger,
    learned: Learned,
    arrivals: Arrivals,
    honesty: Honesty,
    commands: u128,
    /// Whether how long things take is learned: not on days that are only there for who comes when.
    learns: bool,
}

impl Book {
    fn open(rules: Rules) -> Self {
        let mut book = Self {
            ledger: Ledger::default(),
            learned: Learned::default(),
            arrivals: Arrivals::default(),
            honesty: Honesty::default(),
            commands: 0,
            learns: true,
        };
        book.tell(&Command::SetRules { rules: Arc::new(rules) }, at(FIRST, 0, 0)).unwrap();
        book
    }

    fn branch(&self) -> &Branch {
        self.ledger.branch()
    }

    fn take_in(&mut self, entry: &Entry) {
        if self.learns {
            self.learned.observe(self.ledger.branch(), entry);
        }
        self.arrivals.observe(self.ledger.branch(), entry);
        self.honesty.observe(self.ledger.branch(), entry);
        self.ledger.replay(entry);
    }

    fn advance(&mut self, now: Timestamp) {
        while let Some(entry) = self.ledger.due(now) {
            self.take_in(&entry);
        }
    }

    fn tell(&mut self, command: &Command, now: Timestamp) -> Option<Entry> {
        self.advance(now);
        self.commands += 1;
        let Decision::Taken(entry) =
            self.ledger.decide(None, CommandId(Uuid::from_u128(self.commands)), command, now)
        else {
            return None;
        };
        self.take_in(&entry);
        Some(entry)
    }

    fn issue(&mut self, now: Timestamp, announced: Option<WaitRange>) -> Option<TicketId> {
        let command = Command::IssueTicket {
            service: "a".parse().unwrap(),
            class: None,
            language: Language::Ms,
            announced,
            legs: None,
            person: None,
        };
        self.tell(&command, now)?.events.iter().find_map(|event| match event {
            Event::TicketIssued { ticket, .. } => Some(*ticket),
            _ => None,
        })
    }

    /// So many people come in each hour from 8 on, evenly, and are gone at once.
    fn day(&mut self, day: Date, hours: &[u32]) {
        self.morning(day, hours);
        self.advance(at(day, 23, 59));
    }

    fn morning(&mut self, day: Date, hours: &[u32]) {
        self.learns = false;
        for (hour, people) in (8..).zip(hours) {
            for n in 0..*people {
                let now = at(day, hour, 0) + SignedDuration::from_secs(i64::from(3600 * n / people));
                let ticket = self.issue(now, None).unwrap();
                self.tell(&Command::CancelTicket { ticket, reason: None }, now);
            }
        }
        self.learns = true;
    }

    fn open_counter(&mut self, counter: &str, now: Timestamp) {
        self.tell(&Command::OpenCounter { counter: counter.parse().unwrap() }, now).unwrap();
    }

    fn rest_of_day(&self, now: Timestamp) -> RestOfDay<'_> {
        RestOfDay::of_now(self.branch(), &self.learned, &self.arrivals, now).unwrap()
    }

    /// How many are expected between two hours.
    fn expected(&self, now: Timestamp, from: Timestamp, until: Timestamp) -> f32 {
        let outlook = self.rest_of_day(now).outlook();
        let quarters = outlook.services[0].1.iter();
        quarters
            .filter(|quarter| quarter.from >= from && quarter.from < until)
            .map(|quarter| quarter.arrivals)
            .sum()
    }
}

/// Ten days of the same people, and the day after them.
fn taught(hours: &[u32]) -> (Book, Date) {
    let mut book = Book::open(rules());
    let mut days = weekdays();
    for day in days.by_ref().take(10) {
        book.day(day, hours);
    }
    let today = days.next().unwrap();
    book.advance(at(today, 7, 0));
    (book, today)
}

#[test]
fn what_usually_comes_is_expected_in_the_hour_in_which_it_comes() {
    let (book, today) = taught(&[4, 16, 8, 4]);
    let hour = |from: i8| book.expected(at(today, 7, 30), at(today, from, 0), at(today, from + 1, 0));
    for (from, people) in [(8, 4.0), (9, 16.0), (10, 8.0), (11, 4.0)] {
        assert!((hour(from) - people).abs() < 1.5, "from {from}: {} people, not {people}", hour(from));
    }
    assert_eq!(book.rest_of_day(at(today, 7, 30)).outlook().days_known, 10);
}

#[test]
fn a_day_that_brings_more_than_usual_is_expected_to_go_on_so() {
    let (mut book, today) = taught(&[4, 16, 8, 4]);
    let before = book.expected(at(today, 7, 30), at(today, 10, 0), at(today, 12, 0));
    book.morning(today, &[12, 40]);
    let after = book.expected(at(today, 10, 0), at(today, 10, 0), at(today, 12, 0));
    assert!(after > before * 1.3, "{after} after twice as many, {before} before");
    assert!(after < before * 3.0, "{after} is more than the day gives reason for");
}

#[test]
fn a_test_day_is_left_out_and_counted_and_another_office_is_learned_in_the_end() {
    let (mut book, today) = taught(&[4, 16, 8, 4]);
    book.day(today, &[1]);
    let next = today.tomorrow().unwrap();
    book.advance(at(next, 7, 0));
    assert_eq!((book.arrivals.days_known(), book.arrivals.days_left_out()), (10, 1));
    let usual = book.expected(at(next, 7, 0), at(next, 8, 0), at(next, 12, 0));
    assert!((usual - 32.0).abs() < 4.0, "a test day has taught {usual}");
    for day in weekdays().filter(|day| *day >= next).take(20) {
        book.day(day, &[1]);
    }
    let later = weekdays().filter(|day| *day >= next).nth(20).unwrap();
    book.advance(at(later, 7, 0));
    let people = book.expected(at(later, 7, 0), at(later, 8, 0), at(later, 12, 0));
    assert!(people < 6.0, "after a month of one a day {people} are expected");
}

#[test]
fn school_breaks_and_days_after_a_holiday_are_learned_apart() {
    let mut rules = rules();
    let hours = rules.hours.as_mut().unwrap();
    hours.school_breaks = serde_json::from_value(json!([
        { "from": "2026-03-16", "until": "2026-03-20" }, { "from": "2026-04-13", "until": "2026-04-17" },
    ]))
    .unwrap();
    let mut book = Book::open(rules);
    for day in weekdays().take_while(|day| *day < date(2026, 4, 13)) {
        let school = (date(2026, 3, 16)..=date(2026, 3, 20)).contains(&day);
        book.day(day, if school { &[20, 20, 20, 20] } else { &[10, 10, 10, 10] });
    }
    book.advance(at(date(2026, 4, 13), 7, 0));
    let people =
        book.expected(at(date(2026, 4, 13), 7, 0), at(date(2026, 4, 13), 8, 0), at(date(2026, 4, 13), 12, 0));
    assert!(
        (50.0..85.0).contains(&people),
        "{people} are expected in the next break; the last had 80 a day, others 40"
    );
}

#[test]
fn an_office_without_history_goes_on_as_in_the_last_hour_and_says_so() {
    let mut book = Book::open(rules());
    book.advance(at(FIRST, 7, 0));
    assert!(book.expected(at(FIRST, 8, 0), at(FIRST, 8, 0), at(FIRST, 12, 0)).abs() < f32::EPSILON);
    book.morning(FIRST, &[20]);
    let next = book.expected(at(FIRST, 9, 0), at(FIRST, 9, 0), at(FIRST, 10, 0));
    assert!((10.0..=22.0).contains(&next), "{next}");
    assert_eq!(book.rest_of_day(at(FIRST, 9, 0)).outlook().days_known, 0);
}

/// Twelve an hour at visits of ten minutes: two counters' work and no less.
const BUSY: [u32; 4] = [12, 12, 12, 12];

#[test]
fn too_few_counters_bring_an_advice_that_would_keep_the_charter_and_pressing_it_ends_it() {
    let (mut book, today) = taught(&BUSY);
    book.open_counter("k1", at(today, 8, 0));
    let mut adviser = Adviser::default();
    let advice = adviser.look(&book.rest_of_day(at(today, 8, 0))).cloned().unwrap();
    assert_eq!(advice.step, Step::Open);
    assert!(advice.late_without > 5.0, "{advice:?}");
    assert!(advice.late_with <= advice.people * 0.05, "{advice:?}");
    assert!(adviser.alarm() >= Alarm::Watch);
    for advised in &advice.counters {
        book.open_counter(advised.counter.as_str(), at(today, 8, 3));
    }
    assert_eq!(adviser.look(&book.rest_of_day(at(today, 8, 4))), None);
    assert_eq!(adviser.alarm(), Alarm::None);
}

#[test]
fn an_advice_asks_for_the_same_from_minute_to_minute() {
    let (mut book, today) = taught(&BUSY);
    book.open_counter("k1", at(today, 8, 0));
    let mut adviser = Adviser::default();
    let mut given = Vec::new();
    for minute in 0..50 {
        if minute % 5 == 0 {
            book.issue(at(today, 8, minute), None);
        }
        given.extend(adviser.look(&book.rest_of_day(at(today, 8, minute))).map(giliran_forecast::Advice::id));
    }
    given.dedup();
    assert!((1..=2).contains(&given.len()), "{given:?}");
}

#[test]
fn a_counter_that_the_others_do_not_need_may_close_but_not_as_soon_as_it_opened() {
    let (mut book, today) = taught(&[2, 2, 2, 2]);
    for counter in ["k1", "k2", "k3"] {
        book.open_counter(counter, at(today, 8, 0));
    }
    let mut adviser = Adviser::default();
    let mut first = None;
    for minute in 0..60 {
        let now = at(today, 8, minute);
        if let Some(advice) = adviser.look(&book.rest_of_day(now)) {
            assert_eq!(advice.step, Step::Close);
            first.get_or_insert(minute);
        }
    }
    assert!(first.is_some_and(|minute| minute >= 30), "{first:?}");
}

#[test]
fn nobody_is_advised_to_close_the_last_counter_of_a_service() {
    let (mut book, today) = taught(&[1]);
    book.open_counter("k1", at(today, 8, 0));
    let mut adviser = Adviser::default();
    for minute in 0..59 {
        assert_eq!(adviser.look(&book.rest_of_day(at(today, 9, minute))), None);
    }
}

#[test]
fn a_plan_is_tried_without_being_done_and_more_counters_make_nobody_wait_longer() {
    let (mut book, today) = taught(&BUSY);
    book.open_counter("k1", at(today, 8, 0));
    let day = book.rest_of_day(at(today, 8, 0));
    assert_eq!(day.what_if(&[]), day.as_is());
    let with = |count: usize| {
        let open = vec![(at(today, 8, 0), at(today, 15, 0))];
        let plan = |n: usize| CounterPlan {
            counter: format!("k{n}").parse().unwrap(),
            open: open.clone(),
            services: None,
        };
        day.what_if(&(1..=count).map(plan).collect::<Vec<_>>())
    };
    let late: Vec<f32> = (1..=4).map(|n| with(n).late).collect();
    assert!(late.is_sorted_by(|a, b| a >= b), "{late:?}");
    assert!(late[0] > 10.0 && late[3] < 2.0, "{late:?}");
    let hours: Vec<f32> = (1..=4).map(|n| with(n).counter_hours).collect();
    assert_eq!(hours, [4.0, 8.0, 12.0, 16.0]);
    let pause = CounterPlan { counter: "k1".parse().unwrap(), open: Vec::new(), services: None };
    let shut = day.what_if(&[pause]);
    assert!(shut.late > shut.promised * 0.9, "with nobody there nearly all are late: {shut:?}");
}

#[test]
fn a_roster_has_more_counters_when_more_come_and_keeps_the_charter() {
    let (book, _) = taught(&[4, 18, 8, 4]);
    let rules = book.branch().rules().unwrap().clone();
    let week = roster(&rules, &book.learned, &book.arrivals, date(2026, 3, 23));
    assert_eq!(week.len(), 5, "closed on two days");
    for day in week {
        let counters: Vec<usize> = day.hours.iter().map(|hour| hour.counters.len()).collect();
        assert_eq!(counters.len(), 4);
        assert!(counters.iter().all(|n| *n >= 1), "{counters:?}");
        assert!(counters[1].max(counters[2]) >= 3, "eighteen in an hour need more: {counters:?}");
        assert!(counters[3] < 4, "{counters:?}");
    }
}

#[test]
fn honesty_counts_who_was_told_and_called_and_nobody_else() {
    let mut book = Book::open(rules());
    let told = |p50_s, p90_s| Some(WaitRange { p50_s, p90_s });
    book.open_counter("k1", at(FIRST, 8, 0));
    book.issue(at(FIRST, 8, 0), told(60, 120)).unwrap(); // called after 90 s: within, 30 off
    book.issue(at(FIRST, 8, 0), None).unwrap(); // told nothing
    let left = book.issue(at(FIRST, 8, 1), told(60, 120)).unwrap();
    book.issue(at(FIRST, 8, 1), told(60, 120)).unwrap(); // called after 29 min
    book.tell(&Command::CancelTicket { ticket: left, reason: None }, at(FIRST, 8, 1));
    let counter: CounterId = "k1".parse().unwrap();
    for now in [at(FIRST, 8, 1) + SignedDuration::from_secs(30), at(FIRST, 8, 20), at(FIRST, 8, 30)] {
        let called = book.tell(&Command::CallNext { counter: counter.clone() }, now).unwrap();
        let ticket = called.events.iter().find_map(|event| match event {
            Event::TicketCalled { ticket, .. } => Some(*ticket),
            _ => None,
        });
        book.tell(&Command::Finish { counter: counter.clone(), ticket: ticket.unwrap(), outcome: None }, now);
    }
    let today = book.honesty.today();
    assert_eq!((today.told, today.within, today.error_s), (2, 1, 30 + 29 * 60 - 60));
    // Nobody ahead of the first, three of ten minutes each ahead of the last.
    assert_eq!(today.naive_error_s, 90 + (29 * 60_i64).abs_diff(3 * 600));
    assert_eq!(book.honesty.month(), today);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever people and officers do, the figures are in order and nothing breaks.
    #[test]
    fn whatever_happens_figures_are_in_order(steps in prop::collection::vec((0..8_u8, 0..900_i64), 0..60)) {
        let mut book = Book::open(rules());
        let mut now = at(FIRST, 7, 50);
        let mut adviser = Adviser::default();
        for (what, later) in steps {
            now += SignedDuration::from_secs(later);
            let counter: CounterId = format!("k{}", 1 + what % 4).parse().unwrap();
            match what {
                0..=3 => drop(book.issue(now, None)),
                4 => drop(book.tell(&Command::OpenCounter { counter }, now)),
                5 => drop(book.tell(&Command::CallNext { counter }, now)),
                6 => drop(book.tell(&Command::CloseCounter { counter }, now)),
                _ => book.advance(now + SignedDuration::from_hours(20)),
            }
            book.advance(now);
            let day = book.rest_of_day(now);
            let outlook = day.outlook();
            for quarter in outlook.services.iter().flat_map(|(_, quarters)| quarters) {
                prop_assert!(quarter.arrivals_low <= quarter.arrivals && quarter.arrivals <= quarter.arrivals_high);
                prop_assert!(quarter.p50_s <= quarter.p90_s);
                prop_assert!(quarter.late >= 0.0);
            }
            let plan = day.as_is();
            prop_assert!(plan.late <= plan.promised + 1e-3, "{} late of {}", plan.late, plan.promised);
            if let Some(advice) = adviser.look(&day) {
                prop_assert!(!advice.counters.is_empty());
                prop_assert!(advice.by >= now && advice.until >= advice.by);
                prop_assert!(advice.step == Step::Close || advice.late_with <= advice.late_without);
            }
            prop_assert_eq!(book.rest_of_day(now).outlook(), outlook, "the same hall is told the same");
        }
    }
}
