//! The description of the interface, held against the daemon that runs.
//!
//! Schemathesis reads the OpenAPI document, sends what it allows and what it does not, and compares: no
//! answer may be a fault of ours, and none may be of a kind that the document does not name. It is
//! fetched once, into a Python environment of its own.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context;

use crate::{demo, process};

/// The version that is known to find what is there and nothing that is not.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";

/// What is compared.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
     response_schema_conformance,response_headers_conformance,negative_data_rejection,unsupported_method";

/// How long it may go on making up requests.
const MOST_SECONDS: &str = "30";

/// Runs it against a daemon of its own. `run` is told each command that has something to say.
pub fn check(run: &dyn Fn(&mut Command) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let tools = std::path::absolute(demo::target_folder().join("tools"))?;
    let program = schemathesis(&tools, run)?;
    let folder = demo::target_folder().join("contract");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let database = folder.join("office.db");
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let daemon = demo::target_folder().join("debug/giliran");
    let further = ["--database", database.to_str().context("the target folder has an odd name")?];
    let (daemon, address) =
        demo::start_daemon(&daemon, Path::new("config/sample-office.toml"), listen, &further)?;
    let branch = demo::first_branch(&address)?;
    let settings = "schemathesis.toml"; // beside the database, where it is run
    // Half of what is sent names what there is; the rest is made up.
    fs::write(folder.join(settings), format!("[parameters]\nbranch = {branch:?}\n"))?;
    let mut ask = Command::new(program);
    ask.args(["--config-file", settings]);
    ask.args(["run", &format!("{address}/api/openapi.json"), "--no-color", "--warnings", "off"]);
    ask.args(["--checks", CHECKS, "--phases", "coverage,fuzzing", "--max-examples", "20"]);
    // The same every time: what fails today fails tomorrow.
    ask.args(["--max-time", MOST_SECONDS, "--seed", "20261122", "--workers", "1"]);
    ask.args(["--suppress-health-check", "all", "--request-timeout", "30"]);
    ask.current_dir(&folder);
    let outcome = run(&mut ask);
    drop(daemon);
    outcome
}

/// The program, fetched if it is not there.
fn schemathesis(tools: &Path, run: &dyn Fn(&mut Command) -> anyhow::Result<()>) -> anyhow::Result<PathBuf> {
    let folder = tools.join("schemathesis");
    let program = folder.join("bin/schemathesis");
    let mark = folder.join(".installed");
    if fs::read_to_string(&mark).is_ok_and(|installed| installed == SCHEMATHESIS) {
        return Ok(program);
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut pip = Command::new(folder.join("bin/python"));
    run(pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", SCHEMATHESIS]))?;
    process::run(Command::new(&program).arg("--version"), process::Output::Dropped)?;
    fs::write(mark, SCHEMATHESIS)?;
    Ok(program)
}
