//! Two daemons on one file: the second is refused at once and told who has it, whatever the first is doing.

use std::process::Command;

use giliran_tests::{Daemon, Program, Story, program};
use nix::sys::signal::Signal;

/// Starts a second daemon on the first one's file; it must refuse and name the first.
fn second_is_refused(first: &Daemon) {
    let mut second = Command::new(program("giliran"));
    second.arg("serve").arg("--config").arg(first.folder().join("office.toml"));
    second.args(["--listen", "127.0.0.1:0", "--database"]).arg(first.database());
    let ended = Program::run(&mut second);
    assert_eq!(ended.status.code(), Some(1), "{}", ended.complaint());
    let holder = format!("in use by another Giliran (process {})", first.id());
    assert!(ended.complaint().contains(&holder), "`{holder}` is not in: {}", ended.complaint());
}

#[tokio::test]
async fn a_second_daemon_on_the_same_file_is_refused_and_told_who_has_it() {
    let mut first = Daemon::start().await;
    let mut story = Story::default();
    story.go_on(&first, 10).await.expect("nothing is amiss");
    second_is_refused(&first);
    story.go_on(&first, 10).await.expect("the first goes on");

    // A laptop whose lid is shut, a machine that is moved: it holds its file all the same.
    first.signal(Signal::SIGSTOP);
    second_is_refused(&first);
    first.signal(Signal::SIGCONT);
    story.go_on(&first, 10).await.expect("the first goes on");

    // Whoever is killed lets go of it.
    first.kill();
    first.start_again().await;
    story.go_on(&first, 10).await.expect("a new one goes on");
    second_is_refused(&first);
    first.end();
    story.told.check_log(&first.database()).await;
}
