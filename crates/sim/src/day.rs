//! A synthetic day of any configured office, at its own size, against a running daemon through its real interfaces.
//!
//! - [`plan`]: who comes, when and for what, out of a seed.
//! - [`play`]: the counters' day, at a [`Desk`](crate::play::Desk).
//!
//! The checks are those of a replay: every arrival gets one number or is turned away by a quota, no number stands
//! twice among the living, every call is shown once and in order, nobody is lost, and the supervisor's picture
//! is what really happened.

pub mod plan;
pub mod play;

use std::{fmt, fs, path::PathBuf};

use anyhow::Context;
use giliran_client::Api;
use giliran_core::Rules;
use giliran_history::Recorder;
use giliran_protocol::view::{Audience, TallyView};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::{
    checks,
    replay::{Clock, DaemonDesk, Speed},
    watch::Watcher,
};
use plan::Plan;
use play::Books;

/// Which day to play, where and how fast.
#[derive(Debug, Clone)]
pub struct Options {
    /// The daemon, such as `http://127.0.0.1:8080`; it goes by a simulated clock.
    pub daemon: String,
    /// Its configuration.
    pub config: PathBuf,
    /// The branch; none means the first.
    pub branch: Option<String>,
    /// The date.
    pub day: Date,
    /// What decides the day.
    pub seed: u64,
    /// How fast.
    pub speed: Speed,
}

/// What came of a day.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    /// The branch.
    pub branch: String,
    /// How many counters it has.
    pub counters: usize,
    /// The seed.
    pub seed: u64,
    /// Who asked for a number.
    pub arrivals: u32,
    /// Numbers given out.
    pub tickets: u32,
    /// Who was turned away because the day's numbers were used up.
    pub turned_away: u32,
    /// Visits that were done.
    pub served: u32,
    /// Services that were done: a visit may have several.
    pub legs: u32,
    /// Who was called and did not come.
    pub no_shows: u32,
    /// Calls, each ticket's first at each counter.
    pub calls: usize,
    /// The median of the waits for the first call, in seconds; of those who waited at all.
    pub wait_p50_s: u32,
    /// The 90th percentile.
    pub wait_p90_s: u32,
    /// The longest.
    pub wait_max_s: u32,
    /// How many of a hundred were called within their service's promise; none where nothing is promised.
    pub within_charter_percent: Option<f64>,
    /// Commands that were sent.
    pub commands: u64,
    /// How long it took by the wall clock, in seconds.
    pub took_s: f64,
    /// What must not be and was; empty if all is well.
    pub faults: Vec<String>,
}

