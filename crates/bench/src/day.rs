//! A day of a hundred thousand tickets in one branch: whether the last hour is as fast as the first.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::bail;
use giliran_protocol::command::{Command, Outcome};
use tokio::task::JoinSet;

use crate::{
    figures::{Figure, Pair, micros, percentile},
    http::Connection,
    load,
    server::{COUNTERS, Server, counter},
};

/// The hours of the day.
const HOURS: usize = 10;

/// How many wait all day.
const WAITING: usize = 200;

/// What is asked for each ticket: its number, its call, its end.
const COMMANDS: usize = 3;

/// What an hour was like.
struct Hour {
    latency: Duration,
    cpu: Duration,
    rate: f64,
}

/// Measures in `directory` a day of so many tickets. Blocks.
pub fn measure(daemon: &Path, directory: &Path, tickets: usize) -> anyhow::Result<Vec<Figure>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure_here(daemon, directory, tickets))
}

async fn measure_here(daemon: &Path, directory: &Path, tickets: usize) -> anyhow::Result<Vec<Figure>> {
    let server = Server::daemon(daemon, directory).await?;
    let mut counters = Vec::new();
    for command in load::opened_counters() {
        let mut connection = Connection::open(server.address).await?;
        connection.command(command).await?;
        counters.push(connection);
    }
    for n in 0..WAITING {
        counters[0].command(load::issue(n)).await?;
    }
    let mut hours = Vec::new();
    for _ in 0..HOURS {
        hours.push(hour(&server, &mut counters, tickets / HOURS / COUNTERS).await?);
    }
    let [first, .., last] = hours.as_slice() else { bail!("a day has a first and a last hour") };
    let pair = |of: fn(&Hour) -> f64| [Pair { product: of(last), limit: of(first) }];
    let name = |what: &str| format!("{what}, the last hour of {tickets} tickets");
    let hour = "the day's first hour";
    Ok(vec![
        Figure::of(&name("commands per second"), "1/s", hour, &pair(|hour| hour.rate)),
        Figure::of(&name("press to answer, P50"), "us", hour, &pair(|hour| micros(hour.latency))),
        Figure::of(&name("server's processor time per command"), "us", hour, &pair(|hour| micros(hour.cpu))),
    ])
}

/// So many tickets at each counter.
async fn hour(server: &Server, counters: &mut Vec<Connection>, tickets: usize) -> anyhow::Result<Hour> {
    let (cpu, begun) = (server.cpu()?, Instant::now());
    let mut at_work = JoinSet::new();
    for (n, connection) in counters.drain(..).enumerate() {
        at_work.spawn(serve(connection, n, tickets));
    }
    let mut latencies = Vec::new();
    while let Some(done) = at_work.join_next().await {
        let (connection, took) = done??;
        counters.push(connection);
        latencies.extend(took);
    }
    let commands = u32::try_from(tickets * COUNTERS * COMMANDS)?;
    Ok(Hour {
        rate: f64::from(commands) / begun.elapsed().as_secs_f64(),
        latency: percentile(&mut latencies, 50),
        cpu: server.cpu()?.saturating_sub(cpu) / commands,
    })
}

async fn serve(
    mut connection: Connection,
    n: usize,
    tickets: usize,
) -> anyhow::Result<(Connection, Vec<Duration>)> {
    let mut took = Vec::with_capacity(tickets * COMMANDS);
    for press in 0..tickets {
        let begun = Instant::now();
        connection.command(load::issue(n + press)).await?;
        let issued = Instant::now();
        let called = connection.command(Command::CallNext { counter: counter(n) }).await?;
        let Outcome::Called { ticket, .. } = called.answer.outcome else { bail!("nobody was called") };
        let served = Instant::now();
        connection.command(Command::Finish { counter: counter(n), ticket, outcome: None }).await?;
        took.extend([issued - begun, served - issued, served.elapsed()]);
    }
    Ok((connection, took))
}
