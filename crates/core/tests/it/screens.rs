//! What is told to people: outcomes, notes and notices, and how first calls stand to the charter.

use giliran_core::TicketId;
use serde_json::{Value, json};

use crate::{
    given,
    support::{
        Hall, Step, appointment, arrive, call, check, check_in, come_back, finish, finish_as, import, issue,
        minutes, no_show, note, office, park, post, requeue, resume, send_on, set, start, transfer, undo,
        until, withdraw,
    },
};

fn with_outcomes() -> Value {
    let mut office = office();
    let outcomes = json!([
        { "id": "lulus", "name": { "ms": "Lulus" } },
        { "id": "ditolak", "name": { "ms": "Ditolak" } },
    ]);
    set(&mut office, "/outcome", outcomes);
    set(&mut office, "/service/1/then", json!(["pasport"]));
    office
}

#[test]
fn a_visit_or_a_leg_of_it_may_end_with_an_outcome_that_the_office_knows() {
    let hall = || Hall::open(with_outcomes());
    let called = || given![issue("pasport"), call("k1")];
    check_in(hall(), called(), finish_as("k1", 1, "lulus"), "1 served at k1 as lulus");
    check_in(hall(), called(), finish("k1", 1), "1 served at k1");
    check_in(hall(), called(), finish_as("k1", 1, "entah"), "refused: unknown_outcome");
    check(called(), finish_as("k1", 1, "lulus"), "refused: unknown_outcome");
    let leg = given![issue("bayaran"), call("b3")];
    check_in(
        hall(),
        leg,
        finish_as("b3", 1, "ditolak"),
        "1 served at b3 as ditolak, on to pasport, due 09:20",
    );
}

/// What stands beside a ticket after steps.
fn noted<const N: usize>(steps: [Step; N]) -> Option<String> {
    let mut hall = Hall::open(with_outcomes());
    for step in steps {
        hall.must(step);
    }
    let ticket = hall.branch().ticket(TicketId(1)).expect("the ticket is here");
    ticket.note.as_ref().map(|note| note.as_str().to_owned())
}

#[test]
fn a_note_that_was_written_here_goes_on_with_the_ticket_and_one_that_came_with_it_does_not() {
    let called = || given![issue("bayaran"), call("b3")];
    check(called(), note("b3", 1, "tiada resit"), "1 noted at b3: tiada resit");
    check(called(), note("k1", 1, "tiada resit"), "refused: not_at_counter");
    check(given![issue("bayaran")], note("b3", 1, "tiada resit"), "refused: not_at_counter");

    let kept = Some("tiada resit".to_owned());
    let written = || given![issue("bayaran"), call("b3"), note("b3", 1, "tiada resit")];
    let then = |step: Step| {
        let [a, b, c] = written();
        noted([a, b, c, step])
    };
    assert_eq!(then(finish("b3", 1).into()), kept, "the next leg should know");
    assert_eq!(then(transfer("b3", 1, "pasport").into()), kept);
    assert_eq!(then(park("b3", 1).into()), kept);
    assert_eq!(then(note("b3", 1, "").into()), None, "an empty one takes it away");
    let other = Some("borang lengkap".to_owned());
    assert_eq!(then(send_on("b3", 1, Some("pasport"), Some("k2")).into()), other, "said with the transfer");
    // Read at the next counter, it ends with the stay there.
    let [a, b, c] = written();
    let read = [a, b, c, finish("b3", 1).into(), call("k1").into()];
    assert_eq!(noted(read), kept);
    let [a, b, c] = written();
    let past = [a, b, c, finish("b3", 1).into(), call("k1").into(), transfer("k1", 1, "bayaran").into()];
    assert_eq!(noted(past), None);
}

