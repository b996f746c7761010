//! People and devices as the daemon sees them: a browser with its cookies, or a program with its key.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use giliran_protocol::{
    access::{DeviceKind, Role},
    live::Hello,
    paths,
    view::Audience,
};
use reqwest::{
    Client, Method, StatusCode,
    header::{AUTHORIZATION, COOKIE, HeaderMap, ORIGIN, SET_COOKIE},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{BRANCH, Daemon, Socket};

/// A PIN that is good enough.
pub const PIN: &str = "483920";

/// A password that is good enough.
pub const PASSWORD: &str = "kucing makan ikan";

/// Somebody who asks.
pub struct Asker {
    http: Client,
    base: String,
    cookies: Mutex<BTreeMap<String, String>>,
    key: Option<String>,
}

/// What was answered.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; null where it is no JSON.
    pub body: Value,
    /// The body as it came.
    pub text: String,
}

impl Reply {
    /// The stable code of a refusal; empty when it is none.
    pub fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    /// The same reply.
    ///
    /// # Panics
    /// If it is a refusal.
    #[track_caller]
    pub fn fine(self) -> Self {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        self
    }
}

impl Asker {
    /// A browser in which nobody has signed in.
    ///
    /// # Panics
    /// If there can be no HTTP client.
    pub fn new(daemon: &Daemon) -> Self {
        let http = giliran_client::http(false).build().expect("a client without settings");
        Self { http, base: daemon.address().into(), cookies: Mutex::default(), key: None }
    }

    /// A program with a device's key.
    pub fn with_key(daemon: &Daemon, key: &str) -> Self {
        Self { key: Some(key.into()), ..Self::new(daemon) }
    }

    /// The same browser with the same cookies, as when one was copied off.
    pub fn copied(&self) -> Self {
        let cookies = self.cookies().clone();
        Self {
            http: self.http.clone(),
            base: self.base.clone(),
            cookies: cookies.into(),
            key: self.key.clone(),
        }
    }

    /// A browser whose daemon was started again, at another address.
    pub fn moved(mut self, daemon: &Daemon) -> Self {
        self.base = daemon.address().into();
        self
    }

    fn cookies(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the browser keeps under that name.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies().get(name).cloned()
    }

    /// Makes the browser keep something, as somebody may who has it in hand.
    pub fn keep(&self, name: &str, value: &str) {
        self.cookies().insert(name.into(), value.into());
    }

    /// What it sends with everything.
    pub fn headers(&self) -> Vec<(String, String)> {
        let mut headers = Vec::new();
        if let Some(key) = &self.key {
            headers.push((AUTHORIZATION.to_string(), format!("Bearer {key}")));
        } else {
            headers.push((ORIGIN.to_string(), self.base.clone()));
        }
        let jar: Vec<_> = self.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !jar.is_empty() {
            headers.push((COOKIE.to_string(), jar.join("; ")));
        }
        headers
    }

