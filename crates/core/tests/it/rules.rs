//! Rules: what is wrong with them is said, all at once and with its place; changing them harms nobody.

use giliran_core::Refusal;
use serde_json::{Value, json};

use crate::{
    given,
    support::{
        Hall, call, changed, check, choose, finish, issue, issue_to, office, open, park, parsed, resume, set,
        set_rules, transfer,
    },
};

/// The rules are refused for exactly these reasons.
#[track_caller]
fn faulty(office: Value, expected: &[&str]) {
    let faults = match parsed(office).check() {
        Ok(()) => vec![],
        Err(faults) => faults.0.iter().map(ToString::to_string).collect(),
    };
    assert_eq!(faults, expected);
}

#[test]
fn the_sample_office_is_sound() {
    faulty(office(), &[]);
}

#[test]
fn every_fault_is_named_with_its_place() {
    let table = [
        ("/time_zone", json!("Asia/Ipoh"), "time_zone: `Asia/Ipoh` is not an IANA time zone"),
        ("/name", json!({ "ms": " " }), "name.ms: is empty"),
        ("/class/1/name", json!({ "ms": "Warga emas", "ta": "" }), "class.warga-emas.name.ta: is empty"),
        ("/service/0/name", json!({ "ms": "" }), "service.pasport.name.ms: is empty"),
        (
            "/class/0/allowance",
            json!("PT5M"),
            "class.biasa.allowance: the first class is the ordinary one and goes by the service's allowance",
        ),
        (
            "/class/1/allowance",
            json!("PT25H"),
            "class.warga-emas.allowance: 25h is not between 0 and 24 hours",
        ),
        (
            "/service/0/allowance",
            json!("-PT1S"),
            "service.pasport.allowance: 1s ago is not between 0 and 24 hours",
        ),
        ("/service/0/serving", json!("PT0S"), "service.pasport.serving: must be longer than nothing"),
        (
            "/service/0/class_allowance",
            json!({ "vip": "PT0S" }),
            "service.pasport.class_allowance: there is no class `vip`",
        ),
        (
            "/service/1/class_allowance",
            json!({ "warga-emas": "-PT1M" }),
            "service.bayaran.class_allowance.warga-emas: 1m ago is not between 0 and 24 hours",
        ),
        (
            "/service/0/series/letters",
            json!("a"),
            "service.pasport.series: `a` is not one or two letters A to Z",
        ),
        (
            "/service/0/series/letters",
            json!("ABC"),
            "service.pasport.series: `ABC` is not one or two letters A to Z",
        ),
        (
            "/service/0/series/letters",
            json!(""),
            "service.pasport.series: `` is not one or two letters A to Z",
        ),
        ("/service/0/series/width", json!(5), "service.pasport.series: a width of 5 is not between 1 and 4"),
        ("/service/0/series/width", json!(0), "service.pasport.series: a width of 0 is not between 1 and 4"),
        ("/service/0/series/last", json!(1000), "service.pasport.series: 1000 has more than 3 digits"),
        ("/service/0/series/first", json!(0), "service.pasport.series: begins at 0, and people count from 1"),
        (
            "/service/1/series",
            json!({ "letters": "B", "first": 20, "last": 10 }),
            "service.bayaran.series: begins at 20 and ends before it, at 10",
        ),
        (
            "/service/1/series",
            json!({ "letters": "A", "first": 999, "last": 1200, "width": 4 }),
            "service.bayaran.series: has numbers in common with `pasport`",
        ),
        ("/counter/0/number", json!(0), "counter.k1.number: 0 is not between 1 and 99"),
        ("/counter/0/number", json!(2), "counter: two have the sign `counter 2`"),
        (
            "/counter/0/services",
            json!(["pasport", "lesen"]),
            "counter.k1.services: there is no service `lesen`",
        ),
        ("/counter/0/services", json!(["pasport", "pasport"]), "counter.k1.services: names `pasport` twice"),
        (
            "/class/0/goes_next",
            json!(true),
            "class.biasa.goes_next: the first class is the ordinary one and can't go before all",
        ),
        ("/languages", json!([]), "languages: there must be at least one"),
        ("/languages", json!(["ms", "en", "ms"]), "languages: names `ms` twice"),
        ("/screens", json!({ "viewing_m": 0 }), "screens.viewing_m: 0 is not between 1 and 30 metres"),
        ("/screens", json!({ "viewing_m": 31 }), "screens.viewing_m: 31 is not between 1 and 30 metres"),
        (
            "/outcome",
            json!([{ "id": "lulus", "name": { "ms": "Lulus" } }, { "id": "lulus", "name": { "ms": "Lulus" } }]),
            "outcome.lulus: stands twice",
        ),
        ("/outcome", json!([{ "id": "lulus", "name": { "ms": "" } }]), "outcome.lulus.name.ms: is empty"),
        (
            "/notice",
            json!([{ "text": { "ms": "Selamat datang" } }, { "text": { "ms": "a", "en": "a\nb" } }]),
            "notice.2.text.en: must have 1 to 200 characters and no line break",
        ),
        (
            "/notice",
            json!(vec![json!({ "text": { "ms": "a" } }); 21]),
            "notice: there are 21; 20 are the most",
        ),
        ("/service/0/quota", json!(0), "service.pasport.quota: a quota of 0 gives out no number at all"),
        (
            "/service/0/charter",
            json!({ "waiting": "PT25H" }),
            "service.pasport.charter.waiting: 25h is not between 0 and 24 hours",
        ),
        (
            "/service/0/documents",
            json!([{ "ms": "MyKad" }, { "ms": "" }]),
            "service.pasport.documents.2.ms: is empty",
        ),
        ("/service/0/group", json!("imigresen"), "service.pasport.group: there is no group `imigresen`"),
        ("/service/0/then", json!(["lesen"]), "service.pasport.then: there is no service `lesen`"),
        ("/service/0/then", json!(["pasport"]), "service.pasport.then: goes from `pasport` to `pasport`"),
        (
            "/service/1/then",
            json!([
                "pasport", "bayaran", "pasport", "bayaran", "pasport", "bayaran", "pasport", "bayaran",
                "pasport", "bayaran", "pasport", "bayaran", "pasport", "bayaran", "pasport", "bayaran",
                "pasport"
            ]),
            "service.bayaran.then: names more than 16 services",
        ),
        ("/service/0/series/skip", json!([4, 4]), "service.pasport.series: skips 4 twice"),
        (
            "/service/0/series/skip",
            json!([1000]),
            "service.pasport.series: skips 1000, which it does not have",
        ),
        (
            "/service/1/series",
            json!({ "letters": "B", "first": 4, "last": 4, "skip": [4] }),
            "service.bayaran.series: skips all its numbers",
        ),
        ("/counter/1/helps", json!([[]]), "counter.k2.helps: a tier names nothing"),
        ("/counter/1/helps", json!([["lesen"]]), "counter.k2.helps: there is no service `lesen`"),
        ("/counter/1/helps", json!([["bayaran"], ["bayaran"]]), "counter.k2.services: names `bayaran` twice"),
        ("/counter/1/reserved", json!(["vip"]), "counter.k2.reserved: there is no class `vip`"),
        ("/counter/1/reserved", json!(["biasa", "biasa"]), "counter.k2.reserved: names `biasa` twice"),
        ("/counter/1/ahead", json!({ "ms": "" }), "counter.k2.ahead.ms: is empty"),
        ("/group", json!([{ "id": "g", "name": { "ms": "G" } }]), "group.g: holds no service and no group"),
        ("/appointments", json!({ "class": "vip" }), "appointments.class: there is no class `vip`"),
        (
            "/appointments",
            json!({ "class": "biasa", "early": "-PT1M" }),
            "appointments.early: 1m ago is not between 0 and 24 hours",
        ),
        ("/calling", json!({ "undo": "PT25H" }), "calling.undo: 25h is not between 0 and 24 hours"),
        (
            "/calling",
            json!({ "calls_most": 0 }),
            "calling.calls_most: counts the first call, so it is at least 1",
        ),
        (
            "/calling",
            json!({ "calls_most": 2, "calls_least": 3 }),
            "calling.calls_least: 3 is more than calls_most, 2",
        ),
        (
            "/calling",
            json!({ "calls_least": 3, "no_show": { "calls": 2, "after": "PT1M" } }),
            "calling.no_show.calls: 2 is less than calls_least, 3",
        ),
        ("/hours", json!({ "week": [] }), "hours: the office never opens"),
        (
            "/hours",
            json!({ "week": [{ "days": ["mon"], "open": [{ "from": "17:00", "until": "08:00" }] }] }),
            "hours.week.1.open: 17:00-08:00 closes before it opens",
        ),
        (
            "/hours",
            json!({ "week": [{ "days": ["mon"], "open": [{ "from": "08:00", "until": "08:00" }] }] }),
            "hours.week.1.open: 08:00-08:00 closes before it opens",
        ),
        (
            "/hours",
            json!({ "week": [{ "days": ["mon"], "open": [
                { "from": "08:00", "until": "13:00" }, { "from": "12:00", "until": "17:00" },
            ] }] }),
            "hours.week.1.open: 12:00-17:00 begins before the one before it ends",
        ),
        (
            "/hours",
            json!({ "week": [{ "days": ["mon", "mon"], "open": [{ "from": "08:00", "until": "13:00" }] }] }),
            "hours.week: names mon twice",
        ),
        (
            "/hours",
            json!({ "week": [
                { "days": [], "open": [] }, { "days": ["mon"], "open": [{ "from": "08:00", "until": "13:00" }] },
            ] }),
            "hours.week.1.days: must name at least one day",
        ),
        (
            "/hours",
            json!({ "week": [{ "days": ["mon"], "open": [{ "from": "08:00", "until": "13:00", "counters": ["k9"] }] }] }),
            "hours.week.1.open: 08:00-13:00: there is no counter `k9`",
        ),
        (
            "/hours",
            json!({
                "week": [{ "days": ["mon"], "open": [{ "from": "08:00", "until": "13:00" }] }],
                "special": [{ "date": "2026-12-25" }, { "date": "2026-12-25" }],
            }),
            "hours.special: names 2026-12-25 twice",
        ),
        (
            "/hours",
            json!({
                "week": [{ "days": ["mon"], "open": [{ "from": "08:00", "until": "13:00" }] }],
                "special": [{ "date": "2026-12-25", "name": { "ms": "" } }],
            }),
            "hours.special.2026-12-25.name.ms: is empty",
        ),
        (
            "/hours",
            json!({ "week": [{ "days": ["mon"], "open": [{ "from": "08:00", "until": "13:00" }] }], "last_ticket": "-PT1M" }),
            "hours.last_ticket: 1m ago is not between 0 and 24 hours",
        ),
        ("/counter/0/services", json!([]), "counter.k1.services: must name at least one service"),
    ];
    for (pointer, value, expected) in table {
        faulty(changed(pointer, value), &[expected]);
    }
}

