//! The rest of the day from outside: the forecast and its advice, plans that make no sense, rosters, honesty, and the
//! alarm that is posted before the charter is missed.

use std::{
    fs,
    time::{Duration, Instant},
};

use giliran_protocol::paths::SIMULATED_TIME;
use giliran_tests::Daemon;
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use uuid::Uuid;

/// A weekday's nine o'clock in Kuala Lumpur.
const NINE: &str = "2026-11-25T01:00:00Z";

/// An office with three counters that promises fifteen minutes.
fn office(alarms: &str) -> String {
    let counter =
        |n: u32| format!("[[branch.counter]]\nid = \"k{n}\"\nnumber = {n}\nservices = [\"lesen\"]\n");
    format!(
        r#"
[store]
path = "office.db"
{alarms}
[[branch]]
id = "contoh"
name = {{ ms = "Pejabat Contoh" }}
[[branch.class]]
id = "biasa"
name = {{ ms = "Biasa" }}
[branch.hours]
[[branch.hours.week]]
days = ["mon", "tue", "wed", "thu", "fri"]
open = [{{ from = "08:00", until = "17:00" }}]
[[branch.service]]
id = "lesen"
name = {{ ms = "Lesen" }}
series = {{ letters = "A" }}
serving = "10m"
charter = {{ waiting = "15m" }}
{}{}{}"#,
        counter(1),
        counter(2),
        counter(3)
    )
}

/// The office at nine, with a folder of its own.
struct Hall {
    daemon: Daemon,
    http: Client,
    now: Timestamp,
    _folder: TempDir,
}

impl Hall {
    async fn open(alarms: impl FnOnce(&TempDir) -> String) -> Self {
        let folder = TempDir::new().expect("the test's own office works");
        let config = folder.path().join("office.toml");
        fs::write(&config, office(&alarms(&folder))).expect("the test's own office works");
        let daemon = Daemon::replaying(&config, "contoh").await;
        let http = giliran_client::http(false).build().expect("the test's own office works");
        let mut hall =
            Self { daemon, http, now: NINE.parse().expect("the test's own office works"), _folder: folder };
        hall.command(json!({ "type": "open_counter", "counter": "k1" }), 0).await;
        hall
    }

    /// Sends a command so many seconds after the last one.
    async fn command(&mut self, command: Value, later: i64) -> Value {
        self.now += SignedDuration::from_secs(later);
        let body = json!({ "id": Uuid::now_v7(), "command": command }).to_string();
        let answer = self
            .http
            .post(self.daemon.url("/api/v1/branches/contoh/commands"))
            .header("content-type", "application/json")
            .header(SIMULATED_TIME, self.now.to_string())
            .body(body)
            .send()
            .await
            .expect("the test's own office works");
        let text = answer.text().await.expect("the test's own office works");
        serde_json::from_str(&text).expect("the test's own office works")
    }

    /// Fifteen people in an hour, and one of them called.
    async fn crowd(&mut self) {
        for n in 0..15 {
            self.command(json!({ "type": "issue_ticket", "service": "lesen" }), 120).await;
            if n == 0 {
                let called = self.command(json!({ "type": "call_next", "counter": "k1" }), 5).await;
                assert!(called.to_string().contains("called"), "{called}");
            }
        }
    }

    async fn get(&self, path: &str) -> (StatusCode, String) {
        let answer = self.http.get(self.daemon.url(path)).send().await.expect("the test's own office works");
        (answer.status(), answer.text().await.expect("the test's own office works"))
    }

    async fn forecast(&self) -> Value {
        let (status, text) = self.get("/api/v1/branches/contoh/forecast").await;
        assert_eq!(status, StatusCode::OK, "{text}");
        serde_json::from_str(&text).expect("the test's own office works")
    }

    async fn try_plan(&self, plan: &str) -> (StatusCode, Value) {
        let post = self.http.post(self.daemon.url("/api/v1/branches/contoh/forecast/what-if"));
        let answer = post
            .header("content-type", "application/json")
            .body(plan.to_owned())
            .send()
            .await
            .expect("the test's own office works");
        let status = answer.status();
        (
            status,
            serde_json::from_str(&answer.text().await.expect("the test's own office works"))
                .expect("the test's own office works"),
        )
    }
}

