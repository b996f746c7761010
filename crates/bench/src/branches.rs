//! A thousand branches in one daemon: how long a press takes at a steady pace, and what they cost when nothing
//! happens.

use std::{
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use crate::{
    figures::{Figure, Pair, micros, percentile},
    http::Connection,
    load,
    server::{self, Server},
    sqlite::Plain,
};

/// Commands a second, in all.
const PACE: u32 = 2_000;

/// Over so many connections.
const CONNECTIONS: u32 = 64;

/// After the start, until nothing more is done for it.
const CALM: Duration = Duration::from_secs(3);

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Branches of the daemon.
    pub branches: usize,
    /// Rounds that count.
    pub rounds: usize,
    /// How long a round is, and how long the idle daemon is looked at.
    pub seconds: u32,
}

/// Measures in `directory`. Blocks.
pub fn measure(daemon: &Path, directory: &Path, size: Size) -> anyhow::Result<Vec<Figure>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure_here(daemon, directory, size))
}

async fn measure_here(daemon: &Path, directory: &Path, size: Size) -> anyhow::Result<Vec<Figure>> {
    let Size { branches, rounds, seconds } = size;
    let alone = tempfile::tempdir_in(directory)?;
    let begun = Instant::now();
    let one = Server::daemon(daemon, alone.path()).await?;
    let start_one = begun.elapsed();
    let begun = Instant::now();
    let many = Server::daemon_of(branches, daemon, directory).await?;
    let start_many = begun.elapsed();
    let bare = Server::bare_post()?;
    let mut plain = Plain::make(&directory.join("plain.db")).await?;

    tokio::time::sleep(CALM).await;
    let before = (many.cpu()?, one.cpu()?);
    tokio::time::sleep(Duration::from_secs(seconds.into())).await;
    let idle = |server: &Server, before: Duration| {
        server.cpu().map(|now| micros(now.saturating_sub(before)) / 1e3 / f64::from(seconds))
    };
    let idle = Pair { product: idle(&many, before.0)?, limit: idle(&one, before.1)? };

    let (mut p50, mut p99, mut cpu) = (Vec::new(), Vec::new(), Vec::new());
    // The first round warms up all and does not count.
    for n in 0..=rounds {
        let before = (many.cpu()?, bare.cpu()?);
        let mut product = press(many.address, branches, seconds).await?;
        let mut limit = press(bare.address, 1, seconds).await?;
        let commands = f64::from(PACE * seconds);
        let used = Pair {
            product: micros(many.cpu()?.saturating_sub(before.0)) / commands,
            limit: micros(bare.cpu()?.saturating_sub(before.1)) / commands,
        };
        let mut commits = plain.commit(400, 1).await?;
        let mut pair = |percent| Pair {
            product: micros(percentile(&mut product, percent)),
            limit: micros(percentile(&mut limit, percent) + percentile(&mut commits, percent)),
        };
        if n > 0 {
            p50.push(pair(50));
            p99.push(pair(99));
            cpu.push(used);
        }
    }
    let kib = |server: &Server| server.resident_bytes().map(|bytes| f64::from(bytes) / 1024.0);
    let resident = Pair { product: kib(&many)?, limit: kib(&one)? };
    let start = Pair { product: micros(start_many) / 1e3, limit: micros(start_one) / 1e3 };
    let name = |what: &str| format!("{what}; {branches} branches");
    let paced = format!("{PACE} commands a second");
    let commit = "one bare POST at that pace and one synced commit";
    let alone = "the same with one branch";
    Ok(vec![
        Figure::of(&name(&format!("press to ticket at {paced}, P50")), "us", commit, &p50),
        Figure::of(&name(&format!("press to ticket at {paced}, P99")), "us", commit, &p99),
        Figure::of(
            &name(&format!("server's processor time per ticket at {paced}")),
            "us",
            "a bare POST's at that pace",
            &cpu,
        ),
        Figure::of(&name("processor time per idle second"), "ms", alone, &[idle]),
        Figure::of(&name("resident memory"), "KiB", "that of one idle branch", &[resident]),
        Figure::of(&name("start to ready, new database"), "ms", alone, &[start]),
    ])
}

/// Presses for tickets at the pace, at one branch after the other, for so long. From the moment when each was
/// due to its answer.
async fn press(server: SocketAddr, branches: usize, seconds: u32) -> anyhow::Result<Vec<Duration>> {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(Connection::open(server).await?);
    }
    let begun = tokio::time::Instant::now();
    let mut kiosks = JoinSet::new();
    for (first, connection) in (0..CONNECTIONS).zip(connections) {
        kiosks.spawn(kiosk(connection, begun, first, branches, PACE * seconds));
    }
    let mut took = Vec::new();
    while let Some(done) = kiosks.join_next().await {
        took.extend(done??);
    }
    Ok(took)
}

async fn kiosk(
    mut connection: Connection,
    begun: tokio::time::Instant,
    first: u32,
    branches: usize,
    presses: u32,
) -> anyhow::Result<Vec<Duration>> {
    let mut took = Vec::new();
    for n in (first..presses).step_by(CONNECTIONS as usize) {
        // A timer is no finer than a millisecond: what is due within one goes off together.
        let due = begun + Duration::from_millis((u64::from(n) * 1_000).div_ceil(PACE.into()));
        tokio::time::sleep_until(due).await;
        let branch = server::branch(n as usize % branches);
        connection.command_at(&branch, load::issue(n as usize / branches)).await?;
        took.push(due.elapsed());
    }
    Ok(took)
}
