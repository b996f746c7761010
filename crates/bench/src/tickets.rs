//! Durable tickets: how many a second, and how long one takes.

use std::{path::Path, time::Duration};

use anyhow::ensure;

use crate::{
    figures::{Figure, Pair, median, micros, percentile},
    load,
    server::Server,
    sqlite::Plain,
};

/// At so many kiosks, each presses so often in a round.
const PRESSES: [(usize, usize); 3] = [(1, 300), (8, 250), (64, 100)];

/// Between what is measured: what a server still does in the background is not the next one's cost.
const CALM: Duration = Duration::from_millis(250);

/// What a round found.
struct Round {
    product: f64,
    post: f64,
    commits: f64,
    /// Of one press, the median.
    latency: Pair,
    /// Processor time of the server for each ticket.
    cpu: Pair,
}

/// Measures in `directory`, so many rounds for each number of kiosks. Blocks.
pub fn measure(daemon: &Path, directory: &Path, rounds: usize) -> anyhow::Result<Vec<Figure>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let daemon = runtime.block_on(Server::daemon(daemon, directory))?;
    let bare = Server::bare_post()?;
    let mut plain = runtime.block_on(Plain::make(&directory.join("plain.db")))?;
    load::press(daemon.address, vec![load::opened_counters()])?;
    let mut figures = Vec::new();
    for (kiosks, each) in PRESSES {
        let mut found = Vec::new();
        // The first round warms up all three and does not count.
        for n in 0..=rounds {
            let round = round(&runtime, &daemon, &bare, &mut plain, kiosks, each)?;
            if n > 0 {
                found.push(round);
            }
        }
        figures.extend(figures_of(kiosks, &found));
    }
    Ok(figures)
}

fn round(
    runtime: &tokio::runtime::Runtime,
    daemon: &Server,
    bare: &Server,
    plain: &mut Plain,
    kiosks: usize,
    each: usize,
) -> anyhow::Result<Round> {
    let mut cpu = Pair { product: 0.0, limit: 0.0 };
    let press = |server: &Server, cpu: &mut f64| {
        let before = server.cpu()?;
        let pressed = load::press(server.address, load::wanted(kiosks, each))?;
        *cpu = micros(server.cpu()?.saturating_sub(before)) / (kiosks * each) as f64;
        anyhow::Ok(pressed)
    };
    let mut product = press(daemon, &mut cpu.product)?;
    ensure!(product.tickets.len() == kiosks * each, "a press gave no ticket");
    let mut post = press(bare, &mut cpu.limit)?;
    let mut commits = runtime.block_on(plain.commit(each, kiosks))?;
    let committing: Duration = commits.iter().sum();
    // The hall is emptied again, so that each round finds the same.
    load::press(daemon.address, load::voided(&product.tickets, kiosks))?;
    std::thread::sleep(CALM);
    let limit = percentile(&mut post.latencies, 50) + percentile(&mut commits, 50);
    Ok(Round {
        product: product.rate(),
        post: post.rate(),
        commits: (kiosks * each) as f64 / committing.as_secs_f64(),
        latency: Pair { product: micros(percentile(&mut product.latencies, 50)), limit: micros(limit) },
        cpu,
    })
}

fn figures_of(kiosks: usize, rounds: &[Round]) -> Vec<Figure> {
    let pairs: Vec<_> = rounds
        .iter()
        .map(|round| Pair { product: round.product, limit: round.post.min(round.commits) })
        .collect();
    let post = median(rounds.iter().map(|round| round.post).collect());
    let commits = median(rounds.iter().map(|round| round.commits).collect());
    let limit_is =
        format!("the lower of bare POSTs ({post:.0}) and rows in commits of {kiosks} ({commits:.0})");
    let many = if kiosks == 1 { "kiosk" } else { "kiosks" };
    let name = format!("durable tickets per second, {kiosks} {many}");
    let mut figures = vec![Figure::of(&name, "1/s", &limit_is, &pairs)];
    if kiosks == 1 {
        let pairs: Vec<_> = rounds.iter().map(|round| round.latency).collect();
        let limit_is = "one synced commit and one bare POST";
        figures.push(Figure::of("press to ticket, 1 kiosk, P50", "us", limit_is, &pairs));
    }
    let pairs: Vec<_> = rounds.iter().map(|round| round.cpu).collect();
    let name = format!("server's processor time per ticket, {kiosks} {many}");
    figures.push(Figure::of(&name, "us", "a bare POST's, without SQLite's", &pairs));
    figures
}
