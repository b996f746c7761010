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
use giliran_protocol::paths;

use crate::http::{BRANCH, Connection};

/// How long a server may take until it is ready.
const READY_WITHIN: Duration = Duration::from_secs(30);

/// The services of the office that is measured; all counters take all.
pub const SERVICES: usize = 8;

/// Its counters.
pub const COUNTERS: usize = 10;

/// The name of a service.
pub fn service(n: usize) -> String {
    format!("perkhidmatan-{}", n % SERVICES + 1)
}

/// The name of a counter.
pub fn counter(n: usize) -> String {
    format!("kaunter-{}", n % COUNTERS + 1)
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
    /// The daemon with a new database in `directory`, ready for commands.
    pub async fn daemon(program: &Path, directory: &Path) -> anyhow::Result<Self> {
        let config = directory.join("pejabat.toml");
        fs::write(&config, office(&directory.join("pejabat.db")))?;
        let mut command = Command::new(program);
        command.arg("serve").arg("--config").arg(&config);
        let server = Self::start(command).with_context(|| format!("{} did not start", program.display()))?;
        let begun = Instant::now();
        loop {
            if Connection::open(server.address).await?.status(paths::READY).await? == 200 {
                return Ok(server);
            }
            ensure!(begun.elapsed() < READY_WITHIN, "the daemon is not ready after {READY_WITHIN:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// A bare server: this program again, with other arguments.
    pub fn bare(arguments: &[&str]) -> anyhow::Result<Self> {
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

/// The configuration of the office that is measured: as many numbers as a round may need.
fn office(database: &Path) -> String {
    let mut text = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n\
         [store]\npath = {database:?}\n\
         [log]\nfilter = \"warn\"\n\
         [[branch]]\nid = \"{BRANCH}\"\nname = {{ ms = \"Pejabat Ukur\", en = \"The office that is measured\" }}\n\
         [[branch.class]]\nid = \"biasa\"\nname = {{ ms = \"Biasa\", en = \"General\" }}\n"
    );
    let letters = ('A'..='Z').cycle();
    let mut takes = Vec::new();
    for (n, letter) in (0..SERVICES).zip(letters) {
        let id = service(n);
        // Writing to a string does not fail.
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
    text
}
