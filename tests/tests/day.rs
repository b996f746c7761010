//! A real day, from the button to the loudspeaker: a recorded day is played against the daemon as fast as
//! it goes, with a display, a supervisor and the real loudspeaker program looking on.
//!
//! The replay itself checks that every arrival got one number, that no two living tickets share one, that
//! every call was shown once and in order, and that the counts are the record's; its faults are ours.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use giliran_sim::{
    office::{self, Config, Identity, Server, Store},
    record::Source,
    replay::{self, Options, Speed},
    report::{Report, Totals},
    timetable::Timetable,
};
use giliran_tests::{Daemon, Program, program, write_config};
use nix::sys::signal::Signal;
use tempfile::TempDir;

const BRANCH: &str = "hari";

/// A call takes two seconds at least to say, whatever its number.
const SHORTEST_CALL_S: u32 = 2;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A recorded day out of `fixtures`.
fn source(record: &str, services: &str, day: &str) -> Source {
    let fixtures = root().join("tests/fixtures");
    Source {
        record: fixtures.join(record),
        day: day.parse().expect("a date"),
        office: None,
        services: Some(fixtures.join(services)),
        readings: None,
    }
}

/// The configuration of an office in which that day can take place.
fn configuration(source: &Source, time_zone: &str, folder: &Path) -> PathBuf {
    let record = source.read().expect("the fixture is a record");
    let identity = Identity { id: BRANCH.into(), time_zone: time_zone.into() };
    let rules =
        office::rules(&record, &Timetable::of(&record), &identity).expect("the record fits an office");
    let config = Config {
        server: Server { listen: "127.0.0.1:0" },
        store: Store { path: "unused.db" },
        branches: [&rules],
    };
    write_config(folder, &toml::to_string(&config).expect("a configuration is TOML"))
}

/// Plays the day with the loudspeaker connected, and checks what it said.
async fn play(source: Source, time_zone: &str) -> Report {
    let folder = TempDir::new().expect("a temporary folder");
    let config = configuration(&source, time_zone, folder.path());
    let daemon = Daemon::replaying(&config, BRANCH).await;

    let wav = folder.path().join("said.wav");
    let mut speaker = Program::start(
        Command::new(program("giliran-display"))
            .args(["--daemon", daemon.address(), "--branch", BRANCH, "--languages", "ms", "--voices"])
            .arg(root().join("assets/voices"))
            .arg("--output")
            .arg(&wav)
            .arg("--key")
            .arg(folder.path().join("kunci")),
    );
    speaker.logged(1, |line| line.contains("linked to the daemon")).await;

    let options =
        Options { daemon: daemon.address().into(), branch: BRANCH.into(), source, speed: Speed::Max };
    let report = replay::run(&options, |_| {}).await.unwrap_or_else(|why| panic!("{why:?}"));
    assert!(report.faults.is_empty(), "{:#?}", report.faults);
    assert_eq!(counts(&report.replay), counts(&report.record));

    let said = speaker.logged(report.calls.len(), |line| line.contains(" announced ")).await;
    speaker.signal(Signal::SIGTERM);
    let status = speaker.wait(std::time::Duration::from_secs(30)).expect("the loudspeaker ends when told to");
    assert!(status.success(), "{}", speaker.complaint());
    let said: Vec<_> = said.iter().map(|line| (field(line, "seq"), field(line, "number"))).collect();
    let called: Vec<_> =
        report.calls.iter().map(|call| (call.seq.to_string(), call.number.clone())).collect();
    assert_eq!(said, called, "every call is said once, in order");
    for word in [" ERROR ", " WARN ", "not announced"] {
        assert!(!speaker.complaint().contains(word), "the loudspeaker complains:\n{}", speaker.complaint());
    }

    let sound = hound::WavReader::open(&wav).expect("a WAV file");
    let seconds = sound.duration() / sound.spec().sample_rate;
    let calls = u32::try_from(report.calls.len()).expect("a day has some thousand calls");
    assert!(seconds >= calls * SHORTEST_CALL_S, "{calls} calls in {seconds} s");
    report
}

fn counts(totals: &Totals) -> [u32; 4] {
    [totals.tickets, totals.served, totals.missed, totals.abandoned]
}

/// A field of a log line, such as `seq=7`.
fn field(line: &str, name: &str) -> String {
    let value = line.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    value.unwrap_or_else(|| panic!("`{line}` has no {name}")).to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_of_the_bank_goes_from_the_button_to_the_loudspeaker() {
    let source = source("bank-1999-08-18.csv", "bank-services.csv", "1999-08-18");
    let report = play(source, "Asia/Jerusalem").await;
    assert_eq!(counts(&report.replay), [1_178, 1_100, 9, 69], "the figures that the source gives");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_of_a_warsaw_office_goes_from_the_button_to_the_loudspeaker() {
    let source = source("warsaw-ochota-2020-01-15.csv", "warsaw-ochota-services.csv", "2020-01-15");
    let report = play(source, "Europe/Warsaw").await;
    assert_eq!(report.replay.tickets, 502, "the figure that the source gives");
}
