//! Taking back the last press.

use serde_json::{Value, json};

use crate::{
    given,
    support::{
        Hall, Step, call, call_ahead, cancel, check, check_in, close, come_back, finish, issue, issue_for,
        minutes, no_show, office, park, recall, resume, seconds, set, start, transfer, undo, until,
    },
};

/// Two minutes, so that a press a minute later is in time and one three minutes later is not.
fn forgiving() -> Value {
    let mut office = office();
    set(&mut office, "/calling", json!({ "undo": "PT2M", "come_back": "PT10M" }));
    office
}

fn hall() -> Hall {
    Hall::open(forgiving())
}

fn counter_with_ticket() -> [Step; 3] {
    given![issue("pasport"), issue("pasport"), call("k1")]
}

/// After a press, an undo makes branch and tally as they were, but for what is waited for anew.
#[track_caller]
fn undone<const N: usize>(given: [Step; N], press: impl Into<Step>, told: &str) {
    let mut hall = hall();
    for step in given {
        hall.must(step);
    }
    let before = hall.branch().clone();
    hall.must(press);
    let came = hall.must(undo("k1"));
    assert_eq!(came.iter().map(crate::support::tell).collect::<Vec<_>>(), [told]);
    let state = |branch: &giliran_core::Branch| {
        let tickets: Vec<_> = branch
            .tickets()
            .map(|(id, ticket)| (id, ticket.due, ticket.service.clone(), ticket.state.counter().cloned()))
            .collect();
        let queues: Vec<Vec<_>> =
            ["pasport", "bayaran"].map(|s| branch.queue(&crate::support::id(s)).collect()).into();
        let counters: Vec<_> = branch.counters().map(|(id, counter)| (id.clone(), counter.clone())).collect();
        (tickets, queues, counters, branch.tally())
    };
    assert_eq!(state(hall.branch()), state(&before));
    crate::support::assert_sound(hall.branch());
}

#[test]
fn every_press_can_be_taken_back() {
    undone(given![issue("pasport")], call("k1"), "Call of 1 undone at k1");
    undone(counter_with_ticket(), start("k1", 1), "Start of 1 undone at k1");
    undone(counter_with_ticket(), finish("k1", 1), "Finish of 1 undone at k1");
    undone(counter_with_ticket(), no_show("k1", 1), "NoShow of 1 undone at k1");
    undone(counter_with_ticket(), transfer("k1", 1, "bayaran"), "Transfer of 1 undone at k1");
    undone(counter_with_ticket(), park("k1", 1), "Park of 1 undone at k1");
    undone(given![issue("pasport"), call("k1"), start("k1", 1)], finish("k1", 1), "Finish of 1 undone at k1");
}

#[test]
fn only_the_last_press_and_only_for_a_while() {
    check_in(hall(), given![], undo("k1"), "refused: nothing_to_undo");
    check_in(hall(), given![issue("pasport"), call("k1"), seconds(59)], undo("k1"), "Call of 1 undone at k1");
    check_in(
        hall(),
        given![issue("pasport"), call("k1"), seconds(61)],
        undo("k1"),
        "refused: nothing_to_undo",
    );
    check_in(
        hall(),
        given![issue("pasport"), call("k1"), undo("k1")],
        undo("k1"),
        "refused: nothing_to_undo",
    );
    check_in(hall(), given![issue("pasport"), call("k1")], undo("k2"), "refused: nothing_to_undo");
    check_in(hall(), given![], undo("k9"), "refused: unknown_counter");
    check(given![issue("pasport"), call("k1")], undo("k1"), "refused: nothing_to_undo");
}

#[test]
fn what_has_gone_on_since_is_not_taken_back() {
    // The counter has the next; the ticket was called elsewhere, or is back, or was called again.
    let [a, b, c] = counter_with_ticket();
    check_in(
        hall(),
        [a, b, c, finish("k1", 1).into(), call("k1").into()],
        undo("k1"),
        "Call of 2 undone at k1",
    );
    let elsewhere = given![issue("pasport"), call("k1"), transfer("k1", 1, "bayaran"), call("b3")];
    check_in(hall(), elsewhere, undo("k1"), "refused: nothing_to_undo");
    let back = given![issue("pasport"), call("k1"), park("k1", 1), resume(1)];
    check_in(hall(), back, undo("k1"), "refused: nothing_to_undo");
    let again = given![issue("pasport"), call("k1"), recall("k1", 1)];
    check_in(hall(), again, undo("k1"), "refused: nothing_to_undo");
    let closed = given![issue("pasport"), call("k1"), finish("k1", 1), close("k1")];
    check_in(hall(), closed, undo("k1"), "refused: nothing_to_undo");
}

