//! The power goes: a whole kernel with its page cache is gone in the middle of the work, and what was answered
//! must be on the disk.
//!
//! A user-mode Linux is a kernel that runs as a process and can be killed as one. In it a daemon gives out
//! numbers on a disk that is a file; each answer is told to the test. Then it is killed, booted again on the
//! same disk, and tells what its log has. `GILIRAN_POWER_CUTS` says how many times.
//!
//! That kernel sets a process's registers with a table of 2,696 bytes, and is refused by a processor that has
//! more of them (AMX). `power/registers.c`, which is loaded into it, widens the table.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Write},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use giliran_protocol::command::{Command as Press, Outcome};
use giliran_tests::{Daemon, Program, Visit, read_log, request, tools};
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use tempfile::TempDir;
use tokio::time::sleep;
use uuid::Uuid;

/// What a guest told: each command, its entry and its number.
type Told = BTreeMap<Uuid, (u64, String)>;

/// A kernel that runs; dropping it is the power cut.
struct Guest(Program);

impl Guest {
    fn boot(disk: &Path, file_system: &str, child: &str, slack: Option<&Path>) -> Self {
        let power = Path::new(env!("CARGO_MANIFEST_DIR")).join("power");
        let script = power.join("guest.sh");
        let registers = disk.with_file_name("registers.so");
        let made = Program::run(
            Command::new("cc")
                .args(["-shared", "-fPIC", "-o"])
                .arg(&registers)
                .arg(power.join("registers.c")),
        );
        assert!(made.status.success(), "{}", made.complaint());
        let test = std::env::current_exe().expect("a test knows where its own program is");
        let mut kernel = Command::new("linux.uml");
        kernel.env("LD_PRELOAD", registers).args([
            "mem=256M",
            "root=/dev/root",
            "rootfstype=hostfs",
            "ro",
            "con=null",
            "con0=null,fd:1",
            "con1=null",
            "quiet",
        ]);
        kernel.arg(format!("init={}", script.display())).arg(format!("ubd0={}", disk.display()));
        kernel.arg(format!("DISK_TYPE={file_system}")).arg(format!("TEST={}", test.display()));
        kernel.arg(format!("CHILD=power::{child}"));
        if let Some(slack) = slack {
            kernel.arg(format!("SLACK={}", slack.display()));
        }
        // The kernel keeps a process on the host for each of its own; all of them go at once.
        Self(Program::start(kernel.process_group(0)))
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let group = i32::try_from(self.0.id()).expect("a process id fits");
        // It may have ended by itself.
        let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
    }
}

/// `WORD id seq number` in a line of the guest's.
fn told(line: &str, word: &str) -> Option<(Uuid, (u64, String))> {
    let mut words = line.trim().strip_prefix(word)?.split_whitespace();
    let (id, seq) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    // A line whose end is missing was cut off in the middle.
    (words.next_back()? == ".").then(|| (id, (seq, words.next().unwrap_or_default().to_owned())))
}

