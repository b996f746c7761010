//! Measures the daemon beside what the machine itself can do, in turns within one run.
//!
//! - [`tickets`]: durable tickets per second, beside bare POSTs and SQLite's own grouped commits.
//! - [`calls`]: from an officer's press to the displays, beside a bare broadcast; memory and sizes.
//! - [`fanout`]: thousands of displays that are told of every entry; what an idle one costs.
//! - [`reconnect`]: ten thousand who come back at the same moment.
//! - [`branches`]: a thousand branches in one daemon. [`day`]: a day of a hundred thousand tickets.
//! - [`start`]: how long a start takes after a year, which [`history`] writes.
//! - [`cost`]: what a command costs the rules alone, by how many wait. [`estimates`]: what an estimate costs.
//! - [`bare`], [`sqlite`]: the limits. [`server`], [`load`], [`screens`], [`http`]: who is measured and who
//!   presses and listens. [`figures`]: from rounds to ratios.
//!
//! The daemon is the real program on a real file; nothing in it knows that it is measured. What is found
//! is printed as a table and written as JSON; whether it is good is for the reader to say.
#![expect(clippy::print_stdout, reason = "it talks to the person who started it")]

mod bare;
mod branches;
mod calls;
mod cost;
mod day;
mod estimates;
mod fanout;
mod figures;
mod history;
mod http;
mod load;
mod reconnect;
mod screens;
mod server;
mod sqlite;
mod start;
mod tickets;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::{Parser, Subcommand, ValueEnum};

use crate::{bare::Lengths, figures::Figure};

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
    /// Only these, separated by commas.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Row::ALL)]
    only: Vec<Row>,
    #[command(subcommand)]
    part: Option<Part>,
}

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Row {
    /// Durable tickets per second.
    Tickets,
    /// Calls to a hundred displays in a full hall, and its memory.
    Calls,
    /// Thousands of displays that are told of every entry.
    Fanout,
    /// Ten thousand who come back at the same moment.
    Reconnect,
    /// A thousand branches in one daemon.
    Branches,
    /// A day of a hundred thousand tickets.
    Day,
    /// A start after a year.
    Start,
}

impl Row {
    const ALL: [Self; 7] =
        [Self::Tickets, Self::Calls, Self::Fanout, Self::Reconnect, Self::Branches, Self::Day, Self::Start];

    fn measure(self, daemon: &Path, directory: &Path, quick: bool) -> anyhow::Result<Vec<Figure>> {
        let of = |full: usize, few: usize| if quick { few } else { full };
        match self {
            Self::Tickets => tickets::measure(daemon, directory, of(15, 2)),
            Self::Calls => calls::measure(daemon, directory, of(5, 1), of(40, 10)),
            Self::Fanout => {
                let (displays, rounds) = (of(5_000, 500), of(3, 1));
                let size = fanout::Size { displays, rounds, entries: of(200, 50), calls: of(60, 10) };
                fanout::measure(daemon, directory, size)
            }
            Self::Reconnect => reconnect::measure(daemon, directory, of(5, 1), of(10_000, 1_000)),
            Self::Branches => {
                let seconds = if quick { 1 } else { 5 };
                let size = branches::Size { branches: of(1_000, 100), rounds: of(3, 1), seconds };
                branches::measure(daemon, directory, size)
            }
            Self::Day => day::measure(daemon, directory, of(100_000, 5_000)),
            Self::Start => start::measure(daemon, directory, of(1_000_000, 5_000), of(9, 3)),
        }
    }
}

/// What is measured without the daemon, and the limits as programs of their own, which the measurement itself starts.
#[derive(Debug, Subcommand)]
enum Part {
    /// Measure what a command costs the rules alone with 10, 1,000 and 100,000 waiting.
    Cost,
    /// Measure what an estimate costs, by how many counters are open and how many wait.
    Estimates,
    /// Write the log of a year into a new database.
    History {
        /// How many tickets; a day has 4,000.
        #[arg(long, default_value_t = 1_000_000)]
        tickets: usize,
        /// The database, which must not be there yet.
        #[arg(long)]
        out: PathBuf,
    },
    /// Answer commands and do nothing else.
    BarePost,
    /// Answer commands, and send a frame to everybody for each.
    BareBroadcast(Lengths),
}

fn main() -> anyhow::Result<()> {
    // As the daemon does: the usual limit is below ten thousand sockets.
    let _ = rlimit::increase_nofile_limit(65_536);
    match Arguments::parse() {
        Arguments { part: Some(Part::Cost), .. } => {
            println!("{}", cost::measure()?);
            Ok(())
        }
        Arguments { part: Some(Part::Estimates), .. } => {
            println!("{}", estimates::measure()?);
            Ok(())
        }
        Arguments { part: Some(Part::History { tickets, out }), .. } => {
            println!("{} entries", history::write(tickets, &out)?);
            Ok(())
        }
        Arguments { part: Some(Part::BarePost), .. } => bare::post_server(),
        Arguments { part: Some(Part::BareBroadcast(lengths)), .. } => bare::broadcast_server(lengths),
        Arguments { daemon: Some(daemon), out: Some(out), quick, only, part: None } => {
            measure(&daemon, &out, quick, &only)
        }
        // The command line has seen to it that both are there.
        Arguments { .. } => anyhow::bail!("--daemon and --out are needed"),
    }
}

fn measure(daemon: &Path, out: &Path, quick: bool, only: &[Row]) -> anyhow::Result<()> {
    let beside = out.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
    fs::create_dir_all(beside).with_context(|| format!("can't make {}", beside.display()))?;
    let mut figures = Vec::new();
    for row in only {
        println!(
            "Measuring: {} ...",
            row.to_possible_value()
                .and_then(|value| value.get_help().map(ToString::to_string))
                .unwrap_or_default()
        );
        let directory = tempfile::tempdir_in(beside).context("can't make a directory for the databases")?;
        figures.extend(row.measure(daemon, directory.path(), quick)?);
    }

    println!("\n{}", figures::table(&figures));
    println!(
        "Each ratio is the median of those of single rounds; product and limit are medians of their own."
    );
    fs::write(out, serde_json::to_string_pretty(&figures)? + "\n")
        .with_context(|| format!("can't write {}", out.display()))?;
    println!("Written to {}.", out.display());
    Ok(())
}
