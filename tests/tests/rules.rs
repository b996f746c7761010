//! The rules of a hall over HTTP and WebSocket, on the real daemon: they are read back and changed while it
//! is open, and what they promise to people is kept.

use std::{fs, path::Path};

use giliran_protocol::{
    live::ToClient,
    paths::FAIR_ORDER,
    view::{Audience, OpeningView},
};
use giliran_tests::{
    Socket,
    hall::{Hall, moment, ticket},
};
use serde_json::{Value, json};

/// After so many signs of life without the news that is waited for, none will come: what time brings about is
/// told within a second, and a sign of life comes every five.
const HEARTBEATS: u32 = 4;

fn call(counter: &str) -> Value {
    json!({ "type": "call_next", "counter": counter })
}

fn open(counter: &str) -> Value {
    json!({ "type": "open_counter", "counter": counter })
}

fn passport(phone: &str) -> Value {
    json!({ "type": "issue_ticket", "service": "pasport", "person": phone })
}

/// A living ticket as the staff sees it.
async fn living(hall: &Hall, ticket: u64) -> Option<Value> {
    let view = hall.view("counter").await;
    view["tickets"]
        .as_array()
        .expect("the staff sees tickets")
        .iter()
        .find(|known| known["id"] == ticket)
        .cloned()
}

#[tokio::test]
async fn rules_change_while_open_and_leave_the_tickets_that_are_out_alone() {
    let hall = Hall::open().await;
    hall.must("08:00", open("k1")).await;
    let waits = hall.takes("08:01", "bayaran").await;
    let before = living(&hall, waits).await.expect("it waits");

    let mut rules = hall.rules().await;
    assert_eq!(rules["service"][0]["id"], "bayaran", "they are read back as they were configured");
    rules["service"][0]["allowance"] = json!("1h");
    rules["service"][0]["series"]["letters"] = json!("F");
    rules["counter"]
        .as_array_mut()
        .expect("a list")
        .push(json!({ "id": "k4", "number": 4, "services": ["bayaran"] }));
    hall.must("08:02", json!({ "type": "set_rules", "rules": rules })).await;
    let changed = hall.rules().await;
    assert_eq!(changed["counter"][3]["id"], "k4");

    assert_eq!(living(&hall, waits).await, Some(before), "number, place and due time stay");
    let outcome = hall.must("08:03", json!({ "type": "issue_ticket", "service": "bayaran" })).await;
    assert_eq!(outcome["number"], "F002", "the day's count goes on under the new letters");
    hall.must("08:04", open("k4")).await;
    assert_eq!(ticket(&hall.must("08:04", call("k4")).await), waits);
}

#[tokio::test]
async fn unsound_rules_are_refused_whole_and_every_fault_is_named() {
    let hall = Hall::open().await;
    hall.must("08:00", open("k3")).await;
    hall.takes("08:01", "tanah").await;
    let sound = hall.rules().await;

    let mut rules = sound.clone();
    rules["service"][0]["quota"] = json!(0);
    rules["service"][1]["series"]["letters"] = json!("A");
    rules["counter"][0]["helps"] = json!([[]]);
    rules["counter"][1]["reserved"] = json!(["vip"]);
    rules["hours"]["week"][0]["open"][0]["until"] = json!("07:00:00");
    let no = hall.refuses("08:02", "unsound_rules", json!({ "type": "set_rules", "rules": rules })).await;
    let detail = no.detail.expect("whoever mends it is told what");
    for place in [
        "service.bayaran.quota",
        "service.pasport.series",
        "counter.k1.helps",
        "counter.k2.reserved",
        "hours.week.1.open",
    ] {
        assert!(detail.contains(place), "{place} is not named in {detail}");
    }
    assert_eq!(hall.rules().await, sound);

    // A service for which somebody waits can't be taken away.
    let mut rules = sound.clone();
    rules["service"].as_array_mut().expect("a list").remove(2);
    rules["counter"].as_array_mut().expect("a list").remove(2);
    let no = hall.refuses("08:03", "unsound_rules", json!({ "type": "set_rules", "rules": rules })).await;
    assert!(no.detail.expect("a reason").contains("service.tanah"));

    // What is no set of rules at all is not understood.
    let error =
        hall.refuses("08:04", "not_rules", json!({ "type": "set_rules", "rules": { "id": "dewan" } })).await;
    assert!(error.detail.is_some(), "{error:?}");
    assert_eq!(hall.rules().await, sound);
}

