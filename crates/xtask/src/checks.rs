//! `cargo xtask test`: every check there is, with what it took and what came of it.
//!
//! Two lanes run side by side: what cargo does keeps the processors busy, what npm does mostly waits for
//! the network. Steps that need both come last. A step that fails does not stop those that do not need it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};

use crate::{
    contract,
    counts::Counts,
    demo::target_folder,
    hearing,
    node::Node,
    process::{self, Output, Stopped},
    supply, system,
};

/// The pages' source.
const PAGES: &str = "crates/web/pages";

/// The OpenID provider that single sign-on is tested with.
const PROVIDER: &str = "crates/oidc/tests/provider";

#[derive(clap::Args)]
pub struct Options {
    /// Run this step alone; may be given several times
    #[arg(long, value_name = "STEP", value_parser = step_names())]
    only: Vec<String>,
}

/// One check.
struct Step {
    name: &'static str,
    /// To be read after the name.
    about: &'static str,
    /// Steps without which this one makes no sense.
    needs: &'static [&'static str],
    run: fn(&Tools, &Report<'_>) -> anyhow::Result<()>,
}

/// What cargo does.
const RUST: &[Step] = &[
    Step { name: "format", about: "the code is formatted", needs: &[], run: format },
    Step {
        name: "supply",
        about: "what it is made of: terms, sources, nothing unsafe of ours",
        needs: &[],
        run: supply,
    },
    Step { name: "lint", about: "clippy has nothing to say", needs: &[], run: lint },
    Step { name: "silent", about: "the loudspeaker builds without a sound device", needs: &[], run: silent },
    Step { name: "build", about: "programs and tests", needs: &[], run: build },
    Step { name: "test", about: "unit, property and whole-system tests", needs: &["build"], run: test },
    Step { name: "doctest", about: "examples in the documentation", needs: &["build"], run: doctest },
];

/// What npm does.
const NODE: &[Step] = &[
    Step { name: "pages-install", about: "what the pages are built with", needs: &[], run: pages_install },
    Step {
        name: "pages-check",
        about: "types, texts, contrast and size; what is committed as built is what its source gives",
        needs: &["pages-install"],
        run: pages_check,
    },
    Step { name: "pages-test", about: "the pages' unit tests", needs: &["pages-install"], run: pages_test },
];

/// What needs the whole machine.
const BOTH: &[Step] = &[
    Step {
        name: "contract",
        about: "the daemon answers as the description of its interface says, whatever it is sent",
        needs: &["build"],
        run: contract,
    },
    Step {
        name: "hearing",
        about: "a recogniser understands the English voice, clean, in a hall and in noise",
        needs: &["build"],
        run: hearing,
    },
    Step {
        name: "browser",
        about: "the pages in a real browser, on a real daemon",
        needs: &["build", "pages-install"],
        run: browser,
    },
];

fn steps() -> impl Iterator<Item = &'static Step> {
    [RUST, NODE, BOTH].into_iter().flatten()
}

fn step_names() -> clap::builder::PossibleValuesParser {
    steps().map(|step| step.name).collect::<Vec<_>>().into()
}

/// What the steps work with.
struct Tools {
    node: Option<Node>,
    nextest: bool,
}

impl Tools {
    fn npm(&self, arguments: &[&str]) -> anyhow::Result<Command> {
        self.npm_in(PAGES, arguments)
    }

    fn npm_in(&self, folder: &str, arguments: &[&str]) -> anyhow::Result<Command> {
        let node = self.node.as_ref().context("Node was not set up")?;
        let mut npm = node.npm(Path::new(folder));
        npm.args(arguments);
        Ok(npm)
    }

    /// Fetches what a folder needs, unless what is there was fetched for this very lock file.
    fn install(
        &self,
        folder: &str,
        run: impl FnOnce(&mut Command) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let path = Path::new(folder);
        let wanted = fs::read(path.join("package-lock.json")).context("there is no package-lock.json")?;
        let mark = path.join("node_modules/.installed-for");
        if fs::read(&mark).is_ok_and(|installed| installed == wanted) {
            return Ok(());
        }
        run(&mut self.npm_in(folder, &["ci"])?)?;
        fs::write(mark, wanted).context("can't write into node_modules")
    }
}

/// How a step ended.
enum End {
    Passed,
    Failed,
    Skipped,
}

struct Outcome {
    name: &'static str,
    end: End,
    took: Duration,
    counts: Counts,
}

