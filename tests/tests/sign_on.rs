//! Single sign-on from the browser's first step to the counter, with a real OpenID provider on this machine.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use giliran_protocol::paths;
use giliran_tests::{BRANCH, Daemon, Program, staff::Asker, tools};
use reqwest::{
    StatusCode,
    header::{COOKIE, LOCATION, SET_COOKIE},
};
use serde_json::json;

/// Under which name browsers know the daemon here; the test's browser finds it.
const OURS: &str = "http://giliran.test";

fn provider_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/oidc/tests/provider")
}

/// A provider that runs, with its address; none where it was not fetched.
async fn provider() -> Option<(Program, String)> {
    let folder = provider_folder();
    if !folder.join("node_modules").is_dir() {
        tools::skipped("single sign-on from end to end", "the provider was not fetched (npm ci)");
        return None;
    }
    let mut command = Command::new("node");
    command.arg("provider.mjs").current_dir(folder).env("CLAIMS", "token").stdin(Stdio::null());
    command.env("BACK", format!("{OURS}{}", paths::SIGN_ON_BACK));
    let mut provider = Program::start(&mut command);
    let issuer = provider.said(|line| line.starts_with("http://").then(|| line.to_owned())).await;
    Some((provider, issuer))
}

async fn daemon(issuer: &str) -> Daemon {
    let secret = tempfile::NamedTempFile::new().expect("a temporary file");
    fs::write(secret.path(), "rahsia-rahsia-rahsia-rahsia-rahsia\n").expect("it can be written");
    let lines = format!(
        r#"
        [sign_in.oidc]
        address = "{OURS}"
        secret_file = {:?}
        [sign_in.oidc.provider]
        issuer = "{issuer}"
        client_id = "giliran"
        roles = {{ kaunter = ["officer@{BRANCH}"], ketua = ["supervisor", "auditor"] }}
        "#,
        secret.path()
    );
    let mut daemon = Daemon::prepare();
    let text = giliran_tests::office(daemon.folder())
        .replacen("[server]", &format!("[server]\norigins = [\"{OURS}\"]"), 1)
        .replacen("[log]", &format!("{lines}\n[log]"), 1);
    fs::write(daemon.config(), text).expect("a test's own folder can be written");
    daemon.ask_everybody();
    daemon.start_again().await;
    drop(secret); // it was read at the start
    daemon
}

/// A browser that knows both; what it keeps is by host.
struct Browser<'a> {
    daemon: &'a Daemon,
    http: reqwest::Client,
    jars: BTreeMap<bool, BTreeMap<String, String>>,
}

impl<'a> Browser<'a> {
    fn new(daemon: &'a Daemon) -> Self {
        let http = giliran_client::http(false).build().expect("a client");
        Self { daemon, http, jars: BTreeMap::new() }
    }

    /// Goes there and wherever it is led, as that person at the provider. Stops at an address of ours that is none of
    /// the interface's; gives it.
    async fn go(&mut self, start: &str, person: &str, stop: impl Fn(&str) -> bool) -> String {
        let mut next = format!("{OURS}{start}");
        for _ in 0..12 {
            if stop(&next) {
                return next;
            }
            let (status, to) = self.step(&next, person).await;
            assert!(status.is_redirection(), "{next}: {status}");
            next = to.unwrap_or_else(|| panic!("{next} leads nowhere"));
            if next.starts_with('/') {
                next = format!("{OURS}{next}");
            }
        }
        panic!("led in circles");
    }

