//! The audit record against whoever can write the file: each change of a line is found at that line.

use std::{path::Path, process::Command};

use giliran_protocol::paths;
use giliran_tests::{Daemon, Ended, Program, program, staff::Asker};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use uuid::Uuid;

fn giliran(daemon: &Daemon, database: &Path, task: &[&str], more: &[&str]) -> Ended {
    let mut command = Command::new(program("giliran"));
    command.args(task).arg("--config").arg(daemon.config()).arg("--database").arg(database).args(more);
    Program::run(&mut command)
}

/// A daemon in which people have come and gone, at rest; and what its record was exported as by HTTP, as CSV and as
/// lines of JSON.
async fn office() -> (Daemon, [String; 2]) {
    let mut daemon = Daemon::asking("").await;
    let first = Asker::first(&mut daemon, "kamariah", "Kamariah").await;
    let officer = json!({ "name": "=1+1", "grants": [{ "role": "officer", "branch": daemon.branch() }] });
    let siti = first.enrol(&daemon, "siti", officer, "hujan di tengah hari").await;
    siti.command(Uuid::new_v4(), json!({ "type": "open_counter", "counter": "kaunter-1" })).await.fine();
    assert_eq!(siti.get(paths::PEOPLE).await.code(), "not_allowed");
    siti.ask(Method::POST, paths::SIGN_OUT, None).await.fine();
    let mut exports = Vec::new();
    for form in ["csv", "jsonl"] {
        exports.push(first.get(&format!("{}?format={form}", paths::AUDIT)).await.fine().text);
    }
    daemon.end();
    (daemon, exports.try_into().expect("two"))
}

/// Does something to a copy of the database, behind the daemon's back.
async fn tampered(daemon: &Daemon, name: &str, sql: &'static str) -> std::path::PathBuf {
    let database = daemon.folder().join(name);
    daemon.copy_database(&database);
    let mut connection =
        SqliteConnectOptions::new().filename(&database).connect().await.expect("it is a database");
    sqlx::raw_sql(sql).execute(&mut connection).await.expect("the file can be changed");
    connection.close().await.expect("it is written");
    database
}

