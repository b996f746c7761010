//! How long a start takes with a year of history behind it, beside one with none.
//!
//! Each start but the first comes after a kill, with a thousand commands since the last kept state, and so
//! with SQLite's own log to be read: the usual worst case.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Context;

use crate::{
    figures::{Figure, Pair},
    history,
    http::Connection,
    load,
    server::Server,
};

/// How long the first start may take: it reads all, because nobody has kept the state yet.
const FIRST_WITHIN: Duration = Duration::from_secs(1800);

/// Commands after the state was kept.
const SINCE: usize = 1_000;

/// Measures in `directory` starts with so many tickets of history. Blocks.
pub fn measure(
    daemon: &Path,
    directory: &Path,
    tickets: usize,
    rounds: usize,
) -> anyhow::Result<Vec<Figure>> {
    let (old, new) = (directory.join("a-year"), directory.join("no-history"));
    std::fs::create_dir(&old)?;
    std::fs::create_dir(&new)?;
    let entries = history::write(tickets, &old.join("pejabat.db"))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut pairs = Vec::new();
        for directory in [&old, &new] {
            let server = Server::daemon_within(FIRST_WITHIN, daemon, directory).await?;
            let mut connection = Connection::open(server.address).await?;
            for n in 0..SINCE {
                connection.command(load::issue(n)).await?;
            }
        }
        for _ in 0..rounds {
            let product = started(daemon, &old).await.context("with a year of history")?;
            let limit = started(daemon, &new).await.context("without history")?;
            pairs.push(Pair { product, limit });
        }
        let name = format!("start to ready, {tickets} tickets ({entries} entries)");
        Ok(vec![Figure::of(&name, "ms", "a start with 1,000 entries", &pairs)])
    })
}

/// Milliseconds from the start of the program until it takes commands; then it is killed.
async fn started(daemon: &Path, directory: &Path) -> anyhow::Result<f64> {
    let begun = Instant::now();
    let server = Server::daemon(daemon, directory).await?;
    let took = begun.elapsed();
    drop(server);
    Ok(took.as_secs_f64() * 1e3)
}
