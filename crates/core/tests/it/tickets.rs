//! A ticket's way, command by command.

use crate::{
    given,
    support::{
        Hall, call, cancel, check, check_in, choose, finish, issue, issue_to, minutes, no_show, office, park,
        recall, resume, start, transfer,
    },
};

#[test]
fn a_visitor_gets_a_number_and_a_due_time() {
    check(given![], issue("pasport"), "A001 issued as 1 for pasport, biasa, due 09:20, 0 ahead");
}

#[test]
fn without_rules_nothing_can_be_done() {
    let mut hall = Hall::with(office());
    hall.ledger = Default::default();
    check_in(hall, given![], issue("pasport"), "refused: not_configured");
}

#[test]
fn what_the_office_does_not_have_is_refused() {
    check(given![], issue("lesen"), "refused: unknown_service");
    check(given![], issue_to("vip", "pasport"), "refused: unknown_class");
    check(given![], call("k9"), "refused: unknown_counter");
    check(given![], resume(1), "refused: unknown_ticket");
    check(given![], resume(0), "refused: unknown_ticket");
    check(given![issue("pasport"), call("k1")], transfer("k1", 1, "lesen"), "refused: unknown_service");
}

#[test]
fn whoever_is_due_first_is_called_first() {
    check(given![issue("pasport"), issue("pasport")], call("k2"), "A001 called to k2 for pasport");
    check(given![issue("pasport"), issue("bayaran")], call("k1"), "B01 called to k1 for bayaran");
    check(given![issue("bayaran")], call("k2"), "refused: queue_empty");
}

#[test]
fn a_class_falls_due_by_its_own_allowance() {
    check(
        given![issue("pasport"), issue("pasport")],
        issue_to("warga-emas", "pasport"),
        "A003 issued as 3 for pasport, warga-emas, due 09:12, 0 ahead",
    );
    check(
        given![],
        issue_to("warga-emas", "bayaran"),
        "B01 issued as 1 for bayaran, warga-emas, due 09:07, 0 ahead",
    );
    check(
        given![issue("pasport"), issue_to("warga-emas", "pasport")],
        call("k1"),
        "A002 called to k1 for pasport",
    );
}

#[test]
fn everybody_falls_due_so_that_nobody_starves() {
    check(
        given![issue("pasport"), minutes(11), issue_to("warga-emas", "pasport")],
        call("k1"),
        "A001 called to k1 for pasport",
    );
}

#[test]
fn ahead_counts_those_who_are_due_before() {
    check(
        given![issue("pasport"), minutes(12), issue("pasport"), issue("pasport")],
        issue_to("warga-emas", "pasport"),
        "A004 issued as 4 for pasport, warga-emas, due 09:25, 1 ahead",
    );
}

#[test]
fn a_counter_has_one_ticket_at_a_time() {
    check(given![issue("pasport"), issue("pasport"), call("k1")], call("k1"), "refused: counter_busy");
    check(
        given![issue("pasport"), issue("pasport"), call("k1"), start("k1", 1)],
        call("k1"),
        "refused: counter_busy",
    );
    check(
        given![issue("pasport"), issue("pasport"), call("k1"), finish("k1", 1)],
        call("k1"),
        "A002 called to k1 for pasport",
    );
}

#[test]
fn a_call_can_be_repeated_until_serving_begins() {
    check(given![issue("pasport"), call("k1")], recall("k1", 1), "A001 called to k1 again, 2");
    check(
        given![issue("pasport"), call("k1"), recall("k1", 1)],
        recall("k1", 1),
        "A001 called to k1 again, 3",
    );
    check(given![issue("pasport"), call("k1"), start("k1", 1)], recall("k1", 1), "refused: already_serving");
    check(given![issue("pasport")], recall("k1", 1), "refused: not_at_counter");
}

#[test]
fn serving_begins_once_and_at_the_counter_that_called() {
    check(given![issue("pasport"), call("k1")], start("k1", 1), "1 serving at k1");
    check(given![issue("pasport"), call("k1"), start("k1", 1)], start("k1", 1), "refused: already_serving");
    check(given![issue("pasport"), call("k1")], start("k2", 1), "refused: not_at_counter");
    check(given![issue("pasport"), call("k1")], start("k9", 1), "refused: unknown_counter");
}

