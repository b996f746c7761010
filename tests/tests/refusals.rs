//! What a client does wrong by HTTP is answered with a status, a stable code and a sentence; nothing
//! changes, and the daemon's log (which the harness reads) has no error of it.

use giliran_protocol::{
    error::ErrorBody,
    paths::{BRANCHES, COMMANDS, EVENTS, SIMULATED_TIME, STATE},
};
use giliran_tests::{Daemon, Visit};
use reqwest::{Client, RequestBuilder, StatusCode, header::CONTENT_TYPE};
use serde_json::{Value, json};
use uuid::Uuid;

fn http() -> Client {
    Client::builder().no_proxy().build().expect("a client without settings")
}

/// A well-formed request around a command that may not be.
fn wrapped(command: Value) -> Value {
    json!({ "id": Uuid::new_v4(), "command": command })
}

/// Sends each request and checks how it is refused, and that the office is as it was before.
async fn check(daemon: &Daemon, requests: Vec<(&str, RequestBuilder, u16, &str)>) {
    let before = daemon.state().await;
    for (what, request, status, code) in requests {
        let answer = request.send().await.unwrap_or_else(|why| panic!("{what}: {why}"));
        let got = answer.status();
        let body: ErrorBody = answer.json().await.unwrap_or_else(|why| panic!("{what}: {got}, {why}"));
        let error = body.error;
        assert_eq!((got.as_u16(), error.code.as_str()), (status, code), "{what}: {error:?}");
        let texts = [Some(error.message.ms), error.message.en, error.message.zh, error.message.ta];
        for text in texts {
            let text = text.unwrap_or_else(|| panic!("{what}: a language is missing"));
            assert!(!text.trim().is_empty(), "{what}: a sentence is empty");
        }
    }
    let after = daemon.state().await;
    assert_eq!((before.seq, before.view), (after.seq, after.view), "a refusal changed something");
}

#[tokio::test]
async fn a_command_that_does_not_fit_is_refused_and_changes_nothing() {
    let daemon = Daemon::start().await;
    let visit = Visit::to(&daemon);
    visit.open("kaunter-1").await;
    visit.open("bilik-1").await;
    let gone = visit.issue("bayaran").await;
    assert_eq!(visit.call("kaunter-1").await, gone);
    visit.serve("kaunter-1", &gone).await;
    visit.finish("kaunter-1", &gone).await;
    let here = visit.issue("bayaran").await;
    visit.issue("bayaran").await;
    assert_eq!(visit.call("kaunter-1").await, here);

    let http = http();
    let post = |command| http.post(daemon.url(COMMANDS)).json(&wrapped(command));
    let never = 999_999;
    check(&daemon, vec![
        ("unknown service", post(json!({"type": "issue_ticket", "service": "tiada"})), 404, "unknown_service"),
        ("a service whose name is none", post(json!({"type": "issue_ticket", "service": "Apa saja!"})), 404, "unknown_service"),
        ("unknown class", post(json!({"type": "issue_ticket", "service": "bayaran", "class": "tiada"})), 404, "unknown_class"),
        ("unknown counter", post(json!({"type": "call_next", "counter": "kaunter-9"})), 404, "unknown_counter"),
        ("unknown ticket", post(json!({"type": "cancel_ticket", "ticket": never})), 404, "unknown_ticket"),
        ("unknown ticket at a counter", post(json!({"type": "finish", "counter": "kaunter-1", "ticket": never})), 404, "unknown_ticket"),
        ("a second ticket at a busy counter", post(json!({"type": "call_next", "counter": "kaunter-1"})), 409, "counter_busy"),
        ("empty queue", post(json!({"type": "call_next", "counter": "bilik-1"})), 409, "queue_empty"),
        ("closed counter", post(json!({"type": "call_next", "counter": "kaunter-2"})), 409, "counter_closed"),
        ("open counter", post(json!({"type": "open_counter", "counter": "kaunter-1"})), 409, "counter_open"),
        ("a ticket that has ended", post(json!({"type": "cancel_ticket", "ticket": gone.id})), 409, "ticket_ended"),
        ("a ticket at another counter", post(json!({"type": "start_serving", "counter": "bilik-1", "ticket": here.id})), 409, "not_at_counter"),
        ("a ticket that is not parked", post(json!({"type": "resume", "ticket": here.id})), 409, "not_parked"),
        ("a transfer to the same service", post(json!({"type": "transfer", "counter": "kaunter-1", "ticket": here.id, "service": "bayaran"})), 409, "same_service"),
        ("a counter without services", post(json!({"type": "choose_services", "counter": "kaunter-1", "services": []})), 422, "no_services"),
    ])
    .await;
}

