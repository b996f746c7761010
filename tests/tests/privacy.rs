//! What is kept of people, and what is left of it after they were removed or forgotten: looked for in every byte of
//! every file.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command as Run,
    time::{Duration, Instant},
};

use giliran_protocol::{command::Command, paths};
use giliran_tests::{
    Daemon, Ended, Program, Visit, office, program, request,
    staff::{self, Asker},
    write_config,
};
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;
use uuid::Uuid;

/// A name that stands nowhere else.
const NAME: &str = "Siti Zubaidah binti Tertanam";

/// A password that stands nowhere else.
const PASSWORD: &str = "buah cempedak di luar pagar";

/// A number that stands nowhere else, as it is typed and as it is hashed.
const NUMBER: &str = "+60 11-7318 4462";
const PLAIN: &str = "601173184462";

fn giliran(daemon: &Daemon, task: &[&str], more: &[&str]) -> Ended {
    let mut command = Run::new(program("giliran"));
    command.args(task).arg("--config").arg(daemon.config()).args(more);
    Program::run(&mut command)
}

fn must(daemon: &Daemon, task: &[&str], more: &[&str]) -> String {
    let done = giliran(daemon, task, more);
    assert!(done.status.success(), "{task:?}: {done:?}");
    done.stdout.join("\n")
}

/// All files in a folder and those below it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("it is there").map(|entry| entry.expect("readable").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The files in a folder, and below it, that hold those bytes.
fn holding(folder: &Path, bytes: &[u8]) -> Vec<PathBuf> {
    let holds = |path: &PathBuf| {
        let content = fs::read(path).unwrap_or_default();
        content.windows(bytes.len()).any(|window| window == bytes)
    };
    files(folder).into_iter().filter(holds).collect()
}

fn assert_gone(folder: &Path, bytes: &[u8]) {
    let holding = holding(folder, bytes);
    assert!(holding.is_empty(), "{} is in {holding:?}", String::from_utf8_lossy(bytes));
}

/// Lines that let a daemon keep a copy in a folder.
fn copied_to(folder: &Path) -> String {
    format!("[store.backup]\nfolder = {folder:?}\nevery = \"100ms\"\n")
}

