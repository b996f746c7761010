//! Every refusal of the rules that a client can meet has a code and a sentence in each language, and changes
//! nothing.

use std::collections::BTreeSet;

use giliran_tests::hall::{ALWAYS, Hall, moment, ticket};
use serde_json::{Value, json};

/// All codes of the core but two that no client can meet: the daemon's offices have rules from the start
/// (`not_configured`), and no client begins a day (`day_has_begun`).
const CODES: [&str; 47] = [
    "after_last_ticket",
    "ahead_taken",
    "already_serving",
    "appointment_used",
    "call_again_first",
    "called_enough",
    "counter_busy",
    "counter_closed",
    "counter_not_paused",
    "counter_open",
    "counter_paused",
    "day_has_closed",
    "has_ticket",
    "no_appointments",
    "no_destination",
    "no_place_ahead",
    "no_services",
    "not_at_counter",
    "not_called",
    "not_later_today",
    "not_missed",
    "not_parked",
    "not_waiting",
    "nothing_to_undo",
    "numbers_exhausted",
    "office_closed",
    "office_open",
    "officer_there",
    "person_needed",
    "queue_empty",
    "quota_used",
    "same_class",
    "same_counter",
    "same_service",
    "service_not_taken",
    "ticket_at_counter",
    "ticket_ended",
    "too_early",
    "too_late",
    "too_soon",
    "unknown_appointment",
    "unknown_class",
    "unknown_counter",
    "unknown_service",
    "unknown_ticket",
    "unsound_appointments",
    "unsound_rules",
];

fn of_counter(kind: &str, counter: &str) -> Value {
    json!({ "type": kind, "counter": counter })
}

fn at_counter(kind: &str, counter: &str, ticket: u64) -> Value {
    json!({ "type": kind, "counter": counter, "ticket": ticket })
}

fn passport(phone: &str) -> Value {
    json!({ "type": "issue_ticket", "service": "pasport", "person": phone })
}

fn appointment(code: &str, service: &str, at: &str) -> Value {
    json!({ "type": "import_appointments", "appointments": [{ "code": code, "service": service, "at": moment(at) }] })
}

fn check_in(code: &str) -> Value {
    json!({ "type": "check_in", "code": code })
}

