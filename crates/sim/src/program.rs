//! The daemon's program, started, killed and started again by a simulation.

use std::{
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, bail};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    process::{Child, ChildStdout, Command},
    task::JoinHandle,
    time::timeout,
};

/// How long anything may take that should take a moment; a machine under load is slow, not wrong.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// How many of the last lines of its log are kept, to be shown if it fails.
const LINES_KEPT: usize = 20;

/// How a daemon is started.
#[derive(Debug, Clone)]
pub struct Program {
    /// The program.
    pub path: PathBuf,
    /// Its configuration.
    pub config: PathBuf,
    /// Its database.
    pub database: PathBuf,
    /// Whether its clients set its clock.
    pub simulated_clock: bool,
}

impl Program {
    /// The daemon's program beside this one, as they are built and installed.
    ///
    /// # Errors
    /// It is not there.
    pub fn beside_this() -> anyhow::Result<PathBuf> {
        let this = std::env::current_exe().context("where this program is, is not known")?;
        let beside = this.with_file_name("giliran");
        anyhow::ensure!(beside.is_file(), "{} is missing; name the daemon's program", beside.display());
        Ok(beside)
    }

    /// Starts it.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(&self) -> anyhow::Result<Running> {
        let mut command = Command::new(&self.path);
        // Who plays whom is the script's to say.
        command.args(["serve", "--no-sign-in", "--config"]).arg(&self.config);
        command.args(["--listen", "127.0.0.1:0", "--database"]);
        command.arg(&self.database).args(self.simulated_clock.then_some("--simulated-clock"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().with_context(|| format!("{} does not start", self.path.display()))?;
        let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
            bail!("the daemon's words can't be heard");
        };
        let said = Arc::new(Mutex::new(Said::default()));
        let hears = tokio::spawn(hear(stderr, said.clone()));
        Ok(Running { child, stdout: Some(BufReader::new(stdout)), said, hears })
    }
}

/// What it has logged.
#[derive(Debug, Default)]
struct Said {
    last: std::collections::VecDeque<String>,
    errors: Vec<String>,
}

/// A daemon that runs. Dropping it kills it.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stdout: Option<BufReader<ChildStdout>>,
    said: Arc<Mutex<Said>>,
    hears: JoinHandle<()>,
}

impl Running {
    /// Waits until it listens, and says where.
    ///
    /// # Errors
    /// It ends instead, or says nothing for long.
    pub async fn address(&mut self) -> anyhow::Result<String> {
        let Some(mut stdout) = self.stdout.take() else { bail!("it was asked before") };
        let mut line = String::new();
        let read = timeout(PATIENCE, stdout.read_line(&mut line)).await;
        let read = read.ok().and_then(Result::ok).unwrap_or_default();
        let address = line.trim_end().strip_prefix("listening on ").map(str::to_owned);
        let Some(address) = address.filter(|_| read > 0) else {
            bail!("the daemon does not listen; it said: {}", self.complaint());
        };
        tokio::spawn(async move {
            let mut stdout = stdout;
            // Nobody wants to know; but a pipe that is full would stop it.
            while stdout.read_line(&mut String::new()).await.is_ok_and(|read| read > 0) {}
        });
        Ok(address)
    }

    /// The last lines of its log.
    pub fn complaint(&self) -> String {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.last.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
    }

    /// Kills it: no goodbye, no last write. Gives the errors that it had logged.
    ///
    /// # Errors
    /// It had ended before.
    pub async fn kill(mut self) -> anyhow::Result<Vec<String>> {
        if let Some(status) = self.child.try_wait()? {
            bail!("the daemon had ended with {status}: {}", self.complaint());
        }
        self.child.kill().await?;
        Ok(self.errors().await)
    }

    /// Tells it to end, and waits until it has. Gives the errors that it had logged.
    ///
    /// # Errors
    /// It does not end, or not well.
    pub async fn end(mut self) -> anyhow::Result<Vec<String>> {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok()).context("the daemon had ended")?;
        kill(Pid::from_raw(id), Signal::SIGTERM)?;
        let status: ExitStatus = timeout(PATIENCE, self.child.wait()).await.context("it does not end")??;
        anyhow::ensure!(status.success(), "the daemon ended with {status}: {}", self.complaint());
        Ok(self.errors().await)
    }

    /// What it takes of the machine.
    ///
    /// # Errors
    /// It has ended, or the system does not tell.
    pub fn takes(&self) -> anyhow::Result<Takes> {
        let id = self.child.id().context("the daemon has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let kib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim_start_matches(':').trim().trim_end_matches(" kB").parse().ok()
        };
        let descriptors = std::fs::read_dir(Path::new("/proc").join(id.to_string()).join("fd"))?.count();
        Ok(Takes {
            resident_kib: kib("VmRSS").context("the system does not tell its memory")?,
            threads: kib("Threads").unwrap_or_default(),
            descriptors: descriptors as u64,
        })
    }

    async fn errors(&mut self) -> Vec<String> {
        // The pipe is empty once the reader has ended.
        let _ = timeout(PATIENCE, &mut self.hears).await;
        std::mem::take(&mut self.said.lock().unwrap_or_else(PoisonError::into_inner).errors)
    }
}

/// What a daemon takes of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Takes {
    /// Memory that it has in the machine, in KiB.
    pub resident_kib: u64,
    /// Its threads.
    pub threads: u64,
    /// Its open files and connections.
    pub descriptors: u64,
}

async fn hear(stderr: impl AsyncRead + Unpin, said: Arc<Mutex<Said>>) {
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        if line.contains("ERROR") || line.contains("panicked") {
            said.errors.push(line.clone());
        }
        said.last.push_back(line);
        if said.last.len() > LINES_KEPT {
            said.last.pop_front();
        }
    }
}
