//! Files that are small to write and would be large or endless to read.

use std::{fs, process::Command};

use giliran_tests::{Program, office, program, write_config};
use tempfile::TempDir;

/// Seconds of the processor's time that a refusal may take, and bytes of memory. The machine may be slow, but a
/// file that bursts takes hours, and all there is.
const LIMITS: [&str; 2] = ["--cpu=60", "--data=1500000000"];

/// What the file is, how it is made, and what its refusal says.
type Case<'a> = (&'static str, Box<dyn Fn() -> String + 'a>, &'static str);

#[test]
fn a_configuration_made_to_burst_is_refused_in_a_moment() {
    let folder = TempDir::new().expect("a temporary folder");
    let sound = office(folder.path());
    let service = |n: usize| {
        format!(
            "[[branch.service]]\nid = \"s{n}\"\nname = {{ ms = \"S\" }}\nseries = {{ letters = \"A\" }}\n"
        )
    };
    let counter = |n: usize| {
        format!("[[branch.counter]]\nid = \"k{n}\"\nnumber = {}\nservices = [\"bayaran\"]\n", n % 200 + 1)
    };
    let branch = |n: usize| {
        sound.split("[[branch]]").nth(1).unwrap_or_default().replacen("ujian", &format!("u{n}"), 1)
    };
    let calendar = |events: &str| {
        let text =
            format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n{events}END:VCALENDAR\r\n");
        fs::write(folder.path().join("days.ics"), text).expect("the folder can be written");
        sound.replacen("[[branch]]", "[[holidays]]\nfile = \"days.ics\"\n\n[[branch]]", 1)
    };
    let event = |n: usize| {
        let (year, month) = (1 + n / 12, 1 + n % 12);
        format!(
            "BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:{year:04}{month:02}01\r\nDTEND;VALUE=DATE:{year:04}{month:02}28\r\nEND:VEVENT\r\n"
        )
    };
    let many = |one: &dyn Fn(usize) -> String, count: usize| (0..count).map(one).collect::<String>();
    let cases: [Case<'_>; 12] = [
        (
            "a file of nothing much",
            Box::new(|| sound.clone() + &"#".repeat(50_000_000)),
            "larger than 32 MiB",
        ),
        ("lists in lists", Box::new(|| sound.clone() + "x = " + &"[".repeat(1_000_000)), "TOML parse error"),
        (
            "tables in tables",
            Box::new(|| sound.clone() + "x = " + &"{a=".repeat(1_000_000)),
            "TOML parse error",
        ),
        ("names in names", Box::new(|| format!("{sound}[a{}]\n", ".a".repeat(1_000_000))), "recursion limit"),
        (
            "a long name",
            Box::new(|| sound.replacen("Pejabat Ujian", &"x".repeat(40_000_000), 1)),
            "larger than 32 MiB",
        ),
        ("services without end", Box::new(|| sound.clone() + &many(&service, 50_000)), "500 are the most"),
        ("counters without end", Box::new(|| sound.clone() + &many(&counter, 50_000)), "500 are the most"),
        (
            "branches without end",
            Box::new(|| sound.clone() + &many(&|n| "[[branch]]".to_owned() + &branch(n), 3_000)),
            "1000 are the most",
        ),
        (
            "a year's holidays for each year there is",
            Box::new(|| calendar(&many(&event, 40_000))),
            "more than 3660 days",
        ),
        (
            "a calendar of nothing much",
            Box::new(|| calendar(&"X-A:b\r\n".repeat(3_000_000))),
            "larger than 4 MiB",
        ),
        (
            "a calendar in a calendar",
            Box::new(|| calendar(&("BEGIN:VTODO\r\n".repeat(100_000) + &"END:VTODO\r\n".repeat(100_000)))),
            "too deep in one another",
        ),
        (
            "a device that never ends",
            Box::new(|| sound.replacen("[[branch]]", "[[holidays]]\nfile = \"/dev/zero\"\n\n[[branch]]", 1)),
            "larger than 4 MiB",
        ),
    ];
    for (what, text, said) in cases {
        let config = write_config(folder.path(), &text());
        let mut check = Command::new("prlimit");
        check.args(LIMITS).arg(program("giliran")).args(["check", "--config"]).arg(&config);
        let ended = Program::run(&mut check);
        let complaint = ended.complaint();
        assert_eq!(ended.status.code(), Some(2), "{what}: {complaint}");
        assert!(complaint.contains(said), "{what}: {}", complaint.chars().take(500).collect::<String>());
        assert!(complaint.len() < 10_000, "{what}: the complaint has {} bytes", complaint.len());
    }
}
