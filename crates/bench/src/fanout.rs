//! One entry to thousands of displays: how many are told a second, when the last one is, and what an idle one
//! costs.

use std::{
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use giliran_protocol::command::{Command, Outcome};
use tokio::task::JoinSet;

use crate::{
    bare::Lengths,
    figures::{Figure, Pair, micros, percentile},
    http::Connection,
    load,
    screens::Screens,
    server::{self, Server},
};

/// Who presses at the same time when displays are told as fast as they can be.
const KIOSKS: usize = 4;

/// So many entries may be on their way to the displays before the next is pressed for.
const AHEAD: usize = 8;

/// From one call to the next.
const PACE: Duration = Duration::from_millis(100);

/// What a server still does after its screens have joined is not their cost.
const CALM: Duration = Duration::from_millis(1_500);

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Displays that listen.
    pub displays: usize,
    /// Rounds that count.
    pub rounds: usize,
    /// Entries in a round.
    pub entries: usize,
    /// Calls in a round.
    pub calls: usize,
}

/// Measures in `directory`. Blocks.
pub fn measure(daemon: &Path, directory: &Path, size: Size) -> anyhow::Result<Vec<Figure>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure_here(daemon, directory, size))
}

async fn measure_here(daemon: &Path, directory: &Path, size: Size) -> anyhow::Result<Vec<Figure>> {
    let displays = size.displays;
    let mut product = Hall::open(Server::daemon(daemon, directory).await?, displays).await?;
    let lengths = product.lengths().await?;
    let mut limit = Hall::open(Server::bare_broadcast(lengths)?, displays).await?;
    let (mut rates, mut cpu, mut p50, mut p99) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    // The first round warms up both and does not count.
    for n in 0..=size.rounds {
        let told = (product.tell(size.entries).await?, limit.tell(size.entries).await?);
        let mut last = (product.call(size.calls).await?, limit.call(size.calls).await?);
        let mut pair = |percent| Pair {
            product: micros(percentile(&mut last.0, percent)),
            limit: micros(percentile(&mut last.1, percent)),
        };
        if n > 0 {
            p50.push(pair(50));
            p99.push(pair(99));
            rates.push(Pair { product: told.0.rate, limit: told.1.rate });
            cpu.push(Pair { product: micros(told.0.cpu), limit: micros(told.1.cpu) });
        }
    }
    let bytes = Pair { product: product.bytes_each, limit: limit.bytes_each };
    let broadcast = "a bare broadcast to as many";
    let of = |what: &str, unit, pairs: &[Pair]| {
        Figure::of(&format!("{what} {displays} displays"), unit, broadcast, pairs)
    };
    Ok(vec![
        of("deliveries per second,", "1/s", &rates),
        of("server's processor time per delivery,", "us", &cpu),
        of("call to the last display, P50;", "us", &p50),
        of("call to the last display, P99;", "us", &p99),
        of("resident memory per idle socket;", "bytes", &[bytes]),
    ])
}

/// A server with its displays, kiosks and an officer.
struct Hall {
    server: Server,
    displays: Screens,
    count: usize,
    officer: Connection,
    /// The ticket that is called again and again: a call, and nothing else, is told.
    called: u64,
    /// What the server grew by for each display.
    bytes_each: f64,
}

/// What came of telling as fast as possible.
struct Told {
    /// Deliveries a second.
    rate: f64,
    /// Of the server, for each delivery.
    cpu: Duration,
}

impl Hall {
    async fn open(server: Server, count: usize) -> anyhow::Result<Self> {
        let mut officer = Connection::open(server.address).await?;
        for command in load::opened_counters() {
            officer.command(command).await?;
        }
        officer.command(load::issue(0)).await?;
        let call = Command::CallNext { counter: server::counter(0) };
        let Outcome::Called { ticket: called, .. } = officer.command(call).await?.answer.outcome else {
            bail!("nobody was called");
        };
        tokio::time::sleep(CALM).await;
        let before = server.resident_bytes()?;
        let displays = Screens::open(server.address, count, None, 1).await?;
        tokio::time::sleep(CALM).await;
        let bytes_each = (f64::from(server.resident_bytes()?) - f64::from(before)) / count as f64;
        Ok(Self { server, displays, count, officer, called, bytes_each })
    }

    /// How long the daemon's frames are: the limit's are to be the same.
    async fn lengths(&mut self) -> anyhow::Result<Lengths> {
        self.officer.command(load::issue(0)).await?;
        self.recall().await?;
        self.displays.take(1).await?;
        Ok(Lengths {
            welcome: self.displays.welcome_bytes(),
            call: self.displays.call_bytes(),
            entry: self.displays.entry_bytes(),
        })
    }

    /// Has all displays told of so many entries, as fast as it goes.
    async fn tell(&mut self, entries: usize) -> anyhow::Result<Told> {
        let (cpu, before, begun) = (self.server.cpu()?, self.displays.entries(), Instant::now());
        let displays = Arc::new(tokio::sync::Semaphore::new(AHEAD));
        let mut kiosks = JoinSet::new();
        for kiosk in 0..KIOSKS {
            let each = entries / KIOSKS + usize::from(kiosk < entries % KIOSKS);
            kiosks.spawn(press(self.server.address, each, displays.clone()));
        }
        // Whoever presses waits for one of the entries before to have been told to all.
        for told in 1..=entries {
            self.displays.told(before + told * self.count).await?;
            displays.add_permits(1);
            while let Some(done) = kiosks.try_join_next() {
                done??;
            }
        }
        let deliveries = u32::try_from(entries * self.count).context("too many deliveries")?;
        Ok(Told {
            rate: f64::from(deliveries) / begun.elapsed().as_secs_f64(),
            cpu: self.server.cpu()?.saturating_sub(cpu) / deliveries,
        })
    }

    /// So many calls, in pace. How long each took to the last display.
    async fn call(&mut self, calls: usize) -> anyhow::Result<Vec<Duration>> {
        // The server lets go of a connection that said nothing for a while.
        self.officer = Connection::open(self.server.address).await?;
        let mut pressed = Vec::with_capacity(calls);
        let mut next = tokio::time::Instant::now();
        for _ in 0..calls {
            next += PACE;
            tokio::time::sleep_until(next).await;
            pressed.push(Instant::now());
            self.recall().await?;
        }
        let told = self.displays.take(calls).await?;
        let last = |(told, pressed): (&Vec<Instant>, &Instant)| told.iter().max().map(|at| *at - *pressed);
        told.iter().zip(&pressed).map(last).collect::<Option<_>>().context("there are no displays")
    }

    async fn recall(&mut self) -> anyhow::Result<()> {
        let recall = Command::Recall { counter: server::counter(0), ticket: self.called };
        self.officer.command(recall).await.map(drop)
    }
}

async fn press(
    server: SocketAddr,
    times: usize,
    displays: Arc<tokio::sync::Semaphore>,
) -> anyhow::Result<()> {
    let mut kiosk = Connection::open(server).await?;
    for n in 0..times {
        displays.acquire().await?.forget();
        kiosk.command(load::issue(n)).await?;
    }
    Ok(())
}
