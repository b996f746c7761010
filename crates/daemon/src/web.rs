//! The web server: takes connections, bounded in number and in the time that they may say nothing.
//!
//! Whoever connects and is silent must not keep others out: a greeting and a request's head are due within
//! a while, and one address holds only so many connections. Who comes in is told apart here ([`Peer`]);
//! what it may ask is looked at request by request ([`admit`]).

mod admit;
mod client;
mod headers;
mod linger;
mod origin;
mod places;
mod rate;
mod tls;

use std::{
    io,
    net::SocketAddr,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpSocket, TcpStream},
    time::timeout,
};
use tokio_rustls::TlsAcceptor;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::Layer;

pub use self::{
    admit::{Doors, admit},
    client::{Client, key},
    origin::{Origin, Stranger},
    rate::{Buckets, Rate},
    tls::{Certificate, TlsError},
};
use self::{
    client::Peer,
    linger::Lingering,
    places::{Full, Place, Places},
};

/// How long a client may take for its greeting, where the daemon speaks TLS.
const GREETING_WITHIN: Duration = Duration::from_secs(10);

/// How long a client may take for the head of its first request, or be silent before its next.
const HEAD_WITHIN: Duration = Duration::from_secs(10);

/// The largest head of a request: browsers send some 2 KiB.
const HEAD_BYTES: usize = 32 * 1024;

/// After a connection could not be taken, how long until the next is tried.
const REST: Duration = Duration::from_millis(100);

/// How often at most it is said that connections can't be taken.
const COMPLAIN_EVERY: Duration = Duration::from_secs(60);

/// How many connections are held.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// Those that are no WebSockets.
    pub connections: usize,
    /// All together.
    pub all: usize,
}

impl Room {
    /// How many may be WebSockets: screens that come in great numbers must not keep those out who press.
    pub fn sockets(self) -> usize {
        self.all - self.all / 4
    }
}

/// How much the system keeps for a client that does not read, in bytes (it takes twice that for its own
/// use). Left alone it grows to megabytes for each; a frame has some hundred bytes, the pages a few ten thousand.
const SEND_BUFFER: u32 = 64 * 1024;

/// How many connections may wait to be taken: after the line was cut all screens knock at the same moment. The
/// system has a limit of its own, of 4,096 as a rule; whoever comes beyond it tries again a second later.
const BACKLOG: u32 = 16_384;

/// Listens there.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A daemon that starts again must not wait for the connections of the one before to be forgotten.
    socket.set_reuseaddr(true)?;
    // Every connection that is taken inherits it.
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until `stop`, then finishes the requests that are in hand.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    doors: Arc<Doors>,
    room: Room,
    tls: Option<TlsAcceptor>,
    stop: CancellationToken,
) {
    let held = TaskTracker::new();
    let limits = doors.limits();
    let mut porter = Porter {
        plain: Places::new(room.connections, limits.connections),
        all: Places::new(room.all, limits.sockets),
        doors,
        complained: None,
    };
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        let (socket, address) = match accepted {
            Ok((socket, address)) => (socket, address.ip()),
            Err(why) => {
                porter.complain(&why.to_string());
                tokio::time::sleep(REST).await;
                continue;
            }
        };
        let places = match porter.places(address) {
            Ok(places) => places,
            Err(Full::Address) => {
                porter.complain("one address holds as many as it may");
                continue;
            }
            Err(Full::All) => {
                porter.complain("too many are held");
                drop(socket);
                tokio::time::sleep(REST).await;
                continue;
            }
        };
        // Two frames shortly after one another must not wait for the first to be acknowledged. A socket
        // that does not take the setting works all the same.
        let _ = socket.set_nodelay(true);
        let peer = Peer { address, secure: tls.is_some() };
        let (router, tls, stop) = (router.clone(), tls.clone(), stop.clone());
        held.spawn(async move {
            match tls {
                None => converse(socket, peer, places, router, stop).await,
                Some(tls) => greet(tls, socket, peer, places, router, stop).await,
            }
        });
    }
    drop(listener);
    held.close();
    held.wait().await;
}

/// Who finds places for those who come.
struct Porter {
    plain: Arc<Places>,
    all: Arc<Places>,
    doors: Arc<Doors>,
    complained: Option<Instant>,
}

/// The place of a connection as long as it is no WebSocket, and its place among all.
type TwoPlaces = (Place, Place);

impl Porter {
    fn places(&self, address: std::net::IpAddr) -> Result<TwoPlaces, Full> {
        let counted = self.doors.counts(address).then(|| key(address));
        Ok((self.plain.take(counted)?, self.all.take(counted)?))
    }

    fn complain(&mut self, why: &str) {
        if self.complained.is_none_or(|last| last.elapsed() > COMPLAIN_EVERY) {
            self.complained = Some(Instant::now());
            tracing::warn!(why, "a connection was not taken");
        }
    }
}

/// Agrees on TLS, and goes on by it.
async fn greet(
    tls: TlsAcceptor,
    socket: TcpStream,
    peer: Peer,
    places: TwoPlaces,
    router: Router,
    stop: CancellationToken,
) {
    let greeted = tokio::select! {
        greeted = timeout(GREETING_WITHIN, tls.accept(socket)) => greeted,
        () = stop.cancelled() => return,
    };
    // Whoever does not know TLS, or not our certificate, has been told so and gone.
    if let Ok(Ok(socket)) = greeted {
        converse(socket, peer, places, router, stop).await;
    }
}

/// Answers what comes over a connection, until it ends or becomes a WebSocket.
async fn converse<S>(socket: S, peer: Peer, places: TwoPlaces, router: Router, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (plain, place) = places;
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN).max_buf_size(HEAD_BYTES);
    let service = TowerToHyperService::new(Extension(peer).layer(router));
    let socket = TokioIo::new(Lingering::new(socket, place));
    let mut connection = pin!(http.serve_connection(socket, service).with_upgrades());
    // How a client breaks off is its own business.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
    drop(plain);
}