#[tokio::test]
async fn a_request_that_is_no_command_is_refused_and_changes_nothing() {
    let daemon = Daemon::start().await;
    let http = http();
    let url = daemon.url(COMMANDS);
    let post = || http.post(&url);
    let text = |body: &'static str| post().header(CONTENT_TYPE, "application/json").body(body);
    let json = |body: Value| post().json(&body);
    let good = wrapped(json!({"type": "issue_ticket", "service": "bayaran"}));
    let elsewhere = |path: &str| format!("{}{path}", daemon.address());
    check(
        &daemon,
        vec![
            ("not JSON", text("Nombor, sila"), 400, "malformed_json"),
            ("half of a JSON", text(r#"{"id": "#), 400, "malformed_json"),
            ("nothing", text(""), 400, "malformed_json"),
            (
                "deep nesting",
                post().header(CONTENT_TYPE, "application/json").body("[".repeat(10_000)),
                422,
                "not_a_command",
            ),
            (
                "a number for a name",
                json(wrapped(json!({"type": "call_next", "counter": 5}))),
                422,
                "not_a_command",
            ),
            (
                "a negative ticket",
                json(wrapped(json!({"type": "resume", "ticket": -1}))),
                422,
                "not_a_command",
            ),
            ("no such command", json(wrapped(json!({"type": "shout"}))), 422, "not_a_command"),
            (
                "a key that nobody knows",
                json(wrapped(json!({"type": "call_next", "counter": "kaunter-1", "loud": true}))),
                422,
                "not_a_command",
            ),
            (
                "no id",
                json(json!({"command": {"type": "call_next", "counter": "kaunter-1"}})),
                422,
                "not_a_command",
            ),
            (
                "an id that is none",
                json(json!({"id": "7", "command": {"type": "call_next", "counter": "kaunter-1"}})),
                422,
                "not_a_command",
            ),
            (
                "no such language",
                json(wrapped(json!({"type": "issue_ticket", "service": "bayaran", "language": "jp"}))),
                422,
                "not_a_command",
            ),
            (
                "too large",
                json(wrapped(json!({"type": "call_next", "counter": "x".repeat(600_000)}))),
                413,
                "body_too_large",
            ),
            (
                "not said to be JSON",
                post().header(CONTENT_TYPE, "text/plain").body(good.to_string()),
                415,
                "not_json",
            ),
            (
                "a form",
                post().header(CONTENT_TYPE, "application/x-www-form-urlencoded").body("type=call_next"),
                415,
                "not_json",
            ),
            (
                "a time for a clock that goes by itself",
                json(good.clone()).header(SIMULATED_TIME, "2026-01-05T08:00:00Z"),
                400,
                "bad_time",
            ),
            ("a time that is none", json(good.clone()).header(SIMULATED_TIME, "noon"), 400, "bad_time"),
            (
                "unknown branch",
                http.post(elsewhere("/api/v1/branches/tiada/commands")).json(&good),
                404,
                "unknown_branch",
            ),
            ("wrong method", http.get(&url), 405, "wrong_method"),
            ("wrong method elsewhere", http.delete(elsewhere(BRANCHES)), 405, "wrong_method"),
            ("unknown address", http.get(elsewhere("/api/v1/nothing")), 404, "unknown_address"),
            ("nobody looks", http.get(daemon.url(STATE)), 400, "unknown_audience"),
            (
                "nobody that is known looks",
                http.get(daemon.url(STATE) + "?audience=burglar"),
                400,
                "unknown_audience",
            ),
            (
                "a look at an unknown branch",
                http.get(elsewhere("/api/v1/branches/tiada/state?audience=display")),
                404,
                "unknown_branch",
            ),
            ("no handshake of a WebSocket", http.get(daemon.url(EVENTS)), 400, "not_a_websocket"),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_refused_command_gets_the_same_answer_when_it_is_sent_again() {
    let daemon = Daemon::start().await;
    let visit = Visit::to(&daemon);
    visit.open("kaunter-1").await;
    let http = http();
    let call = wrapped(json!({"type": "call_next", "counter": "kaunter-1"}));
    let send = || http.post(daemon.url(COMMANDS)).json(&call).send();

    let first = send().await.expect("an answer");
    assert_eq!(first.status(), StatusCode::CONFLICT);
    // Somebody comes meanwhile; the officer who was told "nobody" must not get them by an old press.
    visit.issue("bayaran").await;
    let second = send().await.expect("an answer");
    assert_eq!(second.status(), StatusCode::CONFLICT);
    let (first, second) = (first.text().await, second.text().await);
    assert_eq!(first.expect("a body"), second.expect("a body"));
}

#[tokio::test]
async fn every_page_and_the_description_of_the_interface_are_there() {
    let daemon = Daemon::start().await;
    let http = http();
    for (path, kind) in [
        ("/", "text/html"),
        ("/kiosk", "text/html"),
        ("/counter", "text/html"),
        ("/display", "text/html"),
        ("/dashboard", "text/html"),
        ("/api/openapi.json", "application/json"),
    ] {
        let answer = http.get(format!("{}{path}", daemon.address())).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let found = answer.headers()[CONTENT_TYPE].to_str().expect("a header is text");
        assert!(found.starts_with(kind), "{path}: {found}");
    }
}