/// One power cut: how many commands were answered before it, and how many of them are lost.
async fn cut(file_system: &str, slack: Option<&Path>) -> (usize, usize) {
    let folder = TempDir::new().expect("a temporary folder");
    let disk = folder.path().join("disk");
    let file = File::create(&disk).expect("the test's own folder");
    file.set_len(512 << 20).expect("a file with holes takes no room");
    let made = Program::run(Command::new(format!("mkfs.{file_system}")).arg("-q").arg(&disk));
    assert!(made.status.success(), "{}", made.complaint());

    let mut guest = Guest::boot(&disk, file_system, "guest_that_gives_out_numbers", slack);
    guest.0.said(|line| told(line, "answered ")).await;
    sleep(Duration::from_millis(300 + u64::try_from(Uuid::new_v4().as_u128() % 1_500).unwrap_or(0))).await;
    let group = i32::try_from(guest.0.id()).expect("a process id fits");
    killpg(Pid::from_raw(group), Signal::SIGKILL).expect("it runs");
    guest.0.wait(Duration::from_secs(10));
    let lines = guest.0.words().0;
    let answered: Told = lines.iter().filter_map(|line| told(line, "answered ")).collect();
    drop(guest);

    let mut guest = Guest::boot(&disk, file_system, "guest_that_tells_its_log", None);
    guest.0.says(|line| line.contains("the guest ends").then_some(())).await;
    let group = i32::try_from(guest.0.id()).expect("a process id fits");
    let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
    let lines = guest.0.words().0;
    let found: Told = lines.iter().filter_map(|line| told(line, "found ")).collect();
    if slack.is_none() {
        assert!(lines.iter().any(|line| line.contains("all is told")), "{}", lines.join("\n"));
    }
    let lost =
        answered.iter().filter(|(id, (seq, _))| found.get(*id).is_none_or(|(at, _)| at != seq)).count();
    let numbers: std::collections::BTreeSet<_> = answered.values().map(|(_, number)| number).collect();
    assert_eq!(numbers.len(), answered.len(), "a number was given to two people");
    (answered.len(), lost)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_loses_nothing_that_was_answered() {
    if !tools::there_are("a power cut", &["linux.uml", "mkfs.ext4", "ip", "cc"]) {
        return;
    }
    let cuts = tools::rounds("GILIRAN_POWER_CUTS", 2);
    let xfs = tools::there_are("a power cut on XFS", &["mkfs.xfs"]);
    for round in 0..cuts {
        let file_system = if xfs && round % 2 == 1 { "xfs" } else { "ext4" };
        let (answered, lost) = cut(file_system, None).await;
        eprintln!(
            "power cut {} on {file_system}: {answered} were answered, {lost} of them are lost",
            round + 1
        );
        assert!(answered > 0);
        assert_eq!(lost, 0);
    }
}

/// The test above must be able to fail: with a library that leaves the syncs out, it does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_loses_what_was_not_synced() {
    let test = "a power cut without syncs";
    if !tools::there_are(test, &["linux.uml", "mkfs.ext4", "ip", "cc"]) {
        return;
    }
    let libraries = std::fs::read_dir("/usr/lib").into_iter().flatten().filter_map(Result::ok);
    let library =
        libraries.map(|folder| folder.path().join("libeatmydata.so")).find(|library| library.is_file());
    let Some(library) = library else { return tools::skipped(test, "libeatmydata is not installed") };
    let (answered, lost) = cut("ext4", Some(&library)).await;
    eprintln!("power cut without syncs: {answered} were answered, {lost} of them are lost");
    assert!(lost > 0, "nothing was lost although nothing was synced: this proves nothing");
}

/// In the guest the folder that is thrown away is the first choice for everything but the database.
fn daemon_on_the_disk() -> Daemon {
    let mut daemon = Daemon::prepare();
    daemon.keep_in(PathBuf::from("/mnt/office.db"));
    daemon
}

fn tell(line: &str) {
    let mut out = io::stdout().lock();
    // One piece a line: what a cut leaves of it has no end.
    out.write_all(format!("\n{line} .\n").as_bytes()).expect("the console is there");
    out.flush().expect("the console is there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run in the guest by the tests above"]
async fn guest_that_gives_out_numbers() {
    const KIOSKS: usize = 6;
    let mut daemon = daemon_on_the_disk();
    if let Ok(slack) = std::env::var("SLACK")
        && !slack.is_empty()
    {
        daemon.environment("LD_PRELOAD", &slack);
    }
    daemon.start_again().await;
    let visit = Visit::to(&daemon);
    futures_util::future::join_all((0..KIOSKS).map(|kiosk| {
        let visit = &visit;
        async move {
            loop {
                let press = request(Press::issue(if kiosk % 2 == 0 { "tanah" } else { "bayaran" }));
                let answer = visit.send(&press).await.expect("numbers are given out until the power goes");
                let Outcome::Issued { number, .. } = &answer.outcome else { panic!("{answer:?}") };
                tell(&format!("answered {} {} {number}", press.id, answer.seq));
            }
        }
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run in the guest by the tests above"]
async fn guest_that_tells_its_log() {
    let mut daemon = daemon_on_the_disk();
    daemon.start_again().await;
    daemon.end();
    for (place, (seq, command)) in read_log(&daemon.database()).await.into_iter().enumerate() {
        assert_eq!(seq, place as u64 + 1, "the log has a hole");
        if let Some(command) = command {
            tell(&format!("found {command} {seq}"));
        }
    }
    tell("all is told");
}