#[tokio::test]
async fn every_refusal_has_a_code_and_a_sentence_in_each_language() {
    let hall = Hall::open().await;
    let h = &hall;

    // Before the doors open.
    h.refuses("07:00", "office_closed", json!({ "type": "issue_ticket", "service": "bayaran" })).await;
    h.refuses_in(ALWAYS, "07:00", "no_appointments", check_in("AAAA1")).await;
    let extra = json!({ "type": "open_extra", "until": moment("18:00"), "reason": "Ujian" });
    h.refuses_in(ALWAYS, "07:00", "office_open", extra).await;
    h.refuses(
        "07:00",
        "not_later_today",
        json!({ "type": "open_extra", "until": moment("06:00"), "reason": "Ujian" }),
    )
    .await;
    let mut rules = h.rules().await;
    rules["class"] = json!([]);
    h.refuses("07:00", "unsound_rules", json!({ "type": "set_rules", "rules": rules })).await;
    h.refuses("07:00", "unsound_appointments", appointment("AAAA1", "tiada", "10:00")).await;
    h.must("07:00", appointment("AAAA1", "bayaran", "09:00")).await;
    h.must("07:00", appointment("BBBB2", "bayaran", "10:00")).await;
    h.must("07:00", appointment("CCCC3", "bayaran", "12:00")).await;
    h.refuses("07:00", "unknown_appointment", check_in("TIADA1")).await;

    // Counters.
    h.refuses("08:00", "counter_closed", of_counter("call_next", "k1")).await;
    for counter in ["k1", "k2", "k3"] {
        h.must("08:00", of_counter("open_counter", counter)).await;
    }
    h.refuses("08:00", "counter_open", of_counter("open_counter", "k1")).await;
    h.refuses("08:00", "unknown_counter", of_counter("open_counter", "k9")).await;
    h.refuses("08:00", "queue_empty", of_counter("call_next", "k1")).await;
    h.refuses("08:00", "counter_not_paused", of_counter("resume_counter", "k1")).await;
    let pause = json!({ "type": "pause_counter", "counter": "k1", "reason": "prayer" });
    h.must("08:00", pause.clone()).await;
    h.refuses("08:00", "counter_paused", pause).await;
    h.must("08:00", of_counter("resume_counter", "k1")).await;
    let seat = json!({ "type": "seat_officer", "counter": "k1", "officer": "aminah" });
    h.must("08:00", seat.clone()).await;
    h.refuses("08:00", "officer_there", seat).await;
    h.refuses("08:00", "no_services", json!({ "type": "choose_services", "counter": "k1", "services": [] }))
        .await;
    h.refuses(
        "08:00",
        "service_not_taken",
        json!({ "type": "call_next_of", "counter": "k1", "service": "tanah" }),
    )
    .await;
    h.refuses("08:00", "no_place_ahead", of_counter("call_ahead", "k2")).await;
    h.refuses("08:00", "nothing_to_undo", of_counter("undo", "k1")).await;

    // Numbers.
    h.refuses("08:05", "unknown_service", json!({ "type": "issue_ticket", "service": "tiada" })).await;
    h.refuses(
        "08:05",
        "unknown_class",
        json!({ "type": "issue_ticket", "service": "bayaran", "class": "vip" }),
    )
    .await;
    h.takes("08:05", "tanah").await;
    h.refuses("08:05", "numbers_exhausted", json!({ "type": "issue_ticket", "service": "tanah" })).await;
    h.refuses("08:05", "person_needed", json!({ "type": "issue_ticket", "service": "pasport" })).await;
    h.must("08:05", passport("012-345 6789")).await;
    h.refuses("08:05", "has_ticket", passport("0123456789")).await;
    h.must("08:05", passport("012-345 6780")).await;
    h.refuses("08:05", "quota_used", passport("012-345 6781")).await;

    // Tickets and calls.
    let first = h.takes("08:10", "bayaran").await;
    let second = h.takes("08:11", "bayaran").await;
    let third = h.takes("08:12", "bayaran").await;
    h.refuses("08:12", "unknown_ticket", json!({ "type": "resume", "ticket": 999 })).await;
    h.refuses("08:12", "not_parked", json!({ "type": "resume", "ticket": first })).await;
    h.refuses("08:12", "not_missed", json!({ "type": "come_back", "ticket": first })).await;
    h.refuses("08:12", "not_called", json!({ "type": "requeue", "ticket": first, "reason": "Ujian" })).await;
    h.refuses(
        "08:12",
        "same_class",
        json!({ "type": "change_class", "ticket": first, "class": "biasa", "reason": "Ujian" }),
    )
    .await;
    h.refuses("08:12", "not_at_counter", at_counter("finish", "k1", first)).await;
    assert_eq!(ticket(&h.must("08:13", of_counter("call_next", "k1")).await), first);
    h.refuses("08:13", "counter_busy", of_counter("call_next", "k1")).await;
    h.refuses("08:13", "ticket_at_counter", json!({ "type": "cancel_ticket", "ticket": first })).await;
    h.refuses("08:13:05", "too_soon", at_counter("recall", "k1", first)).await;
    h.refuses("08:13:05", "call_again_first", at_counter("no_show", "k1", first)).await;
    h.must("08:14", at_counter("recall", "k1", first)).await;
    h.must("08:15", at_counter("recall", "k1", first)).await;
    h.refuses("08:16", "called_enough", at_counter("recall", "k1", first)).await;
    h.must("08:17", of_counter("call_ahead", "k1")).await;
    h.refuses("08:17", "ahead_taken", of_counter("call_ahead", "k1")).await;
    h.refuses(
        "08:17",
        "not_waiting",
        json!({ "type": "call_ticket", "counter": "k2", "ticket": second, "reason": "Ujian" }),
    )
    .await;
    h.must("08:18", at_counter("start_serving", "k1", first)).await;
    h.refuses("08:18", "already_serving", at_counter("no_show", "k1", first)).await;
    let transfer = |key: &str, value: &str| {
        let mut command = at_counter("transfer", "k1", first);
        if !key.is_empty() {
            command[key] = value.into();
        }
        command
    };
    h.refuses("08:18", "no_destination", transfer("", "")).await;
    h.refuses("08:18", "same_service", transfer("service", "bayaran")).await;
    h.refuses("08:18", "same_counter", transfer("to", "k1")).await;
    h.must("08:19", json!({ "type": "cancel_ticket", "ticket": third })).await;
    h.refuses("08:19", "ticket_ended", json!({ "type": "cancel_ticket", "ticket": third })).await;

    // Appointments, by the hour.
    h.refuses("08:20", "too_early", check_in("AAAA1")).await;
    h.must("09:00", check_in("aaaa-1")).await;
    h.refuses("09:01", "appointment_used", check_in("AAAA1")).await;
    h.refuses("10:16", "too_late", check_in("BBBB2")).await;

    // The end of the day.
    h.refuses("16:45", "after_last_ticket", json!({ "type": "issue_ticket", "service": "bayaran" })).await;
    h.must("16:50", json!({ "type": "close_day" })).await;
    let before = h.view("supervisor").await;
    h.refuses("16:51", "day_has_closed", json!({ "type": "close_day" })).await;
    assert_eq!(before, h.view("supervisor").await, "a refusal changes nothing");

    let expected: BTreeSet<String> = CODES.iter().map(|&code| code.to_owned()).collect();
    assert_eq!(hall.refused(), expected);
}