/// What is kept of the passwords of everybody of that name, now.
async fn hashes(database: &Path, id: &str) -> Vec<String> {
    let options = SqliteConnectOptions::new().filename(database).read_only(true);
    let mut connection = options.connect().await.expect("it is a database");
    let bodies: Vec<String> = sqlx::query_scalar("SELECT body FROM record WHERE kind = 'person' AND key = ?")
        .bind(id)
        .fetch_all(&mut connection)
        .await
        .expect("it has records");
    connection.close().await.expect("it only read");
    let secret =
        |body: &String| serde_json::from_str::<Value>(body).ok()?["secret"].as_str().map(str::to_owned);
    bodies.iter().filter_map(secret).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_left_in_any_file_of_somebody_who_was_removed_but_that_things_were_done() {
    let copies = TempDir::new().expect("a temporary folder can be made");
    let mut daemon = Daemon::asking(&copied_to(copies.path())).await;
    let first = Asker::first(&mut daemon, "kamariah", "Kamariah").await;
    let officer = json!({ "name": NAME, "grants": [{ "role": "officer", "branch": daemon.branch() }] });
    let siti = first.enrol(&daemon, "siti", officer, PASSWORD).await;
    for command in [
        json!({ "type": "open_counter", "counter": "kaunter-1" }),
        json!({ "type": "seat_officer", "counter": "kaunter-1", "officer": "siti" }),
    ] {
        siti.command(Uuid::new_v4(), command).await.fine();
    }

    // Who asks what is kept is told all of it, while the daemon works.
    let shown = must(&daemon, &["privacy", "show"], &["--person", "siti"]);
    for said in [
        &format!("name: {NAME}"),
        "roles: officer@ujian",
        "PIN or password: an Argon2id hash",
        "last sign-in: ",
        "from 127.0.0.1",
        "audit record, lines by this one: ",
        "audit record, addresses: 127.0.0.1",
        "audit record, lines about this one: ",
        "branch ujian, log entries by this one: 2,",
        "branch ujian, seated at a counter: 1,",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    let nobody = must(&daemon, &["privacy", "show"], &["--person", "tiada"]);
    assert_eq!(nobody, "tiada\nno record: may not sign in");

    // A daemon that is at work has it in its memory.
    let refused = giliran(&daemon, &["privacy", "remove"], &["--person", "siti"]);
    assert!(!refused.status.success() && refused.complaint().contains("in use by another Giliran"));
    let hashes = hashes(&daemon.database(), "siti").await;
    assert_eq!(hashes.len(), 1);
    let log = daemon.log();
    daemon.end();
    for secret in [PASSWORD, "ditukar selepas ini", staff::PASSWORD] {
        assert_gone(daemon.folder(), secret.as_bytes());
        assert_gone(copies.path(), secret.as_bytes());
        assert!(!log.contains(secret));
    }
    assert!(!log.contains(NAME), "{log}");
    assert!(!holding(daemon.folder(), NAME.as_bytes()).is_empty(), "there is something to remove");

    let done = must(&daemon, &["privacy", "remove"], &["--person", "siti"]);
    assert!(done.contains("siti: record removed, ") && done.contains("see --copies"), "{done}");
    for gone in [NAME, &hashes[0]] {
        assert_gone(daemon.folder(), gone.as_bytes());
        assert!(
            !holding(copies.path(), gone.as_bytes()).is_empty(),
            "{gone}: the copy was left, as was said"
        );
    }
    let verdict = must(&daemon, &["audit", "verify"], &[]);
    assert!(verdict.ends_with("\nsound"), "{verdict}");
    let exported = must(&daemon, &["audit", "export"], &["--format", "jsonl"]);
    let last = exported.lines().last().expect("a line");
    assert!(
        last.contains(r#""who":"operator""#)
            && last.contains(r#""what":"person_removed""#)
            && last.contains(r#""subject":"siti""#),
        "{last}"
    );

    // Again, with the copies: nothing more is written down, as nothing more was done.
    let done = must(&daemon, &["privacy", "remove"], &["--person", "siti", "--copies"]);
    assert!(done.contains("there was no record of siti") && done.contains("copied anew"), "{done}");
    assert_eq!(must(&daemon, &["audit", "export"], &["--format", "jsonl"]), exported);
    for gone in [NAME, &hashes[0]] {
        assert_gone(copies.path(), gone.as_bytes());
    }
    let copy = copies.path().to_str().expect("a plain name");
    let verified = Program::run(Run::new(program("giliran")).args(["verify", "--backup", copy]));
    assert!(verified.status.success(), "{verified:?}");
    must(&daemon, &["verify"], &[]);

    let shown = must(&daemon, &["privacy", "show"], &["--person", "siti"]);
    assert!(shown.contains("no record: may not sign in") && shown.contains("log entries by this one: 2,"));
    let refused = giliran(&daemon, &["privacy", "remove"], &["--person", "kamariah"]);
    assert!(!refused.status.success() && refused.complaint().contains("only administrator"), "{refused:?}");
    daemon.start_again().await;
    let browser = Asker::new(&daemon);
    assert_eq!(browser.sign_in("siti", PASSWORD).await.code(), "wrong_sign_in");
    browser.sign_in("kamariah", staff::PASSWORD).await.fine();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitors_number_is_never_anywhere_and_its_hash_is_nobodys_once_the_key_is_destroyed() {
    let copies = TempDir::new().expect("a temporary folder can be made");
    let mut daemon = Daemon::prepare();
    let folder = daemon.folder().to_owned();
    let text = office(&folder)
        .replacen("[log]", &format!("{}\n[log]", copied_to(copies.path())), 1)
        .replace("id = \"tanah\"", "id = \"tanah\"\none_per_person = true")
        .replace(
            "[[branch.class]]\nid = \"warga-emas\"",
            "[branch.appointments]\nclass = \"warga-emas\"\n\n[[branch.class]]\nid = \"warga-emas\"",
        );
    write_config(&folder, &text);
    daemon.start_again().await;
    let visit = Visit::to(&daemon);
    let issue = || Command::IssueTicket {
        service: "tanah".into(),
        class: None,
        language: giliran_protocol::view::Language::Ms,
        legs: None,
        person: Some(NUMBER.into()),
    };
    visit.send(&request(issue())).await.expect("a number is given out");
    assert_eq!(visit.try_to(issue()).await.expect_err("one each").code(), Some("has_ticket"));
    visit.open("kaunter-1").await;
    let called = visit.call("kaunter-1").await;
    let requeue = Command::Requeue { ticket: called.id, reason: "tunggu suami".into() };
    visit.try_to(requeue).await.expect("whoever was called may be put back");
    let tomorrow = giliran_daemon::system_time() + Duration::from_secs(86_400);
    let csv = format!("code,service,at,person\nTEMU1,tanah,{tomorrow},{NUMBER}\n");
    let url = format!("{}?id={}", daemon.url(paths::APPOINTMENTS), Uuid::new_v4());
    let http = reqwest::Client::builder().no_proxy().build().expect("a client without settings");
    let imported =
        http.post(url).header(CONTENT_TYPE, "text/csv").body(csv).send().await.expect("the daemon answers");
    assert!(imported.status().is_success(), "{}", imported.text().await.unwrap_or_default());

    let shown = must(&daemon, &["privacy", "show"], &["--number", "601173184462"]);
    for said in [
        "of the number itself: nothing",
        "branch ujian, appointment TEMU1 at ",
        "ticket C0001 for tanah: log entries: 3, from ",
        "written by staff in entry ",
        ": tunggu suami",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    let other = must(&daemon, &["privacy", "show"], &["--number", "0123456789"]);
    assert!(other.ends_with("under the present key: nothing"), "{other}");
    let refused = giliran(&daemon, &["privacy", "forget-visitors"], &["--now"]);
    assert!(!refused.status.success() && refused.complaint().contains("in use by another Giliran"));

    let key_file = PathBuf::from(format!("{}.key", daemon.database().display()));
    let key = fs::read(&key_file).expect("it was made");
    let log = daemon.log();
    daemon.end();
    for number in [NUMBER, PLAIN, "1173184462"] {
        assert_gone(daemon.folder(), number.as_bytes());
        assert_gone(copies.path(), number.as_bytes());
        assert!(!log.contains(number), "{log}");
    }
    assert_eq!(holding(daemon.folder(), &key), std::slice::from_ref(&key_file));
    assert_eq!(holding(copies.path(), &key).len(), 1);

    // Not while somebody is here who would be let in twice, unless it is said.
    let refused = giliran(&daemon, &["privacy", "forget-visitors"], &[]);
    assert!(!refused.status.success() && refused.complaint().contains("1 in ujian"), "{refused:?}");
    assert_eq!(fs::read(&key_file).expect("it is there"), key);
    let done = must(&daemon, &["privacy", "forget-visitors"], &["--now"]);
    assert!(done.contains("the key was destroyed") && done.contains("see --copies"), "{done}");
    assert_gone(daemon.folder(), &key);
    let shown = must(&daemon, &["privacy", "show"], &["--number", NUMBER]);
    assert!(shown.ends_with("under the present key: nothing"), "{shown}");
    assert!(must(&daemon, &["audit", "export"], &[]).contains(",operator,,visitors_forgotten,"));
    assert!(must(&daemon, &["audit", "verify"], &[]).ends_with("\nsound"));

    // The daemon goes on, and its copy lets go of the old key too.
    daemon.start_again().await;
    let since = Instant::now();
    while !holding(copies.path(), &key).is_empty() {
        assert!(since.elapsed() < Duration::from_secs(60), "the copy keeps the key that was destroyed");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Visit::to(&daemon).send(&request(issue())).await.expect("the number is a stranger's now");
    let shown = must(&daemon, &["privacy", "show"], &["--number", NUMBER]);
    assert!(shown.contains("ticket C0002 for tanah") && !shown.contains("C0001"), "{shown}");
    daemon.end();
    must(&daemon, &["verify"], &[]);
    let done = must(&daemon, &["privacy", "forget-visitors"], &["--now", "--copies"]);
    assert!(done.contains("copied anew"), "{done}");
    let copy = copies.path().to_str().expect("a plain name");
    let verified = Program::run(Run::new(program("giliran")).args(["verify", "--backup", copy]));
    assert!(verified.status.success(), "{verified:?}");
    let key = fs::read(&key_file).expect("it is there");
    assert_eq!(holding(copies.path(), &key).len(), 1, "the new copy has the new key");
}