#[test]
fn a_visitor_who_is_called_or_served_can_be_done() {
    check(given![issue("pasport"), call("k1")], finish("k1", 1), "1 served at k1");
    check(given![issue("pasport"), call("k1"), start("k1", 1)], finish("k1", 1), "1 served at k1");
    check(given![issue("pasport")], finish("k1", 1), "refused: not_at_counter");
    check(given![issue("pasport"), call("k1"), finish("k1", 1)], finish("k1", 1), "refused: ticket_ended");
}

#[test]
fn only_who_did_not_come_is_missed() {
    check(given![issue("pasport"), call("k1")], no_show("k1", 1), "1 missed at k1");
    check(given![issue("pasport"), call("k1"), start("k1", 1)], no_show("k1", 1), "refused: already_serving");
    check(given![issue("pasport"), call("k1"), no_show("k1", 1)], call("k1"), "refused: queue_empty");
}

#[test]
fn a_press_meant_for_the_ticket_before_does_not_hit_the_next() {
    check(
        given![issue("pasport"), issue("pasport"), call("k1"), finish("k1", 1), call("k1")],
        finish("k1", 1),
        "refused: ticket_ended",
    );
    check(
        given![issue("pasport"), issue("pasport"), call("k1"), park("k1", 1), call("k1")],
        finish("k1", 1),
        "refused: not_at_counter",
    );
}

#[test]
fn a_transfer_keeps_the_number_and_the_time_of_arrival() {
    check(
        given![issue("pasport"), minutes(30), call("k1")],
        transfer("k1", 1, "bayaran"),
        "1 from k1 to bayaran, due 09:15",
    );
    check(
        given![issue("pasport"), minutes(30), issue("bayaran"), call("k1"), transfer("k1", 1, "bayaran")],
        call("b3"),
        "A001 called to b3 for bayaran",
    );
    check(
        given![issue_to("warga-emas", "pasport"), call("k1")],
        transfer("k1", 1, "bayaran"),
        "1 from k1 to bayaran, due 09:07",
    );
    check(
        given![issue("pasport"), call("k1"), start("k1", 1)],
        transfer("k1", 1, "bayaran"),
        "1 from k1 to bayaran, due 09:15",
    );
}

#[test]
fn a_transfer_goes_to_another_service_and_from_where_the_ticket_is() {
    check(given![issue("pasport"), call("k1")], transfer("k1", 1, "pasport"), "refused: same_service");
    check(given![issue("pasport"), call("k1")], transfer("k2", 1, "bayaran"), "refused: not_at_counter");
    check(given![issue("pasport")], transfer("k1", 1, "bayaran"), "refused: not_at_counter");
}

#[test]
fn a_parked_visitor_frees_the_counter_and_keeps_the_place() {
    check(given![issue("pasport"), call("k1")], park("k1", 1), "1 parked by k1");
    check(
        given![issue("pasport"), issue("pasport"), call("k1"), park("k1", 1)],
        call("k1"),
        "A002 called to k1 for pasport",
    );
    check(given![issue("pasport"), call("k1"), park("k1", 1)], resume(1), "1 resumed");
    check(
        given![issue("pasport"), issue("pasport"), call("k1"), park("k1", 1), minutes(60), resume(1)],
        call("k1"),
        "A001 called to k1 for pasport",
    );
}

#[test]
fn only_a_parked_visitor_can_be_back() {
    check(given![issue("pasport")], resume(1), "refused: not_parked");
    check(given![issue("pasport"), call("k1")], resume(1), "refused: not_parked");
    check(given![issue("pasport"), call("k1"), start("k1", 1)], resume(1), "refused: not_parked");
    check(given![issue("pasport")], park("k1", 1), "refused: not_at_counter");
}

#[test]
fn a_ticket_is_void_unless_a_counter_has_it() {
    check(given![issue("pasport")], cancel(1), "1 cancelled");
    check(given![issue("pasport"), call("k1"), park("k1", 1)], cancel(1), "1 cancelled");
    check(given![issue("pasport"), call("k1")], cancel(1), "refused: ticket_at_counter");
    check(given![issue("pasport"), cancel(1)], cancel(1), "refused: ticket_ended");
    check(given![issue("pasport"), cancel(1)], call("k1"), "refused: queue_empty");
}

#[test]
fn a_counter_calls_for_the_services_it_chose() {
    check(
        given![issue("pasport"), issue("bayaran"), choose("k1", &["pasport"])],
        call("k1"),
        "A001 called to k1 for pasport",
    );
}