#[tokio::test]
async fn a_crowd_brings_an_advice_and_following_it_ends_the_alarm() {
    let mut hall = Hall::open(|_| String::new()).await;
    let calm = hall.forecast().await;
    assert_eq!(calm["alarm"], "none", "{calm}");
    assert!(calm.get("advice").is_none(), "{calm}");
    hall.crowd().await;
    // What was worked out is told for twenty seconds; a plan is always worked out anew.
    let (_, tried) = hall.try_plan(r#"{"counters":[]}"#).await;
    assert_eq!(tried["as_is"], tried["with"], "nothing was tried");
    assert!(tried["as_is"]["late"].as_f64().unwrap() > 3.0, "{tried}");
    hall.command(json!({ "type": "open_counter", "counter": "k2" }), 1).await;
    let crowded = hall.forecast().await;
    assert_ne!(crowded["alarm"], "none", "{crowded}");
    let advice = &crowded["advice"];
    assert_eq!(
        (&advice["step"], &advice["counters"][0]["counter"]),
        (&json!("open"), &json!("k3")),
        "{crowded}"
    );
    assert!(advice["late_with"].as_u64() < advice["late_without"].as_u64(), "{advice}");
    let quarters = crowded["services"][0]["quarters"].as_array().unwrap();
    assert!(quarters.len() > 20, "from half past nine to five there are thirty quarters");
}

#[tokio::test]
async fn a_plan_that_makes_no_sense_is_refused_by_name_and_changes_nothing() {
    let hall = Hall::open(|_| String::new()).await;
    let before = hall.get("/api/v1/branches/contoh/state?audience=supervisor").await;
    let stretch = |from: &str, until: &str| format!(r#"{{"from":"{from}","until":"{until}"}}"#);
    let plan = |open: &str| format!(r#"{{"counters":[{{"counter":"k1","open":[{open}]}}]}}"#);
    let (nine, ten) = ("2026-11-25T01:00:00Z", "2026-11-25T02:00:00Z");
    let many = vec![stretch(nine, ten); 17].join(",");
    for (what, plan) in [
        ("no such counter", r#"{"counters":[{"counter":"k9","open":[]}]}"#.to_owned()),
        ("twice", r#"{"counters":[{"counter":"k1","open":[]},{"counter":"k1","open":[]}]}"#.to_owned()),
        ("no such service", r#"{"counters":[{"counter":"k1","open":[],"services":["x"]}]}"#.to_owned()),
        ("ends before it begins", plan(&stretch(ten, nine))),
        ("no length", plan(&stretch(nine, nine))),
        ("overlap", plan(&[stretch(nine, ten), stretch(nine, ten)].join(","))),
        ("too many", plan(&many)),
    ] {
        let (status, told) = hall.try_plan(&plan).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{what}: {told}");
        assert_eq!(told["error"]["code"], "bad_plan", "{what}: {told}");
    }
    let (status, _) = hall.try_plan(r#"{"counters":[],"more":1}"#).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "what nobody knows is not passed over");
    let far = plan(&stretch("0001-01-01T00:00:00Z", "9999-12-01T00:00:00Z"));
    assert_eq!(hall.try_plan(&far).await.0, StatusCode::OK, "what lies outside the day is left out");
    let after = hall.get("/api/v1/branches/contoh/state?audience=supervisor").await;
    let view =
        |(_, text): &(StatusCode, String)| serde_json::from_str::<Value>(text).unwrap()["view"].clone();
    assert_eq!(view(&after), view(&before));
}

#[tokio::test]
async fn a_roster_is_told_for_any_week_within_a_year_as_json_and_as_a_table() {
    let hall = Hall::open(|_| String::new()).await;
    let roster = "/api/v1/branches/contoh/forecast/roster";
    let (status, text) = hall.get(roster).await;
    assert_eq!(status, StatusCode::OK, "{text}");
    let view: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(view["week"], "2026-11-30", "the next one");
    assert_eq!(view["days"].as_array().unwrap().len(), 5);
    let (status, table) = hall.get(&format!("{roster}?week=2026-12-03&format=csv")).await;
    assert_eq!(status, StatusCode::OK);
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("date,from,expected,counters,numbers"));
    assert_eq!(lines.next(), Some("2026-11-30,08:00,0.0,1,1"), "one who is there for everything");
    assert_eq!(lines.count(), 5 * 9 - 1);
    for wrong in ["week=gestern", "week=2031-01-01", "format=xls", "weeks=2026-11-30"] {
        let (status, text) = hall.get(&format!("{roster}?{wrong}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}: {text}");
        assert!(text.contains("bad_week"), "{wrong}: {text}");
    }
}

#[tokio::test]
async fn whether_announced_waits_came_true_is_kept_over_a_restart() {
    let mut hall = Hall::open(|_| String::new()).await;
    // Estimates are made beside the clerk: people come until one is told a wait.
    let patience = Instant::now();
    loop {
        let issued = hall.command(json!({ "type": "issue_ticket", "service": "lesen" }), 1).await;
        if issued.to_string().contains("p50_s") {
            break;
        }
        assert!(patience.elapsed() < Duration::from_secs(60), "nobody was told a wait: {issued}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    loop {
        let called = hall.command(json!({ "type": "call_next", "counter": "k1" }), 5).await;
        let Some(ticket) = called.get("ticket").or_else(|| called["outcome"].get("ticket")) else { break };
        hall.command(json!({ "type": "finish", "counter": "k1", "ticket": ticket }), 5).await;
    }
    let honesty = "/api/v1/branches/contoh/forecast/honesty";
    let before: Value = serde_json::from_str(&hall.get(honesty).await.1).unwrap();
    assert_eq!(before["today"], before["month"], "the first day: {before}");
    assert!(before["today"]["told"].as_u64() >= Some(1), "{before}");
    hall.daemon.restart().await;
    // After a start a simulated clock stands until it is set.
    hall.command(json!({ "type": "close_counter", "counter": "k1" }), 5).await;
    let after: Value = serde_json::from_str(&hall.get(honesty).await.1).unwrap();
    assert_eq!(after, before);
}

/// Takes one request, answers it, and gives it whole.
async fn take(listener: &TcpListener) -> String {
    let (mut stream, _): (TcpStream, _) = listener.accept().await.expect("the test's own office works");
    let mut taken = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).await.expect("the test's own office works");
        taken.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&taken).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok()).flatten()
        });
        if count == 0 || length.is_some_and(|length| body.len() >= length) {
            stream
                .write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
                .await
                .expect("the test's own office works");
            return text;
        }
    }
}

#[tokio::test]
async fn an_alarm_is_posted_signed_before_the_charter_is_missed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut hall = Hall::open(|folder| {
        let secret = folder.path().join("secret");
        fs::write(&secret, "kata rahsia\n").unwrap();
        format!("[alarms]\nwebhook = \"http://{address}/amaran\"\nsecret_file = {secret:?}\n")
    })
    .await;
    hall.crowd().await;
    let posted = tokio::time::timeout(Duration::from_secs(120), take(&listener)).await.unwrap();
    let (head, body) = posted.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /amaran HTTP/1.1"), "{head}");
    let alert: Value = serde_json::from_str(body).unwrap();
    assert_eq!((&alert["branch"], &alert["before"]), (&json!("contoh"), &json!("none")));
    assert_ne!(alert["alarm"], "none");
    let signature = head.lines().find_map(|line| line.strip_prefix("x-giliran-signature: sha256=")).unwrap();
    assert_eq!(signature.len(), 64, "{signature}");
    // By a program that is not ours.
    let made = std::process::Command::new("python3")
        .args([
            "-c",
            "import hmac,sys; print(hmac.new(b'kata rahsia', sys.argv[1].encode(), 'sha256').hexdigest())",
            body,
        ])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(made.stdout).unwrap().trim(), signature);
}
