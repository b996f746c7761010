//! The daemon's life: listen, load, work, finish what is in hand, stop.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use giliran_core::Rules;
use giliran_store::{OpenError, SqliteStore, Store, StoreError, copies};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    config::{Backup, Server},
    copying,
    http::{self, App, Loaded},
    office::{self, Office},
    persons::Persons,
    web::{self, Certificate, Doors, Room, TlsError},
};

/// How long the parts may take to finish what is in hand. The whole stays under 5 seconds.
const FINISH_WITHIN: Duration = Duration::from_millis(1500);

/// How long the last entries may take on their way to the copy.
const COPY_WITHIN: Duration = Duration::from_millis(700);

/// How long the store may take to tidy up.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);

/// What a daemon is started with.
#[derive(Debug)]
pub struct Options {
    /// How it is reached.
    pub server: Server,
    /// The SQLite file.
    pub database: PathBuf,
    /// Where a copy of it is kept up.
    pub backup: Option<Backup>,
    /// The offices, already checked.
    pub branches: Vec<Rules>,
    /// Whether commands bring their own time.
    pub simulated_clock: bool,
    /// Whether the offices' configured hours are left out, so that they never close.
    pub always_open: bool,
    /// How many connections are held at most.
    pub room: Room,
}

/// Why a daemon ended when nobody told it to, or did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address can't be had.
    #[error("cannot listen on {address}: {}", if why.kind() == std::io::ErrorKind::AddrInUse {
        "the port is in use by another program; choose another with --listen or end that program".into()
    } else {
        why.to_string()
    })]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        why: std::io::Error,
    },
    /// It is not safe to listen there like that.
    #[error("{0}")]
    Unsafe(String),
    /// The certificate can't be used.
    #[error("the certificate of [server.tls] can't be used: {0}")]
    Tls(#[from] TlsError),
    /// The database can't be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database is not there, and a copy of one is: nobody wants an empty one in its place.
    #[error(
        "{} is not there, and {} holds a copy of a log; restore it, or move the copy away to begin a new log",
        .database.display(), .folder.display()
    )]
    Missing {
        /// The database.
        database: PathBuf,
        /// The folder of copies.
        folder: PathBuf,
    },
    /// The key that hides phone and card numbers can't be read or made.
    #[error("the key beside {} can't be used: {why}", .database.display())]
    Key {
        /// The database that it belongs to.
        database: PathBuf,
        /// Why.
        why: std::io::Error,
    },
    /// A branch can't be rebuilt from the log.
    #[error("branch {branch} can't be loaded: {why}")]
    Load {
        /// The branch.
        branch: String,
        /// Why.
        why: StoreError,
    },
    /// The log can't be written any more: whatever comes after must start from disk.
    #[error("the log can't be written any more: {0}")]
    Store(StoreError),
    /// A part died that must not.
    #[error("{0} ended without being told to")]
    Died(&'static str),
}

impl ServeError {
    /// Whether the database is not what was written, or not there, so that only a copy of it helps.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Open(
                OpenError::Damaged { .. } | OpenError::NotOurs { .. } | OpenError::Orphaned { .. },
            )
            | Self::Load { why: StoreError::Damaged { .. }, .. }
            | Self::Store(StoreError::Damaged { .. })
            | Self::Missing { .. } => true,
            Self::Open(_)
            | Self::Load { .. }
            | Self::Listen { .. }
            | Self::Unsafe(_)
            | Self::Tls(_)
            | Self::Key { .. }
            | Self::Store(_)
            | Self::Died(_) => false,
        }
    }
}

