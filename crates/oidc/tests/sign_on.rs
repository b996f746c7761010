//! Signing on with a real provider that runs on this machine.
//!
//! The provider is npm's `oidc-provider`, in `tests/provider`; `npm ci` there fetches it, as `cargo xtask test` does.

use std::{collections::BTreeMap, path::Path, process::Stdio};

use giliran_oidc::{OidcError, Provider, Settings};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// The secret that the provider knows.
const SECRET: &str = "rahsia-rahsia-rahsia-rahsia-rahsia\n";
const BACK: &str = "http://127.0.0.1:1/back";

/// A provider that ends with the test.
struct Running {
    _child: Child,
    issuer: String,
}

/// Starts the provider; none where it was not fetched, which is said loudly.
async fn start(claims: &str) -> Option<Running> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/provider");
    if !folder.join("node_modules").is_dir() {
        eprintln!("NOT TESTED: there is no provider; run `npm ci` in {}", folder.display());
        return None;
    }
    let mut child = Command::new("node")
        .arg("provider.mjs")
        .current_dir(folder)
        .env("CLAIMS", claims)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("Node is there where npm was");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    while let Some(line) = lines.next_line().await.expect("it says something") {
        if line.starts_with("http://") {
            // What it says later must find a reader.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Some(Running { _child: child, issuer: line });
        }
    }
    panic!("the provider did not start");
}

fn office(issuer: &str, secret: &str) -> Provider {
    let settings: Settings = serde_json::from_value(json!({
        "issuer": issuer,
        "client_id": "giliran",
        "roles": { "kaunter": ["officer@contoh"], "ketua": ["supervisor", "auditor"] },
    }))
    .expect("settings");
    Provider::new(settings, secret, BACK).expect("the settings are sound")
}

/// What a browser does in which that person signs in; `code` and `state` are what it brings back.
async fn browse(url: &str, person: &str) -> BTreeMap<String, String> {
    let http = giliran_client::http(false).build().expect("a client");
    let mut cookies: BTreeMap<String, String> = BTreeMap::new();
    let mut next = format!("{url}&login_hint={person}");
    for _ in 0..10 {
        if next.starts_with(BACK) {
            let url = reqwest::Url::parse(&next).expect("an address");
            return url.query_pairs().into_owned().collect();
        }
        let jar: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer =
            http.get(&next).header(COOKIE, jar.join("; ")).send().await.expect("the provider answers");
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let cookie = cookie.to_str().expect("text").split(';').next().expect("a first part");
            let (name, value) = cookie.split_once('=').expect("a name and a value");
            cookies.insert(name.into(), value.into());
        }
        let to = answer.headers().get(LOCATION).unwrap_or_else(|| panic!("{next}: {}", answer.status()));
        next = answer.url().join(to.to_str().expect("text")).expect("an address").to_string();
    }
    panic!("the provider leads in circles");
}

#[tokio::test]
async fn who_signs_on_gets_the_roles_that_the_table_names() {
    for claims in ["token", "asked"] {
        let Some(running) = start(claims).await else { return };
        let office = office(&running.issuer, SECRET);
        for (person, name, roles) in
            [("aminah", "Aminah binti Ali", "officer@contoh"), ("siti", "Siti", "supervisor auditor")]
        {
            let (url, pending) = office.begin().await.expect("the provider describes itself");
            assert!(url.contains("code_challenge_method=S256") && url.contains("nonce="), "{url}");
            let back = browse(&url, person).await;
            let somebody = office.finish(pending, &back["state"], &back["code"]).await;
            let somebody = somebody.unwrap_or_else(|why| panic!("{claims}, {person}: {why}"));
            assert_eq!((somebody.id.as_str(), somebody.name.as_str()), (person, name));
            let got: Vec<String> = somebody.grants.iter().map(ToString::to_string).collect();
            assert_eq!(got.join(" "), roles);
        }
        let (url, pending) = office.begin().await.expect("the provider describes itself");
        let back = browse(&url, "pelawat").await;
        let refused = office.finish(pending, &back["state"], &back["code"]).await;
        assert!(matches!(refused, Err(OidcError::Unfit(_))), "{refused:?}");
    }
}

#[tokio::test]
async fn what_was_made_for_another_sign_in_is_not_believed() {
    let Some(running) = start("token").await else { return };
    let office = office(&running.issuer, SECRET);
    let refused = |outcome: Result<_, OidcError>, what: &str| {
        assert!(matches!(outcome, Err(OidcError::NotBelieved(_))), "{what}: {outcome:?}");
    };
    let (url, mine) = office.begin().await.expect("the provider describes itself");
    let (other_url, others) = office.begin().await.expect("the provider describes itself");
    let (my_state, others_state) = (mine.state.clone(), others.state.clone());
    let (back, others_back) = (browse(&url, "aminah").await, browse(&other_url, "siti").await);
    assert_eq!((&back["state"], &others_back["state"]), (&my_state, &others_state));

    // A page that makes a browser come back with somebody else's code (the state holds it off), and one who has
    // got hold of a code (the verifier does).
    refused(office.finish(mine, &others_state, &others_back["code"]).await, "another's state");
    refused(office.finish(others, &others_state, &back["code"]).await, "another's code");
    // A code that was used is used.
    let (url, first) = office.begin().await.expect("the provider describes itself");
    let back = browse(&url, "aminah").await;
    let state = first.state.clone();
    assert!(office.finish(first, &state, &back["code"]).await.is_ok());
    let (_, again) = office.begin().await.expect("the provider describes itself");
    let state = again.state.clone();
    refused(office.finish(again, &state, &back["code"]).await, "a code for the second time");
    let (_, rubbish) = office.begin().await.expect("the provider describes itself");
    let state = rubbish.state.clone();
    refused(office.finish(rubbish, &state, "rubbish").await, "no code");
}

#[tokio::test]
async fn a_provider_that_is_another_or_does_not_answer_lets_nobody_in() {
    let Some(running) = start("token").await else { return };
    // The same place under another name: its tokens would name the other.
    let renamed = running.issuer.replace("127.0.0.1", "localhost");
    assert!(matches!(office(&renamed, SECRET).begin().await, Err(OidcError::Unreachable(_))));
    // Not the secret that it knows.
    let stranger = office(&running.issuer, "another secret");
    let (url, pending) = stranger.begin().await.expect("the provider describes itself");
    let (state, back) = (pending.state.clone(), browse(&url, "aminah").await);
    assert!(matches!(stranger.finish(pending, &state, &back["code"]).await, Err(OidcError::NotBelieved(_))));

    let gone = running.issuer.clone();
    drop(running);
    assert!(matches!(office(&gone, SECRET).begin().await, Err(OidcError::Unreachable(_))));
    assert!(matches!(
        Provider::new(
            serde_json::from_value(json!({"issuer": "no address", "client_id": "x", "roles": {}})).unwrap(),
            "",
            BACK
        ),
        Err(OidcError::Settings(_))
    ));
}