#[test]
fn notices_are_told_until_they_are_withdrawn_or_over() {
    check(given![], post("Kaunter 2 ditutup", None), "notice 1: Kaunter 2 ditutup");
    check(given![], post("Hujan lebat", Some("10:00")), "notice 1 until 10:00: Hujan lebat");
    check(given![post("a", None), withdraw(1)], post("b", None), "notice 2: b");
    check(given![post("a", None)], withdraw(1), "notice 1 withdrawn");
    check(given![post("a", None), withdraw(1)], withdraw(1), "refused: unknown_notice");
    check(given![post("a", Some("09:30")), until("09:30")], withdraw(1), "refused: unknown_notice");
    check(given![], post(" ", None), "refused: unsound_notice");
    check(given![], post(&"a".repeat(201), None), "refused: unsound_notice");
    check(given![], post("a\nb", None), "refused: unsound_notice");
    check(given![], post("a", Some("09:00")), "refused: not_later_today");
}

#[test]
fn notices_end_with_the_business_day_and_there_are_twenty_at_most() {
    let mut hall = Hall::new();
    for n in 1..=20 {
        hall.must(post(&format!("Notis {n}"), None));
    }
    check_in(hall, given![], post("Satu lagi", None), "refused: too_many_notices");
    let mut hall = Hall::new();
    for step in given![post("a", None), post("b", Some("24:00"))] {
        hall.must(step);
    }
    assert_eq!(hall.branch().notices().count(), 2);
    hall.must(until("24:00"));
    assert_eq!(hall.branch().notices().count(), 0);
    check_in(hall, given![], post("c", None), "notice 3: c");
}

fn promising() -> Value {
    let mut office = office();
    set(&mut office, "/service/0/charter", json!({ "waiting": "PT10M" }));
    set(&mut office, "/calling", json!({ "undo": "PT5M", "come_back": "PT30M" }));
    set(&mut office, "/appointments", json!({ "class": "biasa" }));
    office
}

/// How many first calls were within the promise and how many late, after steps.
#[track_caller]
fn held<const N: usize>(steps: [Step; N], within: u32, late: u32) {
    let mut hall = Hall::open(promising());
    for step in steps {
        hall.must(step);
    }
    let tally = hall.branch().tally();
    assert_eq!((tally.within, tally.late), (within, late));
}

#[test]
fn first_calls_are_held_against_the_charter_of_the_service() {
    held(given![issue("pasport"), minutes(9), call("k1")], 1, 0);
    held(given![issue("pasport"), minutes(10), call("k1")], 0, 1);
    held(given![issue("bayaran"), minutes(60), call("b3")], 0, 0);
    // Only the first call counts, and only once.
    let again = given![issue("pasport"), call("k1"), requeue(1), minutes(30), call("k1")];
    held(again, 1, 0);
    let back = given![issue("pasport"), call("k1"), no_show("k1", 1), minutes(20), come_back(1), call("k1")];
    held(back, 1, 0);
    let parked = given![issue("pasport"), call("k1"), park("k1", 1), minutes(20), resume(1), call("k1")];
    held(parked, 1, 0);
    let sent = given![issue("bayaran"), call("b3"), transfer("b3", 1, "pasport"), minutes(30), call("k1")];
    held(sent, 0, 0);
}

#[test]
fn an_appointment_waits_from_its_hour_at_the_earliest() {
    let at_ten = [appointment("JT0001", "pasport", "10:00")];
    held(given![import(&at_ten), until("09:40"), arrive("JT0001"), until("10:09"), call("k1")], 1, 0);
    held(given![import(&at_ten), until("09:40"), arrive("JT0001"), until("10:10"), call("k1")], 0, 1);
}

#[test]
fn a_first_call_that_is_taken_back_was_none() {
    held(given![issue("pasport"), call("k1"), undo("k1")], 0, 0);
    held(given![issue("pasport"), call("k1"), undo("k1"), minutes(20), call("k1")], 0, 1);
    let later = given![issue("pasport"), call("k1"), requeue(1), call("k1"), undo("k1")];
    held(later, 1, 0);
    held(given![issue("pasport"), call("k1"), start("k1", 1), undo("k1")], 1, 0);
}
