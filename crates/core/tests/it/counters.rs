//! Opening and closing counters, and what they take.

use crate::{
    given,
    support::{Hall, call, check, check_in, choose, close, finish, issue, office, open, park, start},
};

#[test]
fn a_counter_opens_and_closes_once() {
    check_in(Hall::with(office()), given![], open("k1"), "k1 opened");
    check(given![], open("k1"), "refused: counter_open");
    check(given![], close("k1"), "k1 closed");
    check(given![close("k1")], close("k1"), "refused: counter_closed");
    check(given![close("k1")], open("k1"), "k1 opened");
    check(given![], open("k9"), "refused: unknown_counter");
    check(given![], close("k9"), "refused: unknown_counter");
}

#[test]
fn a_closed_counter_does_not_call() {
    check(given![issue("pasport"), close("k1")], call("k1"), "refused: counter_closed");
    check_in(Hall::with(office()), given![issue("pasport")], call("k1"), "refused: counter_closed");
}

#[test]
fn a_counter_does_not_close_on_its_visitor() {
    check(given![issue("pasport"), call("k1")], close("k1"), "refused: counter_busy");
    check(given![issue("pasport"), call("k1"), start("k1", 1)], close("k1"), "refused: counter_busy");
    check(given![issue("pasport"), call("k1"), park("k1", 1)], close("k1"), "k1 closed");
}

#[test]
fn a_counter_takes_the_services_it_is_given_each_once() {
    check(given![], choose("k2", &["pasport", "bayaran", "pasport"]), "k2 takes [bayaran, pasport]");
    check(given![close("k2")], choose("k2", &["bayaran"]), "k2 takes [bayaran]");
    check(given![], choose("k2", &[]), "refused: no_services");
    check(given![], choose("k2", &["lesen"]), "refused: unknown_service");
    check(given![], choose("k9", &["pasport"]), "refused: unknown_counter");
}

#[test]
fn who_is_at_the_counter_stays_when_it_takes_other_services() {
    check(
        given![issue("pasport"), call("k1"), choose("k1", &["bayaran"])],
        finish("k1", 1),
        "1 served at k1",
    );
}
