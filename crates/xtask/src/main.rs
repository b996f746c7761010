//! The commands of a checkout, for whoever has Rust and nothing else.
//!
//! - `cargo xtask run` shows the whole thing at work on a sample office ([`demo`]).
//! - `cargo xtask test` runs every check there is ([`checks`]).
//! - `cargo xtask sbom` lists what the programs are made of ([`supply`]).
//!
//! Both see to what they need ([`system`], [`node`]), say what they are doing, and can be run again at no
//! cost. Nothing outlives them: what they started ends with them ([`process`]).
#![expect(clippy::print_stdout, reason = "these commands talk to the person who typed them")]

mod checks;
mod contract;
mod counts;
mod demo;
mod hearing;
mod node;
mod process;
mod supply;
mod system;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Runs and tests this checkout of Giliran", version)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build everything and open a sample office for business, here and now. Ctrl-C closes it
    Run(demo::Options),
    /// Run every check: formatting, lints, tests, the pages in a real browser
    Test(checks::Options),
    /// Measure tickets per second and the time from a call to the display, beside the machine's own limit
    Bench(BenchOptions),
    /// List all that is shipped, with versions, terms and checksums, in the form of CycloneDX
    Sbom {
        /// The file to write
        #[arg(long, value_name = "FILE", default_value = "target/giliran.cdx.json")]
        out: PathBuf,
    },
}

#[derive(clap::Args)]
struct BenchOptions {
    /// What the benchmark itself understands; `--help` says what that is
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<process::Stopped>() => {
            println!("\nStopped.");
            ExitCode::from(130) // what a shell expects after Ctrl-C
        }
        // The summary has said it, and its last line stays the last.
        Err(error) if error.is::<checks::ChecksFailed>() => ExitCode::FAILURE,
        Err(error) => {
            println!("\nError: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    let checkout = checkout()?;
    std::env::set_current_dir(&checkout)
        .with_context(|| format!("can't go to the checkout at {}", checkout.display()))?;
    process::watch_for_stop()?;
    match arguments.task {
        Task::Run(options) => demo::run(&options),
        Task::Test(options) => checks::run(&options),
        Task::Bench(options) => bench(&options),
        Task::Sbom { out } => supply::write_sbom(&out),
    }
}

/// Figures of anything but a release build mislead.
fn bench(options: &BenchOptions) -> anyhow::Result<()> {
    system::ensure(&[system::C_COMPILER])?;
    println!("Building for release (the first time takes some minutes)");
    let mut build = process::cargo();
    build.args([
        "build",
        "--release",
        "--locked",
        "--package",
        "giliran-daemon",
        "--package",
        "giliran-bench",
    ]);
    process::run(&mut build, process::Output::Shown)?;
    let folder = demo::target_folder().join("release");
    let mut bench = std::process::Command::new(folder.join("giliran-bench"));
    bench.arg("--daemon").arg(folder.join("giliran"));
    bench.arg("--out").arg(demo::target_folder().join("bench.json"));
    bench.args(&options.arguments);
    process::run(&mut bench, process::Output::Shown)
}

/// The root of the checkout that this program was built in.
fn checkout() -> anyhow::Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.ancestors().nth(2).context("this crate is not two levels below the checkout")?;
    Ok(root.to_path_buf())
}
