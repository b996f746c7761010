//! Appointments from a file, and how people with one are received.

use giliran_tests::hall::{Hall, moment, refusal, ticket};
use serde_json::{Value, json};
use uuid::Uuid;

fn check_in(code: &str) -> Value {
    json!({ "type": "check_in", "code": code })
}

/// A file with one line for each code, an appointment at that hour.
fn file(lines: &[(&str, &str, &str)]) -> String {
    let lines: String =
        lines.iter().map(|(code, service, at)| format!("{code},{service},{}\n", moment(at))).collect();
    format!("code,service,at\n{lines}")
}

#[tokio::test]
async fn a_file_is_taken_whole_and_once() {
    let hall = Hall::open().await;
    hall.must("08:00", json!({ "type": "open_counter", "counter": "k1" })).await;
    let id = Uuid::new_v4();
    let good = file(&[("ABCD1", "bayaran", "09:00"), ("abcd-2", "tanah", "09:30")]);
    let first = hall.import(id, &good).await;
    assert!(first.status().is_success(), "{}", first.status());
    let first: Value = first.json().await.expect("an answer is JSON");
    let again: Value = hall.import(id, &good).await.json().await.expect("an answer is JSON");
    assert_eq!(first, again, "the same file sent again happens once and gets the same answer");
    hall.must("08:45", check_in("abcd1")).await;

    // Again under another id: whoever has checked in is not to be promised another hour.
    let error = refusal("a file with a used code", hall.import(Uuid::new_v4(), &good).await).await;
    assert_eq!(error.code, "unsound_appointments");
    assert!(error.detail.expect("a reason").contains("appointment.1"), "the line is named");
}

#[tokio::test]
async fn a_wrong_file_is_refused_whole_and_the_line_is_named() {
    let hall = Hall::open().await;
    hall.must("08:00", json!({ "type": "open_counter", "counter": "k1" })).await;
    let line = |line: &str| format!("code,service,at\nABCD1,bayaran,{}\n{line}\n", moment("09:00"));
    for (what, csv, code, named) in [
        ("no hour", line("ABCD2,bayaran,pagi"), "not_appointments", "line: 3"),
        ("a cell too few", line("ABCD2,bayaran"), "not_appointments", "line: 3"),
        ("no such column", "kod,servis,masa\nABCD1,bayaran,x\n".into(), "not_appointments", "line: 2"),
        (
            "a code that is none",
            line(&format!("A!,bayaran,{}", moment("09:30"))),
            "not_an_appointment_code",
            "4 to 16",
        ),
        (
            "no such service",
            line(&format!("ABCD2,tiada,{}", moment("09:30"))),
            "unsound_appointments",
            "appointment.2",
        ),
        (
            "a code twice",
            line(&format!("ABCD1,bayaran,{}", moment("09:30"))),
            "unsound_appointments",
            "appointment.2",
        ),
        (
            "nobody named",
            line(&format!("ABCD2,pasport,{}", moment("09:30"))),
            "unsound_appointments",
            "appointment.2",
        ),
        ("an empty file", "code,service,at\n".into(), "unsound_appointments", "between 1 and 2000"),
    ] {
        let error = refusal(what, hall.import(Uuid::new_v4(), csv).await).await;
        assert_eq!(error.code, code, "{what}: {error:?}");
        let detail = error.detail.unwrap_or_default();
        assert!(detail.contains(named), "{what}: {named} is not named in {detail}");
    }
    hall.refuses("08:45", "unknown_appointment", check_in("ABCD1")).await;
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused() {
    let hall = Hall::open().await;
    hall.must("08:00", json!({ "type": "open_counter", "counter": "k1" })).await;
    let line = |n: usize| format!("K{n:05},bayaran,{}\n", moment("09:00"));
    let of = |lines: usize| (0..lines).fold(String::from("code,service,at\n"), |text, n| text + &line(n));
    let error = refusal("too many", hall.import(Uuid::new_v4(), of(2_001)).await).await;
    assert_eq!(error.code, "unsound_appointments", "{error:?}");
    let answer = hall.import(Uuid::new_v4(), of(20_000)).await;
    assert_eq!(answer.status().as_u16(), 413);
    let error = refusal("too many bytes", answer).await;
    assert_eq!(error.code, "body_too_large");
    assert!(hall.import(Uuid::new_v4(), of(2_000)).await.status().is_success(), "the most that is allowed");
}

#[tokio::test]
async fn who_has_an_appointment_is_due_at_the_hour_and_too_early_or_too_late_is_said() {
    let hall = Hall::open().await;
    hall.must("08:00", json!({ "type": "open_counter", "counter": "k1" })).await;
    let csv =
        file(&[("EARLY", "bayaran", "09:00"), ("ONTIME", "bayaran", "09:00"), ("LATE", "bayaran", "09:00")]);
    assert!(hall.import(Uuid::new_v4(), csv).await.status().is_success());

    let no = hall.refuses("08:29", "too_early", check_in("EARLY")).await;
    assert!(
        no.message.ms.contains("08:30") || no.detail.expect("a time").contains("00:30"),
        "it says from when"
    );
    let walk_in = hall.takes("08:30", "bayaran").await;
    let early = ticket(&hall.must("08:30", check_in("EARLY")).await);
    let after = hall.takes("08:50", "bayaran").await;
    let on_time = ticket(&hall.must("09:00", check_in("ONTIME")).await);
    hall.refuses("09:16", "too_late", check_in("LATE")).await;

    // Due at 08:45, 09:00, 09:00 and 09:05.
    for expected in [walk_in, early, on_time, after] {
        let called = ticket(&hall.must("09:20", json!({ "type": "call_next", "counter": "k1" })).await);
        assert_eq!(called, expected);
        hall.must("09:20", json!({ "type": "finish", "counter": "k1", "ticket": called })).await;
    }
}

#[tokio::test]
async fn an_appointment_of_a_person_with_a_living_ticket_waits_until_that_is_done() {
    let hall = Hall::open().await;
    hall.must("08:00", json!({ "type": "open_counter", "counter": "k1" })).await;
    let csv = format!("code,service,at,person\nPASP1,pasport,{},012-345 6789\n", moment("09:00"));
    assert!(hall.import(Uuid::new_v4(), csv).await.status().is_success());
    let walked_in = json!({ "type": "issue_ticket", "service": "pasport", "person": "0123456789" });
    let has = ticket(&hall.must("08:30", walked_in).await);
    hall.refuses("08:45", "has_ticket", check_in("PASP1")).await;
    hall.must("08:50", json!({ "type": "cancel_ticket", "ticket": has })).await;
    hall.must("08:51", check_in("PASP1")).await;
}
