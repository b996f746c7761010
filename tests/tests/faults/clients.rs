//! Clients that do not read, say what is not so, or are too many.

use std::process::Command;

use futures_util::{StreamExt, future::join_all, stream};
use giliran_protocol::{
    live::{Resume, ToClient},
    view::Audience,
};
use giliran_tests::{Chain, Crowd, Daemon, Program, Socket, Visit, tools};
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

#[test]
fn two_hundred_clients_that_do_not_read_delay_nobody_and_cost_little() {
    let test = "clients::child_beside_two_hundred_that_do_not_read";
    if tools::there_are(test, &["ip", "ss"]) {
        tools::apart(test, &["--net"]);
    }
}

/// In a network of its own, so that what the system holds for it can be told from all else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by the test above, in a network of its own"]
async fn child_beside_two_hundred_that_do_not_read() {
    const STALLED: usize = 200;
    /// What the system may hold for one of them: the buffer that is set, doubled as the system does, and its
    /// own books. Without the setting it was ten times that and more.
    const MOST_BYTES: u64 = 400 * 1024;

    assert!(Command::new("ip").args(["link", "set", "lo", "up"]).status().is_ok_and(|ended| ended.success()));
    let mut daemon = Daemon::start().await;
    let visit = Visit::to(&daemon);
    visit.open("kaunter-1").await;
    // A picture that is large from the start, and then entries without end.
    let mut crowd = Crowd::default();
    assert!(crowd.press(&daemon, 32, 40).await.is_empty());
    let stalled =
        join_all((0..STALLED).map(|_| Socket::join_with_buffer(&daemon, Audience::Supervisor, 2048)));
    let stalled = stalled.await;
    let mut wall = Socket::join(&daemon, Audience::Supervisor).await;
    let last = daemon.state().await.seq + 32 * 60;
    let (pressing, ()) = tokio::join!(crowd.press(&daemon, 32, 60), async {
        let mut chain = Chain::default();
        while chain.seq < last {
            chain.take(&wall.message().await.expect("the connection stands"));
        }
    });
    assert!(pressing.is_empty(), "{pressing:?}");

    let held = held_for_clients(daemon.address());
    eprintln!("{STALLED} that do not read: the system holds {} KiB for each", held / 1024 / STALLED as u64);
    assert!(held < STALLED as u64 * MOST_BYTES, "{held} bytes");
    drop(stalled);
    daemon.end();
}

/// What the system holds to be sent from that address, in bytes: `ss` prints it as `t` (in flight) and `w`.
fn held_for_clients(address: &str) -> u64 {
    let port = address.rsplit(':').next().unwrap_or_default();
    let sockets = Program::run(Command::new("ss").args([
        "-tmnH",
        "state",
        "established",
        "sport",
        "=",
        &format!(":{port}"),
    ]));
    let held = |line: &String| -> Option<u64> {
        let memory = line.split("skmem:(").nth(1)?;
        let queued = memory.split(',').find_map(|part| part.strip_prefix('w'))?;
        queued.parse().ok()
    };
    sockets.stdout.iter().filter_map(held).sum()
}

#[tokio::test]
async fn a_client_that_says_what_is_not_so_gets_the_whole_picture_or_is_sent_away() {
    let daemon = Daemon::start().await;
    let visit = Visit::to(&daemon);
    visit.open("kaunter-1").await;
    for _ in 0..20 {
        visit.issue("bayaran").await;
    }
    let state = daemon.state().await;
    for (what, log, seq) in [
        ("ahead of the log", state.log, state.seq + 1),
        ("far ahead of the log", state.log, u64::MAX),
        ("of another log", Uuid::new_v4(), 3),
        ("of no log", Uuid::nil(), 0),
    ] {
        let mut socket = Socket::resume(&daemon, Audience::Supervisor, Resume { log, seq }).await;
        let first = socket.message().await.expect("it is answered");
        let ToClient::Snapshot { seq, .. } = first else { panic!("{what}: {first:?}") };
        assert_eq!(seq, state.seq, "{what}");
    }
    let honest = Resume { log: state.log, seq: state.seq - 5 };
    let mut socket = Socket::resume(&daemon, Audience::Supervisor, honest).await;
    assert!(matches!(socket.message().await, Some(ToClient::Resumed { .. })));

    // Hello upon hello, frames without end, and text that is none: each is sent away.
    let hello = r#"{"type":"hello","audience":"display"}"#;
    for (what, message) in [
        ("a second hello", Message::text(hello)),
        ("a huge frame", Message::text("x".repeat(5_000_000))),
        ("a huge binary frame", Message::binary(vec![0xff; 5_000_000])),
        ("a million brackets", Message::text("[".repeat(4_000))),
        ("control characters", Message::text("\u{0}\u{1}\u{7f}\u{ffff}")),
    ] {
        let mut socket = Socket::join(&daemon, Audience::Display).await;
        socket.send(message).await;
        let mut left = 0;
        while socket.text().await.is_some() {
            left += 1;
            assert!(left < 1_000, "{what}: it is still served");
        }
    }
    let floods = stream::iter(0..400).map(|_| async {
        let mut socket = Socket::join(&daemon, Audience::Display).await;
        for _ in 0..20 {
            socket.send(Message::text(hello)).await;
        }
        while socket.text().await.is_some() {}
    });
    let mut crowd = Crowd::default();
    let (broken, _) = tokio::join!(crowd.press(&daemon, 8, 20), floods.buffer_unordered(20).count());
    assert!(broken.is_empty(), "{broken:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_files_run_out_screens_are_turned_away_and_whoever_presses_is_not() {
    let mut daemon = Daemon::prepare();
    daemon.under(["prlimit", "--nofile=256", "--"].map(str::to_owned).into());
    if !tools::there_are("files run out", &["prlimit"]) {
        return;
    }
    daemon.start_again().await;
    let (mut screens, mut turned_away) = (Vec::new(), 0);
    for _ in 0..400 {
        match Socket::try_connect(&daemon).await {
            Ok(socket) => screens.push(socket),
            Err(status) => {
                assert_eq!(status, Some(503));
                turned_away += 1;
            }
        }
    }
    eprintln!("of 400 screens {} were taken and {turned_away} turned away", screens.len());
    assert!(screens.len() >= 32, "hardly any screen was taken: {}", screens.len());
    let mut crowd = Crowd::default();
    assert!(crowd.press(&daemon, 8, 20).await.is_empty());
    // Whoever leaves makes room.
    drop(screens);
    let mut again = Socket::try_connect(&daemon).await;
    while again.is_err() {
        again = Socket::try_connect(&daemon).await;
    }
    daemon.end();
    crowd.told.check_log(&daemon.database()).await;
}
