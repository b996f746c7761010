//! The daemon's life: listen, load, work, finish what is in hand, stop.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use giliran_core::Rules;
use giliran_store::{OpenError, SqliteStore, Store, StoreError, copies};
use tokio::{net::TcpListener, task::JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::{
    access::{
        Access, Setting, book,
        sign_on::{SignOn, SignOnError},
    },
    announce::Announcements,
    clock::{Clock, system_time},
    config::{self, Backup, Server},
    copying,
    http::{self, App, Loaded},
    office::{self, Office},
    persons::Persons,
    planning,
    recordings::Recordings,
    web::{self, Certificate, Doors, Room, TlsError},
    webhook::Webhook,
};

/// How long the parts may take to finish what is in hand. The whole stays under 5 seconds.
const FINISH_WITHIN: Duration = Duration::from_millis(1500);

/// How long the last entries may take on their way to the copy.
const COPY_WITHIN: Duration = Duration::from_millis(700);

/// How long the store may take to tidy up.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);

/// How often it is tried whether a database that could only be read can be written.
const TRY_EVERY: Duration = Duration::from_secs(1);

/// How long the sockets have for a clerk's last word.
const LAST_WORD: Duration = Duration::from_millis(300);

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
    /// Pictures and films for the walls.
    pub media: Vec<config::Media>,
    /// The voices with which screens speak by themselves.
    pub voice: config::Voice,
    /// Who else is told when the charter is about to be missed.
    pub alarms: config::Alarms,
    /// How people sign in.
    pub sign_in: config::SignIn,
    /// Whether nobody is asked who they are: on this machine alone.
    pub no_sign_in: bool,
    /// Whether an address for an administrator is made although there is one.
    pub new_administrator: bool,
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
    /// Single sign-on can't be set up.
    #[error(transparent)]
    SignOn(#[from] SignOnError),
    /// The alarm's webhook can't be set up.
    #[error("the webhook of [alarms] can't be used: {0}")]
    Webhook(String),
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
            | Self::SignOn(_)
            | Self::Webhook(_)
            | Self::Tls(_)
            | Self::Key { .. }
            | Self::Store(_)
            | Self::Died(_) => false,
        }
    }
}

/// What takes connections, for one round of work.
struct Web {
    listener: TcpListener,
    address: SocketAddr,
    doors: Arc<Doors>,
    tls: Option<TlsAcceptor>,
}

/// Why a round of work ended without a fault.
enum Ended {
    /// It was told to.
    Told,
    /// What could only be read can be written again.
    Writable,
}

/// Runs a daemon until `stop` is cancelled. `listening` is called with the address as soon as it is
/// known; commands are taken a moment later, when the branches are loaded.
///
/// A database that can't be written is read, and shown, until it can be; then all is loaded anew.
pub async fn serve(
    mut options: Options,
    stop: CancellationToken,
    listening: impl FnOnce(SocketAddr),
) -> Result<(), ServeError> {
    let server = &options.server;
    let listen = server.listen;
    if let Some(objection) = server.objection(listen) {
        return Err(ServeError::Unsafe(objection));
    }
    if options.no_sign_in {
        if !listen.ip().is_loopback() {
            let why = "nobody is asked who they are (--no-sign-in), so only this machine may ask: listen on 127.0.0.1, \
                       or let people sign in";
            return Err(ServeError::Unsafe(why.into()));
        }
        tracing::warn!(
            "nobody is asked who they are: whoever uses this machine may do everything; not for a real office"
        );
    }
    let certificate = server.tls.clone().map(Certificate::read).transpose()?;
    let tls = certificate.as_ref().map(Certificate::acceptor).transpose()?;
    let doors = Arc::new(Doors::new(server));
    if let Some(certificate) = certificate {
        tokio::spawn(certificate.follow(stop.clone()));
    }
    let refused = |why| ServeError::Listen { address: listen, why };
    let listener = web::listen(listen).map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    // Kept, so that whoever connects between two rounds waits and is not turned away.
    let listener = listener.into_std().map_err(refused)?;
    if options.simulated_clock {
        tracing::warn!("the clock is simulated: every command sets the time; not for a real office");
    }
    if options.always_open {
        tracing::warn!("the configured opening hours are left out: the offices never close");
        options.branches.iter_mut().for_each(never_close);
    }
    let clock = Arc::new(if options.simulated_clock { Clock::simulated() } else { Clock::system() });
    let mut listening = Some(listening);
    loop {
        let listener = listener.try_clone().and_then(TcpListener::from_std).map_err(refused)?;
        let web = Web { listener, doors: doors.clone(), tls: tls.clone(), address };
        let round = work(&options, web, &clock, stop.child_token(), || {
            if let Some(listening) = listening.take() {
                listening(address);
            }
        });
        match round.await? {
            Ended::Told => return Ok(()),
            Ended::Writable => tracing::warn!("the database can be written again; all is loaded anew"),
        }
    }
}

