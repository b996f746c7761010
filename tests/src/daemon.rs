//! The daemon's program, from its start to its end.

use std::{
    fs,
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
    BRANCH, morning_office,
    program::{Ended, PATIENCE, Program, copy_database, program},
    write_config,
};

/// How long the daemon may take to end when it is told to. Its promise is five seconds, on a machine that lets
/// it have a processor meanwhile.
const END_WITHIN: Duration = Duration::from_secs(20);

/// The folder of its copies, where it keeps any.
const BACKUPS: &str = "backups";

/// A daemon that runs on a folder and a port of its own.
///
/// When it is dropped it is told to end, and the test fails if it does not end well and in time, or if it
/// has logged an error: nothing that a client does is the daemon's error.
pub struct Daemon {
    program: Option<Program>,
    folder: TempDir,
    config: PathBuf,
    database: PathBuf,
    branch: String,
    arguments: Vec<String>,
    wrapper: Vec<String>,
    asks: bool,
    environment: Vec<(String, String)>,
    address: String,
}

impl Daemon {
    /// Starts a daemon for the office of the tests and waits until it is ready.
    pub async fn start() -> Self {
        Self::begin(|folder| (write_config(folder, &morning_office(folder)), BRANCH.to_owned()), &[]).await
    }

    /// Starts a daemon for the office of the tests, with further lines in its section `[server]`.
    pub async fn with_server(lines: &str) -> Self {
        let configure = |folder: &Path| {
            let text = morning_office(folder).replacen("[store]", &format!("{lines}\n\n[store]"), 1);
            (write_config(folder, &text), BRANCH.to_owned())
        };
        Self::begin(configure, &[]).await
    }

    /// Starts a daemon for the office of the tests that keeps a copy in the folder [`Daemon::backups`].
    pub async fn with_backup() -> Self {
        let configure = |folder: &Path| {
            let backups = folder.join(BACKUPS);
            fs::create_dir(&backups).expect("a test's own folder can be written");
            let text = morning_office(folder)
                + &format!("\n[store.backup]\nfolder = {backups:?}\nevery = \"100ms\"\n");
            (write_config(folder, &text), BRANCH.to_owned())
        };
        Self::begin(configure, &[]).await
    }

    /// Starts a daemon for the office of the tests that asks everybody who they are, as in a real office; others let
    /// whoever is on this machine do everything. `lines` are further ones, before the branches.
    pub async fn asking(lines: &str) -> Self {
        Self::asking_for(|folder| morning_office(folder).replacen("[log]", &format!("{lines}\n\n[log]"), 1))
            .await
    }

    /// The same with further lines in its section `[server]`.
    pub async fn asking_with_server(lines: &str) -> Self {
        Self::asking_for(|folder| {
            morning_office(folder).replacen("[store]", &format!("{lines}\n\n[store]"), 1)
        })
        .await
    }

    /// The same, with another office `lain` beside.
    pub async fn asking_with_two_branches() -> Self {
        let other = r#"
            [[branch]]
            id = "lain"
            name = { ms = "Pejabat Lain" }
            class = [{ id = "biasa", name = { ms = "Biasa" } }]
            service = [{ id = "bayaran", name = { ms = "Bayaran" }, series = { letters = "B" } }]
            counter = [{ id = "kaunter-1", number = 1, services = ["bayaran"] }]
        "#;
        Self::asking_for(|folder| morning_office(folder) + other).await
    }

    async fn asking_for(text: impl FnOnce(&Path) -> String) -> Self {
        let configure = |folder: &Path| (write_config(folder, &text(folder)), BRANCH.to_owned());
        let mut daemon = Self::at_rest(configure, &[]);
        daemon.asks = true;
        daemon.start_again().await;
        daemon
    }

    /// From the next start on it asks everybody who they are.
    pub fn ask_everybody(&mut self) {
        self.asks = true;
    }

    /// The token in the address that it has logged for making an administrator.
    ///
    /// # Panics
    /// If it logs none.
    pub async fn first_token(&mut self) -> String {
        let lines = self.logged(1, |line| line.contains("/sign-in#first=")).await;
        let (_, token) = lines[0].split_once("#first=").expect("it was looked for");
        token.split_whitespace().next().expect("a token").to_owned()
    }

    /// From the next start on it is told this too.
    pub fn argument(&mut self, argument: &str) {
        self.arguments.push(argument.to_owned());
    }

    /// Starts a daemon on a simulated clock with that configuration file, for replaying a day.
    pub async fn replaying(config: &Path, branch: &str) -> Self {
        Self::begin(|_| (config.to_owned(), branch.to_owned()), &["--simulated-clock"]).await
    }

    /// A daemon for the office of the tests that is still to be started.
    pub fn prepare() -> Self {
        Self::at_rest(|folder| (write_config(folder, &morning_office(folder)), BRANCH.to_owned()), &[])
    }

    fn at_rest(configure: impl FnOnce(&Path) -> (PathBuf, String), arguments: &[&str]) -> Self {
        let folder = TempDir::new().expect("a temporary folder can be made");
        let (config, branch) = configure(folder.path());
        Self {
            program: None,
            database: folder.path().join("office.db"),
            folder,
            config,
            branch,
            arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
            wrapper: Vec::new(),
            asks: false,
            environment: Vec::new(),
            address: String::new(),
        }
    }

