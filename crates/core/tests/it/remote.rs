//! Numbers by phone.

use serde_json::{Value, json};

use crate::{
    given,
    support::{
        Hall, call, cancel, changed, check, check_in, finish, issue, issue_for, issue_remotely, minutes,
        office, parsed, set, set_rules,
    },
};

fn by_phone() -> Value {
    let mut office = changed("/remote", json!({ "most_per_day": 2 }));
    set(&mut office, "/service/1/one_per_person", json!(true));
    office
}

fn check_by_phone<const N: usize>(given: [crate::support::Step; N], key: u128, expected: &str) {
    check_in(Hall::open(by_phone()), given, issue_remotely(key, "pasport"), expected);
}

#[test]
fn a_phone_gets_a_number_like_anybody_who_walks_in() {
    check_by_phone(given![issue("pasport")], 7, "A002 issued as 2 for pasport, biasa, due 09:21, 1 ahead");
    check_in(Hall::open(by_phone()), given![], issue_remotely(7, "lesen"), "refused: unknown_service");
}

#[test]
fn an_office_that_does_not_offer_it_gives_out_none() {
    check(given![], issue_remotely(7, "pasport"), "refused: remote_not_offered");
}

#[test]
fn a_phone_has_one_living_ticket_whatever_the_service() {
    check_by_phone(given![issue_remotely(7, "pasport")], 7, "refused: has_ticket");
    check_by_phone(given![issue_remotely(7, "pasport"), call("k1")], 7, "refused: has_ticket");
    // The same number at the kiosk, for a service that asks who comes, and the other way round.
    check_by_phone(given![issue_for(7, "bayaran")], 7, "refused: has_ticket");
    check_in(
        Hall::open(by_phone()),
        given![issue_remotely(7, "pasport")],
        issue_for(7, "bayaran"),
        "refused: has_ticket",
    );
    check_by_phone(
        given![issue_remotely(7, "pasport")],
        8,
        "A002 issued as 2 for pasport, biasa, due 09:21, 1 ahead",
    );
}

#[test]
fn a_phone_gets_so_many_numbers_a_day_whatever_becomes_of_them() {
    check_by_phone(
        given![
            issue_remotely(7, "pasport"),
            cancel(1),
            issue_remotely(7, "pasport"),
            call("k1"),
            finish("k1", 2)
        ],
        7,
        "refused: remote_used_up",
    );
    // What was taken at a kiosk does not count.
    check_by_phone(
        given![issue_for(7, "bayaran"), cancel(1), issue_remotely(7, "pasport"), cancel(2)],
        7,
        "A002 issued as 3 for pasport, biasa, due 09:24, 0 ahead",
    );
}

#[test]
fn a_new_day_forgets_how_many_a_phone_had() {
    let mut hall = Hall::open(by_phone());
    for step in given![issue_remotely(7, "pasport"), cancel(1), issue_remotely(7, "pasport"), cancel(2)] {
        hall.must(step);
    }
    assert_eq!(hall.try_step(issue_remotely(7, "pasport")).unwrap_err().code(), "remote_used_up");
    hall.must(minutes(24 * 60));
    hall.must(issue_remotely(7, "pasport"));
}

#[test]
fn how_many_a_phone_had_is_in_the_state_that_is_kept() {
    let mut hall = Hall::open(by_phone());
    for step in given![issue_remotely(7, "pasport"), cancel(1), issue_remotely(7, "pasport"), cancel(2)] {
        hall.must(step);
    }
    let kept = serde_json::to_value(hall.branch()).expect("a branch is JSON");
    let back: giliran_core::Branch = serde_json::from_value(kept.clone()).expect("it is read back");
    assert_eq!(&back, hall.branch());
    assert_eq!(back.decide(&issue_remotely(7, "pasport"), hall.now).unwrap_err().code(), "remote_used_up");
    // A state that was kept before there were numbers by phone.
    let mut old = kept;
    old.as_object_mut().expect("a branch is an object").remove("remote").expect("it is there");
    serde_json::from_value::<giliran_core::Branch>(old).expect("it is read all the same");
}

#[test]
fn fewer_a_day_hold_at_once_and_none_at_all_is_a_fault() {
    let mut one = by_phone();
    set(&mut one, "/remote", json!({ "most_per_day": 1 }));
    check_by_phone(
        given![issue_remotely(7, "pasport"), cancel(1), set_rules(one), minutes(1)],
        7,
        "refused: remote_used_up",
    );
    let faults = parsed(changed("/remote", json!({ "most_per_day": 0 }))).check().unwrap_err();
    assert_eq!(
        faults.to_string(),
        "remote.most_per_day: 0 a day gives out no number at all; leave the section out"
    );
    assert_eq!(parsed(changed("/remote", json!({}))).remote.map(|rule| rule.most_per_day), Some(3));
    assert_eq!(parsed(office()).remote, None);
}
