//! A WebSocket of which every frame is in the test's hand, for clients that misbehave or must be measured.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use giliran_protocol::{
    live::{Hello, ToClient},
    paths,
    view::{Audience, HealthView},
};
use tokio::{
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};

use crate::{Daemon, program::PATIENCE};

/// A WebSocket to a daemon.
pub struct Socket {
    socket: WebSocketStream<TcpStream>,
}

impl Socket {
    /// Connects, and says nothing.
    pub async fn connect(daemon: &Daemon) -> Self {
        Self::connect_with(daemon, None).await
    }

    /// Connects as an audience.
    pub async fn join(daemon: &Daemon, audience: Audience) -> Self {
        let mut socket = Self::connect(daemon).await;
        socket.hello(audience).await;
        socket
    }

    /// Connects as a loudspeaker.
    pub async fn speaking(daemon: &Daemon) -> Self {
        let mut socket = Self::connect(daemon).await;
        socket.say(&Hello { speaks: true, ..Hello::new(Audience::Display) }).await;
        socket
    }

    /// Connects as an audience whose machine takes in so many bytes before its program reads them.
    pub async fn join_with_buffer(daemon: &Daemon, audience: Audience, bytes: u32) -> Self {
        let mut socket = Self::connect_with(daemon, Some(bytes)).await;
        socket.hello(audience).await;
        socket
    }

    async fn connect_with(daemon: &Daemon, buffer: Option<u32>) -> Self {
        let address: SocketAddr = daemon
            .address()
            .trim_start_matches("http://")
            .parse()
            .expect("the daemon gives an address and a port");
        let tcp = TcpSocket::new_v4().expect("there are sockets");
        if let Some(bytes) = buffer {
            tcp.set_recv_buffer_size(bytes).expect("a buffer can be made small");
        }
        let stream = tcp.connect(address).await.expect("the daemon listens");
        let url = daemon.url(paths::EVENTS).replacen("http", "ws", 1);
        let (socket, _) = client_async(url, stream).await.expect("the daemon takes sockets");
        Self { socket }
    }

    async fn hello(&mut self, audience: Audience) {
        self.say(&Hello::new(audience)).await;
    }

    async fn say(&mut self, hello: &Hello) {
        let hello = serde_json::to_string(hello).expect("a hello is JSON");
        self.send(Message::text(hello)).await;
    }

    /// Sends whatever it is. A daemon that has hung up does not get it, and that is no fault.
    pub async fn send(&mut self, message: Message) {
        let _ = self.socket.send(message).await;
    }

    /// The next text; none when the connection has ended.
    ///
    /// # Panics
    /// If nothing comes for a minute.
    pub async fn text(&mut self) -> Option<String> {
        loop {
            let message = timeout(PATIENCE, self.socket.next()).await.expect("the daemon says something");
            match message {
                Some(Ok(Message::Text(text))) => return Some(text.as_str().to_owned()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Binary(_))) => panic!("the daemon sends text only"),
            }
        }
    }

    /// The next message; none when the connection has ended.
    ///
    /// # Panics
    /// If what comes is not of the protocol.
    pub async fn message(&mut self) -> Option<ToClient> {
        let text = self.text().await?;
        Some(serde_json::from_str(&text).unwrap_or_else(|why| panic!("{text} is not of the protocol: {why}")))
    }

    /// How the branch fares when that is first as `wanted`, as the messages say one after the other.
    ///
    /// # Panics
    /// If the connection ends before.
    pub async fn health(&mut self, wanted: impl Fn(&HealthView) -> bool) -> HealthView {
        loop {
            let health = match self.message().await.expect("the health comes before the end") {
                ToClient::Snapshot { view, .. } => view.health,
                ToClient::Health { health } => health,
                ToClient::Resumed { .. }
                | ToClient::Entry { .. }
                | ToClient::Waits { .. }
                | ToClient::Opening { .. }
                | ToClient::Heartbeat { .. }
                | ToClient::Refused { .. }
                | ToClient::Unknown => continue,
            };
            if wanted(&health) {
                return health;
            }
        }
    }

    /// The code of the refusal with which the daemon ends the connection.
    ///
    /// # Panics
    /// If the connection ends without one.
    pub async fn refusal(&mut self) -> String {
        loop {
            match self.message().await.expect("a refusal comes before the end") {
                ToClient::Refused { error } => {
                    assert!(self.text().await.is_none(), "after a refusal nothing comes");
                    return error.code;
                }
                ToClient::Snapshot { .. }
                | ToClient::Resumed { .. }
                | ToClient::Entry { .. }
                | ToClient::Waits { .. }
                | ToClient::Opening { .. }
                | ToClient::Health { .. }
                | ToClient::Heartbeat { .. }
                | ToClient::Unknown => {}
            }
        }
    }
}

/// Checks that what a client gets has no hole: every entry names the one before it.
#[derive(Debug, Default)]
pub struct Chain {
    /// The last entry that the client has.
    pub seq: u64,
    /// How many whole pictures came.
    pub snapshots: u32,
    /// How many entries came.
    pub entries: u32,
}

impl Chain {
    /// Takes in a message.
    ///
    /// # Panics
    /// If an entry is missing before it.
    pub fn take(&mut self, message: &ToClient) {
        match message {
            ToClient::Snapshot { seq, .. } => {
                assert!(*seq >= self.seq, "the picture is older than what was seen");
                self.seq = *seq;
                self.snapshots += 1;
            }
            ToClient::Entry { seq, prev, .. } => {
                assert!(*prev <= self.seq, "entry {prev} is missing: had {} and got {seq}", self.seq);
                assert!(*seq > self.seq, "entry {seq} came again");
                self.seq = *seq;
                self.entries += 1;
            }
            ToClient::Heartbeat { seq, .. } => {
                assert!(*seq <= self.seq, "entry {seq} was not sent; the last was {}", self.seq);
            }
            ToClient::Refused { error } => panic!("the daemon sends the client away: {error:?}"),
            ToClient::Resumed { .. }
            | ToClient::Waits { .. }
            | ToClient::Opening { .. }
            | ToClient::Health { .. }
            | ToClient::Unknown => {}
        }
    }
}
