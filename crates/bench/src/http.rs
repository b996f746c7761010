//! A lean HTTP client: one connection that is kept alive, one command at a time.
//!
//! It does what a request needs and no more, so that a measurement is of the server: one system call to
//! send, as a rule one to receive. The same for the product and for its limit. It understands answers
//! with a `content-length`, which both give.

use std::{io, net::SocketAddr};

use anyhow::{Context, bail};
use giliran_protocol::{
    command::{Command, CommandAnswer, CommandRequest},
    paths,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use uuid::Uuid;

/// The branch that all commands go to.
pub const BRANCH: &str = "ukur";

/// A connection to a server.
pub struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    body: Vec<u8>,
    received: Vec<u8>,
}

/// What a server answered.
pub struct Answer {
    /// In the protocol's form.
    pub answer: CommandAnswer,
    /// How long its body was.
    pub bytes: usize,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, request: Vec::new(), body: Vec::new(), received: Vec::new() })
    }

    /// Has a command done. An answer that is not a success is an error: nothing here may be refused.
    pub async fn command(&mut self, command: Command) -> anyhow::Result<Answer> {
        self.command_at(BRANCH, command).await
    }

    /// The same at any branch.
    pub async fn command_at(&mut self, branch: &str, command: Command) -> anyhow::Result<Answer> {
        self.body.clear();
        serde_json::to_writer(&mut self.body, &CommandRequest::new(Uuid::now_v7(), command))?;
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            paths::of_branch(paths::COMMANDS, branch),
            self.body.len()
        );
        self.request.clear();
        self.request.extend_from_slice(head.as_bytes());
        self.request.extend_from_slice(&self.body);
        let (status, body) = self.exchange().await?;
        if status != 200 {
            bail!("a command was answered with {status}: {}", String::from_utf8_lossy(body));
        }
        Ok(Answer { answer: serde_json::from_slice(body)?, bytes: body.len() })
    }

    /// The status and the body that a GET of `path` is answered with.
    pub async fn get(&mut self, path: &str) -> anyhow::Result<(u16, &[u8])> {
        self.request.clear();
        self.request.extend_from_slice(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes());
        self.exchange().await
    }

    async fn exchange(&mut self) -> anyhow::Result<(u16, &[u8])> {
        self.stream.write_all(&self.request).await?;
        self.received.clear();
        loop {
            if self.stream.read_buf(&mut self.received).await? == 0 {
                bail!("the server closed the connection");
            }
            if let Some((status, body_at, end)) = parse(&self.received)?
                && self.received.len() >= end
            {
                return Ok((status, &self.received[body_at..end]));
            }
        }
    }
}

/// Status, where the body begins and where it ends; none while the head is not complete.
fn parse(received: &[u8]) -> anyhow::Result<Option<(u16, usize, usize)>> {
    let Some(head) = received.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&received[..head])?;
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).context("no status line")?.parse()?;
    let length: usize = lines
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .context("an answer without a content-length")?
        .1
        .parse()?;
    Ok(Some((status, head + 4, head + 4 + length)))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn an_answer_is_taken_when_its_head_is_complete_and_ends_where_it_says() {
        let whole = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nx: y\r\n\r\nabcde";
        assert_eq!(parse(whole).unwrap(), Some((200, 44, 49)));
        assert_eq!(parse(&whole[..42]).unwrap(), None);
        assert_eq!(parse(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n").unwrap(), Some((503, 40, 40)));
        assert!(parse(b"HTTP/1.1 200 OK\r\n\r\n").is_err(), "no length");
    }
}
