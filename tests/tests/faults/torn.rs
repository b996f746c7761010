//! A power cut in the middle of a write leaves the end of the write-ahead log cut off, or full of anything.

use std::{
    fs::{self, OpenOptions},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use giliran_tests::{Crowd, Daemon, Story, read_log};
use tempfile::TempDir;

/// How many copies are torn.
const COPIES: u64 = 120;

fn wal(database: &Path) -> PathBuf {
    format!("{}-wal", database.display()).into()
}

/// Tears the end of a file from `from` to its `length`, in one of some ways.
fn tear(file: &Path, from: u64, length: u64, way: u64) {
    let file = OpenOptions::new().write(true).open(file).expect("a copy can be written");
    let end = usize::try_from(length - from).expect("a log of some pages");
    match way % 4 {
        0 => file.set_len(from).expect("a copy can be cut"),
        1 => file.write_all_at(&vec![0; end], from).expect("a copy can be written"),
        // One sector came to the disk and the one before did not.
        2 => file.write_all_at(&vec![0; end.min(512)], from).expect("a copy can be written"),
        _ => {
            let anything: Vec<_> = (0..end).map(|n| (n as u64 * 167 + way) as u8).collect();
            file.write_all_at(&anything, from).expect("a copy can be written");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_the_end_of_the_log_is_torn_all_that_was_synced_before_is_there() {
    let mut daemon = Daemon::start().await;
    let (mut story, mut crowd) = (Story::default(), Crowd::default());
    story.go_on(&daemon, 40).await.expect("nothing is amiss yet");
    // All of this is on disk: a cut can only tear what comes after.
    let synced = fs::metadata(wal(&daemon.database())).expect("it writes a log").len();
    crowd.press(&daemon, 8, 10).await;
    daemon.kill();

    let folder = TempDir::new().expect("a temporary folder");
    let whole = folder.path().join("whole.db");
    daemon.copy_database(&whole);
    let length = fs::metadata(wal(&whole)).expect("it is copied").len();
    assert!(length > synced, "nothing was written after the mark");
    let torn = folder.path().join("office.db");
    daemon.copy_database(&torn);
    let log = read_log(&torn).await;

    daemon.keep_in(torn.clone());
    let mut lengths = Vec::new();
    for copy in 0..COPIES {
        for file in [torn.clone(), wal(&torn), format!("{}-shm", torn.display()).into()] {
            let _ = fs::remove_file(file);
        }
        fs::copy(&whole, &torn).expect("a copy of a copy");
        fs::copy(wal(&whole), wal(&torn)).expect("a copy of a copy");
        tear(&wal(&torn), synced + (length - synced) * copy / COPIES, length, copy);

        daemon.start_again().await;
        let seq = daemon.state().await.seq;
        daemon.end();
        let found = read_log(&torn).await;
        assert_eq!(found, log[..found.len()], "copy {copy}: what is there is not what was written");
        assert_eq!(found.len() as u64, seq, "copy {copy}: the screens show something else");
        for (request, answer) in &story.told.answered {
            let found = found.get(answer.seq as usize - 1).and_then(|(_, command)| *command);
            assert_eq!(found, Some(request.id), "copy {copy}: what was synced before is lost");
        }
        lengths.push(found.len());
    }
    lengths.sort_unstable();
    lengths.dedup();
    eprintln!("torn {COPIES} times: of {} entries {lengths:?} were left", log.len());
    assert!(lengths.len() > 3, "hardly anything was torn: {lengths:?}");
}
