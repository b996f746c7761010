//! What the libraries can do when nothing is decided and nothing kept: the limits of HTTP and WebSocket.
//!
//! Both servers take the daemon's commands at the daemon's address, decode them, and encode an answer of
//! the daemon's form and size. One of them also sends a frame to all who listen. They run on the same
//! runtime as the daemon, each in a process of its own.

use std::{io::Write, net::SocketAddr, sync::Arc};

use anyhow::Context;
use axum::{
    Json, Router,
    extract::{
        State,
        ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade},
    },
    response::Response,
    routing::{get, post},
};
use giliran_protocol::{
    command::{Command, CommandAnswer, CommandRequest, Outcome},
    paths,
    view::{Language, Wait},
};
use tokio::{
    net::{TcpListener, TcpSocket},
    sync::broadcast,
};

use crate::{
    http::BRANCH,
    screens::{CALL, ENTRY},
};

/// How many connections may wait to be accepted; the system has a limit of its own.
const KNOCKING: u32 = 16_384;

/// Answers commands and does nothing else.
pub fn post_server() -> anyhow::Result<()> {
    run(Router::new()
        .route(&commands(), post(async |Json(request): Json<CommandRequest>| Json(answer(request)))))
}

/// How long the frames of the bare broadcast are, in bytes of text.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Lengths {
    /// What a newcomer is given.
    #[arg(long, default_value_t = 100)]
    pub welcome: usize,
    /// A call's.
    #[arg(long, default_value_t = 100)]
    pub call: usize,
    /// Any other entry's.
    #[arg(long, default_value_t = 100)]
    pub entry: usize,
}

impl Lengths {
    /// As arguments for a server of its own.
    pub fn arguments(self) -> Vec<String> {
        let Self { welcome, call, entry } = self;
        let named = [("--welcome", welcome), ("--call", call), ("--entry", entry)];
        named.into_iter().flat_map(|(name, bytes)| [name.to_owned(), bytes.to_string()]).collect()
    }
}

/// Answers commands, and sends a frame to everybody for each.
pub fn broadcast_server(lengths: Lengths) -> anyhow::Result<()> {
    let frames = Frames {
        welcome: frame("{", lengths.welcome).into(),
        call: frame(&format!("{ENTRY}{CALL}"), lengths.call).into(),
        entry: frame(ENTRY, lengths.entry).into(),
    };
    let hall = Arc::new(Hall { frames, live: broadcast::channel(1024).0 });
    let router = Router::new()
        .route(&commands(), post(tell))
        .route(&paths::of_branch(paths::EVENTS, BRANCH), get(join))
        .with_state(hall);
    run(router)
}

struct Hall {
    frames: Frames,
    live: broadcast::Sender<Utf8Bytes>,
}

struct Frames {
    welcome: Utf8Bytes,
    call: Utf8Bytes,
    entry: Utf8Bytes,
}

/// A text of that length that begins so.
fn frame(begin: &str, bytes: usize) -> String {
    format!("{begin:.<bytes$}")
}

async fn tell(State(hall): State<Arc<Hall>>, Json(request): Json<CommandRequest>) -> Json<CommandAnswer> {
    let is_call = matches!(request.command, Command::CallNext { .. } | Command::Recall { .. });
    let frame = if is_call { &hall.frames.call } else { &hall.frames.entry };
    // Nobody listening is no failure.
    let _ = hall.live.send(frame.clone());
    Json(answer(request))
}

async fn join(State(hall): State<Arc<Hall>>, upgrade: WebSocketUpgrade) -> Response {
    let live = hall.live.subscribe();
    let first = hall.frames.welcome.clone();
    upgrade
        .read_buffer_size(4 * 1024)
        .write_buffer_size(0)
        .on_upgrade(async move |socket| follow(socket, first, live).await)
}

/// The hello is read and not looked at; what it asks for is always the same.
async fn follow(mut socket: WebSocket, first: Utf8Bytes, mut live: broadcast::Receiver<Utf8Bytes>) {
    if !matches!(socket.recv().await, Some(Ok(Message::Text(_)))) {
        return;
    }
    let mut next = Some(first);
    loop {
        if let Some(frame) = next.take()
            && socket.send(Message::Text(frame)).await.is_err()
        {
            return;
        }
        tokio::select! {
            frame = live.recv() => match frame {
                Ok(frame) => next = Some(frame),
                Err(_) => return,
            },
            heard = socket.recv() => if !matches!(heard, Some(Ok(_))) { return },
        }
    }
}

fn commands() -> String {
    paths::of_branch(paths::COMMANDS, BRANCH)
}

/// An answer of the form and size that the daemon's has.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the benchmarks ask nothing else that has a longer answer"
)]
fn answer(request: CommandRequest) -> CommandAnswer {
    let number = || "A1234".to_owned();
    let outcome = match request.command {
        Command::IssueTicket { service, .. } => Outcome::Issued {
            ticket: 12_345,
            number: number(),
            service,
            ahead: 123,
            wait: Some(Wait { p50_s: 1_234, p90_s: 2_345 }),
            phone: None,
        },
        Command::CallNext { .. } | Command::Recall { .. } => Outcome::Called {
            ticket: 12_345,
            number: number(),
            service: crate::server::service(0),
            language: Language::Ms,
            attempt: 1,
        },
        _ => Outcome::Done,
    };
    CommandAnswer { seq: 12_345, outcome }
}

/// Where thousands may knock at the same moment, as at the daemon's.
fn listener() -> std::io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    socket.listen(KNOCKING)
}

fn run(router: Router) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = listener().context("no port is free")?;
        let mut out = std::io::stdout();
        writeln!(out, "listening on http://{}", listener.local_addr()?)?;
        out.flush()?;
        axum::serve(listener, router).await.context("the server ended")
    })
}
