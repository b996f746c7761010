//! One WebSocket to the daemon that connects again by itself and never misses an event unnoticed.
//!
//! What a frame means is decided in [`follow`]; here are the socket, the timers and the pauses.

mod follow;

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use futures_util::{FutureExt, SinkExt, StreamExt};
use giliran_protocol::{
    error::{Error, ErrorBody},
    live::{Change, SILENCE_S, ServiceWait},
    paths,
    view::{Audience, BranchView, HealthView, OpeningView, ReportView},
};
use jiff::Timestamp;
use reqwest::header::AUTHORIZATION;
use tokio::{
    net::TcpStream,
    time::{Instant, sleep_until, timeout, timeout_at},
};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config,
    tungstenite::{self, Message, client::IntoClientRequest, protocol::WebSocketConfig},
};
use uuid::Uuid;

pub(crate) use self::follow::Backoff;
use self::follow::{Follower, Verdict};
use crate::{
    address::{Address, BadAddress},
    key::Key,
    trust,
};

/// What the link has to say.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// The whole picture: forget what was before. Also the link is up.
    Snapshot {
        /// The log that this is of.
        log: Uuid,
        /// The last entry that is in the picture.
        seq: u64,
        /// When it was taken, by the daemon's clock.
        now: Timestamp,
        /// The picture.
        view: Box<BranchView>,
    },
    /// The link is up again and the picture is still good; what was missed follows.
    Resumed {
        /// The last entry of the log.
        seq: u64,
        /// Now, by the daemon's clock.
        now: Timestamp,
    },
    /// Something happened. Entries come in the order of the log, each once.
    Entry {
        /// Its place in the log.
        seq: u64,
        /// When it happened.
        at: Timestamp,
        /// What is different now, in order.
        changes: Vec<Change>,
    },
    /// Waiting times for who takes a number now.
    Waits(Vec<ServiceWait>),
    /// The office opened or closed.
    Opening(OpeningView),
    /// Something ails the branch or does no longer, or it has other loudspeakers.
    Health(HealthView),
    /// A screen or a loudspeaker reported what became of a call.
    Reported(ReportView),
    /// A call or an announcement was not said in some zones though somebody should have.
    Unheard {
        /// Which, by its place in the log.
        call: u64,
        /// In which zones; one without a name is the whole office.
        zones: Vec<String>,
    },
    /// The link is down, or an attempt to connect failed; say so on the screen. The link goes on trying.
    Down(Broken),
    /// The daemon does not want this client, for instance because it does not know the branch. The link
    /// asks again every five seconds: whoever mends the daemon need not come to the wall display.
    Refused(Error),
}

/// Why a link is down.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The daemon could not be reached.
    #[error("the daemon can't be reached: {0}")]
    Unreachable(String),
    /// The daemon has said nothing for so long that the connection must be dead.
    #[error("nothing was heard for {SILENCE_S} s")]
    Silent,
    /// The connection was closed or broke.
    #[error("the connection ended: {0}")]
    Closed(String),
    /// An entry is missing.
    #[error("an entry is missing: had {last}, and then came one after {prev}")]
    Gap {
        /// The last entry that the client has.
        last: u64,
        /// The one that it should have.
        prev: u64,
    },
    /// The daemon's log ends before what the client has seen.
    #[error("the log ends at {theirs}, before {ours}, which was seen")]
    Rewound {
        /// The last entry that the client has.
        ours: u64,
        /// The last entry of the log.
        theirs: u64,
    },
    /// Something came that is not of the protocol.
    #[error("not understood: {0}")]
    Garbage(String),
}

/// The live events of a branch.
///
/// Nothing runs in the background: whoever holds a link calls [`next`](Self::next) again and again, also
/// with nothing to do, because that is what answers the daemon's pings.
pub struct Link {
    address: String,
    key: Option<Key>,
    tls: Connector,
    follower: Follower,
    backoff: Backoff,
    phase: Phase,
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;
type Connecting = Pin<Box<dyn Future<Output = Result<Socket, Unconnected>> + Send>>;

enum Phase {
    /// Until it is time to connect.
    Resting(Instant),
    /// Kept here and not in `next`, so that a caller who stops waiting does not start it over.
    Connecting(Connecting),
    Connected {
        socket: Box<Socket>,
        since: Instant,
        heard: Instant,
    },
}

enum Unconnected {
    Refused(Error),
    Broken(Broken),
}

/// How long connecting and saying hello may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
const SILENCE: Duration = Duration::from_secs(SILENCE_S);
/// The buffer for reading. The library's own choice is 128 KiB, too much for the single lines that come here.
const READ_BUFFER: usize = 4 * 1024;
/// The longest message: a snapshot of tens of thousands of tickets.
const LONGEST_MESSAGE: usize = 32 * 1024 * 1024;

impl Link {
    /// A link to a branch of the daemon at `base`, such as `http://127.0.0.1:8080`. It connects with the
    /// first call of [`next`](Self::next).
    ///
    /// # Errors
    /// `base` is not an address.
    pub fn open(base: &str, branch: &str, audience: Audience) -> Result<Self, BadAddress> {
        let base: Address = base.parse()?;
        Ok(Self {
            address: base.websocket(&paths::of_branch(paths::EVENTS, branch)),
            key: None,
            tls: Connector::Rustls(Arc::new(trust::config(base.is_secure()))),
            follower: Follower::new(audience),
            backoff: Backoff::default(),
            phase: Phase::Resting(Instant::now()),
        })
    }

