//! A daemon that is killed and started again every few hundred milliseconds under load, and one that can't
//! start at all.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    time::{Duration, SystemTime},
};

use giliran_history::{Recorder, recording};
use giliran_protocol::{
    live::{Resume, ToClient},
    view::Audience,
};
use giliran_tests::{BRANCH, Crowd, Daemon, Socket, tools};
use tokio::time::sleep;
use uuid::Uuid;

/// A screen that is recorded, and goes on where it was.
struct Screen {
    audience: Audience,
    name: String,
    at: Option<Resume>,
}

impl Screen {
    /// Follows until the line breaks, or until it has come so far.
    async fn follow(&mut self, daemon: &Daemon, recorder: &Recorder, until: Option<u64>) {
        let word = serde_json::to_value(self.audience).expect("an audience is a word");
        let resume = self.at.as_ref().map(|at| recording::Resume { log: at.log, seq: at.seq });
        let Ok(mut socket) = Socket::try_connect(daemon).await else { return };
        let number = recorder.joined(&self.name, word.as_str().unwrap_or_default(), resume);
        socket.say_hello(self.audience, self.at.clone()).await;
        while until.is_none() || self.at.as_ref().map(|at| at.seq) < until {
            let Some(text) = socket.text().await else { break };
            recorder.frame(number, &text);
            match serde_json::from_str(&text).expect("the daemon speaks the protocol") {
                ToClient::Snapshot { log, seq, .. } => self.at = Some(Resume { log, seq }),
                ToClient::Entry { seq, .. } => {
                    if let Some(at) = &mut self.at {
                        at.seq = seq;
                    }
                }
                ToClient::Resumed { .. }
                | ToClient::Waits { .. }
                | ToClient::Opening { .. }
                | ToClient::Health { .. }
                | ToClient::Reported { .. }
                | ToClient::Unheard { .. }
                | ToClient::Heartbeat { .. }
                | ToClient::Refused { .. }
                | ToClient::Unknown => {}
            }
        }
        if until.is_some() {
            recorder.settled(number);
        }
        recorder.left(number);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_every_moment_under_load_it_goes_on_and_nobody_sees_two_truths() {
    const KIOSKS: usize = 12;
    let rounds = tools::rounds("GILIRAN_KILLS", 25);
    let mut daemon = Daemon::start().await;
    let recording = daemon.folder().join("recording.jsonl");
    let recorder = Recorder::create(&recording, BRANCH, true).expect("the test's own folder");
    let mut crowd = Crowd::default();
    crowd.told.recorder = Some(recorder.clone());
    let mut screens: Vec<_> = [Audience::Display, Audience::Supervisor, Audience::Kiosk]
        .into_iter()
        .enumerate()
        .map(|(n, audience)| Screen { audience, name: format!("screen {n}"), at: None })
        .collect();
    for _ in 0..rounds {
        // 20 to 320 ms, as chance has it: any moment must do.
        let moment = Duration::from_millis(20 + u64::try_from(Uuid::new_v4().as_u128() % 300).unwrap_or(0));
        let pid = nix::unistd::Pid::from_raw(i32::try_from(daemon.id()).expect("a process id fits"));
        let [one, two, three] = &mut screens[..] else { unreachable!("there are three") };
        let kill = async {
            sleep(moment).await;
            nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).expect("it runs");
        };
        let (broken, ..) = tokio::join!(
            crowd.press(&daemon, KIOSKS, usize::MAX),
            one.follow(&daemon, &recorder, None),
            two.follow(&daemon, &recorder, None),
            three.follow(&daemon, &recorder, None),
            kill
        );
        assert!(broken.iter().all(|broken| broken.code.is_none()), "{broken:?}");
        drop(daemon.ended());
        daemon.start_again().await;
    }
    let broken = crowd.press(&daemon, KIOSKS, 2).await;
    assert!(broken.is_empty(), "{broken:?}");
    let last = daemon.state().await.seq;
    for screen in &mut screens {
        screen.follow(&daemon, &recorder, Some(last)).await;
    }
    daemon.end();
    recorder.flush().expect("the recording is written");
    crowd.told.check_log(&daemon.database()).await;
    let verdict = giliran_history::judge_files(&daemon.database(), BRANCH, &recording).await;
    let verdict = verdict.expect("there is something to judge");
    eprintln!("{rounds} kills, {} answers: {verdict}", crowd.told.answered.len());
    assert!(verdict.is_content(), "{verdict}");
}

/// What is in a folder: each file's bytes and when it was last written.
fn files(folder: &Path) -> BTreeMap<String, (Vec<u8>, SystemTime)> {
    let files = fs::read_dir(folder).expect("the test's own folder").filter_map(Result::ok);
    let seen = |file: fs::DirEntry| {
        let written = file.metadata().ok()?.modified().ok()?;
        Some((file.file_name().into_string().ok()?, (fs::read(file.path()).ok()?, written)))
    };
    files.filter_map(seen).collect()
}

#[tokio::test]
async fn a_database_that_can_not_be_opened_is_not_worn_out_by_trying() {
    let mut daemon = Daemon::start().await;
    let mut crowd = Crowd::default();
    assert!(crowd.press(&daemon, 8, 20).await.is_empty());
    daemon.end();
    // All but the first page is rubbish.
    let mut bytes = fs::read(daemon.database()).expect("a file");
    bytes[4096..].fill(0xa5);
    fs::write(daemon.database(), &bytes).expect("the test's own file");
    let Err(ended) = daemon.try_start().await else { panic!("it starts on rubbish") };
    assert_eq!(ended.status.code(), Some(1), "{}", ended.complaint());
    let before = files(daemon.folder());
    for _ in 0..5 {
        let Err(ended) = daemon.try_start().await else { panic!("it starts on rubbish") };
        assert_eq!(ended.status.code(), Some(1), "{}", ended.complaint());
        assert!(ended.complaint().contains("damaged"), "{}", ended.complaint());
    }
    for (name, (bytes, written)) in files(daemon.folder()) {
        // The lock says who has it, and the index is memory that looks like a file: neither is ever synced.
        if name.ends_with("-wal") {
            assert!(bytes.is_empty(), "{name} was written to");
        } else if !name.ends_with(".lock") && !name.ends_with("-shm") {
            assert!(before.get(&name).is_some_and(|of| *of == (bytes, written)), "{name} was written to");
        }
    }
}