#[tokio::test]
async fn rules_changed_by_command_outlive_a_restart_until_the_file_says_something_new() {
    let mut hall = Hall::open().await;
    let mut rules = hall.rules().await;
    rules["service"][0]["allowance"] = json!("PT40M");
    hall.must("08:00", json!({ "type": "set_rules", "rules": rules })).await;
    let changed = hall.rules().await;

    hall.daemon.restart().await;
    assert_eq!(hall.rules().await, changed, "the same file says nothing new");

    hall.configure(&Hall::configured().replace("quota = 2", "quota = 5"));
    hall.daemon.restart().await;
    let configured = hall.rules().await;
    assert_eq!(configured["service"][1]["quota"], 5);
    assert_ne!(configured["service"][0], changed["service"][0], "the file's rules hold, all of them");
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a test's own folder can be read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let bytes = fs::read(&path).expect("a test's own file can be read");
            found.push((path, bytes));
        }
    }
    found
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn a_person_has_one_living_ticket_and_the_phone_number_is_nowhere() {
    const PHONE: &str = "0123456789";
    let mut hall = Hall::open().await;
    let outcome = hall.must("08:01", passport("012-345 6789")).await;
    let no = hall.refuses("08:02", "has_ticket", passport("+0123456789")).await;
    assert!(no.message.ms.contains("L001"), "the sentence says which number: {}", no.message.ms);
    hall.refuses("08:02", "person_needed", json!({ "type": "issue_ticket", "service": "pasport" })).await;
    hall.refuses("08:02", "not_a_person_number", passport("tiada")).await;
    // A service that does not ask keeps nothing, even of who says it.
    let unasked = json!({ "type": "issue_ticket", "service": "bayaran", "person": PHONE });
    hall.must("08:03", unasked).await;
    hall.must("08:04", json!({ "type": "cancel_ticket", "ticket": ticket(&outcome) })).await;
    hall.must("08:05", passport(PHONE)).await;

    // While the daemon runs, as a thief of the disk would find it.
    let running = files(hall.kept_in());
    assert!(
        running.iter().any(|(path, _)| path.to_string_lossy().ends_with("-wal")),
        "the log was looked into"
    );
    assert!(running.iter().any(|(_, bytes)| holds(bytes, "L001")), "what is kept was looked into");
    // And in what screens are shown.
    for audience in ["kiosk", "display", "counter", "supervisor"] {
        let view = hall.view(audience).await.to_string();
        assert!(!view.contains(PHONE), "{audience} is shown the phone number");
    }
    hall.daemon.end();
    for (path, bytes) in running.into_iter().chain(files(hall.kept_in())) {
        for written in [PHONE, "012-345 6789", "345 6789"] {
            assert!(!holds(&bytes, written), "{} holds the phone number", path.display());
        }
    }
}