    async fn begin(configure: impl FnOnce(&Path) -> (PathBuf, String), arguments: &[&str]) -> Self {
        let mut daemon = Self::at_rest(configure, arguments);
        daemon.start_again().await;
        daemon
    }

    /// From the next start on it runs under another program, which becomes it by `exec`; none for by itself.
    pub fn under(&mut self, wrapper: Vec<String>) {
        self.wrapper = wrapper;
    }

    /// From the next start on it has this in its environment too.
    pub fn environment(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// From the next start on it keeps its database there.
    pub fn keep_in(&mut self, database: PathBuf) {
        self.database = database;
    }

    fn spawn(&self) -> Program {
        // For the tests' own HTTP clients. It is there already when this is not the first daemon.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let daemon = program("giliran");
        let mut command = match self.wrapper.split_first() {
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command.args(rest).arg(daemon);
                command
            }
            None => Command::new(daemon),
        };
        command.arg("serve").arg("--config").arg(&self.config);
        command.args(["--listen", "127.0.0.1:0", "--database"]).arg(&self.database);
        if !self.asks {
            command.arg("--no-sign-in");
        }
        command.args(&self.arguments).envs(self.environment.iter().cloned());
        Program::start(&mut command)
    }

    /// Starts the program on the folder as it is, and waits until it listens, but not until it is ready.
    pub async fn launch(&mut self) {
        let mut running = self.spawn();
        self.address = running.said(listening).await;
        self.program = Some(running);
    }

    /// Starts it on the folder as it is and waits until it is ready.
    pub async fn start_again(&mut self) {
        self.launch().await;
        self.ready().await;
    }

    /// The same, where it may end before it is ready: then that is the answer.
    ///
    /// # Errors
    /// How it ended.
    ///
    /// # Panics
    /// If it neither ends nor is ready within a minute.
    pub async fn try_start(&mut self) -> Result<(), Ended> {
        let mut running = self.spawn();
        let Some(address) = running.says(listening).await else { return Err(running.ended()) };
        self.address = address;
        let since = Instant::now();
        let http = reqwest::Client::builder().no_proxy().build().expect("a client without settings");
        while !is_ready(&http, &self.address).await {
            if running.wait(Duration::ZERO).is_some() {
                return Err(running.ended());
            }
            assert!(since.elapsed() < PATIENCE, "it is not ready: {}", running.complaint());
            tokio::task::yield_now().await;
        }
        self.program = Some(running);
        Ok(())
    }

    /// Waits until the daemon says that it is ready.
    ///
    /// # Panics
    /// If it ends instead, or a minute passes.
    pub async fn ready(&mut self) {
        let since = Instant::now();
        let http = reqwest::Client::builder().no_proxy().build().expect("a client without settings");
        while !is_ready(&http, &self.address).await {
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

    /// Its configuration file.
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// The folder of its copies.
    pub fn backups(&self) -> PathBuf {
        self.folder.path().join(BACKUPS)
    }

    /// Its database.
    pub fn database(&self) -> PathBuf {
        self.database.clone()
    }

    /// Copies the database of a daemon that was ended or killed.
    pub fn copy_database(&self, to: &Path) {
        assert!(self.program.is_none(), "a database in use can't be copied");
        copy_database(&self.database(), to);
    }

    /// Tells it to end, and waits until it has.
    ///
    /// # Panics
    /// If it does not end well and soon, or has logged an error.
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

    /// What it has logged so far.
    ///
    /// # Panics
    /// If it does not run.
    pub fn log(&self) -> String {
        self.program.as_ref().expect("it runs").complaint()
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

    /// Ends it well and starts it again on the same folder.
    pub async fn restart(&mut self) {
        self.end();
        self.start_again().await;
    }

    /// Its process id.
    ///
    /// # Panics
    /// If it does not run.
    pub fn id(&self) -> u32 {
        self.program.as_ref().expect("it runs").id()
    }

    /// Sends it a signal.
    ///
    /// # Panics
    /// If it does not run.
    pub fn signal(&self, signal: Signal) {
        self.program.as_ref().expect("it runs").signal(signal);
    }

    /// Waits until it has ended by itself, or was ended by what was done to it, and says how. What it logged
    /// is for the test to judge.
    ///
    /// # Panics
    /// If it does not end within a minute.
    pub fn ended(&mut self) -> Ended {
        self.program.take().expect("it was launched").ended()
    }

    /// Waits for so many lines of its log that `pick` takes.
    ///
    /// # Panics
    /// If it ends before that, or says nothing for a minute.
    pub async fn logged(&mut self, count: usize, pick: impl Fn(&str) -> bool) -> Vec<String> {
        self.program.as_mut().expect("it runs").logged(count, pick).await
    }
}

fn listening(line: &str) -> Option<String> {
    line.strip_prefix("listening on ").map(str::to_owned)
}

async fn is_ready(http: &reqwest::Client, address: &str) -> bool {
    let asked = http.get(format!("{address}{}", paths::READY)).send().await;
    asked.is_ok_and(|answer| answer.status().is_success())
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
