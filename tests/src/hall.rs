//! An office with all the rules there are, on a simulated clock, asked in plain JSON as any program may.

use std::{collections::BTreeSet, path::Path, sync::Mutex};

use giliran_protocol::{
    error::{Error, ErrorBody},
    paths,
};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{Daemon, write_config};

/// Its short name. Beside it the daemon runs [`ALWAYS`].
pub const HALL: &str = "dewan";

/// An office that has no hours and takes no appointments.
pub const ALWAYS: &str = "sentiasa";

/// The day on which it all happens: a Monday.
pub const DAY: &str = "2026-11-23";

/// The offices' configuration.
const OFFICES: &str = r#"
[store]
path = "unused.db"

[[branch]]
id = "dewan"
name = { ms = "Dewan Ujian" }

[branch.hours]
last_ticket = "15m"
week = [{ days = ["mon", "tue", "wed", "thu", "fri"], open = [{ from = "08:00", until = "17:00" }] }]

[branch.calling]
interval = "10s"
calls_most = 3
calls_least = 2
come_back = "30m"
undo = "10s"

[branch.appointments]
class = "janji-temu"
early = "30m"
late = "15m"
too_late = "refused"

[[branch.class]]
id = "biasa"
name = { ms = "Biasa" }

[[branch.class]]
id = "warga-emas"
name = { ms = "Warga emas" }
allowance = "5m"

[[branch.class]]
id = "janji-temu"
name = { ms = "Janji temu" }
allowance = "0s"

[[branch.service]]
id = "bayaran"
name = { ms = "Bayaran" }
series = { letters = "A" }

[[branch.service]]
id = "pasport"
name = { ms = "Pasport" }
series = { letters = "L" }
quota = 2
one_per_person = true

[[branch.service]]
id = "tanah"
name = { ms = "Tanah" }
series = { letters = "C", last = 1, width = 1 }
last_ticket = "12:00"

[[branch.counter]]
id = "k1"
number = 1
services = ["bayaran"]
ahead = { ms = "Kerusi" }

[[branch.counter]]
id = "k2"
number = 2
services = ["bayaran", "pasport"]

[[branch.counter]]
id = "k3"
number = 3
services = ["tanah", "pasport"]

[[branch]]
id = "sentiasa"
name = { ms = "Sentiasa Buka" }
class = [{ id = "biasa", name = { ms = "Biasa" } }]
service = [{ id = "bayaran", name = { ms = "Bayaran" }, series = { letters = "A" } }]
counter = [{ id = "k1", number = 1, services = ["bayaran"] }]
"#;

/// A daemon that runs the offices.
pub struct Hall {
    /// The daemon.
    pub daemon: Daemon,
    http: Client,
    folder: TempDir,
    refused: Mutex<BTreeSet<String>>,
}

