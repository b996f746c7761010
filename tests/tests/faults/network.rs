//! Lines that lose what is sent, or go dead without a word. Each test has a network of its own.

use std::{
    collections::BTreeSet,
    fs,
    process::Command,
    time::{Duration, Instant},
};

use giliran_client::{Link, News, Picture};
use giliran_protocol::{command::Command as Press, view::Audience};
use giliran_tests::{BRANCH, Crowd, Daemon, Program, Socket, Visit, request, tools};
use nix::sys::signal::Signal;
use tokio::time::{sleep, timeout};

/// How long anything may take that is promised within a minute.
const PATIENCE: Duration = Duration::from_secs(120);

fn nft(rules: &str) {
    let ended = Program::run(Command::new("nft").arg(rules));
    assert!(ended.status.success(), "nft {rules}: {}", ended.complaint());
}

/// Brings the loopback up and a table that drops by port; false where the system has no such tables.
fn own_network(test: &str) -> bool {
    assert!(Command::new("ip").args(["link", "set", "lo", "up"]).status().is_ok_and(|ended| ended.success()));
    let table = Program::run(
        Command::new("nft")
            .arg("add table inet t; add chain inet t o { type filter hook output priority 0; }"),
    );
    if !table.status.success() {
        tools::skipped(test, &table.complaint());
    }
    table.status.success()
}

fn port(daemon: &Daemon) -> u16 {
    daemon.address().rsplit(':').next().and_then(|port| port.parse().ok()).expect("an address has a port")
}

/// The ports of those with whom the daemon believes that it has a connection.
fn connected(daemon: &Daemon) -> BTreeSet<u16> {
    let ours = format!(":{:04X}", port(daemon));
    let table = fs::read_to_string("/proc/net/tcp").expect("the system tells its connections");
    let remote = |line: &str| {
        let mut fields = line.split_whitespace().skip(1);
        let (local, remote, state) = (fields.next()?, fields.next()?, fields.next()?);
        let established = local.ends_with(&ours) && state == "01";
        established.then(|| u16::from_str_radix(remote.rsplit(':').next()?, 16).ok())?
    };
    table.lines().filter_map(remote).collect()
}

/// Follows until the picture is up to date with the log's entry `seq`.
async fn follow(link: &mut Link, picture: &mut Picture, seq: u64) {
    let caught_up = async {
        while picture.seq() < seq || !picture.is_up() {
            picture.take(&link.next().await);
        }
    };
    timeout(PATIENCE, caught_up).await.expect("it catches up");
}