impl Report {
    /// The figures of a day that was played.
    pub fn of(rules: &Rules, seed: u64, books: &Books) -> Self {
        let share = f64::from(books.kept) * 100.0 / f64::from(books.promised.max(1));
        let mut faults = books.faults.clone();
        if books.arrivals != books.issued + books.turned_away {
            faults.push(format!("{} came, {} got a number", books.arrivals, books.issued));
        }
        if books.issued != books.served + books.missed {
            faults.push(format!(
                "{} got a number, {} were served or missed",
                books.issued,
                books.served + books.missed
            ));
        }
        Self {
            branch: rules.id.to_string(),
            counters: rules.counters.len(),
            seed,
            arrivals: books.arrivals,
            tickets: books.issued,
            turned_away: books.turned_away,
            served: books.served,
            legs: books.legs,
            no_shows: books.missed,
            calls: books.calls.len(),
            wait_p50_s: books.waits.percentile(50),
            wait_p90_s: books.waits.percentile(90),
            wait_max_s: books.waits.percentile(100),
            within_charter_percent: (books.promised > 0).then_some(share),
            commands: books.commands,
            took_s: 0.0,
            faults,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: a day of seed {} at {} counters", self.branch, self.seed, self.counters)?;
        let minutes = |seconds: u32| format!("{}:{:02} min", seconds / 60, seconds % 60);
        let share = self.within_charter_percent.map_or("-".to_owned(), |share| format!("{share:.1} %"));
        let rows = [
            ("arrivals", self.arrivals.to_string()),
            ("tickets", self.tickets.to_string()),
            ("turned away", self.turned_away.to_string()),
            ("served", self.served.to_string()),
            ("services done", self.legs.to_string()),
            ("no-shows", self.no_shows.to_string()),
            ("calls", self.calls.to_string()),
            ("wait, median", minutes(self.wait_p50_s)),
            ("wait, 90 %", minutes(self.wait_p90_s)),
            ("wait, longest", minutes(self.wait_max_s)),
            ("within charter", share),
        ];
        for (name, value) in rows {
            writeln!(f, "{name:<16}{value:>12}")?;
        }
        writeln!(f, "{} commands in {:.1} s", self.commands, self.took_s)?;
        for fault in &self.faults {
            writeln!(f, "FAULT: {fault}")?;
        }
        Ok(())
    }
}

/// Reads the rules of a branch out of a configuration file; of the first where none is named.
///
/// # Errors
/// The file can't be read, or has no such branch.
pub fn rules(config: &PathBuf, branch: Option<&str>) -> anyhow::Result<Rules> {
    #[derive(Deserialize)]
    struct Config {
        branch: Vec<Rules>,
    }
    let text = fs::read_to_string(config).with_context(|| format!("can't read {}", config.display()))?;
    let config: Config =
        toml::from_str(&text).with_context(|| format!("{} is no configuration", config.display()))?;
    let mut branches = config.branch.into_iter();
    let found = branches.find(|rules| branch.is_none_or(|branch| rules.id.as_str() == branch));
    found.context("the configuration has no such branch")
}

/// Plays a day against a daemon. A failed check is not an error but stands in the report's `faults`.
///
/// # Errors
/// The day could not be played.
pub async fn run(options: &Options) -> anyhow::Result<Report> {
    let rules = rules(&options.config, options.branch.as_deref())?;
    let plan = Plan::of(&rules, options.day, options.seed)?;
    of_plan(&options.daemon, &rules, &plan, options.seed, options.speed, None).await
}

/// Plays a planned day against a daemon, and has what is asked and answered written down.
pub(crate) async fn of_plan(
    daemon: &str,
    rules: &Rules,
    plan: &Plan,
    seed: u64,
    speed: Speed,
    recorder: Option<Recorder>,
) -> anyhow::Result<Report> {
    let branch = rules.id.to_string();
    let api = Api::new(daemon)?;
    let (display, _) = Watcher::begin(daemon, &branch, Audience::Display).await?;
    let (supervisor, begin) = Watcher::begin(daemon, &branch, Audience::Supervisor).await?;
    anyhow::ensure!(
        begin.view.tickets.iter().flatten().next().is_none() && begin.view.counters.iter().all(|c| !c.open),
        "a day begins with nobody in the branch and all counters closed"
    );
    checks::before(&begin, plan.day, plan.midnight).map_err(anyhow::Error::msg)?;

    let began = Instant::now();
    let clock = Clock { midnight: Some(plan.midnight), speed, begun: None };
    let mut desk = DaemonDesk { api: api.clone(), branch: branch.clone(), clock, recorder };
    let books = play::play(rules, plan, seed, &mut desk).await?;
    let took = began.elapsed();

    let mut shown = display.end(books.seq).await?;
    let supervised = supervisor.end(books.seq).await?;
    let fresh = api.state(&branch, Audience::Supervisor).await?;

    let mut report = Report { took_s: took.as_secs_f64(), ..Report::of(rules, seed, &books) };
    let recalls = shown.calls.iter().filter(|call| call.attempt > 1).count();
    if recalls != books.recalls as usize {
        report.faults.push(format!("{} calls again, and {recalls} were shown", books.recalls));
    }
    shown.calls.retain(|call| call.attempt == 1);
    report.faults.extend(checks::calls(&books.calls, &shown, Some(plan.midnight)));
    let totals = crate::report::Totals {
        tickets: books.issued,
        served: books.served,
        missed: books.missed,
        ..Default::default()
    };
    let seen = supervised.picture.view();
    report.faults.extend(checks::picture(seen, &fresh.view, &totals, TallyView::default()));
    Ok(report)
}
