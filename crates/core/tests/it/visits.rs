//! Visits of several services with one number, transfers, and parking until a time.

use serde_json::{Value, json};

use crate::{
    given,
    support::{
        Hall, call, check, check_in, clock, close, finish, id, issue, issue_legs, minutes, office, park,
        park_until, pick, requeue, resume, send_on, set, set_rules, start, transfer, until,
    },
};

/// A pharmacy: check, pay, collect.
fn pharmacy() -> Value {
    let mut office = office();
    let kutip = json!({ "id": "kutip", "name": { "ms": "Kutip ubat" }, "series": { "letters": "C" }, "allowance": "PT30M" });
    set(&mut office, "/service/-", kutip);
    set(&mut office, "/service/0/then", json!(["bayaran", "kutip"]));
    set(&mut office, "/counter/1/services", json!(["pasport", "kutip"]));
    office
}

fn hall() -> Hall {
    Hall::open(pharmacy())
}

#[test]
fn a_visit_goes_on_by_itself_with_its_number_and_time_of_arrival() {
    let first = || given![issue("pasport"), minutes(3), call("k1")];
    check_in(hall(), first(), finish("k1", 1), "1 served at k1, on to bayaran, due 09:15");
    let second = || {
        let [a, b, c] = first();
        [a, b, c, finish("k1", 1).into(), call("b3").into(), start("b3", 1).into()]
    };
    check_in(hall(), second(), finish("b3", 1), "1 served at b3, on to kutip, due 09:35");
    let mut third = hall();
    for step in second() {
        third.must(step);
    }
    for step in given![finish("b3", 1), call("k2")] {
        third.must(step);
    }
    assert_eq!(third.branch().tally().served, 0);
    check_in(third, given![], finish("k2", 1), "1 served at k2");
}

#[test]
fn a_visit_may_bring_its_own_plan() {
    check_in(
        hall(),
        given![issue_legs(&["bayaran", "pasport"]), call("b3")],
        finish("b3", 1),
        "1 served at b3, on to pasport, due 09:20",
    );
    check_in(hall(), given![issue_legs(&["pasport"]), call("k1")], finish("k1", 1), "1 served at k1");
    check_in(hall(), given![], issue_legs(&["pasport", "lesen"]), "refused: unknown_service");
    check_in(
        hall(),
        given![issue_legs(&["pasport", "pasport"]), call("k1")],
        finish("k1", 1),
        "1 served at k1",
    );
    check_in(hall(), given![], issue_legs(&["pasport"; 18]), "refused: too_many_legs");
}

#[test]
fn a_transfer_to_a_later_leg_goes_on_from_there() {
    check_in(
        hall(),
        given![issue("pasport"), call("k1"), transfer("k1", 1, "bayaran"), call("b3")],
        finish("b3", 1),
        "1 served at b3, on to kutip, due 09:35",
    );
    check_in(
        hall(),
        given![issue("pasport"), call("k1"), transfer("k1", 1, "kutip"), call("k2")],
        finish("k2", 1),
        "1 served at k2",
    );
}

#[test]
fn a_transfer_to_another_counter_for_the_same_service_leaves_out_nothing() {
    for service in [None, Some("pasport")] {
        let mut office = pharmacy();
        set(&mut office, "/service/0/then", json!(["bayaran", "pasport"]));
        check_in(
            Hall::open(office),
            given![issue("pasport"), call("k1"), send_on("k1", 1, service, Some("k2")), call("k2")],
            finish("k2", 1),
            "1 served at k2, on to bayaran, due 09:15",
        );
    }
}

#[test]
fn nobody_is_put_back_to_wait_for_a_counter_that_has_closed() {
    let mut hall = Hall::open(pharmacy());
    for step in given![
        issue("pasport"),
        call("k1"),
        send_on("k1", 1, None, Some("k2")),
        pick("k1", 1),
        close("k2"),
        requeue(1)
    ] {
        hall.must(step);
    }
    check_in(hall, given![], call("k1"), "A001 called to k1 for pasport");
}

#[test]
fn a_service_that_somebody_has_yet_to_go_to_stays() {
    check_in(hall(), given![issue("pasport")], set_rules(office()), "refused: unsound_rules");
    check_in(hall(), given![issue("bayaran")], set_rules(office()), "rules set");
}

