//! One socket: hello, what was missed or the whole picture, then what happens.
//!
//! Invariant: a socket costs bounded memory and delays nobody. It holds a place in its audience's feed;
//! when it has fallen behind that, it goes back to the clerk, and when it takes nothing for a while it
//! is let go.

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::{
        Path, State,
        ws::{
            CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code,
            rejection::WebSocketUpgradeRejection,
        },
    },
    http::StatusCode,
    response::Response,
};
use giliran_protocol::{
    error::{Error, ErrorBody},
    live::{Hello, Resume, ToClient},
    paths,
};
use tokio::{
    sync::broadcast::error::RecvError,
    time::{Instant, timeout},
};

use crate::{
    clerk::{Desk, Joined},
    failure::Failure,
    feed::Frame,
    health::Health,
    http::App,
};

/// How long a client may take to say who it is.
const HELLO_WITHIN: Duration = Duration::from_secs(10);

/// How long a client may take no byte of what it is sent.
const SEND_WITHIN: Duration = Duration::from_secs(20);

/// How often a client is asked whether it is still there.
const PING_EVERY: Duration = Duration::from_secs(15);

/// After how long without a sign of life a client is let go: two pings.
const SILENT_FOR: Duration = Duration::from_secs(40);

/// The largest message that a client may send; a hello has about 120 bytes.
const MESSAGE_BYTES: usize = 4 * 1024;

/// The buffer that a socket reads into. Clients say little; the library's own 128 KiB would make an idle
/// wall display cost as much as a hundred tickets.
const READ_BUFFER_BYTES: usize = 4 * 1024;