/// Loads, works, and stops when told to.
async fn work(
    options: &Options,
    Web { listener, address, doors, tls }: Web,
    clock: &Arc<Clock>,
    stop: CancellationToken,
    listening: impl FnOnce(),
) -> Result<Ended, ServeError> {
    let app = App::new(clock.clone(), stop.clone(), options.room.sockets());
    let router = http::router(app.clone(), doors.clone());
    let secure = tls.is_some();
    let mut web = tokio::spawn(web::serve(listener, router, doors, options.room, tls, stop.clone()));
    listening();

    let (database, backup) = (&options.database, options.backup.as_ref());
    if let Some(Backup { folder, .. }) = backup
        && !database.exists()
        && copies(folder).is_ok()
    {
        return Err(ServeError::Missing { database: database.clone(), folder: folder.clone() });
    }
    // A database on a disk that does not answer must not keep the daemon from ending.
    let opened = tokio::select! {
        opened = open(database) => opened?,
        () = stop.cancelled() => return Ok(Ended::Told),
    };
    let writable = opened.unwritable().is_none();
    let store: Arc<dyn Store> = Arc::new(opened);
    let mut clerks = JoinSet::new();
    let clerks_end = CancellationToken::new();
    let persons = match Persons::of_database(database) {
        Err(_) if !writable => Persons::of_nobody(),
        key => key.map_err(|why| ServeError::Key { database: database.clone(), why })?,
    };
    let access = who_may(options, &store, &persons, (address, secure)).await?;
    let webhook = Webhook::of(&options.alarms).map_err(|why| ServeError::Webhook(why.to_string()))?;
    let mut offices = BTreeMap::new();
    for rules in &options.branches {
        let branch = rules.id.to_string();
        let media = options.media.iter().find(|media| media.is_for(&rules.id)).cloned().map(Arc::new);
        let (office, clerk) = Office::open(rules.clone(), &store, clock, &persons, media)
            .await
            .map_err(|why| ServeError::Load { branch: branch.clone(), why })?;
        clerks.spawn(office::work(office.clone(), clerk, store.clone(), clock.clone(), clerks_end.clone()));
        tokio::spawn(planning::watch(office.clone(), webhook.clone(), stop.clone()));
        offices.insert(branch, office);
    }
    // After the clerks and before the store closes: nothing is committed any more then.
    let copy_ends = CancellationToken::new();
    let (copy, copying) = backup
        .filter(|_| writable)
        .map(|backup| copying::start(database.clone(), backup, clock.clone(), copy_ends.clone()))
        .unzip();
    tokio::spawn(look_after(access.clone(), store.clone(), options.sign_in.keep_audit_days, stop.clone()));
    let recordings = Arc::new(Recordings::beside(database));
    let announcements = Arc::new(Announcements::new(options.voice.clone()));
    let _ = app.loaded.set(Loaded {
        offices,
        store: store.clone(),
        persons,
        access,
        recordings,
        announcements,
        copy,
    });
    tracing::info!(database = %database.display(), writable, "ready");

    let web_died = AtomicBool::new(false);
    let outcome = tokio::select! {
        // When told to end, the web server ends too, and may be the first to be seen.
        biased;
        () = stop.cancelled() => Ok(Ended::Told),
        ended = clerks.join_next() => Err(died(ended)),
        () = until_writable(database), if !writable => Ok(Ended::Writable),
        _ = &mut web => {
            web_died.store(true, Ordering::Relaxed);
            Err(ServeError::Died("the web server"))
        }
    };
    match outcome {
        Ok(_) => tracing::info!("stopping"),
        // The clerk has said on its screens what happened; the sockets hand that on before they are ended.
        Err(ServeError::Store(_)) => tokio::time::sleep(LAST_WORD).await,
        Err(_) => {}
    }

    // First nobody new, then the sockets' goodbye, then the clerks finish what was handed in, and at
    // last the store lets go of its file.
    stop.cancel();
    app.sockets.close();
    if let Some(loaded) = app.loaded.get() {
        loaded.offices.values().for_each(|office| office.desk().dismiss());
    }
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
    let ended = outcome?;
    finished.unwrap_or(Ok(()))?;
    Ok(ended)
}

