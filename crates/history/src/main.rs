//! `giliran-history`: judges a recording of what clients saw by the log that is there afterwards.

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;

/// Judges what clients saw by the log. Ends with 0 if nothing is wrong, with 1 if something is, with 2 if there
/// is nothing to judge.
#[derive(Debug, Parser)]
#[command(name = "giliran-history", version)]
struct Cli {
    /// The daemon's database. The daemon must have ended.
    #[arg(long)]
    database: PathBuf,
    /// The branch's short name.
    #[arg(long)]
    branch: String,
    /// What clients saw, as lines of JSON.
    #[arg(long)]
    recording: PathBuf,
    /// Prints the verdict as JSON.
    #[arg(long)]
    json: bool,
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "the verdict is what the program is for")]
async fn main() -> ExitCode {
    let Cli { database, branch, recording, json } = Cli::parse();
    let judged = giliran_history::judge_files(&database, &branch, &recording).await;
    let verdict = match judged {
        Ok(verdict) => verdict,
        Err(error) => {
            eprintln!("giliran-history: {:#}", anyhow::Error::from(error));
            return ExitCode::from(2);
        }
    };
    if json {
        println!("{}", serde_json::to_string_pretty(&verdict).unwrap_or_default());
    } else {
        print!("{verdict}");
    }
    if verdict.is_content() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