impl Hall {
    /// Starts it. Its clock stands until the first command brings a time.
    pub async fn open() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let config = write_config(folder.path(), OFFICES);
        let daemon = Daemon::replaying(&config, HALL).await;
        let http = Client::builder().no_proxy().build().expect("a client without settings");
        Self { daemon, http, folder, refused: Mutex::default() }
    }

    /// The configuration as it stands in the file.
    pub fn configured() -> &'static str {
        OFFICES
    }

    /// Writes another configuration; it counts from the next start.
    pub fn configure(&self, text: &str) {
        write_config(self.folder.path(), text);
    }

    /// All that the daemon keeps on disk.
    pub fn kept_in(&self) -> &Path {
        self.daemon.folder()
    }

    /// Sends a request body at a time of that day.
    pub async fn send(&self, branch: &str, at: &str, request: &Value) -> Response {
        let url = format!("{}{}", self.daemon.address(), paths::of_branch(paths::COMMANDS, branch));
        let sent = self.http.post(url).header(paths::SIMULATED_TIME, moment(at)).json(request).send();
        sent.await.expect("the daemon answers")
    }

    /// A command that must be done: what came of it.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn must(&self, at: &str, command: Value) -> Value {
        self.must_by(at, None, command).await
    }

    /// The same, by somebody of the staff.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn must_by(&self, at: &str, officer: Option<&str>, command: Value) -> Value {
        let what = command.to_string();
        let mut request = json!({ "id": Uuid::new_v4(), "command": command });
        if let Some(officer) = officer {
            request["by"] = json!({ "kind": "officer", "id": officer });
        }
        let answer = self.send(HALL, at, &request).await;
        let status = answer.status();
        let mut body: Value = answer.json().await.expect("an answer is JSON");
        assert!(status.is_success(), "{at} {what}: {body}");
        body["outcome"].take()
    }

    /// Takes a number: the ticket.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn takes(&self, at: &str, service: &str) -> u64 {
        ticket(&self.must(at, json!({ "type": "issue_ticket", "service": service })).await)
    }

    /// A command that must be refused with that code and a sentence in each language.
    ///
    /// # Panics
    /// If it is not.
    pub async fn refuses(&self, at: &str, code: &str, command: Value) -> Error {
        self.refuses_in(HALL, at, code, command).await
    }

    /// The same in another office.
    ///
    /// # Panics
    /// If it is not refused.
    pub async fn refuses_in(&self, branch: &str, at: &str, code: &str, command: Value) -> Error {
        let answer = self.send(branch, at, &json!({ "id": Uuid::new_v4(), "command": command })).await;
        let error = refusal(&format!("{at} {command}"), answer).await;
        assert_eq!(error.code, code, "{at} {command}: {error:?}");
        self.refused.lock().expect("no test goes on after a panic").insert(code.to_owned());
        error
    }

    /// All codes with which something was refused so far.
    ///
    /// # Panics
    /// Never: a test ends with its first panic.
    pub fn refused(&self) -> BTreeSet<String> {
        self.refused.lock().expect("no test goes on after a panic").clone()
    }

    /// Sends a file of appointments at the last time that was brought.
    pub async fn import(&self, id: Uuid, csv: impl Into<String>) -> Response {
        let url = format!("{}?id={id}", self.daemon.url(paths::APPOINTMENTS));
        let sent = self.http.post(url).header("content-type", "text/csv").body(csv.into()).send();
        sent.await.expect("the daemon answers")
    }

    /// Reads one of the branch's addresses.
    ///
    /// # Panics
    /// If the daemon does not answer well.
    pub async fn get(&self, path: &str) -> Value {
        let answer = self.http.get(self.daemon.url(path)).send().await.expect("the daemon answers");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.expect("an answer is JSON")
    }

    /// The rules in force.
    ///
    /// # Panics
    /// If the daemon does not answer well.
    pub async fn rules(&self) -> Value {
        self.get(paths::RULES).await["rules"].take()
    }

    /// The office as an audience sees it.
    ///
    /// # Panics
    /// If the daemon does not answer well.
    pub async fn view(&self, audience: &str) -> Value {
        self.get(&format!("{}?audience={audience}", paths::STATE)).await["view"].take()
    }
}

/// A refusal with its sentences.
///
/// # Panics
/// If it is none, or a language is missing.
pub async fn refusal(what: &str, answer: Response) -> Error {
    let status = answer.status();
    assert!(status.is_client_error(), "{what}: {status}");
    let ErrorBody { error } = answer.json().await.unwrap_or_else(|why| panic!("{what}: {status}, {why}"));
    let texts = [
        Some(&error.message.ms),
        error.message.en.as_ref(),
        error.message.zh.as_ref(),
        error.message.ta.as_ref(),
    ];
    for text in texts {
        assert!(text.is_some_and(|text| !text.trim().is_empty()), "{what}: a sentence is missing: {error:?}");
    }
    error
}

/// The ticket that an outcome is about.
///
/// # Panics
/// If it is about none.
pub fn ticket(outcome: &Value) -> u64 {
    outcome["ticket"].as_u64().unwrap_or_else(|| panic!("{outcome} names no ticket"))
}

/// A time of that day in Kuala Lumpur, such as `09:30` or `09:30:05`, in RFC 3339.
pub fn moment(at: &str) -> String {
    let seconds = if at.len() == 5 { ":00" } else { "" };
    format!("{DAY}T{at}{seconds}+08:00")
}
