//! The command that measures the forecast on recorded days.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::Args;
use giliran_sim::score::{self, Named, Options};

#[derive(Debug, Args)]
pub(crate) struct ScoreArgs {
    /// Tables that are only learned from, before the others: visits or readings, as .csv or .csv.gz. `NAME=FILE` puts a
    /// table into the data set of that name.
    #[arg(long, num_args = 1.., value_name = "[NAME=]FILE")]
    train: Vec<Named>,
    /// Tables whose customers are scored, and learned from as the days go on.
    #[arg(long, num_args = 1.., required = true, value_name = "[NAME=]FILE")]
    score: Vec<Named>,
    /// The name of the data set whose tables have none; without, the first file's.
    #[arg(long)]
    name: Option<String>,
    /// Where one row for each who was scored goes, as CSV.
    #[arg(long)]
    predictions: Option<PathBuf>,
    /// By how many seconds those with priority go before others.
    #[arg(long, default_value_t = 90.0)]
    head_start: f64,
    /// Longer waits are not scored, in seconds; without, an hour where people wait for minutes, else four.
    #[arg(long)]
    longest: Option<f64>,
}

#[expect(clippy::print_stdout, reason = "the report is what the program is for")]
pub(crate) fn score(args: &ScoreArgs) -> anyhow::Result<ExitCode> {
    let options = Options {
        head_start_s: args.head_start.clamp(0.0, 86_400.0),
        longest_s: args.longest,
        offset_s: None,
    };
    let named = |tables: &[Named]| -> Vec<Named> {
        let named =
            |table: &Named| Named { set: table.set.clone().or(args.name.clone()), path: table.path.clone() };
        tables.iter().map(named).collect()
    };
    let reports = score::score(&named(&args.train), &named(&args.score), options)?;
    if let Some(path) = &args.predictions {
        let mut table =
            csv::Writer::from_path(path).with_context(|| format!("can't write {}", path.display()))?;
        for (n, report) in reports.iter().enumerate() {
            report.write_rows(&mut table, n == 0)?;
        }
        table.flush().with_context(|| format!("can't write {}", path.display()))?;
    }
    for report in &reports {
        println!("{report}");
    }
    anyhow::ensure!(!reports.is_empty(), "nobody is scored in these tables");
    Ok(ExitCode::SUCCESS)
}
