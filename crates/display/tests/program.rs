//! The program itself, on a real link, listened to through its file.

#![expect(clippy::unwrap_used, reason = "a test that can't set itself up fails by itself")]

mod common;

use std::{
    cell::RefCell,
    fs,
    io::{BufRead as _, BufReader, Lines, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, ChildStderr, Command, Stdio},
};

use common::{LOG, at, call, picture};
use giliran_core::Place;
use giliran_display::output::PAUSE_MS;
use giliran_protocol::{
    live::{Change, Hello, ToClient},
    view::{Audience, CallView, Language},
};
use giliran_voice::{Call, Form, Manner};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{
    self, Message, WebSocket,
    handshake::server::{Request, Response},
};

/// What the daemon does on its side of the line. Reports are never answered: nothing else may wait for them.
struct Daemon {
    listener: TcpListener,
    reports: RefCell<Vec<TcpStream>>,
}

impl Daemon {
    fn new() -> Self {
        Self::at(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    fn at(listener: TcpListener) -> Self {
        Self { listener, reports: RefCell::default() }
    }

    /// The next connection that brings no report.
    fn connection(&self) -> TcpStream {
        const REPORT: &[u8] = b"POST /api/v1/branches/pejabat/reports HTTP/1.1\r\n";
        loop {
            let (stream, _) = self.listener.accept().unwrap();
            let mut begins = [0; REPORT.len()];
            // No request is shorter.
            while let n @ 1.. = stream.peek(&mut begins).unwrap()
                && n < begins.len()
            {}
            if begins != REPORT {
                return stream;
            }
            self.reports.borrow_mut().push(stream);
        }
    }

    /// The first report that the program has sent.
    fn first_report(&self) -> Value {
        if self.reports.borrow().is_empty() {
            let (stream, _) = self.listener.accept().unwrap();
            self.reports.borrow_mut().push(stream);
        }
        body(&mut self.reports.borrow_mut()[0], "/api/v1/branches/pejabat/reports")
    }

    fn address(&self) -> String {
        format!("http://{}", self.listener.local_addr().unwrap())
    }

    fn accept(&self) -> (WebSocket<TcpStream>, Hello) {
        let (socket, hello, _) = self.accept_device();
        (socket, hello)
    }

    /// The same, with what `Authorization` says.
    fn accept_device(&self) -> (WebSocket<TcpStream>, Hello, Option<String>) {
        let mut key = None;
        #[expect(clippy::result_large_err, reason = "the library's own")]
        let look = |request: &Request, response: Response| {
            key = request.headers().get("authorization").map(|key| key.to_str().unwrap().to_owned());
            Ok(response)
        };
        let mut socket = tungstenite::accept_hdr(self.connection(), look).unwrap();
        let hello = loop {
            if let Message::Text(text) = socket.read().unwrap() {
                break serde_json::from_str(&text).unwrap();
            }
        };
        (socket, hello, key)
    }

    /// Lets a link in that brings this key, and shuts it out again.
    fn shut_out(&self, key: Option<&str>) {
        let (mut socket, _, brought) = self.accept_device();
        assert_eq!(brought.as_deref(), key);
        refuse(&mut socket);
    }

    /// Answers one request by HTTP, which must be to `path`; its body is the result.
    fn answer(&self, path: &str, status: &str, body: &Value) -> Value {
        let mut stream = self.connection();
        let asked = self::body(&mut stream, path);
        let body = body.to_string();
        let head =
            format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all((head + &body).as_bytes()).unwrap();
        asked
    }

    /// Gives a code to whoever asks to be paired.
    fn offer(&self, code: &str) {
        let offer = json!({ "code": code, "claim": CLAIM, "until": "2026-01-05T01:10:00Z" });
        let asked = self.answer("/api/v1/pairing", "200 OK", &offer);
        assert_eq!(asked, json!({ "device": "speaker", "branch": "pejabat" }));
    }

    /// Says how it stands with the pairing.
    fn claimed(&self, status: &str, body: &Value) {
        let asked = self.answer("/api/v1/pairing/claim", status, body);
        assert_eq!(asked["claim"], CLAIM);
    }
}

/// The body of a request, which must be to `path`.
fn body(stream: &mut TcpStream, path: &str) -> Value {
    let mut request = Vec::new();
    loop {
        let mut more = [0; 4096];
        let n = stream.read(&mut more).unwrap();
        assert_ne!(n, 0, "the request broke off");
        request.extend_from_slice(&more[..n]);
        let text = String::from_utf8_lossy(&request);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        if let Ok(body) = serde_json::from_str(body) {
            assert!(head.starts_with(&format!("POST {path} HTTP/1.1\r\n")), "{head}");
            break body;
        }
    }
}

fn send(socket: &mut WebSocket<TcpStream>, message: &ToClient) {
    socket.send(Message::text(serde_json::to_string(message).unwrap())).unwrap();
}

fn entry(prev: u64, call: CallView) -> ToClient {
    ToClient::Entry { seq: call.seq, prev, at: call.at, changes: vec![Change::Call { call }] }
}

/// What a device is given with its code, for itself alone.
const CLAIM: &str = "the-claim-of-the-device";

/// A key.
const KEY: &str = "the-key-of-the-device";

/// Tells a client that nobody knows it.
fn refuse(socket: &mut WebSocket<TcpStream>) {
    let error = json!({ "code": "not_signed_in", "message": { "ms": "Sila log masuk dahulu." } });
    socket.send(Message::text(json!({ "type": "refused", "error": error }).to_string())).unwrap();
}

/// The running program and what it says.
struct Program {
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
    said: String,
}

impl Program {
    fn start(daemon: &Daemon, file: &Path) -> Self {
        Self::start_with(daemon, file, &file.with_extension("key"), None)
    }

    fn start_with(daemon: &Daemon, file: &Path, key: &Path, log: Option<&str>) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_giliran-display"))
            .args(["--daemon", &daemon.address(), "--branch", "pejabat", "--no-device"])
            .arg("--voices")
            .arg(common::voices_folder())
            .arg("--output")
            .arg(file)
            .arg("--key")
            .arg(key)
            .env_remove("RUST_LOG")
            .envs(log.map(|log| ("RUST_LOG", log)))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, lines, said: String::new() }
    }

