//! A WebSocket from its handshake to its goodbye: hello, what was missed or the whole picture, then what
//! happens.

use std::{sync::Arc, time::Duration};

use axum::{
    Extension,
    body::Body,
    extract::{Path, Request, State},
    http::{StatusCode, header},
    response::Response,
};
use giliran_core::Slug;
use giliran_protocol::{
    access::DeviceKind,
    error::ErrorBody,
    live::{Hello, Resume, ToClient},
    paths,
    view::Audience,
};
use hyper::upgrade::OnUpgrade;
use tokio::{sync::OwnedSemaphorePermit, time::timeout};
use tokio_tungstenite::tungstenite::{
    Message, handshake::server::create_response_with_body, protocol::frame::coding::CloseCode,
};
use tokio_util::sync::CancellationToken;

use crate::{
    access::{
        identity::{Asker, Identity},
        rights::{self, Right},
    },
    clerk::Desk,
    failure::Failure,
    feed::{Feed, Joined},
    frame::Frame,
    health::{Health, Here, Part},
    http::App,
    listeners::Listeners,
    socket::{Socket, Turn},
};

/// After how long a client may ask again that found no place.
const NO_PLACE: Duration = Duration::from_secs(5);

/// How long a client may take to say who it is.
const HELLO_WITHIN: Duration = Duration::from_secs(10);

/// How long a client may take to be told goodbye.
const LEAVE_WITHIN: Duration = Duration::from_secs(1);

/// Joins an audience by WebSocket: see the messages `Hello` and `ToClient`.
#[utoipa::path(get, path = paths::EVENTS, params(("branch" = String, Path, description = "The branch's short name")), responses(
    (status = 101, description = "The socket is open; the client sends a hello"),
    (status = 400, description = "Not a WebSocket's handshake", body = ErrorBody),
    (status = 404, description = "No such branch", body = ErrorBody),
    (status = 426, description = "The connection can't become a WebSocket", body = ErrorBody),
    (status = 503, description = "Still loading, stopping, or too many sockets are open", body = ErrorBody),
))]
pub async fn join(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(branch): Path<String>,
    mut request: Request,
) -> Result<Response, Failure> {
    let office = app.office(&branch)?;
    let (desk, health) = (office.desk(), office.health.clone());
    if app.stop.is_cancelled() {
        return Err(Failure::Stopping);
    }
    // Files run out for all alike: screens are turned away before those who press.
    let place = app.places.clone().try_acquire_owned().map_err(|_| Failure::Overloaded(NO_PLACE))?;
    let response = create_response_with_body(&request, Body::empty)
        .map_err(|why| not_a_websocket(StatusCode::BAD_REQUEST, why.to_string()))?;
    let upgrade = request.extensions_mut().remove::<OnUpgrade>().ok_or_else(|| {
        not_a_websocket(StatusCode::UPGRADE_REQUIRED, "the connection can't be upgraded".into())
    })?;
    let in_browser = request.headers().contains_key(header::ORIGIN);
    // The tracker makes the daemon wait until every socket has said goodbye.
    let sockets = app.sockets.clone();
    sockets.spawn(async move {
        // How a client breaks off is its own business.
        let Ok(upgraded) = upgrade.await else { return };
        let socket = Arc::new(Socket::new(upgraded));
        let begun = tokio::select! {
            begun = begin(&socket, &desk, (&asker.identity, in_browser), &branch) => begun,
            () = app.stop.cancelled() => Err(Farewell::close(CloseCode::Away, "stopping")),
        };
        match begun {
            // A task of its own: what the beginning needed is let go of.
            Ok(begun) => {
                let ends = asker.identity.ends();
                drop(app.sockets.spawn(follow(socket, begun, (desk, health), ends, place)));
            }
            Err(farewell) => farewell.say(&socket).await,
        }
    });
    Ok(response)
}

/// The most zones that a loudspeaker names.
const MOST_ZONES: usize = 32;

/// A client that has said who it is.
struct Begun {
    feed: Arc<Feed>,
    joined: Joined,
    parts: Vec<Part>,
}

/// What a client is in the hall. A loudspeaker that is paired as one shows nothing; where nobody is asked who they
/// are, one that speaks is a program unless a browser says what page it is of.
fn parts(hello: &Hello, identity: &Identity, in_browser: bool) -> Vec<Part> {
    match hello.audience {
        Audience::Counter | Audience::Supervisor => Vec::new(),
        Audience::Kiosk => vec![Part::Kiosk],
        Audience::Display => {
            let shows = match identity {
                Identity::Device(device) => device.kind != DeviceKind::Speaker,
                Identity::Nobody | Identity::Anybody | Identity::Person(..) => !hello.speaks || in_browser,
            };
            let screen = shows.then_some(Part::Screen);
            let zones = || hello.zones.clone();
            let speaker = match (hello.speaks, hello.standby) {
                (true, false) => Some(Part::Speaker(zones())),
                (true, true) => Some(Part::Standby(zones())),
                (false, _) => None,
            };
            screen.into_iter().chain(speaker).collect()
        }
    }
}

