//! The link against a daemon that a script plays, over real sockets.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::time::Duration;

use futures_util::{FutureExt, SinkExt, StreamExt};
use giliran_client::{Broken, Key, Link, News};
use giliran_protocol::{
    live::{Hello, Resume, SILENCE_S, ToClient},
    view::Audience,
};
use jiff::Timestamp;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::Instant,
};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{Request, Response},
    },
};
use uuid::Uuid;

const LOG: Uuid = Uuid::from_u128(7);

struct Daemon(TcpListener);

/// One client's connection, from the daemon's side.
struct Peer {
    socket: WebSocketStream<TcpStream>,
    hello: Hello,
    /// Address and `Authorization` of the handshake.
    asked: (String, Option<String>),
}

impl Daemon {
    async fn start() -> (Self, Link) {
        let daemon = Self(TcpListener::bind("127.0.0.1:0").await.unwrap());
        let base = format!("http://{}", daemon.0.local_addr().unwrap());
        (daemon, Link::open(&base, "kl", Audience::Display).unwrap())
    }

    async fn accept(&self) -> Peer {
        let (stream, _) = self.0.accept().await.unwrap();
        let mut asked = None;
        #[expect(clippy::result_large_err, reason = "the library's own")]
        let look = |request: &Request, response: Response| {
            let key = request.headers().get("authorization").map(|key| key.to_str().unwrap().to_owned());
            asked = Some((request.uri().to_string(), key));
            Ok(response)
        };
        let mut socket = accept_hdr_async(stream, look).await.unwrap();
        let hello = socket.next().await.unwrap().unwrap();
        let hello = serde_json::from_str(hello.to_text().unwrap()).unwrap();
        Peer { socket, hello, asked: asked.unwrap() }
    }
}

impl Peer {
    async fn say(&mut self, message: &ToClient) {
        self.text(&serde_json::to_string(message).unwrap()).await;
    }

    async fn text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }
}

fn snapshot(seq: u64) -> ToClient {
    let view = json!({
        "id": "kl", "name": { "ms": "KL" }, "time_zone": "Asia/Kuala_Lumpur", "opening": { "state": "always" },
        "languages": ["ms", "en"], "viewing_m": 10,
        "classes": [], "services": [], "counters": [], "calls": [],
    });
    let view = serde_json::from_value(view).unwrap();
    ToClient::Snapshot { log: LOG, seq, now: Timestamp::UNIX_EPOCH, view }
}

fn entry(seq: u64) -> ToClient {
    ToClient::Entry { seq, prev: seq - 1, at: Timestamp::UNIX_EPOCH, changes: vec![] }
}

fn resumed(seq: u64) -> ToClient {
    ToClient::Resumed { seq, now: Timestamp::UNIX_EPOCH }
}

/// The next news in short.
async fn next(link: &mut Link) -> String {
    match link.next().await {
        News::Snapshot { seq, .. } => format!("snapshot {seq}"),
        News::Resumed { seq, .. } => format!("resumed {seq}"),
        News::Entry { seq, .. } => format!("entry {seq}"),
        News::Waits(_) => "waits".into(),
        News::Opening(_) => "opening".into(),
        News::Health(_) => "health".into(),
        News::Reported(_) => "reported".into(),
        News::Unheard { .. } => "unheard".into(),
        News::Down(Broken::Garbage(_)) => "down: garbage".into(),
        News::Down(Broken::Closed(_)) => "down: closed".into(),
        News::Down(Broken::Unreachable(_)) => "down: unreachable".into(),
        News::Down(broken) => format!("down: {broken}"),
        News::Refused(error) => format!("refused: {}", error.code),
    }
}

/// How the first connection goes bad after entry 6, what the link says to it, and what happens then:
/// always the same, it resumes after entry 6 and goes on.
async fn check_recovery(spoil: impl AsyncFnOnce(Peer) -> Option<Peer>, said: &str) {
    let (daemon, mut link) = Daemon::start().await;
    let play = async {
        let mut peer = daemon.accept().await;
        assert_eq!(peer.hello, Hello::new(Audience::Display));
        peer.say(&snapshot(5)).await;
        peer.say(&entry(6)).await;
        let spoiled = spoil(peer).await;
        let mut peer = daemon.accept().await;
        assert_eq!(peer.hello.resume, Some(Resume { log: LOG, seq: 6 }));
        peer.say(&resumed(8)).await;
        peer.say(&entry(7)).await;
        peer.say(&entry(8)).await;
        drop(spoiled);
        peer
    };
    let follow = async {
        for expected in ["snapshot 5", "entry 6", said, "resumed 8", "entry 7", "entry 8"] {
            assert_eq!(next(&mut link).await, expected);
        }
    };
    tokio::join!(play, follow);
}