#[test]
fn a_no_show_who_came_back_and_left_is_not_taken_back() {
    let left = given![issue("pasport"), call("k1"), no_show("k1", 1), come_back(1), cancel(1), seconds(-120)];
    check_in(hall(), left, undo("k1"), "refused: nothing_to_undo");
}

#[test]
fn a_no_show_who_came_back_is_not_undone() {
    let steps = given![
        issue("pasport"),
        call("k1"),
        no_show("k1", 1),
        come_back(1),
        call("k2"),
        finish("k2", 1),
        seconds(-240)
    ];
    check_in(hall(), steps, undo("k1"), "refused: nothing_to_undo");
}

#[test]
fn who_was_called_ahead_and_then_called_gives_way_near_the_counter() {
    let mut office = forgiving();
    set(&mut office, "/counter/0/ahead", json!({ "ms": "Kerusi biru" }));
    let mut hall = Hall::open(office);
    for step in given![issue("pasport"), issue("pasport"), call_ahead("k1"), call("k1")] {
        hall.must(step);
    }
    for command in [call_ahead("k1"), undo("k1")] {
        hall.try_step(command).expect("all in order");
    }
    crate::support::assert_sound(hall.branch());
    let ahead = hall.branch().counter(&crate::support::id("k1")).and_then(|counter| counter.ahead);
    assert_eq!(ahead.map(|ticket| ticket.0), Some(2));
    check_in(hall, given![], call("k2"), "A001 called to k2 for pasport");
}

#[test]
fn only_the_counter_of_the_last_press_takes_it_back() {
    // All at one moment, so that the ticket looks as it did after the first press.
    let mut hall = hall();
    hall.must(issue("pasport"));
    for command in [call("k1"), park("k1", 1), resume(1), call("k2"), park("k2", 1)] {
        hall.try_step(command).expect("all in order");
    }
    check_in(hall, given![], undo("k1"), "refused: nothing_to_undo");
}

#[test]
fn a_press_of_yesterday_is_not_taken_back() {
    let steps = given![until("23:55"), issue("pasport"), call("k1"), until("23:58"), finish("k1", 1)];
    check_in(hall(), steps, undo("k1"), "refused: nothing_to_undo");
}

#[test]
fn a_number_that_went_to_another_is_not_taken_back() {
    let mut office = forgiving();
    set(&mut office, "/service/0/series", json!({ "letters": "A", "last": 1, "width": 1 }));
    let steps = given![issue("pasport"), call("k1"), finish("k1", 1), issue("pasport"), seconds(-60)];
    check_in(Hall::open(office), steps, undo("k1"), "refused: nothing_to_undo");
}

#[test]
fn a_person_with_another_ticket_does_not_get_the_old_one_back() {
    let mut office = forgiving();
    set(&mut office, "/service/0/one_per_person", json!(true));
    let steps =
        given![issue_for(7, "pasport"), call("k1"), finish("k1", 1), issue_for(7, "pasport"), seconds(-60)];
    check_in(Hall::open(office), steps, undo("k1"), "refused: nothing_to_undo");
}

#[test]
fn a_call_that_was_taken_back_is_not_missed_at_once() {
    let mut office = forgiving();
    set(&mut office, "/calling/no_show", json!({ "calls": 1, "after": "PT90S" }));
    let mut hall = Hall::open(office);
    for step in given![issue("pasport"), call("k1"), start("k1", 1), undo("k1"), seconds(80)] {
        hall.must(step);
    }
    assert_eq!(hall.branch().tally().missed, 0, "the visitor is waited for anew");
    hall.must(minutes(1));
    assert_eq!(hall.branch().tally().missed, 1);
}
