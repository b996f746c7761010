//! Calling: how often, by whom, ahead, in particular; no-shows and coming back.

use serde_json::{Value, json};

use crate::{
    given,
    support::{
        Hall, call, call_ahead, cancel, change_class, check, check_in, clock, close, come_back, end_pause,
        finish, id, issue, issue_for, minutes, no_show, office, park, pause, pick, recall, requeue, seat,
        seconds, set, set_rules, start, tell, transfer, void,
    },
};

/// Calls are 20 s apart and three at most; a no-show after two calls and 90 s; back within 10 minutes.
fn strict() -> Value {
    let mut office = office();
    set(
        &mut office,
        "/calling",
        json!({
            "interval": "PT20S", "calls_most": 3, "calls_least": 2,
            "no_show": { "calls": 2, "after": "PT90S" }, "come_back": "PT10M",
        }),
    );
    set(&mut office, "/counter/0/ahead", json!({ "ms": "Kerusi biru" }));
    office
}

fn hall() -> Hall {
    Hall::open(strict())
}

#[test]
fn calls_keep_a_least_distance_and_a_greatest_count() {
    let mut hall = hall();
    for step in given![issue("pasport"), call("k1")] {
        hall.must(step);
    }
    hall.must(seconds(19));
    assert_eq!(hall.try_step(recall("k1", 1)).expect_err("too soon").code(), "too_soon");
    hall.must(seconds(1));
    assert!(hall.try_step(recall("k1", 1)).is_ok());
    hall.must(seconds(20));
    assert!(hall.try_step(recall("k1", 1)).is_ok());
    hall.must(seconds(20));
    assert_eq!(hall.try_step(recall("k1", 1)).expect_err("enough").code(), "called_enough");
}

#[test]
fn a_no_show_needs_its_calls() {
    check_in(hall(), given![issue("pasport"), call("k1")], no_show("k1", 1), "refused: call_again_first");
    check_in(
        hall(),
        given![issue("pasport"), call("k1"), recall("k1", 1)],
        no_show("k1", 1),
        "1 missed at k1",
    );
}

#[test]
fn a_no_show_happens_by_itself_after_its_calls_and_time() {
    let mut hall = hall();
    for step in given![issue("pasport"), issue("pasport"), call("k1"), recall("k1", 1)] {
        hall.must(step);
    }
    let last_call = hall.now;
    let (at, _) = hall.branch().next_deadline().expect("a deadline");
    assert_eq!(at, last_call + jiff::SignedDuration::from_secs(90));
    hall.must(seconds(89));
    assert_eq!(hall.branch().tally().missed, 0);
    hall.must(seconds(1));
    assert_eq!(
        hall.entries.last().map(|e| (e.command, tell(&e.events[0]))),
        Some((None, "1 missed at k1".into()))
    );
    check_in(hall, given![], call("k1"), "A002 called to k1 for pasport");
}

#[test]
fn who_is_served_is_no_no_show() {
    check_in(
        hall(),
        given![issue("pasport"), call("k1"), recall("k1", 1), start("k1", 1), minutes(30)],
        finish("k1", 1),
        "1 served at k1",
    );
    // One call is not enough for it.
    check_in(hall(), given![issue("pasport"), call("k1"), minutes(30)], finish("k1", 1), "1 served at k1");
}

#[test]
fn who_missed_the_call_comes_back_to_the_same_place() {
    let missed = || given![issue("pasport"), issue("pasport"), call("k1"), recall("k1", 1), no_show("k1", 1)];
    check_in(hall(), missed(), come_back(1), "1 returned");
    let mut back = hall();
    for step in missed() {
        back.must(step);
    }
    back.must(come_back(1));
    assert_eq!(back.branch().tally().missed, 0);
    check_in(back, given![], call("k2"), "A001 called to k2 for pasport");
    let late = given![issue("pasport"), call("k1"), recall("k1", 1), no_show("k1", 1), minutes(9)];
    check_in(hall(), late, come_back(1), "1 returned");
    let mut in_the_last_moment = hall();
    for step in
        given![issue("pasport"), call("k1"), recall("k1", 1), no_show("k1", 1), minutes(9), come_back(1)]
    {
        in_the_last_moment.must(step);
    }
    check_in(in_the_last_moment, given![], call("k1"), "A001 called to k1 for pasport");
    let too_late = given![issue("pasport"), call("k1"), recall("k1", 1), no_show("k1", 1), minutes(10)];
    check_in(hall(), too_late, come_back(1), "refused: ticket_ended");
}

