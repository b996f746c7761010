//! Programs of the system with which faults are caused, and saying loudly where they are missing.
//!
//! `cargo xtask test` installs them. Somewhere else, or where the system forbids what they do, a test that
//! needs one is not run, and says so: on standard error, and in the file that `GILIRAN_SKIPPED` names.

use std::{
    env,
    fs::OpenOptions,
    io::{self, Write},
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Daemon, Program};

/// The file that is told which tests were not run.
const SKIPPED: &str = "GILIRAN_SKIPPED";

/// Whether a test can be run that needs these programs.
pub fn there_are(test: &str, programs: &[&str]) -> bool {
    let missing: Vec<_> = programs.iter().filter(|name| on_path(name).is_none()).copied().collect();
    if !missing.is_empty() {
        skipped(test, &format!("{} is not installed", missing.join(", ")));
    }
    missing.is_empty()
}

/// Whether this is root; a test that needs root says that it was not run.
pub fn is_root(test: &str) -> bool {
    let root = nix::unistd::geteuid().is_root();
    if !root {
        skipped(test, "only root can do that");
    }
    root
}

/// Says that a test was not run, and why.
pub fn skipped(test: &str, why: &str) {
    let line = format!("NOT RUN: {test}: {why}\n");
    // Nobody listens: then nobody is told.
    let _ = io::stderr().write_all(line.as_bytes());
    if let Some(file) = env::var_os(SKIPPED) {
        let file = OpenOptions::new().create(true).append(true).open(file);
        let _ = file.and_then(|mut file| file.write_all(line.as_bytes()));
    }
}

/// The program of that name on the path, the administrator's part of it too.
fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    folders.map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Has a fault happen to calls of the running daemon from now on, by `strace`: `fault` is what its `inject`
/// takes, such as `fsync:error=EIO:when=3`. Each thread's calls are counted by themselves.
///
/// Dropping what comes back leaves the daemon to itself.
pub async fn inject(daemon: &Daemon, fault: &str) -> Program {
    trace(daemon, fault, Path::new("/dev/null")).await
}

/// The same, with a line in a file for each call.
pub async fn trace(daemon: &Daemon, fault: &str, into: &Path) -> Program {
    let calls = fault.split(':').next().unwrap_or_default();
    let mut strace = Command::new("strace");
    strace.args(["-f", "-e", &format!("trace={calls}"), "-e", &format!("inject={fault}"), "-o"]).arg(into);
    let mut tracer = Program::start(strace.arg("-p").arg(daemon.id().to_string()));
    tracer.logged(1, |line| line.contains("attached")).await;
    tracer
}

/// Runs another test of this program, an ignored one, in namespaces of its own: disks that it mounts and
/// rules of the network that it makes are seen by nobody else and go with it.
///
/// `namespaces` are options of `unshare`, such as `--mount`.
///
/// # Panics
/// If that test fails.
pub fn apart(test: &str, namespaces: &[&str]) {
    let unshare = || {
        let mut command = Command::new("unshare");
        if !nix::unistd::geteuid().is_root() {
            command.args(["--user", "--map-root-user"]);
        }
        command.args(namespaces);
        command
    };
    if !unshare().arg("true").output().is_ok_and(|ended| ended.status.success()) {
        return skipped(test, &format!("the system does not allow `unshare {}`", namespaces.join(" ")));
    }
    let this = env::current_exe().expect("a test knows where its own program is");
    let ran = unshare().arg(this).args(["--ignored", "--exact", "--nocapture", test]).output();
    let ran = ran.expect("unshare was there a moment ago");
    let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    let _ = io::stderr().write_all(&ran.stderr);
    assert!(ran.status.success() && out.contains("1 passed"), "{test}: {out}\n{err}");
}

/// How many rounds of something: what the environment variable says, or else so many.
pub fn rounds(variable: &str, usual: usize) -> usize {
    env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}