    async fn step(&mut self, url: &str, person: &str) -> (StatusCode, Option<String>) {
        let ours = url.starts_with(OURS);
        let real = if ours { url.replacen(OURS, self.daemon.address(), 1) } else { url.to_owned() };
        let real =
            if !ours && real.contains("/auth?") { format!("{real}&login_hint={person}") } else { real };
        let jar = self.jars.entry(ours).or_default();
        let cookies: Vec<_> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = self.http.get(&real).header(COOKIE, cookies.join("; "));
        if ours {
            // As a browser says of what a link on another site leads to.
            request = request.header("host", "giliran.test").header("sec-fetch-site", "cross-site");
            request = request.header("sec-fetch-mode", "navigate").header("sec-fetch-dest", "document");
        }
        let answer = request.send().await.expect("an answer");
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let cookie = cookie.to_str().expect("text");
            let pair = cookie.split(';').next().expect("a first part");
            let (name, value) = pair.split_once('=').expect("a name and a value");
            if cookie.contains("Max-Age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.into(), value.into());
            }
        }
        let to = answer.headers().get(LOCATION).map(|to| to.to_str().expect("text"));
        let to =
            to.map(
                |to| {
                    if ours { to.to_owned() } else { answer.url().join(to).expect("an address").to_string() }
                },
            );
        (answer.status(), to)
    }

    fn ours(&self) -> BTreeMap<String, String> {
        self.jars.get(&true).cloned().unwrap_or_default()
    }

    async fn me(&self) -> serde_json::Value {
        let asker = Asker::new(self.daemon);
        self.ours().iter().for_each(|(name, value)| asker.keep(name, value));
        asker.get(paths::ME).await.fine().body
    }
}

fn is_page(url: &str) -> bool {
    url.starts_with(OURS) && !url.contains("/api/")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_vouches_for_people_and_the_offices_table_says_what_they_may_do() {
    let Some((_provider, issuer)) = provider().await else { return };
    let daemon = daemon(&issuer).await;

    let mut browser = Browser::new(&daemon);
    let to = browser.go("/api/v1/sign-on?to=/counter?counter=kaunter-1", "aminah", is_page).await;
    assert_eq!(to, format!("{OURS}/counter?counter=kaunter-1"));
    let me = browser.me().await;
    assert_eq!((&me["id"], &me["name"]), (&json!("aminah"), &json!("Aminah binti Ali")));
    assert_eq!(me["grants"], json!([{ "role": "officer", "branch": BRANCH }]));
    assert_eq!(me["sign_on"], true);

    let mut chief = Browser::new(&daemon);
    chief.go("/api/v1/sign-on?to=//evil.example/", "siti", is_page).await;
    assert_eq!(chief.me().await["grants"], json!([{ "role": "supervisor" }, { "role": "auditor" }]));

    // Whom the table does not name has no part, whatever the provider knows.
    let mut visitor = Browser::new(&daemon);
    let to = visitor.go("/api/v1/sign-on", "pelawat", is_page).await;
    assert_eq!(to, format!("{OURS}/sign-in?refused=no_part"));
    assert_eq!(visitor.me().await["kind"], "nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_the_providers_counts_once_and_in_the_browser_in_which_it_was_asked_for() {
    let Some((_provider, issuer)) = provider().await else { return };
    let daemon = daemon(&issuer).await;
    let is_back = |url: &str| url.starts_with(OURS) && url.contains(paths::SIGN_ON_BACK);

    // Mallory begins, and has somebody else's browser finish: it would be signed in as Mallory.
    let mut mallory = Browser::new(&daemon);
    let back = mallory.go("/api/v1/sign-on", "aminah", is_back).await;
    let mut victim = Browser::new(&daemon);
    let to = victim.go(back.trim_start_matches(OURS), "aminah", is_page).await;
    assert_eq!(to, format!("{OURS}/sign-in?refused=sign_on_refused"));
    assert_eq!(victim.me().await["kind"], "nobody");
    // It was used up by that.
    let to = mallory.go(back.trim_start_matches(OURS), "aminah", is_page).await;
    assert_eq!(to, format!("{OURS}/sign-in?refused=sign_on_refused"));

    let mut browser = Browser::new(&daemon);
    let back = browser.go("/api/v1/sign-on", "aminah", is_back).await;
    let kept = browser.ours();
    browser.go(back.trim_start_matches(OURS), "aminah", is_page).await;
    assert_eq!(browser.me().await["id"], "aminah");
    let mut again = Browser::new(&daemon);
    again.jars.insert(true, kept);
    let to = again.go(back.trim_start_matches(OURS), "aminah", is_page).await;
    assert_eq!(to, format!("{OURS}/sign-in?refused=sign_on_refused"), "a code is good once");
    for rubbish in ["", "?state=x&code=y", "?state=&code=", "?code=y", "?error=access_denied"] {
        let to = again.go(&format!("{}{rubbish}", paths::SIGN_ON_BACK), "aminah", is_page).await;
        assert_eq!(to, format!("{OURS}/sign-in?refused=sign_on_refused"), "{rubbish}");
    }
}
