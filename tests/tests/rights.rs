//! Who may do what: every address, every command and every audience, tried by every role, every kind of device, and
//! nobody.
//!
//! The tables here are written by hand and not made from the daemon's: what is not in both is a fault in one.

use std::collections::{BTreeMap, BTreeSet};

use giliran_protocol::{
    access::{DeviceKind, Role},
    paths,
    view::Audience,
};
use giliran_tests::{BRANCH, Daemon, Socket, staff::Asker};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// Everybody who asks, by a letter: nobody, officer, supervisor, administrator, auditor; kiosk, display, speaker,
/// printer, sign.
const ALL: &str = "n osau kdprg";

/// Who gets past the gate of each address. `all` is everybody, nobody included.
const ADDRESSES: &[(&str, &str, &str)] = &[
    ("GET", paths::HEALTH, ALL),
    ("GET", paths::READY, ALL),
    ("GET", paths::BRANCHES, ALL),
    ("GET", paths::ME, ALL),
    ("POST", paths::SIGN_IN, ALL),
    ("POST", paths::FIRST_ADMINISTRATOR, ALL),
    ("GET", paths::SIGN_ON, ALL),
    ("GET", paths::SIGN_ON_BACK, ALL),
    ("POST", paths::PAIRING, ALL),
    ("POST", paths::PAIRING_CLAIM, ALL),
    ("POST", paths::SIGN_OUT, "osau kdprg"),
    ("POST", paths::MY_SECRET, "osau"),
    ("POST", paths::COMMANDS, "osau kdprg"), // who may send which is below
    ("GET", paths::STATE, "osau kdprg"),     // and who sees what
    ("GET", paths::EVENTS, ALL),             // a hello is due first
    ("POST", paths::APPOINTMENTS, "s"),
    ("GET", paths::RULES, "sau"),
    ("GET", paths::FAIR_ORDER, "sau"),
    ("POST", paths::RULES_CHECK, "a"),
    ("GET", paths::DAY, "sau"),
    ("GET", paths::FORECAST, "sau"),
    ("GET", paths::HONESTY, "sau"),
    ("GET", paths::ROSTER, "sau"),
    ("POST", paths::WHAT_IF, "sau"),
    ("POST", paths::REPORTS, "dpg"), // what is no report is refused before
    ("GET", paths::ANNOUNCEMENT, "dp"),
    ("GET", paths::SENTENCES, "osau dpg"),
    ("POST", paths::RECORDINGS, "sa"),
    ("GET", paths::RECORDING, "osau dpg"),
    ("GET", paths::MEDIA, "osau dpg"),
    ("GET", paths::MEDIUM, "osau dpg"),
    ("POST", paths::KIOSK_LEAVE, "os k"), // and a PIN is due
    ("GET", paths::PEOPLE, "sau"),
    ("PUT", paths::PERSON, "sa"),
    ("DELETE", paths::PERSON, "sa"),
    ("POST", paths::PERSON_SECRET, "sa"),
    ("DELETE", paths::PERSON_SESSIONS, "sa"),
    ("GET", paths::DEVICES, "sau"),
    ("DELETE", paths::DEVICE, "sa"),
    ("POST", paths::PENDING_DEVICE, "sa"),
    ("POST", paths::APPROVE_DEVICE, "sa"),
    ("GET", paths::AUDIT, "au"),
    ("GET", paths::HALL_CODE, "os kd"),
    ("GET", paths::PHONE_TICKET, ALL), // a ticket's secret is due
    ("POST", paths::PHONE_LEAVE, ALL),
    ("POST", paths::PHONE_GIVE_WAY, ALL),
    ("GET", paths::PHONE_SERVICES, ALL),  // the hall's code is due
    ("POST", paths::REMOTE_TICKETS, ALL), // and here
];