#[test]
fn only_who_missed_the_call_can_come_back() {
    check_in(hall(), given![issue("pasport")], come_back(1), "refused: not_missed");
    check_in(hall(), given![issue("pasport"), cancel(1)], come_back(1), "refused: ticket_ended");
    check_in(hall(), given![], come_back(1), "refused: unknown_ticket");
    check(given![issue("pasport"), call("k1"), no_show("k1", 1)], come_back(1), "refused: ticket_ended");
}

#[test]
fn the_number_of_who_may_come_back_is_not_given_out_again() {
    let mut office = strict();
    set(&mut office, "/service/1/series", json!({ "letters": "B", "last": 1, "width": 1 }));
    let hall = Hall::open(office);
    let steps = given![issue("bayaran"), call("b3"), recall("b3", 1), no_show("b3", 1)];
    check_in(hall, steps, issue("bayaran"), "refused: numbers_exhausted");
}

#[test]
fn one_person_has_one_living_ticket_where_the_office_asks() {
    let mut office = strict();
    set(&mut office, "/service/0/one_per_person", json!(true));
    let hall = || Hall::open(office.clone());
    check_in(hall(), given![], issue("pasport"), "refused: person_needed");
    check_in(hall(), given![issue_for(7, "pasport")], issue_for(7, "pasport"), "refused: has_ticket");
    check_in(
        hall(),
        given![issue_for(7, "pasport")],
        issue_for(8, "pasport"),
        "A002 issued as 2 for pasport, biasa, due 09:21, 1 ahead",
    );
    check_in(
        hall(),
        given![issue_for(7, "pasport"), call("k1"), finish("k1", 1)],
        issue_for(7, "pasport"),
        "A002 issued as 2 for pasport, biasa, due 09:23, 0 ahead",
    );
    // Who missed the call and took another number has that one.
    let again = given![
        issue_for(7, "pasport"),
        call("k1"),
        recall("k1", 1),
        no_show("k1", 1),
        issue_for(7, "pasport"),
    ];
    check_in(hall(), again, come_back(1), "refused: has_ticket");
    // A service that does not ask does not keep it.
    check_in(
        hall(),
        given![issue_for(7, "bayaran")],
        issue_for(7, "bayaran"),
        "B02 issued as 2 for bayaran, biasa, due 09:16, 1 ahead",
    );
}

#[test]
fn one_in_particular_is_called_with_a_reason() {
    check(
        given![issue("pasport"), issue("bayaran"), issue("pasport"), issue("pasport")],
        pick("k1", 4),
        "A003 called to k1 for pasport, passing 3",
    );
    check(given![issue("pasport")], pick("k1", 1), "A001 called to k1 for pasport, passing 0");
    check(
        given![issue("pasport"), call("k1"), park("k1", 1)],
        pick("k2", 1),
        "A001 called to k2 for pasport, passing 0",
    );
    check(given![issue("bayaran")], pick("k2", 1), "refused: service_not_taken");
    check(given![issue("pasport"), call("k1")], pick("k2", 1), "refused: not_waiting");
    check(given![issue("pasport"), issue("pasport"), call("k1")], pick("k1", 2), "refused: counter_busy");
    check(given![], pick("k1", 1), "refused: unknown_ticket");
    check(given![issue("pasport"), close("k1")], pick("k1", 1), "refused: counter_closed");
}

#[test]
fn the_next_is_called_ahead_and_then_to_the_counter() {
    let two = || given![issue("pasport"), issue("pasport"), call("k1")];
    check_in(hall(), two(), call_ahead("k1"), "A002 called ahead of k1");
    let ahead = || given![issue("pasport"), issue("pasport"), call("k1"), call_ahead("k1")];
    check_in(hall(), ahead(), call_ahead("k1"), "refused: ahead_taken");
    check_in(hall(), ahead(), call("k2"), "refused: queue_empty");
    check_in(hall(), ahead(), pick("k2", 2), "refused: not_waiting");
    check_in(hall(), ahead(), cancel(2), "2 cancelled");
    check_in(hall(), ahead(), requeue(2), "2 requeued from k1");
    let called = given![issue("pasport"), issue("pasport"), call("k1"), call_ahead("k1"), finish("k1", 1)];
    check_in(hall(), called, call("k1"), "A002 called to k1 for pasport");
    check_in(hall(), given![issue("pasport")], call_ahead("k2"), "refused: no_place_ahead");
    check_in(hall(), given![], call_ahead("k1"), "refused: queue_empty");
    check_in(hall(), given![issue("pasport"), pause("k1")], call_ahead("k1"), "refused: counter_paused");
}

