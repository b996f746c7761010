//! The web server: takes connections, bounded in number and in the time that they may say nothing.
//!
//! Whoever connects and is silent must not keep others out: a request's head is due within a while, and
//! of connections that wait for their next request only so many are held.

mod linger;

use std::{
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, sync::Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::linger::Lingering;

/// How long a client may take for the head of its first request, or be silent before its next.
const HEAD_WITHIN: Duration = Duration::from_secs(20);

/// After a connection could not be taken, how long until the next is tried.
const REST: Duration = Duration::from_millis(100);

/// How often at most it is said that connections can't be taken.
const COMPLAIN_EVERY: Duration = Duration::from_secs(60);

/// Serves until `stop`, then finishes the requests that are in hand. At most `connections` are held
/// that are no WebSockets; one more is closed at once.
pub async fn serve(listener: TcpListener, router: Router, connections: usize, stop: CancellationToken) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN);
    let held = TaskTracker::new();
    let places = Arc::new(Semaphore::new(connections));
    let mut complained: Option<Instant> = None;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        let taken = accepted.map(|(socket, _)| (socket, places.clone().try_acquire_owned()));
        let (socket, place) = match taken {
            Ok((socket, Ok(place))) => (socket, place),
            refused => {
                if complained.is_none_or(|last| last.elapsed() > COMPLAIN_EVERY) {
                    complained = Some(Instant::now());
                    let why = refused.err().map_or_else(|| "too many are held".into(), |why| why.to_string());
                    tracing::warn!(why, connections, "a connection was not taken");
                }
                tokio::time::sleep(REST).await;
                continue;
            }
        };
        // Two frames shortly after one another must not wait for the first to be acknowledged. A socket
        // that does not take the setting works all the same.
        let _ = socket.set_nodelay(true);
        let service = TowerToHyperService::new(router.clone());
        let connection =
            http.serve_connection(TokioIo::new(Lingering::from(socket)), service).with_upgrades();
        let stop = stop.clone();
        held.spawn(async move {
            let mut connection = pin!(connection);
            // How a client breaks off is its own business.
            tokio::select! {
                _ = connection.as_mut() => {}
                () = stop.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    let _ = connection.await;
                }
            }
            drop(place);
        });
    }
    drop(listener);
    held.close();
    held.wait().await;
}