#[tokio::test]
async fn what_is_done_out_of_turn_is_read_back_with_who_when_and_why() {
    let hall = Hall::open().await;
    hall.must("08:00", open("k1")).await;
    hall.must("08:00", open("k2")).await;
    let first = hall.takes("08:01", "bayaran").await;
    let second = hall.takes("08:02", "bayaran").await;
    let third = hall.takes("08:03", "bayaran").await;
    let by = Some("aminah");
    let pick = json!({ "type": "call_ticket", "counter": "k1", "ticket": third, "reason": "Anak demam" });
    hall.must_by("08:10", by, pick).await;
    let class = json!({ "type": "change_class", "ticket": second, "class": "warga-emas", "reason": "Berumur 70 tahun" });
    hall.must_by("08:11", by, class).await;
    assert_eq!(ticket(&hall.must("08:12", call("k2")).await), second);
    hall.must_by("08:13", by, json!({ "type": "requeue", "ticket": second, "reason": "Ke tandas" })).await;
    hall.must_by("08:14", by, json!({ "type": "cancel_ticket", "ticket": first, "reason": "Sudah pulang" }))
        .await;
    assert_eq!(ticket(&hall.must("08:15", call("k2")).await), second);
    hall.must_by("08:15:05", Some("farid"), json!({ "type": "undo", "counter": "k2" })).await;

    let record = hall.get(FAIR_ORDER).await;
    let lines: Vec<Value> = record["records"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|line| json!([line["at"], line["by"]["id"], line["ticket"], line["what"], line["reason"]]))
        .collect();
    let utc = |at: &str| format!("2026-11-23T{at}Z");
    assert_eq!(
        lines,
        [
            json!([utc("00:10:00"), "aminah", third, { "type": "picked", "counter": "k1", "passed": 2 }, "Anak demam"]),
            json!([utc("00:11:00"), "aminah", second, { "type": "class_changed", "from": "biasa", "to": "warga-emas" }, "Berumur 70 tahun"]),
            json!([utc("00:13:00"), "aminah", second, { "type": "requeued", "counter": "k2" }, "Ke tandas"]),
            json!([utc("00:14:00"), "aminah", first, { "type": "cancelled" }, "Sudah pulang"]),
            json!([utc("00:15:05"), "farid", second, { "type": "undone", "counter": "k2" }, null]),
        ]
    );
    let after = record["records"][3]["seq"].as_u64().expect("a number");
    let rest = hall.get(&format!("{FAIR_ORDER}?after={after}")).await;
    assert_eq!(rest["records"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_press_is_undone_within_seconds_and_not_later() {
    let hall = Hall::open().await;
    hall.must("08:00", open("k1")).await;
    let waits = hall.takes("08:01", "bayaran").await;
    let before = living(&hall, waits).await.expect("it waits");
    hall.must("08:05", call("k1")).await;
    hall.must("08:05:10", json!({ "type": "undo", "counter": "k1" })).await;
    assert_eq!(living(&hall, waits).await, Some(before), "it is as if it had not been called");
    hall.must("08:06", call("k1")).await;
    hall.must("08:06", json!({ "type": "finish", "counter": "k1", "ticket": waits })).await;
    hall.refuses("08:06:11", "nothing_to_undo", json!({ "type": "undo", "counter": "k1" })).await;
}

#[tokio::test]
async fn the_next_visitor_is_called_ahead_and_then_to_the_counter() {
    let hall = Hall::open().await;
    hall.must("08:00", open("k1")).await;
    let first = hall.takes("08:01", "bayaran").await;
    let second = hall.takes("08:02", "bayaran").await;
    hall.must("08:03", call("k1")).await;
    let ahead = hall.must("08:04", json!({ "type": "call_ahead", "counter": "k1" })).await;
    assert_eq!((ahead["type"].as_str(), ticket(&ahead)), (Some("called_ahead"), second));
    let view = hall.view("display").await;
    assert_eq!(view["counters"][0]["ahead"]["number"], "A002");
    assert_eq!(view["counters"][0]["ahead"]["place"]["ms"], "Kerusi");
    hall.must("08:05", json!({ "type": "finish", "counter": "k1", "ticket": first })).await;
    let urgent = json!({ "type": "issue_ticket", "service": "bayaran", "class": "warga-emas" });
    hall.must("08:05", urgent).await;
    assert_eq!(
        ticket(&hall.must("08:30", call("k1")).await),
        second,
        "who stands there is next, whoever came since"
    );
    assert!(hall.view("display").await["counters"][0]["ahead"].is_null());
}

#[tokio::test]
async fn who_missed_the_call_comes_back_to_the_old_place_in_time_and_not_later() {
    let hall = Hall::open().await;
    hall.must("08:00", open("k1")).await;
    let late = hall.takes("08:01", "bayaran").await;
    let lost = hall.takes("08:02", "bayaran").await;
    let here = hall.takes("08:03", "bayaran").await;
    for (at, again, ticket) in [("08:04", "08:05", late), ("08:06", "08:07", lost)] {
        hall.must(at, call("k1")).await;
        hall.must(again, json!({ "type": "recall", "counter": "k1", "ticket": ticket })).await;
        hall.must(again, json!({ "type": "no_show", "counter": "k1", "ticket": ticket })).await;
    }
    let missed = hall.view("counter").await["missed"].take();
    assert_eq!(missed[0]["number"], "A001");
    assert!(hall.view("kiosk").await["missed"].is_null(), "who missed a call is the staff's business");
    hall.must("08:35", json!({ "type": "come_back", "ticket": late })).await;
    assert_eq!(ticket(&hall.must("08:36", call("k1")).await), late, "before whoever came after");
    hall.refuses("08:37:01", "ticket_ended", json!({ "type": "come_back", "ticket": lost })).await;
    hall.must("08:38", json!({ "type": "finish", "counter": "k1", "ticket": late })).await;
    assert_eq!(ticket(&hall.must("08:38", call("k1")).await), here);
}

#[tokio::test]
async fn the_kiosk_sees_how_many_numbers_are_left() {
    let hall = Hall::open().await;
    hall.refuses("08:00", "person_needed", json!({ "type": "issue_ticket", "service": "pasport" })).await;
    let mut kiosk = joined(&hall, Audience::Kiosk).await;
    for (at, phone, left) in [("08:01", "0123456781", 1), ("08:02", "0123456782", 0)] {
        hall.must(at, passport(phone)).await;
        assert_eq!(hall.view("kiosk").await["services"][1]["numbers_left"], left);
        told(&mut kiosk, &format!(r#""service":"pasport","waiting":{},"numbers_left":{left}"#, 2 - left))
            .await;
    }
    hall.refuses("08:03", "quota_used", passport("0123456783")).await;
    let other = hall.view("kiosk").await["services"][0].take();
    assert!(other["numbers_left"].is_null(), "no quota, no number: {other}");
}

/// Joins an audience, and has the whole picture: whatever happens after is told.
async fn joined(hall: &Hall, audience: Audience) -> Socket {
    let mut socket = Socket::join(&hall.daemon, audience).await;
    let first = socket.message().await;
    assert!(matches!(first, Some(ToClient::Snapshot { .. })), "{first:?}");
    socket
}

/// Waits for a message that says that.
async fn told(socket: &mut Socket, what: &str) {
    let mut heartbeats = 0;
    loop {
        let text = socket.text().await.unwrap_or_else(|| panic!("it was never told {what}"));
        if text.contains(what) {
            return;
        }
        heartbeats += u32::from(text.contains("heartbeat"));
        assert!(heartbeats < HEARTBEATS, "it was never told {what}");
    }
}

#[tokio::test]
async fn clients_are_told_when_the_doors_open_and_close() {
    let hall = Hall::open().await;
    hall.refuses("07:59", "office_closed", json!({ "type": "issue_ticket", "service": "bayaran" })).await;
    let mut sockets = Vec::new();
    for audience in Audience::ALL {
        sockets.push(joined(&hall, audience).await);
    }
    let closed = hall.view("kiosk").await["opening"].take();
    assert_eq!(closed, json!({ "state": "closed", "next": "2026-11-23T00:00:00Z" }));
    // Nothing but time has passed: a refusal brings it along and writes nothing.
    hall.refuses("08:00", "unknown_ticket", json!({ "type": "resume", "ticket": 9 })).await;
    for socket in &mut sockets {
        let OpeningView::Open { until, extra } = opening(socket).await else { panic!("the doors are open") };
        assert_eq!((until.to_string().as_str(), extra), ("2026-11-23T09:00:00Z", false));
    }
    assert_eq!(hall.view("kiosk").await["opening"]["state"], "open");

    let extra = json!({ "type": "open_extra", "until": moment("18:00"), "reason": "Ramai orang" });
    hall.must("16:00", extra).await;
    for socket in &mut sockets {
        assert!(matches!(opening(socket).await, OpeningView::Open { extra: true, .. }));
    }
    hall.must("18:00", open("k1")).await;
    for socket in &mut sockets {
        assert!(matches!(opening(socket).await, OpeningView::Closed { .. }));
    }
}

/// The next that a client is told of the doors, by itself or with a whole picture.
async fn opening(socket: &mut Socket) -> OpeningView {
    let mut heartbeats = 0;
    while heartbeats < HEARTBEATS {
        #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else is about the doors")]
        match socket.message().await.expect("the connection stands") {
            ToClient::Opening { opening } => return opening,
            ToClient::Entry { changes, .. } => {
                for change in changes {
                    if let giliran_protocol::live::Change::Reset { view } = change {
                        return view.opening;
                    }
                }
            }
            ToClient::Heartbeat { .. } => heartbeats += 1,
            _ => {}
        }
    }
    panic!("it was never told of the doors")
}