#[tokio::test]
async fn a_gap_makes_the_link_resume() {
    let gap = async |mut peer: Peer| {
        peer.say(&entry(8)).await;
        Some(peer)
    };
    check_recovery(gap, "down: an entry is missing: had 6, and then came one after 7").await;
}

#[tokio::test]
async fn a_heartbeat_that_is_ahead_makes_the_link_resume() {
    let ahead = async |mut peer: Peer| {
        peer.say(&ToClient::Heartbeat { seq: 8, now: Timestamp::UNIX_EPOCH }).await;
        Some(peer)
    };
    check_recovery(ahead, "down: an entry is missing: had 6, and then came one after 8").await;
}

#[tokio::test]
async fn a_close_makes_the_link_resume() {
    let close = async |mut peer: Peer| {
        peer.socket.close(None).await.unwrap();
        Some(peer)
    };
    check_recovery(close, "down: closed").await;
}

#[tokio::test]
async fn a_lost_connection_makes_the_link_resume() {
    check_recovery(async |_| None, "down: closed").await;
}

#[tokio::test]
async fn garbage_makes_the_link_resume() {
    let garbage = async |mut peer: Peer| {
        peer.text("{\"type\":\"entry\"").await;
        Some(peer)
    };
    check_recovery(garbage, "down: garbage").await;
    let binary = async |mut peer: Peer| {
        peer.socket.send(Message::binary(vec![1, 2, 3])).await.unwrap();
        Some(peer)
    };
    check_recovery(binary, "down: garbage").await;
}

#[tokio::test]
async fn doubles_and_unknown_messages_are_passed_over() {
    let (daemon, mut link) = Daemon::start().await;
    let play = async {
        let mut peer = daemon.accept().await;
        peer.say(&snapshot(5)).await;
        peer.say(&entry(5)).await;
        peer.say(&entry(6)).await;
        peer.say(&entry(6)).await;
        peer.text("{\"type\":\"weather\"}").await;
        peer.say(&ToClient::Heartbeat { seq: 6, now: Timestamp::UNIX_EPOCH }).await;
        peer.say(&entry(7)).await;
        peer
    };
    let follow = async {
        for expected in ["snapshot 5", "entry 6", "entry 7"] {
            assert_eq!(next(&mut link).await, expected);
        }
    };
    tokio::join!(play, follow);
}

#[tokio::test]
async fn silence_makes_the_link_resume() {
    let (daemon, mut link) = Daemon::start().await;
    let quiet = Instant::now();
    let (_dead, _) = tokio::join!(
        async {
            let mut peer = daemon.accept().await;
            peer.say(&snapshot(5)).await;
            // A socket that is alive proves nothing of the branch behind it.
            peer.socket.send(Message::Ping(vec![1].into())).await.unwrap();
            peer
        },
        async { assert_eq!(next(&mut link).await, "snapshot 5") },
    );
    // Nothing but the ping is under way on the sockets, so the clock may run ahead to whatever is due next.
    tokio::time::pause();
    assert_eq!(next(&mut link).await, "down: nothing was heard for 12 s");
    assert!(quiet.elapsed() >= Duration::from_secs(SILENCE_S));
    tokio::time::resume();

    let (_peer, _) = tokio::join!(
        async {
            let mut peer = daemon.accept().await;
            assert_eq!(peer.hello.resume, Some(Resume { log: LOG, seq: 5 }));
            peer.say(&resumed(6)).await;
            peer
        },
        async { assert_eq!(next(&mut link).await, "resumed 6") },
    );
}

#[tokio::test]
async fn a_daemon_that_never_greets_is_given_up() {
    let (daemon, mut link) = Daemon::start().await;
    let begun = Instant::now();
    let (_peer, ()) = tokio::join!(
        async {
            let mut peer = daemon.accept().await;
            peer.say(&ToClient::Heartbeat { seq: 0, now: Timestamp::UNIX_EPOCH }).await;
            tokio::time::pause();
            peer
        },
        async { assert_eq!(next(&mut link).await, "down: nothing was heard for 12 s") },
    );
    assert!(begun.elapsed() >= Duration::from_secs(SILENCE_S));
}

#[tokio::test]
async fn a_daemon_that_is_away_is_found_when_it_comes() {
    let (daemon, mut link) = Daemon::start().await;
    let address = daemon.0.local_addr().unwrap();
    drop(daemon);
    assert_eq!(next(&mut link).await, "down: unreachable");
    let daemon = Daemon(TcpListener::bind(address).await.unwrap());
    let (_peer, _) = tokio::join!(
        async {
            let mut peer = daemon.accept().await;
            peer.say(&snapshot(1)).await;
            peer
        },
        async { assert_eq!(next(&mut link).await, "snapshot 1") },
    );
}