/// Runs every check, or those that were asked for.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let wanted = |step: &&Step| options.only.is_empty() || options.only.iter().any(|name| name == step.name);
    let begun = Instant::now();
    println!("[set-up] what the checks need");
    let tools = set_up(steps().filter(wanted))?;
    println!("[set-up] took {}", seconds(begun.elapsed()));

    let outcomes = Mutex::new(BTreeMap::new());
    let lane = |steps: &'static [Step]| -> anyhow::Result<()> {
        steps.iter().filter(wanted).try_for_each(|step| take(step, &tools, &outcomes))
    };
    thread::scope(|scope| {
        let pages = scope.spawn(|| lane(NODE));
        let rust = lane(RUST);
        let pages = pages.join().unwrap_or_else(|_| bail!("the pages' lane broke off"));
        rust.and(pages)
    })?;
    lane(BOTH)?;

    let outcomes = outcomes.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    summary(outcomes.values(), begun.elapsed())
}

/// Everything that the steps need and that is not a crate or a package of npm's.
fn set_up<'a>(steps: impl Iterator<Item = &'a Step>) -> anyhow::Result<Tools> {
    let names: Vec<_> = steps.map(|step| step.name).collect();
    let any = |of: &[&str]| of.iter().any(|name| names.contains(name));
    let mut needs = Vec::new();
    if any(&["lint", "build", "silent", "test", "doctest"]) {
        needs.extend([system::C_COMPILER, system::PKG_CONFIG, system::SOUND]);
    }
    if any(&["browser"]) {
        needs.extend([system::BROWSER, system::CODE_READER]);
    }
    if any(&["contract", "hearing"]) {
        needs.push(system::PYTHON);
    }
    system::ensure(&needs)?;
    if any(&["test"]) {
        system::wish(system::FAULTS)?;
    }
    if any(&["format"]) {
        component("rustfmt", "fmt")?;
    }
    if any(&["lint"]) {
        component("clippy", "clippy")?;
    }
    let node = if any(&["test", "pages-install", "pages-check", "pages-test", "browser"]) {
        let node = Node::find()?;
        println!("[set-up] Node {}", node.version().unwrap_or_default());
        Some(node)
    } else {
        None
    };
    let nextest = works(process::cargo().args(["nextest", "--version"]));
    println!("[set-up] tests run by {}", if nextest { "cargo-nextest" } else { "cargo test" });
    let tools = Tools { node, nextest };
    if any(&["test"]) {
        println!("[set-up] the provider that single sign-on is tested with");
        tools
            .install(PROVIDER, |npm| process::run(npm, Output::Lines(&|line| println!("[set-up] {line}"))))?;
    }
    Ok(tools)
}

/// A part of the Rust toolchain that a minimal installation leaves out.
fn component(name: &str, subcommand: &str) -> anyhow::Result<()> {
    if works(process::cargo().args([subcommand, "--version"])) {
        return Ok(());
    }
    if system::on_path("rustup").is_none() {
        bail!("`cargo {subcommand}` is missing; install {name} for your Rust");
    }
    println!("[set-up] adding {name} to the Rust toolchain");
    process::run(Command::new("rustup").args(["component", "add", name]), Output::Shown)
}

fn works(command: &mut Command) -> bool {
    process::run(command, Output::Dropped).is_ok()
}

/// Runs a step and keeps what came of it; an error only when somebody asked for a stop.
fn take(
    step: &'static Step,
    tools: &Tools,
    outcomes: &Mutex<BTreeMap<usize, Outcome>>,
) -> anyhow::Result<()> {
    let place = steps().position(|other| other.name == step.name).unwrap_or(usize::MAX);
    let keep = |end, took, counts| {
        let mut outcomes = outcomes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        outcomes.insert(place, Outcome { name: step.name, end, took, counts });
    };
    let lost = {
        let outcomes = outcomes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let unfit = |outcome: &&Outcome| !matches!(outcome.end, End::Passed);
        outcomes.values().filter(unfit).map(|outcome| outcome.name).find(|name| step.needs.contains(name))
    };
    if let Some(lost) = lost {
        println!("[{}] skipped: `{lost}` did not work", step.name);
        keep(End::Skipped, Duration::ZERO, Counts::default());
        return Ok(());
    }
    println!("[{}] begins: {}", step.name, step.about);
    let begun = Instant::now();
    let report = Report { step: step.name, counts: Mutex::default() };
    let result = (step.run)(tools, &report);
    let took = begun.elapsed();
    let mut counts = *report.counts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    match result {
        Ok(()) if counts.failed == 0 => {
            println!("[{}] passed in {}", step.name, seconds(took));
            keep(End::Passed, took, counts);
        }
        Err(error) if error.is::<Stopped>() => return Err(error),
        result => {
            if let Err(error) = result {
                println!("[{}] {error:#}", step.name);
            }
            println!("[{}] FAILED after {}", step.name, seconds(took));
            // A check that counts nothing is one check.
            counts.failed = counts.failed.max(1);
            keep(End::Failed, took, counts);
        }
    }
    Ok(())
}

