//! Killed exactly between two system calls: at the first, the second, the third … of a kind.
//!
//! Usually the steps grow. With `GILIRAN_EVERY_CALL=1` every single one is tried.

use std::{env, os::unix::process::ExitStatusExt};

use giliran_protocol::view::Audience;
use giliran_tests::{Daemon, Socket, Story, tools};
use nix::sys::signal::Signal;

/// How many commands of the story are told before the daemon is to end.
const COMMANDS: usize = 30;

/// Under `strace`, which kills it at that call of that kind; each thread's calls are counted by themselves.
fn killed_at(calls: &str, nth: u32) -> Vec<String> {
    let (trace, inject) = (format!("trace={calls}"), format!("inject={calls}:signal=SIGKILL:when={nth}"));
    ["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject].map(str::to_owned).into()
}

fn after(nth: u32) -> u32 {
    if env::var_os("GILIRAN_EVERY_CALL").is_some() { nth + 1 } else { (nth + 1).max(nth * 5 / 4) }
}

/// What became of a kind of call, for whoever reads the output: a fault that was never met proves nothing.
#[derive(Debug, Default)]
struct Kills {
    starting: u32,
    working: u32,
    ending: u32,
}

/// Kills at one call after the other until a whole session gets through without meeting one.
///
/// Calls are counted from the start of the process, or from when it is ready: how many answers it gives
/// before that depends on who asks whether it is.
async fn kill_at_each(calls: &str, from_the_start: bool) -> Kills {
    let mut daemon = Daemon::start().await;
    daemon.end();
    let mut story = Story::default();
    let mut kills = Kills::default();
    let mut nth = 1;
    loop {
        let mut tracer = None;
        if from_the_start {
            daemon.under(killed_at(calls, nth));
        }
        let ended = match daemon.try_start().await {
            Err(ended) => {
                kills.starting += 1;
                ended
            }
            Ok(()) => {
                // Somebody looks on, so that there are frames to be sent as well as answers.
                let _screen = Socket::join(&daemon, Audience::Supervisor).await;
                if !from_the_start {
                    let fault = format!("{calls}:signal=SIGKILL:when={nth}");
                    tracer = Some(tools::inject(&daemon, &fault).await);
                }
                if story.go_on(&daemon, COMMANDS).await.is_err() {
                    kills.working += 1;
                    daemon.ended()
                } else {
                    daemon.signal(Signal::SIGTERM);
                    let ended = daemon.ended();
                    if ended.status.success() {
                        break;
                    }
                    kills.ending += 1;
                    ended
                }
            }
        };
        assert_eq!(ended.status.signal(), Some(9), "{calls}, {nth}: {}", ended.complaint());
        drop(tracer);
        daemon.under(Vec::new());
        daemon.start_again().await;
        let goes_on = story.go_on(&daemon, 2).await;
        assert!(goes_on.is_ok(), "{calls}, {nth}: {goes_on:?}");
        daemon.end();
        nth = after(nth);
    }
    story.told.check_log(&daemon.database()).await;
    daemon.under(Vec::new());
    daemon.start_again().await;
    story.told.ask_again(&daemon).await;
    eprintln!("killed at {calls}: {kills:?}, {} commands were answered", story.told.answered.len());
    kills
}

#[tokio::test]
async fn killed_at_any_write_to_the_database_nothing_that_was_answered_is_lost() {
    if tools::there_are("killed at any write to the database", &["strace"]) {
        let kills = kill_at_each("pwrite64", true).await;
        assert!(kills.starting > 0 && kills.working > 0, "{kills:?}");
    }
}

#[tokio::test]
async fn killed_at_any_sync_nothing_that_was_answered_is_lost() {
    if tools::there_are("killed at any sync", &["strace"]) {
        let kills = kill_at_each("fsync,fdatasync", true).await;
        assert!(kills.working > 0, "{kills:?}");
    }
}

#[tokio::test]
async fn killed_at_any_answer_nothing_that_was_answered_is_lost() {
    if tools::there_are("killed at any answer", &["strace"]) {
        let kills = kill_at_each("sendto,sendmsg,writev", false).await;
        assert!(kills.working > 0, "{kills:?}");
    }
}

#[tokio::test]
async fn killed_at_any_change_of_a_files_length_or_name_nothing_that_was_answered_is_lost() {
    if tools::there_are("killed at any change of a file's length or name", &["strace"]) {
        let kills = kill_at_each("ftruncate,unlink,rename,renameat2", true).await;
        assert!(kills.starting + kills.ending > 0, "{kills:?}");
    }
}

#[tokio::test]
async fn killed_while_it_makes_its_database_it_makes_it_at_the_next_start() {
    if !tools::there_are("killed while it makes its database", &["strace"]) {
        return;
    }
    for calls in ["pwrite64", "fsync,fdatasync", "unlink,rename,renameat2"] {
        let mut daemon = Daemon::prepare();
        let (mut nth, mut kills) = (1, 0);
        loop {
            daemon.under(killed_at(calls, nth));
            let Err(ended) = daemon.try_start().await else { break };
            assert_eq!(ended.status.signal(), Some(9), "{calls}, {nth}: {}", ended.complaint());
            nth = after(nth);
            kills += 1;
        }
        eprintln!("killed at {calls} while the database was made: {kills} times");
        assert!(kills > 2, "{calls}: it was hardly ever killed");
        let mut story = Story::default();
        let told = story.go_on(&daemon, 5).await;
        // This one may still be killed: it is under the same spell.
        if told.is_err() {
            daemon.ended();
            daemon.under(Vec::new());
            daemon.start_again().await;
        }
        daemon.end();
        story.told.check_log(&daemon.database()).await;
    }
}
