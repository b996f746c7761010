//! How the daemon starts, refuses to start, and ends.

use std::{fs, net::TcpListener, path::Path, process::Command};

use futures_util::stream::{self, StreamExt};
use giliran_client::ApiError;
use giliran_protocol::{command, view::Audience};
use giliran_tests::{BRANCH, Daemon, Ended, Program, Socket, Visit, office, program, write_config};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;

/// Lets the daemon try to start, which it must not.
fn refused(config: &Path, further: &[&str]) -> Ended {
    let ended =
        Program::run(Command::new(program("giliran")).arg("serve").arg("--config").arg(config).args(further));
    assert!(!ended.status.success(), "it ended well: {ended:?}");
    assert!(!ended.complaint().contains("panicked"), "{}", ended.complaint());
    ended
}

#[test]
fn the_sample_office_is_sound() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/sample-office.toml");
    let ended = Program::run(Command::new(program("giliran")).arg("check").arg("--config").arg(sample));
    assert!(ended.status.success(), "{}", ended.complaint());
}

#[test]
fn a_fault_in_the_configuration_is_named_with_its_place_and_the_reason() {
    let folder = TempDir::new().expect("a temporary folder");
    let sound = office(folder.path());
    // A fault of form is named with its line, a fault of sense with the part of the office that it is in.
    for (what, from, to, said) in [
        ("a misspelt key", "listen = ", "lissen = ", &["LINE", "lissen"][..]),
        ("a misspelt key of a service", "series = ", "serie = ", &["LINE", "serie"]),
        ("a misspelt section", "[log]", "[logs]", &["LINE", "logs"]),
        ("an address that is none", "listen = \"127.0.0.1:0\"", "listen = \"127.0.0.1\"", &["LINE"]),
        ("a value of the wrong type", "number = 2", "number = \"dua\"", &["LINE"]),
        ("not TOML", "[store]", "[store", &["LINE"]),
        (
            "a time zone that is none",
            "id = \"ujian\"",
            "id = \"ujian\"\ntime_zone = \"Asia/Atlantis\"",
            &["time_zone", "Asia/Atlantis"],
        ),
        ("two counters of one number", "number = 2", "number = 1", &["counter 1"]),
        (
            "a service that nobody takes",
            "[[branch.counter]]",
            "[[branch.service]]\nid = \"baru\"\nname = { ms = \"Baru\" }\nseries = { letters = \"F\" }\n\n[[branch.counter]]",
            &["service.baru"],
        ),
        ("numbers that two services share", "letters = \"C\"", "letters = \"A\"", &["tanah", "bayaran"]),
        (
            "a counter for a service that is none",
            "services = [\"tanah\"]",
            "services = [\"tiada\"]",
            &["bilik-1", "tiada"],
        ),
        ("a log filter that is none", "filter = \"info\"", "filter = \"a=b=c\"", &["log.filter"]),
    ] {
        let at = sound.find(from).unwrap_or_else(|| panic!("{what}: there is no `{from}`"));
        let line = format!("line {}", sound[..at].lines().count() + 1);
        let config = write_config(folder.path(), &sound.replacen(from, to, 1));
        let ended = refused(&config, &[]);
        assert_eq!(ended.status.code(), Some(2), "{what}: {}", ended.complaint());
        for word in said {
            let word = word.replace("LINE", &line);
            assert!(ended.complaint().contains(&word), "{what}: `{word}` is not in: {}", ended.complaint());
        }
        assert!(!folder.path().join("office.db").exists(), "{what}: a database was made");
    }
}

#[test]
fn a_configuration_that_is_not_there_is_named() {
    let folder = TempDir::new().expect("a temporary folder");
    let ended = refused(&folder.path().join("tiada.toml"), &[]);
    assert_eq!(ended.status.code(), Some(2));
    assert!(ended.complaint().contains("tiada.toml"), "{}", ended.complaint());
}

#[test]
fn a_port_in_use_is_named_and_what_to_do_about_it() {
    let folder = TempDir::new().expect("a temporary folder");
    let config = write_config(folder.path(), &office(folder.path()));
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it has one").to_string();
    let ended = refused(&config, &["--listen", &address]);
    assert_eq!(ended.status.code(), Some(1));
    for word in [address.as_str(), "in use", "--listen"] {
        assert!(ended.complaint().contains(word), "`{word}` is not in: {}", ended.complaint());
    }
}

#[test]
fn a_file_that_is_no_database_is_left_as_it_is() {
    let folder = TempDir::new().expect("a temporary folder");
    let config = write_config(folder.path(), &office(folder.path()));
    let file = folder.path().join("office.db");
    let letter = "Tuan/Puan,\n".repeat(1_000);
    fs::write(&file, &letter).expect("a file can be written");
    let ended = refused(&config, &[]);
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.complaint().contains("office.db"), "{}", ended.complaint());
    assert_eq!(fs::read_to_string(&file).expect("still there"), letter);
}

