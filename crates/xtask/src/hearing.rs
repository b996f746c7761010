//! The English voice, given to a recogniser.
//!
//! `tests/hearing/hear.py` has the program say calls and pocketsphinx hear them. What it needs is fetched once, into a
//! Python environment of its own.

use std::{fs, path::PathBuf, process::Command};

use crate::demo;

/// The recogniser with its English model, and what noise and halls are computed with. Nothing else is installed.
const PACKAGES: [&str; 2] = ["pocketsphinx==5.1.1", "numpy==2.4.6"];

/// So many calls, each heard in three conditions: a minute or two on two processors.
const CALLS: &str = "70";

/// How many in a hundred have to be understood: clean, with reverberation, in noise. A little under what the sample
/// gives (docs/hearing.md), since another processor rounds otherwise.
const FLOORS: [&str; 3] = ["92", "88", "95"];

/// Runs it on the voice as it is shipped. `run` is told each command that has something to say.
pub fn check(run: &dyn Fn(&mut Command) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let python = python(run)?;
    let mut hear = Command::new(python);
    hear.arg("tests/hearing/hear.py").args(["--pack", "assets/voices/en-MY.espeak", "--calls", CALLS]);
    hear.arg("--program").arg(std::path::absolute(demo::target_folder())?.join("debug/giliran-voice-pack"));
    hear.arg("--floors").args(FLOORS);
    run(&mut hear)
}

/// A Python that has [`PACKAGES`].
fn python(run: &dyn Fn(&mut Command) -> anyhow::Result<()>) -> anyhow::Result<PathBuf> {
    let folder = std::path::absolute(demo::target_folder().join("tools/hearing"))?;
    let program = folder.join("bin/python");
    let (mark, wanted) = (folder.join(".installed"), PACKAGES.join(" "));
    if fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(program);
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut pip = Command::new(&program);
    // The recogniser asks for a library to record sound with, which nobody needs here.
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]).args(PACKAGES);
    run(&mut pip)?;
    fs::write(mark, wanted)?;
    Ok(program)
}
