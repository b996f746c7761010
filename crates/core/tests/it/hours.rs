//! Opening hours: when numbers are given out, quotas, closing, and what remains.

use giliran_core::{Command, Opening};
use serde_json::{Value, json};

use crate::{
    given,
    support::{
        Hall, Step, call, check, check_in, clock, extra, finish, id, issue, minutes, office, park, set,
        set_rules, tell, time, until,
    },
};

/// Open on weekdays from 08:00 to 13:00 and 14:00 to 17:00, last number 15 minutes before; Friday has a
/// longer break, Wednesday an evening; Christmas is off.
fn with_hours(at_close: &str) -> Value {
    let span = |from: &str, until: &str| json!({ "from": from, "until": until });
    let mut office = office();
    set(
        &mut office,
        "/hours",
        json!({
            "last_ticket": "PT15M",
            "at_close": at_close,
            "week": [
                { "days": ["mon", "tue", "thu"], "open": [span("08:00", "13:00"), span("14:00", "17:00")] },
                { "days": ["wed"], "open": [span("08:00", "21:00")] },
                { "days": ["fri"], "open": [span("08:00", "12:15"), span("14:45", "17:00")] },
            ],
            "special": [{ "date": "2026-12-25", "name": { "ms": "Hari Krismas" } }],
        }),
    );
    office
}

fn hall() -> Hall {
    Hall::open(with_hours("served"))
}

const NOTHING: [Step; 0] = [];

#[test]
fn numbers_are_given_out_while_the_doors_are_open() {
    let at = |moment: &str, expected: &str| {
        check_in(hall(), given![until(moment), minutes(-1)], issue("pasport"), expected);
    };
    at("12:59", "A001 issued as 1 for pasport, biasa, due 13:14, 0 ahead");
    at("13:00", "refused: office_closed");
    at("13:59", "refused: office_closed");
    at("14:00", "A001 issued as 1 for pasport, biasa, due 14:15, 0 ahead");
    at("16:44", "A001 issued as 1 for pasport, biasa, due 16:59, 0 ahead");
    at("16:45", "refused: after_last_ticket");
    at("17:00", "refused: office_closed");
}

#[test]
fn a_service_may_stop_giving_out_numbers_earlier() {
    let mut office = with_hours("served");
    set(&mut office, "/service/1/last_ticket", json!("11:30:00"));
    let at = |moment: &str, service: &str, expected: &str| {
        check_in(Hall::open(office.clone()), given![until(moment), minutes(-1)], issue(service), expected);
    };
    at("11:29", "bayaran", "B01 issued as 1 for bayaran, biasa, due 11:39, 0 ahead");
    at("11:30", "bayaran", "refused: after_last_ticket");
    at("11:30", "pasport", "A001 issued as 1 for pasport, biasa, due 11:45, 0 ahead");
}

#[test]
fn the_door_says_when_it_opens_next() {
    let hall = hall();
    let next = |now: &str| hall.branch().opening(time(now));
    let open = |until: &str| Opening::Open { until: clock(until), extra: false };
    let closed = |next: &str| Opening::Closed { next: Some(time(next)) };
    assert_eq!(next("2026-11-23T07:00:00+08:00"), closed("2026-11-23T08:00:00+08:00"));
    assert_eq!(next("2026-11-23T08:00:00+08:00"), open("13:00"));
    assert_eq!(next("2026-11-23T13:00:00+08:00"), closed("2026-11-23T14:00:00+08:00"));
    assert_eq!(next("2026-11-23T16:59:59+08:00"), open("17:00"));
    assert_eq!(next("2026-11-23T17:00:00+08:00"), closed("2026-11-24T08:00:00+08:00"));
    let rules = hall.branch().rules().expect("rules");
    let after = |at: &str| rules.next_opening(time(at));
    assert_eq!(after("2026-11-27T13:00:00+08:00"), Some(time("2026-11-27T14:45:00+08:00")));
    assert_eq!(
        after("2026-11-27T17:00:00+08:00"),
        Some(time("2026-11-30T08:00:00+08:00")),
        "after a weekend"
    );
    assert_eq!(
        after("2026-12-24T17:00:00+08:00"),
        Some(time("2026-12-28T08:00:00+08:00")),
        "after Christmas"
    );
}

#[test]
fn an_office_that_never_opens_again_says_so() {
    let mut office = office();
    let open = json!([{ "from": "08:00", "until": "10:00" }]);
    set(&mut office, "/hours", json!({ "week": [], "special": [{ "date": "2026-11-23", "open": open }] }));
    let hall = Hall::open(office);
    assert_eq!(hall.branch().opening(clock("12:00")), Opening::Closed { next: None });
}