async fn open(file: &Path, create: bool) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(create);
    SqliteConnection::connect_with(&options).await.expect("SQLite opens its own files")
}

#[tokio::test]
async fn a_database_of_another_program_is_left_as_it_is() {
    let folder = TempDir::new().expect("a temporary folder");
    let config = write_config(folder.path(), &office(folder.path()));
    let file = folder.path().join("office.db");
    let mut other = open(&file, true).await;
    sqlx::raw_sql("CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('nasi lemak')")
        .execute(&mut other)
        .await
        .expect("SQLite makes tables");
    other.close().await.expect("closed");
    let before = fs::read(&file).expect("a file");

    let ended = refused(&config, &[]);
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.complaint().contains("office.db"), "{}", ended.complaint());
    assert_eq!(fs::read(&file).expect("still there"), before, "the other program's file was changed");
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_as_it_is() {
    let mut daemon = Daemon::start().await;
    Visit::to(&daemon).issue("bayaran").await;
    daemon.end();
    let mut database = open(&daemon.database(), false).await;
    let changed = sqlx::raw_sql(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (99990101000000, 'from a newer version', TRUE, x'00', 0)",
    )
    .execute(&mut database)
    .await
    .expect("the table of migrations is there");
    assert_eq!(changed.rows_affected(), 1);
    database.close().await.expect("closed");

    let folder = TempDir::new().expect("a temporary folder");
    let config = write_config(folder.path(), &office(folder.path()));
    daemon.copy_database(&folder.path().join("office.db"));
    let ended = refused(&config, &[]);
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.complaint().contains("newer"), "{}", ended.complaint());
}

#[test]
fn a_folder_for_the_database_that_can_not_be_made_is_named() {
    let folder = TempDir::new().expect("a temporary folder");
    let file = folder.path().join("a-file");
    fs::write(&file, "no folder").expect("a file can be written");
    let config = write_config(folder.path(), &office(&file.join("below")));
    let ended = refused(&config, &[]);
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.complaint().contains("a-file"), "{}", ended.complaint());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_daemon_is_not_ready_before_everybody_who_waits_is_loaded() {
    const WAITING: usize = 3_000;
    let mut daemon = Daemon::start().await;
    let visit = Visit::to(&daemon);
    // Not all at once: a daemon that is overloaded says so.
    stream::iter(0..WAITING).for_each_concurrent(64, async |_| drop(visit.issue("bayaran").await)).await;
    for _ in 0..5 {
        daemon.end();
        daemon.launch().await;
        let api = daemon.api();
        let state = loop {
            match api.state(BRANCH, Audience::Kiosk).await {
                Ok(state) => break state,
                Err(ApiError::Refused { status: 503, error, .. }) => assert_eq!(error.code, "not_ready"),
                Err(other) => panic!("{other}"),
            }
        };
        assert_eq!(state.view.services[0].waiting as usize, WAITING, "the first picture is the whole one");
    }
    daemon.ready().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_to_end_it_finishes_what_is_in_hand_and_says_goodbye_to_every_socket() {
    const KIOSKS: usize = 8;
    const SOCKETS: usize = 50;
    let mut daemon = Daemon::start().await;
    let visit = Visit::to(&daemon);
    let mut sockets = Vec::new();
    for n in 0..SOCKETS {
        sockets.push(Socket::join(&daemon, Audience::ALL[n % Audience::ALL.len()]).await);
    }
    // Two that would hold up a careless daemon: one that never said hello and one that does not read.
    let _silent = Socket::connect(&daemon).await;
    let _asleep = Socket::join_with_buffer(&daemon, Audience::Supervisor, 4096).await;

    let kiosks: Vec<_> = (0..KIOSKS)
        .map(|_| {
            let visit = visit.clone();
            tokio::spawn(async move {
                let mut taken = 0_u32;
                while visit.try_to(command::Command::issue("bayaran")).await.is_ok() {
                    taken += 1;
                }
                taken
            })
        })
        .collect();
    while daemon.state().await.view.services[0].waiting < 100 {}
    daemon.end();

    for mut socket in sockets {
        while socket.text().await.is_some() {}
    }
    let mut taken = 0;
    for kiosk in kiosks {
        taken += kiosk.await.expect("no kiosk panics");
    }
    daemon.launch().await;
    daemon.ready().await;
    let issued = daemon.state().await.view.tally.expect("supervisors see totals").issued;
    // A number may be on disk whose answer was on the way when the connection closed, one for each kiosk.
    assert!((taken..=taken + KIOSKS as u32).contains(&issued), "{taken} were answered, {issued} are there");
}
