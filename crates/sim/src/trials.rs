//! The simulations that start the daemon themselves: kills, and a month of days.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::Args;
use giliran_sim::{kills, program::Program, soak};
use jiff::civil::Date;
use serde::Serialize;
use tempfile::TempDir;

/// Where the daemon is, and what stays.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The daemon's program; the one beside this program without.
    #[arg(long)]
    program: Option<PathBuf>,
    /// Where database and recording are made, and stay; a folder that is gone afterwards without.
    #[arg(long)]
    keep: Option<PathBuf>,
    /// Prints the report as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct KillsArgs {
    /// How often the daemon is killed.
    #[arg(long, default_value_t = 2_000)]
    rounds: u32,
    /// What decides who does what, and when it is killed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct SoakArgs {
    /// The daemon's configuration file.
    #[arg(long)]
    config: PathBuf,
    /// The branch's short name; the first of the file without.
    #[arg(long)]
    branch: Option<String>,
    /// How many days on which the office is open.
    #[arg(long, default_value_t = 30)]
    days: usize,
    /// The first day that may be one of them.
    #[arg(long, default_value = "2026-11-23")]
    from: Date,
    /// What decides who comes and when.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    place: Place,
}

impl Place {
    /// The daemon's program and the folder; a temporary one is gone when the last is dropped.
    fn make(&self) -> anyhow::Result<(PathBuf, PathBuf, Option<TempDir>)> {
        let program = self.program.clone().map_or_else(Program::beside_this, Ok)?;
        if let Some(keep) = &self.keep {
            std::fs::create_dir_all(keep).with_context(|| format!("{} can't be made", keep.display()))?;
            return Ok((program, keep.clone(), None));
        }
        let folder = TempDir::new().context("no temporary folder can be made")?;
        Ok((program, folder.path().to_owned(), Some(folder)))
    }

    #[expect(clippy::print_stdout, reason = "the report is what the program is for")]
    fn print(
        &self,
        report: &(impl Serialize + std::fmt::Display),
        content: bool,
    ) -> anyhow::Result<ExitCode> {
        if self.json {
            println!("{}", serde_json::to_string_pretty(report)?);
        } else {
            print!("{report}");
        }
        Ok(if content { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

pub(crate) async fn kill(KillsArgs { rounds, seed, place }: KillsArgs) -> anyhow::Result<ExitCode> {
    let (program, folder, _gone_afterwards) = place.make()?;
    let options = kills::Options { program, folder, rounds, seed };
    let report = kills::run(&options, |kills| eprintln!("{kills} kills")).await?;
    place.print(&report, report.is_content())
}

pub(crate) async fn soak(options: SoakArgs) -> anyhow::Result<ExitCode> {
    let SoakArgs { config, branch, days, from, seed, place } = options;
    let (program, folder, _gone_afterwards) = place.make()?;
    let options = soak::Options { program, config, branch, folder, days, from, seed };
    let told = |day: &soak::Day| {
        eprintln!("{}: {} tickets, {} KiB resident", day.date, day.tickets, day.takes.resident_kib);
    };
    let report = soak::run(&options, told).await?;
    place.print(&report, report.is_content())
}
