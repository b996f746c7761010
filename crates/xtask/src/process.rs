//! Running other programs so that none is left behind.
//!
//! Each child leads a process group of its own: Ctrl-C in the terminal reaches this program alone, which
//! then ends the children in its own order, each by its id.

use std::{
    fmt,
    io::{BufRead, BufReader, Read},
    os::unix::process::CommandExt,
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

/// How long a child has to end after it was asked to. The daemon promises five seconds.
const GRACE: Duration = Duration::from_secs(8);

/// How often a waiting loop looks up.
pub const GLANCE: Duration = Duration::from_millis(50);

static STOP: AtomicBool = AtomicBool::new(false);

/// Somebody pressed Ctrl-C, or sent SIGTERM or SIGHUP.
#[derive(Debug)]
pub struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stopped")
    }
}

impl std::error::Error for Stopped {}

/// From now on Ctrl-C does not end this program, but makes [`stop_asked`] true.
pub fn watch_for_stop() -> anyhow::Result<()> {
    ctrlc::set_handler(|| STOP.store(true, Ordering::SeqCst)).context("can't watch for Ctrl-C")
}

/// Whether somebody asked this program to end.
pub fn stop_asked() -> bool {
    STOP.load(Ordering::SeqCst)
}

/// The cargo that built this program.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Where what a program says goes.
pub enum Output<'a> {
    /// Straight to the terminal.
    Shown,
    /// Nowhere: only whether it worked counts.
    Dropped,
    /// To this, line by line, standard output and standard error alike.
    Lines(&'a (dyn Fn(&str) + Sync)),
}

/// Runs a program to its end; an error if it fails, or [`Stopped`] if somebody asked for that.
pub fn run(command: &mut Command, output: Output<'_>) -> anyhow::Result<()> {
    let shown = text_of(command);
    match output {
        Output::Shown => {}
        Output::Dropped => {
            command.stdout(Stdio::null()).stderr(Stdio::null());
        }
        Output::Lines(_) => {
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
        }
    }
    let mut running = Running::start(&shown, command)?;
    let status = match output {
        Output::Shown | Output::Dropped => running.wait(),
        Output::Lines(take) => {
            let out = running.child.stdout.take();
            let err = running.child.stderr.take();
            thread::scope(|scope| {
                scope.spawn(|| out.map(|out| each_line(out, take)));
                scope.spawn(|| err.map(|err| each_line(err, take)));
                running.wait()
            })
        }
    }?;
    if !status.success() {
        bail!("`{shown}` failed: {status}");
    }
    Ok(())
}

/// Hands over each line that `source` says, without colours' escape codes being touched.
pub fn each_line(source: impl Read, take: &dyn Fn(&str)) {
    let mut source = BufReader::new(source);
    let mut line = Vec::new();
    // A broken pipe or a read error both mean that nothing more comes.
    while source.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        take(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
        line.clear();
    }
}

/// A child that ends, with all that it started, when this is dropped.
pub struct Running {
    name: String,
    child: Child,
    ended: Option<ExitStatus>,
}

impl Running {
    /// Starts a program that reads nothing from the terminal.
    pub fn start(name: &str, command: &mut Command) -> anyhow::Result<Self> {
        let child = command
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .with_context(|| format!("can't start `{}`", text_of(command)))?;
        Ok(Self { name: name.to_owned(), child, ended: None })
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its standard output, once, if that was piped.
    pub fn take_stdout(&mut self) -> Option<std::process::ChildStdout> {
        self.child.stdout.take()
    }

    /// Its standard error, once, if that was piped.
    pub fn take_stderr(&mut self) -> Option<std::process::ChildStderr> {
        self.child.stderr.take()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().with_context(|| format!("can't wait for {}", self.name))?;
        }
        Ok(self.ended)
    }

    /// Waits for its end, or ends it when somebody asks this program to stop.
    fn wait(&mut self) -> anyhow::Result<ExitStatus> {
        loop {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            if stop_asked() {
                self.end();
                return Err(Stopped.into());
            }
            thread::sleep(GLANCE);
        }
    }

    /// Asks it to end, and makes it end when it takes too long. Says how it ended.
    pub fn end(&mut self) -> Option<ExitStatus> {
        let asked = Instant::now();
        self.signal(Signal::SIGTERM);
        while asked.elapsed() < GRACE {
            if let Ok(Some(status)) = self.ended() {
                return Some(status);
            }
            thread::sleep(GLANCE);
        }
        self.signal(Signal::SIGKILL);
        self.child.wait().ok()
    }

    fn signal(&self, signal: Signal) {
        // A process that was waited for has given its id back, and somebody else may have it.
        if self.ended.is_none()
            && let Ok(group) = i32::try_from(self.child.id())
        {
            // It fails only when nobody is left in the group, which is what is wanted.
            let _ = killpg(Pid::from_raw(group), signal);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !matches!(self.ended(), Ok(Some(_))) {
            self.end();
        }
    }
}

/// The command as a person would type it.
fn text_of(command: &Command) -> String {
    let mut text = command.get_program().to_string_lossy().into_owned();
    if let Some(name) = text.rsplit('/').next() {
        text = name.to_owned();
    }
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}