#[test]
fn a_transfer_may_name_the_counter() {
    check(
        given![issue("pasport"), call("k1")],
        send_on("k1", 1, None, Some("k2")),
        "1 from k1 to pasport at k2, due 09:20",
    );
    check(
        given![issue("pasport"), call("k1")],
        send_on("k1", 1, Some("bayaran"), Some("b3")),
        "1 from k1 to bayaran at b3, due 09:15",
    );
    check(
        given![issue("pasport"), call("k1")],
        send_on("k1", 1, Some("pasport"), Some("k2")),
        "1 from k1 to pasport at k2, due 09:20",
    );
    check(given![issue("pasport"), call("k1")], send_on("k1", 1, None, None), "refused: no_destination");
    check(given![issue("pasport"), call("k1")], send_on("k1", 1, None, Some("k1")), "refused: same_counter");
    check(
        given![issue("pasport"), call("k1")],
        send_on("k1", 1, None, Some("k9")),
        "refused: unknown_counter",
    );
    check(
        given![close("k2"), issue("pasport"), call("k1")],
        send_on("k1", 1, None, Some("k2")),
        "refused: counter_closed",
    );
}

#[test]
fn who_is_sent_to_a_counter_is_called_by_it_and_brings_a_note() {
    let sent = || given![issue("pasport"), call("k1"), send_on("k1", 1, None, Some("k2"))];
    check_in(Hall::new(), sent(), call("k1"), "refused: queue_empty");
    check_in(Hall::new(), sent(), call("k2"), "A001 called to k2 for pasport");
    // Also for a service that the counter does not take otherwise.
    check(
        given![issue("pasport"), call("k1"), send_on("k1", 1, Some("bayaran"), Some("k2"))],
        call("k2"),
        "A001 called to k2 for bayaran",
    );
    let mut hall = Hall::new();
    for step in sent() {
        hall.must(step);
    }
    assert_eq!(hall.branch().waiting(&id("pasport")), 1);
    let ticket = hall.branch().ticket(giliran_core::TicketId(1)).expect("a living ticket");
    assert_eq!(ticket.note.as_ref().map(|note| note.as_str()), Some("borang lengkap"));
}

#[test]
fn nobody_waits_for_a_counter_that_has_closed() {
    check(
        given![issue("pasport"), call("k1"), send_on("k1", 1, None, Some("k2")), close("k2")],
        call("k1"),
        "A001 called to k1 for pasport",
    );
    let mut without = office();
    set(&mut without, "/counter/1", Value::Null);
    check(
        given![issue("pasport"), call("k1"), send_on("k1", 1, None, Some("k2")), set_rules(without)],
        call("k1"),
        "A001 called to k1 for pasport",
    );
}

#[test]
fn who_was_called_elsewhere_waits_for_anybody() {
    check(
        given![
            issue("pasport"),
            call("k1"),
            send_on("k1", 1, None, Some("k2")),
            pick("k1", 1),
            close("k2"),
            requeue(1),
        ],
        call("k1"),
        "A001 called to k1 for pasport",
    );
}

#[test]
fn who_is_parked_comes_back_to_any_counter() {
    check(
        given![
            issue("pasport"),
            call("k1"),
            send_on("k1", 1, None, Some("k2")),
            call("k2"),
            park("k2", 1),
            close("k2"),
            resume(1),
        ],
        call("k1"),
        "A001 called to k1 for pasport",
    );
}

#[test]
fn who_was_sent_to_a_counter_goes_on_from_there_to_any() {
    let mut hall = hall();
    for step in
        given![issue("pasport"), call("k1"), send_on("k1", 1, None, Some("k2")), call("k2"), finish("k2", 1),]
    {
        hall.must(step);
    }
    let ticket = hall.branch().ticket(giliran_core::TicketId(1)).expect("a living ticket");
    assert_eq!((&ticket.bound, &ticket.note), (&None, &None));
    check_in(hall, given![], call("b3"), "A001 called to b3 for bayaran");
}

#[test]
fn a_parked_visitor_waits_again_at_the_time_that_was_said() {
    check(given![issue("pasport"), call("k1")], park_until("k1", 1, "09:30"), "1 parked by k1 until 09:30");
    let parked = || given![issue("pasport"), call("k1"), park_until("k1", 1, "09:30")];
    check_in(Hall::new(), parked(), call("k1"), "refused: queue_empty");
    check_in(Hall::new(), parked(), resume(1), "1 resumed");
    let mut hall = Hall::new();
    for step in parked() {
        hall.must(step);
    }
    hall.must(until("09:30"));
    assert_eq!(hall.entries.last().map(|entry| entry.at), Some(clock("09:30")));
    check_in(hall, given![], call("k1"), "A001 called to k1 for pasport");
    check(given![issue("pasport"), call("k1")], park_until("k1", 1, "09:05"), "refused: not_later_today");
    check(given![issue("pasport"), call("k1")], park_until("k1", 1, "24:00"), "refused: not_later_today");
}
