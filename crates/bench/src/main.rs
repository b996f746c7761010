//! Measures the daemon beside what the machine itself can do, in turns within one run.
//!
//! - [`tickets`]: durable tickets per second, beside bare POSTs and SQLite's own grouped commits.
//! - [`calls`]: from an officer's press to the displays, beside a bare broadcast; memory and sizes.
//! - [`cost`]: what a command costs the rules alone, by how many wait.
//! - [`bare`], [`sqlite`]: the limits. [`server`], [`load`], [`displays`], [`http`]: who is measured and who
//!   presses and listens. [`figures`]: from rounds to ratios.
//!
//! The daemon is the real program on a real file; nothing in it knows that it is measured. What is found
//! is printed as a table and written as JSON; whether it is good is for the reader to say.
#![expect(clippy::print_stdout, reason = "it talks to the person who started it")]

mod bare;
mod calls;
mod cost;
mod displays;
mod figures;
mod http;
mod load;
mod server;
mod sqlite;
mod tickets;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::{Parser, Subcommand};

/// Measures the daemon beside what the machine itself can do.
#[derive(Debug, Parser)]
#[command(version, subcommand_negates_reqs = true, args_conflicts_with_subcommands = true)]
struct Arguments {
    /// The daemon's program, from a release build.
    #[arg(long, required = true)]
    daemon: Option<PathBuf>,
    /// Where the figures are written, as JSON. The databases are made beside it, for as long as it takes:
    /// the disk that it is on is the one that is measured.
    #[arg(long, required = true)]
    out: Option<PathBuf>,
    /// A few seconds only: shows that it works; the figures are rough.
    #[arg(long)]
    quick: bool,
    #[command(subcommand)]
    part: Option<Part>,
}

/// What is measured without the daemon, and the limits as programs of their own, which the measurement itself starts.
#[derive(Debug, Subcommand)]
enum Part {
    /// Measure what a command costs the rules alone with 10, 1,000 and 100,000 waiting.
    Cost,
    /// Answer commands and do nothing else.
    BarePost,
    /// Answer commands, and send a frame to everybody for each.
    BareBroadcast {
        /// The frame's length.
        #[arg(long)]
        bytes: usize,
    },
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse() {
        Arguments { part: Some(Part::Cost), .. } => {
            println!("{}", cost::measure()?);
            Ok(())
        }
        Arguments { part: Some(Part::BarePost), .. } => bare::post_server(),
        Arguments { part: Some(Part::BareBroadcast { bytes }), .. } => bare::broadcast_server(bytes),
        Arguments { daemon: Some(daemon), out: Some(out), quick, part: None } => {
            measure(&daemon, &out, quick)
        }
        // The command line has seen to it that both are there.
        Arguments { .. } => anyhow::bail!("--daemon and --out are needed"),
    }
}

fn measure(daemon: &Path, out: &Path, quick: bool) -> anyhow::Result<()> {
    let beside = out.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
    fs::create_dir_all(beside).with_context(|| format!("can't make {}", beside.display()))?;
    let directory = || tempfile::tempdir_in(beside).context("can't make a directory for the databases");
    let (rounds, call_rounds, calls) = if quick { (2, 1, 10) } else { (15, 5, 40) };

    println!("Measuring durable tickets ...");
    let mut figures = tickets::measure(daemon, directory()?.path(), rounds)?;
    println!("Measuring calls in a full hall ...");
    figures.extend(calls::measure(daemon, directory()?.path(), call_rounds, calls)?);

    println!("\n{}", figures::table(&figures));
    println!(
        "Each ratio is the median of those of single rounds; product and limit are medians of their own."
    );
    fs::write(out, serde_json::to_string_pretty(&figures)? + "\n")
        .with_context(|| format!("can't write {}", out.display()))?;
    println!("Written to {}.", out.display());
    Ok(())
}
