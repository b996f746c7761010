//! HTTP by hand, for requests that no client sends.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::{Daemon, program::PATIENCE};

/// What the daemon answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Names in small letters, and values, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The values of a header, joined.
    pub fn header(&self, name: &str) -> Option<String> {
        let of: Vec<_> =
            self.headers.iter().filter(|(of, _)| of == name).map(|(_, value)| value.as_str()).collect();
        (!of.is_empty()).then(|| of.join(", "))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The stable code of a refusal; empty when it is none.
    pub fn code(&self) -> String {
        let body: Option<serde_json::Value> = serde_json::from_slice(&self.body).ok();
        body.and_then(|body| body["error"]["code"].as_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// The daemon's address as a socket's.
///
/// # Panics
/// If it is none.
pub fn address_of(daemon: &Daemon) -> SocketAddr {
    daemon.address().trim_start_matches("http://").parse().expect("the daemon gives an address and a port")
}

/// Sends a request with a connection of its own, and takes the answer. `lines` are further lines of the
/// head; the host is that of the daemon unless one of them says otherwise.
///
/// # Panics
/// If no answer comes.
pub async fn ask(daemon: &Daemon, method: &str, path: &str, lines: &[&str], body: &[u8]) -> Answer {
    let address = address_of(daemon);
    let mut stream = TcpStream::connect(address).await.expect("the daemon listens");
    let host = lines.iter().any(|line| line.to_ascii_lowercase().starts_with("host:"));
    let mut head = format!("{method} {path} HTTP/1.1\r\n");
    if !host {
        head += &format!("host: {address}\r\n");
    }
    for line in lines {
        head += line;
        head += "\r\n";
    }
    if !body.is_empty() {
        head += &format!("content-length: {}\r\n", body.len());
    }
    // An answer may come before all is sent; what is then said too much is nobody's.
    let _ = stream.write_all(&[(head + "\r\n").as_bytes(), body].concat()).await;
    // To HEAD there is no body, whatever its length.
    let answer = timeout(PATIENCE, read(&mut stream, method != "HEAD")).await;
    answer.ok().flatten().unwrap_or_else(|| panic!("{method} {path}: no answer"))
}

/// Takes an answer; none when the connection ends before one is whole.
///
/// # Panics
/// If neither comes within a minute.
pub async fn answer(stream: &mut (impl AsyncRead + Unpin)) -> Option<Answer> {
    timeout(PATIENCE, read(stream, true)).await.expect("an answer comes, or an end")
}

async fn read(stream: &mut (impl AsyncRead + Unpin), with_body: bool) -> Option<Answer> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).expect("a head is text");
    let mut lines = head.lines();
    let status: u16 = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut answer = Answer { status, headers, body: Vec::new() };
    if let Some(length) = answer.header("content-length").and_then(|length| length.parse().ok()) {
        if with_body && !matches!(status, 204 | 304) {
            answer.body = vec![0; length];
            stream.read_exact(&mut answer.body).await.ok()?;
        }
    } else if with_body && status != 101 {
        stream.read_to_end(&mut answer.body).await.ok()?;
    }
    Some(answer)
}