    /// Who the daemon is told that this is, from now on: the device of that key. Connects at once, anew, and resumes.
    pub fn set_key(&mut self, key: Key) {
        self.key = Some(key);
        self.backoff = Backoff::default();
        self.phase = Phase::Resting(Instant::now());
    }

    /// Lets the daemon know whether calls are said aloud here, so that screens can tell whether anybody
    /// hears them. Connects again for that, and resumes, where it was different.
    pub fn set_speaking(&mut self, speaks: bool) {
        if self.follower.speaks(speaks) && !matches!(self.phase, Phase::Resting(_)) {
            self.phase = Phase::Resting(Instant::now());
        }
    }

    /// Where calls are said aloud here, all zones where none is named, and whether only what others did not say.
    /// For before the first connection.
    pub fn set_zones(&mut self, zones: Vec<String>, standby: bool) {
        self.follower.is_heard_in(zones, standby);
    }

    /// Waits for the next news.
    ///
    /// Cancel-safe: dropping the future loses nothing, so it may stand in a `select!`.
    pub async fn next(&mut self) -> News {
        loop {
            match &mut self.phase {
                Phase::Resting(until) => {
                    sleep_until(*until).await;
                    self.phase = Phase::Connecting(self.connect());
                }
                Phase::Connecting(connecting) => match connecting.await {
                    Ok(socket) => {
                        let now = Instant::now();
                        self.phase = Phase::Connected { socket: Box::new(socket), since: now, heard: now };
                    }
                    Err(Unconnected::Refused(error)) => return self.refused(error),
                    Err(Unconnected::Broken(broken)) => return self.down(broken),
                },
                Phase::Connected { socket, since, heard } => {
                    // Only what the branch itself says counts: a socket may answer long after the clerk
                    // behind it has gone.
                    let last = if self.follower.greeted() { *heard } else { *since };
                    let frame = match timeout_at(last + SILENCE, socket.next()).await {
                        Ok(Some(Ok(frame))) => frame,
                        Ok(Some(Err(error))) => return self.down(Broken::Closed(error.to_string())),
                        Ok(None) => return self.down(Broken::Closed("the daemon went away".into())),
                        Err(_) => return self.down(Broken::Silent),
                    };
                    if frame.is_text() {
                        *heard = Instant::now();
                    }
                    let verdict = match frame {
                        Message::Text(text) => self.follower.take(text.as_str()),
                        Message::Binary(_) => Verdict::Break(Broken::Garbage("a binary message".into())),
                        Message::Close(_) => {
                            // The library's answer to it goes out if the line takes it at once; the daemon
                            // has said that nothing more comes, so there is nothing to wait for.
                            let _ = socket.flush().now_or_never();
                            Verdict::Break(Broken::Closed("the daemon said goodbye".into()))
                        }
                        // The library answers pings by itself.
                        Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Verdict::Ignore,
                    };
                    match verdict {
                        Verdict::Tell(News::Refused(error)) => return self.refused(error),
                        Verdict::Tell(news) => return news,
                        Verdict::Ignore => {}
                        Verdict::Break(broken) => return self.down(broken),
                    }
                }
            }
        }
    }

    fn down(&mut self, broken: Broken) -> News {
        // A connection that held for longer than the pause before it has earned a fresh start; a daemon that
        // greets and fails at once is not asked four times a second.
        if let Phase::Connected { since, .. } = &self.phase
            && self.follower.greeted()
        {
            self.backoff.held(since.elapsed());
        }
        let pause = self.backoff.pause(rand::random());
        tracing::debug!(address = self.address, ?pause, "link is down: {broken}");
        self.phase = Phase::Resting(Instant::now() + pause);
        News::Down(broken)
    }

    fn refused(&mut self, error: Error) -> News {
        self.phase = Phase::Resting(Instant::now() + self.backoff.refused());
        News::Refused(error)
    }

    fn connect(&mut self) -> Connecting {
        let (address, tls) = (self.address.clone(), self.tls.clone());
        let bearer = self.key.as_ref().map(Key::bearer);
        let hello = serde_json::to_string(&self.follower.hello());
        Box::pin(async move {
            let broken = |what: String| Unconnected::Broken(Broken::Unreachable(what));
            let hello = hello.map_err(|error| broken(error.to_string()))?;
            let config = WebSocketConfig::default()
                .read_buffer_size(READ_BUFFER)
                .max_message_size(Some(LONGEST_MESSAGE))
                .max_frame_size(Some(LONGEST_MESSAGE));
            let connected = async {
                let mut request = address.into_client_request()?;
                // Never in the address: those are written down on the way.
                if let Some(bearer) = bearer {
                    request.headers_mut().insert(AUTHORIZATION, bearer);
                }
                let connecting = connect_async_tls_with_config(request, Some(config), true, Some(tls));
                let (mut socket, _) = connecting.await?;
                socket.send(Message::text(hello)).await?;
                Ok(socket)
            };
            match timeout(CONNECT_WITHIN, connected).await {
                Ok(Ok(socket)) => Ok(socket),
                Ok(Err(error)) => Err(unconnected(error)),
                Err(_) => Err(broken(format!("no answer within {} s", CONNECT_WITHIN.as_secs()))),
            }
        })
    }
}

/// A daemon that answers the request to connect with a refusal of its own is there but does not want us.
fn unconnected(error: tungstenite::Error) -> Unconnected {
    if let tungstenite::Error::Http(response) = &error
        && response.status().is_client_error()
        && let Some(body) = response.body()
        && let Ok(body) = serde_json::from_slice::<ErrorBody>(body)
    {
        return Unconnected::Refused(body.error);
    }
    Unconnected::Broken(Broken::Unreachable(error.to_string()))
}