#[tokio::test]
async fn a_refusal_is_told_with_its_code() {
    let error = r#"{"code":"unknown_branch","message":{"ms":"Tiada cawangan itu."}}"#;
    let (daemon, mut link) = Daemon::start().await;
    let (_peer, _) = tokio::join!(
        async {
            let mut peer = daemon.accept().await;
            peer.text(&format!(r#"{{"type":"refused","error":{error}}}"#)).await;
            peer
        },
        async { assert_eq!(next(&mut link).await, "refused: unknown_branch") },
    );

    // The same before there is a WebSocket at all.
    let (daemon, mut link) = Daemon::start().await;
    tokio::join!(
        async {
            let (mut stream, _) = daemon.0.accept().await.unwrap();
            let mut request = vec![0; 4096];
            assert_ne!(stream.read(&mut request).await.unwrap(), 0);
            let body = format!(r#"{{"error":{error}}}"#);
            let head = format!("HTTP/1.1 404 Not Found\r\ncontent-length: {}\r\n\r\n", body.len());
            stream.write_all((head + &body).as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        },
        async { assert_eq!(next(&mut link).await, "refused: unknown_branch") },
    );
}

#[tokio::test]
async fn a_key_travels_in_the_handshakes_header_and_a_new_one_is_used_at_once() {
    let (daemon, mut link) = Daemon::start().await;
    let shut_out = r#"{"type":"refused","error":{"code":"not_signed_in","message":{"ms":"Log masuk."}}}"#;
    let address = "/api/v1/branches/kl/events".to_owned();
    let (_peer, begun) = tokio::join!(
        async {
            let mut peer = daemon.accept().await;
            assert_eq!(peer.asked, (address.clone(), None));
            peer.text(shut_out).await;
            let mut peer = daemon.accept().await;
            assert_eq!(peer.asked, (address.clone(), Some("Bearer the-key".into())));
            peer.say(&snapshot(5)).await;
            // Revoked, and paired anew.
            peer.text(shut_out).await;
            let mut peer = daemon.accept().await;
            assert_eq!(peer.asked, (address, Some("Bearer another".into())));
            assert_eq!(peer.hello.resume, Some(Resume { log: LOG, seq: 5 }));
            peer.say(&resumed(5)).await;
            peer
        },
        async {
            assert_eq!(next(&mut link).await, "refused: not_signed_in");
            let begun = Instant::now();
            link.set_key("the-key".parse::<Key>().unwrap());
            assert_eq!(next(&mut link).await, "snapshot 5");
            assert_eq!(next(&mut link).await, "refused: not_signed_in");
            link.set_key("another".parse::<Key>().unwrap());
            assert_eq!(next(&mut link).await, "resumed 5");
            begun
        },
    );
    assert!(begun.elapsed() < Duration::from_secs(5), "whoever has a new key need not wait");
}

#[tokio::test]
async fn a_key_is_not_carried_to_where_somebody_sends_it() {
    let (daemon, mut link) = Daemon::start().await;
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let there = elsewhere.local_addr().unwrap();
    link.set_key("the-key".parse::<Key>().unwrap());
    tokio::join!(
        async {
            let (mut stream, _) = daemon.0.accept().await.unwrap();
            let mut request = vec![0; 4096];
            assert_ne!(stream.read(&mut request).await.unwrap(), 0);
            let head = format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: ws://{there}/\r\n");
            stream.write_all(format!("{head}content-length: 0\r\n\r\n").as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        },
        async { assert_eq!(next(&mut link).await, "down: unreachable") },
    );
    assert!(elsewhere.accept().now_or_never().is_none(), "nobody was asked there");
}

#[tokio::test]
async fn a_caller_who_stops_waiting_loses_nothing() {
    let (daemon, mut link) = Daemon::start().await;
    let play = async {
        let mut peer = daemon.accept().await;
        peer.say(&snapshot(0)).await;
        for seq in 1..=200 {
            peer.say(&entry(seq)).await;
        }
        peer
    };
    let follow = async {
        let mut heard = Vec::new();
        while heard.len() < 201 {
            // Asks once and stops waiting.
            if let Ok(news) = tokio::time::timeout(Duration::ZERO, next(&mut link)).await {
                heard.push(news);
            }
        }
        assert_eq!(heard[0], "snapshot 0");
        for (seq, heard) in heard.iter().enumerate().skip(1) {
            assert_eq!(*heard, format!("entry {seq}"));
        }
    };
    tokio::join!(play, follow);
}

#[test]
fn a_link_may_move_between_threads() {
    fn may_move<T: Send>() {}
    may_move::<Link>();
}