#[test]
fn hours_may_run_past_midnight_of_a_day_that_begins_later() {
    let mut office = office();
    set(&mut office, "/day_begins", json!("05:00:00"));
    let open = json!([{ "from": "20:00", "until": "02:00" }, { "from": "03:00", "until": "05:00" }]);
    set(&mut office, "/hours", json!({ "week": [{ "days": ["mon"], "open": open }] }));
    let hall = Hall::open(office);
    let opening = |at: &str| hall.branch().opening(time(at));
    let until = |until: &str| Opening::Open { until: time(until), extra: false };
    assert_eq!(opening("2026-11-24T01:00:00+08:00"), until("2026-11-24T02:00:00+08:00"));
    assert_eq!(opening("2026-11-24T04:00:00+08:00"), until("2026-11-24T05:00:00+08:00"));
}

#[test]
fn lunch_may_be_open_with_fewer_counters() {
    let mut office = with_hours("served");
    let open = json!([
        { "from": "08:00", "until": "13:00" },
        { "from": "13:00", "until": "14:00", "counters": ["k1"] },
        { "from": "14:00", "until": "17:00" },
    ]);
    set(&mut office, "/hours/week/0/open", open);
    let hall = Hall::open(office);
    let planned: Vec<_> =
        hall.branch().open_today().expect("hours").iter().map(|s| s.counters.clone()).collect();
    assert_eq!(planned, [vec![], vec![id("k1")], vec![]]);
    check_in(
        hall,
        given![until("13:20")],
        issue("pasport"),
        "A001 issued as 1 for pasport, biasa, due 13:36, 0 ahead",
    );
}

#[test]
fn a_quota_counts_the_numbers_of_the_day() {
    let mut office = office();
    set(&mut office, "/service/0/quota", json!(2));
    let hall = || Hall::open(office.clone());
    let left = |steps: Vec<Command>| {
        let mut hall = hall();
        steps.into_iter().for_each(|step| drop(hall.must(step)));
        hall.branch().numbers_left(&id("pasport"))
    };
    assert_eq!(left(vec![]), Some(2));
    assert_eq!(left(vec![issue("pasport"), issue("bayaran")]), Some(1));
    assert_eq!(left(vec![issue("pasport"), issue("pasport")]), Some(0));
    assert_eq!(hall().branch().numbers_left(&id("bayaran")), None);
    check_in(hall(), given![issue("pasport"), issue("pasport")], issue("pasport"), "refused: quota_used");
    let served = given![issue("pasport"), issue("pasport"), call("k1"), finish("k1", 1)];
    check_in(hall(), served, issue("pasport"), "refused: quota_used");
    let next_day = given![issue("pasport"), issue("pasport"), minutes(24 * 60)];
    check_in(hall(), next_day, issue("pasport"), "A001 issued as 3 for pasport, biasa, due 09:22, 0 ahead");
}

/// What time alone brings about from Monday afternoon to Tuesday morning.
#[track_caller]
fn overnight(at_close: &str, expected: &[&str], carried: &[&str]) {
    let mut hall = Hall::open(with_hours(at_close));
    for step in
        given![until("16:00"), issue("pasport"), issue("pasport"), issue("pasport"), call("k1"), call("k2")]
    {
        hall.must(step);
    }
    hall.must(park("k2", 2));
    let before = hall.entries.len();
    hall.must(until("23:00"));
    hall.must(minutes(10 * 60));
    let told: Vec<_> =
        hall.entries[before..].iter().flat_map(|entry| entry.events.iter().map(tell)).collect();
    assert_eq!(told, expected, "{at_close}");
    let here: Vec<_> = hall.branch().tickets().map(|(_, ticket)| ticket.number.to_string()).collect();
    assert_eq!(here, carried, "{at_close}");
    crate::support::assert_sound(hall.branch());
}

#[test]
fn what_remains_at_closing_is_as_the_office_says() {
    overnight("served", &["closed", "2026-11-24 began, 3 expired"], &[]);
    overnight("carried", &["closed", "2026-11-24 began, 3 go on"], &["A001", "A002", "A003"]);
    overnight("ended", &["closed, 2 ended", "2026-11-24 began, 1 expired"], &[]);
}

#[test]
fn who_is_carried_over_keeps_number_and_place() {
    let mut hall = Hall::open(with_hours("carried"));
    for step in given![until("16:00"), issue("pasport"), issue("pasport"), call("k1"), minutes(17 * 60)] {
        hall.must(step);
    }
    assert_eq!(hall.branch().tally().carried, 2);
    let number = hall.must(issue("pasport"));
    assert_eq!(tell(&number[0]), "A003 issued as 3 for pasport, biasa, due 09:19, 2 ahead");
    check_in(hall, NOTHING, call("k1"), "A001 called to k1 for pasport");
}