/// Who may send each command.
const COMMANDS: &[(&str, &str)] = &[
    (r#"{"type":"issue_ticket","service":"tiada"}"#, "os k"),
    (r#"{"type":"check_in","code":"ABCD1234"}"#, "os k"),
    (r#"{"type":"call_next","counter":"tiada"}"#, "os"),
    (r#"{"type":"call_next_of","counter":"tiada","service":"tiada"}"#, "os"),
    (r#"{"type":"call_ticket","counter":"tiada","ticket":1,"reason":"cuba"}"#, "os"),
    (r#"{"type":"call_ahead","counter":"tiada"}"#, "os"),
    (r#"{"type":"recall","counter":"tiada","ticket":1}"#, "os"),
    (r#"{"type":"start_serving","counter":"tiada","ticket":1}"#, "os"),
    (r#"{"type":"finish","counter":"tiada","ticket":1}"#, "os"),
    (r#"{"type":"add_note","counter":"tiada","ticket":1,"note":"cuba"}"#, "os"),
    (r#"{"type":"no_show","counter":"tiada","ticket":1}"#, "os"),
    (r#"{"type":"come_back","ticket":1}"#, "os"),
    (r#"{"type":"transfer","counter":"tiada","ticket":1,"service":"tiada"}"#, "os"),
    (r#"{"type":"park","counter":"tiada","ticket":1}"#, "os"),
    (r#"{"type":"resume","ticket":1}"#, "os"),
    (r#"{"type":"requeue","ticket":1,"reason":"cuba"}"#, "os"),
    (r#"{"type":"change_class","ticket":1,"class":"biasa","reason":"cuba"}"#, "os"),
    (r#"{"type":"cancel_ticket","ticket":1,"reason":"cuba"}"#, "os"),
    (r#"{"type":"undo","counter":"tiada"}"#, "os"),
    (r#"{"type":"open_counter","counter":"tiada"}"#, "os"),
    (r#"{"type":"close_counter","counter":"tiada"}"#, "os"),
    (r#"{"type":"pause_counter","counter":"tiada","reason":"rest"}"#, "os"),
    (r#"{"type":"resume_counter","counter":"tiada"}"#, "os"),
    (r#"{"type":"seat_officer","counter":"tiada"}"#, "os"),
    (r#"{"type":"seat_officer","counter":"tiada","officer":"orang-lain"}"#, "s"),
    (r#"{"type":"choose_services","counter":"tiada","services":["tiada"]}"#, "s"),
    (r#"{"type":"import_appointments","appointments":[]}"#, "s"),
    (r#"{"type":"cancel_appointment","code":"ABCD1234"}"#, "s"),
    (r#"{"type":"open_extra","until":"2000-01-01T00:00:00Z","reason":"cuba"}"#, "s"),
    (r#"{"type":"close_day"}"#, "s"),
    (r#"{"type":"post_notice","text":{"ms":"cuba"}}"#, "s"),
    (r#"{"type":"withdraw_notice","notice":1}"#, "s"),
    (r#"{"type":"announce","sound":{"sentence":"test"}}"#, "s"),
    (r#"{"type":"announce_planned","planned":"tutup"}"#, "s"),
    (r#"{"type":"end_announcement","announcement":1}"#, "s"),
    (r#"{"type":"set_rules","rules":{}}"#, "a"),
];

/// Who may look as each audience.
const AUDIENCES: &[(Audience, &str)] = &[
    (Audience::Kiosk, "osau k"),
    (Audience::Display, "osau dpg"),
    (Audience::Counter, "osu"),
    (Audience::Supervisor, "sau"),
];

/// Who passes for a loudspeaker.
const SPEAKS: &str = "dp";

/// Everybody, each in a browser or with a key of their own, all in the tests' office.
async fn everybody(daemon: &mut Daemon) -> BTreeMap<char, Asker> {
    let siti = Asker::administrator(daemon).await;
    let mut all = BTreeMap::from([('n', Asker::new(daemon))]);
    for (letter, role) in
        [('o', Role::Officer), ('s', Role::Supervisor), ('a', Role::Administrator), ('u', Role::Auditor)]
    {
        all.insert(letter, siti.person(daemon, &format!("pegawai-{letter}"), role, Some(BRANCH)).await);
    }
    for (letter, kind) in ['k', 'd', 'p', 'r', 'g'].into_iter().zip(DeviceKind::ALL) {
        // An administrator of all branches may approve what stands in any.
        all.insert(letter, siti.device(daemon, &format!("peranti-{letter}"), kind).await);
    }
    all
}

/// The letters of those who were let in, as the tables write them.
fn let_in(of: impl Iterator<Item = (char, bool)>) -> BTreeSet<char> {
    of.filter_map(|(letter, allowed)| allowed.then_some(letter)).collect()
}

fn letters(row: &str) -> BTreeSet<char> {
    row.chars().filter(|c| *c != ' ').collect()
}

fn filled(path: &str) -> String {
    paths::of_branch(path, BRANCH)
        .replace("{person}", "tiada-orang")
        .replace("{device}", "tiada-peranti")
        .replace("{medium}", "tiada.png")
        .replace("{call}", "1")
        .replace("{recording}", "tiada")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_lets_in_whom_the_table_names_and_nobody_else() {
    let mut daemon = Daemon::asking("").await;
    let all = everybody(&mut daemon).await;
    let documented: Value = all[&'n'].get(paths::OPENAPI).await.fine().body;
    let mut known = BTreeSet::new();
    for (path, item) in documented["paths"].as_object().expect("there are addresses") {
        for method in item.as_object().expect("each has methods").keys() {
            known.insert((method.to_uppercase(), path.clone()));
        }
    }
    let tabled: BTreeSet<_> =
        ADDRESSES.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    assert_eq!(known, tabled, "an address that the table does not know");

    for (method, path, row) in ADDRESSES {
        let mut got = Vec::new();
        for (letter, asker) in &all {
            // A browser of its own signs out, or nobody would be left.
            let own = Asker::new(&daemon);
            let asker = if *path == paths::SIGN_OUT && "osau".contains(*letter) {
                let secret =
                    if *letter == 'o' { giliran_tests::staff::PIN } else { giliran_tests::staff::PASSWORD };
                own.sign_in(&format!("pegawai-{letter}"), secret).await.fine();
                &own
            } else {
                asker
            };
            let body = matches!(*method, "POST" | "PUT").then(|| json!({}));
            let method = Method::from_bytes(method.as_bytes()).expect("a method");
            let query = if *path == paths::STATE { "?audience=kiosk" } else { "" };
            let reply = asker.ask(method, &(filled(path) + query), body).await;
            assert!(!reply.status.is_server_error(), "{path} {letter}: {} {}", reply.status, reply.text);
            let refused = matches!(reply.code(), "not_signed_in" | "not_allowed");
            // What the audience asks for is another table's.
            let refused = refused && !(*path == paths::STATE && reply.code() == "not_allowed");
            got.push((*letter, !refused));
        }
        assert_eq!(let_in(got.into_iter()), letters(row), "{method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_is_taken_from_whom_the_table_names_and_from_nobody_else() {
    let mut daemon = Daemon::asking("").await;
    let all = everybody(&mut daemon).await;
    let described: Value = all[&'n'].get(paths::OPENAPI).await.fine().body;
    let variants =
        described["components"]["schemas"]["Command"]["oneOf"].as_array().expect("all commands").len();
    let tried: BTreeSet<_> = COMMANDS
        .iter()
        .map(|(text, _)| {
            serde_json::from_str::<Value>(text).expect("JSON")["type"].as_str().map(str::to_owned)
        })
        .collect();
    assert_eq!(tried.len(), variants, "a command that the table does not know");
    for (command, row) in COMMANDS {
        let command: Value = serde_json::from_str(command).expect("JSON");
        let mut got = Vec::new();
        for (letter, asker) in &all {
            let reply = asker.command(Uuid::now_v7(), command.clone()).await;
            assert!(!reply.status.is_server_error(), "{command} {letter}: {} {}", reply.status, reply.text);
            got.push((*letter, !matches!(reply.code(), "not_signed_in" | "not_allowed")));
        }
        assert_eq!(let_in(got.into_iter()), letters(row), "{command}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_audience_is_open_to_whom_the_table_names_and_to_nobody_else() {
    let mut daemon = Daemon::asking("").await;
    let all = everybody(&mut daemon).await;
    let refused = async |mut socket: Socket| -> Option<String> {
        let first: Value =
            serde_json::from_str(&socket.text().await.expect("an answer to the hello")).expect("JSON");
        (first["type"] == "refused").then(|| first["error"]["code"].as_str().unwrap_or_default().to_owned())
    };
    for (audience, row) in AUDIENCES {
        let (mut by_socket, mut by_look) = (Vec::new(), Vec::new());
        for (letter, asker) in &all {
            let why = refused(asker.join(&daemon, *audience, false).await).await;
            let expected = if *letter == 'n' { "not_signed_in" } else { "not_allowed" };
            assert!(why.as_deref().is_none_or(|why| why == expected), "{audience:?} {letter}: {why:?}");
            by_socket.push((*letter, why.is_none()));
            let name = format!("{audience:?}").to_lowercase();
            let path = format!("{}?audience={name}", filled(paths::STATE));
            by_look.push((*letter, asker.get(&path).await.status.is_success()));
        }
        assert_eq!(let_in(by_socket.into_iter()), letters(row), "{audience:?} by socket");
        assert_eq!(let_in(by_look.into_iter()), letters(row), "{audience:?} by HTTP");
    }
    let mut speak = Vec::new();
    for (letter, asker) in &all {
        speak.push((*letter, refused(asker.join(&daemon, Audience::Display, true).await).await.is_none()));
    }
    assert_eq!(let_in(speak.into_iter()), letters(SPEAKS), "as a loudspeaker");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_in_one_branch_is_none_in_another() {
    let mut daemon = Daemon::asking_with_two_branches().await;
    let siti = Asker::administrator(&mut daemon).await;
    let here = siti.person(&daemon, "di-sini", Role::Supervisor, Some(BRANCH)).await;
    let there = siti.person(&daemon, "di-sana", Role::Supervisor, Some("lain")).await;
    let both = siti.person(&daemon, "di-mana-mana", Role::Supervisor, None).await;
    for (asker, ours, theirs) in [(&here, true, false), (&there, false, true), (&both, true, true)] {
        for (branch, allowed) in [(BRANCH, ours), ("lain", theirs)] {
            for path in [paths::RULES, paths::DEVICES, paths::FAIR_ORDER] {
                let reply = asker.get(&paths::of_branch(path, branch)).await;
                assert_eq!(reply.status.is_success(), allowed, "{path} {branch} {}", reply.text);
            }
            let close = json!({ "id": Uuid::now_v7(), "command": { "type": "undo", "counter": "tiada" } });
            let reply = asker.post(&paths::of_branch(paths::COMMANDS, branch), close).await;
            assert_eq!(reply.code() == "not_allowed", !allowed, "{branch} {}", reply.text);
        }
    }
    // A kiosk of this branch is none of the other's.
    let kiosk = siti.device(&daemon, "kiosk-1", DeviceKind::Kiosk).await;
    let issue =
        || json!({ "id": Uuid::now_v7(), "command": { "type": "issue_ticket", "service": "bayaran" } });
    kiosk.post(&paths::of_branch(paths::COMMANDS, BRANCH), issue()).await.fine();
    let reply = kiosk.post(&paths::of_branch(paths::COMMANDS, "lain"), issue()).await;
    assert_eq!(reply.code(), "not_allowed");

    // A supervisor looks after the officers of the own branch, and makes nobody more.
    let put = async |asker: &Asker, id: &str, grants: Value| {
        let body = json!({ "name": "X", "grants": grants });
        let reply = asker.ask(Method::PUT, &paths::PERSON.replace("{person}", id), Some(body)).await;
        if reply.status.is_success() { "ok".to_owned() } else { reply.code().to_owned() }
    };
    let officer = |branch: &str| json!([{ "role": "officer", "branch": branch }]);
    assert_eq!(put(&here, "baru", officer(BRANCH)).await, "ok");
    for (id, grants) in [
        ("baru", officer("lain")),
        ("baru", json!([{ "role": "officer" }])),
        ("baru", json!([{ "role": "supervisor", "branch": BRANCH }])),
        ("di-sini", json!([{ "role": "administrator" }])),
        ("di-sana", officer(BRANCH)),
        ("siti", officer(BRANCH)),
    ] {
        assert_eq!(put(&here, id, grants.clone()).await, "not_allowed", "{id} {grants}");
    }
    let secret = json!({ "secret": "bukan untuk awak" });
    let reply = here.post(&paths::PERSON_SECRET.replace("{person}", "siti"), secret).await;
    assert_eq!(reply.code(), "not_allowed");
    let seen = here.get(paths::PEOPLE).await.fine().body;
    let seen: Vec<_> = seen.as_array().expect("a list").iter().filter_map(|p| p["id"].as_str()).collect();
    assert_eq!(seen, ["baru", "di-sini"], "of others a supervisor learns nothing");
}
