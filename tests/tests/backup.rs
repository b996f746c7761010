//! The copy and the way back: a daemon under load that burns, time travel, damage, and what is said of each.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use giliran_protocol::{
    command::{self, Outcome},
    health::DaemonHealthView,
    paths,
};
use giliran_tests::{Daemon, Ended, Program, Visit, program, request};

fn giliran(task: &str, arguments: &[&str]) -> Ended {
    Program::run(Command::new(program("giliran")).arg(task).args(arguments))
}

fn text(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

/// Runs `giliran restore` for the daemon's configuration.
fn restore(daemon: &Daemon, more: &[&str]) -> Ended {
    giliran("restore", &[&["--config", text(daemon.config())], more].concat())
}

async fn health(daemon: &Daemon) -> DaemonHealthView {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client without settings");
    let answer = client.get(format!("{}{}", daemon.address(), paths::HEALTH)).send().await.expect("it lives");
    serde_json::from_str(&answer.text().await.expect("a body")).expect("as documented")
}

/// Waits until the copy holds so many entries of the branch.
async fn copied(daemon: &Daemon, entries_wanted: u64) {
    let since = Instant::now();
    loop {
        let verdict = giliran("verify", &["--backup", text(&daemon.backups())]);
        let entries = |line: &String| {
            line.trim().strip_prefix("branch ujian: ")?.split(' ').next()?.parse::<u64>().ok()
        };
        // The copy that was written last stands last.
        if verdict.stdout.iter().filter_map(entries).next_back().is_some_and(|there| there >= entries_wanted)
        {
            return;
        }
        assert!(since.elapsed() < Duration::from_secs(60), "{verdict:?}");
        tokio::task::yield_now().await;
    }
}

fn waiting(state: &giliran_client::State) -> BTreeMap<u64, String> {
    let tickets = state.view.tickets.as_ref().expect("supervisors see tickets");
    tickets.iter().map(|ticket| (ticket.id, ticket.number.clone())).collect()
}

/// The folders of copies in a folder.
fn folders(of: &Path) -> Vec<PathBuf> {
    fs::read_dir(of).expect("it is there").map(|entry| entry.expect("readable").path()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_machine_burns_under_load_all_but_the_last_moments_come_back_by_one_command() {
    const KIOSKS: usize = 8;
    let mut daemon = Daemon::with_backup().await;
    let key = fs::read(format!("{}.key", daemon.database().display())).expect("it was made");
    let answered = Mutex::new(BTreeMap::new());
    let visit = Visit::to(&daemon);
    let kiosks = join_all((0..KIOSKS).map(|_| {
        let (visit, answered) = (&visit, &answered);
        async move {
            while let Ok(answer) = visit.send(&request(command::Command::issue("bayaran"))).await {
                let Outcome::Issued { ticket, number, .. } = answer.outcome else { panic!("{answer:?}") };
                answered.lock().expect("no kiosk panics").insert(ticket, number);
                // Some hundred a second: the test is of the copy, and the numbers of a day are few.
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }));
    let burns = async {
        let enough = || answered.lock().expect("no kiosk panics").len() >= 100;
        while !enough() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // What was answered by now, and the copy then had: the promise. The kiosks press on meanwhile.
        let promised = answered.lock().expect("no kiosk panics").clone();
        copied(&daemon, daemon.state().await.seq).await;
        daemon.kill();
        promised
    };
    let (_, promised) = tokio::join!(kiosks, burns);
    for suffix in ["", "-wal", "-shm", ".key"] {
        let _ = fs::remove_file(format!("{}{suffix}", daemon.database().display()));
    }

    // Whoever starts it now does not begin an empty log.
    let mut start = Command::new(program("giliran"));
    start.args(["serve", "--listen", "127.0.0.1:0", "--config"]).arg(daemon.config());
    let refused = Program::run(&mut start);
    assert!(refused.complaint().contains("giliran restore"), "{refused:?}");
    let restored = restore(&daemon, &[]);
    assert!(restored.status.success(), "{restored:?}");
    daemon.launch().await;
    daemon.ready().await;
    assert_eq!(fs::read(format!("{}.key", daemon.database().display())).expect("restored too"), key);
    let back = waiting(&daemon.state().await);
    for (ticket, number) in &promised {
        assert_eq!(back.get(ticket), Some(number), "it was answered before the copy was whole");
    }
    for (ticket, number) in answered.into_inner().expect("no kiosk panicked") {
        assert!(back.get(&ticket).is_none_or(|found| *found == number), "{number} is somebody else's");
    }
    // What came back is the beginning of what was given out, without a hole.
    let ids: Vec<u64> = back.keys().copied().collect();
    assert_eq!(ids, (1..=ids.len() as u64).collect::<Vec<_>>());
    let verdict = giliran("verify", &["--config", text(daemon.config())]);
    assert!(verdict.status.success(), "{verdict:?}");
    // The restored log is copied in its turn, into a folder of its own.
    copied(&daemon, ids.len() as u64).await;
    assert_eq!(folders(&daemon.backups()).len(), 2);
}

#[tokio::test]
async fn any_moment_of_the_past_can_be_restored() {
    let mut daemon = Daemon::with_backup().await;
    let visit = Visit::to(&daemon);
    let mut known = Vec::new();
    visit.open("kaunter-1").await;
    for n in 0..6 {
        visit.issue(if n % 2 == 0 { "bayaran" } else { "tanah" }).await;
        if n % 3 == 2 {
            let called = visit.call("kaunter-1").await;
            visit.park("kaunter-1", &called).await;
            // Whoever is called is sent away for a while, and the counter is free.
        }
        let state = daemon.state().await;
        known.push((state.seq, waiting(&state)));
    }
    let last = known.last().expect("some").0;
    daemon.end();
    for (seq, expected) in known {
        let restored = restore(&daemon, &["--seq", &seq.to_string(), "--replace"]);
        assert!(restored.status.success(), "{restored:?}");
        daemon.launch().await;
        daemon.ready().await;
        let state = daemon.state().await;
        assert_eq!(waiting(&state), expected, "after entry {seq}");
        assert!(state.seq >= seq, "the log goes on from there");
        daemon.end();
        // Its own copy is not what the next restores from.
        let log = state.log.to_string();
        fs::remove_dir_all(daemon.backups().join(log)).expect("it was copied too");
    }
    let beyond = restore(&daemon, &["--seq", &(last + 1000).to_string(), "--replace"]);
    assert_eq!(beyond.status.code(), Some(1));
    assert!(beyond.complaint().contains("the copy holds branch ujian up to entry"), "{beyond:?}");
    let before = restore(&daemon, &["--at", "2001-01-01T00:00:00Z", "--replace"]);
    assert!(before.complaint().contains("the log had not begun"), "{before:?}");
}

#[tokio::test]
async fn a_damaged_database_is_refused_with_the_command_that_restores_it_and_nothing_answered_is_missing() {
    let mut daemon = Daemon::with_backup().await;
    let visit = Visit::to(&daemon);
    for _ in 0..40 {
        visit.issue("bayaran").await;
    }
    let before = daemon.state().await;
    daemon.kill();
    // The copy of a daemon that was killed is behind by a moment at most; one more round makes it whole.
    daemon.launch().await;
    daemon.ready().await;
    daemon.end();
    let mut bytes = fs::read(daemon.database()).expect("it is there");
    let places: Vec<usize> = (0..bytes.len() - 7)
        .filter(|&at| &bytes[at..at + 7] == b"TicketI" || &bytes[at..at + 7] == b"ticket_")
        .collect();
    assert!(places.len() > 20, "the log says that tickets were issued");
    for place in places {
        bytes[place] ^= 1;
    }
    fs::write(daemon.database(), bytes).expect("it can be written");

    let mut start = Command::new(program("giliran"));
    start.args(["serve", "--listen", "127.0.0.1:0", "--config"]).arg(daemon.config());
    let refused = Program::run(&mut start);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let said = refused.complaint();
    assert!(said.contains("branch ujian") && said.contains("seq "), "{said}");
    let command =
        said.lines().find_map(|line| line.trim().strip_prefix("giliran restore ")).expect("it says how");
    let verdict = giliran("verify", &["--config", text(daemon.config())]);
    assert_eq!(verdict.status.code(), Some(1));
    assert!(verdict.stdout.iter().any(|line| line.contains("DAMAGED") && line.contains("branch ujian")));

    let arguments: Vec<&str> = command.split(' ').collect();
    let restored = giliran("restore", &arguments);
    assert!(restored.status.success(), "{restored:?}");
    daemon.launch().await;
    daemon.ready().await;
    assert_eq!(waiting(&daemon.state().await), waiting(&before));
}

#[tokio::test]
async fn a_folder_that_is_away_is_said_and_hurts_nobody_and_is_caught_up_with() {
    let daemon = Daemon::with_backup().await;
    let visit = Visit::to(&daemon);
    visit.issue("bayaran").await;
    let elsewhere = daemon.folder().join("taken out");
    fs::rename(daemon.backups(), &elsewhere).expect("a disk can be taken out");
    for _ in 0..20 {
        visit.issue("bayaran").await;
    }
    assert!(health(&daemon).await.copy.is_some(), "a copy is configured");
    fs::rename(&elsewhere, daemon.backups()).expect("and put in again");
    copied(&daemon, 21).await;
    let since = Instant::now();
    while !health(&daemon).await.copy.is_some_and(|copy| copy.up_to_date) {
        assert!(since.elapsed() < Duration::from_secs(60));
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_full_copy_is_made_while_the_daemon_works_and_is_for_its_user_alone() {
    let mut daemon = Daemon::start().await;
    let visit = Visit::to(&daemon);
    for _ in 0..10 {
        visit.issue("bayaran").await;
    }
    let before = daemon.state().await;
    let to = daemon.folder().join("usb");
    let arguments = ["--config", text(daemon.config()), "--to", text(&to)];
    let away = giliran("backup", &arguments);
    assert_eq!(away.status.code(), Some(1));
    assert!(away.complaint().contains("is not there"), "{away:?}");
    fs::create_dir(&to).expect("a folder can be made");
    let copied = giliran("backup", &arguments);
    assert!(copied.status.success(), "{copied:?}");
    let [copy] = folders(&to).try_into().expect("one copy");
    for file in folders(&copy).into_iter().chain([copy.clone()]) {
        let mode = fs::metadata(&file).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} can be read by others", file.display());
    }
    assert!(giliran("verify", &["--backup", text(&copy)]).status.success());

    // The database is there, and a daemon is on it.
    let in_use = restore(&daemon, &["--from", text(&to), "--replace"]);
    assert!(in_use.complaint().contains("in use by another Giliran"), "{in_use:?}");
    daemon.end();
    let there = restore(&daemon, &["--from", text(&to)]);
    assert!(there.complaint().contains("--replace"), "{there:?}");
    assert!(restore(&daemon, &["--from", text(&to), "--replace"]).status.success());
    daemon.launch().await;
    daemon.ready().await;
    let after = daemon.state().await;
    assert_eq!(waiting(&after), waiting(&before));
    assert_ne!(after.log, before.log, "clients see that it is another log");
}

#[tokio::test]
async fn a_damaged_copy_is_restored_as_far_as_it_goes_only_when_that_is_said() {
    let mut daemon = Daemon::with_backup().await;
    let visit = Visit::to(&daemon);
    for _ in 0..30 {
        visit.issue("bayaran").await;
    }
    daemon.end();
    let [copy] = folders(&daemon.backups()).try_into().expect("one copy");
    let segment = copy.join("0000000001.open");
    let text_of = fs::read_to_string(&segment).expect("lines");
    let mut lines: Vec<String> = text_of.lines().map(str::to_owned).collect();
    let hurt = lines.iter().position(|line| line.contains("A0010")).expect("the tenth number is in it");
    lines[hurt] = lines[hurt].replace("A0010", "A0011");
    fs::write(&segment, lines.join("\n") + "\n").expect("it can be written");

    let verdict = giliran("verify", &["--backup", text(&daemon.backups())]);
    assert_eq!(verdict.status.code(), Some(1), "{verdict:?}");
    let refused = restore(&daemon, &["--replace"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = refused.complaint();
    assert!(said.contains("line") && said.contains("can be restored up to entry"), "{said}");
    let restored = restore(&daemon, &["--replace", "--accept-loss"]);
    assert!(restored.status.success(), "{restored:?}");
    daemon.launch().await;
    daemon.ready().await;
    let numbers: Vec<String> = waiting(&daemon.state().await).into_values().collect();
    assert_eq!(numbers.len(), 9, "{numbers:?}");
    assert_eq!(numbers.last().map(String::as_str), Some("A0009"));
}