/// Joins an audience by WebSocket: see the messages `Hello` and `ToClient`.
#[utoipa::path(get, path = paths::EVENTS, params(("branch" = String, Path, description = "The branch's short name")), responses(
    (status = 101, description = "The socket is open; the client sends a hello"),
    (status = 400, description = "Not a WebSocket's handshake", body = ErrorBody),
    (status = 404, description = "No such branch", body = ErrorBody),
    (status = 426, description = "The connection can't become a WebSocket", body = ErrorBody),
    (status = 503, description = "Still loading, or stopping", body = ErrorBody),
))]
pub async fn join(
    State(app): State<App>,
    Path(branch): Path<String>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Failure> {
    let office = app.office(&branch)?;
    let (desk, health) = (office.desk(), office.health.clone());
    if app.stop.is_cancelled() {
        return Err(Failure::Stopping);
    }
    let upgrade = upgrade.map_err(|why| {
        let status = match why.status() {
            StatusCode::UPGRADE_REQUIRED => StatusCode::UPGRADE_REQUIRED,
            _ => StatusCode::BAD_REQUEST,
        };
        Failure::bad_request(
            status,
            "not_a_websocket",
            [
                "Alamat ini hanya untuk WebSocket.",
                "This address is for a WebSocket only.",
                "此地址仅供 WebSocket 使用。",
                "இந்த முகவரி WebSocket க்கு மட்டும்.",
            ],
            Some(why.body_text()),
        )
    })?;
    Ok(upgrade
        .max_message_size(MESSAGE_BYTES)
        .max_frame_size(MESSAGE_BYTES)
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .on_upgrade(async move |socket| {
            let stop = app.stop.clone();
            // The tracker makes the daemon wait until every socket has said goodbye.
            app.sockets
                .clone()
                .track_future(async move {
                    let mut link = Link { socket, heard: Instant::now() };
                    let farewell = tokio::select! {
                        farewell = link.serve(&desk, &health) => farewell,
                        () = stop.cancelled() => Farewell::close(close_code::AWAY, "stopping"),
                    };
                    link.leave(farewell).await;
                })
                .await;
        }))
}

/// How a socket ends.
struct Farewell {
    /// What the client is told before, if it is there to be told.
    last: Option<Box<Error>>,
    close: Option<(u16, &'static str)>,
}

impl Farewell {
    /// The client is gone, or does not listen.
    fn gone() -> Self {
        Self { last: None, close: None }
    }

    fn close(code: u16, reason: &'static str) -> Self {
        Self { last: None, close: Some((code, reason)) }
    }

    /// The client did what is not done.
    fn refuse(failure: Failure, code: u16, reason: &'static str) -> Self {
        Self { last: Some(Box::new(failure.error())), close: Some((code, reason)) }
    }

    fn from_failure(failure: Failure) -> Self {
        Self::refuse(failure, close_code::AGAIN, "try again")
    }

    fn rubbish(detail: String) -> Self {
        let failure = Failure::bad_request(
            StatusCode::BAD_REQUEST,
            "not_a_hello",
            [
                "Mesej itu tidak difahami.",
                "That message is not understood.",
                "无法识别该消息。",
                "அந்தச் செய்தி புரியவில்லை.",
            ],
            Some(detail),
        );
        Self::refuse(failure, close_code::POLICY, "not understood")
    }
}

struct Link {
    socket: WebSocket,
    heard: Instant,
}

impl Link {
    /// Serves until something ends it.
    async fn serve(&mut self, desk: &Desk, health: &Arc<Health>) -> Farewell {
        let hello = match timeout(HELLO_WITHIN, self.hello()).await {
            Ok(Ok(hello)) => hello,
            Ok(Err(farewell)) => return farewell,
            Err(_) => return Farewell::rubbish("no hello within 10 seconds".into()),
        };
        // Counted until the socket ends.
        let _speaks = hello.speaks.then(|| health.speaks());
        let mut resume = hello.resume;
        loop {
            let joined = match desk.join(hello.audience, resume.take()).await {
                Ok(joined) => joined,
                Err(failure) => return Farewell::from_failure(failure),
            };
            match self.follow(joined).await {
                // Fallen behind: back to the clerk, from where the client is now.
                ControlFlow::Continue(stopped_at) => resume = Some(stopped_at),
                ControlFlow::Break(farewell) => return farewell,
            }
        }
    }

    /// The client's first message.
    async fn hello(&mut self) -> Result<Hello, Farewell> {
        loop {
            match self.socket.recv().await {
                Some(Ok(Message::Text(text))) => {
                    return serde_json::from_str(&text).map_err(|why| Farewell::rubbish(why.to_string()));
                }
                Some(Ok(Message::Binary(_))) => return Err(Farewell::rubbish("a hello is text".into())),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Farewell::gone()),
            }
        }
    }

    /// Sends what there is and what comes, until the client has fallen behind or something ends it.
    async fn follow(&mut self, joined: Joined) -> ControlFlow<Farewell, Resume> {
        let Joined { first, mut live, log, mut seq } = joined;
        for frame in first {
            self.send(frame, &mut seq).await?;
        }
        let mut ping = tokio::time::interval_at(Instant::now() + PING_EVERY, PING_EVERY);
        loop {
            tokio::select! {
                frame = live.recv() => match frame {
                    Ok(frame) => self.send(frame, &mut seq).await?,
                    Err(RecvError::Lagged(_)) => return ControlFlow::Continue(Resume { log, seq }),
                    Err(RecvError::Closed) => {
                        return ControlFlow::Break(Farewell::close(close_code::AWAY, "stopping"));
                    }
                },
                message = self.socket.recv() => self.hear(message)?,
                _ = ping.tick() => {
                    if self.heard.elapsed() > SILENT_FOR {
                        return ControlFlow::Break(Farewell::gone());
                    }
                    self.put(Message::Ping(Bytes::new())).await?;
                }
            }
        }
    }

    async fn send(&mut self, frame: Frame, seq: &mut u64) -> ControlFlow<Farewell> {
        // What was in the first picture may also wait in the channel.
        if frame.seq.is_some_and(|of| of <= *seq) {
            return ControlFlow::Continue(());
        }
        self.put(Message::Text(frame.text())).await?;
        *seq = frame.seq.unwrap_or(*seq);
        ControlFlow::Continue(())
    }

    async fn put(&mut self, message: Message) -> ControlFlow<Farewell> {
        match timeout(SEND_WITHIN, self.socket.send(message)).await {
            Ok(Ok(())) => ControlFlow::Continue(()),
            Ok(Err(_)) | Err(_) => ControlFlow::Break(Farewell::gone()),
        }
    }

    /// After its hello a client has nothing to say but that it is there.
    fn hear(&mut self, message: Option<Result<Message, axum::Error>>) -> ControlFlow<Farewell> {
        match message {
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {
                self.heard = Instant::now();
                ControlFlow::Continue(())
            }
            Some(Ok(Message::Text(_) | Message::Binary(_))) => {
                ControlFlow::Break(Farewell::rubbish("after its hello a client only listens".into()))
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => ControlFlow::Break(Farewell::gone()),
        }
    }

    async fn leave(mut self, farewell: Farewell) {
        let Farewell { last, close } = farewell;
        let Some((code, reason)) = close else { return };
        let goodbye = async {
            if let Some(error) = last {
                let refused = Frame::new(&ToClient::Refused { error: *error });
                self.socket.send(Message::Text(refused.text())).await?;
            }
            let frame = CloseFrame { code, reason: reason.into() };
            self.socket.send(Message::Close(Some(frame))).await
        };
        // Whoever does not take the goodbye within a second is gone without it.
        let _ = timeout(Duration::from_secs(1), goodbye).await;
    }
}
