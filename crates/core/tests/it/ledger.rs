//! The book: each command once, and time that only goes forward.

use giliran_core::{CommandId, Known, Ledger, Submission};
use uuid::Uuid;

use crate::support::{Hall, call, issue, minutes, office, open, set_rules, time};

fn id(n: u128) -> CommandId {
    CommandId(Uuid::from_u128(n))
}

#[test]
fn a_command_that_is_sent_twice_happens_once() {
    let mut hall = Hall::new();
    let now = hall.now;
    let Submission::Taken(entries) = hall.ledger.submit(id(900), &issue("pasport"), now) else {
        panic!("not taken")
    };
    let again = hall.ledger.submit(id(900), &issue("pasport"), now);
    assert_eq!(again, Submission::Repeated { seq: entries[0].seq });
    assert_eq!(hall.branch().tally().issued, 1);
}

#[test]
fn a_refused_command_that_is_sent_twice_gets_the_same_answer() {
    let mut hall = Hall::new();
    let now = hall.now;
    let first = hall.ledger.submit(id(900), &call("k1"), now);
    let Submission::Refused { refusal, .. } = first else { panic!("not refused") };
    hall.must(issue("pasport"));
    let again = hall.ledger.submit(id(900), &call("k1"), hall.now);
    assert_eq!(again, Submission::Refused { refusal, advanced: vec![] });
}

#[test]
fn entries_are_numbered_without_holes_and_never_go_back_in_time() {
    let mut hall = Hall::new();
    hall.must(issue("pasport"));
    hall.must(minutes(-120));
    hall.must(issue("pasport"));
    hall.must(minutes(60));
    hall.must(issue("pasport"));
    hall.must(minutes(48 * 60));
    assert!(hall.entries.iter().map(|entry| entry.seq).eq(1..=hall.ledger.seq()));
    assert!(hall.entries.is_sorted_by_key(|entry| entry.at));
    assert_eq!(hall.ledger.at(), hall.entries.last().map(|entry| entry.at));
}

#[test]
fn a_clock_that_steps_back_does_not_turn_the_queue_round() {
    let mut hall = Hall::new();
    hall.must(issue("pasport"));
    hall.must(minutes(-180));
    hall.must(issue("pasport"));
    assert_eq!(hall.branch().queue(&"pasport".parse().unwrap()).map(|t| t.0).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_clock_that_jumps_ahead_and_back_loses_nobody_and_changes_no_order() {
    let mut hall = Hall::new();
    hall.must(issue("pasport"));
    hall.must(minutes(5 * 60));
    hall.must(issue("pasport"));
    hall.must(minutes(-5 * 60));
    hall.must(issue("pasport"));
    hall.must(minutes(60));
    hall.must(issue("pasport"));
    assert_eq!(
        hall.branch().queue(&"pasport".parse().unwrap()).map(|t| t.0).collect::<Vec<_>>(),
        [1, 2, 3, 4]
    );
}

#[test]
fn what_time_brought_about_is_kept_even_if_the_command_is_refused() {
    let mut hall = Hall::new();
    hall.must(issue("pasport"));
    let tomorrow = time("2026-11-24T09:00:00+08:00");
    let Submission::Refused { advanced, .. } = hall.ledger.submit(id(900), &call("k1"), tomorrow) else {
        panic!("yesterday's ticket was called")
    };
    assert_eq!(advanced.len(), 1);
    assert_eq!(hall.ledger.seq(), advanced[0].seq);
}

#[test]
fn the_day_begins_before_the_first_command_of_the_day() {
    let mut ledger = Ledger::default();
    let now = time("2026-11-23T09:00:00+08:00");
    ledger.submit(id(1), &set_rules(office()), now);
    let Submission::Taken(entries) = ledger.submit(id(2), &open("k1"), now) else { panic!("not taken") };
    assert_eq!(entries.iter().map(|entry| entry.command).collect::<Vec<_>>(), [None, Some(id(2))]);
}

#[test]
fn a_restored_ledger_knows_the_commands_it_is_told_of() {
    let mut hall = Hall::new();
    hall.must(issue("pasport"));
    let known = hall.entries.iter().filter_map(|e| Some(Known { command: e.command?, seq: e.seq }));
    let mut restored = Ledger::restore(hall.branch().clone(), hall.ledger.seq(), hall.ledger.at(), known);
    let last = hall.entries.last().expect("an entry");
    let again = restored.submit(last.command.expect("a command"), &issue("pasport"), hall.now);
    assert_eq!(again, Submission::Repeated { seq: last.seq });
    let Submission::Taken(next) = restored.submit(id(900), &issue("pasport"), hall.now) else {
        panic!("not taken")
    };
    assert_eq!(next[0].seq, last.seq + 1);
}

#[test]
fn the_oldest_of_too_many_commands_is_forgotten_first() {
    let mut ledger = Ledger::restore(
        Default::default(),
        0,
        None,
        (0..=Ledger::COMMANDS_KEPT as u64).map(|n| Known { command: id(n.into()), seq: n }),
    );
    let now = time("2026-11-23T09:00:00+08:00");
    assert_eq!(ledger.submit(id(1), &call("k1"), now), Submission::Repeated { seq: 1 });
    assert!(matches!(ledger.submit(id(0), &call("k1"), now), Submission::Refused { .. }));
}
