//! Who is next for a counter: classes, tiers, counters that are kept for some.

use serde_json::{Value, json};

use crate::{
    given,
    support::{
        Hall, call, call_of, change_class, check, check_in, choose_with, finish, issue, issue_to, minutes,
        office, send_on, set,
    },
};

/// Emergencies go next; the second counter is for passports and helps with payments.
fn helping() -> Value {
    let mut office = office();
    set(&mut office, "/class/2/goes_next", json!(true));
    set(&mut office, "/counter/1/helps", json!([["bayaran"]]));
    set(&mut office, "/calling", json!({ "help_before": "PT2M" }));
    office
}

fn hall() -> Hall {
    Hall::open(helping())
}

#[test]
fn an_emergency_goes_next() {
    check_in(
        hall(),
        given![issue("pasport"), minutes(60), issue_to("kecemasan", "pasport")],
        call("k2"),
        "A002 called to k2 for pasport",
    );
    // Also at a counter that only helps, and before whoever is overdue.
    check_in(
        hall(),
        given![issue("pasport"), minutes(60), issue_to("kecemasan", "bayaran")],
        call("k2"),
        "B01 called to k2 for bayaran",
    );
    check_in(
        hall(),
        given![issue_to("kecemasan", "pasport"), minutes(1), issue_to("kecemasan", "pasport")],
        call("k2"),
        "A001 called to k2 for pasport",
    );
    check_in(
        hall(),
        given![issue("pasport")],
        issue_to("kecemasan", "pasport"),
        "A002 issued as 2 for pasport, kecemasan, due 09:06, 0 ahead",
    );
}

#[test]
fn who_becomes_an_emergency_goes_next_and_who_is_none_does_not() {
    check_in(
        hall(),
        given![issue("pasport"), minutes(30), issue("pasport"), change_class(2, "kecemasan")],
        call("k2"),
        "A002 called to k2 for pasport",
    );
    check_in(
        hall(),
        given![issue("pasport"), issue_to("kecemasan", "pasport"), change_class(2, "biasa")],
        call("k2"),
        "A001 called to k2 for pasport",
    );
}

#[test]
fn a_counter_serves_its_own_first() {
    // The payment is due at 09:15, the passport at 09:21.
    check_in(hall(), given![issue("bayaran"), issue("pasport")], call("k2"), "A001 called to k2 for pasport");
}

#[test]
fn a_counter_helps_when_nobody_waits_for_its_own() {
    check_in(hall(), given![issue("bayaran")], call("k2"), "B01 called to k2 for bayaran");
    check_in(
        hall(),
        given![issue("bayaran"), issue("pasport"), call("k2"), finish("k2", 2)],
        call("k2"),
        "B01 called to k2 for bayaran",
    );
}

#[test]
fn a_counter_helps_who_is_about_to_fall_due() {
    let steps = |wait| given![issue("bayaran"), minutes(5), issue("pasport"), minutes(wait)];
    // The payment is due at 09:15; help begins two minutes before.
    check_in(hall(), steps(0), call("k2"), "A001 called to k2 for pasport");
    check_in(hall(), steps(1), call("k2"), "B01 called to k2 for bayaran");
    // But not before one of its own that is due earlier still.
    check_in(
        hall(),
        given![issue("pasport"), minutes(10), issue("bayaran"), minutes(20)],
        call("k2"),
        "A001 called to k2 for pasport",
    );
}

#[test]
fn help_has_tiers() {
    let mut office = helping();
    let lesen = json!({ "id": "lesen", "name": { "ms": "Lesen" }, "series": { "letters": "C" }, "allowance": "PT1M" });
    set(&mut office, "/service/-", lesen);
    set(&mut office, "/counter/1/helps", json!([["bayaran"], ["lesen"]]));
    set(&mut office, "/calling/help_before", json!("PT0S"));
    let hall = || Hall::open(office.clone());
    check_in(hall(), given![issue("lesen")], call("k2"), "C001 called to k2 for lesen");
    check_in(
        hall(),
        given![issue("bayaran"), minutes(7), issue("lesen")],
        call("k2"),
        "C001 called to k2 for lesen", // due a minute after it came, so it is due now
    );
    check_in(hall(), given![issue("lesen"), issue("bayaran")], call("k2"), "C001 called to k2 for lesen");
}