#[test]
fn a_name_that_stands_twice_is_a_fault() {
    let mut office = office();
    for list in ["class", "service", "counter"] {
        let mut twin = office[list][1].clone();
        match list {
            "service" => twin["series"] = json!({ "letters": "C" }),
            "counter" => twin["number"] = json!(9),
            _ => {}
        }
        set(&mut office, &format!("/{list}/-"), twin);
    }
    faulty(
        office,
        &["class.warga-emas: stands twice", "service.bayaran: stands twice", "counter.k2: stands twice"],
    );
}

#[test]
fn a_service_without_a_counter_is_a_fault() {
    let mut office = changed("/counter/0/services", json!(["pasport"]));
    set(&mut office, "/counter/2/services", json!(["pasport"]));
    faulty(office, &["service.bayaran: no counter takes it"]);
}

#[test]
fn an_office_without_anything_is_told_all_of_it() {
    let mut office = changed("/class", json!([]));
    set(&mut office, "/service", json!([]));
    set(&mut office, "/counter", json!([]));
    set(&mut office, "/time_zone", json!("Mars"));
    faulty(
        office,
        &[
            "time_zone: `Mars` is not an IANA time zone",
            "class: there must be at least one",
            "service: there must be at least one",
            "counter: there must be at least one",
        ],
    );
}

