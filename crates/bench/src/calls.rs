//! From the officer's press to the displays, in a full hall; and what a full hall costs.

use std::{
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::bail;
use giliran_protocol::command::{Command, Outcome};

use crate::{
    bare::Lengths,
    figures::{Figure, Pair, micros, percentile},
    http::{Answer, Connection},
    load,
    screens::Screens,
    server::{self, COUNTERS, Server},
};

/// How many wait in the full hall.
const WAITING: usize = 2_000;

/// How many wait in the small one.
const FEW: usize = 10;

/// How many displays are connected.
const DISPLAYS: usize = 100;

/// From one call to the next.
const PACE: Duration = Duration::from_millis(100);

/// How long the forecast may take to say its first word after something changed; then answers have
/// the length that they have all day.
const SETTLED: Duration = Duration::from_secs(2);

/// Measures in `directory`: so many rounds of so many calls. Blocks.
pub fn measure(daemon: &Path, directory: &Path, rounds: usize, calls: usize) -> anyhow::Result<Vec<Figure>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure_here(daemon, directory, rounds, calls))
}

async fn measure_here(
    daemon: &Path,
    directory: &Path,
    rounds: usize,
    calls: usize,
) -> anyhow::Result<Vec<Figure>> {
    let daemon = Server::daemon(daemon, directory).await?;
    let mut product = Hall::open(daemon.address).await?;
    for command in load::opened_counters() {
        product.kiosk.command(command).await?;
    }
    product.fill(FEW).await?;
    let few = product.sizes().await?;
    product.fill(WAITING - FEW).await?;
    let many = product.sizes().await?;

    let frames = Lengths { welcome: product.displays.welcome_bytes(), call: many.frame, entry: many.entry };
    let bare = Server::bare_broadcast(frames)?;
    let mut limit = Hall::open(bare.address).await?;
    let (mut p50, mut p99) = (Vec::new(), Vec::new());
    // The first round warms up both and does not count.
    for n in 0..=rounds {
        let mut product = product.round(calls).await?;
        let mut limit = limit.round(calls).await?;
        let mut pair = |percent| Pair {
            product: micros(percentile(&mut product, percent)),
            limit: micros(percentile(&mut limit, percent)),
        };
        if n > 0 {
            p50.push(pair(50));
            p99.push(pair(99));
        }
    }
    let resident = Pair {
        product: f64::from(daemon.resident_bytes()?) / 1024.0,
        limit: f64::from(bare.resident_bytes()?) / 1024.0,
    };
    let hall = format!("{WAITING} waiting, {DISPLAYS} displays");
    let broadcast = format!("a bare POST and broadcast to {DISPLAYS} displays");
    let size = |what: &str, many: usize, few: usize| {
        let pair = Pair { product: many as f64, limit: few as f64 };
        Figure::of(
            &format!("{what}, {WAITING} waiting"),
            "bytes",
            &format!("the same with {FEW} waiting"),
            &[pair],
        )
    };
    Ok(vec![
        Figure::of(&format!("call to display, P50; {hall}"), "us", &broadcast, &p50),
        Figure::of(&format!("call to display, P99; {hall}"), "us", &broadcast, &p99),
        Figure::of(
            &format!("resident memory; {hall}"),
            "KiB",
            "the bare broadcast with as many displays",
            &[resident],
        ),
        size("a display's frame of a call", many.frame, few.frame),
        size("the answer to a press for a ticket", many.issued, few.issued),
        size("the answer to a call", many.called, few.called),
    ])
}

/// A server with its displays, a kiosk and the officers.
struct Hall {
    displays: Screens,
    kiosk: Connection,
    officers: Connection,
    /// The ticket at each counter.
    at: [Option<u64>; COUNTERS],
    /// Calls so far: they go round the counters.
    called: usize,
}

/// How many bytes there are in each.
struct Sizes {
    frame: usize,
    entry: usize,
    issued: usize,
    called: usize,
}

impl Hall {
    async fn open(server: SocketAddr) -> anyhow::Result<Self> {
        Ok(Self {
            displays: Screens::open(server, DISPLAYS, None, 1).await?,
            kiosk: Connection::open(server).await?,
            officers: Connection::open(server).await?,
            at: [None; COUNTERS],
            called: 0,
        })
    }

    /// Gives out so many tickets.
    async fn fill(&mut self, tickets: usize) -> anyhow::Result<()> {
        for n in 0..tickets {
            self.kiosk.command(load::issue(n)).await?;
        }
        Ok(())
    }

    async fn sizes(&mut self) -> anyhow::Result<Sizes> {
        tokio::time::sleep(SETTLED).await;
        let issued = self.between().await?;
        let called = self.call().await?;
        self.displays.take(1).await?;
        let (frame, entry) = (self.displays.call_bytes(), self.displays.entry_bytes());
        Ok(Sizes { frame, entry, issued: issued.bytes, called: called.bytes })
    }

    /// So many calls, in pace. How long each took to each display.
    async fn round(&mut self, calls: usize) -> anyhow::Result<Vec<Duration>> {
        let mut pressed = Vec::with_capacity(calls);
        let mut next = tokio::time::Instant::now();
        for _ in 0..calls {
            self.between().await?;
            tokio::time::sleep_until(next + PACE / 2).await;
            pressed.push(Instant::now());
            self.call().await?;
            next += PACE;
            tokio::time::sleep_until(next).await;
        }
        let told = self.displays.take(calls).await?;
        let took = |(told, pressed): (&Vec<Instant>, &Instant)| {
            told.iter().map(|at| *at - *pressed).collect::<Vec<_>>()
        };
        Ok(told.iter().zip(&pressed).flat_map(took).collect())
    }

    /// What happens from one call to the next: somebody comes, and the next counter becomes free.
    async fn between(&mut self) -> anyhow::Result<Answer> {
        let counter = self.called % COUNTERS;
        if let Some(ticket) = self.at[counter].take() {
            let finish = Command::Finish { counter: server::counter(counter), ticket, outcome: None };
            self.officers.command(finish).await?;
        }
        self.kiosk.command(load::issue(self.called)).await
    }

    async fn call(&mut self) -> anyhow::Result<Answer> {
        let counter = self.called % COUNTERS;
        let answer = self.officers.command(Command::CallNext { counter: server::counter(counter) }).await?;
        let Outcome::Called { ticket, .. } = answer.answer.outcome else { bail!("nobody was called") };
        self.at[counter] = Some(ticket);
        self.called += 1;
        Ok(answer)
    }
}