/// Runs a daemon until `stop` is cancelled. `listening` is called with the address as soon as it is
/// known; commands are taken a moment later, when the branches are loaded.
pub async fn serve(
    options: Options,
    stop: CancellationToken,
    listening: impl FnOnce(SocketAddr),
) -> Result<(), ServeError> {
    let Options { server, database, backup, mut branches, simulated_clock, always_open, room } = options;
    let listen = server.listen;
    if let Some(objection) = server.objection(listen) {
        return Err(ServeError::Unsafe(objection));
    }
    let certificate = server.tls.clone().map(Certificate::read).transpose()?;
    let tls = certificate.as_ref().map(Certificate::acceptor).transpose()?;
    let refused = |why| ServeError::Listen { address: listen, why };
    let listener = web::listen(listen).map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    let clock = Arc::new(if simulated_clock { Clock::simulated() } else { Clock::system() });
    if simulated_clock {
        tracing::warn!("the clock is simulated: every command sets the time; not for a real office");
    }
    if always_open {
        tracing::warn!("the configured opening hours are left out: the offices never close");
        branches.iter_mut().for_each(never_close);
    }

    let app = App::new(clock.clone(), stop.clone(), room.sockets());
    let doors = Arc::new(Doors::new(&server));
    let router = http::router(app.clone(), doors.clone());
    let mut web = tokio::spawn(web::serve(listener, router, doors, room, tls, stop.clone()));
    if let Some(certificate) = certificate {
        tokio::spawn(certificate.follow(stop.clone()));
    }
    listening(address);

    if let Some(Backup { folder, .. }) = &backup
        && !database.exists()
        && copies(folder).is_ok()
    {
        return Err(ServeError::Missing { database, folder: folder.clone() });
    }
    // A database on a disk that does not answer must not keep the daemon from ending.
    let opened = tokio::select! {
        opened = SqliteStore::open(&database) => opened?,
        () = stop.cancelled() => return Ok(()),
    };
    let store: Arc<dyn Store> = Arc::new(opened);
    let mut clerks = JoinSet::new();
    let clerks_end = CancellationToken::new();
    let persons =
        Persons::of_database(&database).map_err(|why| ServeError::Key { database: database.clone(), why })?;
    let mut offices = BTreeMap::new();
    for rules in branches {
        let branch = rules.id.to_string();
        let (office, clerk) = Office::open(rules, &store, &clock)
            .await
            .map_err(|why| ServeError::Load { branch: branch.clone(), why })?;
        clerks.spawn(office::work(office.clone(), clerk, store.clone(), clock.clone(), clerks_end.clone()));
        offices.insert(branch, office);
    }
    // After the clerks and before the store closes: nothing is committed any more then.
    let copy_ends = CancellationToken::new();
    let (copy, copying) = backup
        .map(|backup| copying::start(database.clone(), &backup, clock.clone(), copy_ends.clone()))
        .unzip();
    let _ = app.loaded.set(Loaded { offices, store: store.clone(), persons, copy });
    tracing::info!(%address, database = %database.display(), "ready");

    let web_died = AtomicBool::new(false);
    let outcome = tokio::select! {
        // When told to end, the web server ends too, and may be the first to be seen.
        biased;
        () = stop.cancelled() => Ok(()),
        ended = clerks.join_next() => Err(died(ended)),
        _ = &mut web => {
            web_died.store(true, Ordering::Relaxed);
            Err(ServeError::Died("the web server"))
        }
    };
    if outcome.is_ok() {
        tracing::info!("stopping");
    }

    // First nobody new, then the sockets' goodbye, then the clerks finish what was handed in, and at
    // last the store lets go of its file.
    stop.cancel();
    app.sockets.close();
    let _ = tokio::time::timeout(FINISH_WITHIN, async {
        app.sockets.wait().await;
        if !web_died.load(Ordering::Relaxed) {
            let _ = (&mut web).await;
        }
    })
    .await;
    clerks_end.cancel();
    let finished = tokio::time::timeout(FINISH_WITHIN, async {
        while let Some(ended) = clerks.join_next().await {
            if let Ok(Err(why)) = ended {
                return Err(ServeError::Store(why));
            }
        }
        Ok(())
    })
    .await;
    copy_ends.cancel();
    if let Some(copying) = copying {
        // Its disk may not answer; the next start copies the rest.
        let _ = tokio::time::timeout(COPY_WITHIN, copying).await;
    }
    let finished = match finished {
        Ok(Ok(())) => tokio::time::timeout(CLOSE_WITHIN, store.close()).await.map(Ok),
        other => other,
    };
    web.abort();
    if finished.is_err() {
        tracing::warn!("something was still in hand and was let go; what was answered is on disk");
    }
    outcome.and(finished.unwrap_or(Ok(())))
}

/// Takes out of the rules what closes an office, or one of its services, at an hour.
fn never_close(rules: &mut Rules) {
    rules.hours = None;
    for service in &mut rules.services {
        service.last_ticket = None;
    }
}

fn died(ended: Option<Result<Result<(), StoreError>, tokio::task::JoinError>>) -> ServeError {
    match ended {
        Some(Ok(Err(why))) => ServeError::Store(why),
        Some(Ok(Ok(())) | Err(_)) | None => ServeError::Died("a branch's clerk"),
    }
}