#[test]
fn neighbouring_ranges_of_one_letter_are_sound() {
    let mut office = changed("/service/0/series", json!({ "letters": "A", "last": 499 }));
    set(&mut office, "/service/1/series", json!({ "letters": "A", "first": 500 }));
    faulty(office, &[]);
}

#[test]
fn a_key_that_does_not_exist_can_not_be_read() {
    for (pointer, key) in [("", "clases"), ("/service/0", "sery"), ("/counter/0", "zon"), ("/name", "fr")] {
        let office = changed(&format!("{pointer}/{key}"), json!("x"));
        let error = serde_json::from_value::<giliran_core::Rules>(office).expect_err(key).to_string();
        assert!(error.contains(&format!("unknown field `{key}`")), "{error}");
    }
}

#[test]
fn unsound_rules_are_refused_and_change_nothing() {
    check(given![], set_rules(changed("/counter/0/number", json!(2))), "refused: unsound_rules");
}

#[test]
fn new_rules_leave_tickets_that_are_out_alone() {
    let slower = || set_rules(changed("/service/0/allowance", json!("PT2H")));
    check(given![issue("pasport"), slower()], call("k1"), "A001 called to k1 for pasport");
    check(given![issue("pasport"), call("k1"), slower()], finish("k1", 1), "1 served at k1");
    check(
        given![issue("pasport"), call("k1"), park("k1", 1), slower(), resume(1)],
        call("k2"),
        "A001 called to k2 for pasport",
    );
    // Who came before keeps the due time of then.
    check(
        given![issue("pasport"), slower()],
        issue("pasport"),
        "A002 issued as 2 for pasport, biasa, due 11:07, 1 ahead",
    );
}

