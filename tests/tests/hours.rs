//! How the day goes hour by hour beside a usual one, and what new rules would mean before they are set.

use giliran_protocol::paths;
use giliran_tests::hall::{DAY, Hall, ticket};
use jiff::{Timestamp, ToSpan, civil::Date};
use reqwest::Client;
use serde_json::{Value, json};
use uuid::Uuid;

/// A time of a day in Kuala Lumpur.
fn on(day: Date, at: &str) -> Timestamp {
    format!("{day}T{at}:00+08:00").parse().expect("a time")
}

/// Sends a command at a time of any day.
async fn tell(hall: &Hall, at: Timestamp, command: Value) -> Value {
    let url = hall.daemon.url(paths::COMMANDS);
    let request = json!({ "id": Uuid::new_v4(), "command": command });
    let sent = Client::new().post(url).header(paths::SIMULATED_TIME, at.to_string()).json(&request).send();
    let answer: Value = sent.await.expect("the daemon answers").json().await.expect("JSON");
    assert!(answer["error"].is_null(), "{at} {command}: {answer}");
    answer
}

/// A day on which so many numbers are given out at 09:10, one of them called at 09:40 and the rest at 10:20.
async fn passes(hall: &Hall, day: Date, numbers: u32) {
    if hall.view("supervisor").await["counters"][1]["open"] == false {
        tell(hall, on(day, "09:00"), json!({ "type": "open_counter", "counter": "k2" })).await;
    }
    for _ in 0..numbers {
        tell(hall, on(day, "09:10"), json!({ "type": "issue_ticket", "service": "bayaran" })).await;
    }
    for n in 0..numbers {
        let at = on(day, if n == 0 { "09:40" } else { "10:20" });
        let called = tell(hall, at, json!({ "type": "call_next", "counter": "k2" })).await;
        for press in ["start_serving", "finish"] {
            let ticket = ticket(&called["outcome"]);
            tell(hall, at, json!({ "type": press, "counter": "k2", "ticket": ticket })).await;
        }
    }
}

#[tokio::test]
async fn the_day_is_told_by_hours_beside_those_of_the_same_weekday_also_after_a_restart() {
    let mut hall = Hall::open().await;
    let charter = Hall::configured().replacen(
        "series = { letters = \"A\" }",
        "series = { letters = \"A\" }\ncharter = { waiting = \"45m\" }",
        1,
    );
    hall.configure(&charter);
    hall.daemon.restart().await;
    let monday: Date = DAY.parse().expect("a date");
    passes(&hall, monday, 3).await;
    // Another weekday is not what is usual on a Monday.
    passes(&hall, monday.tomorrow().expect("there is one"), 9).await;
    let next = monday.saturating_add(7.days());
    passes(&hall, next, 5).await;
    let last = monday.saturating_add(14.days());
    passes(&hall, last, 2).await;

    let expected = json!({
        "day": last,
        "usual_of": 2,
        "hours": [
            { "from": on(last, "09:00"), "issued": 2, "called": 1, "within": 1, "late": 0, "longest_s": 1800,
              "usual_issued": 4.0, "usual_called": 1.0 },
            { "from": on(last, "10:00"), "issued": 0, "called": 1, "within": 0, "late": 1, "longest_s": 4200,
              "usual_issued": 0.0, "usual_called": 3.0 },
        ],
    });
    assert_eq!(hall.get(paths::DAY).await, expected);
    hall.daemon.restart().await;
    assert_eq!(hall.get(paths::DAY).await, expected, "what was kept");
    // Whatever comes after the last state that was kept is found in the log.
    tell(&hall, on(last, "11:59"), json!({ "type": "issue_ticket", "service": "bayaran" })).await;
    let _ = hall.daemon.kill();
    hall.daemon.start_again().await;
    let seen = hall.get(paths::DAY).await;
    assert_eq!((&seen["hours"][0], &seen["hours"][1]), (&expected["hours"][0], &expected["hours"][1]));
    assert_eq!(seen["hours"][2]["issued"], 1);
}

async fn last_entry(hall: &Hall) -> u64 {
    let state = hall.get(&format!("{}?audience=supervisor", paths::STATE)).await;
    state["seq"].as_u64().expect("an entry's number")
}

async fn check(hall: &Hall, rules: &Value) -> Value {
    let sent =
        Client::new().post(hall.daemon.url(paths::RULES_CHECK)).json(&json!({ "rules": rules })).send();
    let answer = sent.await.expect("the daemon answers");
    assert!(answer.status().is_success(), "{}", answer.status());
    answer.json().await.expect("JSON")
}

#[tokio::test]
async fn rules_are_checked_and_shown_before_they_are_set_and_nothing_changes() {
    let hall = Hall::open().await;
    hall.must("09:00", json!({ "type": "open_counter", "counter": "k3" })).await;
    hall.takes("09:01", "tanah").await;
    let rules = hall.rules().await;
    let before = last_entry(&hall).await;

    let checked = check(&hall, &rules).await;
    assert_eq!(checked["faults"], json!([]));
    assert_eq!(checked["view"]["services"].as_array().expect("services").len(), 3);
    assert_eq!(checked["view"]["services"][2]["waiting"], 0, "of an empty office");
    assert_eq!(checked["view"]["tickets"], Value::Null, "as a kiosk sees it");

    // Renamed, and one more service.
    let mut other = rules.clone();
    other["name"]["ms"] = "Nama Baharu".into();
    let mut service = other["service"][0].clone();
    service["id"] = "baharu".into();
    service["series"]["letters"] = "Z".into();
    other["service"].as_array_mut().expect("services").push(service);
    other["counter"][0]["services"].as_array_mut().expect("services").push("baharu".into());
    let checked = check(&hall, &other).await;
    assert_eq!(checked["faults"], json!([]));
    assert_eq!(checked["view"]["name"]["ms"], "Nama Baharu");
    assert_eq!(checked["view"]["services"][3]["id"], "baharu");

    // What makes no sense is named with its place.
    let mut wrong = rules.clone();
    wrong["service"][1]["series"]["letters"] = "A".into();
    let checked = check(&hall, &wrong).await;
    let fault = &checked["faults"][0];
    assert!(fault["at"].as_str().expect("a place").contains("series"), "{fault}");
    assert_eq!(checked["view"], Value::Null);
    let refused =
        hall.refuses("09:02", "unsound_rules", json!({ "type": "set_rules", "rules": wrong })).await;
    assert!(refused.detail.is_some_and(|detail| detail.contains(fault["what"].as_str().expect("a reason"))));

    // Somebody waits for what would go.
    let mut gone = rules.clone();
    gone["service"].as_array_mut().expect("services").remove(2);
    gone["counter"][2]["services"] = json!(["pasport"]);
    let checked = check(&hall, &gone).await;
    assert_eq!(checked["faults"][0]["at"], "service.tanah");
    assert_eq!(checked["view"], Value::Null);

    // What can't be read as rules at all.
    let mut unread = rules.clone();
    unread["servis"] = json!([]);
    let checked = check(&hall, &unread).await;
    assert_eq!(checked["faults"][0]["at"], "rules");
    assert!(checked["faults"][0]["what"].as_str().expect("a reason").contains("servis"));
    let none = Client::new().post(hall.daemon.url(paths::RULES_CHECK)).json(&json!({ "rules": null })).send();
    assert_eq!(none.await.expect("the daemon answers").status(), 422, "no object");

    assert_eq!(hall.rules().await, rules);
    assert_eq!(last_entry(&hall).await, before);
}