fn head(verdict: &Ended) -> String {
    let head = verdict.stdout.iter().find_map(|line| line.strip_prefix("head "));
    head.unwrap_or_else(|| panic!("{verdict:?}")).to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_done_to_the_record_is_found_at_the_line_to_which_it_was_done() {
    let (daemon, _) = office().await;
    let sound = giliran(&daemon, &daemon.database(), &["audit", "verify"], &[]);
    assert!(sound.status.success() && sound.stdout.last().is_some_and(|line| line == "sound"), "{sound:?}");
    let noted = head(&sound);
    let whole = giliran(&daemon, &daemon.database(), &["verify"], &[]);
    assert!(whole.status.success(), "{whole:?}");
    assert!(whole.stdout.iter().any(|line| line.contains(&noted)), "{whole:?}");

    for (name, sql, found) in [
        ("word.db", "UPDATE audit SET body = replace(body, 'kamariah', 'zaleha') WHERE seq = 4", "line 4 of"),
        (
            "bit.db",
            "UPDATE audit SET body = replace(body, '\"seq\":4', '\"seq\":5') WHERE seq = 4",
            "line 4 of",
        ),
        ("hash.db", "UPDATE audit SET hash = zeroblob(32) WHERE seq = 4", "line 4 of"),
        ("short.db", "UPDATE audit SET hash = x'00' WHERE seq = 4", "seq 4"),
        ("time.db", "UPDATE audit SET at_ns = at_ns + 1 WHERE seq = 4", "line 4"),
        ("gone.db", "DELETE FROM audit WHERE seq = 4", "after line 3 comes line 5"),
        ("first.db", "DELETE FROM audit WHERE seq = 1", "after line 0 comes line 2"),
        (
            "swapped.db",
            "UPDATE audit SET seq = -4 WHERE seq = 4; UPDATE audit SET seq = 4 WHERE seq = 5; \
             UPDATE audit SET seq = 5 WHERE seq = -4",
            "line 4 of",
        ),
        (
            "put-in.db",
            "UPDATE audit SET seq = -seq WHERE seq >= 4; UPDATE audit SET seq = 1 - seq WHERE seq < 0; \
             INSERT INTO audit SELECT 4, at_ns, body, hash FROM audit WHERE seq = 3",
            "line 4 of",
        ),
    ] {
        let database = tampered(&daemon, name, sql).await;
        let verdict = giliran(&daemon, &database, &["audit", "verify"], &[]);
        assert_eq!(verdict.status.code(), Some(1), "{name}: {verdict:?}");
        let last = verdict.stdout.last().expect("a verdict");
        assert!(last.starts_with("NOT SOUND: ") && last.contains(found), "{name}: {verdict:?}");
        // The same is told where the whole database is looked over.
        let verdict = giliran(&daemon, &database, &["verify"], &[]);
        assert_eq!(verdict.status.code(), Some(1), "{name}: {verdict:?}");
        let named = |line: &String| line.contains("DAMAGED: audit record: ") && line.contains(found);
        assert!(verdict.stdout.iter().any(named), "{name}: {verdict:?}");
    }

    // What is cut off at the end leaves a record that is sound in itself: the head that was noted tells.
    let cut = "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)";
    let database = tampered(&daemon, "cut.db", cut).await;
    let verdict = giliran(&daemon, &database, &["audit", "verify"], &[]);
    assert!(verdict.status.success(), "{verdict:?}");
    let verdict = giliran(&daemon, &database, &["audit", "verify"], &["--head", &noted]);
    assert_eq!(verdict.status.code(), Some(1), "{verdict:?}");
    assert!(verdict.stdout.iter().any(|line| line.contains(&noted) && line.contains("not in it")));
    let sound =
        giliran(&daemon, &daemon.database(), &["audit", "verify"], &["--head", &noted.to_uppercase()]);
    assert!(sound.status.success(), "{sound:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_bit_in_a_record_or_a_session_is_named() {
    let (daemon, _) = office().await;
    for (name, sql, found) in [
        (
            "person.db",
            "UPDATE record SET body = replace(body, 'Kamariah', 'Jamariah')",
            "table record, kind person, key kamariah",
        ),
        (
            "role.db",
            "UPDATE record SET body = replace(body, '\"officer\"', '\"auditor\"')",
            "table record, kind person, key siti",
        ),
        ("session.db", "UPDATE session SET checksum = checksum + 1", "table session, key "),
    ] {
        let database = tampered(&daemon, name, sql).await;
        let verdict = giliran(&daemon, &database, &["verify"], &[]);
        assert_eq!(verdict.status.code(), Some(1), "{name}: {verdict:?}");
        let named = |line: &&String| line.contains("DAMAGED: ") && line.contains(found);
        assert_eq!(verdict.stdout.iter().filter(named).count(), 1, "{name}: {verdict:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_command_exports_is_what_the_daemon_gives_whole() {
    let (daemon, by_http) = office().await;
    for (form, whole) in ["csv", "jsonl"].iter().zip(&by_http) {
        let exported = giliran(&daemon, &daemon.database(), &["audit", "export"], &["--format", form]);
        assert!(exported.status.success(), "{exported:?}");
        assert_eq!(exported.stdout, whole.lines().collect::<Vec<_>>(), "{form}");
    }
    let [csv, json] = &by_http;
    assert_eq!(csv.lines().count(), json.lines().count() + 1);
    for what in [
        "first_administrator",
        "person_put",
        "secret_set",
        "sign_in",
        "secret_changed",
        "command",
        "denied",
        "sign_out",
    ] {
        assert!(json.lines().any(|line| line.contains(&format!("\"what\":\"{what}\""))), "{what}: {json}");
    }
    assert!(!json.contains("kucing") && !json.contains("hujan"), "no password is written down: {json}");
    let last = json.lines().last().expect("a line");
    let last: Value = serde_json::from_str(last).expect("JSON");
    let later = (last["seq"].as_u64().expect("a number") - 1).to_string();
    let one =
        giliran(&daemon, &daemon.database(), &["audit", "export"], &["--format", "jsonl", "--after", &later]);
    assert_eq!(one.stdout.len(), 1, "{one:?}");
}