#[test]
fn who_still_waits_at_closing_is_served() {
    check_in(
        hall(),
        given![until("16:40"), issue("pasport"), until("17:10")],
        call("k1"),
        "A001 called to k1 for pasport",
    );
}

#[test]
fn a_supervisor_opens_longer() {
    check_in(hall(), given![until("16:50")], extra("18:00"), "open until 18:00");
    check_in(
        hall(),
        given![until("16:50"), extra("18:00"), until("17:30")],
        issue("pasport"),
        "A001 issued as 1 for pasport, biasa, due 17:46, 0 ahead",
    );
    check_in(
        hall(),
        given![until("16:50"), extra("18:00"), until("18:00")],
        issue("pasport"),
        "refused: office_closed",
    );
    // In the break, and after it has closed.
    check_in(
        hall(),
        given![until("13:10"), extra("13:50")],
        issue("pasport"),
        "A001 issued as 1 for pasport, biasa, due 13:27, 0 ahead",
    );
    check_in(
        hall(),
        given![until("18:00"), extra("19:00")],
        issue("pasport"),
        "A001 issued as 1 for pasport, biasa, due 18:17, 0 ahead",
    );
    check_in(hall(), given![until("16:50")], extra("16:40"), "refused: not_later_today");
    check_in(hall(), given![until("16:50")], extra("24:00"), "refused: not_later_today");
    check(given![], extra("18:00"), "refused: office_open");
    check_in(hall(), given![], extra("12:00"), "refused: office_open");
    check_in(hall(), given![until("16:50"), extra("18:00")], extra("17:30"), "refused: office_open");
    check_in(hall(), given![until("16:50"), extra("18:00")], extra("19:00"), "open until 19:00");
}

#[test]
fn an_office_that_opened_longer_closes_later_and_once() {
    let mut hall = hall();
    for step in given![until("16:50"), extra("18:00")] {
        hall.must(step);
    }
    let before = hall.entries.len();
    hall.must(until("17:59"));
    assert_eq!(hall.entries.len(), before);
    hall.must(until("18:00"));
    assert_eq!(
        hall.entries[before..].iter().flat_map(|e| e.events.iter().map(tell)).collect::<Vec<_>>(),
        ["closed"]
    );
}

#[test]
fn a_supervisor_closes_early() {
    check_in(hall(), given![], Command::CloseDay, "closed");
    check_in(hall(), given![Command::CloseDay], issue("pasport"), "refused: office_closed");
    check_in(hall(), given![Command::CloseDay], Command::CloseDay, "refused: day_has_closed");
    check_in(
        hall(),
        given![Command::CloseDay, extra("12:00")],
        issue("pasport"),
        "A001 issued as 1 for pasport, biasa, due 09:22, 0 ahead",
    );
    check(given![Command::CloseDay], issue("pasport"), "refused: office_closed");
    check(
        given![Command::CloseDay, minutes(24 * 60)],
        issue("pasport"),
        "A001 issued as 1 for pasport, biasa, due 09:21, 0 ahead",
    );
}

#[test]
fn hours_change_while_open() {
    let mut shorter = with_hours("served");
    set(&mut shorter, "/hours/week/0/open", json!([{ "from": "08:00", "until": "12:00" }]));
    let shorter = || set_rules(shorter.clone());
    check_in(hall(), given![shorter(), until("12:01")], issue("pasport"), "refused: office_closed");
    // An office that had closed is open again if its new hours say so.
    check_in(
        hall(),
        given![shorter(), until("12:30"), set_rules(with_hours("served"))],
        issue("pasport"),
        "A001 issued as 1 for pasport, biasa, due 12:47, 0 ahead",
    );
    check_in(
        hall(),
        given![extra("18:00"), set_rules(with_hours("carried")), until("17:30")],
        issue("pasport"),
        "A001 issued as 1 for pasport, biasa, due 17:46, 0 ahead",
    );
}

#[test]
fn a_holiday_stays_closed_and_does_not_close_again() {
    let mut office = with_hours("ended");
    set(&mut office, "/hours/special/-", json!({ "date": "2026-11-23", "name": { "ms": "Cuti" } }));
    let mut hall = Hall::open(office);
    assert_eq!(
        hall.branch().opening(hall.now),
        Opening::Closed { next: Some(time("2026-11-24T08:00:00+08:00")) }
    );
    let before = hall.entries.len();
    hall.must(until("23:00"));
    assert_eq!(hall.entries.len(), before);
    check_in(hall, NOTHING, issue("pasport"), "refused: office_closed");
}
