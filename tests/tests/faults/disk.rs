//! Disks that are full, slow, or give back less than was written. Each test has a disk of its own, in a
//! namespace that nobody else sees.

use std::{fs, os::unix::fs::FileExt, path::Path, process::Command};

use giliran_protocol::view::Audience;
use giliran_tests::{Crowd, Daemon, Program, Socket, Story, Visit, tools};
use tempfile::TempDir;

fn run(program: &str, arguments: &[&str]) {
    let ended = Program::run(Command::new(program).args(arguments));
    assert!(ended.status.success(), "{program} {arguments:?}: {}", ended.complaint());
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a temporary folder has a plain name")
}

#[test]
fn a_full_disk_is_said_and_when_there_is_room_it_goes_on_by_itself() {
    tools::apart("disk::child_on_a_full_disk", &["--mount"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by the test above, in a namespace of its own"]
async fn child_on_a_full_disk() {
    let mut daemon = Daemon::prepare();
    let place = daemon.folder().join("disk");
    fs::create_dir(&place).expect("a folder of the test's own");
    run("mount", &["-t", "tmpfs", "-o", "size=3m", "none", text(&place)]);
    daemon.keep_in(place.join("office.db"));
    let ballast = place.join("ballast");
    fs::write(&ballast, vec![1; 1 << 20]).expect("there is room yet");
    daemon.start_again().await;
    let mut wall = Socket::join(&daemon, Audience::Display).await;

    let mut crowd = Crowd::default();
    let broken = crowd.press(&daemon, 8, usize::MAX).await;
    // What was decided on top of what could not be stored is to be tried again, and is then told the same.
    let codes: Vec<_> = broken.iter().filter_map(|broken| broken.code.as_deref()).collect();
    assert!(codes.len() == 8 && codes.contains(&"store_full"), "{broken:?}");
    assert!(codes.iter().all(|code| ["store_full", "try_again"].contains(code)), "{broken:?}");
    // One alone may still find room where eight did not.
    let refused = loop {
        match crowd.press(&daemon, 1, 1).await.pop() {
            Some(broken) => break broken,
            None => assert!(crowd.told.answered.len() < 9_000, "the disk never fills"),
        }
    };
    assert_eq!(refused.code.as_deref(), Some("store_full"));
    let answered = crowd.told.answered.len();
    let last = crowd.told.answered.iter().map(|(_, answer)| answer.seq).max();
    // Who is refused has not taken a number, and the screens go on.
    assert_eq!(Some(daemon.state().await.seq), last);
    assert!(wall.message().await.is_some());

    fs::remove_file(&ballast).expect("it is there");
    // Whoever asks while room is looked for is told to ask again.
    while !crowd.press(&daemon, 8, 2).await.is_empty() {}
    eprintln!("full after {answered} answers, {} in all", crowd.told.answered.len());
    crowd.told.ask_again(&daemon).await;
    // A full disk is the operator's fault: the daemon may say so as loudly as it likes.
    daemon.signal(nix::sys::signal::Signal::SIGTERM);
    let ended = daemon.ended();
    assert!(ended.status.success(), "{}", ended.complaint());
    crowd.told.check_log(&daemon.database()).await;
}

#[test]
fn a_read_error_in_the_middle_of_the_file_is_said_and_makes_up_nothing() {
    if tools::is_root("a read error in the middle of the file") {
        tools::apart("disk::child_on_a_disk_that_lost_its_end", &["--mount"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by the test above, in a namespace of its own"]
async fn child_on_a_disk_that_lost_its_end() {
    let test = "a read error in the middle of the file";
    if !tools::there_are(test, &["mkfs.ext4", "filefrag"]) {
        return;
    }
    let mut daemon = Daemon::prepare();
    let (image, place) = (daemon.folder().join("image"), daemon.folder().join("disk"));
    let image_file = fs::File::create(&image).expect("a folder of the test's own");
    image_file.set_len(64 << 20).expect("a file with holes takes no room");
    fs::create_dir(&place).expect("a folder of the test's own");
    run("mkfs.ext4", &["-q", "-F", text(&image)]);
    let mounted = Program::run(Command::new("mount").args(["-o", "loop"]).args([&image, &place]));
    if !mounted.status.success() {
        return tools::skipped(test, &mounted.complaint());
    }
    daemon.keep_in(place.join("office.db"));
    daemon.start_again().await;
    let mut crowd = Crowd::default();
    while crowd.told.answered.len() < 1_500 {
        crowd.press(&daemon, 32, 10).await;
    }
    daemon.end();
    let first = &crowd.told.answered[0];

    let blocks = Program::run(Command::new("filefrag").args(["-v", "-b4096"]).arg(daemon.database()));
    let cut = middle_block(&blocks.stdout).unwrap_or_else(|| panic!("{blocks:?}"));
    run("umount", &[text(&place)]);
    let whole = fs::read(&image).expect("the image");
    run("mount", &["-o", "loop", text(&image), text(&place)]);
    // Nothing of the file is in memory after mounting, and from its middle on the disk has nothing to give.
    image_file.set_len(cut * 4096).expect("a file can be cut");
    let read = fs::read(daemon.database());
    assert!(read.is_err(), "the disk still gives all of it");
    // It may start or not, but must not show an office that is not the one that was left.
    match daemon.try_start().await {
        Err(ended) => {
            assert_eq!(ended.status.code(), Some(1), "{}", ended.complaint());
            let said = ended.stderr.last().map_or("", |line| line);
            assert!(said.contains("office.db") || said.contains("can't be loaded"), "{}", ended.complaint());
            eprintln!("it does not start: {}", ended.stderr.last().map_or("", |line| line));
        }
        Ok(()) => {
            let state = daemon.state().await;
            let last = crowd.told.answered.iter().map(|(_, answer)| answer.seq).max();
            assert!(Some(state.seq) >= last, "it shows a part of the office for the whole");
            let again = Visit::to(&daemon).send(&first.0).await;
            assert!(again.is_err() || again.is_ok_and(|again| again.seq == first.1.seq));
            daemon.signal(nix::sys::signal::Signal::SIGTERM);
            daemon.ended();
        }
    }
    run("umount", &[text(&place)]);
    // A new disk with what was on the old one: nothing was lost by the trial.
    image_file.set_len(whole.len() as u64).expect("a file can grow");
    image_file.write_all_at(&whole, 0).expect("the image can be written");
    run("mount", &["-o", "loop", text(&image), text(&place)]);
    daemon.start_again().await;
    crowd.told.ask_again(&daemon).await;
    daemon.end();
    crowd.told.check_log(&daemon.database()).await;
    run("umount", &[text(&place)]);
}

/// The disk's block that holds the middle of a file, from what `filefrag -v` prints.
fn middle_block(lines: &[String]) -> Option<u64> {
    let of_line = |line: &String| {
        let fields: Vec<_> = line.split([':', ' ', '.']).filter(|field| !field.is_empty()).collect();
        let numbers: Vec<u64> = fields.iter().map_while(|field| field.parse().ok()).collect();
        (numbers.len() >= 6).then(|| (numbers[3], numbers[5]))
    };
    let extents: Vec<(u64, u64)> = lines.iter().filter_map(of_line).collect();
    // The extent that lies furthest behind on the disk: cutting there takes least else away.
    extents.into_iter().max().map(|(from, length)| from + length / 2)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_slow_disk_many_are_carried_by_one_sync() {
    const KIOSKS: usize = 48;
    if !tools::there_are("a slow disk", &["strace"]) {
        return;
    }
    for (delay_ms, each) in [(5, 20), (50, 6), (500, 2)] {
        let mut daemon = Daemon::start().await;
        let folder = TempDir::new().expect("a temporary folder");
        let trace = folder.path().join("trace");
        let fault = format!("fsync,fdatasync:delay_exit={}", delay_ms * 1_000);
        let tracer = tools::trace(&daemon, &fault, &trace).await;

        let (mut crowd, mut story) = (Crowd::default(), Story::default());
        let broken = crowd.press(&daemon, KIOSKS, each).await;
        assert!(broken.is_empty(), "{delay_ms} ms: {broken:?}");
        let told = story.go_on(&daemon, 3).await;
        assert!(told.is_ok(), "{delay_ms} ms: {told:?}");
        tracer.signal(nix::sys::signal::Signal::SIGTERM);
        drop(tracer.ended());
        let syncs = fs::read_to_string(&trace)
            .unwrap_or_default()
            .lines()
            .filter(|line| line.contains("sync("))
            .count();
        let answers = crowd.told.answered.len();
        eprintln!(
            "{delay_ms} ms a sync: {answers} answers and {} more with {syncs} syncs",
            story.told.answered.len()
        );
        assert!(syncs > 0, "nothing was slow");
        assert!(syncs < answers / 4, "{delay_ms} ms: {syncs} syncs for {answers} answers");
        daemon.end();
        crowd.told.answered.append(&mut story.told.answered);
        crowd.told.check_log(&daemon.database()).await;
    }
}
