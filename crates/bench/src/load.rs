//! Kiosks that press as fast as they are answered.

use std::{
    net::SocketAddr,
    sync::{Arc, Barrier},
    time::{Duration, Instant},
};

use anyhow::anyhow;
use giliran_protocol::{
    command::{Command, Outcome},
    view::Language,
};
use tokio::task::JoinSet;

use crate::{http::Connection, server};

/// Threads that press, at most: the servers need the cores more.
const THREADS: usize = 2;

/// What came of it.
pub struct Pressed {
    /// From the first press to the last answer.
    pub took: Duration,
    /// From each press to its answer.
    pub latencies: Vec<Duration>,
    /// The tickets that were given out.
    pub tickets: Vec<u64>,
}

impl Pressed {
    /// Answers per second.
    pub fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.took.as_secs_f64()
    }
}

/// So many presses for tickets by each of so many kiosks.
pub fn wanted(kiosks: usize, each: usize) -> Vec<Vec<Command>> {
    (0..kiosks).map(|kiosk| (0..each).map(|press| issue(kiosk + press)).collect()).collect()
}

/// A press for a ticket of a service.
pub fn issue(n: usize) -> Command {
    Command::IssueTicket { service: server::service(n), class: None, language: Language::Ms }
}

/// Opens all counters, as in the middle of a day.
pub fn opened_counters() -> Vec<Command> {
    (0..server::COUNTERS).map(|n| Command::OpenCounter { counter: server::counter(n) }).collect()
}

/// Presses that void those tickets.
pub fn voided(tickets: &[u64], kiosks: usize) -> Vec<Vec<Command>> {
    let each = tickets.len().div_ceil(kiosks).max(1);
    let void = |ticket: &u64| Command::CancelTicket { ticket: *ticket };
    tickets.chunks(each).map(|part| part.iter().map(void).collect()).collect()
}

/// Has all of it pressed: each list by a kiosk of its own, one press after the other. Blocks.
pub fn press(server: SocketAddr, kiosks: Vec<Vec<Command>>) -> anyhow::Result<Pressed> {
    let threads = THREADS.min(kiosks.len());
    let mut parts: Vec<Vec<_>> = (0..threads).map(|_| Vec::new()).collect();
    for (n, kiosk) in kiosks.into_iter().enumerate() {
        parts[n % threads].push(kiosk);
    }
    let ready = Arc::new(Barrier::new(threads));
    let hands: Vec<_> = parts
        .into_iter()
        .map(|part| {
            let ready = ready.clone();
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                runtime.block_on(press_here(server, part, &ready))
            })
        })
        .collect();
    let mut all = Pressed { took: Duration::ZERO, latencies: Vec::new(), tickets: Vec::new() };
    for hand in hands {
        let part = hand.join().map_err(|_| anyhow!("a load thread panicked"))??;
        all.took = all.took.max(part.took);
        all.latencies.extend(part.latencies);
        all.tickets.extend(part.tickets);
    }
    Ok(all)
}

async fn press_here(server: SocketAddr, part: Vec<Vec<Command>>, ready: &Barrier) -> anyhow::Result<Pressed> {
    let mut connections = Vec::new();
    let mut opened = Ok(());
    for _ in &part {
        match Connection::open(server).await {
            Ok(connection) => connections.push(connection),
            Err(why) => opened = Err(why),
        }
    }
    // Whatever happened, the other thread must not wait for ever.
    ready.wait();
    opened?;
    let begun = Instant::now();
    let mut kiosks = JoinSet::new();
    for (connection, commands) in connections.into_iter().zip(part) {
        kiosks.spawn(kiosk(connection, commands));
    }
    let (mut latencies, mut tickets) = (Vec::new(), Vec::new());
    while let Some(done) = kiosks.join_next().await {
        let (took, got) = done??;
        latencies.extend(took);
        tickets.extend(got);
    }
    Ok(Pressed { took: begun.elapsed(), latencies, tickets })
}

async fn kiosk(
    mut connection: Connection,
    commands: Vec<Command>,
) -> anyhow::Result<(Vec<Duration>, Vec<u64>)> {
    let (mut latencies, mut tickets) = (Vec::with_capacity(commands.len()), Vec::new());
    for command in commands {
        let pressed = Instant::now();
        let answered = connection.command(command).await?;
        latencies.push(pressed.elapsed());
        if let Outcome::Issued { ticket, .. } = answered.answer.outcome {
            tickets.push(ticket);
        }
    }
    Ok((latencies, tickets))
}
