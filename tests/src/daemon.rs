//! The daemon's program, from its start to its end.

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
    thread,
    time::{Duration, Instant},
};

use giliran_client::{Api, State};
use giliran_protocol::{paths, view::Audience};
use nix::sys::signal::Signal;
use tempfile::TempDir;

use crate::{
    BRANCH, office,
    program::{Ended, PATIENCE, Program, copy_database, program},
    write_config,
};

/// How long the daemon may take to end when it is told to: its promise.
const END_WITHIN: Duration = Duration::from_secs(5);

/// A daemon that runs on a folder and a port of its own.
///
/// When it is dropped it is told to end, and the test fails if it does not end well and in time, or if it
/// has logged an error: nothing that a client does is the daemon's error.
pub struct Daemon {
    program: Option<Program>,
    folder: TempDir,
    config: PathBuf,
    branch: String,
    arguments: Vec<String>,
    address: String,
}

impl Daemon {
    /// Starts a daemon for the office of the tests and waits until it is ready.
    pub async fn start() -> Self {
        Self::begin(|folder| (write_config(folder, &office(folder)), BRANCH.to_owned()), &[]).await
    }

    /// Starts a daemon for the office of the tests, with further lines in its section `[server]`.
    pub async fn with_server(lines: &str) -> Self {
        let configure = |folder: &Path| {
            let text = office(folder).replacen("[store]", &format!("{lines}\n\n[store]"), 1);
            (write_config(folder, &text), BRANCH.to_owned())
        };
        Self::begin(configure, &[]).await
    }

    /// Starts a daemon on a simulated clock with that configuration file, for replaying a day.
    pub async fn replaying(config: &Path, branch: &str) -> Self {
        Self::begin(|_| (config.to_owned(), branch.to_owned()), &["--simulated-clock"]).await
    }

    async fn begin(configure: impl FnOnce(&Path) -> (PathBuf, String), arguments: &[&str]) -> Self {
        let folder = TempDir::new().expect("a temporary folder can be made");
        let (config, branch) = configure(folder.path());
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let mut daemon = Self { program: None, folder, config, branch, arguments, address: String::new() };
        daemon.launch().await;
        daemon.ready().await;
        daemon
    }

    /// Starts the program on the folder as it is, and waits until it listens, but not until it is ready.
    pub async fn launch(&mut self) {
        let mut command = Command::new(program("giliran"));
        command.arg("serve").arg("--config").arg(&self.config);
        command.args(["--listen", "127.0.0.1:0", "--database"]).arg(self.database());
        command.args(&self.arguments);
        let mut running = Program::start(&mut command);
        self.address = running.said(|line| line.strip_prefix("listening on ").map(str::to_owned)).await;
        self.program = Some(running);
    }

    /// Waits until the daemon says that it is ready.
    ///
    /// # Panics
    /// If it ends instead, or a minute passes.
    pub async fn ready(&mut self) {
        let since = Instant::now();
        let http = reqwest::Client::builder().no_proxy().build().expect("a client without settings");
        while !http
            .get(format!("{}{}", self.address, paths::READY))
            .send()
            .await
            .is_ok_and(|answer| answer.status().is_success())
        {
            let program = self.program.as_mut().expect("it was launched");
            assert!(program.wait(Duration::ZERO).is_none(), "it ended: {}", program.complaint());
            assert!(since.elapsed() < PATIENCE, "it is not ready: {}", program.complaint());
            tokio::task::yield_now().await;
        }
    }

    /// Its address, such as `http://127.0.0.1:40123`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The address of one of its paths, with the branch's name put in.
    pub fn url(&self, path: &str) -> String {
        format!("{}{}", self.address, paths::of_branch(path, &self.branch))
    }

    /// The branch that it runs.
    pub fn branch(&self) -> &str {
        &self.branch
    }

    /// Commands and questions to it.
    pub fn api(&self) -> Api {
        Api::new(&self.address).expect("the daemon's own address is one")
    }

    /// The branch as a supervisor sees it.
    ///
    /// # Panics
    /// If the daemon does not answer.
    pub async fn state(&self) -> State {
        self.api().state(&self.branch, Audience::Supervisor).await.expect("the daemon answers")
    }

    /// Its folder, which is gone after the test.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its database.
    pub fn database(&self) -> PathBuf {
        self.folder.path().join("office.db")
    }

    /// Copies the database of a daemon that was ended or killed.
    pub fn copy_database(&self, to: &Path) {
        assert!(self.program.is_none(), "a database in use can't be copied");
        copy_database(&self.database(), to);
    }

    /// Tells it to end, and waits until it has.
    ///
    /// # Panics
    /// If it does not end well within five seconds, or has logged an error.
    pub fn end(&mut self) {
        let Some(mut program) = self.program.take() else { return };
        program.signal(Signal::SIGTERM);
        let status = program.wait(END_WITHIN);
        let complaint = program.complaint();
        let status = status.unwrap_or_else(|| panic!("it did not end in time: {complaint}"));
        assert!(status.success(), "it ended with {status}: {complaint}");
        let (_, log) = program.words();
        check_log(&log);
    }

    /// Its process id.
    ///
    /// # Panics
    /// If it does not run.
    pub fn id(&self) -> u32 {
        self.program.as_ref().expect("it runs").id()
    }

    /// What it has logged so far.
    ///
    /// # Panics
    /// If it does not run.
    pub fn log(&self) -> String {
        self.program.as_ref().expect("it runs").complaint()
    }

    /// Waits until it ends by itself, as it does when it can't go on, and gives how and what it said. An
    /// error in its log is no surprise then.
    ///
    /// # Panics
    /// If it goes on for a minute.
    pub fn ended(&mut self) -> Ended {
        let mut program = self.program.take().expect("it runs");
        let status = program.wait(PATIENCE).unwrap_or_else(|| panic!("it goes on: {}", program.complaint()));
        let (stdout, stderr) = program.words();
        Ended { status, stdout, stderr }
    }

    /// Kills it: no goodbye, no last write.
    ///
    /// # Panics
    /// If it was gone already.
    pub fn kill(&mut self) -> ExitStatus {
        let mut program = self.program.take().expect("it runs");
        program.signal(Signal::SIGKILL);
        let status = program.wait(PATIENCE).expect("nobody survives that");
        check_log(&program.words().1);
        status
    }

    /// Starts again on the same folder and waits until it is ready.
    pub async fn restart(&mut self) {
        self.end();
        self.launch().await;
        self.ready().await;
    }
}

fn check_log(log: &[String]) {
    let errors: Vec<_> =
        log.iter().filter(|line| line.contains("ERROR") || line.contains("panicked")).collect();
    assert!(errors.is_empty(), "the daemon logged errors: {errors:#?}");
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if thread::panicking() {
            if let Some(program) = &self.program {
                let log = program.complaint();
                // What a failed test shows; the program itself ends when it is dropped.
                std::io::Write::write_all(&mut std::io::stderr(), log.as_bytes()).unwrap_or_default();
            }
        } else {
            self.end();
        }
    }
}
