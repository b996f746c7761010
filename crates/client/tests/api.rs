//! Commands and questions against a daemon that a script plays.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::time::Duration;

use giliran_client::{Api, ApiError, Key, Pairing, Progress};
use giliran_protocol::{
    access::{DeviceKind, Me},
    command::{Command, CommandRequest, Outcome},
    view::Audience,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
    time::Instant,
};
use uuid::Uuid;

/// What the daemon does with a request.
#[derive(Clone, Copy)]
enum Reply {
    /// Breaks the connection off instead of answering.
    HangUp,
    Answer(&'static str, &'static str),
}

const DONE: Reply = Reply::Answer("200 OK", r#"{"seq":7,"outcome":{"type":"done"}}"#);
const STOPPING: Reply =
    Reply::Answer("503 Service Unavailable", r#"{"error":{"code":"not_ready","message":{"ms":"Tunggu."}}}"#);
const EMPTY: Reply = Reply::Answer(
    "409 Conflict",
    r#"{"error":{"code":"queue_empty","message":{"ms":"Tiada yang menunggu.","en":"Nobody waits."}}}"#,
);

/// Gives those replies, one connection each; what it was asked is the result.
async fn daemon(replies: &'static [Reply]) -> (Api, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = Api::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let asked = tokio::spawn(async move {
        let mut asked = Vec::new();
        for reply in replies {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !is_whole(&request) {
                let mut more = [0; 4096];
                let n = stream.read(&mut more).await.unwrap();
                assert_ne!(n, 0, "the request broke off");
                request.extend_from_slice(&more[..n]);
            }
            asked.push(String::from_utf8(request).unwrap());
            if let Reply::Answer(status, body) = reply {
                let answer = format!(
                    "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        }
        asked
    });
    (api, asked)
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}

fn call_next() -> CommandRequest {
    CommandRequest::new(Uuid::from_u128(42), Command::CallNext { counter: "k1".into() })
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

#[tokio::test]
async fn a_command_is_posted_and_its_answer_understood() {
    let (api, asked) = daemon(&[DONE]).await;
    let answer = api.command("kl", &call_next()).await.unwrap();
    assert_eq!((answer.seq, answer.outcome), (7, Outcome::Done));
    let asked = asked.await.unwrap();
    assert!(asked[0].starts_with("POST /api/v1/branches/kl/commands HTTP/1.1\r\n"), "{asked:?}");
    let (head, body) = asked[0].split_once("\r\n\r\n").unwrap();
    assert!(head.contains("content-type: application/json"), "{head}");
    assert!(!head.contains("giliran-simulated-time"), "{head}");
    assert_eq!(
        body,
        r#"{"id":"00000000-0000-0000-0000-00000000002a","command":{"type":"call_next","counter":"k1"}}"#
    );
}

#[tokio::test]
async fn a_simulated_time_travels_with_the_request() {
    let (api, asked) = daemon(&[DONE]).await;
    api.at("1999-01-03T08:00:00Z".parse().unwrap()).command("kl", &call_next()).await.unwrap();
    let asked = asked.await.unwrap();
    assert!(asked[0].contains("giliran-simulated-time: 1999-01-03T08:00:00Z\r\n"), "{asked:?}");
}

#[tokio::test]
async fn a_refusal_names_code_and_status() {
    let (api, _asked) = daemon(&[EMPTY]).await;
    let error = api.command("kl", &call_next()).await.unwrap_err();
    assert_eq!(error.code(), Some("queue_empty"));
    assert!(matches!(error, ApiError::Refused { status: 409, .. }));
    assert_eq!(error.to_string(), "Nobody waits. (queue_empty)");
    assert!(!error.is_passing());
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_is_odd_and_not_repeated() {
    for reply in [
        &[Reply::Answer("200 OK", "<html>")],
        &[Reply::Answer("200 OK", "{}")],
        &[Reply::Answer("404 Not Found", "nothing here")],
        &[Reply::Answer("302 Found", "")],
    ] {
        let (api, asked) = daemon(reply).await;
        let error = api.command_until_answered("kl", &call_next(), soon()).await.unwrap_err();
        assert!(matches!(error, ApiError::Odd { .. }), "{error:?}");
        assert_eq!(asked.await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_command_is_sent_again_with_the_same_id_until_it_is_answered() {
    let (api, asked) = daemon(&[Reply::HangUp, STOPPING, DONE]).await;
    let answer = api.command_until_answered("kl", &call_next(), soon()).await.unwrap();
    assert_eq!(answer.seq, 7);
    let asked = asked.await.unwrap();
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().all(|request| *request == asked[0]), "{asked:?}");
}

#[tokio::test]
async fn a_daemon_that_is_too_busy_is_not_asked_again_before_it_says() {
    const BUSY: Reply = Reply::Answer(
        "503 Service Unavailable\r\nretry-after: 3600",
        r#"{"error":{"code":"overloaded","message":{"ms":"Sibuk."}}}"#,
    );
    let (api, asked) = daemon(&[BUSY]).await;
    let error = api.command_until_answered("kl", &call_next(), soon()).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert_eq!((error.code(), error.is_passing()), (Some("overloaded"), true));
    assert_eq!(asked.await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_refusal_ends_the_repeating() {
    let (api, asked) = daemon(&[STOPPING, EMPTY]).await;
    let error = api.command_until_answered("kl", &call_next(), soon()).await.unwrap_err();
    assert_eq!(error.code(), Some("queue_empty"));
    assert_eq!(asked.await.unwrap().len(), 2);
}

#[tokio::test]
async fn after_the_deadline_the_last_failure_is_the_answer() {
    let (api, asked) = daemon(&[STOPPING]).await;
    let error = api.command_until_answered("kl", &call_next(), Instant::now()).await.unwrap_err();
    assert_eq!(error.code(), Some("not_ready"));
    assert_eq!(asked.await.unwrap().len(), 1);

    let (api, asked) = daemon(&[]).await;
    asked.await.unwrap(); // the listener is gone
    let error = api.command("kl", &call_next()).await.unwrap_err();
    assert!(matches!(error, ApiError::Unreachable(_)), "{error:?}");
}

#[tokio::test]
async fn questions_are_asked_at_their_addresses() {
    let (api, asked) = daemon(&[
        Reply::Answer("200 OK", r#"[{"id":"kl","name":{"ms":"KL"},"simulated_clock":true}]"#),
        Reply::Answer(
            "200 OK",
            r#"{"type":"snapshot","log":"00000000-0000-0000-0000-000000000007","seq":3,
                "now":"2026-01-05T01:00:00Z","view":{"id":"kl","name":{"ms":"KL"},
                "time_zone":"Asia/Kuala_Lumpur","day":null,"opening":{"state":"always"},"languages":["ms"],"viewing_m":10,"classes":[],
                "services":[],"counters":[]}}"#,
        ),
    ])
    .await;
    assert!(api.branches().await.unwrap()[0].simulated_clock);
    let state = api.state("kl", Audience::Supervisor).await.unwrap();
    assert_eq!((state.seq, state.view.id.as_str()), (3, "kl"));
    let asked = asked.await.unwrap();
    assert!(asked[0].starts_with("GET /api/v1/branches HTTP/1.1\r\n"), "{asked:?}");
    assert!(
        asked[1].starts_with("GET /api/v1/branches/kl/state?audience=supervisor HTTP/1.1\r\n"),
        "{asked:?}"
    );
}

const OFFER: Reply =
    Reply::Answer("200 OK", r#"{"code":"BCDF-GHJK","claim":"the-claim","until":"2026-01-05T01:10:00Z"}"#);
const WAITING: Reply = Reply::Answer("200 OK", r#"{"state":"waiting"}"#);
const PAIRED: Reply = Reply::Answer("200 OK", r#"{"state":"paired","id":"siar","key":"the-key"}"#);

/// A refusal with that status and code, which has the form of all of them.
macro_rules! refusal {
    ($status:literal, $code:literal) => {
        Reply::Answer($status, concat!(r#"{"error":{"code":""#, $code, r#"","message":{"ms":"Tidak."}}}"#))
    };
}

fn key() -> Key {
    "the-key".parse().unwrap()
}

/// Method and address of each request, with its body.
fn asked_for(asked: &[String]) -> Vec<(&str, &str)> {
    asked
        .iter()
        .map(|request| {
            let (head, body) = request.split_once("\r\n\r\n").unwrap();
            (head.split_once(" HTTP").unwrap().0, body)
        })
        .collect()
}

#[tokio::test]
async fn a_key_travels_in_a_header_alone_and_nowhere_else() {
    const ME: Reply =
        Reply::Answer("200 OK", r#"{"kind":"device","id":"siar","device":"speaker","branch":"kl"}"#);
    let (api, asked) = daemon(&[ME, DONE, ME]).await;
    let with_key = api.with_key(key());
    let me = Me::Device { id: "siar".into(), device: DeviceKind::Speaker, branch: "kl".into() };
    assert_eq!(with_key.me().await.unwrap(), me);
    with_key.command("kl", &call_next()).await.unwrap();
    api.me().await.unwrap();
    assert!(!format!("{with_key:?}").contains("the-key"), "{with_key:?}");
    let asked = asked.await.unwrap();
    for request in &asked[..2] {
        assert_eq!(request.matches("the-key").count(), 1, "{request}");
        assert!(request.contains("\r\nauthorization: Bearer the-key\r\n"), "{request}");
    }
    assert!(asked[0].starts_with("GET /api/v1/me HTTP/1.1\r\n"), "{asked:?}");
    assert!(!asked[2].contains("authorization"), "{}", asked[2]);
}

#[tokio::test]
async fn a_key_is_not_carried_to_where_somebody_sends_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let there = listener.local_addr().unwrap();
    let status = format!("307 Temporary Redirect\r\nlocation: http://{there}/api/v1/me");
    let reply = Reply::Answer(Box::leak(status.into_boxed_str()), "");
    let (api, asked) = daemon(Box::leak(Box::new([reply]))).await;
    let error = api.with_key(key()).me().await.unwrap_err();
    assert!(matches!(error, ApiError::Odd { status: 307, .. }), "{error:?}");
    asked.await.unwrap();
    let nobody = tokio::time::timeout(Duration::ZERO, listener.accept()).await;
    assert!(nobody.is_err(), "nobody was asked there");
}

/// What becomes of a device that asks to take part, in short, and what it asked.
async fn paired(replies: &'static [Reply], steps: usize) -> (Vec<String>, Vec<String>) {
    let (api, asked) = daemon(replies).await;
    let mut pairing = Pairing::new(api, DeviceKind::Speaker, "kl");
    let mut said = Vec::new();
    for _ in 0..steps {
        said.push(match pairing.next().await {
            Progress::Code { code, until } => format!("{code} until {until}"),
            Progress::Paired { id, key } => {
                assert_eq!(key, self::key());
                format!("paired as {id}")
            }
            Progress::Over => "over".into(),
            Progress::Away(_) => "away".into(),
            Progress::Refused(error) => format!("refused: {}", error.code),
        });
    }
    let asked = asked.await.unwrap();
    (said, asked)
}

const CODE: &str = "BCDF-GHJK until 2026-01-05T01:10:00Z";

#[tokio::test]
async fn a_device_shows_its_code_until_it_is_given_its_key() {
    let begun = Instant::now();
    let (said, asked) = paired(&[OFFER, WAITING, PAIRED], 2).await;
    assert_eq!(said, [CODE, "paired as siar"]);
    let claim = ("POST /api/v1/pairing/claim", r#"{"claim":"the-claim","cookie":false}"#);
    let ask = ("POST /api/v1/pairing", r#"{"device":"speaker","branch":"kl"}"#);
    assert_eq!(asked_for(&asked), [ask, claim, claim]);
    assert!(begun.elapsed() >= Duration::from_secs(6), "it does not ask in a hurry");
}

#[tokio::test]
async fn a_daemon_that_was_away_is_asked_again_and_the_code_shown_again() {
    let (said, asked) = paired(&[OFFER, Reply::HangUp, WAITING], 3).await;
    assert_eq!(said, [CODE, "away", CODE]);
    assert_eq!(asked.len(), 3);
}

#[tokio::test]
async fn what_has_ended_is_over() {
    let (said, _) = paired(&[OFFER, refusal!("404 Not Found", "unknown_pairing")], 2).await;
    assert_eq!(said, [CODE, "over"]);
    let (said, _) = paired(&[refusal!("409 Conflict", "sign_in_off")], 1).await;
    assert_eq!(said, ["over"]);
}

#[tokio::test]
async fn a_daemon_that_does_not_want_the_device_is_asked_again() {
    let (said, asked) = paired(&[refusal!("404 Not Found", "unknown_branch"), STOPPING, OFFER], 3).await;
    assert_eq!(said, ["refused: unknown_branch", "away", CODE]);
    assert_eq!(asked.len(), 3);
}

#[tokio::test]
async fn an_answer_without_a_key_is_odd() {
    for reply in [
        &[Reply::Answer("200 OK", r#"{"state":"paired","id":"siar"}"#)],
        &[Reply::Answer("200 OK", r#"{"state":"paired","id":"siar","key":"no key"}"#)],
    ] {
        let (api, _asked) = daemon(reply).await;
        let error = api.claim_pairing("the-claim").await.unwrap_err();
        assert!(matches!(error, ApiError::Odd { .. }), "{error:?}");
    }
}
