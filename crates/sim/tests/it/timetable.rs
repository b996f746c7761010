//! Who does what and when.

use std::collections::BTreeMap;

use giliran_sim::{
    record::{DaySecond, Outcome, Record, ServiceFacts, Visit},
    timetable::{Action, Timetable},
};

fn visit(class: &str, arrival: u32, outcome: Outcome) -> Visit {
    Visit { class: class.into(), arrival: DaySecond(arrival), priority: false, outcome }
}

fn served(start: u32, end: u32, server: &str) -> Outcome {
    let server = (!server.is_empty()).then(|| server.into());
    Outcome::Served { start: DaySecond(start), end: Some(DaySecond(end)), server }
}

fn open_ended(start: u32) -> Outcome {
    Outcome::Served { start: DaySecond(start), end: None, server: None }
}

fn record(visits: Vec<Visit>) -> Record {
    Record { day: "2026-01-05".parse().unwrap(), visits, services: BTreeMap::new() }
}

/// The steps in short: second, what, counter or visit.
#[track_caller]
fn check(record: &Record, expected: &[&str]) {
    let steps: Vec<String> = Timetable::of(record)
        .steps
        .iter()
        .map(|step| {
            let what = match step.action {
                Action::Open { counter } => format!("open {counter}"),
                Action::Arrive { visit } => format!("arrive {visit}"),
                Action::Call { counter, turn, comes: true } => format!("call {turn} at {counter}"),
                Action::Call { counter, turn, comes: false } => format!("call {turn} at {counter} in vain"),
                Action::Finish { counter } => format!("finish {counter}"),
                Action::Miss { counter } => format!("miss {counter}"),
                Action::Leave { turn } => format!("leave {turn}"),
                Action::Close { counter } => format!("close {counter}"),
            };
            format!("{} {what}", step.at.0)
        })
        .collect();
    assert_eq!(steps, expected);
}

#[test]
fn at_the_same_second_people_come_before_services_end_before_calls_before_leaving() {
    let visits = vec![
        visit("P", 5, Outcome::Abandoned { left: DaySecond(20) }),
        visit("P", 20, served(20, 30, "A")),
        visit("P", 10, served(10, 20, "A")),
    ];
    check(
        &record(visits),
        &[
            "5 arrive 0",
            "10 arrive 2",
            "10 open 0",
            "10 call 2 at 0",
            "20 arrive 1",
            "20 finish 0",
            "20 call 1 at 0",
            "20 leave 0",
            "30 finish 0",
            "30 close 0",
        ],
    );
}

#[test]
fn a_service_of_no_length_ends_before_the_next_call() {
    let visits = vec![visit("P", 5, served(10, 10, "A")), visit("P", 6, served(10, 20, "A"))];
    check(
        &record(visits),
        &[
            "5 arrive 0",
            "6 arrive 1",
            "10 open 0",
            "10 call 0 at 0",
            "10 finish 0",
            "10 call 1 at 0",
            "20 finish 0",
            "20 close 0",
        ],
    );
}

#[test]
fn officers_have_counters_of_their_own_and_stand_in_for_each_other() {
    let visits = vec![
        visit("P", 1, served(10, 50, "A")),
        visit("P", 2, served(11, 20, "B")),
        visit("P", 3, served(30, 60, "A")), // A is not done by the record's own clock: B's is free
        visit("P", 4, served(31, 40, "B")), // and now nobody is: one more opens
    ];
    check(
        &record(visits),
        &[
            "1 arrive 0",
            "2 arrive 1",
            "3 arrive 2",
            "4 arrive 3",
            "10 open 0",
            "10 call 0 at 0",
            "11 open 1",
            "11 call 1 at 1",
            "20 finish 1",
            "30 call 2 at 1",
            "31 open 2",
            "31 call 3 at 2",
            "40 finish 2",
            "40 close 2",
            "50 finish 0",
            "50 close 0",
            "60 finish 1",
            "60 close 1",
        ],
    );
}

#[test]
fn whoever_does_not_come_keeps_no_counter_busy() {
    let visits = vec![
        visit("P", 1, served(10, 30, "A")),
        visit("P", 2, served(12, 14, "B")),
        visit("P", 3, Outcome::Missed { called: DaySecond(20) }),
    ];
    check(
        &record(visits),
        &[
            "1 arrive 0",
            "2 arrive 1",
            "3 arrive 2",
            "10 open 0",
            "10 call 0 at 0",
            "12 open 1",
            "12 call 1 at 1",
            "14 finish 1",
            "20 call 2 at 1 in vain",
            "20 miss 1",
            "20 close 1",
            "30 finish 0",
            "30 close 0",
        ],
    );
}

#[test]
fn without_ends_the_counter_that_called_longest_ago_calls_next() {
    let visits = vec![
        visit("P", 1, open_ended(10)),
        visit("P", 2, open_ended(11)),
        visit("P", 3, open_ended(12)),
        visit("Q", 4, open_ended(13)),
    ];
    let two = ServiceFacts { open_counters: Some(2), ..ServiceFacts::default() };
    let record = Record { services: BTreeMap::from([("P".into(), two)]), ..record(visits) };
    check(
        &record,
        &[
            "1 arrive 0",
            "2 arrive 1",
            "3 arrive 2",
            "4 arrive 3",
            "10 open 0",
            "10 call 0 at 0",
            "11 open 1",
            "11 call 1 at 1",
            "12 finish 0",
            "12 call 2 at 0",
            "13 open 2",
            "13 call 3 at 2",
            "13 finish 0",
            "13 close 0",
            "13 finish 1",
            "13 close 1",
            "13 finish 2",
            "13 close 2",
        ],
    );
}

#[test]
fn services_share_a_queue_where_officers_go_from_one_to_the_other() {
    let queues = |record: &Record| {
        Timetable::of(record).services.iter().map(|service| service.queue.clone()).collect::<Vec<_>>()
    };
    let with_officers = vec![visit("P", 1, served(2, 3, "A")), visit("Q", 1, served(2, 3, "B"))];
    let own = ServiceFacts { queue: Some("own".into()), ..ServiceFacts::default() };
    assert_eq!(queues(&record(with_officers.clone())), ["", ""]);
    let named = Record { services: BTreeMap::from([("Q".into(), own)]), ..record(with_officers) };
    assert_eq!(queues(&named), ["", "own"]);
    assert_eq!(queues(&record(vec![visit("P", 1, open_ended(2)), visit("Q", 1, open_ended(2))])), ["P", "Q"]);
}
