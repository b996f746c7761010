//! One program under test: found beside the test, its words kept, ended by its id.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::sync::watch;

/// How long anything may take that should take a moment; a machine under load is slow, not wrong.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Where the program of that name is.
///
/// # Panics
/// If it was not built.
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where its own program is");
    // target/debug/deps/test-0123 stands one below target/debug/giliran
    let beside = test.ancestors().nth(2).expect("a test's program is in a folder").join(name);
    assert!(
        beside.is_file(),
        "{} is missing: whole-system tests run the built programs; build them first with \
         `cargo build --workspace --bins`, as `cargo xtask test` does",
        beside.display()
    );
    beside
}

/// How a program ended, and all that it said.
#[derive(Debug)]
pub struct Ended {
    /// How it ended.
    pub status: ExitStatus,
    /// Standard output.
    pub stdout: Vec<String>,
    /// Standard error.
    pub stderr: Vec<String>,
}

impl Ended {
    /// Standard error as one text.
    pub fn complaint(&self) -> String {
        self.stderr.join("\n")
    }
}

/// A program that runs. Dropping it ends it.
pub struct Program {
    child: Child,
    stdout: Lines,
    stderr: Lines,
}

impl Program {
    /// Starts it.
    ///
    /// # Panics
    /// If it can't be started.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|why| panic!("{command:?} does not start: {why}"));
        let stdout = Lines::of(child.stdout.take().expect("standard output is piped"));
        let stderr = Lines::of(child.stderr.take().expect("standard error is piped"));
        Self { child, stdout, stderr }
    }

    /// Runs a program that ends by itself.
    ///
    /// # Panics
    /// If it does not end within a minute.
    pub fn run(command: &mut Command) -> Ended {
        Self::start(command).ended()
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// If it does not end within a minute.
    pub fn ended(mut self) -> Ended {
        let status = self.wait(PATIENCE);
        let status = status.unwrap_or_else(|| panic!("it does not end: {}", self.complaint()));
        let said = self.words();
        Ended { status, stdout: said.0, stderr: said.1 }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a line of standard output of which `pick` makes something.
    ///
    /// # Panics
    /// If the program ends, or a minute passes, before that.
    pub async fn said<T>(&mut self, pick: impl Fn(&str) -> Option<T>) -> T {
        let found = self.says(pick).await;
        found.unwrap_or_else(|| panic!("it did not say what it should; it said: {}", self.complaint()))
    }

    /// The same; none if the program ends, or a minute passes, before that.
    pub async fn says<T>(&mut self, pick: impl Fn(&str) -> Option<T>) -> Option<T> {
        let mut lines = self.stdout.seen.subscribe();
        let found = tokio::time::timeout(
            PATIENCE,
            lines.wait_for(|seen| seen.ended || seen.lines.iter().any(|line| pick(line).is_some())),
        );
        found.await.ok().and_then(Result::ok).and_then(|seen| seen.lines.iter().find_map(|line| pick(line)))
    }

    /// Waits for so many lines of standard error that `pick` takes.
    ///
    /// # Panics
    /// If the program ends before that, or says nothing for a minute.
    pub async fn logged(&mut self, count: usize, pick: impl Fn(&str) -> bool) -> Vec<String> {
        let mut lines = self.stderr.seen.subscribe();
        loop {
            let picked: Vec<String> = {
                let seen = lines.borrow_and_update();
                let picked: Vec<_> = seen.lines.iter().filter(|line| pick(line)).cloned().collect();
                assert!(picked.len() >= count || !seen.ended, "it ended: {}", seen.lines.join("\n"));
                picked
            };
            if picked.len() >= count {
                return picked;
            }
            let more = tokio::time::timeout(PATIENCE, lines.changed()).await;
            assert!(matches!(more, Ok(Ok(()))), "{} of {count}: {}", picked.len(), self.complaint());
        }
    }

    /// Standard error so far.
    pub fn complaint(&self) -> String {
        self.stderr.now().join("\n")
    }

    /// Sends a signal.
    ///
    /// # Panics
    /// If the program is gone already.
    pub fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id()).expect("a process id fits");
        kill(Pid::from_raw(id), signal).expect("the program is there to be told");
    }

    /// Waits so long for its end.
    pub fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        let since = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                return Some(status);
            }
            if since.elapsed() > limit {
                return None;
            }
            // The end of another process can't be awaited but by asking.
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Standard output and standard error, whole, once the program has ended.
    pub fn words(&mut self) -> (Vec<String>, Vec<String>) {
        (self.stdout.whole(), self.stderr.whole())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Both fail only if it has ended, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Lines as they come.
struct Lines {
    seen: Arc<watch::Sender<Seen>>,
    reader: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Seen {
    lines: Vec<String>,
    ended: bool,
}

impl Lines {
    fn of(source: impl Read + Send + 'static) -> Self {
        let seen = Arc::new(watch::Sender::new(Seen::default()));
        let tell = seen.clone();
        let reader = thread::spawn(move || {
            for line in BufReader::new(source).split(b'\n').map_while(Result::ok) {
                tell.send_modify(|seen| seen.lines.push(String::from_utf8_lossy(&line).into_owned()));
            }
            tell.send_modify(|seen| seen.ended = true);
        });
        Self { seen, reader: Mutex::new(Some(reader)) }
    }

    fn now(&self) -> Vec<String> {
        self.seen.borrow().lines.clone()
    }

    fn whole(&self) -> Vec<String> {
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(reader) = reader {
            reader.join().expect("reading lines does not panic");
        }
        self.now()
    }
}

/// Copies a database with the files that belong to it.
pub(crate) fn copy_database(from: &Path, to: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let name = |path: &Path| PathBuf::from(format!("{}{suffix}", path.display()));
        if name(from).exists() {
            fs::copy(name(from), name(to)).expect("a database can be copied");
        }
    }
}
