//! A WebSocket of which every frame is in the test's hand, for clients that misbehave or must be measured.

use std::{io, net::SocketAddr};

use futures_util::{SinkExt, StreamExt};
use giliran_history::Recorder;
use giliran_protocol::{
    live::{Hello, Resume, ToClient},
    paths,
    view::{Audience, HealthView},
};
use tokio::{
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{self, Message, client::IntoClientRequest, http::HeaderName},
};

use crate::{Daemon, program::PATIENCE};

/// A WebSocket to a daemon.
pub struct Socket {
    socket: WebSocketStream<TcpStream>,
    recorder: Option<(Recorder, u64)>,
}

impl Socket {
    /// Connects, and says nothing.
    pub async fn connect(daemon: &Daemon) -> Self {
        Self::connect_with(daemon, None).await
    }

    /// Connects as an audience.
    pub async fn join(daemon: &Daemon, audience: Audience) -> Self {
        let mut socket = Self::connect(daemon).await;
        socket.say_hello(audience, None).await;
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
        socket.say_hello(audience, None).await;
        socket
    }

    /// Connects as somebody who sends these headers, and says nothing.
    ///
    /// # Panics
    /// If the daemon does not take the socket.
    pub async fn connect_as(daemon: &Daemon, headers: &[(String, String)]) -> Self {
        let stream = tcp(daemon, None).await.expect("the daemon listens");
        let url = daemon.url(paths::EVENTS).replacen("http", "ws", 1);
        let mut request = url.into_client_request().expect("an address");
        for (name, value) in headers {
            let name = HeaderName::try_from(name).expect("a name");
            request.headers_mut().insert(name, value.parse().expect("a value"));
        }
        let (socket, _) = client_async(request, stream).await.expect("the daemon takes sockets");
        Self { socket, recorder: None }
    }

    async fn connect_with(daemon: &Daemon, buffer: Option<u32>) -> Self {
        let stream = tcp(daemon, buffer).await.expect("the daemon listens");
        let url = daemon.url(paths::EVENTS).replacen("http", "ws", 1);
        let (socket, _) = client_async(url, stream).await.expect("the daemon takes sockets");
        Self { socket, recorder: None }
    }

    /// Writes down what comes from now on, as the connection of that number.
    pub(crate) fn record(&mut self, recorder: Recorder, number: u64) {
        self.recorder = Some((recorder, number));
    }

    /// Connects as an audience that says what it has seen.
    pub async fn resume(daemon: &Daemon, audience: Audience, resume: Resume) -> Self {
        let mut socket = Self::connect(daemon).await;
        socket.say_hello(audience, Some(resume)).await;
        socket
    }

    /// Connects, if the daemon wants it; else the status with which it does not.
    ///
    /// # Errors
    /// The status; none where the line broke.
    pub async fn try_connect(daemon: &Daemon) -> Result<Self, Option<u16>> {
        let stream = tcp(daemon, None).await.map_err(|_| None)?;
        let url = daemon.url(paths::EVENTS).replacen("http", "ws", 1);
        match client_async(url, stream).await {
            Ok((socket, _)) => Ok(Self { socket, recorder: None }),
            Err(tungstenite::Error::Http(answer)) => Err(Some(answer.status().as_u16())),
            Err(_) => Err(None),
        }
    }

    /// Its port on the client's side.
    pub fn port(&self) -> u16 {
        self.socket.get_ref().local_addr().expect("a connected socket has an address").port()
    }

    /// Says who it is, and what it has seen.
    pub async fn say_hello(&mut self, audience: Audience, resume: Option<Resume>) {
        self.say(&Hello { resume, ..Hello::new(audience) }).await;
    }

    /// Says hello.
    pub async fn say(&mut self, hello: &Hello) {
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
                Some(Ok(Message::Text(text))) => {
                    if let Some((recorder, number)) = &self.recorder {
                        recorder.frame(*number, text.as_str());
                    }
                    return Some(text.as_str().to_owned());
                }
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
                | ToClient::Reported { .. }
                | ToClient::Unheard { .. }
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
                | ToClient::Reported { .. }
                | ToClient::Unheard { .. }
                | ToClient::Heartbeat { .. }
                | ToClient::Unknown => {}
            }
        }
    }
}

async fn tcp(daemon: &Daemon, buffer: Option<u32>) -> io::Result<TcpStream> {
    let address: SocketAddr = daemon
        .address()
        .trim_start_matches("http://")
        .parse()
        .expect("the daemon gives an address and a port");
    let tcp = TcpSocket::new_v4().expect("there are sockets");
    if let Some(bytes) = buffer {
        tcp.set_recv_buffer_size(bytes).expect("a buffer can be made small");
    }
    tcp.connect(address).await
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Some((recorder, number)) = &self.recorder {
            recorder.left(*number);
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
            | ToClient::Reported { .. }
            | ToClient::Unheard { .. }
            | ToClient::Unknown => {}
        }
    }
}
