//! `cargo xtask run`: a sample office, open for business on this machine.
//!
//! Builds the daemon and the loudspeaker, starts them, opens two counters and says where to look. The
//! office's book stays between runs, so that a second run goes on where the first one ended.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    process::{self, GLANCE, Output, Running, Stopped},
    system,
};

/// The port that is tried first, and how many after it.
const FIRST_PORT: u16 = 8080;
const PORTS: u16 = 20;

/// How long the daemon may take to load its book.
const START: Duration = Duration::from_secs(60);

/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(10);

/// How long the loudspeaker may take to load its voices before the addresses are shown all the same.
const SPEAKER_START: Duration = Duration::from_secs(10);

/// How many counters are opened, so that somebody can call at once.
const OPEN_COUNTERS: usize = 2;

#[derive(clap::Args)]
pub struct Options {
    /// The office's configuration
    #[arg(long, value_name = "FILE", default_value = "config/sample-office.toml")]
    config: PathBuf,
    /// Address and port to listen on; without it, port 8080 of this machine or the next that is free
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Start without the loudspeaker
    #[arg(long)]
    silent: bool,
}

/// Runs the sample office until somebody presses Ctrl-C.
pub fn run(options: &Options) -> anyhow::Result<()> {
    println!("[1/4] What the machine must have");
    system::ensure(&[system::C_COMPILER])?;
    let device = !options.silent && sound_library();

    println!("[2/4] Building (the first time takes 4 to 6 minutes on two processors; after that, seconds)");
    let programs = build(!options.silent, device)?;

    println!("[3/4] Opening the office of {}", options.config.display());
    let listen = match options.listen {
        Some(chosen) => chosen,
        None => free_port()?,
    };
    // On the network nobody gets in who has not signed in; on this machine the demo is whoever uses it.
    let open = if listen.ip().is_loopback() { &["--no-sign-in"][..] } else { &[] };
    let (mut daemon, address) = start_daemon(&programs.daemon, &options.config, listen, open, None)?;
    let branch = first_branch(&address)?;
    // Others can reach it: nobody takes part, this program neither, before somebody has let them.
    let everybody = listen.ip().is_loopback();
    let opened = if everybody { open_counters(&address, &branch)? } else { Vec::new() };

    println!("[4/4] Starting the loudspeaker");
    let mut speaker = match &programs.speaker {
        Some(program) => start_speaker(program, &address, &branch, everybody),
        None => {
            println!("      none (--silent)");
            None
        }
    };

    if everybody {
        invite(&address, &opened);
    } else {
        welcome(&address);
    }
    let ended = watch(&mut daemon, &mut speaker);

    println!("\nClosing the office.");
    // The loudspeaker first: it would only complain of a daemon that is gone.
    if let Some(mut speaker) = speaker {
        speaker.end();
    }
    if process::stop_asked() {
        match daemon.end() {
            Some(status) if status.success() => println!("Closed. Its book is kept for the next time."),
            Some(status) => bail!("the daemon did not end well: {status}"),
            None => bail!("the daemon can't be waited for"),
        }
    }
    ended
}

/// Whether the loudspeaker can be built with a sound device; without one it still runs, silently.
fn sound_library() -> bool {
    match system::ensure(&[system::PKG_CONFIG, system::SOUND]) {
        Ok(()) => true,
        Err(error) => {
            println!("      The loudspeaker will be built without a sound device: {error:#}");
            false
        }
    }
}

struct Programs {
    daemon: PathBuf,
    speaker: Option<PathBuf>,
}

fn build(speaker: bool, device: bool) -> anyhow::Result<Programs> {
    let mut cargo = process::cargo();
    cargo.args(["build", "--locked", "--package", "giliran-daemon"]);
    if speaker {
        cargo.args(["--package", "giliran-display"]);
        if !device {
            cargo.arg("--no-default-features"); // the loudspeaker's own; the daemon has none
        }
    }
    process::run(&mut cargo, Output::Shown)?;
    let folder = target_folder().join("debug");
    Ok(Programs { daemon: folder.join("giliran"), speaker: speaker.then(|| folder.join("giliran-display")) })
}

