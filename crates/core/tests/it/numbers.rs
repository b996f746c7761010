//! Numbers: how they are written, where they begin again, and that nobody shares one.

use serde_json::{Value, json};

use crate::{
    given,
    support::{Hall, call, cancel, changed, check, check_in, finish, issue, open, set, set_rules, tell},
};

/// Which number a visitor for payments gets after so many came and went.
fn number_after(series: Value, visitors: usize) -> String {
    let mut hall = Hall::with(changed("/service/1/series", series));
    hall.must(open("b3"));
    for ticket in 1..=visitors as u64 {
        hall.must(issue("bayaran"));
        hall.must(call("b3"));
        hall.must(finish("b3", ticket));
    }
    let told = tell(&hall.must(issue("bayaran"))[0]);
    told.split(' ').next().expect("a number").into()
}

#[test]
fn a_series_has_its_own_letters_width_and_ends() {
    let table = [
        (json!({ "letters": "B" }), 0, "B001"),
        (json!({ "letters": "B" }), 41, "B042"),
        (json!({ "letters": "BX", "width": 4, "last": 9999 }), 0, "BX0001"),
        (json!({ "letters": "B", "width": 1, "last": 9 }), 8, "B9"),
        (json!({ "letters": "B", "first": 500, "last": 599 }), 0, "B500"),
        (json!({ "letters": "B", "first": 500, "last": 502 }), 2, "B502"),
        (json!({ "letters": "B", "first": 500, "last": 502 }), 3, "B500"),
        (json!({ "letters": "B", "first": 7, "last": 7 }), 5, "B007"),
        (json!({ "letters": "B", "skip": [1, 2, 4] }), 0, "B003"),
        (json!({ "letters": "B", "skip": [1, 2, 4] }), 1, "B005"),
        (json!({ "letters": "B", "first": 1, "last": 4, "skip": [1, 4] }), 2, "B002"),
    ];
    for (series, visitors, expected) in table {
        assert_eq!(number_after(series.clone(), visitors), expected, "{series} after {visitors}");
    }
}

#[test]
fn a_series_that_comes_round_steps_over_the_living() {
    let mut hall = Hall::new();
    for _ in 1..=9 {
        hall.must(issue("bayaran"));
    }
    for ticket in [2, 4, 5] {
        hall.must(cancel(ticket));
    }
    let numbers: Vec<_> = (0..3).map(|_| tell(&hall.must(issue("bayaran"))[0])[..3].to_owned()).collect();
    assert_eq!(numbers, ["B02", "B04", "B05"]);
    check_in(hall, given![], issue("bayaran"), "refused: numbers_exhausted");
}

#[test]
fn a_number_is_free_again_once_its_visit_has_ended() {
    let mut hall = Hall::new();
    for _ in 1..=9 {
        hall.must(issue("bayaran"));
    }
    let given = given![call("b3"), finish("b3", 1)];
    check_in(hall, given, issue("bayaran"), "B01 issued as 10 for bayaran, biasa, due 09:26, 8 ahead");
}

#[test]
fn a_series_that_is_full_stops_no_other() {
    let mut hall = Hall::new();
    for _ in 1..=9 {
        hall.must(issue("bayaran"));
    }
    check_in(hall, given![], issue("pasport"), "A001 issued as 10 for pasport, biasa, due 09:29, 0 ahead");
}

#[test]
fn letters_that_change_hands_give_no_number_twice() {
    // Passports wait with A001 and A002 when payments take over the letter.
    let mut office = changed("/service/0/series/letters", json!("C"));
    set(&mut office, "/service/1/series", json!({ "letters": "A", "width": 2, "last": 9 }));
    check(
        given![issue("pasport"), issue("pasport"), set_rules(office)],
        issue("bayaran"),
        "A03 issued as 3 for bayaran, biasa, due 09:18, 0 ahead",
    );
}
