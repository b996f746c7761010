//! The log is read from the daemon's file, and the program ends as it says.

use std::{fs, path::Path, process::Command};

use giliran_history::{LogError, Recorder, Rule, event::Event, judge_files, log::read};
use serde_json::json;
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;
use uuid::Uuid;

/// A file with one office that gave out one number.
async fn database(path: &Path, command: Uuid) {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let mut database = options.connect().await.expect("a file can be made");
    let rules = r#"{"by":{"kind":"device","id":"configuration"},"events":[{"type":"rules_set","rules":{"id":"ujian",
        "service":[{"id":"a","series":{"letters":"A"}}],"counter":[{"id":"k1","number":1}]}}]}"#;
    let issued = r#"{"events":[{"type":"ticket_issued","ticket":1,"number":"A001","service":"a","class":"biasa",
        "language":"ms","due":"2026-11-22T00:00:00Z","ahead":0}]}"#;
    sqlx::raw_sql("CREATE TABLE meta (log_id BLOB); CREATE TABLE log (branch, seq, command, at_ns, body)")
        .execute(&mut database)
        .await
        .expect("tables can be made");
    sqlx::query("INSERT INTO meta VALUES (?)")
        .bind(Uuid::from_u128(7).as_bytes().as_slice())
        .execute(&mut database)
        .await
        .expect("a row can be put in");
    for (seq, id, body) in [(1_i64, Uuid::from_u128(1), rules), (2, command, issued)] {
        sqlx::query("INSERT INTO log VALUES ('ujian', ?, ?, ?, ?)")
            .bind(seq)
            .bind(id.as_bytes().as_slice())
            .bind(seq * 1_000)
            .bind(body)
            .execute(&mut database)
            .await
            .expect("a row can be put in");
    }
    database.close().await.expect("it can be closed");
}

fn recording(path: &Path, command: Uuid, number: &str) {
    let recorder = Recorder::create(path, "ujian", true).expect("a file can be made");
    let send = recorder.sent("kiosk", command, &json!({ "type": "issue_ticket", "service": "a" }));
    let outcome = json!({ "type": "issued", "ticket": 1, "number": number, "service": "a", "ahead": 0 });
    recorder.answered(send, &json!({ "seq": 2, "outcome": outcome }));
    recorder.flush().expect("a file can be written");
}

#[tokio::test]
async fn a_log_is_read_as_it_stands_in_the_file() {
    let folder = TempDir::new().expect("a folder");
    let (file, command) = (folder.path().join("office.db"), Uuid::from_u128(2));
    database(&file, command).await;
    let log = read(&file, "ujian").await.expect("a log");
    assert_eq!(log.id, Uuid::from_u128(7));
    assert!(log.entries[0].configured && !log.entries[1].configured);
    assert_eq!(log.entries[1].command, Some(command));
    assert!(matches!(&log.entries[1].events[..], [Event::TicketIssued { number, .. }] if number == "A001"));
    assert!(matches!(read(&file, "lain").await, Err(LogError::NoBranch { .. })));
    assert!(matches!(read(&folder.path().join("none"), "ujian").await, Err(LogError::Database { .. })));
}

#[tokio::test]
async fn what_a_recorder_wrote_is_judged() {
    let folder = TempDir::new().expect("a folder");
    let (file, lines) = (folder.path().join("office.db"), folder.path().join("seen.jsonl"));
    let command = Uuid::from_u128(2);
    database(&file, command).await;
    recording(&lines, command, "A001");
    let verdict = judge_files(&file, "ujian", &lines).await.expect("both can be read");
    assert!(verdict.is_content(), "{verdict}");
    assert_eq!((verdict.figures.commands, verdict.figures.answered), (1, 1));
    recording(&lines, command, "A002");
    let verdict = judge_files(&file, "ujian", &lines).await.expect("both can be read");
    assert_eq!(verdict.violations[0].rule, Rule::AnswerDiffers);
}

#[tokio::test]
async fn the_program_ends_as_it_says() {
    let folder = TempDir::new().expect("a folder");
    let (file, lines) = (folder.path().join("office.db"), folder.path().join("seen.jsonl"));
    let command = Uuid::from_u128(2);
    database(&file, command).await;
    let run = |more: &[&str]| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_giliran-history"));
        program.args(["--branch", "ujian"]).arg("--database").arg(&file).arg("--recording").arg(&lines);
        let ended = program.args(more).output().expect("it runs");
        (ended.status.code(), String::from_utf8_lossy(&ended.stdout).into_owned())
    };
    recording(&lines, command, "A001");
    let (code, said) = run(&[]);
    assert_eq!(code, Some(0));
    assert!(said.ends_with("nothing is wrong\n"), "{said}");
    recording(&lines, command, "A002");
    let (code, said) = run(&["--json"]);
    assert_eq!(code, Some(1));
    let said: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(said["counts"]["answer_differs"], 1);
    fs::remove_file(&lines).expect("it is there");
    assert_eq!(run(&[]).0, Some(2));
}
