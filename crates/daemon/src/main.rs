//! The daemon's command line.
//!
//! Exit codes: 0 ended when told to, or done; 1 could not start, go on or do it, or found damage; 2 the
//! command line or the configuration is wrong.

mod upkeep_tasks;

use std::{
    io::{IsTerminal, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use giliran_daemon::{
    Options, Room,
    config::{Config, Log, LogFormat, Voice},
    openapi, serve,
};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

use upkeep_tasks::Mend;

/// Giliran: queue numbers for counters (sistem nombor giliran).
#[derive(Debug, Parser)]
#[command(name = "giliran", version)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Run the daemon.
    Serve {
        /// The configuration file.
        #[arg(long)]
        config: PathBuf,
        /// Address and port in place of the configured ones; port 0 takes any that is free.
        #[arg(long)]
        listen: Option<SocketAddr>,
        /// Speak plain HTTP although other machines reach that address, for trying things out.
        #[arg(long)]
        plain_http: bool,
        /// The database file in place of the configured one.
        #[arg(long)]
        database: Option<PathBuf>,
        /// Take the time from the commands themselves, for replaying a recorded day.
        #[arg(long)]
        simulated_clock: bool,
        /// Ask nobody who they are: whoever uses this machine may do everything. For trying things out.
        #[arg(long, conflicts_with = "new_administrator")]
        no_sign_in: bool,
        /// Log an address for making an administrator although there is one, as when the password is lost.
        #[arg(long)]
        new_administrator: bool,
        /// The folder of voice packs with which screens speak by themselves, in place of the configured one.
        #[arg(long, value_name = "DIR")]
        voices: Option<PathBuf>,
        /// Leave the configured opening hours out, for trying an office at any hour.
        #[arg(long)]
        always_open: bool,
    },
    /// Say whether a configuration file would be taken.
    Check {
        /// The configuration file.
        #[arg(long)]
        config: PathBuf,
    },
    /// Copy the whole log to a folder, now. The daemon may run meanwhile.
    Backup {
        /// The configuration file.
        #[arg(long)]
        config: PathBuf,
        /// The folder, which must be there; without, the one of the continuous copy.
        #[arg(long)]
        to: Option<PathBuf>,
        /// The database file in place of the configured one.
        #[arg(long)]
        database: Option<PathBuf>,
    },
    /// Build the database from a copy.
    Restore(upkeep_tasks::RestoreArguments),
    /// Say whether every entry of the database, or of a copy, is what was written; of a database also who may
    /// take part and what they did. The daemon may run meanwhile. Ends with 1 if one is not.
    Verify {
        /// The configuration file, whose database is looked over.
        #[arg(long, required_unless_present = "backup")]
        config: Option<PathBuf>,
        /// The database file in place of the configured one.
        #[arg(long, requires = "config")]
        database: Option<PathBuf>,
        /// A copy, or a folder of copies, to look over instead.
        #[arg(long, conflicts_with = "config")]
        backup: Option<PathBuf>,
    },
    /// Look over or carry away the audit record: who did what, from where, when and why. The daemon may run
    /// meanwhile.
    #[command(subcommand)]
    Audit(upkeep_tasks::AuditTask),
    /// Show what is kept of somebody, or let go of it.
    #[command(subcommand)]
    Privacy(upkeep_tasks::PrivacyTask),
    /// Print the OpenAPI document.
    Openapi,
}

fn main() -> ExitCode {
    match Arguments::parse().task {
        Task::Serve {
            config: path,
            listen,
            plain_http,
            database,
            simulated_clock,
            no_sign_in,
            new_administrator,
            voices,
            always_open,
        } => {
            let Some(mut config) = read(&path) else { return ExitCode::from(2) };
            start_log(&config.log);
            for warning in config.warnings() {
                tracing::warn!("unwise: {warning}");
            }
            let server = &mut config.server;
            server.listen = listen.unwrap_or(server.listen);
            server.plain_http |= plain_http;
            if let Some(objection) = server.objection(server.listen) {
                complain(&objection);
                return ExitCode::from(2);
            }
            let mend = Mend { config: path, backup: config.store.backup.clone(), database: database.clone() };
            run(
                mend,
                Options {
                    server: config.server,
                    database: database.unwrap_or(config.store.path),
                    backup: config.store.backup,
                    branches: config.branches,
                    simulated_clock,
                    media: config.media,
                    voice: Voice { folder: voices.or(config.voice.folder.clone()), ..config.voice },
                    alarms: config.alarms,
                    sign_in: config.sign_in,
                    no_sign_in,
                    new_administrator,
                    always_open,
                    room: room(),
                },
            )
        }
        Task::Check { config: path } => match read(&path) {
            Some(config) => {
                if let Some(objection) = config.server.objection(config.server.listen) {
                    complain(&objection);
                    return ExitCode::from(2);
                }
                for warning in config.warnings() {
                    say(&format!("unwise: {warning}"));
                }
                say(&format!("{} is sound: {} branch(es)", path.display(), config.branches.len()));
                ExitCode::SUCCESS
            }
            None => ExitCode::from(2),
        },
        Task::Backup { config, to, database } => upkeep_tasks::backup(&config, to, database),
        Task::Restore(what) => upkeep_tasks::restore(what),
        Task::Verify { config, database, backup } => upkeep_tasks::verify(config, database, backup),
        Task::Audit(task) => upkeep_tasks::audit(task),
        Task::Privacy(task) => upkeep_tasks::privacy(task),
        Task::Openapi => {
            let _ = std::io::stdout().write_all(openapi().as_bytes());
            ExitCode::SUCCESS
        }
    }
}

/// What the daemon keeps open beside connections, and some: files, and what its parts talk by.
const FILES: usize = 128;

/// How many connections are held: plain ones take half of what the system allows to be open, so that there
/// is always room for WebSockets, and all together leave room for files.
fn room() -> Room {
    // The usual limit is far below what the system would allow, and a hall has many screens.
    let open = rlimit::increase_nofile_limit(65_536).unwrap_or(1024);
    let open = usize::try_from(open).unwrap_or(usize::MAX);
    Room { connections: open / 2, all: open.saturating_sub(FILES).max(open / 2) }
}

fn run(mend: Mend, options: Options) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(why) => return complain(&format!("cannot start: {why}")),
    };
    let ended = runtime.block_on(async {
        let stop = CancellationToken::new();
        tokio::spawn(stop_on_signal(stop.clone()));
        let scheme = if options.server.tls.is_some() { "https" } else { "http" };
        serve(options, stop, |address| say(&format!("listening on {scheme}://{address}"))).await
    });
    // What still runs in the background has nothing to do that must be waited for.
    runtime.shutdown_background();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let ended = complain(&why.to_string());
            if why.is_damage() {
                complain(&mend.advice());
            }
            ended
        }
    }
}

async fn stop_on_signal(stop: CancellationToken) {
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("signals can't be heard; the daemon will not end by itself");
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    stop.cancel();
}

fn read(path: &Path) -> Option<Config> {
    let config = Config::read(path);
    if let Err(why) = &config {
        let cause = std::error::Error::source(why).map(|cause| format!(": {cause}")).unwrap_or_default();
        complain(&format!("{why}{cause}"));
    }
    config.ok()
}

fn start_log(log: &Log) {
    // The pages' server lists every file at the start; who wants to see that can say so. The configured
    // filter was checked with the rest of the file.
    let filter = EnvFilter::try_new(format!("memory_serve=warn,{}", log.filter))
        .unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        // A line that can't be written, as on a full disk, is no reason to stop working.
        .log_internal_errors(false)
        .with_writer(std::io::stderr);
    match log.format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
}

/// To whoever started the daemon: a closed pipe is no reason not to run.
fn say(line: &str) {
    let mut out = std::io::stdout();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn complain(line: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "giliran: {line}");
    ExitCode::FAILURE
}
