//! Rules that contradict themselves are refused whole when the configuration is read: every fault is named
//! with its place, at once, and the exit code says so. The samples are sound.

use std::{path::Path, process::Command};

use giliran_tests::{Program, hall::Hall, program, write_config};
use tempfile::TempDir;

fn check(config: &Path) -> giliran_tests::Ended {
    Program::run(Command::new(program("giliran")).arg("check").arg("--config").arg(config))
}

#[test]
fn every_contradiction_is_named_with_its_place_and_nothing_is_started() {
    let folder = TempDir::new().expect("a temporary folder");
    let faults: &[(&str, &str, &[&str])] = &[
        (
            "last_ticket = \"12:00\"\n",
            "last_ticket = \"12:00\"\n\n[[branch.service]]\nid = \"baru\"\nname = { ms = \"Baru\" }\nseries = { letters = \"Q\" }\n",
            &["service.baru: no counter takes it"],
        ),
        (
            "letters = \"L\" }",
            "letters = \"A\", first = 500 }",
            &["service.pasport.series: has numbers in common with `bayaran`"],
        ),
        ("ahead = { ms = \"Kerusi\" }", "helps = [[]]", &["counter.k1.helps: a tier names nothing"]),
        (
            "ahead = { ms = \"Kerusi\" }",
            "helps = [[\"tiada\"]]",
            &["counter.k1.helps: there is no service `tiada`"],
        ),
        (
            "until = \"17:00\"",
            "until = \"07:00\"",
            &["hours.week.1.open: 08:00-07:00 closes before it opens"],
        ),
        ("quota = 2", "quota = 0", &["service.pasport.quota: a quota of 0"]),
        ("class = \"janji-temu\"", "class = \"tiada\"", &["appointments.class: there is no class `tiada`"]),
        ("calls_least = 2", "calls_least = 9", &["calling.calls_least: 9 is more than calls_most, 3"]),
        ("width = 1", "width = 1, skip = [1]", &["service.tanah.series: skips all its numbers"]),
        (
            "[[branch.class]]\nid = \"biasa\"\n",
            "[[branch.class]]\nid = \"biasa\"\ngoes_next = true\n",
            &["class.biasa.goes_next"],
        ),
        (
            "[[branch.service]]\nid = \"bayaran\"",
            "[[branch.group]]\nid = \"kosong\"\nname = { ms = \"Kosong\" }\n\n[[branch.service]]\nid = \"bayaran\"",
            &["group.kosong: holds no service"],
        ),
        ("[store]", "[[holidays]]\nfile = \"tiada.ics\"\n\n[store]", &["holidays 1: ", "tiada.ics"]),
    ];
    for (from, to, named) in faults {
        let text = Hall::configured().replacen(from, to, 1);
        assert_ne!(text, Hall::configured(), "{from} is not in the configuration");
        refused(&folder, &text, named);
    }

    // All of them that can stand side by side, at once.
    let sides = [0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11].map(|n| faults[n]);
    let all =
        sides.iter().fold(Hall::configured().to_owned(), |text, (from, to, _)| text.replacen(from, to, 1));
    let named: Vec<&str> = sides.iter().flat_map(|(_, _, named)| named.iter().copied()).collect();
    refused(&folder, &all, &named);
}

fn refused(folder: &TempDir, text: &str, named: &[&str]) {
    let config = write_config(folder.path(), text);
    let serve = Program::run(
        Command::new(program("giliran")).args(["serve", "--listen", "127.0.0.1:0", "--config"]).arg(&config),
    );
    for ended in [check(&config), serve] {
        assert_eq!(ended.status.code(), Some(2), "{}", ended.complaint());
        for place in named {
            assert!(ended.complaint().contains(place), "`{place}` is not named in {}", ended.complaint());
        }
        assert!(ended.stdout.is_empty(), "it says nothing else: {:?}", ended.stdout);
    }
    assert!(!folder.path().join("unused.db").exists(), "nothing was begun");
}

#[test]
fn the_samples_are_sound_and_not_unwise() {
    for sample in ["sample-office", "immigration-hall", "hospital-pharmacy"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../config/{sample}.toml"));
        let ended = check(&path);
        assert!(ended.status.success(), "{sample}: {}", ended.complaint());
        let unwise: Vec<_> = ended.stdout.iter().filter(|line| line.starts_with("unwise")).collect();
        assert!(unwise.is_empty(), "{sample}: {unwise:?}");
    }
}

#[test]
fn what_is_unwise_is_said_and_taken() {
    let folder = TempDir::new().expect("a temporary folder");
    let unwise = Hall::configured()
        .replace("letters = \"L\"", "letters = \"M\"")
        .replace("letters = \"C\"", "letters = \"N\"")
        .replace("quota = 2", "charter = { waiting = \"5m\" }");
    let ended = check(&write_config(folder.path(), &unwise));
    assert!(ended.status.success(), "{}", ended.complaint());
    let said = ended.stdout.join("\n");
    for warning in
        ["service.tanah.series.letters: `N` sounds like `M`", "service.pasport.allowance: falls due after"]
    {
        assert!(said.contains(warning), "{warning} is not said: {said}");
    }
}
