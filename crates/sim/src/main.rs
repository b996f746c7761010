//! `giliran-sim`: plays a recorded day against a running daemon, and prints the configuration for it.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use giliran_sim::{
    office::{self, Config, Identity, Server, Store},
    play::Progress,
    record::Source,
    replay::{self, Options, Speed},
    timetable::Timetable,
};
use jiff::civil::Date;

/// Plays real days of real offices against a running daemon.
#[derive(Debug, Parser)]
#[command(name = "giliran-sim", version)]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Plays a recorded day, as its visitors and officers would, and compares what comes of it.
    Replay {
        /// The daemon's address.
        #[arg(long, default_value = "http://127.0.0.1:8080")]
        daemon: String,
        /// The branch's short name.
        #[arg(long)]
        branch: String,
        /// How fast: 1 is as it was, 60 makes a minute a second, max is as fast as the daemon answers. A
        /// daemon without --simulated-clock takes 1 only.
        #[arg(long, default_value = "max")]
        speed: Speed,
        /// Prints the report as JSON instead of the table.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        record: RecordArgs,
    },
    /// Prints the daemon's configuration for a branch in which the recorded day can take place.
    Config {
        /// The short name that the branch gets.
        #[arg(long)]
        branch: String,
        /// The time zone in which the record's seconds are taken.
        #[arg(long, default_value = "Asia/Kuala_Lumpur")]
        time_zone: String,
        /// Where the daemon listens.
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: String,
        /// Where the daemon keeps its log.
        #[arg(long, default_value = "data/giliran.db")]
        store: String,
        #[command(flatten)]
        record: RecordArgs,
    },
}

#[derive(Debug, Args)]
struct RecordArgs {
    /// The table of visits, as .csv or .csv.gz.
    #[arg(long)]
    record: PathBuf,
    /// The day, such as 1999-08-18.
    #[arg(long)]
    day: Date,
    /// Only this office of the record; needs --services.
    #[arg(long)]
    office: Option<String>,
    /// The table of services: their names, offices, shared queues and counters.
    #[arg(long)]
    services: Option<PathBuf>,
    /// The table of readings of how many counters were open.
    #[arg(long)]
    readings: Option<PathBuf>,
}

impl RecordArgs {
    fn source(self) -> Source {
        let Self { record, day, office, services, readings } = self;
        Source { record, day, office, services, readings }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    run(Cli::parse().command).await.unwrap_or_else(|error| {
        eprintln!("giliran-sim: {error:#}");
        ExitCode::FAILURE
    })
}

async fn run(task: Task) -> anyhow::Result<ExitCode> {
    match task {
        Task::Replay { daemon, branch, speed, json, record } => {
            let options = Options { daemon, branch, source: record.source(), speed };
            replay_day(&options, json).await
        }
        Task::Config { branch, time_zone, listen, store, record } => {
            print_config(&record.source(), &Identity { id: branch, time_zone }, &listen, &store)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

#[expect(clippy::print_stdout, reason = "the report is what the program is for")]
async fn replay_day(options: &Options, json: bool) -> anyhow::Result<ExitCode> {
    let report = replay::run(options, |progress| eprintln!("{}", line(progress))).await?;
    if json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{report}");
    }
    Ok(if report.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[expect(clippy::print_stdout, reason = "the configuration goes where the caller sends it")]
fn print_config(source: &Source, identity: &Identity, listen: &str, store: &str) -> anyhow::Result<()> {
    let record = source.read()?;
    let rules = office::rules(&record, &Timetable::of(&record), identity)?;
    let config = Config { server: Server { listen }, store: Store { path: store }, branches: [&rules] };
    println!(
        "# The branch for replaying {} of {}; to be served with --simulated-clock.",
        source.day,
        source.record.display()
    );
    print!("{}", toml::to_string(&config).context("the configuration has no TOML form")?);
    Ok(())
}

fn line(progress: Progress) -> String {
    let Progress { at, issued, served, waiting, busy } = progress;
    format!("{at}  {issued:>5} numbers  {served:>5} served  {waiting:>4} wait  {busy:>3} at counters")
}