/// The client says who it is, and joins.
async fn begin(
    socket: &Socket,
    desk: &Desk,
    (identity, in_browser): (&Identity, bool),
    branch: &str,
) -> Result<Begun, Farewell> {
    let turn = timeout(HELLO_WITHIN, socket.listen()).await;
    let said = match turn.map_err(|_| Farewell::rubbish("no hello within 10 seconds".into()))? {
        Turn::Said(Message::Text(said)) => said,
        Turn::Said(_) => return Err(Farewell::rubbish("a hello is text".into())),
        turn @ (Turn::Behind(_) | Turn::Closed | Turn::Gone | Turn::Broke(_)) => {
            return Err(Farewell::after(turn));
        }
    };
    let hello: Hello = serde_json::from_str(&said).map_err(|why| Farewell::rubbish(why.to_string()))?;
    let may = |right| {
        identity.must_be_in().and_then(|()| identity.must(right, Some(branch))).map_err(Farewell::shut_out)
    };
    may(rights::of_audience(hello.audience))?;
    if hello.zones.len() > MOST_ZONES || hello.zones.iter().any(|zone| zone.parse::<Slug>().is_err()) {
        return Err(Farewell::rubbish("zones are short names, and not many".into()));
    }
    if hello.speaks {
        may(Right::Speak)?;
    }
    let (feed, joined) =
        desk.join(hello.audience, hello.resume.as_ref()).await.map_err(Farewell::from_failure)?;
    // Whoever was shut out meanwhile is shown nothing.
    may(rights::of_audience(hello.audience))?;
    Ok(Begun { feed, joined, parts: parts(&hello, identity, in_browser) })
}

/// Tells the client what happens, until something ends it. Its place is free when all is said.
async fn follow(
    socket: Arc<Socket>,
    Begun { feed, joined, parts }: Begun,
    (desk, health): (Desk, Arc<Health>),
    ends: Option<CancellationToken>,
    place: OwnedSemaphorePermit,
) {
    socket.welcome(joined);
    let seat = Listeners::seat(&feed, socket.clone());
    // Counted for as long as it listens.
    let here: Vec<Here> = parts.into_iter().map(|part| health.joins(part)).collect();
    let farewell = loop {
        let turn = match &ends {
            None => socket.follow(&feed).await,
            // Whoever is shut out is so within the moment.
            Some(ends) => tokio::select! {
                biased;
                () = ends.cancelled() => break Farewell::shut_out(Failure::NotSignedIn),
                turn = socket.follow(&feed) => turn,
            },
        };
        match turn {
            Turn::Behind(seq) => {
                // From where the client is now.
                let resume = Resume { log: desk.log(), seq };
                match Box::pin(desk.join(feed.audience, Some(&resume))).await {
                    Ok((_, joined)) => socket.welcome(joined),
                    Err(failure) => break Farewell::from_failure(failure),
                }
            }
            turn @ (Turn::Said(_) | Turn::Closed | Turn::Gone | Turn::Broke(_)) => {
                break Farewell::after(turn);
            }
        }
    };
    drop((seat, here));
    Box::pin(farewell.say(&socket)).await;
    drop(place);
}

fn not_a_websocket(status: StatusCode, why: String) -> Failure {
    Failure::bad_request(
        status,
        "not_a_websocket",
        [
            "Alamat ini hanya untuk WebSocket.",
            "This address is for a WebSocket only.",
            "此地址仅供 WebSocket 使用。",
            "இந்த முகவரி WebSocket க்கு மட்டும்.",
        ],
        Some(why),
    )
}

/// How a socket ends.
struct Farewell {
    /// What the client is told before, if it is there to be told.
    last: Option<Frame>,
    close: Option<(CloseCode, &'static str)>,
}

impl Farewell {
    fn close(code: CloseCode, reason: &'static str) -> Self {
        Self { last: None, close: Some((code, reason)) }
    }

    /// The client did what is not done.
    fn refuse(failure: Failure, code: CloseCode, reason: &'static str) -> Self {
        let last = Frame::new(&ToClient::Refused { error: failure.error() });
        Self { last: Some(last), close: Some((code, reason)) }
    }

    /// The client has no right to listen, or no longer.
    fn shut_out(failure: Failure) -> Self {
        Self::refuse(failure, CloseCode::Policy, "not allowed")
    }

    fn from_failure(failure: Failure) -> Self {
        Self::refuse(failure, CloseCode::Again, "try again")
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
        Self::refuse(failure, CloseCode::Policy, "not understood")
    }

    fn after(turn: Turn) -> Self {
        match turn {
            Turn::Said(_) => Self::rubbish("after its hello a client only listens".into()),
            Turn::Behind(_) => Self::close(CloseCode::Again, "try again"),
            Turn::Closed => Self::close(CloseCode::Away, "stopping"),
            Turn::Broke(code) => Self::close(code, "not understood"),
            Turn::Gone => Self { last: None, close: None },
        }
    }

    /// Whoever does not take the goodbye within a second is gone without it.
    async fn say(self, socket: &Socket) {
        if self.close.is_some() {
            let _ = timeout(LEAVE_WITHIN, socket.leave(self.last, self.close)).await;
        }
    }
}
