//! The WebSocket protocol itself, frame by frame: what a client may say, and how it is refused what it may not.

use std::net::SocketAddr;

use giliran_protocol::paths;
use giliran_tests::{Daemon, Visit};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// How long the daemon may take for anything.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

const HELLO: &[u8] = br#"{"type":"hello","audience":"display"}"#;

const CONTINUED: u8 = 0x0;
const TEXT: u8 = 0x1;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xa;
const FINAL: u8 = 0x80;

/// A connection whose every byte is in the test's hand.
struct Line {
    stream: TcpStream,
    received: Vec<u8>,
}

/// A frame that came: its opcode and its payload.
type Came = (u8, Vec<u8>);

impl Line {
    async fn open(daemon: &Daemon) -> Self {
        let (mut line, head) = Self::knock(daemon, "").await;
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        // The example of RFC 6455, 1.3.
        assert!(head.to_lowercase().contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="), "{head}");
        line.received.clear();
        line
    }

    /// Asks for a WebSocket, with a change to the request; the head of the answer.
    async fn knock(daemon: &Daemon, without: &str) -> (Self, String) {
        let address: SocketAddr =
            daemon.address().trim_start_matches("http://").parse().expect("an address and a port");
        let stream = TcpStream::connect(address).await.expect("the daemon listens");
        let mut line = Self { stream, received: Vec::new() };
        let request = format!(
            "GET {} HTTP/1.1\r\nhost: {address}\r\nconnection: keep-alive, Upgrade\r\nupgrade: WebSocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            paths::of_branch(paths::EVENTS, daemon.branch())
        );
        let kept =
            request.split_inclusive("\r\n").filter(|line| without.is_empty() || !line.starts_with(without));
        line.write(kept.collect::<String>().as_bytes()).await;
        while !line.received.windows(4).any(|four| four == b"\r\n\r\n") {
            assert!(line.read().await, "the daemon answers");
        }
        // Behind the head of a refusal is its text, of which a part may have come.
        let head = String::from_utf8_lossy(&line.received).into_owned();
        (line, head)
    }

    async fn write(&mut self, bytes: &[u8]) {
        // A daemon that has hung up does not get it, and that is no fault.
        let _ = self.stream.write_all(bytes).await;
    }

    async fn send(&mut self, first: u8, payload: &[u8]) {
        let frame = masked(first, payload);
        self.write(&frame).await;
    }

    /// Whether anything came.
    async fn read(&mut self) -> bool {
        let read = timeout(PATIENCE, self.stream.read_buf(&mut self.received)).await;
        read.expect("the daemon says something").is_ok_and(|bytes| bytes > 0)
    }

    /// The next frame; none when the connection has ended.
    async fn next(&mut self) -> Option<Came> {
        loop {
            let length = match self.received.as_slice() {
                [_, short @ ..126, ..] => Some((2, usize::from(*short))),
                [_, 126, high, low, ..] => Some((4, usize::from(u16::from_be_bytes([*high, *low])))),
                _ => None,
            };
            if let Some((head, length)) = length.filter(|(head, length)| self.received.len() >= head + length)
            {
                let frame: Vec<u8> = self.received.drain(..head + length).collect();
                assert_eq!(frame[0] & 0xf0, FINAL, "the daemon sends whole messages");
                return Some((frame[0] & 0xf, frame[head..].to_vec()));
            }
            if !self.read().await {
                return None;
            }
        }
    }

    /// The next frame that is no text.
    async fn next_control(&mut self) -> Option<Came> {
        loop {
            let came = self.next().await;
            if came.as_ref().is_none_or(|(opcode, _)| *opcode != TEXT) {
                return came;
            }
        }
    }
}

fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    const MASK: [u8; 4] = [1, 2, 3, 4];
    let mut frame = vec![first];
    match u8::try_from(payload.len()) {
        Ok(short @ ..126) => frame.push(0x80 | short),
        _ => {
            frame.push(0x80 | 126);
            frame.extend(u16::try_from(payload.len()).expect("no test says more").to_be_bytes());
        }
    }
    frame.extend(MASK);
    frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

fn is_snapshot(came: Option<Came>) -> bool {
    came.is_some_and(|(opcode, text)| opcode == TEXT && text.starts_with(br#"{"type":"snapshot""#))
}

#[tokio::test]
async fn a_handshake_that_lacks_something_is_refused() {
    let daemon = Daemon::start().await;
    for (without, status) in [
        ("connection", "400"),
        ("upgrade", "400"),
        ("sec-websocket-version", "400"),
        ("sec-websocket-key", "400"),
    ] {
        let (_, head) = Line::knock(&daemon, without).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "without {without}: {head}");
        assert!(head.contains("not_a_websocket") || head.contains("application/json"), "{head}");
    }
}

#[tokio::test]
async fn a_message_may_come_in_parts_with_pings_between_and_byte_by_byte() {
    let daemon = Daemon::start().await;
    let mut parts = Line::open(&daemon).await;
    let (one, rest) = HELLO.split_at(10);
    let (two, three) = rest.split_at(1);
    parts.send(TEXT, one).await;
    parts.send(FINAL | PING, b"between").await;
    parts.send(CONTINUED, two).await;
    parts.send(FINAL | CONTINUED, three).await;
    assert_eq!(parts.next().await, Some((PONG, b"between".to_vec())));
    assert!(is_snapshot(parts.next().await));

    let mut slow = Line::open(&daemon).await;
    for byte in masked(FINAL | TEXT, HELLO) {
        slow.write(&[byte]).await;
    }
    assert!(is_snapshot(slow.next().await));

    // All at once, with what comes after it.
    let mut hasty = Line::open(&daemon).await;
    let mut all = masked(FINAL | TEXT, HELLO);
    all.extend(masked(FINAL | PING, &[b'p'; 125]));
    all.extend(masked(FINAL | PONG, b"nobody asked"));
    all.extend(masked(FINAL | PING, b""));
    hasty.write(&all).await;
    let mut pongs = Vec::new();
    let mut snapshots = 0;
    while pongs.len() < 2 || snapshots < 1 {
        match hasty.next().await.expect("the connection stands") {
            (PONG, said) => pongs.push(said),
            other => snapshots += usize::from(is_snapshot(Some(other))),
        }
    }
    assert_eq!(pongs, [vec![b'p'; 125], Vec::new()]);
}

#[tokio::test]
async fn who_breaks_the_protocol_is_told_how_and_others_do_not_notice() {
    let daemon = Daemon::start().await;
    let visit = Visit::to(&daemon);
    visit.open("kaunter-1").await;
    let mut wall = Line::open(&daemon).await;
    wall.send(FINAL | TEXT, HELLO).await;
    assert!(is_snapshot(wall.next().await));

    let unmasked = [&[FINAL | TEXT, 37][..], HELLO].concat();
    let large = [&[FINAL | TEXT, 0xff][..], &1_000_000_u64.to_be_bytes(), &[1, 2, 3, 4]].concat();
    let two_beginnings = [masked(TEXT, b"{"), masked(TEXT, b"}")].concat();
    let many_parts = (0..100).flat_map(|n| masked(if n == 0 { TEXT } else { CONTINUED }, &[b' '; 100]));
    for (what, said, code) in [
        ("a frame that is not masked", unmasked, 1002),
        ("a reserved bit", masked(FINAL | 0x40 | TEXT, HELLO), 1002),
        ("a kind of frame that there is not", masked(FINAL | 0x3, b""), 1002),
        ("a kind of control frame that there is not", masked(FINAL | 0xb, b""), 1002),
        ("a ping in parts", masked(PING, b"in parts"), 1002),
        ("a ping that is too long", masked(FINAL | PING, &[b'p'; 126]), 1002),
        ("a continuation of nothing", masked(FINAL | CONTINUED, HELLO), 1002),
        ("a message within a message", two_beginnings, 1002),
        ("text that is none", masked(FINAL | TEXT, &[b'"', 0xff, 0xfe, b'"']), 1007),
        ("a frame of a megabyte", large, 1009),
        ("a message of ever more parts", many_parts.collect(), 1009),
    ] {
        let mut line = Line::open(&daemon).await;
        line.write(&said).await;
        let (opcode, reason) = line.next_control().await.unwrap_or_else(|| panic!("{what}: no goodbye"));
        assert_eq!((opcode, &reason[..2]), (CLOSE, &u16::to_be_bytes(code)[..]), "{what}");
        assert_eq!(line.next().await, None, "{what}: after its goodbye the daemon hangs up");
    }

    let ticket = visit.issue("bayaran").await;
    visit.call("kaunter-1").await;
    loop {
        let (_, text) = wall.next().await.expect("the connection stands");
        if String::from_utf8_lossy(&text).contains(&format!(r#""number":"{}""#, ticket.number)) {
            break;
        }
    }
}

#[tokio::test]
async fn a_goodbye_is_answered_with_the_same() {
    let daemon = Daemon::start().await;
    for hello_first in [false, true] {
        for (said, answer) in [
            (&b""[..], &b""[..]),
            (b"\x03\xe8", b"\x03\xe8"),
            (b"\x03\xe8until tomorrow", b"\x03\xe8until tomorrow"),
            // 1005 must not be on the line.
            (b"\x03\xed", b"\x03\xeaProtocol violation"),
        ] {
            let mut line = Line::open(&daemon).await;
            if hello_first {
                line.send(FINAL | TEXT, HELLO).await;
                assert!(is_snapshot(line.next().await));
            }
            line.send(FINAL | CLOSE, said).await;
            assert_eq!(line.next_control().await, Some((CLOSE, answer.to_vec())), "{said:?}");
            assert_eq!(line.next().await, None, "{said:?}");
        }
    }
}

#[tokio::test]
async fn who_asks_for_answers_and_does_not_take_them_is_not_read_any_further() {
    /// Far more than fits into the buffers between two programs.
    const MOST: usize = 64 << 20;

    let daemon = Daemon::start().await;
    let mut line = Line::open(&daemon).await;
    line.send(FINAL | TEXT, HELLO).await;
    let pings: Vec<u8> = (0..500).flat_map(|_| masked(FINAL | PING, &[b'p'; 125])).collect();
    let mut sent = 0;
    while let Ok(Ok(bytes)) =
        timeout(std::time::Duration::from_secs(2), line.stream.write(&pings[sent % pings.len()..])).await
    {
        sent += bytes;
        assert!(sent < MOST, "the daemon keeps all the answers");
    }
    // It goes on when they are taken: the answers come, whole and between them what else there is.
    for _ in 0..1_000 {
        let (opcode, said) = line.next_control().await.expect("the connection stands");
        assert!(opcode == PONG && said == [b'p'; 125] || opcode == PING, "{opcode}");
    }
}
