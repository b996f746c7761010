//! `giliran-sim`: plays a recorded day against a running daemon and prints the configuration for it, plays a
//! synthetic day of any office, a month of them, kills of the daemon under load, and chaos against the rules;
//! measures the forecast on recorded days.

mod scores;
mod trials;

use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant, SystemTime},
};

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use giliran_sim::{
    chaos::{self, Counts},
    day,
    office::{self, Config, Identity, Server, Store},
    play::Progress,
    record::Source,
    replay::{self, Options, Speed},
    staff,
    timetable::Timetable,
};
use jiff::civil::Date;
use scores::ScoreArgs;
use trials::{KillsArgs, SoakArgs};

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
    /// Plays a synthetic day of a configured office, at its own size, against a daemon that was started with
    /// --simulated-clock.
    Day(DayArgs),
    /// Plays random offices with faults of every kind against the rules and a plain model of them, in simulated
    /// time. A seed that finds something is printed and ends it.
    Chaos(ChaosArgs),
    /// Starts a daemon, kills it under load and starts it again, many times, and judges what its clients saw by the
    /// log.
    Kills(KillsArgs),
    /// Starts a daemon and plays many days of a configured office, with all its clients; judges what they saw by the
    /// log, and whether the daemon took more of the machine from day to day.
    Soak(SoakArgs),
    /// Tries ways to staff a configured office on many simulated days: the forecast's advice, obeyed, beside what offices
    /// do without it.
    Staff(StaffArgs),
    /// Measures the waiting times that are told on recorded days, beside simpler estimators.
    Score(ScoreArgs),
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
struct DayArgs {
    /// The daemon's configuration file.
    #[arg(long)]
    config: PathBuf,
    /// The branch's short name; the first of the file without.
    #[arg(long)]
    branch: Option<String>,
    /// The daemon's address.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    daemon: String,
    /// The date; one on which the office is open, and which the daemon's time has not come to.
    #[arg(long, default_value = "2026-11-25")]
    day: Date,
    /// What decides who comes and when.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How fast, as for a replay.
    #[arg(long, default_value = "max")]
    speed: Speed,
    /// Prints the report as JSON instead of the table.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct StaffArgs {
    /// The daemon's configuration file.
    #[arg(long)]
    config: PathBuf,
    /// The branch's short name; the first of the file without.
    #[arg(long)]
    branch: Option<String>,
    /// How many days are counted.
    #[arg(long, default_value_t = 200)]
    days: u32,
    /// How many days before them are learned from.
    #[arg(long, default_value_t = 30)]
    history: u32,
    /// What decides who comes.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The first day, if the office is open on it.
    #[arg(long, default_value = "2026-01-05")]
    first: Date,
    /// Prints the report as JSON instead of the table.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct ChaosArgs {
    /// For how long; fresh seeds one after another.
    #[arg(long, conflicts_with = "seeds")]
    seconds: Option<u64>,
    /// The seed, or the first of them; without, one that nobody has seen.
    #[arg(long)]
    seed: Option<u64>,
    /// How many seeds; 1 where a seed is given, else 200.
    #[arg(long)]
    seeds: Option<u64>,
    /// Prints how often each path was taken.
    #[arg(long)]
    counts: bool,
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
        Task::Day(DayArgs { config, branch, daemon, day, seed, speed, json }) => {
            play_day(&day::Options { daemon, config, branch, day, seed, speed }, json).await
        }
        Task::Chaos(options) => Ok(play_chaos(&options)),
        Task::Staff(options) => try_staffing(options),
        Task::Kills(options) => trials::kill(options).await,
        Task::Score(options) => scores::score(&options),
        Task::Soak(options) => trials::soak(options).await,
        Task::Config { branch, time_zone, listen, store, record } => {
            print_config(&record.source(), &Identity { id: branch, time_zone }, &listen, &store)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

#[expect(clippy::print_stdout, reason = "the report is what the program is for")]
fn try_staffing(options: StaffArgs) -> anyhow::Result<ExitCode> {
    let StaffArgs { config, branch, days, history, seed, first, json } = options;
    let rules = day::rules(&config, branch.as_deref())?;
    let options = staff::Options { days, history, seed, first };
    let report = staff::run(&rules, &options, |way| eprintln!("{way} ..."))?;
    if json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{report}");
    }
    Ok(ExitCode::SUCCESS)
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

/// From how many seeds on every path must have been taken.
const ENOUGH: u64 = 200;

#[expect(clippy::print_stdout, reason = "the report is what the program is for")]
async fn play_day(options: &day::Options, json: bool) -> anyhow::Result<ExitCode> {
    let report = day::run(options).await?;
    if json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{report}");
    }
    Ok(if report.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[expect(clippy::print_stdout, reason = "what was found is what the program is for")]
fn play_chaos(options: &ChaosArgs) -> ExitCode {
    let by_clock = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let fresh = u64::try_from(by_clock.as_millis()).unwrap_or(0);
    let first = options.seed.unwrap_or(fresh);
    let one = if options.seed.is_some() { 1 } else { ENOUGH };
    let most = options.seconds.map_or(options.seeds.unwrap_or(one), |_| u64::MAX);
    let until = options.seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let (mut counts, mut played, mut entries) = (Counts::default(), 0_u64, 0);
    while played < most && until.is_none_or(|until| Instant::now() < until) {
        match chaos::play_twice(first.wrapping_add(played)) {
            Ok(seed) => {
                counts.merge(&seed.counts);
                entries += seed.log.len();
            }
            Err(failed) => {
                println!("{failed}");
                return ExitCode::FAILURE;
            }
        }
        played += 1;
    }
    if options.counts {
        print!("{counts}");
    }
    println!("{played} seeds from {first} on, {entries} entries: nothing wrong found");
    let missing = counts.missing();
    if played >= ENOUGH && !missing.is_empty() {
        println!("paths that were never taken: {}", missing.join(", "));
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
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