    /// Reads on to the line that has `text`.
    fn line(&mut self, text: &str) -> String {
        self.lines
            .by_ref()
            .map(Result::unwrap)
            .inspect(|line| self.said += line)
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
        let manner = Manner { chime: true, languages, form: Form::Full, repeats: 1 };
        let spoken = Call::new(&call.number, Place::Counter, call.counter_number).unwrap();
        voices.announce(&[spoken], &manner).len() as u32 + giliran_voice::RATE_HZ * PAUSE_MS / 1000
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
    assert_eq!(
        daemon.first_report(),
        json!({ "call": 11, "what": "queued" }),
        "it says so, and waits for nobody"
    );

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
fn a_speaker_that_nobody_knows_asks_to_be_let_in_until_it_is_and_says_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    let (file, key) = (dir.path().join("siar.wav"), dir.path().join("state/giliran/siar.key"));
    let daemon = Daemon::new();
    // As much as there is of all that speaks to the daemon.
    let log = "info,tungstenite=trace,tungstenite::handshake=trace,tokio_tungstenite=trace,hyper=trace,\
               hyper_util=trace,reqwest=trace,giliran_client=trace,giliran_display=trace";
    let mut program = Program::start_with(&daemon, &file, &key, Some(log));

    daemon.shut_out(None);
    daemon.offer("BCDF-GHJK");
    let line = program.line("BCDF-GHJK");
    assert!(line.contains("penyelia memasukkan kod BCDF-GHJK di"), "{line}");
    assert!(line.contains("supervisor to enter the code BCDF-GHJK under"), "{line}");
    // The code is void, so the speaker sees how it stands and asks for another.
    let void = json!({ "error": { "code": "unknown_pairing", "message": { "ms": "Tiada." } } });
    daemon.claimed("404 Not Found", &void);
    daemon.shut_out(None);
    daemon.offer("CDFG-HJKL");
    program.line("CDFG-HJKL");
    daemon.claimed("200 OK", &json!({ "state": "waiting" }));
    daemon.claimed("200 OK", &json!({ "state": "paired", "id": "siar", "key": KEY }));

    let bearer = format!("Bearer {KEY}");
    let (mut socket, hello, brought) = daemon.accept_device();
    assert_eq!((hello.speaks, brought.as_deref()), (true, Some(&*bearer)));
    send(&mut socket, &ToClient::Snapshot { log: LOG, seq: 0, now: at(0), view: picture(vec![]) });
    program.line("paired with the daemon");
    program.line("linked to the daemon");
    assert_eq!(fs::read_to_string(&key).unwrap().trim_end(), KEY);
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    send(&mut socket, &entry(0, call(1)));
    program.line("announced number=A001");

    // Its key is revoked, and the daemon is away for a while after that.
    refuse(&mut socket);
    daemon.offer("DFGH-JKLM");
    program.line("DFGH-JKLM");
    let address = daemon.listener.local_addr().unwrap();
    drop(daemon);
    program.line("no link to the daemon, trying again");
    let daemon = Daemon::at(TcpListener::bind(address).unwrap());
    daemon.claimed("200 OK", &json!({ "state": "waiting" }));
    program.line("DFGH-JKLM");
    // What it has is tried once more before there is another code: the daemon may have got its book back.
    daemon.claimed("404 Not Found", &void);
    daemon.shut_out(Some(&bearer));
    daemon.offer("FGHJ-KLMN");
    program.line("FGHJ-KLMN");

    program.signal(Signal::SIGTERM);
    program.line("the speaker ends");
    assert!(program.child.wait().unwrap().success());
    for secret in [CLAIM, KEY] {
        assert!(!program.said.contains(secret), "a secret is in the log:\n{}", program.said);
    }
    assert!(program.said.contains("Client handshake done"), "the log was as fine as it gets");
}

#[test]
fn a_key_that_can_not_be_kept_is_used_and_said_to_be_lost_with_the_program() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("state"), "not a folder").unwrap();
    let daemon = Daemon::new();
    let (file, key) = (dir.path().join("siar.wav"), dir.path().join("state/siar.key"));
    // It is not there to be read either, but not for want of a file.
    let mut program = Program::start_with(&daemon, &file, &key, None);
    program.line("--key");
    assert!(!program.child.wait().unwrap().success());

    fs::remove_file(dir.path().join("state")).unwrap();
    let mut program = Program::start_with(&daemon, &file, &key, None);
    daemon.shut_out(None);
    daemon.offer("BCDF-GHJK");
    program.line("BCDF-GHJK");
    fs::write(dir.path().join("state"), "not a folder").unwrap();
    daemon.claimed("200 OK", &json!({ "state": "paired", "id": "siar", "key": KEY }));
    program.line("can't be written, trying again");
    let (_socket, _, brought) = daemon.accept_device();
    assert_eq!(brought, Some(format!("Bearer {KEY}")));
}