/// What a step says and counts while it runs.
struct Report<'a> {
    step: &'a str,
    counts: Mutex<Counts>,
}

impl Report<'_> {
    /// Runs a program; its lines are shown behind the step's name.
    fn run(&self, command: &mut Command) -> anyhow::Result<()> {
        process::run(command, Output::Lines(&|line| println!("[{}] {line}", self.step)))
    }

    /// Runs a test runner and adds up what it says of itself.
    fn run_tests(&self, command: &mut Command) -> anyhow::Result<()> {
        self.run_tests_and(command, &|_| ())
    }

    /// The same, and shows its lines to somebody.
    fn run_tests_and(&self, command: &mut Command, look: &(dyn Fn(&str) + Sync)) -> anyhow::Result<()> {
        process::run(
            command,
            Output::Lines(&|line| {
                println!("[{}] {line}", self.step);
                look(line);
                if let Some(counts) = Counts::of_line(line) {
                    *self.counts.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += counts;
                }
            }),
        )
    }
}

/// cargo, on the whole workspace with every feature: the loudspeaker's sound device, the maker of voices.
fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = process::cargo();
    cargo.args(arguments).args(["--locked", "--workspace", "--all-features"]);
    cargo
}

fn format(_: &Tools, report: &Report<'_>) -> anyhow::Result<()> {
    report.run(process::cargo().args(["fmt", "--all", "--check"]))
}

fn lint(_: &Tools, report: &Report<'_>) -> anyhow::Result<()> {
    report.run(cargo(&["clippy", "--all-targets"]).args(["--", "--deny", "warnings"]))
}

fn supply(_: &Tools, report: &Report<'_>) -> anyhow::Result<()> {
    supply::check(&|line| println!("[{}] {line}", report.step))
}

/// The whole workspace again, because cargo then has what it depends on ready from the step before.
fn silent(_: &Tools, report: &Report<'_>) -> anyhow::Result<()> {
    let mut cargo = process::cargo();
    cargo.args(["clippy", "--locked", "--workspace", "--all-targets", "--no-default-features"]);
    report.run(cargo.args(["--", "--deny", "warnings"]))
}

/// Programs and tests in one go: the whole-system tests run the programs, and both share what they
/// depend on only when cargo is asked for both at once.
fn build(_: &Tools, report: &Report<'_>) -> anyhow::Result<()> {
    report.run(&mut cargo(&["build", "--bins", "--tests"]))
}

fn test(tools: &Tools, report: &Report<'_>) -> anyhow::Result<()> {
    // What a test says of itself is not shown where it passes, and not to have been run is no failure.
    let skipped = std::path::absolute(target_folder())?.join("tests-not-run");
    fs::write(&skipped, "").context("can't write into the target folder")?;
    let mut tests = if tools.nextest {
        cargo(&["nextest", "run", "--no-fail-fast"])
    } else {
        cargo(&["test", "--bins", "--lib", "--tests", "--no-fail-fast"])
    };
    let ended = report.run_tests(tests.env("GILIRAN_SKIPPED", &skipped));
    for line in fs::read_to_string(&skipped).unwrap_or_default().lines() {
        println!("[{}] {line}", report.step);
    }
    ended
}

/// cargo-nextest does not run them.
fn doctest(_: &Tools, report: &Report<'_>) -> anyhow::Result<()> {
    report.run_tests(&mut cargo(&["test", "--doc", "--no-fail-fast"]))
}

fn pages_install(tools: &Tools, report: &Report<'_>) -> anyhow::Result<()> {
    tools.install(PAGES, |npm| report.run(npm))
}

/// Builds beside the committed pages, which stay as they are: a change of them would make cargo, in the
/// other lane, build the daemon again.
fn pages_check(tools: &Tools, report: &Report<'_>) -> anyhow::Result<()> {
    report.run(&mut tools.npm(&["run", "check"])?)
}