#[test]
fn what_a_counter_helps_with_can_be_chosen() {
    check_in(
        hall(),
        given![],
        choose_with("k1", &["pasport"], &[&["bayaran"]]),
        "k1 takes [pasport], helps [[bayaran]]",
    );
    check_in(
        hall(),
        given![],
        choose_with("k1", &["pasport"], &[&["pasport", "bayaran"], &["bayaran"]]),
        "k1 takes [pasport], helps [[bayaran]]",
    );
    check_in(hall(), given![], choose_with("k1", &["pasport"], &[&["lesen"]]), "refused: unknown_service");
    // A service that becomes a counter's own is no help any more.
    check_in(
        hall(),
        given![],
        crate::support::choose("k2", &["bayaran", "pasport"]),
        "k2 takes [bayaran, pasport]",
    );
}

#[test]
fn the_next_of_a_chosen_service_is_called() {
    check(
        given![issue("bayaran"), issue("pasport")],
        call_of("k1", "pasport"),
        "A001 called to k1 for pasport, as chosen",
    );
    check(
        given![issue("bayaran"), issue("pasport")],
        call_of("k1", "bayaran"),
        "B01 called to k1 for bayaran",
    );
    check(given![issue("pasport")], call_of("k1", "bayaran"), "refused: queue_empty");
    check(given![issue("bayaran")], call_of("k2", "bayaran"), "refused: service_not_taken");
    check(
        given![issue("pasport"), issue("pasport"), call("k1")],
        call_of("k1", "pasport"),
        "refused: counter_busy",
    );
}

/// The first counter is kept for the elderly.
fn special(others_when_idle: bool) -> Hall {
    let mut office = helping();
    set(&mut office, "/counter/0/reserved", json!(["warga-emas"]));
    set(&mut office, "/counter/0/others_when_idle", json!(others_when_idle));
    Hall::open(office)
}

#[test]
fn a_special_counter_takes_its_classes_first() {
    let steps = || given![issue("pasport"), minutes(30), issue_to("warga-emas", "bayaran")];
    check_in(special(true), steps(), call("k1"), "B01 called to k1 for bayaran");
    check_in(special(true), steps(), call("k2"), "A001 called to k2 for pasport");
    check_in(
        special(false),
        given![issue_to("warga-emas", "pasport"), issue_to("kecemasan", "pasport")],
        call("k1"),
        "A002 called to k1 for pasport",
    );
}

#[test]
fn a_special_counter_takes_others_when_idle_if_it_may() {
    check_in(special(true), given![issue("pasport")], call("k1"), "A001 called to k1 for pasport");
    check_in(special(false), given![issue("pasport")], call("k1"), "refused: queue_empty");
}

#[test]
fn who_was_sent_to_a_counter_is_called_there_whatever_the_class() {
    check_in(
        special(false),
        given![issue("pasport"), call("k2"), send_on("k2", 1, None, Some("k1"))],
        call("k1"),
        "A001 called to k1 for pasport",
    );
}

#[test]
fn nobody_is_overtaken_beyond_the_difference_of_the_allowances() {
    // An ordinary visitor may be called 15 minutes after arrival, an elderly one 5. One elderly visitor comes
    // every minute, and one is called every minute: those of the first 10 minutes go first, and no others.
    let mut hall = Hall::new();
    hall.must(issue("pasport"));
    let mut before = 0;
    loop {
        hall.must(issue_to("warga-emas", "pasport"));
        let called = crate::support::tell(&hall.try_step(call("k2")).expect("somebody waits")[0]);
        if called.starts_with("A001 ") {
            break;
        }
        before += 1;
        hall.try_step(finish("k2", before + 1)).expect("somebody is there");
    }
    assert_eq!(before, 9);
}