#[test]
fn a_class_that_is_gone_waits_on_as_it_was_and_goes_on_as_ordinary() {
    let fewer = || {
        let mut office = changed("/class/1", Value::Null);
        set(&mut office, "/service/1/class_allowance", Value::Null);
        set_rules(office)
    };
    check(
        given![issue("pasport"), issue_to("warga-emas", "pasport"), fewer()],
        call("k1"),
        "A002 called to k1 for pasport",
    );
    check(
        given![issue_to("warga-emas", "pasport"), call("k1"), fewer()],
        transfer("k1", 1, "bayaran"),
        "1 from k1 to bayaran, due 09:15",
    );
}

#[test]
fn groups_are_a_tree() {
    let group = |id: &str, within: &str| json!({ "id": id, "name": { "ms": id }, "within": within });
    let mut office =
        changed("/group", json!([{ "id": "a", "name": { "ms": "A" } }, group("b", "a"), group("c", "b")]));
    set(&mut office, "/service/0/group", json!("c"));
    faulty(office.clone(), &[]);
    set(&mut office, "/group/0/within", json!("c"));
    faulty(
        office.clone(),
        &[
            "group.a.within: lies within itself",
            "group.b.within: lies within itself",
            "group.c.within: lies within itself",
        ],
    );
    set(&mut office, "/group/0/within", json!("x"));
    faulty(office.clone(), &["group.a.within: there is no group `x`"]);
    set(&mut office, "/group/0", group("b", "a"));
    faulty(
        office,
        &[
            "group.b: stands twice",
            "group.b.within: there is no group `a`",
            "group.b.within: there is no group `a`",
        ],
    );
}

#[test]
fn a_service_that_only_some_may_have_served_is_a_fault() {
    let mut office = changed("/counter/2/reserved", json!(["warga-emas"]));
    set(&mut office, "/counter/0/services", json!(["pasport"]));
    faulty(office.clone(), &[]);
    set(&mut office, "/counter/2/others_when_idle", json!(false));
    faulty(office.clone(), &["service.bayaran: only counters kept for classes take it"]);
    set(&mut office, "/counter/1/helps", json!([["bayaran"]]));
    faulty(office, &[]);
}

#[test]
fn a_counter_takes_what_new_rules_say_about_it_and_else_what_was_chosen() {
    let more = || set_rules(changed("/counter/1/services", json!(["pasport", "bayaran"])));
    check(given![issue("bayaran"), more()], call("k2"), "B01 called to k2 for bayaran");
    let slower = || set_rules(changed("/service/0/allowance", json!("PT2H")));
    check(
        given![choose("k2", &["bayaran"]), issue("bayaran"), slower()],
        call("k2"),
        "B01 called to k2 for bayaran",
    );
}

/// The office without payments and without the third counter.
fn smaller() -> Value {
    let mut office = changed("/service/1", Value::Null);
    set(&mut office, "/counter/2", Value::Null);
    set(&mut office, "/counter/0/services", json!(["pasport"]));
    office
}

#[test]
fn rules_that_leave_somebody_without_service_or_counter_are_refused() {
    let mut hall = Hall::new();
    for step in given![issue("bayaran"), issue("bayaran"), call("b3")] {
        hall.must(step);
    }
    let refusal = hall.try_step(set_rules(smaller())).expect_err("people are left");
    let Refusal::UnsoundRules(faults) = refusal else { panic!("{refusal}") };
    assert_eq!(
        faults.0.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "counter.b3: can't go yet, 1 still here for it",
            "service.bayaran: can't go yet, 2 still here for it"
        ],
    );
}

#[test]
fn services_and_counters_come_and_go_while_open() {
    check(given![], set_rules(smaller()), "rules set");
    check(given![set_rules(smaller())], issue("bayaran"), "refused: unknown_service");
    check(given![set_rules(smaller())], open("b3"), "refused: unknown_counter");
    check(given![set_rules(smaller()), issue("pasport")], call("k1"), "A001 called to k1 for pasport");
    // A counter that stays keeps its choice as far as there is one left; one that comes back is new.
    check(
        given![choose("k1", &["bayaran"]), set_rules(smaller()), issue("pasport")],
        call("k1"),
        "A001 called to k1 for pasport",
    );
    check(given![set_rules(smaller()), set_rules(office())], open("b3"), "b3 opened");
}
