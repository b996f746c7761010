//! What clients saw, judged by the log: kills at any moment, clients that say everything three times, and days on
//! end.

use std::path::Path;

use futures_util::future::join_all;
use giliran_protocol::{
    command::{Command, Outcome},
    view::Audience,
};
use giliran_sim::{kills, soak};
use giliran_tests::{Daemon, Recording, program, request};
use tempfile::TempDir;

fn folder() -> TempDir {
    TempDir::new().expect("a temporary folder can be made")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_daemon_that_is_killed_again_and_again_loses_nothing_and_does_nothing_twice() {
    let folder = folder();
    let options =
        kills::Options { program: program("giliran"), folder: folder.path().to_owned(), rounds: 25, seed: 4 };
    let report = kills::run(&options, |_| {}).await.unwrap_or_else(|why| panic!("{why:?}"));
    assert!(report.is_content(), "{report}");
    let seen = report.verdict.figures;
    // Each of these is what a kill has to go wrong with; a storm that met none of them has shown nothing.
    for (what, how_many) in [
        ("commands that were done and not answered", seen.found_again),
        ("sends that nobody answered", seen.unanswered),
        ("screens that resumed", seen.resumed),
        ("calls that screens saw", seen.calls_seen),
        ("refusals", seen.refused),
    ] {
        assert!(how_many > 0, "there were no {what}: {report}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_say_everything_three_times_at_once_are_served_once() {
    const KIOSKS: usize = 8;
    const TICKETS: usize = 12;

    let mut daemon = Daemon::start().await;
    let recording = Recording::begin(&daemon);
    let mut wall = recording.join(&daemon, "wall", Audience::Display, None).await;
    let three_times = async |visit: &giliran_tests::Visit, command: Command| {
        let press = request(command);
        let answers = join_all((0..3).map(|_| visit.send(&press))).await;
        let mut answers = answers.into_iter().map(|answer| answer.map_err(|no| no.to_string()));
        let first = answers.next().expect("three were sent");
        answers.for_each(|answer| assert_eq!(answer, first, "one press, one answer"));
        first
    };
    let kiosks = join_all((0..KIOSKS).map(|kiosk| {
        let (visit, three_times) = (recording.visit(&daemon, &format!("kiosk-{kiosk}")), &three_times);
        async move {
            for _ in 0..TICKETS {
                three_times(&visit, Command::issue("bayaran")).await.expect("it is open");
            }
        }
    }));
    let officers = join_all(["kaunter-1", "kaunter-2"].map(|counter| {
        let (visit, three_times) = (recording.visit(&daemon, counter), &three_times);
        async move {
            let counter = counter.to_owned();
            three_times(&visit, Command::OpenCounter { counter: counter.clone() })
                .await
                .expect("it is closed");
            let mut served = 0;
            while served < KIOSKS * TICKETS / 2 {
                // Until somebody is there, nobody is: an answer too.
                let Ok(called) = three_times(&visit, Command::CallNext { counter: counter.clone() }).await
                else {
                    continue;
                };
                let Outcome::Called { ticket, .. } = called.outcome else { panic!("{called:?}") };
                let finish = Command::Finish { counter: counter.clone(), ticket, outcome: None };
                three_times(&visit, finish).await.expect("somebody is at the counter");
                served += 1;
            }
        }
    }));
    let looks = async {
        let mut calls = 0;
        while calls < KIOSKS * TICKETS {
            let text = wall.text().await.expect("the connection stands");
            calls += text.matches(r#""type":"call""#).count();
        }
    };
    tokio::join!(kiosks, officers, looks);
    drop(wall);
    let seen = recording.judge(&mut daemon).await.figures;
    assert_eq!(seen.tickets as usize, KIOSKS * TICKETS, "as many as were asked for");
    assert_eq!(seen.calls_seen as usize, KIOSKS * TICKETS);
    assert_eq!(seen.sends, 3 * seen.commands);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_days_on_end_leave_a_true_history_and_nothing_open() {
    let folder = folder();
    let options = soak::Options {
        program: program("giliran"),
        config: Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/sample-office.toml"),
        branch: None,
        folder: folder.path().to_owned(),
        days: 4,
        from: "2026-11-23".parse().expect("a date"),
        seed: 1,
    };
    let report = soak::run(&options, |_| {}).await.unwrap_or_else(|why| panic!("{why:?}"));
    assert!(report.is_content(), "{report}");
    assert_eq!(report.days.len(), 4);
    assert!(report.verdict.figures.calls_seen > 0, "{report}");
}
