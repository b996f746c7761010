//! The business day: where it begins, and what a new one does.

use giliran_core::Command;
use serde_json::json;

use crate::{
    given,
    support::{
        Hall, call, changed, check, check_in, issue, minutes, office, open, park, parsed, set, tell, time,
    },
};

/// In that zone and with that hour, the moment falls in that day, and the day began and ends then.
#[track_caller]
fn falls_in(zone: &str, begins: &str, moment: &str, day: &str, from: &str, until: &str) {
    let mut office = office();
    set(&mut office, "/time_zone", json!(zone));
    set(&mut office, "/day_begins", json!(begins));
    let rules = parsed(office);
    rules.check().expect("sound rules");
    let found = rules.day_of(time(moment));
    assert_eq!(found.to_string(), day, "{moment} in {zone}");
    assert_eq!(rules.day_starts_at(found), time(from), "{day} in {zone} begins");
    assert_eq!(
        rules.day_starts_at(found.tomorrow().expect("a next day")),
        time(until),
        "{day} in {zone} ends"
    );
}

#[test]
fn a_day_is_the_branchs_own() {
    for (moment, day, from, until) in [
        ("2026-11-22T15:59:59Z", "2026-11-22", "2026-11-21T16:00:00Z", "2026-11-22T16:00:00Z"),
        ("2026-11-22T16:00:00Z", "2026-11-23", "2026-11-22T16:00:00Z", "2026-11-23T16:00:00Z"),
        ("2026-11-23T01:00:00Z", "2026-11-23", "2026-11-22T16:00:00Z", "2026-11-23T16:00:00Z"),
    ] {
        falls_in("Asia/Kuala_Lumpur", "00:00", moment, day, from, until);
    }
}

#[test]
fn a_day_may_begin_at_another_hour() {
    for (moment, day, from, until) in [
        ("2026-11-22T20:59:59Z", "2026-11-22", "2026-11-21T21:00:00Z", "2026-11-22T21:00:00Z"),
        ("2026-11-22T21:00:00Z", "2026-11-23", "2026-11-22T21:00:00Z", "2026-11-23T21:00:00Z"),
    ] {
        falls_in("Asia/Kuala_Lumpur", "05:00", moment, day, from, until);
    }
}

#[test]
fn a_day_with_a_change_of_the_clock_is_shorter_or_longer() {
    // Warsaw, 29 March: 23 hours. 25 October: 25 hours.
    falls_in(
        "Europe/Warsaw",
        "00:00",
        "2026-03-29T10:00:00Z",
        "2026-03-29",
        "2026-03-28T23:00:00Z",
        "2026-03-29T22:00:00Z",
    );
    falls_in(
        "Europe/Warsaw",
        "00:00",
        "2026-10-25T10:00:00Z",
        "2026-10-25",
        "2026-10-24T22:00:00Z",
        "2026-10-25T23:00:00Z",
    );
    // The hour that the day begins at is skipped, or comes twice and the first counts.
    falls_in(
        "Europe/Warsaw",
        "02:30",
        "2026-03-29T01:10:00Z",
        "2026-03-28",
        "2026-03-28T01:30:00Z",
        "2026-03-29T01:30:00Z",
    );
    falls_in(
        "Europe/Warsaw",
        "02:30",
        "2026-03-29T01:30:00Z",
        "2026-03-29",
        "2026-03-29T01:30:00Z",
        "2026-03-30T00:30:00Z",
    );
    falls_in(
        "Europe/Warsaw",
        "02:30",
        "2026-10-25T01:10:00Z",
        "2026-10-25",
        "2026-10-25T00:30:00Z",
        "2026-10-26T01:30:00Z",
    );
    // Beirut changes at midnight: 29 March begins at 01:00.
    falls_in(
        "Asia/Beirut",
        "00:00",
        "2026-03-28T22:00:00Z",
        "2026-03-29",
        "2026-03-28T22:00:00Z",
        "2026-03-29T21:00:00Z",
    );
}

#[test]
fn a_day_begins_by_itself_and_once() {
    let hall = Hall::with(office());
    assert_eq!(hall.branch().day().map(|day| day.to_string()), None);
    check_in(hall, given![], Command::BeginDay, "refused: day_has_begun");
}

#[test]
fn a_new_day_ends_what_was_left_and_numbers_start_again() {
    let mut hall = Hall::new();
    for step in
        given![issue("pasport"), issue("pasport"), issue("bayaran"), call("k1"), park("k1", 3), call("k2")]
    {
        hall.must(step);
    }
    assert_eq!(hall.branch().tickets().count(), 3);
    hall.must(minutes(24 * 60));
    let last = hall.entries.last().expect("an entry");
    assert_eq!(last.command, None);
    assert_eq!(last.events.iter().map(tell).collect::<Vec<_>>(), ["2026-11-24 began, 3 expired"]);
    assert_eq!(hall.branch().tickets().count(), 0);
    assert_eq!(hall.branch().tally(), Default::default());
    // Ids go on, numbers do not, and counters stay as they were.
    check_in(hall, given![issue("pasport")], call("k2"), "A001 called to k2 for pasport");
}

#[test]
fn a_ticket_of_yesterday_has_ended() {
    check(given![issue("pasport"), call("k1"), minutes(24 * 60)], park("k1", 1), "refused: ticket_ended");
}

#[test]
fn a_day_without_anybody_looking_leaves_no_trace() {
    let mut hall = Hall::new();
    let before = hall.entries.len();
    hall.must(minutes(10 * 24 * 60));
    let told: Vec<_> =
        hall.entries[before..].iter().flat_map(|entry| entry.events.iter().map(tell)).collect();
    assert_eq!(told, ["2026-12-03 began"]);
}

#[test]
fn the_deadline_is_the_end_of_the_day() {
    let mut hall = Hall::with(changed("/day_begins", json!("05:00")));
    hall.must(open("k1"));
    let (at, command) = hall.branch().next_deadline().expect("a deadline");
    assert_eq!((at, command), (time("2026-11-24T05:00:00+08:00"), Command::BeginDay));
}