fn pages_test(tools: &Tools, report: &Report<'_>) -> anyhow::Result<()> {
    report.run_tests(&mut tools.npm(&["test"])?)
}

fn contract(_: &Tools, report: &Report<'_>) -> anyhow::Result<()> {
    contract::check(&|command| report.run(command))
}

fn hearing(_: &Tools, report: &Report<'_>) -> anyhow::Result<()> {
    hearing::check(&|command| report.run(command))
}

/// Runs files with a failed test once more: a browser, a daemon and whatever else the machine does share two processors
/// for half an hour. What passes then is named as flaky, as cargo-nextest does, and is to be mended.
fn browser(tools: &Tools, report: &Report<'_>) -> anyhow::Result<()> {
    let mut npm = tools.npm(&["run", "test:browser"])?;
    if let Some(browser) = system::browser() {
        npm.env("CHROMIUM", browser);
    }
    npm.env("GILIRAN_DAEMON", std::path::absolute(target_folder())?.join("debug/giliran"));
    let failed = Mutex::new(BTreeSet::new());
    let ended = report.run_tests_and(&mut npm, &|line| {
        if let Some(file) = failed_in(line) {
            failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(file.to_owned());
        }
    });
    let files = failed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    if ended.is_ok() || files.is_empty() {
        return ended;
    }
    let counts = || report.counts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let first = std::mem::take(&mut *counts());
    let files = files.into_iter().collect::<Vec<_>>().join(" ");
    println!("[{}] {} failed; once more: {files}", report.step, first.failed);
    let ended = report.run_tests(npm.env("FILES", files));
    let mut counts = counts();
    let flaky = first.failed.saturating_sub(counts.failed);
    println!("[{}] flaky: {flaky} passed the second time", report.step);
    counts.passed = first.passed + flaky;
    ended
}

/// The file that Node's runner says a test failed in.
fn failed_in(line: &str) -> Option<&str> {
    let place = line.trim().strip_prefix("location: '")?;
    let at = place.find(".test.mjs")? + ".test.mjs".len();
    let file = place.get(..at)?;
    file.get(file.find("test/browser/")?..)
}

/// The table of steps and, in the last line, how many tests passed and failed.
fn summary<'a>(outcomes: impl Iterator<Item = &'a Outcome>, took: Duration) -> anyhow::Result<()> {
    println!("\n{:<15}{:<10}{:>9}{:>9}{:>8}", "step", "result", "time", "passed", "failed");
    let mut total = Counts::default();
    let mut sound = true;
    for Outcome { name, end, took, counts } in outcomes {
        let result = match end {
            End::Passed => "passed",
            End::Failed => "FAILED",
            End::Skipped => "skipped",
        };
        sound &= matches!(end, End::Passed);
        let number = |count: u32| if count == 0 { "-".to_owned() } else { count.to_string() };
        println!(
            "{name:<15}{result:<10}{:>9}{:>9}{:>8}",
            seconds(*took),
            number(counts.passed),
            number(counts.failed)
        );
        total += *counts;
    }
    println!("{:<25}{:>9}\n", "all", seconds(took));
    println!("{} passed, {} failed", total.passed, total.failed);
    if sound { Ok(()) } else { Err(ChecksFailed.into()) }
}

/// Some check failed; the summary has said which.
#[derive(Debug)]
pub struct ChecksFailed;

impl std::fmt::Display for ChecksFailed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not every check passed")
    }
}

impl std::error::Error for ChecksFailed {}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{failed_in, steps};

    #[test]
    fn the_file_of_a_failed_test_is_known() {
        let line = "  location: '/srv/giliran/crates/web/pages/test/browser/wall.test.mjs:12:1'";
        assert_eq!(failed_in(line), Some("test/browser/wall.test.mjs"));
        assert_eq!(failed_in("  location: 'node:internal'"), None);
        assert_eq!(failed_in("ok 1 - a location"), None);
    }

    #[test]
    fn a_step_needs_only_steps_of_other_names_that_exist() {
        let names: BTreeSet<_> = steps().map(|step| step.name).collect();
        assert_eq!(names.len(), steps().count(), "two steps have the same name");
        for step in steps() {
            for need in step.needs {
                assert!(names.contains(need) && *need != step.name, "{} needs {need}", step.name);
            }
        }
    }
}