/// Where cargo puts what it builds.
pub fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from)
}

/// A port of this machine that nobody uses now. Somebody may take it before the daemon does; the daemon
/// then says so.
fn free_port() -> anyhow::Result<SocketAddr> {
    for port in FIRST_PORT..FIRST_PORT + PORTS {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpListener::bind(address).is_ok() {
            if port != FIRST_PORT {
                println!("      Port {FIRST_PORT} is in use by another program; taking {port}.");
            }
            return Ok(address);
        }
    }
    bail!(
        "ports {FIRST_PORT} to {} are all in use; choose another with --listen 127.0.0.1:PORT",
        FIRST_PORT + PORTS - 1
    )
}

/// Starts a daemon and waits until it is ready; the answer says where it is. What it logs is shown, and handed to
/// `log` too.
pub fn start_daemon(
    program: &Path,
    config: &Path,
    listen: SocketAddr,
    further: &[&str],
    log: Option<Sender<String>>,
) -> anyhow::Result<(Running, String)> {
    let mut command = Command::new(program);
    command.arg("serve").arg("--config").arg(config).arg("--listen").arg(listen.to_string());
    // Somebody tries it at night or on a holiday, and on the network only where they said so themselves.
    command.args(["--always-open", "--plain-http"]).args(further);
    command.stdout(Stdio::piped());
    if log.is_some() {
        command.stderr(Stdio::piped());
    }
    let mut daemon = Running::start("the daemon", &mut command)?;
    if let (Some(log), Some(stderr)) = (log, daemon.take_stderr()) {
        // Ends with the daemon, whose log it reads.
        thread::spawn(move || {
            process::each_line(stderr, &|line| {
                eprintln!("{line}");
                let _ = log.send(line.to_owned()); // nobody listens once what was waited for is known
            });
        });
    }
    let stdout = daemon.take_stdout().context("the daemon's output was not piped")?;
    let (say, said) = channel();
    // Ends with the daemon, whose output it reads.
    thread::spawn(move || {
        process::each_line(stdout, &|line| {
            let _ = say.send(line.to_owned()); // nobody listens once the address is known
        });
    });
    let address = address_of(&mut daemon, &said)?;
    wait_until_ready(&mut daemon, &address)?;
    Ok((daemon, address))
}

/// The address that the daemon says it listens on.
fn address_of(daemon: &mut Running, said: &Receiver<String>) -> anyhow::Result<String> {
    let since = Instant::now();
    loop {
        still_alive(daemon)?;
        if let Ok(line) = said.recv_timeout(GLANCE)
            && let Some(address) = line.strip_prefix("listening on ")
        {
            return Ok(address.trim_end_matches('/').to_owned());
        }
        if since.elapsed() > START {
            bail!("the daemon has not said its address within {} s", START.as_secs());
        }
    }
}

fn wait_until_ready(daemon: &mut Running, address: &str) -> anyhow::Result<()> {
    let since = Instant::now();
    loop {
        still_alive(daemon)?;
        if web().get(format!("{address}/readyz")).call().is_ok() {
            return Ok(());
        }
        if since.elapsed() > START {
            bail!("the daemon is not ready after {} s", START.as_secs());
        }
        thread::sleep(GLANCE);
    }
}

fn still_alive(daemon: &mut Running) -> anyhow::Result<()> {
    if process::stop_asked() {
        return Err(Stopped.into());
    }
    match daemon.ended()? {
        None => Ok(()),
        Some(status) => bail!("the daemon ended at once ({status}); its own words are above"),
    }
}

/// The daemon is on this machine: no proxy lies between.
pub fn web() -> ureq::Agent {
    let limits = ureq::Agent::config_builder().proxy(None).timeout_global(Some(ANSWER));
    ureq::Agent::new_with_config(limits.build())
}

/// The office that a daemon runs, or the first of them.
pub fn first_branch(address: &str) -> anyhow::Result<String> {
    let branches: Value = web().get(format!("{address}/api/v1/branches")).call()?.body_mut().read_json()?;
    let id = branches[0]["id"].as_str().context("the daemon runs no office")?;
    Ok(id.to_owned())
}

