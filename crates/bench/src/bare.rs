//! What the libraries can do when nothing is decided and nothing kept: the limits of HTTP and WebSocket.
//!
//! Both servers take the daemon's commands at the daemon's address, decode them, and encode an answer of
//! the daemon's form and size. One of them also sends a frame to all who listen. They run on the same
//! runtime as the daemon, each in a process of its own.

use std::{io::Write, sync::Arc};

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
use tokio::sync::broadcast;

use crate::{displays::CALL, http::BRANCH};

/// Answers commands and does nothing else.
pub fn post_server() -> anyhow::Result<()> {
    run(Router::new()
        .route(&commands(), post(async |Json(request): Json<CommandRequest>| Json(answer(request)))))
}

/// Answers commands, and sends a frame of `bytes` bytes to everybody for each.
pub fn broadcast_server(bytes: usize) -> anyhow::Result<()> {
    let frames = Frames { call: frame(CALL, bytes).into(), other: frame("{", bytes).into() };
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
    call: Utf8Bytes,
    other: Utf8Bytes,
}

/// A text of that length that begins so.
fn frame(begin: &str, bytes: usize) -> String {
    format!("{begin:.<bytes$}")
}

async fn tell(State(hall): State<Arc<Hall>>, Json(request): Json<CommandRequest>) -> Json<CommandAnswer> {
    let is_call = matches!(request.command, Command::CallNext { .. });
    let frame = if is_call { &hall.frames.call } else { &hall.frames.other };
    // Nobody listening is no failure.
    let _ = hall.live.send(frame.clone());
    Json(answer(request))
}

async fn join(State(hall): State<Arc<Hall>>, upgrade: WebSocketUpgrade) -> Response {
    let live = hall.live.subscribe();
    let first = hall.frames.other.clone();
    upgrade
        .read_buffer_size(4 * 1024)
        .write_buffer_size(0)
        .on_upgrade(async move |socket| follow(socket, first, live).await)
}

async fn follow(mut socket: WebSocket, first: Utf8Bytes, mut live: broadcast::Receiver<Utf8Bytes>) {
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
fn answer(request: CommandRequest) -> CommandAnswer {
    let number = || "A1234".to_owned();
    let outcome = match request.command {
        Command::IssueTicket { service, .. } => Outcome::Issued {
            ticket: 12_345,
            number: number(),
            service,
            ahead: 123,
            wait: Some(Wait { p50_s: 1_234, p90_s: 2_345 }),
        },
        Command::CallNext { .. } | Command::Recall { .. } => Outcome::Called {
            ticket: 12_345,
            number: number(),
            service: crate::server::service(0),
            language: Language::Ms,
            attempt: 1,
        },
        Command::StartServing { .. }
        | Command::Finish { .. }
        | Command::NoShow { .. }
        | Command::Transfer { .. }
        | Command::Park { .. }
        | Command::Resume { .. }
        | Command::CancelTicket { .. }
        | Command::OpenCounter { .. }
        | Command::CloseCounter { .. }
        | Command::ChooseServices { .. } => Outcome::Done,
    };
    CommandAnswer { seq: 12_345, outcome }
}

fn run(router: Router) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.context("no port is free")?;
        let mut out = std::io::stdout();
        writeln!(out, "listening on http://{}", listener.local_addr()?)?;
        out.flush()?;
        axum::serve(listener, router).await.context("the server ended")
    })
}