#[test]
fn a_key_for_something_else_is_said_to_be_one() {
    let dir = tempfile::tempdir().unwrap();
    let (file, key) = (dir.path().join("siar.wav"), dir.path().join("siar.key"));
    fs::write(&key, KEY).unwrap();
    let daemon = Daemon::new();
    let mut program = Program::start_with(&daemon, &file, &key, None);
    program.line("others on this machine can read the key in");
    let (mut socket, ..) = daemon.accept_device();
    let error = json!({ "code": "not_allowed", "message": { "ms": "Tidak dibenarkan." } });
    socket.send(Message::text(json!({ "type": "refused", "error": error }).to_string())).unwrap();
    let line = program.line("the daemon refuses this speaker");
    assert!(line.contains("is another branch's") && line.contains("siar.key"), "{line}");
}

#[test]
fn what_can_not_work_is_said_and_ends_the_program() {
    let nothing = tempfile::tempdir().unwrap();
    let folder = nothing.path().to_str().unwrap();
    let other = nothing.path().join("another.conf");
    fs::write(&other, "listen = 1").unwrap();
    let other = other.to_str().unwrap();
    let voices = common::voices_folder();
    let voices = voices.to_str().unwrap();
    for (arguments, wanted) in [
        (vec!["--voices", folder], "no voice in"),
        (vec!["--voices", voices, "--daemon", "there"], "`there` is not an address"),
        (vec!["--voices", voices, "--output", "/nowhere/siar.wav"], "/nowhere/siar.wav can't be written"),
        (vec!["--languages", "ms,id"], "`id` is none of the languages"),
        (vec!["--voices", voices, "--key", other], "that is not a key"),
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