/// Opens the first counters and says which; one that is open from the last time is as good.
fn open_counters(address: &str, branch: &str) -> anyhow::Result<Vec<Value>> {
    let of_branch = format!("{address}/api/v1/branches/{branch}");
    let state: Value =
        web().get(format!("{of_branch}/state?audience=supervisor")).call()?.body_mut().read_json()?;
    let counters = state["view"]["counters"].as_array().context("the office has no counters")?;
    let mut opened = Vec::new();
    for counter in counters.iter().take(OPEN_COUNTERS) {
        if counter["open"] != true {
            let command = json!({ "type": "open_counter", "counter": counter["id"] });
            web()
                .post(format!("{of_branch}/commands"))
                .send_json(json!({ "id": Uuid::new_v4(), "command": command }))
                .with_context(|| format!("counter {} did not open", counter["id"]))?;
        }
        opened.push(counter.clone());
    }
    Ok(opened)
}

/// Starts the loudspeaker and waits a moment for it to say whether it is at work; what it says is shown.
fn start_speaker(program: &Path, address: &str, branch: &str, wait: bool) -> Option<Running> {
    let mut command = Command::new(program);
    command.args(["--daemon", address, "--branch", branch, "--voices", "assets/voices"]);
    command.args(["--key", "data/demo-loudspeaker.key"]);
    command.stderr(Stdio::piped());
    // A demo without sound is still a demo.
    let mut speaker = Running::start("the loudspeaker", &mut command)
        .inspect_err(|error| println!("      No loudspeaker: {error:#}"))
        .ok()?;
    let stderr = speaker.take_stderr()?;
    let (say, linked) = channel();
    // Ends with the loudspeaker, whose output it reads.
    thread::spawn(move || {
        process::each_line(stderr, &|line| {
            // The sound library has a dozen lines of its own to say that there is no sound card; the
            // loudspeaker says it in one.
            if !line.starts_with("ALSA lib ") {
                println!("{line}");
            }
            if line.contains("linked to the daemon") {
                let _ = say.send(()); // nobody listens after the first
            }
        });
    });
    // An error means that it ended, or takes long; both show in time.
    if wait {
        let _ = linked.recv_timeout(SPEAKER_START);
    }
    Some(speaker)
}

fn invite(address: &str, opened: &[Value]) {
    let signs: Vec<_> = opened.iter().map(|counter| counter["number"].to_string()).collect();
    println!(
        "
  The office is open. Counters {signs} are staffed.

    Kiosk      {address}/kiosk        take a number
    Counter    {address}/counter      choose an open counter, press N to call
    Display    {address}/display      look: the number flashes; listen: it is said
    Dashboard  {address}/dashboard    who waits how long; open and close counters

  Take a number at the kiosk, press N at the counter, then look at the display and listen.
  Ctrl-C closes the office.
",
        signs = signs.join(" and "),
    );
}

/// Where other machines reach the office: people sign in, and devices are let in.
fn welcome(address: &str) {
    println!(
        "
  The office is open, and other machines reach it: people have to sign in.

    1. Open the address in the line above that ends with \"to make an administrator\".
    2. At {address}/people let officers in, and kiosks, walls and the loudspeaker by the codes that they show.
    3. The pages are {address}/kiosk, /counter, /display and /dashboard.

  Ctrl-C closes the office.
"
    );
}

/// Waits until somebody asks to stop, or the daemon ends by itself, which is an error.
fn watch(daemon: &mut Running, speaker: &mut Option<Running>) -> anyhow::Result<()> {
    while !process::stop_asked() {
        if let Some(status) = daemon.ended()? {
            bail!("the daemon ended by itself: {status}");
        }
        if let Some(running) = speaker
            && let Some(status) = running.ended()?
        {
            println!("      {} ended ({status}); the office goes on without sound.", running.name());
            *speaker = None;
        }
        thread::sleep(GLANCE);
    }
    Ok(())
}
