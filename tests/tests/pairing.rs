//! Devices that come to a daemon that asks who everybody is: the real loudspeaker from its code to its revoked key,
//! and what a key opens and does not.

use std::{
    fs,
    path::Path,
    process::Command as Process,
    time::{Duration, Instant},
};

use giliran_client::{ApiError, Key, Link, News};
use giliran_protocol::{
    access::{DeviceKind, Me},
    command::Command,
    paths,
    view::Audience,
};
use giliran_tests::{BRANCH, Daemon, Program, program, request};
use nix::sys::signal::Signal;
use reqwest::{
    Client, Method, StatusCode,
    header::{AUTHORIZATION, COOKIE, HeaderMap, ORIGIN, SET_COOKIE},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

const PASSWORD: &str = "kucing makan ikan";

/// A promise of two seconds, on a machine that has more to do.
const AT_ONCE: Duration = Duration::from_secs(10);

/// The browser of somebody who looks after devices and the hall.
struct Siti {
    http: Client,
    base: String,
    session: String,
}

impl Siti {
    /// Makes her the first administrator, and a supervisor besides.
    async fn come(daemon: &mut Daemon) -> Self {
        let token = daemon.first_token().await;
        let http = giliran_client::http(false).build().expect("a client without settings");
        let mut siti = Self { http, base: daemon.address().into(), session: String::new() };
        let first = json!({ "token": token, "id": "siti", "name": "Siti binti Ali", "secret": PASSWORD });
        siti.enter(paths::FIRST_ADMINISTRATOR, first).await;
        let grants = json!([{ "role": "administrator" }, { "role": "supervisor" }]);
        let both = json!({ "name": "Siti binti Ali", "grants": grants });
        siti.must(Method::PUT, &paths::PERSON.replace("{person}", "siti"), both).await;
        siti.enter(paths::SIGN_IN, json!({ "id": "siti", "secret": PASSWORD })).await;
        siti
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> (StatusCode, HeaderMap, Value) {
        let asked = self.http.request(method, format!("{}{path}", self.base)).header(ORIGIN, &self.base);
        let answer =
            asked.header(COOKIE, &self.session).json(&body).send().await.expect("the daemon answers");
        let (status, headers) = (answer.status(), answer.headers().clone());
        (status, headers, answer.json().await.unwrap_or_default())
    }

    async fn must(&self, method: Method, path: &str, body: Value) -> Value {
        let (status, _, body) = self.send(method, path, body).await;
        assert!(status.is_success(), "{path}: {status} {body}");
        body
    }

    /// Keeps the session that she is given for it.
    async fn enter(&mut self, path: &str, body: Value) {
        let (status, headers, body) = self.send(Method::POST, path, body).await;
        assert!(status.is_success(), "{path}: {status} {body}");
        let cookies = headers.get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
        let mut pairs = cookies.filter_map(|cookie| cookie.split(';').next());
        let session = pairs.find(|cookie| cookie.starts_with("giliran-session="));
        session.expect("a session").clone_into(&mut self.session);
    }

    async fn command(&self, command: Value) -> Value {
        let body = json!({ "id": Uuid::new_v4(), "command": command });
        self.must(Method::POST, &paths::of_branch(paths::COMMANDS, BRANCH), body).await
    }

    /// Opens a counter.
    async fn open(&self) {
        self.command(json!({ "type": "open_counter", "counter": "kaunter-1" })).await;
    }

    /// Gives out a number, calls it and is done with it; the number is the answer.
    async fn call(&self) -> String {
        let issued = self.command(json!({ "type": "issue_ticket", "service": "bayaran" })).await;
        let called = self.command(json!({ "type": "call_next", "counter": "kaunter-1" })).await;
        assert_eq!(called["outcome"]["number"], issued["outcome"]["number"]);
        for what in ["start_serving", "finish"] {
            let ticket = &called["outcome"]["ticket"];
            self.command(json!({ "type": what, "counter": "kaunter-1", "ticket": ticket })).await;
        }
        called["outcome"]["number"].as_str().expect("a number").to_owned()
    }

    async fn approve(&self, code: &str, id: &str) {
        let path = paths::of_branch(paths::APPROVE_DEVICE, BRANCH);
        self.must(Method::POST, &path, json!({ "code": code, "id": id })).await;
    }

    async fn revoke(&self, id: &str) {
        let path = paths::of_branch(paths::DEVICE, BRANCH).replace("{device}", id);
        self.must(Method::DELETE, &path, Value::Null).await;
    }

    /// Lets a device of that kind take part; its key is the answer.
    async fn pair(&self, daemon: &Daemon, device: DeviceKind, id: &str) -> Key {
        let api = daemon.api();
        let offer = api.ask_pairing(device, BRANCH).await.expect("anybody may ask");
        assert_eq!(api.claim_pairing(&offer.claim).await.expect("it waits"), None);
        self.approve(&offer.code, id).await;
        let paired = api.claim_pairing(&offer.claim).await.expect("it was approved").expect("a key");
        assert_eq!(paired.id, id);
        paired.key
    }
}

/// A loudspeaker whose state is in that folder, as under systemd.
fn speaker(daemon: &Daemon, state: &Path) -> Program {
    let voices = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/voices");
    Program::start(
        Process::new(program("giliran-display"))
            .args(["--daemon", daemon.address(), "--branch", BRANCH, "--languages", "ms", "--voices"])
            .arg(voices)
            .arg("--output")
            .arg(state.join("said.wav"))
            .env("STATE_DIRECTORY", state),
    )
}

/// The codes that it has shown, at least so many.
async fn codes(speaker: &mut Program, count: usize) -> Vec<String> {
    let lines = speaker.logged(count, |line| line.contains("This loudspeaker is not paired yet")).await;
    let code = |line: &String| {
        let (_, code) = line.split_once("enter the code ").expect("it names the code");
        code.split_whitespace().next().expect("a code").to_owned()
    };
    lines.iter().map(code).collect()
}

async fn announces(speaker: &mut Program, number: &str) {
    let number = format!("number={number} ");
    speaker.logged(1, |line| line.contains(" announced ") && line.contains(&number)).await;
}

async fn links(speaker: &mut Program) {
    speaker.logged(1, |line| line.contains("linked to the daemon")).await;
}

#[tokio::test]
async fn a_loudspeaker_takes_part_from_its_code_on_until_its_key_is_revoked() {
    let mut daemon = Daemon::asking("").await;
    let siti = Siti::come(&mut daemon).await;
    siti.open().await;
    let state = TempDir::new().expect("a temporary folder");
    let file = state.path().join("giliran-display.key");

    let mut first = speaker(&daemon, state.path());
    let code = codes(&mut first, 1).await.remove(0);
    assert!(!file.exists() && !first.complaint().contains("linked to the daemon"), "{}", first.complaint());
    siti.approve(&code, "siar").await;
    links(&mut first).await;
    announces(&mut first, &siti.call().await).await;
    first.signal(Signal::SIGTERM);
    assert!(first.wait(Duration::from_secs(30)).is_some_and(|status| status.success()));

    // What it was given lasts.
    let key = fs::read_to_string(&file).expect("it has kept its key");
    let mut second = speaker(&daemon, state.path());
    links(&mut second).await;
    announces(&mut second, &siti.call().await).await;
    assert!(!second.complaint().contains("not paired"), "{}", second.complaint());

    siti.revoke("siar").await;
    let since = Instant::now();
    let code = codes(&mut second, 1).await.remove(0);
    assert!(since.elapsed() < AT_ONCE, "it took {:?}", since.elapsed());
    let meanwhile = siti.call().await;
    // The daemon answers a command when all who listen can have heard of it; whoever pairs anew is told then.
    assert!(!second.complaint().contains(&meanwhile), "{}", second.complaint());
    siti.approve(&code, "siar").await;
    announces(&mut second, &meanwhile).await;
    let other = fs::read_to_string(&file).expect("it has kept the other key");
    assert_ne!(other, key);

    for complaint in [first.complaint(), second.complaint(), daemon.log()] {
        for key in [&key, &other] {
            assert!(!complaint.contains(key.trim_end()), "a key is in a log:\n{complaint}");
        }
    }
}

#[tokio::test]
async fn a_loudspeaker_with_a_forged_key_is_nobody() {
    let mut daemon = Daemon::asking("").await;
    let siti = Siti::come(&mut daemon).await;
    let state = TempDir::new().expect("a temporary folder");
    let file = state.path().join("giliran-display.key");
    siti.pair(&daemon, DeviceKind::Speaker, "siar").await.write(&file).expect("the folder can be written");
    let kept = fs::read_to_string(&file).expect("it was written");
    let other = if kept.starts_with('A') { "B" } else { "A" };
    fs::write(&file, format!("{other}{}", &kept[1..])).expect("the folder can be written");
    let forged = Key::read(&file).expect("it can be read").expect("a key");
    let genuine: Key = kept.trim_end().parse().expect("a key");

    let api = daemon.api().with_key(forged.clone());
    assert!(matches!(api.me().await, Ok(Me::Nobody { .. })));
    refused(api.state(BRANCH, Audience::Display).await, 401, "not_signed_in");
    refused(api.command(BRANCH, &request(Command::issue("bayaran"))).await, 401, "not_signed_in");
    refused(api.rules(BRANCH).await, 401, "not_signed_in");
    assert_eq!(people(&daemon, &format!("Bearer {other}{}", kept[1..].trim_end())).await, 401);
    assert_eq!(joins(&daemon, &forged, Audience::Display, true).await, "not_signed_in");
    let mut speaker = speaker(&daemon, state.path());
    codes(&mut speaker, 1).await;
    assert!(!speaker.complaint().contains("linked to the daemon"), "{}", speaker.complaint());

    assert_eq!(joins(&daemon, &genuine, Audience::Display, true).await, "joined");
}

#[tokio::test]
async fn a_walls_key_shows_calls_and_does_nothing_else() {
    let mut daemon = Daemon::asking("").await;
    let siti = Siti::come(&mut daemon).await;
    let key = siti.pair(&daemon, DeviceKind::Display, "dinding").await;
    let file = daemon.folder().join("dinding.key");
    key.write(&file).expect("the folder can be written");
    let bearer = format!("Bearer {}", fs::read_to_string(&file).expect("it was written").trim_end());

    let api = daemon.api().with_key(key.clone());
    let me = Me::Device { id: "dinding".into(), device: DeviceKind::Display, branch: BRANCH.into() };
    assert_eq!(api.me().await.expect("the daemon knows it"), me);
    api.state(BRANCH, Audience::Display).await.expect("it is there for that");
    assert_eq!(joins(&daemon, &key, Audience::Display, false).await, "joined");

    refused(api.command(BRANCH, &request(Command::issue("bayaran"))).await, 403, "not_allowed");
    let call = Command::CallNext { counter: "kaunter-1".into() };
    refused(api.command(BRANCH, &request(call)).await, 403, "not_allowed");
    refused(api.rules(BRANCH).await, 403, "not_allowed");
    for audience in [Audience::Kiosk, Audience::Counter, Audience::Supervisor] {
        refused(api.state(BRANCH, audience).await, 403, "not_allowed");
        assert_eq!(joins(&daemon, &key, audience, false).await, "not_allowed", "{audience:?}");
    }
    assert_eq!(people(&daemon, &bearer).await, 403);

    siti.revoke("dinding").await;
    assert!(matches!(api.me().await, Ok(Me::Nobody { .. })));
    refused(api.state(BRANCH, Audience::Display).await, 401, "not_signed_in");
    assert_eq!(people(&daemon, &bearer).await, 401);
}

#[tokio::test]
async fn an_open_link_ends_with_its_key_and_the_next_is_refused() {
    let mut daemon = Daemon::asking("").await;
    let siti = Siti::come(&mut daemon).await;
    let key = siti.pair(&daemon, DeviceKind::Display, "dinding").await;
    let mut link = Link::open(daemon.address(), BRANCH, Audience::Display).expect("an address");
    link.set_key(key);
    assert!(matches!(link.next().await, News::Snapshot { .. }));
    siti.revoke("dinding").await;
    let since = Instant::now();
    for _ in 0..2 {
        let code = loop {
            match link.next().await {
                News::Refused(error) => break error.code,
                News::Health(_)
                | News::Reported(_)
                | News::Unheard { .. }
                | News::Waits(_)
                | News::Opening(_) => {}
                other @ (News::Snapshot { .. }
                | News::Resumed { .. }
                | News::Entry { .. }
                | News::Down(_)) => panic!("{other:?}"),
            }
        };
        assert_eq!(code, "not_signed_in");
        assert!(since.elapsed() < AT_ONCE, "it took {:?}", since.elapsed());
    }
}

#[tokio::test]
async fn a_daemon_that_asks_nobody_pairs_nobody() {
    let daemon = Daemon::start().await;
    refused(daemon.api().ask_pairing(DeviceKind::Speaker, BRANCH).await, 409, "sign_in_off");
    assert_eq!(daemon.api().me().await.expect("the daemon answers"), Me::Anybody);
}

#[track_caller]
fn refused<T: std::fmt::Debug>(answer: Result<T, ApiError>, status: u16, code: &str) {
    match answer {
        Err(ApiError::Refused { status: found, error, .. }) => {
            assert_eq!((found, error.code.as_str()), (status, code));
        }
        other => panic!("{other:?}"),
    }
}

/// How the daemon answers who asks for the people with that header.
async fn people(daemon: &Daemon, bearer: &str) -> u16 {
    let http = giliran_client::http(false).build().expect("a client without settings");
    let asked = http.get(daemon.url(paths::PEOPLE)).header(AUTHORIZATION, bearer).send().await;
    asked.expect("the daemon answers").status().as_u16()
}

/// How the daemon answers the hello of a link with that key: the code of its refusal, or `joined`.
async fn joins(daemon: &Daemon, key: &Key, audience: Audience, speaks: bool) -> String {
    let mut link = Link::open(daemon.address(), BRANCH, audience).expect("an address");
    link.set_key(key.clone());
    link.set_speaking(speaks);
    match link.next().await {
        News::Snapshot { .. } => "joined".into(),
        News::Refused(error) => error.code,
        other @ (News::Resumed { .. }
        | News::Entry { .. }
        | News::Waits(_)
        | News::Opening(_)
        | News::Health(_)
        | News::Reported(_)
        | News::Unheard { .. }
        | News::Down(_)) => panic!("{other:?}"),
    }
}