#[test]
fn who_was_called_ahead_waits_again_if_the_counter_stops() {
    let ahead = || given![issue("pasport"), call_ahead("k1"), pause("k1")];
    check_in(hall(), ahead(), call("k2"), "A001 called to k2 for pasport");
    let closed = given![issue("pasport"), call_ahead("k1"), close("k1")];
    check_in(hall(), closed, call("k2"), "A001 called to k2 for pasport");
}

#[test]
fn a_counter_pauses_with_a_reason() {
    check(given![], pause("k1"), "k1 paused, Prayer");
    check(given![pause("k1")], pause("k1"), "refused: counter_paused");
    check(given![pause("k1"), issue("pasport")], call("k1"), "refused: counter_paused");
    check(given![pause("k1")], end_pause("k1"), "k1 goes on");
    check(given![], end_pause("k1"), "refused: counter_not_paused");
    check(given![issue("pasport"), call("k1")], pause("k1"), "refused: counter_busy");
    check(given![close("k1")], pause("k1"), "refused: counter_closed");
    check(
        given![pause("k1"), close("k1"), crate::support::open("k1"), issue("pasport")],
        call("k1"),
        "A001 called to k1 for pasport",
    );
}

#[test]
fn officers_take_turns_at_a_counter_and_sit_at_one() {
    check(given![], seat("k1", Some("aminah")), "aminah sits at k1");
    check(given![seat("k1", Some("aminah"))], seat("k1", Some("aminah")), "refused: officer_there");
    check(given![seat("k1", Some("aminah"))], seat("k1", Some("siva")), "siva sits at k1");
    check(given![seat("k1", Some("aminah"))], seat("k1", None), "nobody sits at k1");
    check(
        given![seat("k1", Some("aminah")), seat("k2", Some("aminah"))],
        seat("k1", None),
        "refused: officer_there",
    );
    check(given![seat("k1", Some("aminah")), close("k1")], seat("k1", None), "refused: officer_there");
    check(given![], seat("k9", None), "refused: unknown_counter");
}

#[test]
fn a_ticket_changes_class_and_with_it_its_place() {
    check(given![issue("pasport")], change_class(1, "warga-emas"), "1 from biasa to warga-emas, due 09:10");
    check(
        given![issue("pasport"), issue("pasport"), change_class(2, "warga-emas")],
        call("k1"),
        "A002 called to k1 for pasport",
    );
    check(given![issue("pasport")], change_class(1, "biasa"), "refused: same_class");
    check(given![issue("pasport")], change_class(1, "vip"), "refused: unknown_class");
    check(given![], change_class(1, "warga-emas"), "refused: unknown_ticket");
    check(
        given![issue("pasport"), call("k1")],
        change_class(1, "warga-emas"),
        "1 from biasa to warga-emas, due 09:10",
    );
}

#[test]
fn a_ticket_called_by_mistake_goes_back_to_its_place() {
    check(
        given![issue("pasport"), issue("pasport"), call("k1"), requeue(1)],
        call("k2"),
        "A001 called to k2 for pasport",
    );
    check(given![issue("pasport"), call("k1")], requeue(1), "1 requeued from k1");
    check(given![issue("pasport"), call("k1"), start("k1", 1)], requeue(1), "refused: already_serving");
    check(given![issue("pasport")], requeue(1), "refused: not_called");
}

#[test]
fn the_staff_voids_a_ticket_with_a_reason() {
    check(given![issue("pasport")], void(1), "1 cancelled");
    check(given![issue("pasport"), call("k1")], void(1), "refused: ticket_at_counter");
}

#[test]
fn rules_about_no_shows_count_for_those_who_are_called_already() {
    let mut hall = Hall::new();
    for step in given![issue("pasport"), call("k1"), recall("k1", 1)] {
        hall.must(step);
    }
    assert_eq!(hall.branch().next_deadline().map(|(at, _)| at > clock("23:00")), Some(true));
    hall.must(set_rules(strict()));
    assert_eq!(hall.branch().next_deadline().map(|(at, _)| at < clock("10:00")), Some(true));
    hall.must(minutes(5));
    assert_eq!(hall.branch().tally().missed, 1);
    assert_eq!(hall.branch().ticket(id_of(1)), None);
    // A transfer leaves nothing behind.
    let steps =
        given![issue("pasport"), call("k1"), recall("k1", 2), transfer("k1", 2, "bayaran"), minutes(60)];
    for step in steps {
        hall.must(step);
    }
    assert_eq!(hall.branch().waiting(&id("bayaran")), 1);
}

fn id_of(ticket: u64) -> giliran_core::TicketId {
    giliran_core::TicketId(ticket)
}