    /// Asks for something.
    ///
    /// # Panics
    /// If no answer comes.
    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        self.ask_with(method, path, body, &[]).await
    }

    /// The same with further headers.
    ///
    /// # Panics
    /// If no answer comes.
    pub async fn ask_with(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        further: &[(&str, &str)],
    ) -> Reply {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        for (name, value) in self.headers() {
            request = request.header(name, value);
        }
        for (name, value) in further {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.expect("the daemon answers");
        let (status, headers) = (answer.status(), answer.headers().clone());
        for cookie in headers.get_all(SET_COOKIE) {
            let text = cookie.to_str().expect("cookies are text");
            let (pair, rules) = text.split_once(';').unwrap_or((text, ""));
            let (name, value) = pair.split_once('=').expect("a name and a value");
            if rules.contains("Max-Age=0") {
                self.cookies().remove(name);
            } else {
                self.cookies().insert(name.into(), value.into());
            }
        }
        let text = answer.text().await.expect("an answer has an end");
        Reply { status, headers, body: serde_json::from_str(&text).unwrap_or_default(), text }
    }

    /// Asks by GET.
    pub async fn get(&self, path: &str) -> Reply {
        self.ask(Method::GET, path, None).await
    }

    /// Sends something by POST.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.ask(Method::POST, path, Some(body)).await
    }

    /// Signs in.
    pub async fn sign_in(&self, id: &str, secret: &str) -> Reply {
        self.post(paths::SIGN_IN, json!({ "id": id, "secret": secret })).await
    }

    /// Sends a command to the tests' office.
    pub async fn command(&self, id: Uuid, command: Value) -> Reply {
        let path = paths::of_branch(paths::COMMANDS, BRANCH);
        self.post(&path, json!({ "id": id, "command": command })).await
    }

    /// Opens a socket of the tests' office and says hello.
    pub async fn join(&self, daemon: &Daemon, audience: Audience, speaks: bool) -> Socket {
        let mut socket = Socket::connect_as(daemon, &self.headers()).await;
        socket.say(&Hello { speaks, ..Hello::new(audience) }).await;
        socket
    }

    /// Makes the first administrator, `siti`, who may do nothing else, and signs in.
    ///
    /// # Panics
    /// If it can't be done.
    pub async fn administrator(daemon: &mut Daemon) -> Self {
        Self::first(daemon, "siti", "Siti binti Ali").await
    }

    /// Makes the first administrator, under that name, and signs in.
    ///
    /// # Panics
    /// If it can't be done.
    pub async fn first(daemon: &mut Daemon, id: &str, name: &str) -> Self {
        let token = daemon.first_token().await;
        let browser = Self::new(daemon);
        let first = json!({ "token": token, "id": id, "name": name, "secret": PASSWORD });
        browser.post(paths::FIRST_ADMINISTRATOR, first).await.fine();
        browser
    }

    /// Lets somebody sign in, with a PIN or password that the person has chosen, and signs in.
    ///
    /// # Panics
    /// If it can't be done.
    pub async fn person(&self, daemon: &Daemon, id: &str, role: Role, branch: Option<&str>) -> Self {
        let mut grant = json!({ "role": role });
        if let Some(branch) = branch {
            grant["branch"] = branch.into();
        }
        let person = json!({ "name": id, "grants": [grant] });
        let chosen = if role == Role::Officer { PIN } else { PASSWORD };
        self.enrol(daemon, id, person, chosen).await
    }

    /// Lets somebody of that name and with those roles sign in, with a PIN or password that the person has chosen, and
    /// signs in.
    ///
    /// # Panics
    /// If it can't be done.
    pub async fn enrol(&self, daemon: &Daemon, id: &str, person: Value, chosen: &str) -> Self {
        self.ask(Method::PUT, &paths::PERSON.replace("{person}", id), Some(person)).await.fine();
        let given = if chosen == PIN { "729164" } else { "ditukar selepas ini" };
        let path = paths::PERSON_SECRET.replace("{person}", id);
        self.post(&path, json!({ "secret": given })).await.fine();
        let browser = Self::new(daemon);
        browser.sign_in(id, given).await.fine();
        browser.post(paths::MY_SECRET, json!({ "old": given, "new": chosen })).await.fine();
        browser
    }

    /// Lets a device of the tests' office take part; gives it with its key.
    ///
    /// # Panics
    /// If it can't be done.
    pub async fn device(&self, daemon: &Daemon, id: &str, kind: DeviceKind) -> Self {
        let nobody = Self::new(daemon);
        let asked =
            nobody.post(paths::PAIRING, json!({ "device": kind, "branch": BRANCH })).await.fine().body;
        let approve = paths::of_branch(paths::APPROVE_DEVICE, BRANCH);
        self.post(&approve, json!({ "code": asked["code"], "id": id })).await.fine();
        let paired = nobody.post(paths::PAIRING_CLAIM, json!({ "claim": asked["claim"] })).await.fine().body;
        Self::with_key(daemon, paired["key"].as_str().expect("a key"))
    }
}