#[test]
fn who_goes_dead_without_a_word_is_let_go_of_and_who_was_cut_off_comes_back() {
    let test = "network::child_with_dead_lines";
    if tools::there_are(test, &["ip", "nft"]) {
        tools::apart(test, &["--net"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by the test above, in a network of its own"]
async fn child_with_dead_lines() {
    if !own_network("network::child_with_dead_lines") {
        return;
    }
    let mut daemon = Daemon::start().await;
    let visit = Visit::to(&daemon);
    visit.open("kaunter-1").await;

    let mut link = Link::open(daemon.address(), BRANCH, Audience::Display).expect("an address");
    let mut picture = Picture::default();
    let seq = daemon.state().await.seq;
    let before = connected(&daemon);
    follow(&mut link, &mut picture, seq).await;
    let of_link = connected(&daemon).difference(&before).copied().collect::<Vec<_>>();
    let silent = Socket::join(&daemon, Audience::Supervisor).await;
    // A program that is stopped: its system still takes what comes, and nobody answers.
    let this = std::env::current_exe().expect("a test knows where its own program is");
    let mut stopped = Command::new(this);
    stopped.args(["--ignored", "--exact", "--nocapture", "network::child_that_listens"]);
    let mut stopped = Program::start(stopped.env("GILIRAN_ADDRESS", daemon.address()));
    let of_stopped: u16 = stopped
        .said(|line| line.strip_prefix("listening from port ").and_then(|port| port.parse().ok()))
        .await;
    stopped.signal(Signal::SIGSTOP);
    let mut gone: BTreeSet<u16> = BTreeSet::from([of_stopped, silent.port()]);

    // From now on nothing passes between the daemon and these, and nobody tells either of them.
    for port in of_link.iter().chain([&silent.port()]) {
        nft(&format!("add rule inet t o tcp sport {port} drop; add rule inet t o tcp dport {port} drop"));
        gone.insert(*port);
    }
    assert!(gone.is_subset(&connected(&daemon)), "all of them are there");
    let cut = Instant::now();
    let ticket = visit.issue("bayaran").await;
    visit.call("kaunter-1").await;

    // The client notices, says so, and comes back on another line without having missed anything.
    let news = async {
        let mut down = None;
        loop {
            let news = link.next().await;
            picture.take(&news);
            if matches!(news, News::Down(_)) {
                down = down.or(Some(cut.elapsed()));
                assert!(!picture.is_up());
            }
            if down.is_some() && picture.is_up() {
                return down;
            }
        }
    };
    let down = timeout(PATIENCE, news).await.expect("the client notices");
    eprintln!("the client noticed after {down:?} and was back after {:?}", cut.elapsed());
    follow(&mut link, &mut picture, daemon.state().await.seq).await;
    let view = picture.view().expect("there is a picture");
    assert!(view.calls.iter().flatten().any(|call| call.number == ticket.number), "{:?}", view.calls);

    // The daemon lets go of all that answer no more.
    while gone.intersection(&connected(&daemon)).next().is_some() {
        assert!(
            cut.elapsed() < PATIENCE,
            "after {:?} it still holds {:?}; stopped {of_stopped}, silent {}, the link {of_link:?}",
            cut.elapsed(),
            connected(&daemon),
            silent.port()
        );
        // The system's table can't be awaited; the link must be asked again and again, as its user does.
        tokio::select! {
            news = link.next() => picture.take(&news),
            () = sleep(Duration::from_millis(200)) => {}
        }
    }
    eprintln!("the daemon had let go of all after {:?}", cut.elapsed());
    visit.issue("bayaran").await;
    follow(&mut link, &mut picture, daemon.state().await.seq).await;
    drop(stopped);
    daemon.end();
}

#[tokio::test]
#[ignore = "started by the test above, which stops it"]
async fn child_that_listens() {
    let address = std::env::var("GILIRAN_ADDRESS").expect("the test above says where");
    let mut link = Link::open(&address, BRANCH, Audience::Display).expect("an address");
    let mut picture = Picture::default();
    while !picture.is_up() {
        picture.take(&link.next().await);
    }
    let own = own_port(&address).expect("it is connected");
    std::io::Write::write_all(&mut std::io::stdout(), format!("\nlistening from port {own}\n").as_bytes())
        .expect("somebody listens");
    loop {
        picture.take(&link.next().await);
    }
}

/// The port of this process's connection to an address: of the connections there are, the one whose socket
/// is among our own files.
fn own_port(address: &str) -> Option<u16> {
    let theirs = format!(":{:04X}", address.rsplit(':').next()?.parse::<u16>().ok()?);
    let ours: BTreeSet<String> = fs::read_dir("/proc/self/fd")
        .ok()?
        .filter_map(|file| fs::read_link(file.ok()?.path()).ok()?.to_str().map(str::to_owned))
        .filter_map(|name| name.strip_prefix("socket:[")?.strip_suffix(']').map(str::to_owned))
        .collect();
    let table = fs::read_to_string("/proc/net/tcp").ok()?;
    table.lines().find_map(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        let (local, remote, inode) = (fields.get(1)?, fields.get(2)?, fields.get(9)?);
        let port = u16::from_str_radix(local.rsplit(':').next()?, 16).ok()?;
        (remote.ends_with(&theirs) && ours.contains(*inode)).then_some(port)
    })
}

#[test]
fn over_a_line_that_loses_a_third_all_catch_up_without_a_gap() {
    let test = "network::child_on_a_bad_line";
    if tools::there_are(test, &["ip", "nft"]) {
        tools::apart(test, &["--net"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by the test above, in a network of its own"]
async fn child_on_a_bad_line() {
    const KIOSKS: usize = 6;
    const EACH: usize = 8;
    if !own_network("network::child_on_a_bad_line") {
        return;
    }
    let mut daemon = Daemon::start().await;
    let port = port(&daemon);
    let mut screens = Vec::new();
    for audience in [Audience::Display, Audience::Supervisor, Audience::Supervisor] {
        screens
            .push((Link::open(daemon.address(), BRANCH, audience).expect("an address"), Picture::default()));
    }
    for way in ["sport", "dport"] {
        nft(&format!("add rule inet t o tcp {way} {port} numgen random mod 100 < 30 drop"));
    }
    let api = daemon.api();
    let press = futures_util::future::join_all((0..KIOSKS).map(|_| async {
        for _ in 0..EACH {
            let deadline = tokio::time::Instant::now() + PATIENCE;
            let press = request(Press::issue("bayaran"));
            api.command_until_answered(BRANCH, &press, deadline).await.expect("answered in the end");
        }
    }));
    let mut watch =
        Box::pin(futures_util::future::join_all(screens.iter_mut().map(|(link, picture)| async {
            // Ends by being dropped: whoever holds a link asks it again and again.
            loop {
                let news = link.next().await;
                picture.take(&news);
            }
        })));
    tokio::select! {
        _ = press => {}
        _ = &mut watch => {}
    }
    drop(watch);
    nft("flush chain inet t o");
    let state = daemon.state().await;
    assert_eq!(state.view.tally.as_ref().map(|tally| tally.issued as usize), Some(KIOSKS * EACH));
    for (link, picture) in &mut screens {
        // An entry that concerns everybody, so that each has something to catch up to.
        Visit::to(&daemon).issue("bayaran").await;
        let now = daemon.state().await.seq;
        follow(link, picture, now).await;
    }
    let waiting = |picture: &Picture| picture.view().map(|view| view.services[0].waiting as usize);
    let all = Some(KIOSKS * EACH + screens.len());
    let last = daemon.state().await.seq;
    for (link, picture) in &mut screens {
        follow(link, picture, last).await;
        assert_eq!(waiting(picture), all);
    }
    let mut crowd = Crowd::default();
    assert!(crowd.press(&daemon, 2, 2).await.is_empty());
    daemon.end();
}
