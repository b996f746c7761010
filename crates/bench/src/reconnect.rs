//! After the line was cut: everybody comes back at the same moment, and says where they stopped.

use std::{path::Path, time::Duration};

use anyhow::{Context, ensure};
use giliran_protocol::{
    live::{Resume, ToClient},
    paths,
};

use crate::{
    bare::Lengths,
    figures::{Figure, Pair, micros},
    http::{BRANCH, Connection},
    load,
    screens::Screens,
    server::Server,
};

/// What happened while they were away.
const MISSED: usize = 5;

/// What a newcomer who resumes is told beside that: that it may, whether the office is open and in order, and
/// how long people wait.
const BESIDE: usize = 4;

/// How long a server may take to notice that everybody has left.
const GONE: Duration = Duration::from_millis(1_500);

/// Measures in `directory`, so many rounds of so many displays. Blocks.
pub fn measure(
    daemon: &Path,
    directory: &Path,
    rounds: usize,
    displays: usize,
) -> anyhow::Result<Vec<Figure>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure_here(daemon, directory, rounds, displays))
}

async fn measure_here(
    daemon: &Path,
    directory: &Path,
    rounds: usize,
    displays: usize,
) -> anyhow::Result<Vec<Figure>> {
    let daemon = Server::daemon(daemon, directory).await?;
    let mut kiosk = Connection::open(daemon.address).await?;
    let mut resume = place(&mut kiosk).await?;
    // Somebody has to be there, or nothing is made for displays that could be missed.
    let witness = Screens::open(daemon.address, 1, None, 1).await?;
    for n in 0..MISSED {
        kiosk.command(load::issue(n)).await?;
    }
    let welcome =
        Screens::open(daemon.address, 1, Some(resume.clone()), MISSED + BESIDE).await?.welcome_bytes();
    let bare = Server::bare_broadcast(Lengths { welcome, call: 100, entry: 100 })?;
    let (mut times, mut cpu) = (Vec::new(), Vec::new());
    // The first round warms up both and does not count.
    for n in 0..=rounds {
        let of = async |server: &Server, resume: Option<Resume>| {
            let before = server.cpu()?;
            let frames = if resume.is_some() { MISSED + BESIDE } else { 1 };
            let screens = Screens::open(server.address, displays, resume, frames).await?;
            let used = server.cpu()?.saturating_sub(before);
            let took = screens.served_within;
            drop(screens);
            tokio::time::sleep(GONE).await;
            anyhow::Ok((took, used))
        };
        let product = of(&daemon, Some(resume)).await?;
        let limit = of(&bare, None).await?;
        // The server lets go of a connection that said nothing for a while.
        kiosk = Connection::open(daemon.address).await?;
        resume = place(&mut kiosk).await?;
        for n in 0..MISSED {
            kiosk.command(load::issue(n)).await?;
        }
        if n > 0 {
            times.push(Pair { product: micros(product.0) / 1e3, limit: micros(limit.0) / 1e3 });
            cpu.push(Pair { product: micros(product.1), limit: micros(limit.1) });
        }
    }
    drop(witness);
    for pair in &mut cpu {
        pair.product /= displays as f64;
        pair.limit /= displays as f64;
    }
    let limit_is = "a bare server that reads the hello and answers with a frame of that size";
    Ok(vec![
        Figure::of(
            &format!("{displays} reconnect at once, until the last is served"),
            "ms",
            limit_is,
            &times,
        ),
        Figure::of(&format!("server's processor time per reconnect of {displays}"), "us", limit_is, &cpu),
    ])
}

/// Where a display stands that has seen everything.
async fn place(connection: &mut Connection) -> anyhow::Result<Resume> {
    let state = format!("{}?audience=display", paths::of_branch(paths::STATE, BRANCH));
    let (status, body) = connection.get(&state).await?;
    ensure!(status == 200, "the state was answered with {status}");
    match serde_json::from_slice(body)? {
        ToClient::Snapshot { log, seq, .. } => Some(Resume { log, seq }),
        ToClient::Resumed { .. }
        | ToClient::Entry { .. }
        | ToClient::Waits { .. }
        | ToClient::Opening { .. }
        | ToClient::Health { .. }
        | ToClient::Reported { .. }
        | ToClient::Unheard { .. }
        | ToClient::Heartbeat { .. }
        | ToClient::Refused { .. }
        | ToClient::Unknown => None,
    }
    .context("the state is no snapshot")
}
