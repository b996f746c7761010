//! The servers that are measured, each a process of its own: the daemon and the bare ones.

use std::{
    fmt::Write as _,
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use giliran_core::Rules;
use giliran_protocol::paths;

use crate::{
    bare::Lengths,
    http::{BRANCH, Connection},
};

/// How long a server may take until it is ready.
const READY_WITHIN: Duration = Duration::from_secs(30);

/// The services of an office that is measured; all counters take all. Enough for a day of 100,000 numbers.
pub const SERVICES: usize = 12;

/// Its counters: a large hall.
pub const COUNTERS: usize = 24;

/// The name of a service.
pub fn service(n: usize) -> String {
    format!("perkhidmatan-{}", n % SERVICES + 1)
}

/// The name of a counter.
pub fn counter(n: usize) -> String {
    format!("kaunter-{}", n % COUNTERS + 1)
}

/// The name of a branch; the first is the one that most measurements are of.
pub fn branch(n: usize) -> String {
    if n == 0 { BRANCH.to_owned() } else { format!("{BRANCH}-{n}") }
}

/// A running server; it ends with this.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// Kept open: a server that says another line must find somebody there.
    _said: BufReader<ChildStdout>,
}

impl Server {
    /// The daemon of one branch with a new database in `directory`, ready for commands.
    pub async fn daemon(program: &Path, directory: &Path) -> anyhow::Result<Self> {
        Self::daemon_of(1, program, directory).await
    }

    /// The daemon of so many branches.
    pub async fn daemon_of(branches: usize, program: &Path, directory: &Path) -> anyhow::Result<Self> {
        Self::start_daemon(branches, READY_WITHIN, program, directory).await
    }

    /// The daemon of one branch, which may take so long to be ready.
    pub async fn daemon_within(limit: Duration, program: &Path, directory: &Path) -> anyhow::Result<Self> {
        Self::start_daemon(1, limit, program, directory).await
    }

    async fn start_daemon(
        branches: usize,
        limit: Duration,
        program: &Path,
        directory: &Path,
    ) -> anyhow::Result<Self> {
        let config = directory.join("pejabat.toml");
        fs::write(&config, offices(branches, &directory.join("pejabat.db")))?;
        let mut command = Command::new(program);
        command.args(["serve", "--no-sign-in", "--config"]).arg(&config);
        let server = Self::start(command).with_context(|| format!("{} did not start", program.display()))?;
        let begun = Instant::now();
        loop {
            if Connection::open(server.address).await?.get(paths::READY).await?.0 == 200 {
                return Ok(server);
            }
            ensure!(begun.elapsed() < limit, "the daemon is not ready after {limit:?}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// The bare server of commands.
    pub fn bare_post() -> anyhow::Result<Self> {
        Self::bare(&["bare-post".into()])
    }

    /// The bare broadcast, with frames of those lengths.
    pub fn bare_broadcast(lengths: Lengths) -> anyhow::Result<Self> {
        let mut arguments = vec!["bare-broadcast".into()];
        arguments.extend(lengths.arguments());
        Self::bare(&arguments)
    }

    /// A bare server: this program again, with other arguments.
    fn bare(arguments: &[String]) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(arguments);
        Self::start(command)
    }

    /// Starts a server that says where it listens in its first line.
    fn start(mut command: Command) -> anyhow::Result<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut said = BufReader::new(child.stdout.take().context("no pipe")?);
        let mut line = String::new();
        said.read_line(&mut line)?;
        match line.trim().strip_prefix("listening on http://").map(str::parse) {
            Some(Ok(address)) => Ok(Self { child, address, _said: said }),
            Some(Err(_)) | None => {
                let _ = child.kill();
                bail!("it ended with {}, having said {line:?}", child.wait()?);
            }
        }
    }

    /// The processor time that the process has taken so far, of threads that still live: those that do the
    /// work all do.
    pub fn cpu(&self) -> anyhow::Result<Duration> {
        let mut nanos = 0;
        for thread in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            // A thread may end meanwhile.
            let Ok(text) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
            nanos += text.split(' ').next().context("an empty schedstat")?.parse::<u64>()?;
        }
        Ok(Duration::from_nanos(nanos))
    }

    /// The memory that the process holds, in bytes: its resident set.
    pub fn resident_bytes(&self) -> anyhow::Result<u32> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kib: u32 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its database goes next: there is nothing that it should still write.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The rules of the first branch, as its daemon reads them.
pub fn rules() -> anyhow::Result<Rules> {
    #[derive(serde::Deserialize)]
    struct Offices {
        branch: Vec<Rules>,
    }
    let offices: Offices = toml::from_str(&offices(1, Path::new("any.db")))?;
    offices.branch.into_iter().next().context("there is one branch")
}

/// The configuration of so many offices: each has as many numbers as a day may need.
fn offices(branches: usize, database: &Path) -> String {
    let mut text = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n\
         [store]\npath = {database:?}\n\
         [log]\nfilter = \"warn\"\n"
    );
    for n in 0..branches {
        office(&branch(n), &mut text);
    }
    text
}

fn office(id: &str, text: &mut String) {
    // Writing to a string does not fail.
    let _ = write!(
        text,
        "[[branch]]\nid = \"{id}\"\nname = {{ ms = \"Pejabat Ukur\", en = \"The office that is measured\" }}\n\
         [[branch.class]]\nid = \"biasa\"\nname = {{ ms = \"Biasa\", en = \"General\" }}\n"
    );
    // None that sounds like another.
    let mut takes = Vec::new();
    for (n, letter) in (0..SERVICES).zip("ACFLQRWHIJKO".chars()) {
        let id = service(n);
        let _ = write!(
            text,
            "[[branch.service]]\nid = \"{id}\"\nname = {{ ms = \"Perkhidmatan {letter}\", en = \"Service {letter}\" }}\n\
             series = {{ letters = \"{letter}\", last = 9999, width = 4 }}\n"
        );
        takes.push(id);
    }
    for n in 0..COUNTERS {
        let _ = write!(
            text,
            "[[branch.counter]]\nid = \"{}\"\nnumber = {}\nservices = {takes:?}\n",
            counter(n),
            n + 1
        );
    }
}