/// Who may take part, by the database; says where the first administrator is made, where there is none.
async fn who_may(
    options: &Options,
    store: &Arc<dyn Store>,
    persons: &Persons,
    (address, secure): (SocketAddr, bool),
) -> Result<Arc<Access>, ServeError> {
    let sign_on = options.sign_in.oidc.as_ref().map(SignOn::new).transpose()?;
    let setting = Setting {
        settings: &options.sign_in,
        open: options.no_sign_in,
        new_administrator: options.new_administrator,
        persons,
    };
    let (access, first) = Access::open(store, setting, sign_on).await.map_err(ServeError::Store)?;
    if let Some(token) = first {
        let base = match options.server.origins.first() {
            Some(origin) => origin.to_string(),
            None => format!("http{}://{address}", if secure { "s" } else { "" }),
        };
        // Whoever can read the log has the machine. It works once, and until the daemon ends.
        tracing::warn!("open {base}/sign-in#first={token} to make an administrator");
    }
    Ok(access)
}

/// How often sessions are looked after.
const SESSIONS_EVERY: Duration = Duration::from_secs(5);

/// How often old lines of the audit record are let go.
const PRUNE_EVERY: Duration = Duration::from_secs(6 * 3600);

/// Ends sessions that are over, and lets go of what need not be kept any longer.
async fn look_after(
    access: Arc<Access>,
    store: Arc<dyn Store>,
    keep_audit_days: Option<u32>,
    stop: CancellationToken,
) {
    let mut sessions = tokio::time::interval(SESSIONS_EVERY);
    let mut prune = tokio::time::interval(PRUNE_EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = sessions.tick() => access.sweep().await,
            _ = prune.tick() => {
                let Some(days) = keep_audit_days else { continue };
                let long = jiff::SignedDuration::from_hours(24 * i64::from(days));
                let Ok(before) = system_time().checked_sub(long) else { continue };
                match book::prune(&*store, before).await {
                    Ok(0) => {}
                    Ok(lines) => tracing::info!(lines, %before, "old lines of the audit record were let go"),
                    Err(why) => tracing::warn!(%why, "old lines of the audit record could not be let go"),
                }
            }
        }
    }
}

/// Opens the database, for reading if it can't be written.
async fn open(database: &Path) -> Result<SqliteStore, OpenError> {
    let (why, refusal) = match SqliteStore::open(database).await {
        Err(why @ OpenError::Full { .. }) => (why, StoreError::Full),
        Err(OpenError::ReadOnly { path, source }) => {
            let refusal = StoreError::ReadOnly { what: source.to_string() };
            (OpenError::ReadOnly { path, source }, refusal)
        }
        opened => return opened,
    };
    match SqliteStore::open_read_only(database, refusal).await {
        Ok(store) => {
            tracing::warn!(%why, "started for reading only: no number is given out and nobody is called until that is mended");
            Ok(store)
        }
        // There is nothing to show: what is in the way of a new database is what has to be said.
        Err(OpenError::Io { .. }) => Err(why),
        Err(other) => Err(other),
    }
}

/// Comes back when the database can be written again.
async fn until_writable(database: &Path) {
    loop {
        tokio::time::sleep(TRY_EVERY).await;
        let path = database.to_owned();
        let tried = tokio::task::spawn_blocking(move || SqliteStore::try_to_write(&path)).await;
        match tried {
            Ok(Ok(())) => return,
            Ok(Err(why)) => tracing::debug!(%why, "still for reading only"),
            Err(broke) => tracing::error!(%broke, "trying the disk broke"),
        }
    }
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
