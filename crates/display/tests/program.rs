//! The program itself, on a real link, listened to through its file.

#![expect(clippy::unwrap_used, reason = "a test that can't set itself up fails by itself")]

mod common;

use std::{
    io::{BufRead as _, BufReader, Lines},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, ChildStderr, Command, Stdio},
};

use common::{LOG, at, call, picture};
use giliran_core::Place;
use giliran_protocol::{
    live::{Change, Hello, ToClient},
    view::{Audience, CallView, Language},
};
use giliran_voice::{Call, Form, Manner};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio_tungstenite::tungstenite::{self, Message, WebSocket};

/// What the daemon does on its side of the line.
struct Daemon(TcpListener);

impl Daemon {
    fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    fn address(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap())
    }

    fn accept(&self) -> (WebSocket<TcpStream>, Hello) {
        let mut socket = tungstenite::accept(self.0.accept().unwrap().0).unwrap();
        let hello = loop {
            if let Message::Text(text) = socket.read().unwrap() {
                break serde_json::from_str(&text).unwrap();
            }
        };
        (socket, hello)
    }
}

fn send(socket: &mut WebSocket<TcpStream>, message: &ToClient) {
    socket.send(Message::text(serde_json::to_string(message).unwrap())).unwrap();
}

fn entry(prev: u64, call: CallView) -> ToClient {
    ToClient::Entry { seq: call.seq, prev, at: call.at, changes: vec![Change::Call { call }] }
}

/// The running program and what it says.
struct Program {
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
}

impl Program {
    fn start(daemon: &Daemon, file: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_giliran-display"))
            .args(["--daemon", &daemon.address(), "--branch", "pejabat", "--no-device"])
            .arg("--voices")
            .arg(common::voices_folder())
            .arg("--output")
            .arg(file)
            .env_remove("RUST_LOG")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, lines }
    }

    /// Reads on to the line that has `text`.
    fn line(&mut self, text: &str) -> String {
        self.lines
            .by_ref()
            .map(Result::unwrap)
            .find(|line| line.contains(text))
            .unwrap_or_else(|| panic!("the program ended without saying `{text}`"))
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().try_into().unwrap()), signal).unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Only a failed test leaves it running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The samples of what is to be heard of `calls`.
fn expected(calls: &[CallView]) -> u32 {
    use giliran_core::Language::{En, Ms};
    let voices = common::voices();
    let length = |call: &CallView| {
        let languages = if call.language == Language::En { vec![Ms, En] } else { vec![Ms] };
        let manner = Manner { chime: true, languages, form: Form::Full };
        let spoken = Call::new(&call.number, Place::Counter, call.counter_number).unwrap();
        voices.announce(&spoken, &manner).len() as u32 + giliran_voice::RATE_HZ / 2
    };
    calls.iter().map(length).sum()
}

fn heard(file: &Path) -> u32 {
    let mut wav = hound::WavReader::open(file).unwrap();
    let samples = wav.samples::<i16>().map(Result::unwrap).count() as u32;
    assert_eq!(samples, wav.duration());
    samples
}

#[test]
fn each_call_is_said_once_also_over_a_broken_link_and_the_end_is_clean() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("siar.wav");
    let daemon = Daemon::new();
    let mut program = Program::start(&daemon, &file);
    let english = CallView { number: "A047".into(), language: Language::En, ..call(12) };

    let (mut socket, hello) = daemon.accept();
    assert_eq!(hello, Hello { speaks: true, ..Hello::new(Audience::Display) });
    send(
        &mut socket,
        &ToClient::Snapshot { log: LOG, seq: 10, now: at(10), view: picture(vec![call(9), call(10)]) },
    );
    program.line("linked to the daemon");
    send(&mut socket, &entry(10, call(11)));
    program.line("announced number=A011 counter=3 seq=11 languages=ms output=file");
    assert_eq!(heard(&file), expected(&[call(11)]));

    drop(socket);
    program.line("no link to the daemon, trying again");
    let (mut socket, hello) = daemon.accept();
    assert_eq!(hello.resume.map(|resume| (resume.log, resume.seq)), Some((LOG, 11)));
    let calls = vec![call(10), call(11), english.clone()];
    send(&mut socket, &ToClient::Snapshot { log: LOG, seq: 12, now: at(12), view: picture(calls) });
    program.line("announced number=A047 counter=3 seq=12 languages=ms,en output=file");
    assert_eq!(heard(&file), expected(&[call(11), english.clone()]));

    program.signal(Signal::SIGTERM);
    program.line("the speaker ends");
    assert!(program.child.wait().unwrap().success());
    assert_eq!(heard(&file), expected(&[call(11), english]));
}

#[test]
fn what_was_said_before_a_kill_is_in_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("siar.wav");
    let daemon = Daemon::new();
    let mut program = Program::start(&daemon, &file);
    let (mut socket, _) = daemon.accept();
    send(&mut socket, &ToClient::Snapshot { log: LOG, seq: 0, now: at(0), view: picture(vec![]) });
    for seq in 1..=3 {
        send(&mut socket, &entry(seq - 1, call(seq)));
    }
    program.line("announced number=A003");
    program.signal(Signal::SIGKILL);
    assert!(!program.child.wait().unwrap().success());
    assert_eq!(heard(&file), expected(&[call(1), call(2), call(3)]));
}

#[test]
fn what_can_not_work_is_said_and_ends_the_program() {
    let nothing = tempfile::tempdir().unwrap();
    let folder = nothing.path().to_str().unwrap();
    let voices = common::voices_folder();
    let voices = voices.to_str().unwrap();
    for (arguments, wanted) in [
        (vec!["--voices", folder], "no voice in"),
        (vec!["--voices", voices, "--daemon", "there"], "`there` is not an address"),
        (vec!["--voices", voices, "--output", "/nowhere/siar.wav"], "/nowhere/siar.wav can't be written"),
        (vec!["--languages", "ms,id"], "`id` is none of the languages"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_giliran-display"))
            .args(["--branch", "pejabat", "--no-device"])
            .args(&arguments)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(wanted), "{arguments:?}: {said}");
    }
}
